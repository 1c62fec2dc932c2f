//! Blocking, approving, and lists that went stale.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::*;
use crate::tasks::blocked_list;

fn limited(limit: Limit) -> Bench {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.plan.model.connectors[0].thresholds.updated = limit;
    bench.write("people.csv", "id,name,mail,org\n1,Ann,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n");
    bench
}

#[test]
fn a_blocked_list_changes_nothing_until_it_is_approved() {
    let mut bench = limited(Limit { lines: 1, percent: 0 });
    let before = (bench.resources(), bench.links());
    let report = bench.load(true).unwrap();
    assert_eq!(report.outcome, TaskEnd::Blocked);
    let message = report.message.unwrap();
    assert!(message.contains("2 resources updated, more than the 1 of connector HR"), "{message}");
    assert_eq!((bench.resources(), bench.links()), before);
    assert_eq!(
        bench.query("SELECT key || ' ' || before || ' ' || after FROM pending"),
        [r#"1 ["1","ana@x","Ana"] ["1","ana@x","Ann"]"#, r#"2 ["2","bo@x","Bo"] ["2","bo@x","Bob"]"#]
    );
    let list = blocked_list(&bench.store, "HR").unwrap().unwrap();
    assert!(message.contains(&list));
    let task = Bench::synchronize_task(true);
    assert!(bench.approve(&task, Some("HR-999")).is_err());
    let report = bench.approve(&task, Some(&list)).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "updated 2"));
    assert!(bench.query("SELECT key FROM pending").is_empty());
    assert!(bench.approve(&task, Some(&list)).is_err(), "approved once is applied once");
}

/// A synchronization about to block, with its store in a file, and what another process has of that.
fn contended() -> (Bench, Mutex<Store>) {
    let mut bench = limited(Limit { lines: 1, percent: 0 });
    for connection in ["People", "Orgs", "Members"] {
        bench.export(connection, true).unwrap();
    }
    bench.prepare("Complete").unwrap();
    let file = bench.path("store.db");
    bench.store.execute("VACUUM INTO ?1", [file.to_str().unwrap()]).unwrap();
    bench.store = Store::open(&file).unwrap();
    bench.store.pragma_update(None, "journal_mode", "WAL").unwrap();
    bench.store.busy_timeout(Duration::from_millis(1)).unwrap();
    let other = Store::open(&file).unwrap();
    other.busy_timeout(Duration::ZERO).unwrap();
    (bench, Mutex::new(other))
}

#[test]
fn a_store_that_is_busy_while_changes_are_undone_is_waited_for() {
    let (mut bench, other) = contended();
    let task = Bench::synchronize_task(true);
    let looks = AtomicU32::new(0);
    let report = bench.run_watched(&task, None, &|| {
        let other = other.lock().unwrap();
        match looks.fetch_add(1, Ordering::Relaxed) {
            0 => other.execute_batch("BEGIN IMMEDIATE").unwrap(),
            3 => other.execute_batch("COMMIT").unwrap(),
            _ => {}
        }
        false
    });
    assert_eq!(report.unwrap().outcome, TaskEnd::Blocked);
    assert_eq!(looks.into_inner(), 4);
    assert!(blocked_list(&bench.store, "HR").unwrap().is_some());
}

#[test]
fn changes_are_held_against_the_thresholds_anew_where_the_store_was_changed_meanwhile() {
    let (mut bench, other) = contended();
    let task = Bench::synchronize_task(true);
    let looks = AtomicU32::new(0);
    let report = bench.run_watched(&task, None, &|| {
        if looks.fetch_add(1, Ordering::Relaxed) == 0 {
            let sql = "INSERT OR REPLACE INTO identity_meta VALUES ('revision:HR', 4711)";
            other.lock().unwrap().execute_batch(sql).unwrap();
        }
        false
    });
    assert_eq!(report.unwrap().outcome, TaskEnd::Blocked);
    assert_eq!(looks.into_inner(), 2, "it was computed twice");
    let list = blocked_list(&bench.store, "HR").unwrap().unwrap();
    let report = bench.approve(&task, Some(&list)).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "updated 2"));

    let (mut bench, other) = contended();
    let moved = AtomicU32::new(0);
    let error = bench.run_watched(&task, None, &|| {
        let sql = "INSERT OR REPLACE INTO identity_meta VALUES ('revision:HR', ?1)";
        other.lock().unwrap().execute(sql, [5000 + moved.fetch_add(1, Ordering::Relaxed)]).unwrap();
        false
    });
    assert!(error.err().unwrap().to_string().contains("other processes changed the store each time"));
    assert_eq!(moved.into_inner(), 3, "but not for ever");
}

