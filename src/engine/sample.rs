//! Small plans for tests.

use std::collections::BTreeMap;

use crate::plan::model::{Dependency, EdgeKind, Job, JobMode, Model, OnFailure, Origins, Parents, Plan, Side, Task};

/// A task of the element `FakeTask`.
pub(crate) fn task(id: &str, level: u32) -> Task {
    Task {
        id: id.to_owned(),
        element: "FakeTask".to_owned(),
        display_names: BTreeMap::new(),
        side: Side::Server,
        position: 0,
        level,
        attributes: BTreeMap::new(),
        entity_types: Vec::new(),
        resource_types: Vec::new(),
        depends_on: Vec::new(),
        parents: Parents::All,
        on_failure: OnFailure::Stop,
    }
}

impl Task {
    /// With declared parents.
    pub(crate) fn after(mut self, parents: &[&str]) -> Self {
        let edge = |parent: &&str| Dependency { parent: (*parent).to_owned(), kind: EdgeKind::Declared };
        self.depends_on = parents.iter().map(edge).collect();
        self
    }

    /// Whose failure does not stop the job.
    pub(crate) fn tolerated(mut self) -> Self {
        self.on_failure = OnFailure::Continue;
        self
    }
}

/// A job of these tasks, in their order.
pub(crate) fn job(id: &str, mut tasks: Vec<Task>) -> Job {
    for (position, task) in (0..).zip(&mut tasks) {
        task.position = position;
    }
    Job {
        id: id.to_owned(),
        display_names: BTreeMap::new(),
        agent: None,
        mode: JobMode::Complete,
        schedule: None,
        user_start_denied: false,
        connector_job: false,
        log_level: "Information".to_owned(),
        tasks,
    }
}

/// Four tasks, of which three wait for each other in turn.
pub(crate) fn chain() -> Job {
    job(
        "Daily",
        vec![
            task("Export", 0).tolerated(),
            task("Prepare", 1).after(&["Export"]),
            task("Synchronize", 2).after(&["Prepare"]),
            task("Compute", 3),
        ],
    )
}

/// A plan of one job.
pub(crate) fn plan(job: Job) -> Plan {
    Plan {
        version: 1,
        generator: "jobwright test".to_owned(),
        dialect: "saas".to_owned(),
        digest: format!("sha256:{}", job.id),
        jobs: vec![job],
        model: Model::default(),
        origins: Origins::default(),
    }
}
