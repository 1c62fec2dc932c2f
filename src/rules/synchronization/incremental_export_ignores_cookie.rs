//! `incremental-export-ignores-cookie`: an export of an incremental job takes a whole extract.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "incremental-export-ignores-cookie",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "an export of an incremental job takes a whole extract",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_surely(JobKind::Incremental) {
        return;
    }
    for export in job.of(kinds::EXPORT_TASK) {
        let task = job.tasks[export].task;
        // A package that always exports everything has no cookie to ignore.
        let whole = super::connection(job, export).is_some_and(|connection| connection.exports() && !connection.is_incremental());
        if whole || !task.ignore_cookie_file.is_some_and(|field| field.value) {
            continue;
        }
        let name = job.task_name(export);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(export, task.ignore_cookie_file),
            format!("`{name}` takes a whole extract, but `{}` is an incremental job", job.name()),
        )
        .label("ignores its cookie")
        .note("every run reads the whole system again, which is what the incremental job is there to avoid")
        .help("remove `IgnoreCookieFile`");
        sink.push(job.about(export, finding));
    }
}
