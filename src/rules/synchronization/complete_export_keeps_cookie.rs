//! `complete-export-keeps-cookie`: an export of a complete job gives changes only.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "complete-export-keeps-cookie",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "an export of a complete job gives changes only",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_surely(JobKind::Complete) {
        return;
    }
    for export in job.of(kinds::EXPORT_TASK) {
        let task = job.tasks[export].task;
        let incremental = super::connection(job, export).is_some_and(crate::ir::Connection::is_incremental);
        if !incremental || task.ignore_cookie_file.is_some_and(|field| field.value) {
            continue;
        }
        if job.is_unreadable(export, task.ignore_cookie_file, names::IGNORE_COOKIE_FILE) {
            continue;
        }
        let name = job.task_name(export);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(export, task.ignore_cookie_file),
            format!("`{name}` exports changes only, but `{}` is a complete job", job.name()),
        )
        .label("continues from its cookie")
        .note("without IgnoreCookieFile the export gives what changed since the last run; a complete synchronization reads the rest as deleted")
        .help(fixes::setting_help(job, export, "IgnoreCookieFile", "true"));
        sink.push(job.about(export, fixes::setting(job, export, "IgnoreCookieFile", "true", finding)));
    }
}
