//! `override-without-change`: an override changes nothing, or names a task of another element.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity, with_article};
use crate::grammar::names;
use crate::ir::{Field, Override, Program, Ref, Symbol, Task};
use crate::rules::{Check, Rule, Sink, element};
use crate::syntax::Namespace;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "override-without-change",
        category: Category::JobStructure,
        severity: Severity::Warning,
        summary: "an override changes nothing, or names a task of another element",
    },
    check: Check::Program(check),
};

fn check(program: &Program, sink: &mut Sink) {
    for (_, item) in program.items.overrides.iter() {
        let (Some(task), Some(written)) = (item.task, item.written.as_deref()) else { continue };
        let Some(base) = task.value.target.map(|id| &program.items.tasks[id]) else { continue };
        let in_connector_job =
            written.job.is_some_and(|job| program.items.jobs[job].is_connector_job.is_some_and(|connector| connector.value));
        if in_connector_job {
            continue;
        }
        let element = item.kind.def().name;
        let name = program.identifier(item.origin);
        let finding = if written.kind != base.kind {
            let own = base.kind.def();
            let finding = Finding::new(
                &RULE.info,
                program.field_place(item.origin, None, task.at),
                format!("{element} names `{name}`, which is {}", with_article(own.name)),
            )
            .severity(Severity::Error)
            .label(with_article(own.name))
            .note("an override replaces attributes of a task of its own element: this one is refused when the configuration is deployed");
            match own.overridden_by {
                Some(right) => finding.help(format!("write `<{} Identifier=\"{name}\" …>`", right.def().name)),
                None => finding.help("name a task of the element that is overridden"),
            }
        } else if changes(program, item, written, base) {
            continue;
        } else {
            Finding::new(
                &RULE.info,
                program.place(item.origin),
                format!("{element} `{name}` changes nothing of the task it names"),
            )
            .label("says what the task says")
            .note("whoever reads the job looks for a difference that is not there")
            .help(format!("write the attribute that differs, or `<Step Identifier=\"{name}\" />` in its place"))
        };
        let anchor = element::anchor(program, item.origin.file, item.origin.element);
        sink.push(finding.related(program.place(base.origin), "the task it overrides").anchor(anchor));
    }
}

/// Whether something is written that the task does not already say.
fn changes(program: &Program, item: &Override, written: &Task, base: &Task) -> bool {
    let document = program.document(item.origin.file);
    let def = base.kind.def();
    let attribute_differs = document.attributes(item.origin.element).any(|attribute| {
        let name = document.attribute_name(attribute);
        if name == names::IDENTIFIER || document.attribute_namespace(attribute) != Namespace::Dialect {
            return false;
        }
        let text = document.attribute_name_text(attribute);
        let value = program.attribute_value(item.origin.file, attribute);
        let before = program.value(base.origin, name);
        match def.attribute(name, text) {
            Some(row) => {
                let before = before.as_deref().or(row.default);
                before.map(|before| row.canonical(before)) != Some(row.canonical(&value))
            }
            // What the dialect does not know cannot be judged.
            None => true,
        }
    });
    attribute_differs
        || list_differs(&written.depends_on, &base.depends_on)
        || list_differs(&written.entity_types, &base.entity_types)
        || list_differs(&written.resource_types, &base.resource_types)
}

fn list_differs<T>(written: &[Field<Ref<T>>], base: &[Field<Ref<T>>]) -> bool {
    let set = |list: &[Field<Ref<T>>]| list.iter().map(|field| field.value.name).collect::<FxHashSet<Symbol>>();
    !written.is_empty() && set(written) != set(base)
}
