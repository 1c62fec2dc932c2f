//! What stands above jobs and scaffoldings: how much they are, and ways to see it.

use std::collections::BTreeSet;

use lsp_types::{CodeLens, Command};
use serde_json::json;

use super::commands::{SHOW_EXPANSION, SHOW_GRAPH};
use super::view::View;
use crate::ir::{Id, Job, Program};
use crate::syntax::ElementId;

/// The lenses of a document, in the order of their places.
pub(super) fn of_document(view: &View<'_>) -> Vec<CodeLens> {
    let program = view.program();
    let mut lenses = Vec::new();
    for (id, job) in program.items.jobs.iter() {
        if job.origin.file != view.file {
            continue;
        }
        let identifier = program.identifier(job.origin);
        let identifier = identifier.trim();
        if identifier.is_empty() {
            continue;
        }
        let generated = job.origin.generated.is_some();
        let size = size(program, id);
        let title = if generated { format!("{identifier}: {size}: show graph") } else { format!("{size}: show graph") };
        lenses.extend(lens(view, job.origin.element, title, SHOW_GRAPH, identifier));
        if generated {
            lenses.extend(lens(view, job.origin.element, "show expansion".to_owned(), SHOW_EXPANSION, identifier));
        }
    }
    lenses.sort_by_key(|lens| lens.range.start);
    lenses
}

/// `15 tasks, 12 levels`.
fn size(program: &Program, job: Id<Job>) -> String {
    let tasks = program.job_tasks(job);
    let levels: BTreeSet<i32> = tasks.iter().filter_map(|task| task.level).collect();
    let many = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    match levels.len() {
        0 => many(tasks.len(), "task"),
        count => format!("{}, {}", many(tasks.len(), "task"), many(count, "level")),
    }
}

fn lens(view: &View<'_>, element: ElementId, title: String, command: &str, job: &str) -> Option<CodeLens> {
    let range = view.range(view.document().name_span(element));
    let arguments = json!({ "uri": view.uri(view.file)?.as_str(), "job": job });
    let command = Command { title, command: command.to_owned(), arguments: Some(vec![arguments]) };
    Some(CodeLens { range, command: Some(command), data: None })
}