#[test]
fn a_synchronization_that_is_to_give_up_does_not_wait_for_a_busy_store() {
    let (mut bench, other) = contended();
    let before = bench.resources();
    let looks = AtomicU32::new(0);
    let report = bench.run_watched(&Bench::synchronize_task(true), None, &|| {
        if looks.fetch_add(1, Ordering::Relaxed) == 0 {
            other.lock().unwrap().execute_batch("BEGIN IMMEDIATE").unwrap();
            return false;
        }
        true
    });
    assert!(report.is_err());
    assert!(bench.store.is_autocommit());
    assert_eq!(bench.resources(), before);
}

#[test]
fn a_list_that_was_replaced_is_refused() {
    let mut bench = limited(Limit { lines: 0, percent: 10 });
    assert_eq!(bench.load(true).unwrap().outcome, TaskEnd::Blocked);
    let list = blocked_list(&bench.store, "HR").unwrap().unwrap();
    bench.write("people.csv", "id,name,mail,org\n1,Ann,ana@x,A\n2,Bobby,bo@x,A\n3,Cy,cy@x,B\n");
    assert_eq!(bench.load(true).unwrap().outcome, TaskEnd::Blocked);
    let error = bench.approve(&Bench::synchronize_task(true), Some(&list)).err().unwrap().to_string();
    assert!(error.contains("no longer waits"), "{error}");
}

#[test]
fn a_forced_synchronization_asks_no_threshold() {
    let mut bench = limited(Limit { lines: 1, percent: 1 });
    let mut task = Bench::synchronize_task(true);
    task.attributes.insert("ForceSynchronization".to_owned(), Value::Bool(true));
    assert_eq!(bench.load(true).unwrap().outcome, TaskEnd::Blocked);
    assert_eq!(bench.run(&task).unwrap().outcome, TaskEnd::Completed);
}

#[test]
fn limits_of_mappings_count_beside_those_of_the_connector() {
    let mut bench = limited(Limit::default());
    bench.plan.model.entity_type_mappings[1].thresholds.updated = Limit { lines: 1, percent: 0 };
    let report = bench.load(true).unwrap();
    assert!(report.message.unwrap().contains("more than the 1 of entity type mapping User"));
    bench.plan.model.entity_type_mappings[1].thresholds.updated = Limit::default();
    bench.plan.model.association_mappings[1].thresholds.deleted = Limit { lines: 1, percent: 0 };
    bench.write("people.csv", "id,name,mail,org\n3,Cy,cy@x,B\n");
    let report = bench.load(true).unwrap();
    assert!(report.message.unwrap().contains("2 links deleted, more than the 1 of association mapping User_Org"));
}

#[test]
fn a_list_is_stale_when_another_connector_made_or_ended_links_of_it() {
    let mut bench = Bench::structured();
    bench.load(false).unwrap();
    assert_eq!(bench.links().len(), 0, "no organization is there");
    bench.plan.model.connectors[0].thresholds.updated = Limit { lines: 1, percent: 0 };
    let held = |bench: &mut Bench, people: &str| {
        bench.write("people.csv", format!("id,name,mail,org\n{people}"));
        assert_eq!(bench.load(false).unwrap().outcome, TaskEnd::Blocked);
        blocked_list(&bench.store, "HR").unwrap().unwrap()
    };
    let refused = |bench: &mut Bench, list: &str| {
        let error = bench.approve(&Bench::synchronize_task(false), Some(list)).err().unwrap().to_string();
        error.replace(list, "LIST")
    };
    let stale = "the change list LIST is stale: what connector HR holds was changed since";

    let list = held(&mut bench, "1,Ann,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n");
    assert_eq!(counted(&bench.load_structure()), "inserted 2, links_healed 6");
    assert!(refused(&mut bench, &list).starts_with(stale));

    let list = held(&mut bench, "1,Ane,ana@x,A\n2,Bor,bo@x,A\n3,Cy,cy@x,B\n");
    bench.write("orgs.csv", "code,name\nA,Alpha\n");
    assert_eq!(counted(&bench.load_structure()), "deleted 1, links_deleted 3");
    assert!(refused(&mut bench, &list).starts_with(stale));

    // The link to C is in no list, as there was no C.
    let list = held(&mut bench, "1,Anu,ana@x,A\n2,Boy,bo@x,C\n3,Cy,cy@x,B\n");
    bench.write("orgs.csv", "code,name\nA,Alpha\nC,Gamma\n");
    assert_eq!(counted(&bench.load_structure()), "inserted 1");
    let changed = "the change list LIST is stale: it would now change something else than it says";
    assert!(refused(&mut bench, &list).starts_with(changed));

    // What has nothing to do with it leaves it alone.
    let list = held(&mut bench, "1,Ann,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n");
    bench.write("orgs.csv", "code,name\nA,Alpha\nC,Gamma\nD,Delta\n");
    assert_eq!(counted(&bench.load_structure()), "inserted 1");
    assert_eq!(bench.approve(&Bench::synchronize_task(false), Some(&list)).unwrap().outcome, TaskEnd::Completed);
}
