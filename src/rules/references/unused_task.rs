//! `unused-task`: a top-level task that no job runs.

use rustc_hash::FxHashSet;

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, Reference, kinds, names};
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Rule, Sink, element};

use super::walk::each;

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("unused-task", Severity::Note, "a top-level task that no job runs", Check::Program(check));

fn check(program: &Program, sink: &mut Sink) {
    let top = || {
        let tasks = program.items.tasks.values();
        tasks.filter(|task| task.job.is_none() && task.base.is_none() && task.origin.generated.is_none())
    };
    if top().next().is_none() {
        return;
    }
    let run = run(program);
    for task in top() {
        let Some(identifier) = task.identifier else { continue };
        let document = program.document(task.origin.file);
        let consolidated = document.find(task.origin.element, names::CONSOLIDATION_MODE).is_some();
        if consolidated || run.contains(&identifier.value) {
            continue;
        }
        let name = program.identifier(task.origin);
        sink.push(
            Finding::new(&RULE.info, program.identifier_place(task.origin), format!("no job runs the task `{}`", name.trim()))
                .label("never run")
                .note("a task outside a job runs only where a job names it in a step")
                .help(format!("add `<Step Identifier=\"{}\" />` to a job, or remove the task", name.trim()))
                .anchor(element::anchor(program, task.origin.file, task.origin.element)),
        );
    }
}

/// The tasks that steps, overrides and scaffoldings name.
fn run(program: &Program) -> FxHashSet<Symbol> {
    let mut run: FxHashSet<Symbol> = FxHashSet::default();
    run.extend(program.items.steps.values().filter_map(|step| step.task).map(|task| task.value.name));
    run.extend(program.items.overrides.values().filter_map(|item| item.task).map(|task| task.value.name));
    // What a scaffolding adds to its job counts even where the scaffolding could not be expanded.
    for (file, _) in program.sources.iter() {
        each(program, file, |site| {
            if site.reference == Reference::Item(ItemKind::Task) && site.kind != kinds::TASK_DEPENDS_ON_TASK {
                run.insert(Symbol::new(&program.attribute_value(file, site.attribute)));
            }
        });
    }
    run
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "unused-task";

    #[test]
    fn tasks_no_job_runs_are_found() {
        assert_eq!(lines("\n<ExportTask Identifier=\"A\"/>", NAME), [2]);
        assert_eq!(
            lines(
                "<Job Identifier=\"J\"><Step Identifier=\"A\"/></Job><ExportTask Identifier=\"A\"/>\n<ExportTask Identifier=\"B\"/>",
                NAME
            ),
            [2]
        );
        assert_eq!(
            lines(
                "<Job Identifier=\"J\"><ExportTask Identifier=\"A\"><TaskDependsOnTask ParentTask=\"B\"/></ExportTask></Job>\n<FulfillTask Identifier=\"B\"/>",
                NAME
            ),
            [2]
        );
    }

    #[test]
    fn tasks_some_job_runs_are_not() {
        assert!(lines("<Job Identifier=\"J\"><Step Identifier=\"a\"/></Job><ExportTask Identifier=\"A\"/>", NAME).is_empty());
        assert!(lines("<Job Identifier=\"J\"><ExportTask Identifier=\"A\"/></Job>", NAME).is_empty());
        assert!(
            lines("<Job Identifier=\"J\"><ExportTaskOverride Identifier=\"A\"/></Job><ExportTask Identifier=\"A\"/>", NAME)
                .is_empty()
        );
    }
}
