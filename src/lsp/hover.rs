//! What stands at a place, in words.

use std::fmt::Write;

use jiff::tz::TimeZone;
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};

use super::symbols::name;
use super::view::{Spot, View};
use crate::engine::schedule::{Clock, Times};
use crate::grammar::{AttributeDef, ElementKind, Required, ValueType, names};
use crate::ir::references::{Occurrence, Role, declared};
use crate::ir::{GeneratedEntry, GeneratedJob};
use crate::plan::model::Schedule;
use crate::syntax::ElementId;

/// How many starts of a schedule are told.
const STARTS: usize = 5;
/// How many rows a table of tasks has at most.
const ROWS: usize = 100;

/// What stands at a place; nothing where there is nothing to say.
pub(super) fn at(view: &View<'_>, position: Position) -> Option<Hover> {
    let offset = view.offset(position);
    let document = view.document();
    let (span, text) = match view.spot(offset)? {
        Spot::Element(element) => (document.name_span(element), element_text(view, element)?),
        Spot::Name(element, attribute) => {
            let def = view.attribute(element, attribute)?;
            (document.attribute_name_span(attribute), attribute_text(view.kind(element), def))
        }
        Spot::Value(element, attribute) => {
            if let Some(named) = view.named(offset) {
                (named.place.span, item_text(view, &named)?)
            } else {
                let def = view.attribute(element, attribute)?;
                let value = document.value(attribute, view.text());
                let text = value_text(view, element, def, &value);
                (document.value_span(attribute), text.unwrap_or_else(|| attribute_text(view.kind(element), def)))
            }
        }
    };
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: text });
    Some(Hover { contents, range: Some(view.range(span)) })
}

fn element_text(view: &View<'_>, element: ElementId) -> Option<String> {
    let def = view.kind(element)?.def();
    let mut text = format!("**{}**: {}\n", def.name, def.summary);
    let required: Vec<String> =
        def.attributes.iter().filter(|one| one.required == Required::Yes).map(|one| format!("`{}`", one.name)).collect();
    if !required.is_empty() {
        let _ = write!(text, "\nRequired: {}\n", required.join(", "));
    }
    if let Some((new, _)) = def.renamed {
        let _ = write!(text, "\nNow called `{new}`.\n");
    }
    // Of what an equal one generates already, there is nothing to list.
    for job in generated(view, element).filter(|job| job.job.is_some() || !job.entries.is_empty()) {
        table(view, job, &mut text);
    }
    Some(text)
}

/// The jobs that a scaffolding generates.
pub(super) fn generated<'a>(view: &View<'a>, element: ElementId) -> impl Iterator<Item = &'a GeneratedJob> {
    let (program, file) = (view.program(), view.file);
    program.generated_jobs.iter().filter(move |job| {
        let origin = program.items.scaffoldings[job.scaffolding].origin;
        origin.file == file && origin.element == element
    })
}

/// The tasks of a generated job, one a row.
fn table(view: &View<'_>, job: &GeneratedJob, text: &mut String) {
    let program = view.program();
    let element = |number: crate::ir::Generated| &program.generated[number.0 as usize];
    let identifier = job.job.and_then(|(number, _)| element(number).value(names::IDENTIFIER));
    match identifier {
        Some(identifier) => drop(write!(text, "\nGenerates the job `{identifier}`:\n")),
        None => text.push_str("\nGenerates tasks outside of jobs:\n"),
    }
    text.push_str("\n| Level | Task | Element |\n|---|---|---|\n");
    for entry in job.entries.iter().take(ROWS) {
        let (level, name, kind) = match *entry {
            GeneratedEntry::Task(number, _) | GeneratedEntry::Step(number) => {
                let one = element(number);
                (
                    one.value(names::LEVEL).unwrap_or_default(),
                    one.value(names::IDENTIFIER).unwrap_or_default().to_owned(),
                    one.kind.def().name,
                )
            }
            GeneratedEntry::Written(origin) => {
                ("", program.identifier(origin).into_owned(), program.document(origin.file).name_text(origin.element))
            }
        };
        let _ = writeln!(text, "| {level} | {} | {kind} |", name.replace('|', "\\|"));
    }
    if job.entries.len() > ROWS {
        let _ = write!(text, "\n… and {} more.\n", job.entries.len() - ROWS);
    }
}

