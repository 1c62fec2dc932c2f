//! Tasks executed by programs: what they are told, how they end, what is left of them.
//!
//! The programs are scripts that stand for the product's executables; nothing here goes through a shell by itself.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Child;
use std::time::{Duration, Instant};

use crate::support::{Outcome, Project, task, until_line};

/// Two tasks, the second after the first, which `jobwright.toml` maps to one program each.
fn night(first: &str, first_options: &str, second: &str) -> Project {
    Project::new()
        .configuration(
            "conf/Jobs.xml",
            r#"<Job Identifier="Night" DisplayName_L1="Night">
                 <MaintainIndexesTask Identifier="First" DisplayName_L1="First" Level="0" RebuildThreshold="40" />
                 <ProcessAccessCertificationItemsTask Identifier="Second" DisplayName_L1="Second" Level="1">
                   <TaskDependsOnTask ParentTask="First" />
                 </ProcessAccessCertificationItemsTask>
               </Job>"#,
        )
        .file(
            "conf/jobwright.toml",
            format!(
                "[executors.MaintainIndexesTask]\nprogram = \"bin/first\"\n{first_options}\n\
                 [executors.ProcessAccessCertificationItemsTask]\nprogram = \"bin/second\"\n"
            ),
        )
        .script("conf/bin/first", first)
        .script("conf/bin/second", second)
}

trait Scripts {
    fn script(self, path: &str, body: &str) -> Self;
}

