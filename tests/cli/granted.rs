//! Programs that begin without waiting for the store: what is granted ahead, what becomes of it when a run is stopped,
//! killed, or loses its machine.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::kills::for_each_number;
use crate::support::{Outcome, Project};

const RUN: &[&str] = &["run", "conf", "--job", "Night", "--jobs", "2", "-q"];
/// The task whose failure is tolerated.
const TOLERATED: usize = 5;
const RESUME: &[&str] = &["run", "--resume", "--jobs", "2", "-q"];

/// Eight tasks of one level, `T0` to `T7`, executed by a script that is told its task. A failure of the sixth is tolerated, a
/// failure of any is tried again once.
fn night(script: &str) -> Project {
    let mut tasks = String::new();
    for number in 0..8 {
        let tolerated = number == TOLERATED;
        writeln!(
            tasks,
            "<MaintainIndexesTask Identifier=\"T{number}\" DisplayName_L1=\"T{number}\" Level=\"0\" ContinueOnError=\"{tolerated}\" />"
        )
        .unwrap();
    }
    let project = Project::new()
        .configuration("conf/Jobs.xml", &format!("<Job Identifier=\"Night\" DisplayName_L1=\"Night\">{tasks}</Job>"))
        .file("conf/jobwright.toml", "[executors.MaintainIndexesTask]\nprogram = \"bin/work\"\nretries = 1\nbackoff = \"1ms\"\n")
        .file("conf/bin/work", format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(project.path("conf/bin/work"), fs::Permissions::from_mode(0o755)).unwrap();
    project
}

/// The states of the tasks, in their order.
fn states(project: &Project) -> Vec<String> {
    let shown = project.show(1);
    shown["tasks"].as_array().unwrap().iter().map(|task| task["state"].as_str().unwrap().to_owned()).collect()
}

/// How many tasks the history says to be in a state, whatever is known beside that.
fn stored_as(project: &Project, state: &str) -> usize {
    let history = rusqlite::Connection::open(project.path(".jobwright/store-runs.db")).unwrap();
    let count = "SELECT count(*) FROM task_run WHERE state = ?1";
    history.query_row(count, [state], |row| row.get::<_, u32>(0)).unwrap() as usize
}

fn until(what: &str, happened: impl Fn() -> bool) {
    let begun = Instant::now();
    while !happened() {
        assert!(begun.elapsed() < Duration::from_mins(2), "{what}");
        std::thread::yield_now();
    }
}

/// How often the program of a task took effect.
fn effects(project: &Project, number: usize) -> usize {
    fs::read_to_string(project.path(&format!("effect-T{number}"))).unwrap_or_default().lines().count()
}

/// Takes effect, then tells of it.
const TELLING: &str = r#"echo x >> effect-$JOBWRIGHT_TASK
echo '{"jobwright": 1, "counts": {"rows": 3}, "message": "three"}'"#;

/// Goes on with a run, and says of each task in doubt what its effect says, until the run has ended.
fn finish(project: &Project) -> Outcome {
    loop {
        let outcome = project.run(RESUME);
        if outcome.code != Some(12) {
            return outcome;
        }
        if outcome.stderr.contains("still at work") {
            // What a killed run has left needs a moment to end.
            std::thread::yield_now();
            continue;
        }
        let mut arguments: Vec<String> = RESUME.iter().map(|word| (*word).to_owned()).collect();
        for (number, _) in states(project).iter().enumerate().filter(|(_, state)| *state == "interrupted") {
            match effects(project, number) {
                0 => arguments.extend(["--restart".to_owned(), format!("T{number}")]),
                _ => arguments.extend(["--assume".to_owned(), format!("T{number}=completed")]),
            }
        }
        let outcome = project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        if outcome.code != Some(12) || !outcome.stderr.contains("still at work") {
            return outcome;
        }
    }
}

/// Kills a run of so many programs at a time at every point, and looks at what it has left each time.
fn killed_at_any_point(jobs: usize) {
    let [asked, granted, on_record] = [const { AtomicUsize::new(0) }; 3];
    let at_a_time = jobs.to_string();
    let arguments = ["run", "conf", "--job", "Night", "--jobs", &at_a_time, "-q"];
    let points = for_each_number(|point| {
        let project = night(TELLING);
        let killed = project.command(&arguments).env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        project.until_quiet();
        let recorded = project.run(&["runs", "-q"]).stdout.contains("Night");
        if recorded {
            for (number, state) in states(&project).iter().enumerate() {
                if effects(&project, number) > 0 {
                    assert!(
                        matches!(state.as_str(), "completed" | "interrupted"),
                        "point {point}: T{number} {state} took effect"
                    );
                }
            }
            let shown = states(&project);
            let doubtful = shown.iter().filter(|state| *state == "interrupted").count();
            // As many as run at a time: of those that ended it is on record, whatever the history has been told since.
            assert!(doubtful <= jobs, "point {point}: {doubtful} tasks are in doubt");
            let ended = project.show(1)["tasks"].as_array().unwrap().clone();
            for task in ended.iter().filter(|task| task["state"] == "completed") {
                assert_eq!((&task["counters"]["rows"], &task["message"]), (&3.into(), &"three".into()), "point {point}: {task}");
                assert!(task["started"].is_string() && task["ended"].is_string() && task["duration_ms"].is_u64(), "{task}");
            }
            let completed = shown.iter().filter(|state| *state == "completed").count();
            on_record.fetch_add(completed - stored_as(&project, "completed"), Ordering::Relaxed);
            asked.fetch_add(doubtful, Ordering::Relaxed);
            granted.fetch_add(stored_as(&project, "granted"), Ordering::Relaxed);
        }
        let outcome = if recorded { finish(&project) } else { project.run(&arguments) };
        assert!(matches!(outcome.code, Some(0 | 2)), "point {point}: {outcome}");
        let states = states(&project);
        assert!(states.iter().all(|state| state == "completed"), "point {point}: {states:?}");
        for number in 0..8 {
            assert_eq!(effects(&project, number), 1, "point {point}: T{number}");
        }
        killed.status.code().is_none()
    });
    assert!(points > 30, "only {points} points were passed");
    assert!(asked.into_inner() > 0, "no kill fell between the start of a program and its outcome");
    assert!(granted.into_inner() > 0, "no kill found a task granted");
    assert!(on_record.into_inner() > 0, "no kill fell between the end of a program and the history");
}

#[test]
fn a_run_killed_at_any_point_knows_which_of_its_programs_have_begun() {
    killed_at_any_point(2);
}

/// Enough of eight tasks are granted then for several ends to be told to the history together.
#[test]
fn a_run_of_one_program_at_a_time_that_is_killed_at_any_point_knows_which_have_begun() {
    killed_at_any_point(1);
}

/// Programs that end in every way: one waits for approval, one fails at its first try, one fails after it took effect, which is
/// tolerated, all others take effect.
const MIXED: &str = r#"case $JOBWRIGHT_TASK in
T4) [ -n "$JOBWRIGHT_APPROVAL" ] || exit 75 ;;
T3) [ -e tried ] || { echo x > tried; exit 4; } ;;
T5) echo '{"jobwright": 1, "effect": true}'; echo x >> effect-T5; exit 3 ;;
esac
echo x >> effect-$JOBWRIGHT_TASK"#;

