//! `force-provisioning`: orders are generated anew for everything outside an initialization job.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::kinds;
use crate::rules::{Check, JobKind, JobModel, Rule, Sink, fixes};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "force-provisioning",
        category: Category::Provisioning,
        severity: Severity::Error,
        summary: "orders are generated anew for everything outside an initialization job",
    },
    check: Check::Job(check),
};

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    if !job.is_judged() || job.kind == JobKind::Initialization {
        return;
    }
    for orders in job.of(kinds::GENERATE_PROVISIONING_ORDERS_TASK) {
        let task = job.tasks[orders].task;
        if !task.force_provisioning.is_some_and(|field| field.value) {
            continue;
        }
        let name = job.task_name(orders);
        let finding = Finding::new(
            &RULE.info,
            job.field_place(orders, task.force_provisioning),
            format!("`{name}` generates all orders anew, but `{}` is no initialization job", job.name()),
        )
        .label("for the first load only")
        .note("every assignment is provisioned again at every run: the managed systems are flooded with orders, and changes made there by hand are overwritten")
        .help("remove `ForceProvisioning`");
        sink.push(job.about(orders, fixes::setting(job, orders, "ForceProvisioning", "false", finding)));
    }
}
