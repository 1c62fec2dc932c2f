//! `jobwright logs`.

use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, stores, terminal};
use crate::engine::external::{folder, has_program, output_file};
use crate::engine::shell::{store_argument, word};
use crate::engine::{Engine, EngineError, RunDetail, TaskState};
use crate::tasks::RunId;

/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// Show what happened to a task of a run: the output of its program, or its events as JSON lines
#[derive(Debug, Args)]
pub(super) struct Logs {
    /// The run
    #[arg(value_name = "RUN")]
    pub(super) run: String,
    /// The task
    #[arg(value_name = "TASK")]
    pub(super) task: String,
    /// Go on until the task has ended
    #[arg(short, long, conflicts_with = "events")]
    pub(super) follow: bool,
    /// Show the events also where a program has left output
    #[arg(long)]
    pub(super) events: bool,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
}

impl Logs {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let run = stores::run(&self.run)?;
        let engine = stores::existing(self.store.as_ref())?;
        let detail = engine.show(run)?;
        let Some(place) = detail.tasks.iter().position(|task| crate::ir::same_identifier(&task.task, &self.task)) else {
            return Err(
                EngineError::unknown_task(&detail.run.job, &self.task, detail.tasks.iter().map(|task| &*task.task)).into()
            );
        };
        let kept = folder(engine.store().work(), run, place);
        let mut shown = Place::default();
        if self.follow {
            follow(&engine, run, place, &kept, &mut shown)?;
        }
        let task = &engine.show(run)?.tasks[place];
        if self.events || !has_program(engine.store().work(), run, place) {
            return events(&engine, run, &task.task, task.state, global);
        }
        terminal::print(|out| copy(&kept, task.attempt, &mut shown, out))?;
        if shown.bytes == 0 && !global.quiet {
            let store = store_argument(engine.store().data_file());
            let events = format!("jobwright logs {} {} --events{store}", run.0, word(&task.task));
            terminal::say(&format!("the program of {} has written nothing; what happened to it:\n{events}", task.task));
        }
        Ok(Exit::Done)
    }
}

/// How much of the output has been shown.
#[derive(Default)]
struct Place {
    /// The attempt it belongs to.
    attempt: u32,
    /// Bytes of that.
    bytes: u64,
}

/// Shows what has come since, of every attempt up to `last`; between two attempts stands a line that says so.
fn copy(folder: &Path, last: u32, shown: &mut Place, out: &mut dyn Write) -> io::Result<()> {
    for attempt in shown.attempt.max(1)..=last {
        let Ok(mut file) = fs::File::open(output_file(folder, attempt)) else { continue };
        if attempt != shown.attempt {
            if shown.attempt > 0 {
                writeln!(out, "[jobwright: attempt {attempt}]")?;
            }
            *shown = Place { attempt, bytes: 0 };
        }
        file.seek(SeekFrom::Start(shown.bytes))?;
        // What is written from now on is for the next time.
        shown.bytes += io::copy(&mut file.take(1 << 40), out)?;
    }
    Ok(())
}

fn follow(engine: &Engine, run: RunId, place: usize, folder: &Path, shown: &mut Place) -> Result<(), Error> {
    loop {
        // Asked before the output is read, so that nothing written before the end is missed.
        let RunDetail { run: record, tasks, .. } = engine.show(run)?;
        let is_read = terminal::print_on(|out| copy(folder, tasks[place].attempt, shown, out))?;
        if !is_read || tasks[place].state.is_final() || record.state != crate::engine::JobState::Running {
            return Ok(());
        }
        thread::sleep(LOOK);
    }
}

fn events(engine: &Engine, run: RunId, task: &str, state: TaskState, global: &Global) -> Result<Exit, Error> {
    // The file of events is a copy for others, which a crash may have torn.
    let events = engine.events(run)?;
    let own = |line: &&String| serde_json::from_str::<serde_json::Value>(line).is_ok_and(|event| event["task"] == task);
    let own: Vec<&String> = events.iter().filter(own).collect();
    terminal::print(|out| own.iter().try_for_each(|line| writeln!(out, "{line}")))?;
    if own.is_empty() && !global.quiet {
        terminal::say(&format!("nothing has happened to {task} yet: it {}", state.predicate()));
    }
    Ok(Exit::Done)
}
