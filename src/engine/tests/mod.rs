//! Runs of fake tasks on real stores.

mod blocked;
mod crash;
mod dispatch;
mod locks;
mod stores;
mod versions;

use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Mutex;

use rusqlite::Connection;
use tempfile::TempDir;

use super::event::Event;
use super::reporter::Reporter;
use super::*;
use crate::tasks::{EmbeddedTask, Settings, TaskContext, TaskEnd, TaskError, TaskReport};

/// A task whose work is a function: also a source that knows it as `FakeTask`.
struct Fake<F>(F);

impl<F: Fn(&mut TaskContext<'_>) -> Result<TaskReport, TaskError> + Sync> EmbeddedTask for Fake<F> {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        (self.0)(context)
    }
}

impl<F: Fn(&mut TaskContext<'_>) -> Result<TaskReport, TaskError> + Sync> TaskSource for Fake<F> {
    fn find(&self, element: &str) -> Option<&dyn EmbeddedTask> {
        (element == "FakeTask").then_some(self as &dyn EmbeddedTask)
    }

    fn change_list(&self, _: &Connection, task: &Task) -> rusqlite::Result<Option<String>> {
        Ok((task.id == "Synchronize").then(|| "list 7 of AD".to_owned()))
    }
}

/// Executes every element with the same task, and knows as blocked the connector `AD` from the first block on until
/// the task is approved.
struct Connectors<T>(T);

impl<T: EmbeddedTask + TaskSource> TaskSource for Connectors<T> {
    fn find(&self, _element: &str) -> Option<&dyn EmbeddedTask> {
        Some(&self.0)
    }

    fn blocked_connector(&self, store: &Connection, connector: &str) -> rusqlite::Result<Option<String>> {
        let sql = "SELECT max(list) FROM task_outcome WHERE state = 'blocked'";
        if connector == "AD" { store.query_row(sql, [], |row| row.get(0)) } else { Ok(None) }
    }
}

/// A task that leaves a trace in the identity store, then ends as its identifier is listed; others complete.
fn ending<'e>(
    ends: &'e [(&'e str, &'e str)],
) -> Fake<impl Fn(&mut TaskContext<'_>) -> Result<TaskReport, TaskError> + Sync + 'e> {
    Fake(move |context: &mut TaskContext<'_>| {
        leave_trace(context)?;
        let end = ends.iter().find(|(task, _)| *task == context.task.id).map_or("completed", |(_, end)| end);
        match end {
            "unchanged" => Ok(TaskReport::new(TaskEnd::Unchanged)),
            "blocked" if context.approval.is_none() => Ok(TaskReport::new(TaskEnd::Blocked).count("deleted", 40)),
            "errored" => Err(TaskError::new("row 7 of users.csv has 3 columns, the header has 4")),
            "failed" => Ok(TaskReport::new(TaskEnd::Failed).count("errored", 1).message("1 order refused")),
            "panic" => panic!("a defect"),
            _ => Ok(TaskReport::new(TaskEnd::Completed).count("inserted", 3)),
        }
    })
}

fn leave_trace(context: &TaskContext<'_>) -> Result<(), TaskError> {
    context.transaction.execute("CREATE TABLE IF NOT EXISTS trace(task TEXT NOT NULL)", [])?;
    context.transaction.execute("INSERT INTO trace VALUES (?1)", [&context.task.id])?;
    Ok(())
}

/// A folder with a store in it, removed at the end.
struct House {
    folder: TempDir,
}

impl House {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn store(&self) -> PathBuf {
        self.file("store.db")
    }

    fn engine(&self) -> Engine {
        Engine::open(&self.store()).unwrap()
    }

    /// What the committed tasks left, in the order of their commits.
    fn traces(&self) -> Vec<String> {
        traces(&self.store())
    }
}

fn traces(store: &Path) -> Vec<String> {
    let connection = Connection::open(store).unwrap();
    let Ok(mut statement) = connection.prepare("SELECT task FROM trace ORDER BY rowid") else { return Vec::new() };
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Keeps what it is told, as JSON.
#[derive(Default)]
struct Told(Vec<serde_json::Value>);

impl Reporter for Told {
    fn event(&mut self, event: &Event) {
        self.0.push(serde_json::to_value(event).unwrap());
    }
}

/// The tasks with their states and reasons, and the end of the job.
fn told(summary: &RunSummary) -> String {
    let mut text = String::new();
    for task in &summary.tasks {
        let why = task.reason.as_ref().or(task.message.as_ref()).map_or_else(String::new, |why| format!(": {why}"));
        writeln!(text, "{} {}{why}", task.task, task.state).unwrap();
    }
    text + &format!("= {}", summary.run.state)
}

fn run(house: &House, plan: &Plan, source: &dyn TaskSource) -> Result<RunSummary, EngineError> {
    let settings = Settings::default();
    house.engine().run(plan, &plan.jobs[0].id, &RunOptions::new(&settings), source, &mut reporter::Silent)
}

fn resume(house: &House, source: &dyn TaskSource) -> Result<RunSummary, EngineError> {
    let settings = Settings::default();
    house.engine().resume(None, &RunOptions::new(&settings), source, &mut reporter::Silent)
}
