//! A generated job while it is put together: phases, levels, tasks in order.
//!
//! Levels are counted from 0, one per phase; a phase that emits nothing takes no number.

use crate::grammar::{ElementKind, kinds, names};
use crate::ir::{Consolidated, GeneratedChild, GeneratedElement, Id, JobEntry, Scaffolding, Symbol};
use crate::syntax::{ElementId, NameId};

use super::consolidate::{Overlay, Places, set_all};
use super::labels;

/// A generated task before it is numbered among all generated elements.
#[derive(Clone, Debug)]
pub(super) struct NewTask {
    pub(super) kind: ElementKind,
    /// The identifier without the job's prefix, e.g. `Fulfill1_IgnoreHistorization`.
    pub(super) stem: String,
    /// The stem without number and suffixes, e.g. `Fulfill`.
    pub(super) base: String,
    pub(super) identifier: String,
    pub(super) label1: String,
    pub(super) label2: String,
    pub(super) agent: bool,
    pub(super) connector: Option<String>,
    pub(super) level: Option<u32>,
    /// Its own attributes after the common ones, in order.
    pub(super) own: Vec<(NameId, String)>,
    pub(super) depends_on: Vec<String>,
    /// Which of these a `LinkDependTask` added, with its element.
    pub(super) links: Vec<(Symbol, ElementId)>,
    pub(super) entity_types: Vec<String>,
    pub(super) resource_types: Vec<String>,
    /// Why it is there, for a person.
    pub(super) reason: String,
    /// What a written task of the same identifier changes.
    pub(super) overlay: Option<Overlay>,
}

impl NewTask {
    /// A task named by its prefix and stem, with the product's label.
    pub(super) fn new(prefix: &str, kind: ElementKind, stem: impl Into<String>, base: impl Into<String>) -> Self {
        let stem = stem.into();
        let (label1, label2) = labels::of(kind);
        Self {
            kind,
            identifier: format!("{prefix}_{stem}"),
            stem,
            base: base.into(),
            label1: label1.to_owned(),
            label2: label2.to_owned(),
            agent: false,
            connector: None,
            level: None,
            own: Vec::new(),
            depends_on: Vec::new(),
            links: Vec::new(),
            entity_types: Vec::new(),
            resource_types: Vec::new(),
            reason: String::new(),
            overlay: None,
        }
    }

    /// Puts a connector's display names before the labels.
    pub(super) fn of_connector(mut self, label1: &str, label2: &str) -> Self {
        self.label1 = format!("{label1} - {}", self.label1);
        self.label2 = format!("{label2} - {}", self.label2);
        self
    }

    /// Puts names after the labels.
    pub(super) fn for_names(mut self, names1: &str, names2: &str) -> Self {
        self.label1 = format!("{} - {names1}", self.label1);
        self.label2 = format!("{} - {names2}", self.label2);
        self
    }

    pub(super) fn on_agent(mut self) -> Self {
        self.agent = true;
        self
    }

    pub(super) fn connector(mut self, name: &str) -> Self {
        self.connector = Some(name.to_owned());
        self
    }

    pub(super) fn with(mut self, name: NameId, value: impl Into<String>) -> Self {
        self.own.push((name, value.into()));
        self
    }

    pub(super) fn with_if(self, condition: bool, name: NameId, value: &str) -> Self {
        if condition { self.with(name, value) } else { self }
    }

    pub(super) fn depends_on(mut self, parents: impl IntoIterator<Item = String>) -> Self {
        self.depends_on.extend(parents);
        self
    }

    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
}

/// One thing in a generated job.
#[derive(Clone, Debug)]
pub(super) enum NewEntry {
    Task(Box<NewTask>),
    Step {
        identifier: String,
        level: Option<u32>,
        reason: String,
    },
    /// What a written job of the same identifier adds.
    Written(JobEntry),
}

impl NewEntry {
    pub(super) fn set_level(&mut self, new: Option<u32>) {
        match self {
            Self::Task(task) => task.level = new,
            Self::Step { level, .. } => *level = new,
            Self::Written(_) => {}
        }
    }

    pub(super) fn level(&self) -> Option<u32> {
        match self {
            Self::Task(task) => task.level,
            Self::Step { level, .. } => *level,
            Self::Written(_) => None,
        }
    }
}