/// The words of a command as it is printed, without the name of the program.
fn words(command: &str) -> Vec<String> {
    let quoted = command.split('"').enumerate();
    let words = quoted.flat_map(|(place, part)| if place % 2 == 1 { vec![part] } else { part.split_whitespace().collect() });
    words.skip(1).map(str::to_owned).collect()
}

/// Types what `show` says, word for word, until there is nothing to do any more; the first continuation is killed at a point.
/// Gives back how often each task must have taken effect then, and how many tasks were asked about.
fn follow(project: &Project, point: u64) -> ([usize; 8], u64) {
    let (mut expected, mut asked, mut kill) = ([1; 8], 0, Some(point));
    for _ in 0..20 {
        project.until_quiet();
        let next: Vec<String> =
            project.show(1)["next"].as_array().unwrap().iter().map(|command| command.as_str().unwrap().to_owned()).collect();
        if next.is_empty() {
            return (expected, asked);
        }
        for command in &next {
            let mut arguments = words(command);
            arguments.push("-q".to_owned());
            let mut process = project.command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
            let goes_on = arguments[0] == "run";
            if goes_on {
                process.args(["--jobs", "2"]);
                if let Some(point) = kill.take() {
                    process.env("JOBWRIGHT_KILL_AT", point.to_string());
                }
            }
            // Who has one run again that took effect has it take effect once more.
            for (number, expected) in expected.iter_mut().enumerate() {
                if arguments.iter().skip_while(|word| *word != "--restart").any(|word| *word == format!("T{number}")) {
                    *expected = effects(project, number) + 1;
                    asked += 1;
                }
            }
            let outcome = process.output().unwrap();
            let said = String::from_utf8(outcome.stderr).unwrap();
            let refused = ["nobody knows", "waits for approval", "still at work"].iter().any(|why| said.contains(why));
            let expected: &[Option<i32>] = if goes_on { &[Some(0), Some(12), None] } else { &[Some(0)] };
            assert!(expected.contains(&outcome.status.code()) && !refused, "{command} is refused: {said}");
        }
    }
    panic!("what is told to type leads nowhere: {}", project.show(1));
}

