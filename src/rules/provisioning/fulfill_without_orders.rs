//! `fulfill-without-orders`: a fulfil task has no orders task before it.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "fulfill-without-orders",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "a fulfil task has no orders task before it",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.runs_unknown() {
        return;
    }
    for fulfil in job.of(kinds::FULFILL_TASK) {
        let mut orders = job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK);
        if !super::is_known(job.tasks[fulfil].task) || orders.clone().any(|orders| job.before(orders, fulfil)) {
            continue;
        }
        let name = job.task_name(fulfil);
        let finding = Finding::new(
            &RULE.info,
            job.place(fulfil),
            format!("`{name}` fulfils provisioning orders, but no task of job `{}` generates them before", job.name()),
        )
        .label("no orders task before")
        .note("there are no new orders: the task writes nothing, or what an earlier run left behind");
        let finding = match orders.next() {
            Some(late) => finding
                .help(links::put_after(job, fulfil, late))
                .related(job.place(late), "the orders task comes after"),
            None => finding.help("add a `<GenerateProvisioningOrdersTask … />` for the same connector or resource types before it, and link it with TaskDependsOnTask"),
        };
        sink.push(job.about(fulfil, finding));
    }
}