/// A generated job, or tasks at top level without one.
#[derive(Clone, Debug)]
pub(super) struct NewJob {
    /// Identifier and prefix; for tasks at top level, only a name to speak of.
    pub(super) identifier: String,
    /// The `Job`'s attributes in order; empty for tasks at top level.
    pub(super) attributes: Vec<(NameId, String)>,
    pub(super) entries: Vec<NewEntry>,
    /// Agent of agent-side tasks, and the client they authenticate with.
    pub(super) agent: Option<String>,
    pub(super) open_id_client: String,
    pub(super) reason: String,
    /// The written job that became part of it, and where its attributes stand.
    pub(super) consolidated: Option<(Consolidated, Places)>,
    next_level: u32,
}

impl NewJob {
    pub(super) fn new(identifier: impl Into<String>, agent: Option<String>, open_id_client: &str) -> Self {
        Self {
            identifier: identifier.into(),
            attributes: Vec::new(),
            entries: Vec::new(),
            agent,
            open_id_client: open_id_client.to_owned(),
            reason: String::new(),
            consolidated: None,
            next_level: 0,
        }
    }

    /// Adds the tasks of one phase, all on the next level.
    pub(super) fn phase(&mut self, tasks: Vec<NewTask>) {
        if tasks.is_empty() {
            return;
        }
        for mut task in tasks {
            task.level = Some(self.next_level);
            self.entries.push(NewEntry::Task(Box::new(task)));
        }
        self.next_level += 1;
    }

    /// Takes away the product's labels in its second language, which the application does not have.
    pub(super) fn speak_one_language(&mut self) {
        for entry in &mut self.entries {
            if let NewEntry::Task(task) = entry {
                task.label2.clear();
            }
        }
    }

    /// Adds one task on a level of its own.
    pub(super) fn single(&mut self, task: NewTask) {
        self.phase(vec![task]);
    }
}

impl NewTask {
    /// The task as XML would have it, and where what was not generated of it is written.
    pub(super) fn element(
        self,
        scaffolding: Id<Scaffolding>,
        agent: Option<&str>,
        open_id_client: &str,
    ) -> (GeneratedElement, Places) {
        let mut attributes: Vec<(NameId, Box<str>)> = Vec::with_capacity(7 + self.own.len());
        attributes.push((names::IDENTIFIER, self.identifier.into()));
        attributes.push((names::DISPLAY_NAME_L1, self.label1.into()));
        if !self.label2.is_empty() {
            attributes.push((names::DISPLAY_NAME_L2, self.label2.into()));
        }
        if let (true, Some(agent)) = (self.agent, agent) {
            attributes.push((names::AGENT, agent.into()));
        }
        if let Some(connector) = self.connector {
            attributes.push((names::CONNECTOR, connector.into()));
        }
        if let Some(level) = self.level {
            attributes.push((names::LEVEL, level.to_string().into()));
        }
        if self.agent {
            attributes.push((names::OPEN_ID_CLIENT, open_id_client.into()));
        }
        attributes.extend(self.own.into_iter().map(|(name, value)| (name, value.into_boxed_str())));
        let child = |kind, name| move |value: String| GeneratedChild { kind, name, value: value.into() };
        let (mut consolidated, mut places, mut written) = (None, Places::default(), Vec::new());
        if let Some(overlay) = self.overlay {
            if overlay.written.replaces {
                attributes.retain(|(name, _)| *name == names::IDENTIFIER || *name == names::LEVEL);
            }
            set_all(&mut attributes, overlay.attributes);
            (consolidated, places, written) = (Some(overlay.written), overlay.places, overlay.children);
        }
        let mut children: Vec<GeneratedChild> =
            (self.depends_on.into_iter().map(child(kinds::TASK_DEPENDS_ON_TASK, names::PARENT_TASK)))
                .chain(self.entity_types.into_iter().map(child(kinds::TASK_ENTITY_TYPE, names::ENTITY_TYPE)))
                .chain(self.resource_types.into_iter().map(child(kinds::TASK_RESOURCE_TYPE, names::RESOURCE_TYPE)))
                .collect();
        let generated = children.len();
        for child in written {
            if children[..generated].contains(&child) {
                places.forget(&child);
            } else if !children.contains(&child) {
                children.push(child);
            }
        }
        children.sort_by_key(|child| {
            [kinds::TASK_DEPENDS_ON_TASK, kinds::TASK_ENTITY_TYPE].iter().position(|&kind| kind == child.kind).unwrap_or(2)
        });
        let (kind, links, reason) = (self.kind, self.links, self.reason);
        (GeneratedElement { kind, attributes, children, links, scaffolding, consolidated, reason }, places)
    }
}
