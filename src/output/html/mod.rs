//! One page for a browser: findings in their source with filters, and the graph of each job. It loads nothing.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::model::{Document, Item, Place, Tool};
use super::{Context, escape, summary};
use crate::finding::{Safety, Severity};
use crate::plan::graph;
use crate::source::Sources;

/// Lines shown before and after a place.
const AROUND: u32 = 2;
/// Lines shown of a place that has many.
const LINES: u32 = 8;
/// Characters shown of a line on either side of a place.
const COLUMNS: usize = 160;

pub(super) fn render(document: &Document<'_>, sources: &Sources, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let headline = summary::headline(&document.summary);
    writeln!(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")?;
    writeln!(out, "<meta name=\"viewport\" content=\"width=device-width\">")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
    )?;
    writeln!(
        out,
        "<title>{headline} · jobwright</title>\n<style>\n{}{}\n</style>\n</head>\n<body>",
        include_str!("page.css"),
        graph::STYLE
    )?;
    writeln!(out, "<h1>{headline}</h1>\n<p class=\"dim\">{} {}</p>", Tool::THIS.name, Tool::THIS.version)?;
    filters(document, out)?;
    writeln!(out, "<main>")?;
    for finding in &document.findings {
        article(finding, sources, out)?;
    }
    writeln!(out, "</main>")?;
    if !context.jobs.is_empty() {
        writeln!(
            out,
            "<h2>Jobs</h2>\n<p class=\"dim\">Tasks of one row start together; a row starts when the one above has ended. Blue: on the agent. Arrows: declared dependencies; a dashed frame waits for any one of them.</p>"
        )?;
    }
    for (number, job) in context.jobs.iter().enumerate() {
        let open = if context.jobs.len() == 1 { " open" } else { "" };
        writeln!(
            out,
            "<details{open}><summary>{} <span class=\"dim\">{} tasks</span></summary>",
            text(&job.id),
            job.tasks.len()
        )?;
        writeln!(out, "<div class=\"graph\">{}</div></details>", graph::of_job(number, job, None))?;
    }
    writeln!(out, "<script>\n{}</script>\n</body>\n</html>", include_str!("page.js"))
}

/// Text inside an element or an attribute's value.
fn text(text: &str) -> String {
    escape::xml(&escape::printable(text))
}

/// Text in which what stands between backticks is code.
fn prose(words: &str) -> String {
    let parts: Vec<&str> = words.split('`').collect();
    // A backtick without a second one is a character like others.
    if parts.len().is_multiple_of(2) {
        return text(words);
    }
    let part = |(number, part): (usize, &&str)| if number % 2 == 1 { format!("<code>{}</code>", text(part)) } else { text(part) };
    parts.iter().enumerate().map(part).collect()
}

fn filters(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "<form>")?;
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = document.findings.iter().filter(|finding| finding.severity == severity).count();
        let name = severity.name();
        let box_ = format!("<input type=\"checkbox\" name=\"severity\" value=\"{name}\" checked>");
        writeln!(out, "<label>{box_} {name} <span class=\"dim\">{count}</span></label>")?;
    }
    let rules: BTreeSet<&str> = document.findings.iter().map(|finding| finding.rule).collect();
    let files: BTreeSet<&str> = document.findings.iter().map(|finding| finding.place.file).collect();
    for (name, all, choices) in [("rule", "all rules", rules), ("file", "all files", files)] {
        writeln!(out, "<select name=\"{name}\" aria-label=\"{name}\"><option value=\"\">{all}</option>")?;
        for choice in choices.into_iter().map(text) {
            writeln!(out, "<option value=\"{choice}\">{choice}</option>")?;
        }
        writeln!(out, "</select>")?;
    }
    writeln!(out, "<input type=\"search\" name=\"words\" placeholder=\"words\" aria-label=\"words\">")?;
    writeln!(out, "<span id=\"shown\" class=\"dim\" aria-live=\"polite\"></span>\n</form>")
}