fn attribute_text(kind: Option<ElementKind>, def: &AttributeDef) -> String {
    let element = kind.map(|kind| format!(" of {}", kind.def().name)).unwrap_or_default();
    let mut text = format!("**{}**{element}: {}\n\nType: {}", def.name, def.summary, def.value.words());
    match def.required {
        Required::Yes => text.push_str(", required"),
        Required::No => {}
        Required::When { attribute, value }
        | Required::Unless { attribute, value }
        | Required::ExpectedWhen { attribute, value } => {
            let word = match def.required {
                Required::Unless { .. } => "required unless",
                Required::ExpectedWhen { .. } => "expected when",
                _ => "required when",
            };
            let name = crate::grammar::name_text(attribute).unwrap_or_default();
            let _ = write!(text, ", {word} `{name}` is `{value}`");
        }
    }
    if let Some(default) = def.default {
        let _ = write!(text, ", default `{default}`");
    }
    text.push('\n');
    if let ValueType::Enum(id) = def.value {
        text.push('\n');
        for value in id.def().values {
            let _ = writeln!(text, "- `{}`: {}", value.name, value.summary);
        }
    }
    text
}

/// The item that is named: what it is, where it is declared, how often it is named.
fn item_text(view: &View<'_>, named: &Occurrence) -> Option<String> {
    let program = view.program();
    let written = program.sources.slice(named.place);
    let Some(declared) = declared(program, named.target) else {
        return named
            .target
            .kind
            .is_predeclared(written)
            .then(|| format!("{} `{written}`, which the product has of its own", named.target.kind));
    };
    let declaration = program.declarations.find(named.target.kind, named.target.scope, named.target.symbol);
    let name = declaration.and_then(|one| name(program, one)).unwrap_or_else(|| written.to_owned());
    let mut text = format!("**{}** `{name}`\n", named.target.kind);
    let file = program.sources.get(declared.place.file);
    let line = file.position(declared.place.span.start).line;
    let element = program.document(declared.place.file).name_text(declared.element);
    let how = if declared.generated.is_some() { "generated by" } else { "declared as" };
    let _ = write!(text, "\n{how} `{element}` in {}:{line}\n", file.path);
    if declared.generated.is_none() {
        let document = program.document(declared.place.file);
        let tag = document.tag_span(declared.element);
        let shown: String = tag.of(&file.text).chars().take(400).collect();
        let _ = write!(text, "\n```xml\n{shown}\n```\n");
    }
    if let Some(occurrences) = view.analysis.occurrences_at_once() {
        let count = occurrences.named(named.target).filter(|one| one.role == Role::Reference).count();
        let times = if count == 1 { "time" } else { "times" };
        let _ = write!(text, "\nNamed {count} {times}.\n");
    }
    Some(text)
}

/// What a value means: the starts of a schedule, a member of an enumeration.
fn value_text(view: &View<'_>, element: ElementId, def: &AttributeDef, value: &str) -> Option<String> {
    match def.value {
        ValueType::Cron => {
            let document = view.document();
            let zone = document.find(element, names::CRON_TIME_ZONE);
            let zone = zone.map_or_else(|| "UTC".into(), |attribute| document.value(attribute, view.text()));
            starts(value, zone.trim())
        }
        ValueType::Enum(id) => {
            let found = id.def().find(value)?;
            Some(format!("`{}`: {}", found.name, found.summary))
        }
        _ => None,
    }
}

/// The next starts of a schedule.
fn starts(expression: &str, zone: &str) -> Option<String> {
    let schedule = Schedule { expression: expression.to_owned(), time_zone: zone.to_owned() };
    let times = Times::new(&schedule, &TimeZone::system()).ok()?;
    let now = Clock::from_environment().now();
    let mut text = "Next starts:\n".to_owned();
    let mut count = 0;
    for start in times.after(now).take(STARTS) {
        let _ = write!(text, "\n- {}", start.to_zoned(times.zone().clone()).strftime("%a %Y-%m-%d %H:%M:%S %Z"));
        count += 1;
    }
    if count == 0 {
        "It never starts.".clone_into(&mut text);
    }
    text.push('\n');
    Some(text)
}
