//! Opening stores: what is ours, what is not, what is newer.

use std::fs;

use super::*;
use crate::engine::sample::{job, plan, task};

/// Opens the file, expects a refusal, and that not a byte of it or beside it has changed.
fn refused(house: &House, file: &Path) -> String {
    let names = || {
        let mut names: Vec<_> = fs::read_dir(house.folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        names.sort();
        names
    };
    let before = (fs::read(file).unwrap(), names());
    let error = Engine::open(file).map(|_| ()).unwrap_err();
    assert_eq!(error.exit_code(), 6);
    assert_eq!((fs::read(file).unwrap(), names()), before, "the file was left untouched");
    error.to_string().replace(&house.folder.path().display().to_string(), "")
}

#[test]
fn a_foreign_database_is_refused_untouched() {
    let house = House::new();
    let file = house.file("other.db");
    Connection::open(&file).unwrap().execute_batch("CREATE TABLE mine(x); INSERT INTO mine VALUES (1)").unwrap();
    assert_eq!(
        refused(&house, &file),
        "/other.db is not a jobwright store (it is a SQLite database of another program); \
         it was left untouched, name another file with --store"
    );
}

#[test]
fn what_is_no_database_is_refused_untouched() {
    let house = House::new();
    for content in [&b"x"[..], &b"some notes ".repeat(100), &b"SQLite format 3\0"[..]] {
        let file = house.file("notes.db");
        fs::write(&file, content).unwrap();
        assert!(refused(&house, &file).contains("it is no SQLite database"));
    }
}

#[test]
fn a_newer_store_is_refused_untouched() {
    let house = House::new();
    drop(house.engine());
    let connection = Connection::open(house.store()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    connection.close().unwrap();
    assert_eq!(
        refused(&house, &house.store()),
        "/store.db is a store of version 99, this jobwright reads versions up to 4; \
         it was left untouched, use a newer jobwright"
    );
}

#[test]
fn the_history_is_no_store_and_a_folder_neither() {
    let house = House::new();
    drop(house.engine());
    assert!(refused(&house, &house.file("store-runs.db")).contains("it holds the run history of a store"));
    let error = Engine::open(house.folder.path()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("it is not a regular file"), "{error}");
}

#[test]
fn the_history_of_another_store_is_refused() {
    let house = House::new();
    drop(house.engine());
    drop(Engine::open(&house.file("second.db")).unwrap());
    fs::copy(house.file("second-runs.db"), house.file("store-runs.db")).unwrap();
    let error = Engine::open(&house.store()).map(|_| ()).unwrap_err();
    assert!(matches!(error, EngineError::Unpaired { .. }), "{error}");
}

#[test]
fn a_missing_store_is_made_only_where_it_may_be() {
    let house = House::new();
    let file = house.file("deep/er/store.db");
    assert!(matches!(Engine::open_existing(&file), Err(EngineError::NoStore { .. })));
    assert!(!house.file("deep").exists());
    drop(Engine::open(&file).unwrap());
    drop(Engine::open_existing(&file).unwrap());
    let empty = house.file("empty.db");
    fs::write(&empty, "").unwrap();
    drop(Engine::open(&empty).unwrap());
    assert!(
        fs::read_dir(house.folder.path())
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().contains(".new-") })
    );
}

#[test]
fn a_lost_history_does_not_give_out_numbers_again() {
    let house = House::new();
    let plan = plan(job("J", vec![task("A", 0)]));
    run(&house, &plan, &ending(&[])).unwrap();
    for ending in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(house.file(&format!("store-runs.db{ending}")));
    }
    let summary = run(&house, &plan, &ending(&[])).unwrap();
    assert_eq!((summary.run.id, summary.tasks[0].attempt), (2, 1));
    assert_eq!(house.traces(), ["A", "A"]);
}

#[test]
fn a_number_under_which_work_files_are_kept_is_not_given_out() {
    let house = House::new();
    let plan = plan(job("J", vec![task("A", 0)]));
    for kept in ["1", "7", "8.old", "99999999999999999999", "notes"] {
        fs::create_dir_all(house.file("store-work/runs").join(kept)).unwrap();
    }
    assert_eq!(run(&house, &plan, &ending(&[])).unwrap().run.id, 8);
    assert_eq!(run(&house, &plan, &ending(&[])).unwrap().run.id, 9);
}

