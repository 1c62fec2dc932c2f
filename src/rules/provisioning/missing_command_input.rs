//! `missing-command-input`: a command task has no command, or two.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, Rule, Sink, TaskModel};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-command-input",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "a command task has no command, or two",
    },
    check: Check::Task(check),
};

fn check(model: &TaskModel<'_>, sink: &mut Sink) {
    let task = model.task;
    if !matches!(task.kind, kinds::INVOKE_SQL_COMMAND_TASK | kinds::INVOKE_EXPRESSION_TASK) {
        return;
    }
    let name = model.name();
    let finding = match (task.kind, task.sql_command, task.sql_input_file) {
        (kinds::INVOKE_SQL_COMMAND_TASK, None, None) => {
            Finding::new(&RULE.info, model.place(), format!("`{name}` has neither SQLCommand nor SQLInputFile"))
                .label("nothing to run")
                .note("the task runs an empty command and ends as if all were well")
                .help("write `SQLCommand=\"…\"` or `SQLInputFile=\"…\"`")
        }
        (kinds::INVOKE_SQL_COMMAND_TASK, Some(command), Some(file)) => {
            Finding::new(&RULE.info, model.field_place(Some(file)), format!("`{name}` has both SQLCommand and SQLInputFile"))
                .label("a second command")
                .note("nothing says which of them is run")
                .help("keep one of them")
                .related(model.field_place(Some(command)), "the other")
        }
        (kinds::INVOKE_EXPRESSION_TASK, ..) if task.input_path.is_none() => {
            Finding::new(&RULE.info, model.place(), format!("`{name}` has no InputPath"))
                .label("no script")
                .note("there is no script to run: the task fails, or ends without having done anything")
                .help("write `InputPath=\"…\"` with the path of the script")
        }
        _ => return,
    };
    sink.push(model.about(finding));
}
