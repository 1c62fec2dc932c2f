//! `synchronize-without-prepare`: a synchronize task has no prepare task of its connector before it.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "synchronize-without-prepare",
        category: Category::Synchronization,
        severity: Severity::Error,
        summary: "a synchronize task has no prepare task of its connector before it",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.runs_unknown() {
        return;
    }
    // A prepare task whose connector is unknown may be the one.
    let some_unknown = job.some_unknown(kinds::PREPARE_SYNCHRONIZATION_TASK);
    for synchronize in job.of(kinds::SYNCHRONIZE_TASK) {
        let Some(connector) = job.connector(synchronize) else { continue };
        let mut prepares = job.of_connector(kinds::PREPARE_SYNCHRONIZATION_TASK, connector);
        if some_unknown || prepares.clone().any(|prepare| job.before(prepare, synchronize)) {
            continue;
        }
        let (name, connector) = (job.task_name(synchronize), job.connector_name(connector));
        let finding = Finding::new(
            &RULE.info,
            job.place(synchronize),
            format!("`{name}` synchronizes connector `{connector}`, but no task of job `{}` prepares it before", job.name()),
        )
        .label("no prepare task before")
        .note("there is no new batch to synchronize: the task does nothing, or consumes the leftovers of another run");
        let finding = match prepares.next() {
            Some(late) => finding
                .help(links::put_before(job, &[late], synchronize))
                .related(job.place(late), "the prepare task comes after"),
            None => finding.help(format!(
                "add a `<PrepareSynchronizationTask Connector=\"{connector}\" … />` before it and link it with TaskDependsOnTask"
            )),
        };
        sink.push(job.about(synchronize, finding));
    }
}
