//! The table at the end of a run, which `show` prints as well.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::engine::clock::duration;
use crate::engine::store::{RunDetail, TaskRecord};

/// Task, outcome, counts, duration and reason of every task, then the outcome of the job and what to do next.
pub fn table(run: &RunDetail) -> String {
    const HEAD: [&str; 5] = ["Task", "Outcome", "Duration", "Counts", "Reason"];
    let rows: Vec<[String; 5]> = run.tasks.iter().map(cells).collect();
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.chain([HEAD[column].len()]).max().unwrap_or(0)
    };
    let widths: [usize; 4] = std::array::from_fn(width);
    let mut text = String::new();
    let head = HEAD.map(str::to_owned);
    for row in [&head].into_iter().chain(&rows) {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(widths) {
            // Writing to a string does not fail.
            let _ = write!(line, "{cell:width$}  ");
        }
        line.push_str(&row[4]);
        text.push_str(line.trim_end());
        text.push('\n');
    }
    let took = run.run.duration_ms.map_or_else(String::new, |took| format!(" in {}", duration(took)));
    let _ = writeln!(text, "\nRun {} of {}: {}{took}", run.run.id, run.run.job, run.run.state);
    for (index, command) in run.next.iter().enumerate() {
        let _ = writeln!(text, "{} {command}", if index == 0 { "Next:" } else { "then:" });
    }
    text
}

fn cells(task: &TaskRecord) -> [String; 5] {
    [
        task.task.clone(),
        task.state.to_string(),
        task.duration_ms.map_or_else(String::new, duration),
        counters(&task.counters),
        task.reason.clone().or_else(|| task.message.clone()).unwrap_or_default(),
    ]
}

/// Counts in one line: `inserted 12, read 40`.
pub fn counters(counters: &BTreeMap<String, u64>) -> String {
    let words: Vec<String> = counters.iter().map(|(name, number)| format!("{name} {number}")).collect();
    words.join(", ")
}
