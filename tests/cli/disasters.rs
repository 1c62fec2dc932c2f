//! What happens to a machine while a job runs: the power goes, the disk is full or read-only, the clock is set back.
//! `runs` tells the truth at once, the run goes on, and what it leaves is what an unbroken run leaves.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::kills::{Scene, for_each_number};
use crate::support::{Project, content, copy};

/// Cuts the end off what was being written when the power went: of the last commit of one file if it is not known to
/// have been flushed, and of whatever is not flushed at all.
fn cut_power(store: &Path, last: &str, salt: u64) {
    match last {
        "killed after a commit of the data" => tear(&store.join("store.db-wal"), salt),
        "killed after a commit of the history" => tear(&store.join("store-runs.db-wal"), salt),
        // A transaction that was on its way: its first bytes are there, and nobody waited for them.
        "killed after no commit" => {
            for log in ["store.db-wal", "store-runs.db-wal"] {
                let mut bytes = fs::read(store.join(log)).unwrap_or_default();
                bytes.extend((0..5000 + salt).map(|byte| (byte * 31 % 251) as u8));
                fs::write(store.join(log), bytes).unwrap();
            }
        }
        other => panic!("`{other}` is no failpoint"),
    }
    let work = store.join("store-work");
    for folder in ["ExportOutput", "Collect/HR", "Collect/Directory"].map(|folder| work.join(folder)) {
        if folder.is_dir() {
            fs::write(folder.join(".tmpTORN"), &b"employee;first_na"[..5 + salt as usize % 12]).unwrap();
        }
    }
    let log = work.join("runs/1/events.jsonl");
    if let Ok(bytes) = fs::read(&log) {
        fs::write(&log, &bytes[..bytes.len().saturating_sub(1 + salt as usize % 40)]).unwrap();
    }
}

/// Damages the last transaction of a log, as a write that was torn would: cut off in the middle, or garbled.
fn tear(log: &Path, salt: u64) {
    let mut bytes = fs::read(log).unwrap();
    let word = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    let frame = 24 + word(8) as usize;
    let salts = bytes[16..24].to_owned();
    // A frame says how large the database is after it if it ends a transaction. Frames of an earlier round of the log
    // bear other salts.
    let (mut start, mut end, mut at) = (32, 32, 32);
    while at + frame <= bytes.len() && bytes[at + 8..at + 16] == salts {
        at += frame;
        if word(at - frame + 4) != 0 {
            (start, end) = (end, at);
        }
    }
    assert!(start < end, "{} holds no transaction", log.display());
    let middle = start + 1 + (salt as usize * 7919) % (end - start - 1);
    if salt.is_multiple_of(2) {
        bytes.truncate(middle);
    } else {
        bytes[middle..end].fill(0xa5);
    }
    fs::write(log, bytes).unwrap();
}

/// Kills at every point, and tears what was being written there.
fn survives_power_cuts(scene: &Scene) -> u64 {
    for_each_number(|point| {
        let project = scene.start();
        let killed = project.command(&scene.arguments()).env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        let cut = killed.status.code().is_none();
        if cut {
            let said = String::from_utf8(killed.stderr).unwrap();
            // Another thread may have begun to tell something since.
            let last = said.lines().rev().find(|line| line.starts_with("killed after")).unwrap();
            cut_power(&project.path(".jobwright"), last, point);
        }
        scene.finish(&project, &format!("power cut at point {point}"));
        if cut && project.path(".jobwright/store.db").exists() {
            assert_eq!(project.run(&["store", "check"]).code, Some(0), "power cut at point {point}");
        }
        cut
    })
}

#[test]
fn a_complete_run_survives_a_power_cut_at_every_point() {
    assert!(survives_power_cuts(&Scene::complete()) > 60);
}

#[test]
fn an_incremental_run_survives_a_power_cut_at_every_point() {
    assert!(survives_power_cuts(&Scene::incremental()) > 60);
}

fn output(program: &str, arguments: &[impl AsRef<OsStr>]) -> Option<Output> {
    Command::new(program).args(arguments).output().ok()
}

