//! `SQLite` databases as sources, and statements run on them.

use super::*;

const PROVIDER: &str = "\"ProviderClassFullName\": \"Microsoft.Data.Sqlite.SqliteFactory\"";

/// Organizations in a database, read by a statement.
fn bench(settings: &str) -> Bench {
    let mut bench = Bench::filled();
    let connection = bench.plan.model.connections.iter_mut().find(|one| one.id == "Orgs").unwrap();
    connection.package = "Usercube.SQL@0000001".to_owned();
    bench.settings = bench.settings.replace("\"Path\": \"orgs.csv\"", settings);
    bench.database(
        "CREATE TABLE org (code TEXT, name TEXT, size REAL); INSERT INTO org VALUES ('A', 'Alpha', 1.5), ('B', NULL, 2)",
    );
    bench
}

fn statement(sql: &str) -> String {
    format!("{PROVIDER}, \"ConnectionString\": \"Data Source=orgs.db;Mode=ReadOnly\", \"Timeout\": 1, \"SqlCommand\": \"{sql}\"")
}

impl Bench {
    fn database(&self, sql: &str) {
        Store::open(self.path("orgs.db")).unwrap().execute_batch(sql).unwrap();
    }

    fn exported(&self, table: &str) -> String {
        std::fs::read_to_string(self.path(&format!("work/ExportOutput/{table}.csv"))).unwrap()
    }
}

fn failure(sql: &str) -> String {
    let mut bench = bench(&statement(sql));
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    bench.local(&error)
}

#[test]
fn a_statement_is_exported_and_synchronized() {
    let mut bench = bench(&statement("SELECT code, name, size FROM org ORDER BY code"));
    assert_eq!(counted(&bench.load(false).unwrap()), "inserted 5, links_inserted 6");
    assert_eq!(bench.exported("Orgs"), "code,name,size\nA,Alpha,1.5\nB,,2\n");
    assert_eq!(bench.resources()[..2], ["Org [\"A\",\"Alpha\"]", "Org [\"B\"]"]);
}

#[test]
fn what_was_synchronized_is_unchanged_and_what_was_only_read_is_not() {
    let mut bench = bench(&statement("SELECT * FROM org"));
    bench.load(false).unwrap();
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Unchanged);
    bench.database("UPDATE org SET name = 'Beta' WHERE code = 'B'");
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Completed);
    // Nobody has synchronized it yet.
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Completed);
    assert_eq!(bench.export("People", false).unwrap().outcome, TaskEnd::Completed, "its sibling has something new");
    assert_eq!(counted(&bench.load(true).unwrap()), "updated 1");
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn without_a_statement_the_mapped_tables_are_exported() {
    let mut bench = bench(&format!("{PROVIDER}, \"ConnectionString\": \"Data Source=orgs.db\""));
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    assert!(error.contains("connection Orgs has neither SqlCommand nor SqlFile (set SqlCommand, or map tables"), "{error}");
    bench.plan.model.entity_type_mappings[0].table = Some("Orgs_org".to_owned());
    bench.load(false).unwrap();
    assert_eq!(bench.exported("Orgs_org"), "code,name\nA,Alpha\nB,\n");
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Unchanged);
    // A run is killed before its record of the file is committed.
    bench.database("UPDATE org SET name = 'Beta' WHERE code = 'B'");
    bench.undone(|bench| bench.export("Orgs", false).map(drop));
    bench.prepare("Complete").unwrap();
    bench.run(&Bench::synchronize_task(false)).unwrap();
    bench.database("UPDATE org SET name = NULL WHERE code = 'B'");
    assert_eq!(bench.export("Orgs", false).unwrap().outcome, TaskEnd::Completed);
}

#[test]
fn statements_only_read_and_end() {
    assert_eq!(
        failure("SELECT code FROM org"),
        "orgs.db: the mapped column name is missing in what the statement gives (its columns are code)"
    );
    assert!(failure("DELETE FROM org").contains("orgs.db: the statement is no query"));
    assert!(failure("SELECT code, name FROM org; SELECT 1").contains("several statements"));
    assert!(failure("SELECT code, name FROM absent").contains("orgs.db: no such table: absent"));
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS code, 1 AS name FROM n";
    assert_eq!(
        failure(endless),
        "orgs.db: the database gave no row for 1 s (correct the statement, or raise Timeout, in seconds, of connection Orgs)"
    );
}

#[test]
fn settings_are_looked_at_before_the_job_starts() {
    let export = task("ExportTask", &[("Connection", text("Orgs"))]);
    assert_eq!(bench(&statement("SELECT 1")).refused(&export), "");
    let message = bench("\"ConnectionString\": \"Data Source=orgs.db\"").refused(&export);
    assert!(message.starts_with("appsettings.agent.json:1:") && message.contains("stands for SQL Server"), "{message}");
    let mut bench = bench(&statement("SELECT * FROM org"));
    bench.settings = bench.settings.replacen('{', "{\"SourcesRootPaths\": [\"elsewhere\"], ", 1);
    let error = bench.export("Orgs", true).err().unwrap().to_string();
    assert!(error.contains("connection Orgs reads outside SourcesRootPaths"), "{error}");
}

