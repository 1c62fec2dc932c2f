//! The tasks that look after the store.

use super::*;

#[test]
fn what_is_known_first_holds_from_the_beginning() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.write("people.csv", "id,name,mail,org\n1,Anna,ana@x,A\n2,Bo,bo@x,B\n");
    bench.load(false).unwrap();
    bench.write("people.csv", "id,name,mail,org\n1,Anna,ana@x,A\n2,Bo,bo@x,B\n3,Cy,cy@x,B\n");
    bench.load(false).unwrap();
    let report = bench.run(&task("ResetValidFromTask", &[])).unwrap();
    assert_eq!(report.outcome, TaskEnd::Completed);
    let first = |table: &str| {
        bench.query(&format!(
            "SELECT t.name || ' ' || x.key || ' ' || iif(x.valid_from = 0, 'always', 'later') FROM {table} x
             JOIN entity_type t ON t.id = x.type ORDER BY t.name, x.key, x.valid_from"
        ))
    };
    assert_eq!(first("resource"), ["Org A always", "Org B always", "User 1 later", "User 2 always", "User 3 later"]);
    assert_eq!(first("resource_past"), ["User 1 always", "User 3 always"]);
    let late = bench.query(
        "SELECT count(*) || '' FROM link l WHERE l.valid_from > 0 AND NOT EXISTS (SELECT 1 FROM link_past p
         WHERE p.association = l.association AND p.from_id = l.from_id AND p.to_id = l.to_id)",
    );
    assert_eq!(late, ["0"]);
    assert_eq!(bench.query("SELECT at || '' FROM moment WHERE seq = 0"), ["-62135596800000"]);
    let digest = bench.digest();
    let again = bench.run(&task("ResetValidFromTask", &[])).unwrap();
    assert_eq!((again.outcome, counted(&again), bench.digest()), (TaskEnd::Unchanged, String::new(), digest));
    // History goes on as before.
    bench.write("people.csv", "id,name,mail,org\n1,Ann,ana@x,A\n");
    assert_eq!(counted(&bench.load(false).unwrap()), "deleted 2, links_deleted 3, orphans 1, updated 1");
}

#[test]
fn indexes_follow_the_configuration_and_serve() {
    let mut bench = Bench::filled();
    let task = task("ManageConfigurationIndexesTask", &[]);
    assert_eq!(bench.run(&task).unwrap().outcome, TaskEnd::Unchanged, "nothing was loaded yet");
    bench.load(false).unwrap();
    let report = bench.run(&task).unwrap();
    assert_eq!((counted(&report), report.outcome), ("created 3, indexes 3".to_owned(), TaskEnd::Completed));
    assert_eq!(bench.run(&task).unwrap().outcome, TaskEnd::Unchanged);
    bench.run(&super::task("CreateDatabaseViewsTask", &[])).unwrap();
    let plan: String =
        bench.store.query_row("EXPLAIN QUERY PLAN SELECT Id FROM zz_User WHERE Mail = 'bo@x'", [], |row| row.get(3)).unwrap();
    assert!(plan.contains("USING INDEX configuration_"), "{plan}");
    bench.plan.model.association_mappings.remove(0);
    assert_eq!(counted(&bench.run(&task).unwrap()), "dropped 1, indexes 2");
}

#[test]
fn expressions_ask_the_store() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    let mut kinds = |expression: &str| {
        let computed = &mut bench.plan.model.property_expressions[1];
        (computed.binding, computed.expression) = (None, Some(expression.to_owned()));
        bench.expressions(false)?;
        Ok::<_, TaskError>(bench.query(
            "SELECT r.key || ' ' || coalesce(json_extract(r.computed, '$.Kind'), '-') FROM resource r
             JOIN entity_type t ON t.id = r.type WHERE t.name = 'User' ORDER BY r.key",
        ))
    };
    let by_code = "C#:u:return queryHandler.Select<Org>(\"Select Name Where Code=\\\"B\\\"\").FirstOrDefault()?.Name + u.Code;";
    assert_eq!(kinds(by_code).unwrap(), ["1 Beta1", "2 Beta2", "3 Beta3"]);
    let others =
        "C#:u:return queryHandler.Select<User>($\"Select Id Where Org.Code=\\\"{u.Org?.Code}\\\" and Id != {u.Id}\").Count();";
    assert_eq!(kinds(others).unwrap(), ["1 1", "2 1", "3 0"]);
    let by_id = "C#:u:return queryHandler.Select<User>(\"Select Name Where Id=\" + u.Id).First().Name;";
    assert_eq!(kinds(by_id).unwrap(), ["1 Ana", "2 Bo", "3 Cy"]);
    let error = kinds("C#:u:return queryHandler.Select<Org>(\"Select Nam\").Count();").unwrap_err().to_string();
    assert!(error.contains("entity type `Org` has no property `Nam`, which the query names"), "{error}");
}