#[test]
fn whatever_its_programs_end_as_a_killed_run_goes_on_as_it_says_itself() {
    let asked = AtomicU64::new(0);
    let points = for_each_number(|point| {
        let project = night(MIXED);
        let killed = project.command(RUN).env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        if !project.run(&["runs", "-q"]).stdout.contains("Night") {
            assert_eq!(project.run(RUN).code, Some(12), "point {point}");
        }
        let (expected, asked_here) = follow(&project, 1 + point * 7 % 40);
        asked.fetch_add(asked_here, Ordering::Relaxed);
        for (number, state) in states(&project).iter().enumerate() {
            let ended = if number == TOLERATED { "warning" } else { "completed" };
            assert_eq!((state.as_str(), effects(&project, number)), (ended, expected[number]), "point {point}: T{number}");
        }
        killed.status.code().is_none()
    });
    assert!(points > 20, "only {points} points were passed");
    assert!(asked.into_inner() > 0, "no kill fell between the start of a program and its outcome");
}

/// A run whose first two programs stand still, with the next two granted.
fn standing(project: &Project) -> std::process::Child {
    let child = project.command(RUN).spawn().unwrap();
    until("two programs have begun", || effects(project, 0) + effects(project, 1) == 2);
    child
}

const STANDING: &str = "echo x >> effect-$JOBWRIGHT_TASK; while [ ! -e go ]; do sleep 0.01; done";