#[test]
fn many_first_starts_make_one_store() {
    let house = House::new();
    let store = house.store();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| drop(Engine::open(&store)));
        }
    });
    drop(house.engine());
}

#[test]
fn pruning_keeps_the_latest_runs_and_the_last_of_each_job() {
    let house = House::new();
    let other = plan(job("Other", vec![task("A", 0)]));
    let plan = plan(job("J", vec![task("A", 0)]));
    run(&house, &other, &ending(&[])).unwrap();
    for _ in 0..5 {
        run(&house, &plan, &ending(&[])).unwrap();
    }
    let engine = house.engine();
    let pruned: Vec<i64> = engine.prune(2).unwrap().iter().map(|run| run.0).collect();
    assert_eq!(pruned, [4, 3, 2]);
    let kept: Vec<i64> = engine.runs().unwrap().iter().map(|run| run.id).collect();
    assert_eq!(kept, [6, 5, 1]);
    assert!(!house.file("store-work/runs/2").exists() && house.file("store-work/runs/1").exists());
    engine.store().plan("sha256:Other").unwrap();
    engine.store().check().unwrap();
}

#[test]
fn a_backup_taken_during_a_run_is_a_store_with_an_interrupted_run() {
    let house = House::new();
    let plan = plan(job("J", vec![task("A", 0), task("B", 1)]));
    let (store, copy) = (house.store(), house.file("copy/store.db"));
    let source = Fake(|context: &mut TaskContext<'_>| {
        if context.task.id == "B" {
            Engine::open(&store).unwrap().store().backup(&copy).unwrap();
        }
        leave_trace(context)?;
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    run(&house, &plan, &source).unwrap();
    let copied = Engine::open_existing(&copy).unwrap();
    copied.store().check().unwrap();
    assert_eq!(traces(&copy), ["A"]);
    assert_eq!(told(&copied.show(RunId(1)).unwrap()), "A completed\nB interrupted\n= interrupted");
    assert!(matches!(copied.store().backup(&copy), Err(EngineError::Exists { .. })));
}

#[test]
fn a_damaged_store_is_told() {
    let house = House::new();
    run(&house, &plan(job("J", vec![task("A", 0)])), &ending(&[])).unwrap();
    let mut bytes = fs::read(house.store()).unwrap();
    assert!(bytes.len() > 8192, "the log of the database is merged into the file when it is closed");
    bytes[4096..].fill(0xA5);
    fs::write(house.store(), bytes).unwrap();
    let error = Engine::open(&house.store()).and_then(|engine| engine.store().check()).unwrap_err();
    assert!(error.to_string().contains("is damaged"), "{error}");
}

#[test]
fn what_a_run_could_not_write_is_written_when_it_is_given_up() {
    let house = House::new();
    drop(house.engine());
    // One step cannot be written: that A has ended and B starts.
    let runs = Connection::open(house.file("store-runs.db")).unwrap();
    runs.execute_batch(
        "CREATE TRIGGER fails BEFORE UPDATE ON task_run WHEN new.position = 1 AND new.state = 'running'
         BEGIN SELECT raise(ABORT, 'a defect'); END",
    )
    .unwrap();
    let plan = plan(job("Daily", vec![task("A", 0), task("B", 1)]));
    let error = run(&house, &plan, &ending(&[])).unwrap_err();
    assert!(error.to_string().contains("a defect"), "{error}");
    let told = |runs: &Connection| -> Vec<(i64, String)> {
        let mut statement = runs.prepare("SELECT number, json_extract(body, '$.event') FROM event ORDER BY number").unwrap();
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
    };
    let events = told(&runs);
    assert!(events.iter().zip(1..).all(|((number, _), expected)| *number == expected), "{events:?}");
    assert!(events.iter().any(|(_, event)| event == "task-ended"), "{events:?}");
    assert_eq!(house.engine().show(RunId(1)).unwrap().run.state, JobState::Interrupted);
    runs.execute_batch("DROP TRIGGER fails").unwrap();
    assert_eq!(resume(&house, &ending(&[])).unwrap().run.state, JobState::Completed);
    assert_eq!(house.traces(), ["A", "B"]);
}
