//! `synchronize-not-linked`: a synchronize task is not linked to its prepare task.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::JobKind;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "synchronize-not-linked",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "a synchronize task is not linked to its prepare task",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    for synchronize in job.of(kinds::SYNCHRONIZE_TASK).filter(|&task| !job.waits_for_unknown(task)) {
        let Some(connector) = job.connector(synchronize) else { continue };
        // Without a prepare task before it, that is what is wrong.
        let mut prepares = job.of_connector(kinds::PREPARE_SYNCHRONIZATION_TASK, connector);
        let Some(prepare) = prepares.clone().rfind(|&prepare| job.before(prepare, synchronize)) else { continue };
        let ancestors = job.ancestors(synchronize);
        let mut exports = job.of_connector(kinds::EXPORT_TASK, connector);
        let to_export = job.kind != JobKind::Incremental && exports.any(|export| ancestors.contains(&export));
        // A task whose connector is not known may be the one that it waits for.
        let may_be = |kind| job.of(kind).any(|task| job.connector(task).is_none() && ancestors.contains(&task));
        let to_unknown =
            may_be(kinds::PREPARE_SYNCHRONIZATION_TASK) || (job.kind != JobKind::Incremental && may_be(kinds::EXPORT_TASK));
        if to_export || to_unknown || prepares.any(|prepare| ancestors.contains(&prepare)) {
            continue;
        }
        let name = job.task_name(synchronize);
        let what = if job.kind == JobKind::Incremental { "its prepare task" } else { "its prepare task or its export" };
        let finding = Finding::new(
            &RULE.info,
            job.place(synchronize),
            format!("`{name}` synchronizes connector `{}` without waiting for {what}", job.connector_name(connector)),
        )
        .label("not linked to the prepare task")
        .note("it starts even when preparing failed or found nothing, and synchronizes what an earlier run left behind")
        .help(links::help(job, synchronize, &[prepare]))
        .related(job.place(prepare), "the prepare task");
        sink.push(job.about(synchronize, links::with_link_fix(job, synchronize, &[prepare], finding)));
    }
}
