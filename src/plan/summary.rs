//! The jobs of a plan in words: one table per job.

use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use super::graph::short;
use super::model::{EdgeKind, Job, JobMode, OnFailure, Parents, Plan, Side, Task};

/// Every job with its tasks, for a person to read; at most `width` columns wide, but for words that are longer. Tasks are
/// named without the job's identifier in front.
pub fn summary(plan: &Plan, width: usize) -> String {
    let mut out = String::new();
    for (index, job) in plan.jobs.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        _ = writeln!(out, "{}: {}", job.id, facts(job));
        table(&mut out, job, width);
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

/// What a job is, in one line.
pub(super) fn facts(job: &Job) -> String {
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
    facts.join(", ")
}

/// The widest form that fits: all columns, what belongs to a task on lines below it, or all but its name there.
fn table(out: &mut String, job: &Job, width: usize) {
    if job.tasks.is_empty() {
        return;
    }
    let header = ["level", "task", "element", "side", "works on", "waits for"].map(str::to_owned);
    let mut rows = vec![header];
    rows.extend(job.tasks.iter().map(|task| row(job, task)));
    let widths: [usize; 6] = std::array::from_fn(|column| rows.iter().map(|row| row[column].width()).max().unwrap_or(0));
    let total = |columns: usize| widths[..columns].iter().map(|width| width + 2).sum::<usize>();
    let columns = match width {
        width if total(6) <= width => 6,
        width if total(4) <= width => 4,
        _ => 2,
    };
    for (index, row) in rows.iter().enumerate() {
        let mut line = String::from(" ");
        for (cell, width) in row.iter().zip(widths).take(columns) {
            _ = write!(line, " {cell}{}", " ".repeat(width.saturating_sub(cell.width()) + 1));
        }
        out.push_str(line.trim_end());
        out.push('\n');
        if index > 0 {
            below(out, row, columns, widths[0] + 6, width);
        }
    }
}

/// What has no column, on lines of its own.
fn below(out: &mut String, row: &[String; 6], columns: usize, indent: usize, width: usize) {
    let named = |name: &str, cell: &String| if cell.is_empty() { None } else { Some(format!("{name}{cell}")) };
    let parts = [Some(row[2].clone()), named("on the ", &row[3]), named("works on ", &row[4]), named("waits for ", &row[5])];
    let parts: Vec<String> = parts.into_iter().skip(columns - 2).flatten().collect();
    let mut line = String::new();
    for word in parts.join("; ").split(' ').filter(|word| !word.is_empty()) {
        if !line.is_empty() && indent + line.width() + 1 + word.width() > width {
            _ = writeln!(out, "{:indent$}{line}", "");
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        _ = writeln!(out, "{:indent$}{line}", "");
    }
}

/// The cells of a task; its identifier and those of its parents without the job's in front.
fn row(job: &Job, task: &Task) -> [String; 6] {
    let mut element = task.element.clone();
    if task.on_failure == OnFailure::Continue {
        element.push_str(", goes on after an error");
    }
    let side = if task.side == Side::Agent { "agent" } else { "server" };
    let name = short(job, &task.id).to_owned();
    [task.level.to_string(), name, element, side.to_owned(), works_on(task), waits_for(job, task)]
}

/// What a task treats: a connection or connector, and how many types.
pub(super) fn works_on(task: &Task) -> String {
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