fn works(program: &str, arguments: &[&str]) -> bool {
    output(program, arguments).is_some_and(|output| output.status.success())
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_on_a_full_disk_is_interrupted_and_goes_on_when_there_is_room() {
    // A disk of its own, for as long as the shell lives; without the right to make one, as another root.
    let Some(options) = [&["-m"][..], &["-Urm"]]
        .into_iter()
        .find(|options| works("unshare", &[options, &["mount", "-t", "tmpfs", "none", "/mnt"][..]].concat()))
    else {
        eprintln!("skipped: no small disk can be made here (unshare and mount are not permitted)");
        return;
    };
    let scene = Scene::complete();
    let unbroken = scene.start();
    assert_eq!(unbroken.run(&scene.arguments()).code, Some(0));
    let mut interrupted = 0;
    for kilobytes in [40, 120, 160, 220, 280, 340, 400, 460, 520, 580, 640, 700, 760, 820, 880, 940, 1000, 8000] {
        let project = scene.start();
        fs::create_dir(project.path("disk")).unwrap();
        let script = "
            mount -t tmpfs -o size=$1k none disk && shift || exit 99
            \"$@\" --store disk/store.db; echo $? > code
            \"$1\" runs --store disk/store.db --format json > runs; echo $? > runs.code
            mount -o remount,size=64m disk || exit 99
            case $(cat runs) in
                *'\"state\": \"interrupted\"'*) \"$1\" run --resume --store disk/store.db;;
                *) [ $(cat code) = 0 ] || \"$@\" --store disk/store.db;;
            esac || exit 98
            cp -r disk kept";
        let program = env!("CARGO_BIN_EXE_jobwright");
        let size = kilobytes.to_string();
        let words = [options, &["sh", "-c", script, "sh", &size, program], &scene.arguments()].concat();
        let ended = Command::new("unshare").args(words).current_dir(project.path(".")).output().unwrap();
        assert!(ended.status.success(), "{kilobytes} KB: {}", String::from_utf8_lossy(&ended.stderr));
        let code = project.read("code");
        assert!(["0\n", "6\n"].contains(&code.as_str()), "{kilobytes} KB: {code}");
        if project.read("runs.code") == "0\n" && !project.read("runs").contains("\"runs\": []") {
            let state = serde_json::from_str::<serde_json::Value>(&project.read("runs")).unwrap()["runs"][0]["state"].clone();
            assert_eq!(state, if code == "0\n" { "completed" } else { "interrupted" }, "{kilobytes} KB");
            interrupted += u32::from(code == "6\n");
        }
        assert_eq!(content(&project.path("kept/store.db")), unbroken.content(), "{kilobytes} KB");
    }
    assert!(interrupted > 5, "{interrupted} runs began and found the disk full");
}

#[cfg(unix)]
#[test]
fn a_run_whose_files_reach_a_limit_is_interrupted_and_goes_on_without_it() {
    let scene = Scene::complete();
    let mut interrupted = 0;
    // In units of 512 bytes, or 1024 with some shells.
    for blocks in [4, 16, 64, 128, 192, 256, 288, 320, 352, 384, 416, 448, 480, 512, 560, 640, 720, 800] {
        let project = scene.start();
        // The signal that the limit sends would end the process; ignored, the write fails as on a full disk.
        let script = "trap '' XFSZ; ulimit -f $1; shift; exec \"$@\"";
        let (limit, program) = (blocks.to_string(), env!("CARGO_BIN_EXE_jobwright"));
        let words = [&["-c", script, "sh", &limit, program][..], &scene.arguments()].concat();
        let ended = Command::new("sh").args(words).current_dir(project.path(".")).output().unwrap();
        assert!(matches!(ended.status.code(), Some(0 | 6)), "{blocks} blocks: {}", String::from_utf8_lossy(&ended.stderr));
        if ended.status.code() == Some(6) && scene.state(&project).is_some() {
            assert_eq!(scene.state(&project).as_deref(), Some("interrupted"), "{blocks} blocks");
            interrupted += 1;
        }
        scene.finish(&project, &format!("{blocks} blocks a file"));
    }
    assert!(interrupted > 2, "{interrupted} runs began and reached the limit: the store grew, give more room");
}

/// The program as a user who may not write what is marked read-only: root may, unless that right is taken away.
#[cfg(target_os = "linux")]
fn bound(project: &Project, arguments: &[&str]) -> Option<Output> {
    const RIGHTS: &str = "-dac_override,-dac_read_search,-fowner";
    let program = env!("CARGO_BIN_EXE_jobwright");
    let mut command = if fs::write(project.path(".jobwright/probe"), "").is_ok() {
        let _ = fs::remove_file(project.path(".jobwright/probe"));
        if !works("setpriv", &["--bounding-set", RIGHTS, "--inh-caps", RIGHTS, "true"]) {
            return None;
        }
        let mut command = Command::new("setpriv");
        command.args(["--bounding-set", RIGHTS, "--inh-caps", RIGHTS, program]);
        command
    } else {
        Command::new(program)
    };
    Some(command.args(arguments).current_dir(project.path(".")).output().unwrap())
}

