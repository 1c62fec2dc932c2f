//! The rules of launching, read through simulations.

use std::fmt::Write;

use super::*;
use crate::engine::sample::{chain, job, task};
use crate::plan::model::Parents;

/// `task state reason` per line, and the end of the job.
fn run(job: &Job, outcomes: &[(&str, TaskState)]) -> String {
    with_jobs(4, job, outcomes)
}

fn with_jobs(jobs: usize, job: &Job, outcomes: &[(&str, TaskState)]) -> String {
    let outcomes = outcomes.iter().map(|(task, state)| ((*task).to_owned(), *state)).collect();
    let simulation = simulate(job, jobs, &Selection::default(), &outcomes, &[], &|_| None).unwrap();
    let mut text = String::new();
    for task in simulation.tasks {
        let reason = task.reason.map_or_else(String::new, |reason| format!(": {reason}"));
        writeln!(text, "{} {}{reason}", task.task, task.state).unwrap();
    }
    text + &format!("= {}", simulation.state)
}

#[test]
fn skips_travel_down_the_chain_with_their_reason() {
    insta::assert_snapshot!(run(&chain(), &[("Prepare", TaskState::Unchanged)]), @r"
    Export completed
    Prepare unchanged
    Synchronize not launched: Prepare ended unchanged
    Compute completed
    = completed
    ");
    insta::assert_snapshot!(run(&chain(), &[("Export", TaskState::Errored)]), @r"
    Export warning
    Prepare not launched: Export ended in warning
    Synchronize not launched: Prepare was not launched
    Compute completed
    = completed with warnings
    ");
}

#[test]
fn an_error_and_a_block_stop_the_job() {
    insta::assert_snapshot!(run(&chain(), &[("Prepare", TaskState::Errored)]), @r"
    Export completed
    Prepare errored
    Synchronize not started: Prepare ended in error
    Compute not started: Prepare ended in error
    = errored
    ");
    insta::assert_snapshot!(run(&chain(), &[("Synchronize", TaskState::Blocked)]), @r"
    Export completed
    Prepare completed
    Synchronize blocked
    Compute not started: Synchronize was blocked
    = blocked
    ");
}

#[test]
fn siblings_of_a_failed_task_finish() {
    let job = job("J", vec![task("A", 0), task("B", 0), task("C", 1)]);
    insta::assert_snapshot!(run(&job, &[("A", TaskState::Errored), ("B", TaskState::Blocked)]), @r"
    A errored
    B blocked
    C not started: A ended in error
    = errored
    ");
    // One at a time, the sibling had not begun.
    insta::assert_snapshot!(with_jobs(1, &job, &[("A", TaskState::Errored), ("B", TaskState::Blocked)]), @r"
    A errored
    B not started: A ended in error
    C not started: A ended in error
    = errored
    ");
}

#[test]
fn a_task_ends_once() {
    let outcomes = BTreeMap::from([("export".to_owned(), TaskState::Unchanged), ("Export".to_owned(), TaskState::Blocked)]);
    let error = simulate(&chain(), 4, &Selection::default(), &outcomes, &[], &|_| None).unwrap_err();
    assert_eq!(error.to_string(), "Export and export are one task, and it ends once; name it once");
}

#[test]
fn any_parent_is_enough_where_the_plan_says_so() {
    let mut flag = task("Flag", 1).after(&["A", "B"]);
    let all = job("J", vec![task("A", 0), task("B", 0), flag.clone()]);
    flag.parents = Parents::Any;
    let any = job("J", vec![task("A", 0), task("B", 0), flag]);
    let one = [("B", TaskState::Unchanged)];
    let none = [("A", TaskState::Unchanged), ("B", TaskState::Unchanged)];
    assert!(run(&all, &one).contains("Flag not launched: B ended unchanged"));
    assert!(run(&any, &one).contains("Flag completed"));
    assert!(run(&any, &none).contains("Flag not launched: none of its parents completed: A ended unchanged, B ended unchanged"));
}

#[test]
fn parents_outside_the_selection_count_as_satisfied() {
    let selection = Selection { from: Some("Synchronize".to_owned()), ..Selection::default() };
    let simulation = simulate(&chain(), 4, &selection, &BTreeMap::new(), &[], &|_| None).unwrap();
    let states: Vec<TaskState> = simulation.tasks.iter().map(|task| task.state).collect();
    assert_eq!(states, [TaskState::NotSelected, TaskState::NotSelected, TaskState::Completed, TaskState::Completed]);
}

#[test]
fn tasks_that_wait_for_each_other_do_not_wait_for_ever() {
    let job = job("J", vec![task("A", 0).after(&["B"]), task("B", 0).after(&["A"])]);
    insta::assert_snapshot!(run(&job, &[]), @r"
    A not launched: B does not run before it
    B not launched: A was not launched
    = completed
    ");
}

#[test]
fn an_edge_to_nowhere_is_refused() {
    let job = job("J", vec![task("A", 0).after(&["B"])]);
    let error = simulate(&job, 4, &Selection::default(), &BTreeMap::new(), &[], &|_| None).unwrap_err();
    assert_eq!(error.to_string(), "the plan cannot be run: task A of job J waits for B, which the job lacks; compile it again");
}

#[test]
fn only_outcomes_of_tasks_can_be_assumed() {
    let outcomes = BTreeMap::from([("Export".to_owned(), TaskState::NotStarted)]);
    assert!(simulate(&chain(), 4, &Selection::default(), &outcomes, &[], &|_| None).is_err());
}

#[test]
fn what_awaits_a_task_launches_it_where_its_parents_ended_well() {
    let job = chain();
    let awaited = |place: usize| (place == 1 || place == 2).then(|| "a date has come for 1 owner".to_owned());
    let told = |task: &str, outcome| {
        let outcomes = BTreeMap::from([(task.to_owned(), outcome)]);
        let simulation = simulate(&job, 4, &Selection::default(), &outcomes, &[], &awaited).unwrap();
        let words = |task: &SimulatedTask| format!("{}: {}", task.state, task.reason.as_deref().unwrap_or_default());
        (words(&simulation.tasks[1]), words(&simulation.tasks[2]))
    };
    let launched = "completed: launched because a date has come for 1 owner".to_owned();
    assert_eq!(told("Prepare", TaskState::Unchanged), ("unchanged: ".to_owned(), launched.clone()));
    assert_eq!(told("Prepare", TaskState::Completed), ("completed: ".to_owned(), "completed: ".to_owned()));
    let failed = "not launched: Export ended in warning".to_owned();
    let behind = "not launched: Prepare was not launched".to_owned();
    assert_eq!(told("Export", TaskState::Errored), (failed, behind), "a failure is no quiet day, however far up it was");
    assert_eq!(told("Export", TaskState::Unchanged), (launched.clone(), "completed: ".to_owned()));
}
