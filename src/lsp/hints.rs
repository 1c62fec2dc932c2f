//! What is not written where it counts: the levels and elements of the tasks that steps name, the order of tasks without
//! levels, the modes of jobs.

use lsp_types::{InlayHint, InlayHintKind, InlayHintLabel, Range};

use super::view::View;
use crate::grammar::names;
use crate::ir::{JobEntry, Origin};

/// The hints of a range.
pub(super) fn within(view: &View<'_>, range: Range) -> Vec<InlayHint> {
    let program = view.program();
    let span = view.encoding.span(view.source(), range);
    let is_here = |origin: Origin| {
        let at = view.document().span(origin.element);
        at.start <= span.end && span.start <= at.end
    };
    let mut hints = Vec::new();
    for (id, job) in program.items.jobs.iter().filter(|(_, job)| job.origin.file == view.file && job.origin.generated.is_none()) {
        if !is_here(job.origin) {
            continue;
        }
        let is = |field: Option<crate::ir::Field<bool>>| field.is_some_and(|field| field.value);
        let mode = match () {
            () if is(job.is_connector_job) => "connector",
            () if is(job.is_initialization_job) => "initialization",
            () if is(job.is_incremental) => "incremental",
            () => "complete",
        };
        hints.push(hint(view, job.origin, mode.to_owned()));
        let tasks = program.job_tasks(id);
        // Without any level they run one after the other.
        let in_order = tasks.len() > 1 && tasks.iter().all(|task| task.level.is_none());
        for (number, task) in tasks.iter().enumerate() {
            let origin = program.entry_origin(task.entry);
            if origin.file != view.file || origin.generated.is_some() || !is_here(origin) {
                continue;
            }
            let written = program.value(origin, names::LEVEL).is_some();
            let level = task.level.filter(|_| !written).map(|level| format!("level {level}"));
            let order = in_order.then(|| format!("{} of {}", number + 1, tasks.len()));
            let element = match task.entry {
                JobEntry::Step(_) => Some(program.items.tasks[task.task].kind.def().name.to_owned()),
                JobEntry::Task(_) | JobEntry::Override(_) => None,
            };
            let parts: Vec<String> = element.into_iter().chain(level).chain(order).collect();
            if !parts.is_empty() {
                hints.push(hint(view, origin, parts.join(", ")));
            }
        }
    }
    hints.sort_by_key(|hint| hint.position);
    hints
}

/// A hint behind an element's name.
fn hint(view: &View<'_>, origin: Origin, label: String) -> InlayHint {
    let end = view.document().name_span(origin.element).end;
    let position = view.encoding.position(view.source(), end);
    InlayHint {
        position,
        label: InlayHintLabel::String(label),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: None,
        padding_left: Some(true),
        padding_right: None,
        data: None,
    }
}
