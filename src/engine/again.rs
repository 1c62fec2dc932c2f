//! What a continued run does again although it was done: the data that its failed task could not use.
//!
//! A connector's data is brought in by a chain: export, preparation, synchronization. When a later link fails, what the
//! earlier ones left was used by nobody, and is often the reason of the failure. A continued run that kept it would fail
//! on it for ever, although somebody has corrected the source since. So the links before are done again, where doing
//! them twice is the same as once, and a consent to what could not be applied falls with them. So it is where a change list
//! waits no longer, because another run has dealt with what it was about.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::plan::model::{Job, Task};

use super::held_back::connector;
use super::state::TaskState;
use super::store::{Outcome, TaskRecord};

/// The links of the chain, in its order.
const CHAIN: [&str; 3] = ["ExportTask", "PrepareSynchronizationTask", "SynchronizeTask"];

/// The tasks of the job whose committed outcome a continued run takes back: such as are `repeatable`, and those named by `gone`,
/// whose change list waits no longer.
pub(super) fn tasks<'j>(
    plan: &Plan,
    job: &'j Job,
    repeatable: &dyn Fn(&Task) -> bool,
    records: &[TaskRecord],
    outcomes: &BTreeMap<String, Outcome>,
    gone: &[String],
) -> Vec<&'j str> {
    let state = |task: &Task| outcomes.get(&task.id).map(|outcome| outcome.state);
    let link = |task: &Task| CHAIN.iter().position(|element| *element == task.element);
    let same = |left: &Task, right: &Task| connector(plan, left).is_some() && connector(plan, left) == connector(plan, right);
    let failed = |task: &Task, record: &TaskRecord| {
        let errored = record.state == TaskState::Errored && matches!(state(task), None | Some(TaskState::Blocked));
        (errored || gone.contains(&task.id)) && repeatable(task)
    };
    let mut again: Vec<&str> =
        job.tasks.iter().map(|task| task.id.as_str()).filter(|id| gone.iter().any(|gone| gone == id)).collect();
    for (task, _) in job.tasks.iter().zip(records).filter(|(task, record)| failed(task, record)) {
        let Some(at) = link(task).filter(|_| connector(plan, task).is_some()) else { continue };
        let of_chain = || job.tasks.iter().filter(|other| same(task, other) && repeatable(other));
        // What one task of the failed kind could use, or a synchronization has taken in, is left as it is.
        let used =
            |other: &Task| link(other) >= Some(at) && matches!(state(other), Some(TaskState::Completed | TaskState::Unchanged));
        if of_chain().any(used) {
            continue;
        }
        let before = of_chain().filter(|other| link(other) < Some(at) && state(other).is_some());
        let blocked = (state(task) == Some(TaskState::Blocked)).then_some(task);
        again.extend(before.chain(blocked).map(|task| task.id.as_str()));
    }
    again.sort_unstable();
    again.dedup();
    again
}
