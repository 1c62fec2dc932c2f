//! `role-model-not-embedded`: a part of the role model that the embedded tasks leave out.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::{Origin, Program};
use crate::rules::{Check, Embedded, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "role-model-not-embedded",
        category: Category::JobStructure,
        severity: Severity::Note,
        summary: "a part of the role model is not obeyed by embedded tasks (only with --embedded)",
    },
    check: Check::Embedded(check),
};

/// The task that would obey them.
const TASK: &str = "ComputeRoleModelTask";
/// Elements that decide on assignments after a delay.
const AUTOMATION: &str = "AutomationRule";

fn check(program: &Program, embedded: &Embedded, sink: &mut Sink) {
    if !embedded.is_own(TASK) {
        return;
    }
    for (file, _) in program.sources.iter() {
        for element in program.document(file).elements() {
            let Some(kind) = program.kind(file, element) else { continue };
            let name = kind.def().name;
            if name.ends_with(AUTOMATION) {
                let place = program.place(Origin::written(file, element));
                sink.push(
                    Finding::new(&RULE.info, place, format!("jobwright itself does not obey this {name}"))
                        .label("nothing is decided by it")
                        .note("the role model is computed as if the rule were not there: what waits goes on waiting")
                        .anchor(element::anchor(program, file, element))
                        .help("decide with `jobwright decide approve`, or name a program under [executors.ComputeRoleModelTask]"),
                );
            }
        }
    }
}
