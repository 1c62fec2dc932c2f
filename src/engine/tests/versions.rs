//! Stores of every version so far are opened, brought up to date, and keep what they hold.
//!
//! `versions/N-data.sql` and `versions/N-runs.sql` are the tables as version N made them, `N-rows-*.sql` what a store of
//! that version held. The tables of the present version are compared with what the program makes;
//! `JOBWRIGHT_BLESS=1` writes them anew as long as the version is not released.

use std::fs;

use rusqlite::Connection;

use super::*;
use crate::engine::store::{PRESENT_VERSION, application_ids};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/tests/versions")
}

fn read(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap_or_else(|error| panic!("versions/{name}: {error}"))
}

/// The tables and indexes of a database, in the order of their names.
fn tables(file: &Path) -> String {
    let connection = Connection::open(file).unwrap();
    let sql = "SELECT sql || ';' FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type DESC, name";
    let mut statement = connection.prepare(sql).unwrap();
    let rows: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    rows.join("\n") + "\n"
}

/// A store as version `version` left it.
fn old_store(version: u32) -> House {
    let house = House::new();
    for (part, (file, application)) in
        ["data", "runs"].into_iter().zip(["store.db", "store-runs.db"].into_iter().zip(application_ids()))
    {
        let connection = Connection::open(house.file(file)).unwrap();
        connection.execute_batch(&read(&format!("{version}-{part}.sql"))).unwrap();
        connection.execute_batch(&read(&format!("{version}-rows-{part}.sql"))).unwrap();
        connection.pragma_update(None, "application_id", application).unwrap();
        connection.pragma_update(None, "user_version", version).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
    }
    house
}

#[test]
fn the_tables_of_the_present_version_are_on_record() {
    let house = House::new();
    drop(house.engine());
    for (part, file) in [("data", "store.db"), ("runs", "store-runs.db")] {
        let name = format!("{PRESENT_VERSION}-{part}.sql");
        let made = tables(&house.file(file));
        if std::env::var_os("JOBWRIGHT_BLESS").is_some() {
            fs::write(folder().join(&name), &made).unwrap();
        }
        assert_eq!(
            read(&name),
            made,
            "tables changed: add a version, or, before its release, JOBWRIGHT_BLESS=1 cargo test --lib versions"
        );
    }
}

#[test]
fn a_store_of_every_version_is_brought_up_to_date_and_keeps_what_it_holds() {
    let new = House::new();
    drop(new.engine());
    for version in 1..=PRESENT_VERSION {
        let house = old_store(version);
        let engine = house.engine();
        let checked = engine.store().check().unwrap();
        assert_eq!((checked.runs, checked.resources), (2, 2), "version {version}");
        assert_eq!(told(&engine.show(RunId(1)).unwrap()), "A completed\nB unchanged\n= completed", "version {version}");
        assert_eq!(told(&engine.show(RunId(2)).unwrap()), "A completed\nB interrupted\n= interrupted", "version {version}");
        assert_eq!(resume(&house, &ending(&[])).unwrap().run.state, JobState::Completed, "version {version}");
        assert_eq!(house.traces(), ["B"], "version {version}: A was committed");
        drop(engine);
        for file in ["store.db", "store-runs.db"] {
            let connection = Connection::open(house.file(file)).unwrap();
            connection.execute_batch("DROP TABLE IF EXISTS trace").unwrap();
            let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(found, PRESENT_VERSION);
            assert_eq!(tables(&house.file(file)), tables(&new.file(file)), "version {version}: {file}");
        }
    }
}

#[test]
fn a_store_in_which_an_earlier_version_works_is_not_brought_up_to_date() {
    use crate::engine::process::Processes;

    for version in 1..PRESENT_VERSION {
        let house = old_store(version);
        // This process stands for the one of that version.
        let pid = std::process::id();
        let incarnation = System.incarnation(pid).unwrap();
        let runs = Connection::open(house.file("store-runs.db")).unwrap();
        let sql = "INSERT OR REPLACE INTO lock VALUES ('job:another', 2, ?1, ?2, 1700000000000)";
        runs.execute(sql, rusqlite::params![pid, incarnation]).unwrap();
        drop(runs);
        for open in [Engine::open, Engine::open_existing] {
            let error = open(&house.store()).map(|_| ()).unwrap_err();
            assert_eq!(error.exit_code(), 12, "version {version}: {error}");
            let said = format!("process {pid} of that version works on run 2 in it since 2023-11-14");
            assert!(error.to_string().contains(&said), "version {version}: {error}");
        }
        for file in ["store.db", "store-runs.db"] {
            let connection = Connection::open(house.file(file)).unwrap();
            let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(found, version, "{file} is as it was");
        }
        // Once it is dead, nobody works there any more.
        let runs = Connection::open(house.file("store-runs.db")).unwrap();
        runs.execute("UPDATE lock SET incarnation = 'another' WHERE resource = 'job:another'", []).unwrap();
        drop((runs, house.engine()));
    }
}

#[test]
fn a_migration_that_fails_leaves_the_store_as_it_was() {
    let house = old_store(1);
    let connection = Connection::open(house.store()).unwrap();
    // Something of another shape stands in the way of the second table.
    connection.execute_batch("DROP TABLE task_outcome; DROP TABLE meta").unwrap();
    connection.execute_batch("CREATE VIEW task_outcome AS SELECT 1").unwrap();
    connection.pragma_update(None, "user_version", 0).unwrap();
    connection.close().unwrap();
    let before = tables(&house.store());
    let error = Engine::open(&house.store()).map(|_| ()).unwrap_err();
    assert_eq!(error.exit_code(), 6, "{error}");
    assert_eq!(tables(&house.store()), before, "half a migration was kept");
}
