//! `task-not-embedded`: a task has no embedded form.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::Program;
use crate::rules::{Check, Embedded, Rule, Sink, task};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "task-not-embedded",
        category: Category::JobStructure,
        severity: Severity::Note,
        summary: "a task has no embedded form (only with --embedded)",
    },
    check: Check::Embedded(check),
};

fn check(program: &Program, embedded: &Embedded, sink: &mut Sink) {
    for (id, item) in program.items.tasks.iter() {
        let element = item.kind.def().name;
        // What an override changes is reported where the task is written.
        if embedded.runs(element) || item.base.is_some() {
            continue;
        }
        let name = program.task_name(id);
        let message = format!("`{name}` has no embedded form: jobwright does not execute {element} itself");
        let finding = Finding::new(&RULE.info, program.place(item.origin), message)
            .note("`jobwright run` refuses a job with such a task before it starts anything")
            .help(format!(
                "name a program under [executors.{element}], leave it to the product, or run the rest of the job with --only; \
                 embedded are {}",
                embedded.own.join(", ")
            ));
        sink.push(task::about(program, id, None, finding));
    }
}