fn article(finding: &Item<'_>, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let (severity, rule, file) = (finding.severity.name(), finding.rule, text(finding.place.file));
    writeln!(
        out,
        "<article class=\"{severity}\" data-severity=\"{severity}\" data-rule=\"{rule}\" data-file=\"{file}\" id=\"{}\">",
        finding.fingerprint
    )?;
    writeln!(out, "<h3><span class=\"severity\">{severity}</span> {}</h3>", prose(finding.message))?;
    writeln!(out, "<div class=\"where\">{} · {rule}</div>", position(&finding.place))?;
    source(&finding.place, finding.label, sources, out)?;
    for note in finding.notes {
        writeln!(out, "<p>{}</p>", prose(note))?;
    }
    if let Some(help) = finding.help {
        let lines: Vec<String> = help.lines().map(prose).collect();
        writeln!(out, "<pre class=\"help\"><b>help:</b> {}</pre>", lines.join("\n"))?;
    }
    if let Some(fix) = &finding.fix {
        let flag = if fix.safety == Safety::Safe { "--fix" } else { "--fix --unsafe-fixes" };
        writeln!(out, "<p class=\"dim\"><code>jobwright check {flag}</code> removes it</p>")?;
    }
    if !finding.related.is_empty() {
        writeln!(out, "<ul>")?;
        for other in &finding.related {
            writeln!(out, "<li>{} <span class=\"where\">{}</span></li>", prose(other.message), position(&other.place))?;
        }
        writeln!(out, "</ul>")?;
    }
    writeln!(out, "</article>")
}

fn position(place: &Place<'_>) -> String {
    format!("{}:{}:{}", text(place.file), place.start.line, place.start.column)
}

/// The lines around a place, the place marked.
fn source(place: &Place<'_>, label: &str, sources: &Sources, out: &mut dyn Write) -> io::Result<()> {
    let file = sources.get(place.id);
    let lines = file.lines();
    let last_shown = place.end.line.min(place.start.line.saturating_add(LINES));
    let first = place.start.line.saturating_sub(AROUND).max(1);
    let last = last_shown.saturating_add(AROUND).min(lines.lines() as u32);
    writeln!(out, "<pre>")?;
    for number in first..=last {
        let (from, to) = (lines.start(number as usize - 1, &file.text), lines.start(number as usize, &file.text));
        let line = file.text.get(from as usize..to as usize).unwrap_or_default().trim_end_matches(['\r', '\n']);
        let inside = |offset: u32| {
            let at = (offset.clamp(from, from + line.len() as u32) - from) as usize;
            (0..=at).rev().find(|&at| line.is_char_boundary(at)).unwrap_or(0)
        };
        let (start, end) = (inside(place.start.offset), inside(place.end.offset));
        let (before, marked, after) = (&line[..start], &line[start..end], &line[end..]);
        let has_place = (place.start.line..=place.end.line).contains(&number);
        let marked = if !has_place {
            String::new()
        } else if marked.is_empty() {
            "<mark> </mark>".to_owned()
        } else {
            format!("<mark>{}</mark>", text(&head(marked, COLUMNS * 2)))
        };
        let label = if number == place.end.line.min(last_shown) && has_place && !label.is_empty() {
            let row = "<span class=\"row\"><span class=\"number\"></span><span class=\"label\">";
            format!("</span>{row}↑ {}</span>", prose(label))
        } else {
            String::new()
        };
        let (before, after) = (text(&tail(before, COLUMNS)), text(&head(after, COLUMNS)));
        write!(out, "<span class=\"row\"><span class=\"number\">{number}</span>{before}{marked}{after}{label}</span>")?;
    }
    writeln!(out, "</pre>")
}

/// The beginning of a text.
fn head(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The end of a text.
fn tail(text: &str, most: usize) -> String {
    match text.char_indices().rev().nth(most) {
        Some((start, c)) => format!("…{}", &text[start + c.len_utf8()..]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};

    #[test]
    fn a_place_is_marked_and_markup_is_text() {
        let page = testing::rendered(Format::Html);
        assert!(page.contains("ComputeRoleModelTask Name=&quot;漢字 é&quot; <mark>Dirty</mark>=&quot;true&quot;/&gt;"), "{page}");
        assert!(page.contains("↑ nothing is flagged here"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("src="), "nothing is loaded");
        assert_eq!(page.matches("<article").count(), 3);
        assert_eq!(super::prose("no `A<B>` in `C`"), "no <code>A&lt;B&gt;</code> in <code>C</code>");
        assert_eq!(super::prose("`&` begins no reference to a `"), "`&amp;` begins no reference to a `");
    }
}
