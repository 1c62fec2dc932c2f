//! `unused-task`: a top-level task that no job runs.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, Reference, kinds, names};
use crate::ir::references::{Naming, each_naming};
use crate::ir::{Generated, Id, Program, Scaffolding, Symbol, Task};
use crate::rules::engine::pieces_of_all;
use crate::rules::suggest::{listed, perhaps_meant};
use crate::rules::{Check, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("unused-task", Severity::Note, "a top-level task that no job runs", Check::Program(check));

fn check(program: &Program, sink: &mut Sink) {
    let top = || program.items.tasks.values().filter(|task| task.job.is_none() && task.base.is_none());
    if top().next().is_none() {
        return;
    }
    let mut run = run(program);
    run.extend(meant(program, &run));
    let mut of_scaffolding: BTreeMap<Id<Scaffolding>, Vec<&Task>> = BTreeMap::new();
    for task in top() {
        let Some(identifier) = task.identifier else { continue };
        if let Some(Generated(number)) = task.origin.generated {
            if !run.contains(&identifier.value) {
                of_scaffolding.entry(program.generated[number as usize].scaffolding).or_default().push(task);
            }
            continue;
        }
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
    for (scaffolding, tasks) in of_scaffolding {
        sink.push(generated(program, &program.items.scaffoldings[scaffolding], &tasks));
    }
}

/// Names that steps and overrides give to no task, which are compared with those of tasks that no job runs.
const COMPARED: usize = 100;

/// The tasks that no job runs and misspelt names of steps and overrides come nearest to: the name is the finding.
fn meant(program: &Program, run: &FxHashSet<Symbol>) -> Vec<Symbol> {
    let items = &program.items;
    let steps = items.steps.values().map(|step| (step.task, step.origin));
    let overrides = items.overrides.values().map(|item| (item.task, item.origin));
    let misspelt = steps.chain(overrides).filter(|(task, _)| task.is_some_and(|task| task.value.target.is_none()));
    let wrong: Vec<_> = misspelt.take(COMPARED).map(|(_, origin)| program.identifier(origin)).collect();
    if wrong.is_empty() {
        return Vec::new();
    }
    let unrun = items.tasks.values().filter(|task| task.job.is_none() && task.base.is_none());
    let unrun = unrun.filter(|task| task.identifier.is_some_and(|identifier| !run.contains(&identifier.value)));
    let names: Vec<_> = unrun.map(|task| program.identifier(task.origin)).collect();
    let near = |wrong: &str| perhaps_meant(wrong, names.iter().map(|name| name.trim()));
    wrong.iter().filter_map(|wrong| near(wrong.trim())).map(Symbol::new).collect()
}

/// Tasks that a scaffolding generates without a job: one finding tells of all.
fn generated(program: &Program, scaffolding: &Scaffolding, tasks: &[&Task]) -> Finding {
    const SHOWN: usize = 5;
    let (at, name) = (scaffolding.origin, scaffolding.kind.def().name);
    let names: Vec<_> = tasks.iter().map(|task| program.identifier(task.origin)).collect();
    let tasks = listed(names.iter().map(|name| &**name), SHOWN);
    Finding::new(&RULE.info, program.place(at), format!("no job runs {tasks}, which {name} generates outside a job"))
        .label("never run")
        .note("a task outside a job runs only where a job names it in a step")
        .help("name the tasks in steps of a job, or let the scaffolding make its own")
        .anchor(element::anchor(program, at.file, at.element))
}

/// The tasks that steps, overrides and scaffoldings name.
fn run(program: &Program) -> FxHashSet<Symbol> {
    let mut run: FxHashSet<Symbol> = FxHashSet::default();
    run.extend(program.items.steps.values().filter_map(|step| step.task).map(|task| task.value.name));
    run.extend(program.items.overrides.values().filter_map(|item| item.task).map(|task| task.value.name));
    // What a scaffolding adds to its job counts even where the scaffolding could not be expanded.
    let naming = Naming::of(|reference| reference == Reference::Item(ItemKind::Task));
    let added: Vec<Symbol> = pieces_of_all(program)
        .into_par_iter()
        .flat_map_iter(|(file, elements)| {
            let mut named = Vec::new();
            each_naming(program, file, elements, &naming, &mut |site| {
                if site.kind != kinds::TASK_DEPENDS_ON_TASK {
                    named.push(Symbol::new(&program.attribute_value(file, site.attribute)));
                }
            });
            named
        })
        .collect();
    run.extend(added);
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
        let misspelt = "<Job Identifier=\"J\"><Step Identifier=\"HR_Exprt\"/></Job><ExportTask Identifier=\"HR_Export\"/>";
        assert!(lines(misspelt, NAME).is_empty(), "the step's name is the finding");
        assert_eq!(lines(&format!("{misspelt}\n<ExportTask Identifier=\"Zebra\"/>"), NAME), [2]);
        assert!(
            lines("<Job Identifier=\"J\"><ExportTaskOverride Identifier=\"A\"/></Job><ExportTask Identifier=\"A\"/>", NAME)
                .is_empty()
        );
    }
}