impl Scripts for Project {
    fn script(self, path: &str, body: &str) -> Self {
        let project = self.file(path, format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(project.path(path), fs::Permissions::from_mode(0o755)).unwrap();
        project
    }
}

const RUN: &[&str] = &["run", "conf", "--job", "Night", "-q"];

fn run(project: &Project) -> Outcome {
    project.run(RUN)
}

fn states(project: &Project) -> String {
    let shown = project.show(1);
    let of = |name: &str| task(&shown, name)["state"].as_str().unwrap().to_owned();
    format!("{} {} = {}", of("First"), of("Second"), shown["state"].as_str().unwrap())
}

/// Starts a run and waits until its first program has written a file, which holds its number.
fn start_until_file(project: &Project, file: &str) -> (Child, i32) {
    let child = project.command(RUN).spawn().unwrap();
    (child, number_in(project, file))
}

fn number_in(project: &Project, file: &str) -> i32 {
    let begun = Instant::now();
    loop {
        let text = fs::read_to_string(project.path(file)).unwrap_or_default();
        if let Some(number) = text.strip_suffix('\n') {
            return number.trim().parse().unwrap();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{file} was not written");
        std::thread::yield_now();
    }
}

fn lives(pid: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with(['Z', 'X']))
}

fn until_dead(pid: i32) {
    let begun = Instant::now();
    while lives(pid) {
        assert!(begun.elapsed() < Duration::from_secs(30), "{pid} still lives");
        std::thread::yield_now();
    }
}

#[test]
fn exit_codes_are_outcomes() {
    for (code, expected, exit) in [
        (0, "completed completed = completed", 0),
        (99, "unchanged not-launched = completed", 0),
        (75, "blocked not-started = blocked", 12),
        (3, "errored not-started = errored", 10),
    ] {
        let project = night(&format!("exit {code}"), "", "exit 0");
        let outcome = run(&project);
        assert_eq!(outcome.code, Some(exit), "{outcome}");
        assert_eq!(states(&project), expected, "{code}");
    }
}

#[test]
fn a_program_that_blocks_is_told_of_the_approval() {
    let project = night("[ -n \"$JOBWRIGHT_APPROVAL\" ] || exit 75; cat > told.json", "", "exit 0");
    assert_eq!(run(&project).code, Some(12));
    assert_eq!(project.run(&["run", "--resume", "-q"]).code, Some(12), "nobody has approved");
    assert_eq!(project.run(&["approve", "1", "First", "--reason", "as planned", "-q"]).code, Some(0));
    let resumed = project.run(&["run", "--resume", "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    let told: serde_json::Value = serde_json::from_str(&project.read("told.json")).unwrap();
    assert_eq!((told["attempt"].as_i64(), told["approval"].as_str()), (Some(2), Some("1/First/1")));
}

/// A run whose first task was blocked, and is approved; its program takes effect then, and goes on as `then` says.
fn approved(then: &str, second: &str) -> Project {
    let project = night(&format!("[ -n \"$JOBWRIGHT_APPROVAL\" ] || exit 75; echo x >> effects; {then}"), "", second);
    assert_eq!(run(&project).code, Some(12));
    assert_eq!(project.run(&["approve", "1", "First", "--reason", "as planned", "-q"]).code, Some(0));
    project
}

#[test]
fn an_approved_program_that_has_ended_is_not_run_again() {
    let project = approved("exit 0", "[ -e go ] || exit 3");
    assert_eq!(project.run(&["run", "--resume", "-q"]).code, Some(10));
    fs::write(project.path("go"), "").unwrap();
    let resumed = project.run(&["run", "--resume", "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    assert_eq!(project.read("effects"), "x\n");
    assert_eq!(states(&project), "completed completed = completed");
}

#[test]
fn what_a_program_did_is_kept_where_its_task_is_embedded_since() {
    let project = night("exit 0", "", "[ -e go ] || exit 3");
    assert_eq!(run(&project).code, Some(10));
    fs::write(project.path("go"), "").unwrap();
    let toml = project.read("conf/jobwright.toml");
    let (_, second) = toml.split_once("\n\n").unwrap();
    fs::write(project.path("conf/jobwright.toml"), second).unwrap();
    let resumed = project.run(&["run", "--resume", "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    let shown = project.show(1);
    assert_eq!((&task(&shown, "First")["attempt"], &task(&shown, "Second")["attempt"]), (&1.into(), &2.into()));
}

#[test]
fn an_approved_program_that_was_cut_off_is_not_run_again_unasked() {
    for lost in [false, true] {
        let project = approved("echo $$ > head; [ -e go ] || sleep 600", "exit 0");
        let mut child = project.command(&["run", "--resume", "-q"]).spawn().unwrap();
        let head = number_in(&project, "head");
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(states(&project), "interrupted waiting = interrupted");
        assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
        until_dead(head);
        if lost {
            fs::remove_file(project.path(".jobwright/store-work/runs/1/programs.jsonl")).unwrap();
        }
        let refused = project.run(&["run", "--resume", "-q"]);
        assert_eq!(refused.code, Some(12), "{refused}");
        assert!(refused.stderr.contains("nobody knows whether First took effect"), "{refused}");
        assert_eq!(project.read("effects"), "x\n");
        fs::write(project.path("go"), "").unwrap();
        let resumed = project.run(&["run", "--resume", "--restart", "First", "-q"]);
        assert_eq!(resumed.code, Some(0), "{resumed}");
        assert_eq!(project.read("effects"), "x\nx\n", "it was approved still");
    }
}

#[test]
fn a_program_is_told_its_task_and_answers_with_counts() {
    let project = night(
        r#"cat > ../told.json; printf '%s\n' "$@" > ../arguments; env | grep '^JOBWRIGHT_\|^API' | grep -v 'MARK\|WORK' | sort > ../environment
           echo '{"jobwright": 1, "counts": {"rows": 12}, "message": "twelve rows"}'"#,
        "args = [\"--task={task.id}\", \"{task.attribute.RebuildThreshold}\", { when = \"job.agent\", args = [\"--agent\"] }, \"a b;$HOME\"]\n\
         env = { API_SECRET = \"{secret.api}\" }",
        "exit 0",
    );
    fs::create_dir(project.path("work")).unwrap();
    fs::write(project.path("secret"), "hunter22\n").unwrap();
    let toml = project.read("conf/jobwright.toml") + "[executors.secrets]\napi = { file = \"../secret\" }\n";
    fs::write(project.path("conf/jobwright.toml"), toml).unwrap();
    let arguments = ["run", "../conf", "--job", "Night", "-q", "--store", "../.jobwright/store.db"];
    let outcome = project.command(&arguments).current_dir(project.path("work")).output().unwrap();
    assert!(outcome.status.success(), "{}", String::from_utf8_lossy(&outcome.stderr));
    assert_eq!(project.read("arguments"), "--task=First\n40\na b;$HOME\n");
    assert_eq!(
        project.read("environment"),
        "API_SECRET=hunter22\nJOBWRIGHT_ATTEMPT=1\nJOBWRIGHT_ELEMENT=MaintainIndexesTask\nJOBWRIGHT_JOB=Night\n\
         JOBWRIGHT_RUN=1\nJOBWRIGHT_TASK=First\n"
    );
    let told: serde_json::Value = serde_json::from_str(&project.read("told.json")).unwrap();
    assert_eq!(told["version"], 1);
    assert_eq!(told["task"]["attributes"]["RebuildThreshold"], 40);
    let shown = project.show(1);
    assert_eq!(task(&shown, "First")["counters"]["rows"], 12);
    assert_eq!(task(&shown, "First")["message"], "twelve rows");
}

#[test]
fn a_secret_that_is_a_part_of_a_word_changes_no_outcome() {
    let project = night(
        "echo effect >> effects; echo '{\"jobwright\": 1, \"outcome\": \"unchanged\"}'",
        "retries = 1\nbackoff = \"1ms\"\nenv = { KEY = \"{secret.key}\" }\n[executors.secrets]\nkey = { env = \"SKERRY_KEY\" }",
        "exit 0",
    );
    let outcome = project.command(RUN).env("SKERRY_KEY", "change").output().unwrap();
    assert!(outcome.status.success());
    assert_eq!(task(&project.show(1), "First")["state"], "unchanged");
    assert_eq!(project.read("effects"), "effect\n");
}

#[test]
fn a_secret_is_nowhere_but_in_the_environment() {
    let project = night(
        "echo \"key $KEY\"; echo \"bad key $KEY\" >&2
         [ -z \"$TELL\" ] || { printf '{\"jobwright\": 1, \"message\": \"key %s is used\"}\\n' \"$KEY\"; exit 0; }; exit 3",
        "env = { KEY = \"{secret.key}\" }\n[executors.secrets]\nkey = { env = \"SKERRY_KEY\" }",
        "exit 0",
    );
    let refused = run(&project);
    assert_eq!(refused.code, Some(2));
    assert!(
        refused.stderr.contains("the secret key is not at hand: the environment variable SKERRY_KEY is not set"),
        "{refused}"
    );
    let outcome = project.command(RUN).env("SKERRY_KEY", "hunter22").output().unwrap();
    assert_eq!(outcome.status.code(), Some(10));
    assert_eq!(task(&project.show(1), "First")["message"], "exit code 3: bad key ***");
    let outcome = project.command(RUN).env("SKERRY_KEY", "hunter22").env("TELL", "yes").output().unwrap();
    assert!(outcome.status.success());
    assert_eq!(task(&project.show(2), "First")["message"], "key *** is used");
    let logs = project.run(&["logs", "1", "First"]).stdout;
    assert!(logs.contains("key ***\n") && logs.contains("bad key ***\n"), "{logs}");
    let mut pending = vec![project.path(".jobwright")];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let bytes = fs::read(&path).unwrap();
            assert!(!bytes.windows(8).any(|bytes| bytes == b"hunter22"), "{}", path.display());
        }
    }
}

#[test]
fn a_job_with_an_incomplete_or_absent_program_does_not_start() {
    let project = night("exit 0", "missing = [\"--api-secret\"]", "exit 0");
    fs::remove_file(project.path("conf/bin/second")).unwrap();
    insta::assert_snapshot!(project.run(RUN), @"
    exit 2
    --- stderr
      × job Night was not started: the command of First (MaintainIndexesTask) lacks --api-secret, the program
      │ conf/bin/second of Second (ProcessAccessCertificationItemsTask) is not there
      help: correct [executors] in jobwright.toml
    ");
    assert!(!project.path(".jobwright").exists());
    let only = project.run(&["check", "conf", "--embedded", "--select", "task-not-embedded", "--format", "json"]);
    assert_eq!(only.findings(), ["conf/Jobs.xml:4 note[task-not-embedded]"]);
}

#[test]
fn a_failure_is_tried_again_until_an_effect_is_told() {
    let counting = "echo x >> tries; [ $(wc -l < tries) -ge 3 ] && exit 0; exit 5";
    let project = night(counting, "retries = 3\nbackoff = \"1ms\"", "exit 0");
    assert_eq!(run(&project).code, Some(0));
    assert_eq!(task(&project.show(1), "First")["counters"]["retries"], 2);
    assert!(project.run(&["logs", "1", "First"]).stdout.contains("[jobwright: exit code 5; retry 2 of 3 in 2 ms]"));

    let project =
        night("echo x >> tries; echo '{\"jobwright\": 1, \"effect\": true}'; exit 5", "retries = 3\nbackoff = \"1ms\"", "");
    assert_eq!(run(&project).code, Some(10));
    assert_eq!(project.read("tries"), "x\n", "what took effect is not done a second time");
    let refused = project.run(&["run", "--resume", "-q"]);
    assert_eq!(refused.code, Some(12), "{refused}");
}

#[test]
fn what_a_failed_try_has_told_is_not_said_of_the_next() {
    let told = r#"echo '{"jobwright": 1, "outcome": "errored", "counts": {"rows": 7}, "message": "no host"}'"#;
    let script = format!("echo x >> tries; [ $(wc -l < tries) -ge 2 ] && exit 0; {told}; exit 5");
    let project = night(&script, "retries = 1\nbackoff = \"1ms\"", "exit 0");
    assert_eq!(run(&project).code, Some(0));
    assert_eq!(states(&project), "completed completed = completed");
    let shown = project.show(1);
    let first = task(&shown, "First");
    assert_eq!((&first["message"], &first["counters"]), (&serde_json::Value::Null, &serde_json::json!({"retries": 1})));
    assert!(project.run(&["logs", "1", "First"]).stdout.contains("exit code 5: no host; retry 1 of 1"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_power_cut_between_two_tries_has_no_program_take_effect_twice_unasked() {
    let script = "echo x >> tries; [ $(wc -l < tries) -ge 2 ] || exit 5; echo x >> effects";
    let (mut flushed, mut asked) = (0, 0);
    for point in 1.. {
        let project = night(script, "retries = 1\nbackoff = \"1ms\"", "exit 0");
        let killed = project.command(RUN).env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        if killed.status.code().is_some() {
            assert!(asked > 0 && point > 10, "only {point} points were passed");
            break;
        }
        project.until_quiet();
        // What was not flushed is gone.
        let records = project.path(".jobwright/store-work/runs/1/programs.jsonl");
        let text = fs::read_to_string(&records).unwrap_or_default();
        let without_number =
            |line: &&str| !line.contains("\"pid\":") || line.contains("\"pid\":null") || line.contains("\"ended\":true");
        let lines: Vec<&str> = text.lines().filter(without_number).collect();
        // How a program ended is flushed when it failed.
        let failed = |line: &&str| line.contains("\"ended\":true") && !line.contains("\"end\":");
        let ended = lines.iter().rposition(failed).map_or(0, |last| last + 1);
        if String::from_utf8(killed.stderr).unwrap().contains("killed after a flush of the records") {
            flushed = lines.len();
        }
        if !text.is_empty() {
            fs::write(&records, lines[..lines.len().min(ended.max(flushed))].join("\n")).unwrap();
        }
        let mut outcome = project.run(&["run", "--resume", "1", "-q"]);
        if outcome.code == Some(12) {
            asked += 1;
            let shown = project.show(1);
            let doubtful = if task(&shown, "First")["state"] == "interrupted" { "First" } else { "Second" };
            let done = doubtful == "Second" || project.path("effects").exists();
            let said = if done { format!("{doubtful}=completed") } else { doubtful.to_owned() };
            outcome = project.run(&["run", "--resume", "1", "-q", if done { "--assume" } else { "--restart" }, &said]);
        }
        if outcome.code == Some(2) && !project.path("effects").exists() {
            // Killed before the run was recorded.
            outcome = run(&project);
        }
        assert!(matches!(outcome.code, Some(0 | 2 | 6)), "point {point}: {outcome}");
        if outcome.code == Some(6) {
            assert_eq!(run(&project).code, Some(0), "point {point}: there was no store");
        }
        assert_eq!(project.read("effects"), "x\n", "point {point}");
        assert_eq!(states(&project), "completed completed = completed", "point {point}");
    }
}

#[test]
fn a_program_that_takes_too_long_is_ended_with_all_that_it_started() {
    let body = "sleep 600 & echo $! > child; trap '' TERM; echo $$ > head; while :; do sleep 1; done";
    let project = night(body, "timeout = \"300ms\"\ngrace = \"100ms\"", "exit 0");
    let outcome = run(&project);
    assert_eq!(outcome.code, Some(10), "{outcome}");
    assert_eq!(task(&project.show(1), "First")["message"], "its program was ended after 300 ms");
    until_dead(number_in(&project, "child"));
    until_dead(number_in(&project, "head"));
    doubtful_without_a_record(&project);
}

#[test]
fn what_a_program_leaves_behind_ends_with_it() {
    let project = night("sleep 600 & echo $! > child; exit 0", "", "exit 0");
    assert_eq!(run(&project).code, Some(0));
    until_dead(number_in(&project, "child"));
}

#[test]
fn output_is_bounded_and_followed() {
    let project = night("i=0; while [ $i -lt 20000 ]; do echo \"line $i\"; i=$((i+1)); done", "output-limit = 100000", "exit 0");
    assert_eq!(run(&project).code, Some(0));
    let logs = project.run(&["logs", "1", "First"]).stdout;
    assert!(logs.len() < 101_000 && logs.starts_with("line 0\n") && logs.ends_with("line 19999\n"), "{}", logs.len());

    let project = night("echo begun; echo $$ > head; while [ ! -e go ]; do sleep 0.01; done; echo done", "", "exit 0");
    let (mut child, _) = start_until_file(&project, "head");
    let follower = project.command(&["logs", "1", "First", "--follow"]).spawn().unwrap();
    fs::write(project.path("go"), "").unwrap();
    let followed = follower.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(followed.stdout).unwrap(), "begun\ndone\n");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_cancel_lets_the_program_finish_and_a_second_interrupt_ends_it() {
    let waiting = "echo $$ > head; while [ ! -e go ]; do sleep 0.01; done";
    let project = night(waiting, "", "exit 0");
    let (mut child, _) = start_until_file(&project, "head");
    assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
    fs::write(project.path("go"), "").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(13));
    assert_eq!(states(&project), "completed not-started = cancelled");

    let project = night(waiting, "", "exit 0");
    let (mut child, head) = start_until_file(&project, "head");
    let interrupt = |child: &Child| {
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    };
    interrupt(&child);
    // Signals of one kind that come together are one: the second waits until the first was heard.
    let log = project.path(".jobwright/store-work/runs/1/events.jsonl");
    let begun = Instant::now();
    while !fs::read_to_string(&log).unwrap().contains("cancel-requested") {
        assert!(begun.elapsed() < Duration::from_secs(30), "the interrupt was not heard");
        std::thread::yield_now();
    }
    assert!(lives(head), "a first interrupt lets the program finish");
    interrupt(&child);
    assert_eq!(child.wait().unwrap().code(), Some(13));
    assert!(!lives(head));
    assert_eq!(states(&project), "cancelled not-started = cancelled");
    // Nobody knows whether it took effect.
    assert_eq!(project.run(&["run", "--resume", "-q"]).code, Some(12));
    doubtful_without_a_record(&project);
}

/// Without its record, a first task that was ended before it was done is in doubt all the same, and what is told to type says so.
fn doubtful_without_a_record(project: &Project) {
    fs::write(project.path("go"), "").unwrap();
    fs::remove_file(project.path(".jobwright/store-work/runs/1/programs.jsonl")).unwrap();
    let refused = project.run(&["run", "--resume", "-q"]);
    assert_eq!(refused.code, Some(12), "{refused}");
    assert!(refused.stderr.contains("nobody knows whether First took effect"), "{refused}");
    let next = project.show(1)["next"].clone();
    assert_eq!(next, serde_json::json!(["jobwright logs 1 First", "jobwright run --resume 1 --restart First"]));
}

#[test]
fn a_program_that_outlives_jobwright_is_found_and_its_task_not_run_twice_silently() {
    let project = night("echo x >> effects; echo $$ > head; while [ ! -e go ]; do sleep 0.01; done", "", "exit 0");
    let (mut child, head) = start_until_file(&project, "head");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(lives(head));
    assert_eq!(states(&project), "interrupted waiting = interrupted");
    let shown = project.show(1);
    let expected = format!("its program is still at work in process {head}");
    assert_eq!(task(&shown, "First")["message"], serde_json::json!(expected));
    let next = ["jobwright logs 1 First", "jobwright cancel 1", "jobwright run --resume 1 --restart First"];
    assert_eq!(shown["next"], serde_json::json!(next));
    for arguments in [&["run", "--resume", "-q"][..], RUN] {
        let refused = project.run(arguments);
        assert_eq!(refused.code, Some(12), "{refused}");
        assert!(refused.stderr.contains(&format!("still at work in process {head}")), "{refused}");
    }
    assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
    assert!(!lives(head));
    let refused = project.run(&["run", "--resume", "-q"]);
    assert_eq!(refused.code, Some(12), "{refused}");
    insta::assert_snapshot!(refused.stderr, @"
    × run 1 does not go on by itself: nobody knows whether First took effect, its program was cut off
    help: look at what it wrote, then run it again, or say that it is done:
          jobwright logs 1 First
          jobwright run --resume 1 --restart First
          jobwright run --resume 1 --assume First=completed
    ");
    let next = project.show(1)["next"].clone();
    assert_eq!(next, serde_json::json!(["jobwright logs 1 First", "jobwright run --resume 1 --restart First"]));
    assert_eq!(project.read("effects"), "x\n");

    let other = project.run(&["run", "--resume", "--assume", "Second=completed", "-q"]);
    assert_eq!(other.code, Some(2), "{other}");
    let twice = project.run(&["run", "--resume", "--assume", "First=completed", "--restart", "first", "-q"]);
    assert_eq!(twice.code, Some(2), "{twice}");
    assert!(twice.stderr.contains("named twice in --restart and --assume"), "{twice}");
    let assumed = project.run(&["run", "--resume", "--assume", "First=completed", "-q"]);
    assert_eq!(assumed.code, Some(0), "{assumed}");
    assert_eq!(states(&project), "completed completed = completed");
    assert_eq!(project.read("effects"), "x\n", "not run again");
}

#[cfg(target_os = "linux")]
#[test]
fn a_copy_of_a_store_does_not_touch_the_programs_of_the_run_it_was_taken_from() {
    for restart in ["", "restart = \"yes\""] {
        let project = night("echo x >> effects; echo $$ > head; while [ ! -e go ]; do sleep 0.01; done", restart, "exit 0");
        let (mut child, head) = start_until_file(&project, "head");
        // The number of a program is on record once it takes its time.
        let record = project.path(".jobwright/store-work/runs/1/programs.jsonl");
        let begun = Instant::now();
        while !fs::read_to_string(&record).unwrap().contains(&format!("\"pid\":{head}")) {
            assert!(begun.elapsed() < Duration::from_secs(30), "{head} is not on record");
            std::thread::yield_now();
        }
        assert_eq!(project.run(&["store", "backup", "copy.db", "-q"]).code, Some(0));
        let holder = child.id();
        for command in [&["cancel", "1"][..], &["run", "--resume", "1"], &["run", "conf", "--job", "Night"]] {
            let refused = project.run(&[command, &["--store", "copy.db"]].concat());
            assert_eq!(refused.code, Some(12), "{refused}");
            let expected = format!("in process {head}, which process {holder} has started and waits for");
            assert!(refused.stderr.split_whitespace().collect::<Vec<_>>().join(" ").contains(&expected), "{refused}");
        }
        let next = project.run(&["show", "1", "--store", "copy.db", "--format", "json"]).json()["next"].to_string();
        assert!(!next.contains("cancel"), "{next}");
        assert!(lives(head));
        fs::write(project.path("go"), "").unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0));
        assert_eq!(project.read("effects"), "x\n");
    }
}

#[test]
fn what_would_not_be_obeyed_is_refused() {
    let project = night("exit 3", "", "exit 0");
    assert_eq!(run(&project).code, Some(10));
    for options in [&["--restart", "First"][..], &["--assume", "First=completed"]] {
        let refused = project.run(&[RUN, options].concat());
        assert_eq!(refused.code, Some(2), "{refused}");
    }
    for options in [
        &["--from", "Second"][..],
        &["--to", "First"],
        &["--only", "Second"],
        &["--type", "MaintainIndexesTask"],
        &["--containing", "S"],
        &["--as-scheduler"],
        &["--dry-run"],
        &["--agent", "Nobody"],
    ] {
        let refused = project.run(&[&["run", "--resume", "1", "-q"], options].concat());
        let expected = if options == ["--agent", "Nobody"] { Some(10) } else { Some(2) };
        assert_eq!(refused.code, expected, "{options:?}: {refused}");
    }
    let swallowed = project.run(&["run", "--job", "Night", "--only", "Second", "conf"]);
    assert_eq!(swallowed.code, Some(2), "{swallowed}");
    assert!(swallowed.stderr.contains("`conf` behind --only is taken for a task"), "{swallowed}");
}

#[test]
fn a_command_to_type_is_one_whatever_the_task_is_called() {
    let project = Project::new()
        .configuration(
            "conf/Jobs.xml",
            r#"<Job Identifier="Night" DisplayName_L1="Night">
                 <MaintainIndexesTask Identifier="it's &quot;two&quot; $(touch bad)" DisplayName_L1="First" />
               </Job>"#,
        )
        .file("conf/jobwright.toml", "[executors.MaintainIndexesTask]\nprogram = \"bin/first\"\n")
        .script("conf/bin/first", "[ -n \"$JOBWRIGHT_APPROVAL\" ] || exit 75");
    assert_eq!(run(&project).code, Some(12));
    let refused = project.run(&["run", "--resume"]).stderr;
    let told = refused.lines().filter(|line| line.contains("approve 1")).map(|line| line.trim().to_owned());
    let shown = project.show(1)["next"][0].as_str().unwrap().to_owned();
    for command in told.chain([shown]) {
        let program = format!("jobwright() {{ '{}' \"$@\"; }}; {command}", env!("CARGO_BIN_EXE_jobwright"));
        let typed = std::process::Command::new("sh").args(["-c", &program]).current_dir(project.path("")).output().unwrap();
        assert!(typed.status.success(), "{command}: {}", String::from_utf8_lossy(&typed.stderr));
    }
    assert!(!project.path("bad").exists());
    assert_eq!(project.run(&["run", "--resume", "-q"]).code, Some(0));
}

#[test]
fn a_program_that_cannot_be_started_says_what_is_missing() {
    let project = night("exit 0", "", "exit 0");
    fs::set_permissions(project.path("conf/bin/first"), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(&project);
    assert_eq!(refused.code, Some(2), "{refused}");
    assert!(refused.stderr.contains("bin/first may not be executed (chmod +x)"), "{refused}");
    let project = project.script("conf/bin/second", "").file("conf/bin/first", "#!/nowhere/sh\n");
    fs::set_permissions(project.path("conf/bin/first"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(run(&project).code, Some(10));
    let shown = project.show(1);
    let said = task(&shown, "First")["message"].as_str().unwrap();
    assert!(said.ends_with("cannot be started: what its first line names to execute it is not there"), "{said}");
}

#[test]
fn a_run_goes_on_where_it_began_wherever_it_is_continued() {
    let project = night("[ -e go ] || exit 3; pwd > place", "", "exit 0").file("elsewhere/keep", "").file("go.later", "");
    assert_eq!(run(&project).code, Some(10));
    fs::rename(project.path("go.later"), project.path("go")).unwrap();
    let mut resume = project.command(&["run", "--resume", "-q", "--store", "../.jobwright/store.db"]);
    let resumed = resume.current_dir(project.path("elsewhere")).output().unwrap();
    assert_eq!(resumed.status.code(), Some(0), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(fs::canonicalize(project.read("place").trim()).unwrap(), fs::canonicalize(project.path("")).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn how_a_run_ended_is_told_where_its_table_cannot_be_written() {
    let project = night("exit 3", "", "exit 0");
    let mut command = project.command(&["run", "conf", "--job", "Night", "--report", "run.md"]);
    let ended = command.stdout(fs::File::options().write(true).open("/dev/full").unwrap()).output().unwrap();
    assert_eq!(ended.status.code(), Some(10));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("the output cannot be written"));
    assert!(project.read("run.md").contains("Night: errored"));
}

#[test]
fn what_there_is_to_say_of_a_task_is_said() {
    let project = night("exit 0", "", "exit 3");
    assert_eq!(run(&project).code, Some(10));
    for arguments in [&["logs", "1", "First"][..], &["logs", "1", "First", "--follow"]] {
        insta::allow_duplicates! {
            insta::assert_snapshot!(project.run(arguments), @"
            exit 0
            --- stderr
            the program of First has written nothing; what happened to it:
            jobwright logs 1 First --events
            ");
        }
    }
    let project = Project::demo();
    assert_eq!(project.run(&["run", "examples/demo", "--job", "HR_Quick", "-q"]).code, Some(0));
    let followed = project.run(&["logs", "1", "HR_Quick_Synchronize", "--follow"]);
    assert!(followed.stdout.contains("\"task-ended\""), "{followed}");
    fs::remove_file(project.path(".jobwright/store-work/runs/1/events.jsonl")).unwrap();
    assert_eq!(followed.stdout, project.run(&["logs", "1", "HR_Quick_Synchronize"]).stdout);
}

#[test]
fn whatever_cuts_a_run_off_says_how_it_goes_on() {
    let project = night("[ -e once ] || { touch once; rm -r .jobwright/store-work; echo lost; }", "", "exit 0");
    let cut = run(&project);
    assert_eq!(cut.code, Some(6), "{cut}");
    insta::assert_snapshot!(cut.stderr, @"
    × .jobwright/store-work/runs/1/tasks/0 cannot be written: No such file or directory (os error 2)
    help: check that it exists and its permissions, then go on with the run that this has interrupted:
          jobwright run --resume 1
    ");
    assert_eq!(states(&project), "interrupted waiting = interrupted");
    let resumed = project.run(&["run", "--resume", "1", "--restart", "First", "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
}

#[test]
fn what_a_program_says_does_not_act_on_the_terminal() {
    let project = night(r"printf 'bad \033[2J\007\n'; exit 4", "", "exit 0");
    let outcome = project.run(&["run", "conf", "--job", "Night"]);
    assert!(outcome.stdout.contains("exit code 4: bad ␛[2J\u{FFFD}"), "{outcome}");
    assert!(outcome.stderr.contains("exit code 4: bad ␛[2J\u{FFFD}"), "{outcome}");
}

/// A start that goes on as soon as somebody writes the secret that it reads from a pipe: what it has seen of the store may be
/// out of date by then.
fn waiting_for_the_secret(project: &Project, arguments: &[&str]) -> (Child, fs::File) {
    fs::remove_file(project.path("key")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(project.path("key")).status().unwrap();
    assert!(made.success());
    let child = project.command(arguments).spawn().unwrap();
    // There is a reader once this comes back.
    (child, fs::OpenOptions::new().write(true).open(project.path("key")).unwrap())
}

const WITH_KEY: &str = "env = { KEY = \"{secret.key}\" }\n[executors.secrets]\nkey = { file = \"../key\" }";

#[test]
fn a_resume_while_the_process_of_the_run_dies_sees_what_that_has_left() {
    let script = "echo x >> effects; [ -e head ] && exit 0; echo $$ > head; while [ ! -e go ]; do sleep 0.01; done";
    let project = night(script, WITH_KEY, "exit 0").file("key", "hunter22\n");
    let (mut first, head) = start_until_file(&project, "head");
    let (second, mut key) = waiting_for_the_secret(&project, &["run", "--resume", "1", "-q"]);
    first.kill().unwrap();
    first.wait().unwrap();
    key.write_all(b"hunter22\n").unwrap();
    drop(key);
    let second = second.wait_with_output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    assert_eq!(second.status.code(), Some(12), "{said}");
    assert!(said.contains(&format!("still at work in process {head}")), "{said}");
    assert_eq!(project.read("effects"), "x\n", "the program is not run a second time");
    let runs = project.run(&["runs", "--format", "json"]).json();
    assert_eq!((&runs["runs"][0]["state"], &runs["runs"][0]["attempt"]), (&"interrupted".into(), &1.into()), "as it was");
    assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
}

#[test]
fn a_resume_while_a_run_ends_sees_how_it_ended() {
    for (code, exit, ended) in [
        (75, 12, "blocked not-started = blocked"),
        (0, 2, "completed completed = completed"),
        (3, 10, "errored not-started = errored"),
    ] {
        let body = format!("echo x >> effects; echo $$ > head; while [ ! -e go ]; do sleep 0.01; done; exit {code}");
        let project = night(&body, WITH_KEY, "exit 0").file("key", "hunter22\n");
        let (mut first, _) = start_until_file(&project, "head");
        let (second, mut key) = waiting_for_the_secret(&project, &["run", "--resume", "1", "-q"]);
        fs::write(project.path("go"), "").unwrap();
        first.wait().unwrap();
        key.write_all(b"hunter22\n").unwrap();
        drop(key);
        let second = second.wait_with_output().unwrap();
        assert_eq!(second.status.code(), Some(exit), "{}", String::from_utf8_lossy(&second.stderr));
        assert_eq!(states(&project), ended);
        // One that failed by itself is meant to be repeated.
        assert_eq!(project.read("effects").lines().count(), if code == 3 { 2 } else { 1 });
    }
}

#[test]
fn a_task_that_may_be_restarted_is() {
    for (options, flag) in [("restart = \"yes\"", None), ("", Some("--restart"))] {
        let project = night("echo x >> effects; [ -e go ] && exit 0; echo $$ > head; sleep 600", options, "exit 0");
        let (mut child, head) = start_until_file(&project, "head");
        child.kill().unwrap();
        child.wait().unwrap();
        fs::write(project.path("go"), "").unwrap();
        let mut arguments = vec!["run", "--resume", "1", "-q"];
        if let Some(flag) = flag {
            assert_eq!(project.run(&["cancel", "1", "-q"]).code, Some(0));
            arguments.extend([flag, "First"]);
        }
        let outcome = project.run(&arguments);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(!lives(head), "what was left is ended before the task is run again");
        assert_eq!(project.read("effects"), "x\nx\n");
        assert_eq!(states(&project), "completed completed = completed");
    }
}

#[test]
fn a_run_killed_at_any_point_never_runs_a_program_twice_unasked() {
    let mut asked = 0;
    for point in 1.. {
        let project = night("echo x >> first", "", "echo x >> second");
        let killed = project.command(RUN).env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        if killed.status.code().is_some() {
            assert!(point > 10, "only {point} points were passed");
            break;
        }
        let mut outcome = project.run(&["run", "--resume", "-q"]);
        for _ in 0..2 {
            // Killed while or just after a program ran: it is left to say whether it took effect.
            if outcome.code != Some(12) || outcome.stderr.contains("still at work") {
                break;
            }
            asked += 1;
            let shown = project.show(1);
            let doubtful =
                if task(&shown, "First")["state"] == "interrupted" { ("First", "first") } else { ("Second", "second") };
            let done = project.path(doubtful.1).exists();
            let settled = if done { format!("{}=completed", doubtful.0) } else { doubtful.0.to_owned() };
            outcome = project.run(&["run", "--resume", "-q", if done { "--assume" } else { "--restart" }, &settled]);
        }
        if outcome.stderr.contains("no run of this store can be continued") || outcome.stderr.contains("there is no store") {
            if project.run(&["runs", "-q"]).stdout.contains("Night") {
                assert_eq!(states(&project), "completed completed = completed");
            } else {
                outcome = run(&project);
                assert_eq!(outcome.code, Some(0), "{outcome}");
            }
        } else {
            assert_eq!(outcome.code, Some(0), "point {point}: {outcome}");
        }
        assert_eq!((project.read("first"), project.read("second")), ("x\n".to_owned(), "x\n".to_owned()), "point {point}");
    }
    assert!(asked > 0, "no kill fell between the start of a program and its outcome");
}

#[test]
fn a_whole_job_is_handed_to_the_job_runner() {
    let project = night("exit 0", "", "exit 0").script("conf/bin/runner", "echo \"$@\"; exit ${CODE:-0}");
    let toml = "[executors.job-runner]\nprogram = \"bin/runner\"\nargs = [\"--job-identifier\", \"{job.id}\"]\n";
    fs::write(project.path("conf/jobwright.toml"), toml).unwrap();
    let dry = project.run(&["run", "conf", "--job", "Night", "--dry-run"]);
    assert_eq!(dry.stdout.trim_start(), "0  Night  completed\nNight: completed\n", "{dry}");
    let failed = project.command(RUN).env("CODE", "4").output().unwrap();
    assert_eq!(failed.status.code(), Some(10));
    let resumed = project.run(&["run", "--resume", "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    let shown = project.show(1);
    assert_eq!(shown["tasks"].as_array().unwrap().len(), 1);
    assert_eq!((task(&shown, "Night")["state"].as_str(), shown["state"].as_str()), (Some("completed"), Some("completed")));
    assert_eq!(
        project.run(&["logs", "1", "Night"]).stdout,
        "--job-identifier Night\n[jobwright: attempt 2]\n--job-identifier Night\n"
    );
    let part = project.run(&["run", "conf", "--job", "Night", "--only", "First"]);
    assert_eq!(part.code, Some(2), "{part}");
}

#[test]
fn programs_of_one_level_run_side_by_side() {
    let meeting = "touch $JOBWRIGHT_TASK; while [ ! -e A ] || [ ! -e B ]; do sleep 0.01; done";
    let project = Project::new()
        .configuration(
            "conf/Jobs.xml",
            r#"<Job Identifier="Night" DisplayName_L1="Night">
                 <MaintainIndexesTask Identifier="A" DisplayName_L1="A" Level="0" />
                 <MaintainIndexesTask Identifier="B" DisplayName_L1="B" Level="0" />
               </Job>"#,
        )
        .file("conf/jobwright.toml", "[executors.MaintainIndexesTask]\nprogram = \"bin/meet\"\ntimeout = \"30s\"\n")
        .script("conf/bin/meet", meeting);
    let mut child = project.command(&["run", "conf", "--job", "Night", "--jobs", "2"]).spawn().unwrap();
    let rest = until_line(&mut child, |_| false);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    rest.join().unwrap();
}