#[cfg(target_os = "linux")]
fn set_writable(folder: &Path, writable: bool) {
    use std::os::unix::fs::PermissionsExt;
    let set = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    set(folder, 0o755);
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            set_writable(&entry, writable);
        } else {
            set(&entry, if writable { 0o644 } else { 0o444 });
        }
    }
    set(folder, if writable { 0o755 } else { 0o555 });
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_only_store_is_read_and_refuses_to_be_written() {
    let scene = Scene::complete();
    // Closed properly, and with its logs as a kill leaves them.
    for (point, state) in [("100000", "completed"), ("30", "interrupted")] {
        let project = scene.start();
        project.command(&scene.arguments()).env("JOBWRIGHT_KILL_AT", point).output().unwrap();
        let before = project.content();
        set_writable(&project.path(".jobwright"), false);
        let Some(listed) = bound(&project, &["runs", "--format", "json"]) else {
            set_writable(&project.path(".jobwright"), true);
            eprintln!("skipped: this user may write everywhere, and setpriv cannot take that away");
            return;
        };
        let told: serde_json::Value =
            serde_json::from_slice(&listed.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&listed.stderr)));
        assert_eq!(told["runs"][0]["state"], state);
        assert!(bound(&project, &["show", "1"]).unwrap().status.success());
        for refused in [&scene.arguments()[..], &["run", "--resume"], &["runs", "prune", "--keep", "0"]] {
            if state == "completed" && refused.len() == 2 {
                continue;
            }
            let output = bound(&project, refused).unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(6), "{refused:?}: {said}");
            assert!(said.contains("read-only"), "{refused:?}: {said}");
        }
        set_writable(&project.path(".jobwright"), true);
        assert_eq!(project.content(), before);
        scene.finish(&project, "writable again");
    }
}

#[test]
fn a_clock_that_is_set_back_confuses_nothing() {
    const DAY: i64 = 86_400_000;
    let scene = Scene::incremental();
    for (killed, resumed) in [(DAY, -10 * DAY), (-10 * DAY, 0), (0, -DAY / 24)] {
        let project = scene.start();
        let mut command = project.command(&scene.arguments());
        command.env("JOBWRIGHT_CLOCK_OFFSET", killed.to_string()).env("JOBWRIGHT_KILL_AT", "33").output().unwrap();
        let listed = project.run(&["runs", "--format", "json"]).json();
        assert_eq!((&listed["runs"][0]["id"], &listed["runs"][0]["state"]), (&2.into(), &"interrupted".into()));
        let mut command = project.command(&["run", "--resume"]);
        let ended = command.env("JOBWRIGHT_CLOCK_OFFSET", resumed.to_string()).output().unwrap();
        assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
        scene.finish(&project, &format!("clock {killed}, then {resumed}"));
        let shown = project.show(2);
        assert!(shown["duration_ms"].as_u64().unwrap() < 600_000, "durations are not told by the clock: {shown}");
        // The next run is the next one, whatever its date, and nothing is left to continue.
        let mut command = project.command(&scene.arguments());
        assert!(command.env("JOBWRIGHT_CLOCK_OFFSET", (-20 * DAY).to_string()).output().unwrap().status.success());
        let listed = project.run(&["runs", "--format", "json"]).json();
        let numbers: Vec<i64> = listed["runs"].as_array().unwrap().iter().map(|run| run["id"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [3, 2, 1]);
        assert_eq!(project.run(&["run", "--resume"]).code, Some(2));
    }
}

#[test]
fn a_copy_of_a_store_taken_by_hand_while_nothing_runs_is_a_store() {
    let scene = Scene::incremental();
    let project = scene.start();
    project.command(&scene.arguments()).env("JOBWRIGHT_KILL_AT", "40").output().unwrap();
    let elsewhere = Project::new();
    copy(&project.path(".jobwright"), &elsewhere.path(".jobwright"));
    let resumed = elsewhere.run(&["run", "--resume"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    let unbroken = scene.start();
    assert_eq!(unbroken.run(&scene.arguments()).code, Some(0));
    assert_eq!(elsewhere.content(), unbroken.content());
}
