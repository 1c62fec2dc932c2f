//! A run with every kind of outcome.

use std::collections::BTreeMap;

use super::{RunFormat, render_run};
use crate::engine::clock::Timestamp;
use crate::engine::store::Approval;
use crate::engine::{JobState, RunDetail, RunRecord, Selection, TaskRecord, TaskState};

fn task(name: &str, level: u32, state: TaskState) -> TaskRecord {
    let ran = !matches!(state, TaskState::NotLaunched | TaskState::NotStarted | TaskState::NotSelected);
    TaskRecord {
        task: name.to_owned(),
        element: format!("{name}Task"),
        level,
        state,
        attempt: u32::from(ran),
        reason: None,
        message: None,
        counters: BTreeMap::new(),
        started: ran.then_some(Timestamp(1_700_000_000_000)),
        ended: ran.then_some(Timestamp(1_700_000_001_500)),
        duration_ms: ran.then_some(1500),
    }
}

fn run() -> RunDetail {
    let mut export = task("Export", 0, TaskState::Completed);
    export.counters = BTreeMap::from([("rows".to_owned(), 300), ("skipped".to_owned(), 0)]);
    export.attempt = 2;
    let mut other = task("Other|Export", 0, TaskState::Warning);
    other.message = Some("row 7 of \"users.csv\" has 3 columns, <b>not 4</b>".to_owned());
    other.duration_ms = Some(7);
    let mut synchronize = task("Synchronize", 1, TaskState::Blocked);
    synchronize.message = Some("held back: 40 resources deleted".to_owned());
    let mut compute = task("Compute", 2, TaskState::NotStarted);
    compute.reason = Some("Synchronize was blocked".to_owned());
    let mut broken = task("Broken", 2, TaskState::Errored);
    broken.message = Some("the disk is on fire".to_owned());
    let tasks = vec![export, other, synchronize, compute, broken, task("Half", 2, TaskState::Interrupted)];
    let mut counts = BTreeMap::new();
    for task in &tasks {
        *counts.entry(task.state).or_default() += 1;
    }
    let record = RunRecord {
        id: 7,
        job: "Été & <Co>".to_owned(),
        state: JobState::Blocked,
        attempt: 2,
        started: Timestamp(1_700_000_000_000),
        ended: Some(Timestamp(1_700_000_003_000)),
        duration_ms: Some(3007),
        plan: "sha256:0123".to_owned(),
        selection: Selection::default(),
        counts,
    };
    let approval = Approval {
        task: "Synchronize".to_owned(),
        list: "HR-1".to_owned(),
        who: "j.doe".to_owned(),
        at: Timestamp(1_700_000_002_000),
        reason: "the *first* load".to_owned(),
    };
    let next = vec!["jobwright approve 7 Synchronize --reason \"…\"".to_owned(), "jobwright run --resume 7".to_owned()];
    RunDetail { run: record, tasks, approvals: vec![approval], next }
}

pub(super) fn rendered(format: RunFormat) -> String {
    let mut bytes = Vec::new();
    render_run(format, &run(), &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap().replace(env!("CARGO_PKG_VERSION"), "[version]")
}
