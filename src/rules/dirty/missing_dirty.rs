//! `missing-dirty`: a compute task of an incremental job treats everything.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink, fixes, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-dirty",
        category: Category::DirtyMode,
        severity: Severity::Warning,
        summary: "a compute task of an incremental job treats everything",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    let flags = job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK);
    let (JobKind::Incremental, Some(first)) = (job.kind, flags.clone().next()) else { return };
    // Where nothing is tagged, a dirty task would compute nothing: that has to be mended first, and is a finding of its own.
    if !super::keeps_changes(job) {
        return;
    }
    for (index, view) in job.tasks.iter().enumerate() {
        let computes = matches!(
            view.task.kind,
            kinds::COMPUTE_CORRELATION_KEYS_TASK
                | kinds::COMPUTE_ROLE_MODEL_TASK
                | kinds::UPDATE_CLASSIFICATION_TASK
                | kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK
        );
        if !computes || view.task.is_dirty() || job.is_unreadable(index, view.task.dirty, names::DIRTY) {
            continue;
        }
        let name = job.task_name(index);
        let before = flags.clone().rfind(|&flag| job.before(flag, index));
        let finding = Finding::new(
            &RULE.info,
            job.field_place(index, view.task.dirty),
            format!("`{name}` computes everything, but `{}` is an incremental job", job.name()),
        )
        .label("not in dirty mode")
        .note("every run computes all resources although the job tags the few that changed")
        .related(job.place(before.unwrap_or(first)), "the task that tags what changed");
        let finding = match before {
            Some(_) => {
                fixes::setting(job, index, "Dirty", "true", finding.help(fixes::setting_help(job, index, "Dirty", "true")))
            }
            // Dirty before the flag task would be the worse mistake.
            None => finding.help(format!("{}, then add `Dirty=\"true\"`", links::help_behind(job, index, first))),
        };
        sink.push(job.about(index, finding));
    }
}
