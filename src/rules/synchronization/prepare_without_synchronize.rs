//! `prepare-without-synchronize`: a prepare task prepares a connector that the job never synchronizes.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "prepare-without-synchronize",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "a prepare task prepares a connector that the job never synchronizes",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.runs_unknown() {
        return;
    }
    // A synchronize task whose connector is unknown may be the one.
    let some_unknown = job.some_unknown(kinds::SYNCHRONIZE_TASK);
    for prepare in job.of(kinds::PREPARE_SYNCHRONIZATION_TASK) {
        let Some(connector) = job.connector(prepare) else { continue };
        if some_unknown || job.of_connector(kinds::SYNCHRONIZE_TASK, connector).len() > 0 {
            continue;
        }
        let (name, connector) = (job.task_name(prepare), job.connector_name(connector));
        let finding = Finding::new(
            &RULE.info,
            job.place(prepare),
            format!("`{name}` prepares connector `{connector}`, but job `{}` never synchronizes it", job.name()),
        )
        .label("no synchronize task follows")
        .note("what changed in the system does not reach the database in this run, only with another job that synchronizes the connector, if there is one")
        .help(format!("add a `<SynchronizeTask Connector=\"{connector}\" … />` after it, or remove the task"));
        sink.push(job.about(prepare, finding));
    }
}
