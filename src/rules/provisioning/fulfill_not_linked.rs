//! `fulfill-not-linked`: a fulfil task is not linked to its orders task.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobModel, Rule, Sink, links};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "fulfill-not-linked",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "a fulfil task is not linked to its orders task",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.links_judged() {
        return;
    }
    let all = super::Orders::new(job);
    for fulfil in job.of(kinds::FULFILL_TASK).filter(|&task| !job.waits_for_unknown(task)) {
        let Some(types) = super::covered(job.facts, job.tasks[fulfil].task) else { continue };
        let mut own = all.of_fulfil(job, fulfil, &types);
        if types.is_empty() {
            // A connector without known resource types: any orders task may be meant.
            own = job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK).filter(|&orders| job.before(orders, fulfil)).collect();
        }
        let Some(&orders) = own.last() else { continue };
        let ancestors = job.ancestors(fulfil);
        if own.iter().any(|orders| ancestors.contains(orders)) {
            continue;
        }
        let (name, parent) = (job.task_name(fulfil), job.task_name(orders));
        let finding =
            Finding::new(&RULE.info, job.place(fulfil), format!("`{name}` does not wait for its orders task `{parent}`"))
                .label("not linked to the orders task")
                .note("it starts even when no orders were generated, and writes nothing or the leftovers of an earlier run")
                .help(links::help(job, fulfil, &[orders]))
                .related(job.place(orders), "the orders task");
        sink.push(job.about(fulfil, links::with_link_fix(job, fulfil, &[orders], finding)));
    }
}
