//! Jobs that start by themselves: when, where, and what happens when one fails. The clock leaps: nothing here waits.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Outcome, Project};

/// Three jobs on schedules, one of another agent; all tasks are programs that end with the exit code in a file.
fn harbour() -> Project {
    let job = |id: &str, attributes: &str| {
        format!(
            "<Job Identifier=\"{id}\" DisplayName_L1=\"{id}\" {attributes}>\n\
             <MaintainIndexesTask Identifier=\"{id}_Indexes\" DisplayName_L1=\"Indexes\" /></Job>\n"
        )
    };
    let jobs = [
        "<Agent Identifier=\"Harbour\" DisplayName_L1=\"Harbour\" URI=\"https://harbour.invalid\" />\n".to_owned(),
        "<Agent Identifier=\"Island\" DisplayName_L1=\"Island\" URI=\"https://island.invalid\" />\n".to_owned(),
        job("Daily", "CronTabExpression=\"0 2 * * *\" Agent=\"Harbour\" UserStartDenied=\"true\""),
        job("Local", "CronTabExpression=\"30 0 2 * * *\" CronTimeZone=\"ServerTime\""),
        job("Elsewhere", "CronTabExpression=\"0 2 * * *\" Agent=\"Island\""),
    ];
    let project = Project::new()
        .configuration("conf/Jobs.xml", &jobs.concat())
        .file(
            "conf/jobwright.toml",
            "[executors.MaintainIndexesTask]\nprogram = \"bin/work\"\n\
             [schedule]\ntime-zone = \"CET-1CEST,M3.5.0,M10.5.0/3\"\n\
             [schedule.on-failure]\nprogram = \"bin/tell\"\nargs = [\"{job.id}\"]\n",
        )
        .file("conf/bin/work", "#!/bin/sh\necho $JOBWRIGHT_JOB >> started; exit $(cat code)\n")
        .file("conf/bin/tell", "#!/bin/sh\necho \"$1\" >> told; cat > told.json\n")
        .file("code", "0");
    for program in ["conf/bin/work", "conf/bin/tell"] {
        fs::set_permissions(project.path(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    project
}

fn schedule(project: &Project, arguments: &[&str], clock: &str) -> Outcome {
    let arguments: Vec<&str> = ["schedule", "conf", "--agent", "Harbour"].iter().chain(arguments).copied().collect();
    let output = project.command(&arguments).env("JOBWRIGHT_CLOCK", clock).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Outcome { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// Without how long things took.
fn without_times(text: &str) -> String {
    text.lines().map(|line| line.split(" in ").next().unwrap().to_owned() + "\n").collect()
}

#[test]
fn the_next_starts_are_listed_in_their_time_zones() {
    let listed = schedule(&harbour(), &["--list", "2"], "2026-03-28T12:00:00Z/2026-03-28T12:00:00Z");
    insta::assert_snapshot!(listed, @"
    exit 0
    --- stdout
    Daily      2026-03-29 02:00:00 +00:00
               2026-03-30 02:00:00 +00:00
    Local      2026-03-29 03:00:30 +02:00
               2026-03-30 02:00:30 +02:00
    Elsewhere  left to agent Island
    ");
}

#[test]
fn jobs_start_when_they_are_due_and_the_latest_missed_start_is_caught_up() {
    let project = harbour();
    let first = schedule(&project, &[], "2026-11-24T00:30:00Z/2026-11-24T03:00:00Z");
    assert_eq!(first.code, Some(0), "{first}");
    insta::assert_snapshot!(without_times(&first.stderr), @"
    2026-11-24T01:00:30Z Local: started, due 2026-11-24T01:00:30Z
    2026-11-24T01:00:30Z Local: run 1 completed
    2026-11-24T02:00:00Z Daily: started, due 2026-11-24T02:00:00Z
    2026-11-24T02:00:00Z Daily: run 2 completed
    2026-11-24T02:00:00Z stopped
    ");
    assert_eq!(project.read("started"), "Local\nDaily\n");
    let later = schedule(&project, &[], "2026-11-27T12:00:00Z/2026-11-27T13:00:00Z");
    let starts: Vec<&str> = later.stderr.lines().filter(|line| line.contains("started")).collect();
    insta::assert_snapshot!(starts.join("\n"), @"
    2026-11-27T12:00:00Z Daily: started once for 3 missed starts, the last due 2026-11-27T02:00:00Z
    2026-11-27T12:00:00Z Local: started once for 3 missed starts, the last due 2026-11-27T01:00:30Z
    ");
}

#[test]
fn a_bad_end_is_told_once_per_run() {
    for (code, state) in [(3, "errored"), (75, "blocked"), (99, "completed")] {
        let project = harbour();
        fs::write(project.path("code"), code.to_string()).unwrap();
        let outcome = schedule(&project, &[], "2026-11-24T01:30:00Z/2026-11-24T03:00:00Z");
        assert_eq!(outcome.code, Some(0), "{outcome}");
        assert!(outcome.stderr.contains(&format!("Daily: run 1 {state}")), "{outcome}");
        if state == "completed" {
            assert!(!project.path("told").exists());
            continue;
        }
        assert_eq!(project.read("told"), "Daily\n");
        let told: serde_json::Value = serde_json::from_str(&project.read("told.json")).unwrap();
        assert_eq!((told["state"].as_str(), told["job"].as_str(), told["id"].as_i64()), (Some(state), Some("Daily"), Some(1)));
    }
    // The one who is told does not listen, takes too long, or is not there: the schedule goes on.
    let project = harbour();
    fs::write(project.path("code"), "3").unwrap();
    fs::write(project.path("conf/bin/tell"), "#!/bin/sh\nsleep 600\n").unwrap();
    project.replace("conf/jobwright.toml", "args = [\"{job.id}\"]", "timeout = \"100ms\"");
    let outcome = schedule(&project, &[], "2026-11-24T01:30:00Z/2026-11-24T03:00:00Z");
    assert!(outcome.stderr.contains("[schedule.on-failure]: it took too long and was ended"), "{outcome}");
}

#[test]
fn whoever_cancels_a_run_does_not_end_the_schedule() {
    let project = harbour();
    let cancel = format!("#!/bin/sh\n'{}' cancel $JOBWRIGHT_RUN; sleep 0.5\n", env!("CARGO_BIN_EXE_jobwright"));
    fs::write(project.path("conf/bin/work"), cancel).unwrap();
    project.replace(
        "conf/Jobs.xml",
        "<MaintainIndexesTask Identifier=\"Local_Indexes\"",
        "<MaintainIndexesTask Identifier=\"First\" DisplayName_L1=\"First\" /><MaintainIndexesTask Identifier=\"Local_Indexes\"",
    );
    let outcome = schedule(&project, &[], "2026-11-24T00:30:00Z/2026-11-25T01:30:00Z");
    insta::assert_snapshot!(without_times(&outcome.stderr), @"
    2026-11-24T01:00:30Z Local: started, due 2026-11-24T01:00:30Z
    2026-11-24T01:00:30Z Local: run 1 cancelled
    2026-11-24T02:00:00Z Daily: started, due 2026-11-24T02:00:00Z
    2026-11-24T02:00:00Z Daily: run 2 completed
    2026-11-25T01:00:30Z Local: started, due 2026-11-25T01:00:30Z
    2026-11-25T01:00:30Z Local: run 3 cancelled
    2026-11-25T01:00:30Z stopped
    ");
}

#[test]
fn a_start_that_is_refused_is_told_before_and_when_it_happens() {
    let project = harbour();
    fs::remove_file(project.path("conf/bin/work")).unwrap();
    let outcome = schedule(&project, &[], "2026-11-24T01:30:00Z/2026-11-24T03:00:00Z");
    insta::assert_snapshot!(outcome.stderr, @"
    Daily could not be started as it stands: the program conf/bin/work of Daily_Indexes (MaintainIndexesTask) is not there; correct [executors] in jobwright.toml
    Local could not be started as it stands: the program conf/bin/work of Local_Indexes (MaintainIndexesTask) is not there; correct [executors] in jobwright.toml
    2026-11-24T02:00:00Z Daily: started, due 2026-11-24T02:00:00Z
    2026-11-24T02:00:00Z Daily: job Daily was not started: the program conf/bin/work of Daily_Indexes (MaintainIndexesTask) is not there; correct [executors] in jobwright.toml
    2026-11-24T02:00:00Z stopped
    ");
    assert_eq!(project.read("told"), "Daily\n");
    let told: serde_json::Value = serde_json::from_str(&project.read("told.json")).unwrap();
    assert_eq!((told["state"].as_str(), told["job"].as_str(), told.get("id")), (Some("failed"), Some("Daily"), None));
    assert!(told["message"].as_str().unwrap().contains("bin/work"), "{told}");
    fs::remove_file(project.path("conf/bin/tell")).unwrap();
    let silent = schedule(&project, &[], "2026-11-24T03:30:00Z/2026-11-24T03:40:00Z");
    assert!(silent.stderr.contains("nobody would be told of a failure"), "{silent}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_ends_a_run_and_no_schedule() {
    let works =
        |words: &[&str]| std::process::Command::new("unshare").args(words).output().is_ok_and(|ended| ended.status.success());
    let Some(options) = [&["-m"][..], &["-Urm"]]
        .into_iter()
        .find(|options| works(&[options, &["mount", "-t", "tmpfs", "none", "/mnt"][..]].concat()))
    else {
        eprintln!("skipped: no small disk can be made here (unshare and mount are not permitted)");
        return;
    };
    let project = harbour();
    // The job fills the disk and writes what does not fit; whoever is told makes room.
    let work =
        "[ -e once ] || { touch once; dd if=/dev/zero of=disk/fill bs=1k count=4000 2>/dev/null; }\nhead -c 100000 /dev/zero\n";
    fs::write(project.path("conf/bin/work"), format!("#!/bin/sh\n{work}")).unwrap();
    fs::write(project.path("conf/bin/tell"), "#!/bin/sh\ncat > told.json; rm disk/fill\n").unwrap();
    fs::create_dir(project.path("disk")).unwrap();
    let script = "mount -t tmpfs -o size=1500k none disk && \"$@\"; code=$?; cp -r disk kept; exit $code";
    let program = env!("CARGO_BIN_EXE_jobwright");
    let arguments = ["sh", "-c", script, "sh", program, "schedule", "conf", "--agent", "Harbour", "--store", "disk/store.db"];
    let ended = std::process::Command::new("unshare")
        .args([options, &arguments[..]].concat())
        .current_dir(project.path(""))
        .env("JOBWRIGHT_CLOCK", "2026-11-24T01:30:00Z/2026-11-25T03:00:00Z")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    let told: serde_json::Value = serde_json::from_str(&project.read("told.json")).unwrap();
    assert_eq!(told["state"], "failed", "{said}");
    assert!(told["message"].as_str().unwrap().ends_with("jobwright run --resume 1 --store disk/store.db"), "{told}");
    let listed = project.run(&["runs", "--store", "kept/store.db", "--job", "Daily", "--format", "json"]).json();
    let states: Vec<&str> = listed["runs"].as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["completed", "interrupted"], "{said}");
}

#[test]
fn a_job_that_nobody_may_start_is_started_by_schedulers_only() {
    let project = harbour();
    insta::assert_snapshot!(project.run(&["run", "conf", "--job", "Daily"]), @"
    exit 2
    --- stderr
      × job Daily may not be started by hand (UserStartDenied)
      help: `jobwright schedule` starts it, another scheduler may with --as-scheduler
    ");
    assert!(!project.path("started").exists());
    let denied = project.run(&["run", "conf", "--job", "Daily", "--as-scheduler", "-q"]);
    assert_eq!(denied.code, Some(0), "{denied}");
    assert_eq!(project.run(&["run", "conf", "--job", "Local", "-q"]).code, Some(0));
}

#[test]
fn a_job_runs_only_where_its_agent_is() {
    let project = harbour();
    insta::assert_snapshot!(project.run(&["run", "conf", "--job", "Elsewhere", "--agent", "Harbour"]), @"
    exit 2
    --- stderr
      × job `Elsewhere` belongs to agent `Island`, and this is agent `Harbour`
      help: start it where agent `Island` runs: its files, secrets and network are there; --agent Island says that this is
            the place
    ");
    insta::assert_snapshot!(project.run(&["run", "conf", "--job", "Elsewhere", "--agent", "Harbur"]), @"
    exit 2
    --- stderr
      × the configuration has no agent `Harbur`
      help: did you mean `Harbour`?
    ");
    let settings = project.file("conf/appsettings.agent.json", r#"{"OpenId": {"AgentIdentifier": "Harbour"}}"#);
    assert_eq!(settings.run(&["run", "conf", "--job", "Elsewhere", "-q"]).code, Some(2));
    assert_eq!(settings.run(&["run", "conf", "--job", "Elsewhere", "--agent", "Island", "-q"]).code, Some(0));
    assert!(
        schedule(&settings, &["--list"], "2026-03-28T12:00:00Z/2026-03-28T12:00:00Z").stdout.contains("left to agent Island")
    );
}

#[test]
fn an_interrupt_stops_the_schedule_after_the_running_tasks() {
    let project = harbour();
    fs::write(project.path("conf/bin/work"), "#!/bin/sh\necho $$ > head; while [ ! -e go ]; do sleep 0.01; done\n").unwrap();
    let mut child = project
        .command(&["schedule", "conf", "--agent", "Harbour"])
        .env("JOBWRIGHT_CLOCK", "2026-11-24T01:30:00Z/2026-11-24T03:00:00Z")
        .spawn()
        .unwrap();
    while fs::read_to_string(project.path("head")).unwrap_or_default().is_empty() {
        assert!(child.try_wait().unwrap().is_none());
        std::thread::yield_now();
    }
    assert!(std::process::Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap().success());
    let mut text = String::new();
    let mut errors = std::io::BufReader::new(child.stderr.take().unwrap());
    while !text.contains("stopping") {
        assert!(std::io::BufRead::read_line(&mut errors, &mut text).unwrap() > 0, "{text}");
    }
    fs::write(project.path("go"), "").unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let shown = project.show(1);
    assert_eq!(shown["tasks"][0]["state"], "completed");
}
