//! The published schema of the event log, held against every event there is.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::super::schema::{EVENTS, check};
use crate::engine::clock::Timestamp;
use crate::engine::event::{Event, EventKind};
use crate::engine::{JobState, TaskState};

/// The events that come after one: all of them are visited, and a new one does not compile before it has its place.
fn next(kind: Option<&EventKind>) -> Option<EventKind> {
    let task = || "A".to_owned();
    Some(match kind {
        None => EventKind::JobStarted { job: "J".to_owned(), plan: "sha256:0".to_owned(), attempt: 1, tasks: 3 },
        Some(EventKind::JobStarted { .. }) => EventKind::TaskKept { task: task(), state: TaskState::Completed },
        Some(EventKind::TaskKept { .. }) => {
            EventKind::TaskStarted { task: task(), element: "ExportTask".to_owned(), level: 0, attempt: 1, reason: None }
        }
        // Progress is for the eye and not in the log.
        Some(EventKind::TaskStarted { .. } | EventKind::TaskProgress { .. }) => EventKind::TaskEnded {
            task: task(),
            state: TaskState::Completed,
            counters: BTreeMap::from([("rows".to_owned(), 3)]),
            message: None,
            duration_ms: 5,
        },
        Some(EventKind::TaskEnded { .. }) => {
            EventKind::TaskPassed { task: task(), state: TaskState::NotLaunched, reason: "no".to_owned() }
        }
        Some(EventKind::TaskPassed { .. }) => EventKind::CancelRequested,
        Some(EventKind::CancelRequested) => EventKind::JobEnded {
            job: "J".to_owned(),
            state: JobState::Cancelled,
            tasks: BTreeMap::from([(TaskState::NotStarted, 2)]),
            duration_ms: 7,
        },
        Some(EventKind::JobEnded { .. }) => return None,
    })
}

#[test]
fn every_event_is_what_the_schema_says() {
    let schema: Value = serde_json::from_str(EVENTS).unwrap();
    let (mut kind, mut names) = (None, Vec::new());
    while let Some(found) = next(kind.as_ref()) {
        let event = Event { run: 1, number: 1, at: Timestamp(0), kind: found.clone() };
        let mut event = serde_json::to_value(event).unwrap();
        check(&schema, &schema, &event, "").unwrap();
        names.push(event["event"].clone());
        event["colour"] = json!("blue");
        assert!(check(&schema, &schema, &event, "").is_err());
        kind = Some(found);
    }
    let listed: Vec<Value> = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|choice| json!(choice["$ref"].as_str().unwrap().trim_start_matches("#/$defs/")))
        .collect();
    assert_eq!(names, listed);
    let states: Vec<&str> = TaskState::ALL.into_iter().map(TaskState::name).collect();
    assert_eq!(schema["$defs"]["task-state"]["enum"], json!(states));
    let states: Vec<&str> = JobState::ALL.into_iter().map(JobState::name).collect();
    assert_eq!(schema["$defs"]["job-state"]["enum"], json!(states));
}
