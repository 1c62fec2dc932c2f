//! `synchronize-not-linked`: a synchronize task is not linked to what it reads.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "synchronize-not-linked",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "a synchronize task is not linked to what it reads",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    for synchronize in job.of(kinds::SYNCHRONIZE_TASK) {
        let Some(connector) = job.connector(synchronize) else { continue };
        let own = |kind| job.of(kind).filter(move |&index| job.connector(index) == Some(connector));
        let Some(prepare) = own(kinds::PREPARE_SYNCHRONIZATION_TASK).next() else { continue };
        let to_prepare = own(kinds::PREPARE_SYNCHRONIZATION_TASK).any(|prepare| job.linked(synchronize, prepare));
        let to_export = own(kinds::EXPORT_TASK).any(|export| job.linked(synchronize, export));
        if to_prepare || (job.kind != JobKind::Incremental && to_export) {
            continue;
        }
        let (name, parent) = (job.task_name(synchronize), job.task_name(prepare));
        let what = if job.kind == JobKind::Incremental { "its prepare task" } else { "its prepare task or its export" };
        let finding = Finding::new(
            &RULE.info,
            job.place(synchronize),
            format!("`{name}` synchronizes connector `{}` without waiting for {what}", job.connector_name(connector)),
        )
        .label("not linked to the prepare task")
        .note("it starts even when preparing failed or found nothing, and synchronizes what an earlier run left behind")
        .help(format!("add `<TaskDependsOnTask ParentTask=\"{parent}\" />` to `{name}`"))
        .related(job.place(prepare), "the prepare task");
        sink.push(job.about(synchronize, super::super::links::with_link_fix(job, synchronize, prepare, finding)));
    }
}
