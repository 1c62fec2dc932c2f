//! The jobs of a plan in words: one table per job.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::graph::short;
use super::model::{EdgeKind, Job, JobMode, OnFailure, Parents, Plan, Side, Task};

/// Every job with its tasks, for a person to read.
pub fn summary(plan: &Plan) -> String {
    let mut out = String::new();
    for (index, job) in plan.jobs.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        head(&mut out, job);
        table(&mut out, job);
    }
    if plan.jobs.is_empty() {
        out.push_str("no job\n");
    }
    out
}

/// The word for a kind of run.
pub(super) fn mode(mode: JobMode) -> &'static str {
    match mode {
        JobMode::Complete => "complete",
        JobMode::Incremental => "incremental",
        JobMode::Initialization => "initialization",
        JobMode::Other => "other",
    }
}

fn head(out: &mut String, job: &Job) {
    let place = job.agent.as_ref().map_or_else(|| "on the server".to_owned(), |agent| format!("on agent {agent}"));
    let mut facts = vec![mode(job.mode).to_owned(), place];
    facts.push(job.schedule.as_ref().map_or_else(
        || "no schedule".to_owned(),
        |schedule| format!("schedule `{}` ({})", schedule.expression, schedule.time_zone),
    ));
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    facts.push(format!("{} on {}", count(job.tasks.len(), "task"), count(job.levels() as usize, "level")));
    if job.user_start_denied {
        facts.push("not started by people".to_owned());
    }
    if job.connector_job {
        facts.push("steps of a connector's page".to_owned());
    }
    _ = writeln!(out, "{}: {}", job.id, facts.join(", "));
}

fn table(out: &mut String, job: &Job) {
    if job.tasks.is_empty() {
        return;
    }
    let header = ["level", "task", "element", "side", "works on", "waits for"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(job.tasks.iter().map(|task| row(job, task)));
    let mut widths = [0; 6];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    for row in &rows {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(widths) {
            _ = write!(line, " {cell}{}", " ".repeat(width.saturating_sub(cell.width()) + 1));
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
}

fn row(job: &Job, task: &Task) -> [String; 6] {
    let mut element = task.element.clone();
    if task.on_failure == OnFailure::Continue {
        element.push_str(", goes on after an error");
    }
    let side = if task.side == Side::Agent { "agent" } else { "server" };
    [task.level.to_string(), task.id.clone(), element, side.to_owned(), works_on(task), waits_for(job, task)]
}

/// What a task treats: a connection or connector, and how many types.
fn works_on(task: &Task) -> String {
    let mut parts = Vec::new();
    match (task.text("Connector"), task.text("Connection")) {
        (Some(connector), Some(connection)) => parts.push(format!("{connector}/{connection}")),
        (Some(one), None) | (None, Some(one)) => parts.push(one.to_owned()),
        (None, None) => {}
    }
    let mut count = |number: usize, one: &str| match number {
        0 => {}
        1 => parts.push(format!("1 {one}")),
        many => parts.push(format!("{many} {one}s")),
    };
    count(task.entity_types.len(), "entity type");
    count(task.resource_types.len(), "resource type");
    if task.is("AllEntityType") || task.is("AllEntities") {
        parts.push("all entity types".to_owned());
    }
    parts.join(", ")
}

/// The declared parents, without the job's identifier in front of each; of many the first ones.
fn waits_for(job: &Job, task: &Task) -> String {
    const MOST: usize = 3;
    let declared = task.depends_on.iter().filter(|edge| edge.kind == EdgeKind::Declared);
    let parents: Vec<&str> = declared.map(|edge| short(job, &edge.parent)).collect();
    let mut text = match parents.len() {
        count if count > MOST + 1 => format!("{} and {} more", parents[..MOST].join(", "), count - MOST),
        _ => parents.join(", "),
    };
    if task.parents == Parents::Any && parents.len() > 1 {
        text.insert_str(0, "any of ");
    }
    text
}
