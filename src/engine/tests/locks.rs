//! One run of a job at a time.

use rusqlite::params;

use super::*;
use crate::engine::claim::Claim;
use crate::engine::process::{Holder, Processes};
use crate::engine::sample::{job, plan, task};

fn daily() -> Plan {
    plan(job("Daily", vec![task("A", 0)]))
}

/// Leaves a run behind that the given process seems to work on.
fn forge(house: &House, holder: &Holder) {
    run(house, &daily(), &ending(&[])).unwrap();
    let runs = Connection::open(house.file("store-runs.db")).unwrap();
    runs.execute("UPDATE run SET state = 'running', ended = NULL", []).unwrap();
    runs.execute("UPDATE task_run SET state = 'running'", []).unwrap();
    runs.execute("INSERT INTO lock VALUES ('job:daily', 1, ?1, ?2, 1700000000000)", params![holder.pid, holder.incarnation])
        .unwrap();
}

#[cfg(unix)]
#[test]
fn a_living_holder_is_named_and_a_dead_one_is_no_hindrance() {
    let house = House::new();
    let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
    let incarnation = System.incarnation(child.id()).unwrap();
    forge(&house, &Holder { pid: child.id(), incarnation });

    let error = run(&house, &daily(), &ending(&[])).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "job Daily is already running: run 1 in process {} since 2023-11-14T22:13:20.000Z; \
             wait for its end, or ask for it:\njobwright cancel 1",
            child.id()
        )
    );
    assert_eq!(error.exit_code(), 12);
    assert_eq!(house.engine().runs().unwrap()[0].state, JobState::Running);
    let settings = Settings::default();
    let named = house.engine().resume(Some(RunId(1)), &RunOptions::new(&settings), &ending(&[]), &mut reporter::Silent);
    assert!(matches!(named, Err(EngineError::Locked { .. })));

    child.kill().unwrap();
    child.wait().unwrap();
    let detail = house.engine().show(RunId(1)).unwrap();
    assert_eq!(detail.run.state, JobState::Interrupted);
    assert_eq!(told(&detail), "A completed\n= interrupted", "the committed outcome is right");
    assert_eq!(run(&house, &daily(), &ending(&[])).unwrap().run.id, 2);
}

#[cfg(target_os = "linux")]
#[test]
fn another_process_of_the_same_number_is_not_the_holder() {
    let house = House::new();
    forge(&house, &Holder { pid: std::process::id(), incarnation: "earlier".to_owned() });
    assert_eq!(house.engine().runs().unwrap()[0].state, JobState::Interrupted);
    assert_eq!(resume(&house, &ending(&[])).unwrap().run.state, JobState::Completed);
    assert_eq!(house.traces(), ["A"], "the task was committed and is not repeated");
}

#[test]
fn a_job_does_not_start_inside_itself_and_other_jobs_do_not_mind() {
    let house = House::new();
    let store = house.store();
    let inner = Fake(|context: &mut TaskContext<'_>| {
        let settings = Settings::default();
        let engine = Engine::open(&store).unwrap();
        let options = RunOptions::new(&settings);
        let second = engine.run(context.plan, "Daily", &options, &ending(&[]), &mut reporter::Silent);
        assert!(matches!(second, Err(EngineError::Locked { .. })));
        assert!(matches!(engine.resume(None, &options, &ending(&[]), &mut reporter::Silent), Err(EngineError::Locked { .. })));
        Ok(TaskReport::new(TaskEnd::Completed))
    });
    let summary = run(&house, &daily(), &inner).unwrap();
    assert_eq!(told(&summary), "A completed\n= completed");
}

/// Says when a task has started.
struct Starts(std::sync::mpsc::Sender<()>);

impl Reporter for Starts {
    fn event(&mut self, event: &Event) {
        if matches!(event.kind, event::EventKind::TaskStarted { .. }) {
            self.0.send(()).unwrap();
        }
    }
}

#[test]
fn a_task_that_another_run_executes_is_waited_for_and_a_cancel_is_heard_meanwhile() {
    let house = House::new();
    let work = house.engine().store().work().to_owned();
    for cancelled in [false, true] {
        let claim = Claim::take(&work, "a").unwrap().unwrap();
        let settings = Settings::default();
        let options = RunOptions::new(&settings);
        let control = options.control.clone();
        let (started, starts) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let run =
                scope.spawn(|| house.engine().run(&daily(), "Daily", &options, &ending(&[]), &mut Starts(started)).unwrap());
            starts.recv().unwrap();
            assert_eq!(house.traces().len(), usize::from(cancelled), "the task waits");
            if cancelled {
                control.cancel();
                assert_eq!(run.join().unwrap().run.state, JobState::Cancelled);
                drop(claim);
            } else {
                drop(claim);
                assert_eq!(run.join().unwrap().run.state, JobState::Completed);
            }
        });
        assert_eq!(house.traces(), ["A"]);
    }
}
