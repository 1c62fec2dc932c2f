//! `frequent-job`: a job that starts more than once an hour does work that does not belong there.

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::ir::SynchronizationMode;
use crate::rules::{Check, JobKind, JobModel, Rule, Sink};
use crate::source::Location;

use super::cron;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "frequent-job",
        category: Category::Schedule,
        severity: Severity::Warning,
        summary: "a job that starts more than once an hour does heavy work",
    },
    check: Check::Job(check),
};

/// Elements that compute: one task of each is enough for a run.
const COMPUTE: [crate::grammar::ElementKind; 5] = [
    kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK,
    kinds::COMPUTE_CORRELATION_KEYS_TASK,
    kinds::COMPUTE_ROLE_MODEL_TASK,
    kinds::COMPUTE_RISK_SCORES_TASK,
    kinds::UPDATE_CLASSIFICATION_TASK,
];

fn check(job: &JobModel<'_>, sink: &mut Sink) {
    let Some(cron) = job.program.value(job.job.origin, names::CRON_TAB_EXPRESSION) else { return };
    if !job.is_judged() {
        return;
    }
    let Some(gap) = cron::parse(&cron).ok().and_then(|schedule| schedule.gap_within_hour()) else { return };
    let reasons = reasons(job);
    if reasons.is_empty() {
        return;
    }
    let words: Vec<&str> = reasons.iter().map(|(_, reason)| reason.as_str()).collect();
    let every = if gap % 60 == 0 { format!("{} minutes", gap / 60) } else { format!("{gap} seconds") };
    let mut finding = Finding::new(
        &RULE.info,
        place(job),
        format!("job `{}` starts {every} after its last start and {}", job.name(), words.join(" and ")),
    )
    .label(format!("two starts {every} apart"))
    .note("such a run easily takes longer than the time to the next: runs pile up, and the database serves nothing else")
    .help("keep changes-only synchronization and dirty computation in this job, and move the rest to one that starts once a day")
    .anchor(format!("Job[{}]/@CronTabExpression", job.name()));
    for (index, reason) in reasons {
        finding = finding.related(job.place(index), format!("`{}`: the job {reason}", job.task_name(index)));
    }
    sink.push(finding);
}

/// What makes the job heavy, each with the first task that shows it.
fn reasons(job: &JobModel<'_>) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    if job.is_surely(JobKind::Complete) {
        found.extend(job.of(kinds::SYNCHRONIZE_TASK).next().map(|index| (index, "synchronizes completely".to_owned())));
    }
    let complete = |&index: &usize| {
        let mode = job.tasks[index].task.synchronization_mode;
        job.connector(index).is_some() && mode.is_some_and(|mode| mode.value == SynchronizationMode::Complete)
    };
    if job.kind == JobKind::Incremental {
        let prepare = job.of(kinds::PREPARE_SYNCHRONIZATION_TASK).find(complete);
        found.extend(prepare.map(|index| (index, "synchronizes a connector completely".to_owned())));
    }
    for kind in COMPUTE {
        let all = |index: &usize| job.tasks[*index].task.all_entity_type.is_some_and(|field| field.value);
        found.extend(job.of(kind).find(all).map(|index| (index, "computes all entity types".to_owned())));
        found.extend(job.of(kind).nth(1).map(|index| (index, format!("runs {} more than once", kind.def().name))));
    }
    for kind in [kinds::SET_INTERNAL_USER_PROFILES_TASK, kinds::ACTIVITY_INSTANCE_ACTOR_TASK] {
        found.extend(job.of(kind).next().map(|index| (index, format!("runs {}", kind.def().name))));
    }
    found
}

/// The expression: that of the job, or of the scaffolding that generated it.
fn place(job: &JobModel<'_>) -> Location {
    let (program, origin) = (job.program, job.job.origin);
    if let Some(place) = program.attribute_place(origin, names::CRON_TAB_EXPRESSION) {
        return place;
    }
    let document = program.document(origin.file);
    let child = program.children_of(origin, kinds::CRON_TAB_EXPRESSION).next();
    let attribute = child.and_then(|child| document.find(child, names::CRON_TAB));
    attribute.map_or_else(|| program.place(origin), |attribute| document.value_location(attribute))
}
