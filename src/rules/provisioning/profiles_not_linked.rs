//! `profiles-not-linked`: a profile task is not linked to a fulfil task of its job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "profiles-not-linked",
        category: Category::Provisioning,
        severity: Severity::Note,
        summary: "a profile task is not linked to a fulfil task of its job",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    for profiles in job.of(kinds::SET_INTERNAL_USER_PROFILES_TASK).filter(|&task| !job.waits_for_unknown(task)) {
        let Some(fulfil) = job
            .of(kinds::FULFILL_TASK)
            .rfind(|&fulfil| job.before(fulfil, profiles))
            .or_else(|| job.of(kinds::FULFILL_TASK).next())
        else {
            return;
        };
        let ancestors = job.ancestors(profiles);
        if job.of(kinds::FULFILL_TASK).any(|fulfil| ancestors.contains(&fulfil)) {
            continue;
        }
        let (name, parent) = (job.task_name(profiles), job.task_name(fulfil));
        let finding =
            Finding::new(&RULE.info, job.place(profiles), format!("`{name}` does not wait for a fulfil task such as `{parent}`"))
                .label("not linked to a fulfil task")
                .note("it assigns profiles at every run, also when fulfilment changed no account that they could follow from")
                .help(links::help_behind(job, profiles, fulfil))
                .related(job.place(fulfil), "the fulfil task");
        sink.push(job.about(profiles, links::with_link_fix(job, profiles, &[fulfil], finding)));
    }
}
