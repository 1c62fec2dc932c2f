//! How a run goes: launching, stopping, cancelling, telling.

use super::*;
use crate::engine::sample::{self, job, plan, task};

fn chain() -> Plan {
    plan(sample::chain())
}

#[test]
fn a_run_commits_its_tasks_in_order() {
    let house = House::new();
    let summary = run(&house, &chain(), &ending(&[])).unwrap();
    assert_eq!(summary.run.state, JobState::Completed);
    assert_eq!(house.traces(), ["Export", "Prepare", "Synchronize", "Compute"]);
    assert_eq!(summary.tasks[0].counters["inserted"], 3);
    assert_eq!(house.engine().runs().unwrap().len(), 1);
}

#[test]
fn a_tolerated_failure_is_a_warning_and_cuts_its_chain_short() {
    let house = House::new();
    let summary = run(&house, &chain(), &ending(&[("Export", "errored")])).unwrap();
    insta::assert_snapshot!(told(&summary), @r"
    Export warning: row 7 of users.csv has 3 columns, the header has 4
    Prepare not launched: Export ended in warning
    Synchronize not launched: Prepare was not launched
    Compute completed
    = completed with warnings
    ");
    assert_eq!(house.traces(), ["Compute"], "nothing of the failed task is stored");
    assert_eq!((summary.run.state.exit_code(false), summary.run.state.exit_code(true)), (0, 11));
}

#[test]
fn an_error_stops_the_job_and_its_siblings_finish() {
    let house = House::new();
    let plan = plan(job("J", vec![task("A", 0), task("B", 0), task("C", 1)]));
    let summary = run(&house, &plan, &ending(&[("A", "errored")])).unwrap();
    insta::assert_snapshot!(told(&summary), @r"
    A errored: row 7 of users.csv has 3 columns, the header has 4
    B completed
    C not started: A ended in error
    = errored
    ");
    assert_eq!(summary.next, [format!("jobwright run --resume 1{}", shell::store_argument(house.engine().store().data_file()))]);
    let summary = resume(&house, &ending(&[])).unwrap();
    assert_eq!((summary.run.state, summary.run.attempt), (JobState::Completed, 2));
    assert_eq!(house.traces(), ["B", "A", "C"], "what is committed is not repeated");
    assert_eq!(resume(&house, &ending(&[])).unwrap_err().exit_code(), 2);
}

#[test]
fn a_defect_of_a_task_is_an_error_of_the_task() {
    let house = House::new();
    let plan = plan(job("J", vec![task("A", 0)]));
    let summary = run(&house, &plan, &ending(&[("A", "panic")])).unwrap();
    assert_eq!(told(&summary), "A errored: internal error in FakeTask: a defect; please report it\n= errored");
    assert!(house.traces().is_empty());
}

#[test]
fn levels_are_barriers_and_one_task_writes_at_a_time() {
    let house = House::new();
    let tasks = (0..30).map(|number| task(&format!("T{number:02}"), number / 10)).collect();
    let inside = Mutex::new(());
    let ended: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    let source = Fake(|context: &mut TaskContext<'_>| {
        let _alone = inside.try_lock().map_err(|_| TaskError::new("two tasks at once"))?;
        let mut ended = ended.lock().unwrap();
        let before = ended.iter().filter(|level| **level < context.task.level).count();
        if before != context.task.level as usize * 10 {
            return Err(TaskError::new("a level began before the one before it had ended"));
        }
        ended.push(context.task.level);
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    let summary = run(&house, &plan(job("J", tasks)), &source).unwrap();
    assert_eq!(summary.run.state, JobState::Completed, "{}", told(&summary));
}

#[test]
fn tasks_without_embedded_form_are_refused_before_anything_starts() {
    let house = House::new();
    let mut foreign = task("Mail", 1);
    foreign.element = "SendNotificationsTask".to_owned();
    let plan = plan(job("J", vec![task("A", 0), foreign]));
    let error = run(&house, &plan, &ending(&[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "job J was not started: 1 task has no embedded form: Mail (SendNotificationsTask); \
         leave them out with --from, --to or --only, or name programs for them under [executors]"
    );
    assert!(house.engine().runs().unwrap().is_empty() && house.traces().is_empty());

    let settings = Settings::default();
    let selection = Selection { only: vec!["a".to_owned()], ..Selection::default() };
    let options = RunOptions { selection, ..RunOptions::new(&settings) };
    let summary = house.engine().run(&plan, "j", &options, &ending(&[]), &mut reporter::Silent).unwrap();
    assert_eq!(told(&summary), "A completed\nMail not selected: outside the selection\n= completed");
}

#[test]
fn an_unknown_job_is_named_with_the_nearest_one() {
    let settings = Settings::default();
    let engine = House::new().engine();
    let error = engine.run(&chain(), "Dayly", &RunOptions::new(&settings), &ending(&[]), &mut reporter::Silent).unwrap_err();
    assert_eq!(error.to_string(), "the plan has no job Dayly; did you mean Daily?; it has Daily");
    assert_eq!(error.exit_code(), 2);
}

#[test]
fn cancel_lets_the_running_task_finish_and_a_second_one_ends_it() {
    for (interrupts, first) in [(1, "A completed"), (2, "A cancelled: ended before it was done; nothing of it is kept")] {
        let house = House::new();
        let settings = Settings::default();
        let options = RunOptions::new(&settings);
        let control = options.control.clone();
        let source = Fake(move |context: &mut TaskContext<'_>| {
            leave_trace(context)?;
            for _ in 0..interrupts {
                control.interrupt();
            }
            if (context.cancelled)() {
                return Err(TaskError::new("told to stop"));
            }
            Ok(TaskReport::new(TaskEnd::Completed))
        });
        let plan = plan(job("J", vec![task("A", 0), task("B", 0), task("C", 1)]));
        let summary = house.engine().run(&plan, "J", &options, &source, &mut reporter::Silent).unwrap();
        let expected = format!(
            "{first}\nB not started: the run was cancelled\nC not started: {}\n= cancelled",
            if interrupts == 1 { "the run was cancelled" } else { "A was cancelled" }
        );
        let told = told(&summary);
        assert!(told == expected || told == expected.replace("A was cancelled", "the run was cancelled"), "{told}");
        assert_eq!(summary.run.state.exit_code(false), 13);
        let summary = resume(&house, &ending(&[])).unwrap();
        assert_eq!(summary.run.state, JobState::Completed);
        assert_eq!(house.traces(), ["A", "B", "C"]);
    }
}

#[test]
fn another_process_may_cancel() {
    let house = House::new();
    let store = house.store();
    let source = Fake(|context: &mut TaskContext<'_>| {
        Engine::open(&store).unwrap().cancel(context.run).unwrap();
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    let summary = run(&house, &chain(), &source).unwrap();
    assert_eq!(summary.run.state, JobState::Cancelled);
    assert_eq!(
        house.engine().cancel(RunId(1)).unwrap_err().to_string(),
        "run 1 cannot be cancelled: it is cancelled, and no process works on it; see how it stands:\njobwright show 1"
    );
}

#[test]
fn events_are_told_and_logged_alike() {
    let house = House::new();
    let settings = Settings::default();
    let mut told = Told::default();
    let engine = house.engine();
    let source = Fake(|context: &mut TaskContext<'_>| {
        (context.progress)(5, Some(10));
        Ok(TaskReport::new(TaskEnd::Unchanged))
    });
    engine.run(&chain(), "Daily", &RunOptions::new(&settings), &source, &mut told).unwrap();
    let names: Vec<&str> = told.0.iter().map(|event| event["event"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "job-started",
            "task-started",
            "task-progress",
            "task-ended",
            "task-passed",
            "task-passed",
            "task-started",
            "task-progress",
            "task-ended",
            "job-ended"
        ]
    );
    assert_eq!(told.0[4]["reason"], "Export ended unchanged");
    let logged = std::fs::read_to_string(house.file("store-work/runs/1/events.jsonl")).unwrap();
    let logged: Vec<serde_json::Value> = logged.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    told.0.retain(|event| event["event"] != "task-progress");
    assert_eq!(logged, told.0);
    let numbers: Vec<u64> = logged.iter().map(|event| event["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=8).collect::<Vec<u64>>());
}

#[test]
fn the_summary_is_a_table() {
    let house = House::new();
    let mut summary = run(&house, &chain(), &ending(&[("Prepare", "unchanged")])).unwrap();
    summary.run.duration_ms = Some(1500);
    summary.tasks.iter_mut().for_each(|task| task.duration_ms = task.duration_ms.map(|_| 200));
    insta::assert_snapshot!(reporter::table(&summary, 80), @r"
    Task         Outcome       Took    What
    Export       completed     200 ms  inserted 3
    Prepare      unchanged     200 ms
    Synchronize  not launched          Prepare ended unchanged
    Compute      completed     200 ms  inserted 3

    Run 1 of Daily: completed in 1.5 s (2 completed, 1 unchanged, 1 not launched)
    ");
    insta::assert_snapshot!(reporter::table(&summary, 50), @r"
    Task         Outcome       Took
    Export       completed     200 ms
        inserted 3
    Prepare      unchanged     200 ms
    Synchronize  not launched
        Prepare ended unchanged
    Compute      completed     200 ms
        inserted 3

    Run 1 of Daily: completed in 1.5 s (2 completed, 1 unchanged, 1 not launched)
    ");
}

#[test]
fn plain_lines_tell_what_happens() {
    let house = House::new();
    let settings = Settings::default();
    let mut lines = Vec::new();
    let mut reporter = reporter::Plain::new(&mut lines);
    let source = ending(&[("Export", "unchanged")]);
    house.engine().run(&chain(), "Daily", &RunOptions::new(&settings), &source, &mut reporter).unwrap();
    let lines = String::from_utf8(lines).unwrap();
    assert!(lines.contains("Prepare not launched: Export ended unchanged\n"), "{lines}");
    assert_eq!(lines.lines().count(), 8);
}

#[test]
fn a_terminal_is_drawn_on() {
    let house = House::new();
    let settings = Settings::default();
    let mut terminal = reporter::Terminal::on(indicatif::ProgressDrawTarget::hidden());
    let source = Fake(|context: &mut TaskContext<'_>| {
        (context.progress)(1, None);
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    let summary = house.engine().run(&chain(), "Daily", &RunOptions::new(&settings), &source, &mut terminal).unwrap();
    assert_eq!(summary.run.state, JobState::Completed);
}

#[test]
fn a_full_disk_interrupts_the_run_and_is_no_failure_of_the_task() {
    let house = House::new();
    let source = Fake(|context: &mut TaskContext<'_>| {
        leave_trace(context)?;
        let store = context.transaction;
        if context.task.id == "Prepare" {
            let pages: i64 = store.pragma_query_value(None, "page_count", |row| row.get(0))?;
            store.pragma_update(None, "max_page_count", pages + 1)?;
            store.execute("INSERT INTO trace VALUES (hex(zeroblob(1000000)))", [])?;
        }
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    let error = run(&house, &chain(), &source).unwrap_err();
    assert!(matches!(error, EngineError::DiskFull { .. }), "{error}");
    let detail = house.engine().show(RunId(1)).unwrap();
    assert_eq!(told(&detail), "Export completed\nPrepare interrupted\nSynchronize waiting\nCompute waiting\n= interrupted");
    assert_eq!(resume(&house, &ending(&[])).unwrap().run.state, JobState::Completed);
    assert_eq!(house.traces(), ["Export", "Prepare", "Synchronize", "Compute"]);
}

#[test]
fn a_torn_log_is_whole_again_when_the_run_goes_on() {
    let house = House::new();
    run(&house, &chain(), &ending(&[("Prepare", "errored")])).unwrap();
    let log = house.file("store-work/runs/1/events.jsonl");
    let text = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, &text[..text.len() - 20]).unwrap();
    resume(&house, &ending(&[])).unwrap();
    let whole = std::fs::read_to_string(&log).unwrap();
    assert!(whole.starts_with(&text) && whole.lines().count() > text.lines().count());
}
