//! A whole job handed to one program: in the history it is a job of one task.

use std::collections::BTreeMap;

use crate::plan::model::{Job, OnFailure, Parents, Side, Task};

/// The element of the one task.
const ELEMENT: &str = "JobRunner";

/// The job as one task, named like the job.
pub(crate) fn hand_over(job: &Job) -> Job {
    let task = Task {
        id: job.id.clone(),
        element: ELEMENT.to_owned(),
        display_names: job.display_names.clone(),
        side: if job.agent.is_some() { Side::Agent } else { Side::Server },
        position: 0,
        level: 0,
        attributes: BTreeMap::new(),
        entity_types: Vec::new(),
        resource_types: Vec::new(),
        depends_on: Vec::new(),
        parents: Parents::All,
        on_failure: OnFailure::Stop,
    };
    Job { tasks: vec![task], ..job.clone() }
}

/// Whether the job is one that [`hand_over`] has made.
pub(crate) fn is_handed_over(job: &Job) -> bool {
    matches!(job.tasks.as_slice(), [task] if is_handed_over_row(&task.element))
}

/// Whether the element is that of the one task.
pub(crate) fn is_handed_over_row(element: &str) -> bool {
    element == ELEMENT
}
