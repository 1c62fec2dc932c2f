//! `export-not-linked`: a prepare task is not linked to every export task of its connector.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "export-not-linked",
        category: Category::Synchronization,
        severity: Severity::Warning,
        summary: "a prepare task is not linked to every export task of its connector",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    for prepare in job.of(kinds::PREPARE_SYNCHRONIZATION_TASK) {
        let Some(connector) = job.connector(prepare) else { continue };
        for export in job.of(kinds::EXPORT_TASK).filter(|&export| job.connector(export) == Some(connector)) {
            if job.linked(prepare, export) {
                continue;
            }
            let (name, parent) = (job.task_name(prepare), job.task_name(export));
            let finding = Finding::new(
                &RULE.info,
                job.place(prepare),
                format!("`{name}` prepares connector `{}` without waiting for its export `{parent}`", job.connector_name(connector)),
            )
            .label("not linked to the export")
            .note("when the export fails in warning, the task prepares old or half-written files, and missing rows are read as deletions")
            .help(format!("add `<TaskDependsOnTask ParentTask=\"{parent}\" />` to `{name}`"))
            .related(job.place(export), "the export");
            sink.push(job.about(prepare, super::super::links::with_link_fix(job, prepare, export, finding)));
        }
    }
}