fn invoke(attributes: &[(&str, Value)]) -> Task {
    let always = [("Provider", text("SQLite")), ("DatabaseIdentifier", text("Orgs"))];
    task("InvokeSqlCommandTask", &[always.as_slice(), attributes].concat())
}

/// With the database declared.
fn declared() -> Bench {
    let mut bench = bench(&statement("SELECT * FROM org"));
    bench.settings = bench.settings.replacen('{', "{\"Databases\": {\"Orgs\": \"Data Source=orgs.db\"}, ", 1);
    bench
}

#[test]
fn results_of_queries_become_files() {
    let mut bench = declared();
    let sql = "SELECT code FROM org ORDER BY code; SELECT 'é' AS name";
    let report = bench.run(&invoke(&[("SQLCommand", text(sql)), ("OutputPath", text("out"))])).unwrap();
    assert_eq!(counted(&report), "files 2, rows 3");
    assert_eq!(std::fs::read_to_string(bench.path("out/InvokeSqlCommandTask.csv")).unwrap(), "code\nA\nB\n");
    assert_eq!(std::fs::read_to_string(bench.path("out/InvokeSqlCommandTask_2.csv")).unwrap(), "name\né\n");
    let latin = [("SQLCommand", text("SELECT 'é' AS n")), ("OutputPath", text("n.csv")), ("Encoding", text("iso-8859-1"))];
    bench.run(&invoke(&latin)).unwrap();
    assert_eq!(std::fs::read(bench.path("n.csv")).unwrap(), b"n\n\xe9\n");
    let wide = [("SQLCommand", text("SELECT 'é' AS n")), ("OutputPath", text("w.csv")), ("Encoding", text("utf-16"))];
    bench.run(&invoke(&wide)).unwrap();
    assert_eq!(std::fs::read(bench.path("w.csv")).unwrap(), b"\xff\xfen\0\n\0\xe9\0\n\0");
    bench.write("q.sql", "SELECT count(*) AS n FROM org");
    bench.run(&invoke(&[("SQLInputFile", text("q.sql"))])).unwrap();
    assert_eq!(bench.exported("InvokeSqlCommandTask"), "n\n2\n");
    let error = bench.run(&invoke(&[("SQLCommand", text("DELETE FROM org"))])).err().unwrap().to_string();
    assert!(error.contains("the statement is no query") && error.contains("IsNotAQuery"), "{error}");
}

#[test]
fn commands_are_one_transaction() {
    let mut bench = declared();
    let mut run = |sql: &str| bench.run(&invoke(&[("SQLCommand", text(sql)), ("IsNotAQuery", Value::Bool(true))]));
    let report = run("UPDATE org SET size = 3; DELETE FROM org WHERE code = 'B'").unwrap();
    assert_eq!(counted(&report), "changed 3");
    let error = run("DELETE FROM org; INSERT INTO absent VALUES (1)").err().unwrap().to_string();
    assert!(error.contains("statement 2: no such table: absent"), "{error}");
    for sql in ["DELETE FROM org; COMMIT", "ATTACH 'x.db' AS x", "ATTACH 'x' || '.db' AS x"] {
        let error = run(sql).err().unwrap().to_string();
        assert!(error.contains("not authorized"), "{error}");
    }
    let left: i64 =
        Store::open(bench.path("orgs.db")).unwrap().query_row("SELECT count(*) FROM org", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 1);
}

#[test]
fn a_task_without_what_it_needs_is_refused() {
    let bench = declared();
    let sql = ("SQLCommand", text("SELECT 1"));
    for (attributes, part) in [
        (vec![], "neither SQLCommand nor SQLInputFile"),
        (vec![sql.clone(), ("DatabaseIdentifier", text("Org"))], "database Org is not declared under Databases in appsettings"),
        (vec![sql.clone(), ("DatabaseIdentifier", Value::Null)], "it names no database"),
        (vec![sql.clone(), ("Provider", Value::Null)], "stands for SQL Server"),
        (vec![sql.clone(), ("Provider", text("Oracle"))], "the provider Oracle has no embedded form"),
        (vec![sql.clone(), ("Encoding", text("martian"))], "martian is not a known encoding"),
        (vec![sql, ("Timeout", Value::Int(-1))], "Timeout is -1"),
    ] {
        let message = bench.refused(&invoke(&attributes));
        assert!(message.starts_with("task InvokeSqlCommandTask: ") && message.contains(part), "{message}");
    }
    assert!(
        bench
            .refused(&invoke(&[("SQLCommand", text("SELECT 1")), ("DatabaseIdentifier", text("Org"))]))
            .contains("did you mean Orgs?")
    );
}
