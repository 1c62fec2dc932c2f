//! The table at the end of a run, which `show` prints as well.

use std::collections::BTreeMap;
use std::fmt::Write;

use unicode_width::UnicodeWidthStr;

use crate::engine::clock::duration;
use crate::engine::state::TaskState;
use crate::engine::store::{RunDetail, TaskRecord};
use crate::source::printable;

/// Columns that counts and messages need at least; with less room they stand on lines of their own.
const DETAIL: usize = 40;
/// How far lines of their own are indented.
const INDENT: usize = 4;

/// Task, outcome, duration and what there is to say of every task that was asked for, then the outcome of the job and what
/// to do next; `width` columns wide at most, but for words that are longer. The head has what all names begin with.
pub fn table(run: &RunDetail, width: usize) -> String {
    /// Columns as wide as their usual content, so that a millisecond more moves nothing.
    const LEAST: [usize; 3] = [0, 0, 6];
    let tasks = || run.tasks.iter().filter(|task| task.state != TaskState::NotSelected);
    let prefix = prefix(&run.run.job, tasks());
    let name = if prefix == 0 { "Task".to_owned() } else { format!("{}_…", run.run.job) };
    let head = [name, "Outcome".to_owned(), "Took".to_owned()];
    let own = format!("{}_", run.run.job);
    let short = |text: String| if prefix == 0 { text } else { text.replace(&own, "") };
    let rows: Vec<([String; 3], String)> = tasks().map(|task| (cells(task, prefix), short(detail(task)))).collect();
    let widths: [usize; 3] = std::array::from_fn(|column| {
        let cells = rows.iter().map(|(cells, _)| cells[column].width());
        cells.chain([head[column].width(), LEAST[column]]).max().unwrap_or(0)
    });
    let used = widths.iter().map(|width| width + 2).sum::<usize>();
    let longest = rows.iter().map(|(_, detail)| detail.width()).max().unwrap_or(0);
    let beside = width.saturating_sub(used) >= DETAIL.min(longest);
    let mut text = String::new();
    if !rows.is_empty() {
        line(&mut text, &head, widths, if beside && longest > 0 { "What" } else { "" });
    }
    for (cells, detail) in &rows {
        let indent = if beside { used } else { INDENT };
        let mut lines = wrapped(detail, width.saturating_sub(indent)).into_iter();
        line(&mut text, cells, widths, &if beside { lines.next().unwrap_or_default() } else { String::new() });
        for more in lines {
            let _ = writeln!(text, "{:indent$}{more}", "");
        }
    }
    // Writing to a string does not fail.
    let took = run.run.duration_ms.map_or_else(String::new, |took| format!(" in {}", duration(took)));
    let states: Vec<String> = run.run.counts.iter().map(|(state, count)| format!("{count} {state}")).collect();
    let states = if states.is_empty() { String::new() } else { format!(" ({})", states.join(", ")) };
    let _ = writeln!(text, "\nRun {} of {}: {}{took}{states}", run.run.id, run.run.job, run.run.state);
    for (index, command) in run.next.iter().enumerate() {
        let _ = writeln!(text, "{} {command}", if index == 0 { "Next:" } else { "then:" });
    }
    text
}

fn line(text: &mut String, cells: &[String; 3], widths: [usize; 3], detail: &str) {
    let mut line = String::new();
    for (cell, width) in cells.iter().zip(widths) {
        line.push_str(cell);
        line.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.width()) + 2));
    }
    line.push_str(detail);
    text.push_str(line.trim_end());
    text.push('\n');
}

/// The length of the job's name and its underscore, where the names of all tasks begin with them and go on.
fn prefix<'t>(job: &str, mut tasks: impl Iterator<Item = &'t TaskRecord>) -> usize {
    let begins = |task: &TaskRecord| {
        let rest = task.task.strip_prefix(job).and_then(|rest| rest.strip_prefix('_'));
        rest.is_some_and(|rest| !rest.is_empty())
    };
    if tasks.all(begins) { job.len() + 1 } else { 0 }
}

fn cells(task: &TaskRecord, prefix: usize) -> [String; 3] {
    [printable(&task.task[prefix..]).into_owned(), task.state.to_string(), task.duration_ms.map_or_else(String::new, duration)]
}

/// Counts, then why or what the task said.
fn detail(task: &TaskRecord) -> String {
    let said = task.said();
    let counts = counters(&task.counters, &said);
    if counts.is_empty() || said.is_empty() { counts + &said } else { format!("{counts}; {said}") }
}

/// Counts in one line: `inserted 12, links deleted 40`. Left out is what is zero, and what `said` says already.
pub fn counters(counters: &BTreeMap<String, u64>, said: &str) -> String {
    let told = |name: &str, number: u64| {
        said.starts_with(&format!("{number} ")) && said.contains(name) || said.contains(&format!(" {number} {name} "))
    };
    let shown = counters.iter().filter(|(name, number)| **number != 0 && !told(name, **number));
    let words: Vec<String> = shown.map(|(name, number)| format!("{} {number}", name.replace('_', " "))).collect();
    words.join(", ")
}

/// Lines of at most `width` columns, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace().map(printable) {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(&word);
            }
            _ => lines.push(word.into_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_they_look() {
        let mut text = String::new();
        let cells = |name: &str| [name.to_owned(), "completed".to_owned(), String::new()];
        line(&mut text, &cells("日本語"), [8, 9, 4], "x");
        line(&mut text, &cells("Export"), [8, 9, 4], "x");
        assert_eq!(text, "日本語    completed        x\nExport    completed        x\n");
        assert_eq!(wrapped("a\u{1b}[2Jb 日本語", 8), ["a␛[2Jb", "日本語"]);
    }

    #[test]
    fn what_the_message_says_is_not_counted_again() {
        let counts = |numbers: &[(&str, u64)], said: &str| {
            counters(&numbers.iter().map(|(name, number)| ((*name).to_owned(), *number)).collect(), said)
        };
        assert_eq!(counts(&[("rows", 5)], "5 rows of people.csv"), "");
        assert_eq!(counts(&[("changed", 1), ("rows", 5)], "5 rows, with 1 changed entry of ldap://a"), "");
        assert_eq!(counts(&[("changed", 2), ("rows", 5), ("skipped", 0)], "5 rows, with 1 changed entry"), "changed 2");
        assert_eq!(counts(&[("links_inserted", 3)], ""), "links inserted 3");
    }
}
