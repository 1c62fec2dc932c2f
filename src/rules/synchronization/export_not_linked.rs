//! `export-not-linked`: a prepare task is not linked to every export task of its connector.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

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
    for prepare in job.of(kinds::PREPARE_SYNCHRONIZATION_TASK).filter(|&task| !job.waits_for_unknown(task)) {
        let Some(connector) = job.connector(prepare) else { continue };
        let ancestors = job.ancestors(prepare);
        let is_linked = |export: &usize| job.is_among(&ancestors, *export);
        let exports: Vec<usize> = job.of_connector(kinds::EXPORT_TASK, connector).filter(|export| !is_linked(export)).collect();
        let Some(&first) = exports.first() else { continue };
        let (name, connector) = (job.task_name(prepare), job.connector_name(connector));
        let what = match exports.len() {
            1 => format!("its export `{}`", job.task_name(first)),
            count => format!("{count} of its exports, such as `{}`", job.task_name(first)),
        };
        let mut finding = Finding::new(
            &RULE.info,
            job.place(prepare),
            format!("`{name}` prepares connector `{connector}` without waiting for {what}"),
        )
        .label("not linked to the export")
        .note("when the export fails in warning, the task prepares old or half-written files, and missing rows are read as deletions")
        .help(links::help(job, prepare, &exports));
        for &export in exports.iter().take(5) {
            finding = finding.related(job.place(export), "an export of the connector");
        }
        sink.push(job.about(prepare, links::with_link_fix(job, prepare, &exports, finding)));
    }
}