#[test]
fn what_is_granted_is_told_and_has_not_begun() {
    let project = night(STANDING);
    let mut child = standing(&project);
    assert_eq!(states(&project), ["running", "running", "granted", "granted", "waiting", "waiting", "waiting", "waiting"]);
    fs::write(project.path("go"), "").unwrap();
    assert!(child.wait().unwrap().success());
    let begun: Vec<String> = project
        .read(".jobwright/store-work/runs/1/events.jsonl")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .filter(|event| event["event"] == "task-started")
        .map(|event| event["task"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(begun, ["T0", "T1", "T2", "T3", "T4", "T5", "T6", "T7"], "in their order, each once");
}

#[test]
fn a_killed_run_has_only_begun_what_it_says() {
    let project = night(STANDING);
    let mut child = standing(&project);
    child.kill().unwrap();
    child.wait().unwrap();
    let expected = ["interrupted", "interrupted", "waiting", "waiting", "waiting", "waiting", "waiting", "waiting"];
    assert_eq!(states(&project), expected);
    assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
    fs::write(project.path("go"), "").unwrap();
    let outcome = finish(&project);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!((0..8).all(|number| effects(&project, number) == 1));
}

#[test]
fn a_granted_task_may_have_begun_when_the_machine_was_lost() {
    for lost in ["the lines", "the start of the machine", "the file"] {
        let project = night(STANDING);
        let mut child = standing(&project);
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
        let records = project.path(".jobwright/store-work/runs/1/programs.jsonl");
        let text = fs::read_to_string(&records).unwrap();
        let boot = text.lines().find(|line| line.contains("boot")).unwrap();
        match lost {
            "the lines" => fs::write(&records, boot.replace(":\"", ":\"another")).unwrap(),
            "the start of the machine" => fs::write(&records, text.replace(boot, &boot[..boot.len() / 2])).unwrap(),
            _ => fs::remove_file(&records).unwrap(),
        }
        let expected = ["interrupted", "interrupted", "interrupted", "interrupted", "waiting", "waiting", "waiting", "waiting"];
        assert_eq!(states(&project), expected, "{lost}");
        let refused = project.run(RESUME);
        assert_eq!(refused.code, Some(12), "{lost}: {refused}");
        assert!(refused.stderr.contains("nobody knows whether T0, T1, T2, T3 took effect"), "{lost}: {refused}");
        let assume = "jobwright run --resume 1 --assume T0=completed --assume T1=completed --assume T2=completed --assume";
        assert!(refused.stderr.contains(assume), "{lost}: {refused}");
        let next = project.show(1)["next"].as_array().unwrap().clone();
        let logs = (0..4).map(|number| format!("jobwright logs 1 T{number}"));
        let restart = "jobwright run --resume 1 --restart T0 T1 T2 T3".to_owned();
        assert_eq!(next, logs.chain([restart]).collect::<Vec<_>>(), "{lost}");
        assert!(next.iter().all(|command| refused.stderr.contains(command.as_str().unwrap())), "{lost}: {refused}");
        assert!((2..8).all(|number| effects(&project, number) == 0), "{lost}: nothing is run again unasked");
        fs::write(project.path("go"), "").unwrap();
        let outcome = finish(&project);
        assert_eq!(outcome.code, Some(0), "{lost}: {outcome}");
        assert!((0..8).all(|number| effects(&project, number) == 1), "{lost}");
        let attempts: Vec<u64> =
            project.show(1)["tasks"].as_array().unwrap().iter().map(|task| task["attempt"].as_u64().unwrap()).collect();
        assert_eq!(attempts, [1, 1, 2, 2, 1, 1, 1, 1], "{lost}: the attempt that may have been one counts");
    }
}

#[test]
fn nothing_that_is_granted_begins_behind_a_failure_or_a_cancel() {
    let failing = "echo x >> effect-$JOBWRIGHT_TASK; while [ ! -e go ]; do sleep 0.01; done; exit 3";
    let project = night(failing);
    let mut child = standing(&project);
    fs::write(project.path("go"), "").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(10));
    let ended = states(&project);
    assert_eq!(ended[..2], ["errored", "errored"]);
    assert!(ended[2..].iter().all(|state| state == "not-started"), "{ended:?}");
    assert!((2..8).all(|number| effects(&project, number) == 0));

    let project = night(STANDING);
    let mut child = standing(&project);
    assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
    let log = project.path(".jobwright/store-work/runs/1/events.jsonl");
    until("the cancel was heard", || fs::read_to_string(&log).unwrap().contains("cancel-requested"));
    fs::write(project.path("go"), "").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(13));
    let ended = states(&project);
    assert_eq!(ended[..2], ["completed", "completed"]);
    assert!(ended[2..].iter().all(|state| state == "not-started"), "{ended:?}");
    assert!((2..8).all(|number| effects(&project, number) == 0));
    let outcome = finish(&project);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    assert!((0..8).all(|number| effects(&project, number) == 1));
}
