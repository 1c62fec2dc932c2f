//! A run as one page for a browser: the outcome, what to do next, and the tasks by level. It loads nothing.

use std::io::{self, Write};

use super::super::escape;
use super::super::model::Tool;
use super::{counted, said, tally};
use crate::engine::clock::duration;
use crate::engine::{JobState, RunDetail, TaskRecord, TaskState};

pub(super) fn render(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    let head = &run.run;
    let (job, state) = (text(&head.job), head.state);
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    writeln!(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">")?;
    let styles = [include_str!("../html/page.css"), include_str!("report.css")].concat();
    writeln!(out, "<title>{job}: {state} · run {}</title>\n<style>\n{styles}</style>\n</head>\n<body>", head.id)?;
    writeln!(out, "<h1>{job} <span class=\"state {}\">{state}</span></h1>", job_tone(state))?;
    summary(run, out)?;
    next(run, out)?;
    writeln!(out, "<h2>Tasks</h2>\n<p class=\"dim\">{}</p>", text(&tally(run)))?;
    tasks(run, out)?;
    if !run.approvals.is_empty() {
        writeln!(out, "<h2>Approvals</h2>\n<ul>")?;
        for approval in &run.approvals {
            let who = if approval.who.is_empty() { String::new() } else { format!(" by {}", text(&approval.who)) };
            let (task, at, reason) = (text(&approval.task), approval.at, text(&approval.reason));
            writeln!(out, "<li><b>{task}</b>{who}, <time>{at}</time>: {reason}</li>")?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "<footer class=\"dim\">{} {}</footer>\n</body>\n</html>", Tool::THIS.name, Tool::THIS.version)
}

fn summary(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    let head = &run.run;
    writeln!(out, "<dl>")?;
    let mut facts = vec![("run", head.id.to_string()), ("started", head.started.to_string())];
    facts.extend(head.ended.map(|ended| ("ended", ended.to_string())));
    facts.extend(head.duration_ms.map(|took| ("took", duration(took))));
    if head.attempt > 1 {
        facts.push(("attempt", head.attempt.to_string()));
    }
    facts.push(("plan", head.plan.clone()));
    for (name, value) in facts {
        writeln!(out, "<div><dt>{name}</dt><dd>{}</dd></div>", text(&value))?;
    }
    writeln!(out, "</dl>")
}

/// What somebody has to type.
fn next(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    if run.next.is_empty() {
        return Ok(());
    }
    let lines: Vec<String> = run.next.iter().map(|line| text(line)).collect();
    writeln!(out, "<section class=\"next\"><h2>To go on</h2>\n<pre>{}</pre></section>", lines.join("\n"))
}

fn tasks(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    let longest = run.tasks.iter().filter_map(|task| task.duration_ms).max().unwrap_or(0).max(1);
    writeln!(
        out,
        "<div class=\"wide\"><table>\n<thead><tr><th>level</th><th>task</th><th>outcome</th><th>took</th><th>what</th></tr></thead>"
    )?;
    for level in run.tasks.chunk_by(|left, right| left.level == right.level) {
        writeln!(out, "<tbody>")?;
        for (index, task) in level.iter().enumerate() {
            row(task, index == 0, longest, out)?;
        }
        writeln!(out, "</tbody>")?;
    }
    writeln!(out, "</table></div>")
}

fn row(task: &TaskRecord, first: bool, longest: u64, out: &mut dyn Write) -> io::Result<()> {
    let state = task.state;
    let level = if first { task.level.to_string() } else { String::new() };
    let took = task.duration_ms.map_or_else(String::new, |took| {
        // In per mille, so that nothing depends on how fractions are printed.
        let share = took.saturating_mul(1000) / longest;
        format!("<span class=\"bar\"><i style=\"width:{}.{}%\"></i></span>{}", share / 10, share % 10, duration(took))
    });
    let again = if task.attempt > 1 { format!(" <span class=\"dim\">attempt {}</span>", task.attempt) } else { String::new() };
    writeln!(
        out,
        "<tr><td class=\"dim\">{level}</td><td><b>{}</b>{again}<div class=\"dim\">{}</div></td>",
        name(&task.task),
        text(&task.element)
    )?;
    writeln!(out, "<td><span class=\"state {}\">{state}</span></td><td class=\"took\">{took}</td>", task_tone(state))?;
    let parts: Vec<String> = [counted(task), said(task).into_owned()]
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| format!("<div>{}</div>", text(part)))
        .collect();
    writeln!(out, "<td class=\"what\">{}</td></tr>", parts.concat())
}

/// An identifier, which may go on in the next line behind an underscore.
fn name(identifier: &str) -> String {
    text(identifier).replace('_', "_<wbr>")
}

/// The colour of an outcome.
fn job_tone(state: JobState) -> &'static str {
    match state {
        JobState::Completed => "good",
        JobState::Running => "quiet",
        JobState::CompletedWithWarnings | JobState::Blocked => "careful",
        JobState::Errored | JobState::Cancelled | JobState::Interrupted => "bad",
    }
}

fn task_tone(state: TaskState) -> &'static str {
    match state {
        TaskState::Completed => "good",
        TaskState::Warning | TaskState::Blocked => "careful",
        TaskState::Errored | TaskState::Cancelled | TaskState::Interrupted => "bad",
        _ => "quiet",
    }
}

/// Text inside an element or an attribute's value.
fn text(text: &str) -> String {
    escape::xml(&escape::printable(text))
}

#[cfg(test)]
mod tests {
    use super::super::{RunFormat, testing};

    #[test]
    fn markup_is_text_and_nothing_is_loaded() {
        let page = testing::rendered(RunFormat::Html);
        assert!(page.contains("row 7 of &quot;users.csv&quot; has 3 columns, &lt;b&gt;not 4&lt;/b&gt;"), "{page}");
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src=") && !page.contains("<script"));
        assert_eq!((page.matches("<tbody>").count(), page.matches("<tr><td").count()), (3, 6));
        assert!(page.contains("jobwright approve 7 Synchronize"), "{page}");
    }
}
