//! Jobs as graphs: levels from top to bottom, declared edges as arrows.
//!
//! What both formats draw is decided here: the label of a task is its identifier without the job's, over its element; the
//! order of levels is drawn once beside the tasks, not as an edge from every task to every task.

mod dot;
mod mermaid;

pub use dot::dot;
pub use mermaid::mermaid;

use super::model::{EdgeKind, Job, Side, Task};

/// A task's identifier without the job's in front of it.
pub(super) fn short<'t>(job: &Job, id: &'t str) -> &'t str {
    let rest = id.strip_prefix(job.id.as_str()).and_then(|rest| rest.strip_prefix('_'));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(id)
}

/// The tasks level by level.
fn levels(job: &Job) -> Vec<&[Task]> {
    job.tasks.chunk_by(|a, b| a.level == b.level).collect()
}

/// Declared edges as parent and child, in the order of the children.
fn edges(job: &Job) -> Vec<(usize, usize)> {
    let numbers: rustc_hash::FxHashMap<&str, usize> =
        job.tasks.iter().enumerate().map(|(number, task)| (task.id.as_str(), number)).collect();
    let mut edges = Vec::new();
    for (child, task) in job.tasks.iter().enumerate() {
        let declared = task.depends_on.iter().filter(|edge| edge.kind == EdgeKind::Declared);
        edges.extend(declared.filter_map(|edge| Some((*numbers.get(edge.parent.as_str())?, child))));
    }
    edges
}

/// What stands under the identifier: the element, and whether it runs on the agent.
fn second_line(task: &Task) -> String {
    match task.side {
        Side::Agent => format!("{} (agent)", task.element),
        Side::Server => task.element.clone(),
    }
}
