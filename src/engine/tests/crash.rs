//! Crashes: this test program starts itself, lets the child be killed at each point of a run in turn, and continues.

use std::process::Command;

use super::*;
use crate::engine::sample::{job, plan, task};

const STORE: &str = "JOBWRIGHT_TEST_STORE";
const KILL_AT: &str = "JOBWRIGHT_KILL_AT";

fn daily() -> Plan {
    plan(job(
        "Daily",
        vec![
            task("Export", 0).tolerated(),
            task("Broken", 0).tolerated(),
            task("Synchronize", 1).after(&["Export"]),
            task("Skipped", 1).after(&["Broken"]),
            task("Compute", 2),
        ],
    ))
}

const ENDS: &[(&str, &str)] = &[("Broken", "errored"), ("Synchronize", "unchanged")];

const RESULT: &str = "Export completed
Broken warning: row 7 of users.csv has 3 columns, the header has 4
Synchronize unchanged
Skipped not launched: Broken ended in warning
Compute completed
= completed with warnings";

/// The child: begins the run, or continues the one it finds.
#[test]
#[ignore = "started by the test below"]
fn child() {
    let Some(store) = std::env::var_os(STORE) else { return };
    let engine = Engine::open(Path::new(&store)).unwrap();
    let settings = Settings::default();
    let options = RunOptions::new(&settings);
    let source = ending(ENDS);
    if engine.runs().unwrap().is_empty() {
        engine.run(&daily(), "Daily", &options, &source, &mut reporter::Silent).unwrap();
    } else {
        match engine.resume(None, &options, &source, &mut reporter::Silent) {
            // The last point lies behind the end of the run.
            Ok(_) | Err(EngineError::NothingToResume) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

/// Starts the child on the store, to be killed at a point; whether it came to its end.
fn start_child(house: &House, point: u32) -> bool {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "engine::tests::crash::child", "--ignored", "--test-threads=1"])
        .env(STORE, house.store())
        .env(KILL_AT, point.to_string())
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(101), "{}", String::from_utf8_lossy(&output.stdout));
    output.status.success()
}

#[test]
fn a_run_killed_at_any_point_is_interrupted_and_continues_to_the_same_end() {
    let mut points = 0;
    for point in 1..200 {
        let house = House::new();
        if start_child(&house, point) {
            break;
        }
        points = point;
        // Once more, a little later in the continued run.
        start_child(&house, 2 + point % 7);
        let runs = house.engine().runs().unwrap();
        match runs.first().map(|run| run.state) {
            None => {
                start_child(&house, u32::MAX);
            }
            Some(JobState::Interrupted) => {
                resume(&house, &ending(ENDS)).unwrap();
            }
            Some(JobState::CompletedWithWarnings) => {}
            Some(other) => panic!("point {point}: a killed run is told to be {other}"),
        }
        let detail = house.engine().show(RunId(1)).unwrap();
        assert_eq!(told(&detail), RESULT, "point {point}");
        let mut traces = house.traces();
        traces.sort();
        assert_eq!(traces, ["Compute", "Export", "Synchronize"], "point {point}: each effect is there once");
        let log = std::fs::read_to_string(house.file("store-work/runs/1/events.jsonl")).unwrap();
        let numbers: Vec<u64> = log
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["number"].as_u64().unwrap())
            .collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "point {point}: the log has no gaps");
    }
    assert!(points > 20, "only {points} points were visited");
}
