//! Blocked tasks: approval, continuation, refusal.

use super::*;
use crate::engine::sample::{job, plan, task};

fn daily() -> Plan {
    plan(job("Daily", vec![task("Prepare", 0), task("Synchronize", 1).after(&["Prepare"]), task("Compute", 2)]))
}

const BLOCKS: &[(&str, &str)] = &[("Synchronize", "blocked")];

#[test]
fn a_block_stops_the_job_and_keeps_its_change_list() {
    let house = House::new();
    let summary = run(&house, &daily(), &ending(BLOCKS)).unwrap();
    insta::assert_snapshot!(told(&summary), @r"
    Prepare completed
    Synchronize blocked
    Compute not started: Synchronize was blocked
    = blocked
    ");
    assert_eq!(summary.run.state.exit_code(false), 12);
    assert_eq!(summary.next, ["jobwright approve 1 Synchronize --reason \"…\"", "jobwright run --resume 1"]);
    assert_eq!(house.traces(), ["Prepare", "Synchronize"], "what the blocked task wrote is committed");
}

#[test]
fn nothing_goes_on_without_approval() {
    let house = House::new();
    run(&house, &daily(), &ending(BLOCKS)).unwrap();
    let error = resume(&house, &ending(BLOCKS)).unwrap_err();
    assert_eq!(error.exit_code(), 12);
    assert!(error.to_string().starts_with("run 1 waits for approval of Synchronize;"), "{error}");
    assert_eq!(house.engine().show(RunId(1)).unwrap().run.state, JobState::Blocked);
}

#[test]
fn an_approved_task_runs_once_more_with_its_change_list() {
    let house = House::new();
    run(&house, &daily(), &ending(BLOCKS)).unwrap();
    house.engine().approve(RunId(1), "synchronize", "the department was closed").unwrap();
    assert_eq!(house.engine().show(RunId(1)).unwrap().next, ["jobwright run --resume 1"]);
    let given = Mutex::new(Vec::new());
    let source = Fake(|context: &mut TaskContext<'_>| {
        given.lock().unwrap().push((context.task.id.clone(), context.approval.map(str::to_owned)));
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    let summary = resume(&house, &source).unwrap();
    assert_eq!(summary.run.state, JobState::Completed);
    assert_eq!(summary.approvals[0].reason, "the department was closed");
    assert_eq!(
        given.into_inner().unwrap(),
        [("Synchronize".to_owned(), Some("1/Synchronize".to_owned())), ("Compute".to_owned(), None)]
    );
}

#[test]
fn an_approval_does_not_hold_for_a_later_list() {
    let house = House::new();
    run(&house, &daily(), &ending(BLOCKS)).unwrap();
    house.engine().approve(RunId(1), "Synchronize", "fine").unwrap();
    let again = Fake(|_: &mut TaskContext<'_>| Ok(TaskReport::new(TaskEnd::Blocked)));
    assert_eq!(resume(&house, &again).unwrap().run.state, JobState::Blocked);
    assert!(matches!(resume(&house, &again), Err(EngineError::NotApproved { .. })));
}

#[test]
fn only_blocked_tasks_are_approved() {
    let house = House::new();
    run(&house, &daily(), &ending(BLOCKS)).unwrap();
    let engine = house.engine();
    let refused = |task| engine.approve(RunId(1), task, "x").unwrap_err().to_string();
    assert_eq!(refused("Prepare"), "task Prepare of run 1 is not blocked: it completed; there is nothing to approve");
    assert!(refused("Synchronise").contains("did you mean Synchronize?"));
    assert!(matches!(engine.approve(RunId(9), "Prepare", "x"), Err(EngineError::UnknownRun { .. })));
}
