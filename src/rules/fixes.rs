//! Edits that several rules make: an attribute set, a child added. They keep the formatting around them.

use std::borrow::Cow;

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::ir::{JobEntry, Origin, Program};
use crate::source::{Location, Span};
use crate::syntax::{AttributeId, ElementId, escape_attribute};

use super::JobModel;

/// Sets an attribute of a written element: its value replaced where it stands, else added after the last one. Of a
/// generated item, what is written by hand: nothing where that is not the attribute, nor all that the item has.
pub(super) fn set_attribute(program: &Program, origin: Origin, name: &str, value: &str) -> Option<Fix> {
    let generated = origin.generated.map(|number| &program.generated[number.0 as usize]);
    let may_add = generated.is_none_or(|element| element.replacing().is_some());
    let origin = program.written(origin)?;
    let document = program.document(origin.file);
    if let Some(attribute) = document.find_text(origin.element, name) {
        let place = Location::new(origin.file, document.value_span(attribute));
        return Some(Fix::safe(place, escape_attribute(value)));
    }
    if !may_add {
        return None;
    }
    let at = match document.attributes(origin.element).last() {
        // After the closing quote.
        Some(last) => document.value_span(last).end + 1,
        None => document.name_span(origin.element).end,
    };
    // The tag of a broken file may end inside its last attribute.
    (at < document.tag_span(origin.element).end)
        .then(|| Fix::safe(Location::new(origin.file, Span::empty(at)), format!(" {name}=\"{}\"", escape_attribute(value))))
}

/// Takes an attribute away, with the blank before it.
pub(super) fn remove_attribute(program: &Program, origin: Origin, attribute: AttributeId) -> Fix {
    let document = program.document(origin.file);
    let text = program.text(origin.file);
    let name = document.attribute_location(attribute).span.start;
    let start = text[..name as usize].trim_end().len() as u32;
    // Behind the closing quote.
    let span = Span::new(start, document.value_span(attribute).end + 1);
    Fix { safety: Safety::Safe, edits: vec![Edit { location: Location::new(origin.file, span), text: String::new() }] }
}

/// Adds to a finding the edit that sets an attribute of a task where a job runs it. A task that a step names may be run by
/// other jobs too, for which the attribute may be right: that edit is to be looked at.
pub(super) fn setting(job: &JobModel<'_>, index: usize, name: &str, value: &str, finding: Finding) -> Finding {
    let view = &job.tasks[index];
    let Some(mut fix) = set_attribute(job.program, view.task.origin, name, value) else { return finding };
    if matches!(view.entry, JobEntry::Step(_)) {
        fix.safety = Safety::Unsafe;
    }
    finding.fix(fix)
}

/// What to write to set an attribute of a task where a job runs it, for a help. Where a step names a generated task, there is
/// no element that the attribute could be written on.
pub(super) fn setting_help(job: &JobModel<'_>, index: usize, name: &str, value: &str) -> String {
    let view = &job.tasks[index];
    let is_step = matches!(view.entry, JobEntry::Step(_));
    if is_step && set_attribute(job.program, view.task.origin, name, value).is_none() {
        let (element, task) = (view.task.kind.def().name, job.task_name(index));
        let level = view.level.map(|level| format!(" Level=\"{level}\"")).unwrap_or_default();
        return format!(
            "write `<{element}Override Identifier=\"{task}\"{level} {name}=\"{value}\" />` in place of the step: other jobs run the task as it is"
        );
    }
    format!("add `{name}=\"{value}\"`")
}

/// As [`setting`], for an attribute whose value is only the likeliest one.
pub(super) fn guess(job: &JobModel<'_>, index: usize, name: &str, value: &str, finding: Finding) -> Finding {
    let mut finding = setting(job, index, name, value, finding);
    if let Some(fix) = &mut finding.fix {
        fix.safety = Safety::Unsafe;
    }
    finding
}

/// Adds children with one attribute, each of one value, as the first children of a written element.
pub(super) fn add_children(program: &Program, origin: Origin, child: &str, name: &str, values: &[Cow<'_, str>]) -> Option<Fix> {
    if origin.generated.is_some() || values.is_empty() {
        return None;
    }
    let document = program.document(origin.file);
    let text = program.text(origin.file);
    let tag = document.tag_span(origin.element);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let indent = indent(text, tag.start);
    let step = step(program, origin, indent);
    let lines: Vec<String> = values.iter().map(|value| format!("<{child} {name}=\"{}\" />", escape_attribute(value))).collect();
    let line_break = format!("{newline}{indent}{step}");
    let on_lines = format!("{line_break}{}", lines.join(&line_break));
    let written = tag.of(text);
    let edit = if let Some(head) = written.strip_suffix("/>") {
        let start = tag.start + head.trim_end().len() as u32;
        let element = document.name_span(origin.element).of(text);
        let replaced = format!(">{on_lines}{newline}{indent}</{element}>");
        Edit { location: Location::new(origin.file, Span::new(start, tag.end)), text: replaced }
    } else if written.ends_with('>') {
        let inside = text[tag.end as usize..].starts_with(['\n', '\r']);
        let text = if inside { on_lines } else { lines.concat() };
        Edit { location: Location::new(origin.file, Span::empty(tag.end)), text }
    } else {
        return None;
    };
    Some(Fix { safety: Safety::Safe, edits: vec![edit] })
}

/// Takes a step out of its job. Nothing for what a job holds itself, which would be lost with its place, or for a step
/// with content of its own.
pub(super) fn remove_step(job: &JobModel<'_>, entry: JobEntry, safety: Safety, finding: Finding) -> Finding {
    let JobEntry::Step(_) = entry else { return finding };
    let origin = job.program.entry_origin(entry);
    let document = job.program.document(origin.file);
    if origin.generated.is_some() || document.children(origin.element).next().is_some() {
        return finding;
    }
    let span = super::suppression::whole_line(job.program.text(origin.file), document.span(origin.element));
    finding.fix(Fix { safety, edits: vec![Edit { location: Location::new(origin.file, span), text: String::new() }] })
}

fn indent(text: &str, at: u32) -> &str {
    let line = text[..at as usize].rfind('\n').map_or(0, |end| end + 1);
    let before = &text[line..at as usize];
    if before.trim().is_empty() { before } else { "" }
}

/// By how much children of the element's parent are indented against it; two blanks where that does not tell.
fn step(program: &Program, origin: Origin, indent_of_element: &str) -> String {
    let document = program.document(origin.file);
    let parent: Option<ElementId> = document.parent(origin.element);
    let outer = parent.map_or("", |parent| indent(program.text(origin.file), document.tag_span(parent).start));
    match indent_of_element.strip_prefix(outer) {
        Some(step) if !step.is_empty() => step.to_owned(),
        _ => "  ".to_owned(),
    }
}
