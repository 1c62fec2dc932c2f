//! `dirty-not-linked`: a dirty task is not linked to the flag task.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "dirty-not-linked",
        category: Category::DirtyMode,
        severity: Severity::Warning,
        summary: "a dirty task is not linked to the flag task",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    for dirty in super::dirty_tasks(job).filter(|&task| !job.waits_for_unknown(task)) {
        let flags = job.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK).filter(|&flag| job.before(flag, dirty));
        let Some(flag) = flags.clone().next_back() else { continue };
        // The vendor's generator leaves computed properties unlinked: fulfilment too can make resources dirty. Where it
        // generated the task, there is nothing that its user should change.
        let expressions = job.tasks[dirty].task.kind == kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK;
        if expressions && is_generated(job, dirty) {
            continue;
        }
        let ancestors = job.ancestors(dirty);
        if flags.clone().any(|flag| ancestors.contains(&flag)) {
            continue;
        }
        let (name, parent) = (job.task_name(dirty), job.task_name(flag));
        let finding =
            Finding::new(&RULE.info, job.place(dirty), format!("`{name}` runs even when the flag task `{parent}` did not"))
                .label("not linked to the flag task")
                .note("when no synchronization changed anything the flag task is not started, and this task should not be either")
                .help(links::help(job, dirty, &[flag]))
                .related(job.place(flag), "the flag task");
        let finding =
            if expressions { finding.severity(Severity::Note) } else { links::with_link_fix(job, dirty, &[flag], finding) };
        sink.push(job.about(dirty, finding));
    }
}

/// Whether a task of computed properties is a generated one, or one written out as it was generated.
fn is_generated(job: &JobModel<'_>, index: usize) -> bool {
    let (job_name, name) = (job.name(), job.task_name(index));
    let written_out = || {
        let rest = name.trim().strip_prefix(job_name.trim())?.strip_prefix("_UpdateEntityPropertyExpressions")?;
        Some(rest.trim_start_matches(|c: char| c.is_ascii_digit()) == "_WithDirty")
    };
    job.tasks[index].task.origin.generated.is_some() || written_out() == Some(true)
}
