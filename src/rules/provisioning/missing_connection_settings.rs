//! `missing-connection-settings`: a connection that a task uses has no settings.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::{Program, Symbol};
use crate::rules::suggest::{listed, nearest};
use crate::rules::{Check, Rule, Settings, Sink, task};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-connection-settings",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "a connection that a task uses has no settings",
    },
    check: Check::Settings(check),
};

fn check(program: &Program, settings: &Settings, sink: &mut Sink) {
    let known: FxHashSet<Symbol> = settings.connections.iter().map(|name| Symbol::new(name)).collect();
    let mut seen = FxHashSet::default();
    for (id, item) in program.items.tasks.iter() {
        let Some(field) = item.connection else { continue };
        let Some(connection) = field.value.target else { continue };
        if known.contains(&field.value.name) || !seen.insert(field.value.name) {
            continue;
        }
        let origin = program.items.connections[connection].origin;
        let (name, task_name) = (program.identifier(origin), program.task_name(id));
        let near = nearest(&name, settings.connections.iter().map(String::as_str));
        let help = match near {
            Some(near) => format!("add `\"{name}\": {{ … }}` under `Connections`, or rename `{near}` there"),
            None => format!("add `\"{name}\": {{ … }}` under `Connections`"),
        };
        let listed = listed(settings.connections.iter().map(String::as_str), 8);
        let finding = Finding::new(
            &RULE.info,
            program.field_place(item.origin, item.base, field.at),
            format!("connection `{name}`, which `{task_name}` uses, has no entry under Connections in {}", settings.path),
        )
        .label("no settings")
        .note("the agent does not know where the system is or how to sign in: the task ends in error at its first run")
        .help(if listed.is_empty() { help } else { format!("{help}; it holds {listed}") })
        .related(program.place(origin), "the connection");
        sink.push(task::about(program, id, None, finding));
    }
}
