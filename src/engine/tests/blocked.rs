//! Blocked tasks: approval, continuation, refusal.

use super::*;
use crate::engine::sample::{job, plan, task};
use crate::plan::model::{JobMode, OnFailure};

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
    let store = shell::store_argument(house.engine().store().data_file());
    assert_eq!(
        summary.next,
        [format!("jobwright approve 1 Synchronize --reason \"…\"{store}"), format!("jobwright run --resume 1{store}")]
    );
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
    assert_eq!(
        house.engine().show(RunId(1)).unwrap().next,
        [format!("jobwright run --resume 1{}", shell::store_argument(house.engine().store().data_file()))]
    );
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
        [("Synchronize".to_owned(), Some("list 7 of AD".to_owned())), ("Compute".to_owned(), None)]
    );
}

#[test]
fn an_approval_does_not_hold_for_a_later_list() {
    let house = House::new();
    let plan = plan(job("J", vec![task("A", 0)]));
    let blocks = Fake(|_: &mut TaskContext<'_>| Ok(TaskReport::new(TaskEnd::Blocked)));
    run(&house, &plan, &blocks).unwrap();
    house.engine().approve(RunId(1), "A", "fine").unwrap();
    assert_eq!(resume(&house, &blocks).unwrap().run.state, JobState::Blocked);
    assert!(matches!(resume(&house, &blocks), Err(EngineError::NotApproved { .. })));
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

#[test]
fn an_incremental_job_leaves_out_a_blocked_connector() {
    let house = House::new();
    let on = |mut task: Task, element: &str, connector: &str| {
        task.element = element.to_owned();
        task.attributes.insert("Connector".to_owned(), crate::plan::model::Value::Text(connector.to_owned()));
        task
    };
    let mut job = job(
        "Fast",
        vec![
            on(task("AD_Prepare", 0), "PrepareSynchronizationTask", "AD"),
            on(task("AD_Synchronize", 1), "SynchronizeTask", "AD").after(&["AD_Prepare"]),
            on(task("HR_Synchronize", 1), "SynchronizeTask", "HR"),
            task("Compute", 2),
        ],
    );
    job.mode = JobMode::Incremental;
    let mut plan = plan(job);
    let source = Connectors(ending(&[("AD_Synchronize", "blocked")]));
    assert_eq!(run(&house, &plan, &source).unwrap().run.state, JobState::Blocked);
    let summary = run(&house, &plan, &source).unwrap();
    insta::assert_snapshot!(told(&summary), @r"
    AD_Prepare not launched: connector AD is blocked until its changes of run 1 are approved or a complete job replaces them
    AD_Synchronize not launched: connector AD is blocked until its changes of run 1 are approved or a complete job replaces them
    HR_Synchronize completed
    Compute completed
    = completed
    ");
    house.engine().approve(RunId(1), "AD_Synchronize", "seen").unwrap();
    let settings = Settings::default();
    let engine = house.engine();
    let summary = engine.resume(Some(RunId(1)), &RunOptions::new(&settings), &source, &mut reporter::Silent).unwrap();
    assert_eq!(summary.run.state, JobState::Completed, "{}", told(&summary));

    plan.jobs[0].mode = JobMode::Complete;
    assert_eq!(run(&house, &plan, &source).unwrap().run.state, JobState::Blocked);
}

#[test]
fn a_task_that_failed_in_part_ends_as_a_failure_and_keeps_its_work() {
    for (on_failure, end, state) in
        [(OnFailure::Stop, "errored", JobState::Errored), (OnFailure::Continue, "warning", JobState::CompletedWithWarnings)]
    {
        let house = House::new();
        let mut plan = plan(job("Daily", vec![task("Fulfill", 0)]));
        plan.jobs[0].tasks[0].on_failure = on_failure;
        let summary = run(&house, &plan, &ending(&[("Fulfill", "failed")])).unwrap();
        assert!(told(&summary).starts_with(&format!("Fulfill {end}: 1 order refused")), "{}", told(&summary));
        assert_eq!(summary.run.state, state);
        assert_eq!(house.traces(), ["Fulfill"]);
    }
}
