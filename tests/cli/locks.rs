//! Who may run what at the same time, with real processes.

use std::process::{Child, Stdio};
use std::thread::JoinHandle;

use crate::support::{Outcome, Project, until_line};

const COMPLETE: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Complete"];
const INCREMENTAL: [&str; 4] = ["run", "examples/demo", "--job", "Demo_Incremental"];

/// A run of the job that stands still at a point until its standard input is closed.
struct Held {
    child: Child,
    rest: JoinHandle<()>,
}

impl Held {
    fn at(project: &Project, arguments: &[&str], point: u32) -> Self {
        let mut command = project.command(arguments);
        let mut child = command.env("JOBWRIGHT_HOLD_AT", point.to_string()).stdin(Stdio::piped()).spawn().unwrap();
        let rest = until_line(&mut child, |line| line.starts_with("held after"));
        Self { child, rest }
    }

    fn go_on(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
        self.rest.join().unwrap();
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.rest.join().unwrap();
    }
}

/// A refused start must say which run of which process holds the job, and since when.
fn refused(outcome: &Outcome, holder: &Held) {
    assert_eq!(outcome.code, Some(12), "{outcome}");
    let said = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    let since = format!("is already running: run 1 in process {} since 20", holder.child.id());
    assert!(said.contains(&since) && said.contains("jobwright cancel 1"), "{outcome}");
}

#[test]
fn a_second_start_is_told_who_runs_the_job_since_when() {
    let project = Project::demo();
    let first = Held::at(&project, &COMPLETE, 12);
    refused(&project.run(&COMPLETE), &first);
    refused(&project.run(&["run", "--resume", "1"]), &first);
    let outcome = project.run(&[
        "run",
        "examples/demo",
        "--job",
        "demo_complete",
        "--only",
        "Demo_Complete_PrepareSynchronization_HR_Complete",
    ]);
    refused(&outcome, &first);
    let runs = project.run(&["runs", "--format", "json"]).json();
    assert_eq!((runs["runs"].as_array().unwrap().len(), &runs["runs"][0]["state"]), (1, &"running".into()));
    first.go_on();
    assert_eq!(project.show(1)["state"], "completed");
    assert_eq!(project.run(&COMPLETE).code, Some(0));
}

#[test]
fn a_killed_holder_is_no_hindrance_at_once() {
    let project = Project::demo();
    Held::at(&project, &COMPLETE, 12).kill();
    let runs = project.run(&["runs", "--format", "json"]).json();
    assert_eq!(runs["runs"][0]["state"], "interrupted");
    assert_eq!(project.run(&COMPLETE).code, Some(0), "nothing has to be cleaned up, nothing is waited for");
}

#[test]
fn of_many_starts_at_the_same_time_one_runs() {
    let project = Project::demo();
    let first = Held::at(&project, &COMPLETE, 2);
    let starts: Vec<Child> = (0..4).map(|_| project.command(&COMPLETE).spawn().unwrap()).collect();
    for start in starts {
        assert_eq!(start.wait_with_output().unwrap().status.code(), Some(12));
    }
    first.go_on();
    // Without a first one, and without a store: whoever comes first.
    let project = Project::demo();
    let starts: Vec<Child> = (0..4).map(|_| project.command(&COMPLETE).spawn().unwrap()).collect();
    let mut codes: Vec<Option<i32>> = starts.into_iter().map(|start| start.wait_with_output().unwrap().status.code()).collect();
    codes.sort();
    assert!(codes.iter().all(|code| matches!(code, Some(0 | 12))) && codes.contains(&Some(0)), "{codes:?}");
    let runs = project.run(&["runs", "--format", "json"]).json();
    let completed = codes.iter().filter(|code| **code == Some(0)).count();
    assert_eq!(runs["runs"].as_array().unwrap().len(), completed);
    assert!(runs["runs"].as_array().unwrap().iter().all(|run| run["state"] == "completed"), "{runs}");
}

#[test]
fn jobs_that_share_a_store_wait_for_each_other_task_by_task() {
    let project = Project::demo();
    assert_eq!(project.run(&COMPLETE).code, Some(0));
    // The incremental job stands inside a task of its own, with the store in its hand.
    let first = Held::at(&project, &INCREMENTAL, 7);
    let mut second = project.command(&COMPLETE).spawn().unwrap();
    let rest = until_line(&mut second, |line| line.contains("Demo_Complete_Export_Directory_Complete_DirectoryAccounts started"));
    let runs = project.run(&["runs", "--outcome", "running", "--format", "json"]).json();
    assert_eq!(runs["runs"].as_array().unwrap().len(), 2, "another job is no hindrance: {runs}");
    first.go_on();
    assert!(second.wait().unwrap().success());
    rest.join().unwrap();
    assert_eq!(project.run(&["store", "check"]).code, Some(0));
}
