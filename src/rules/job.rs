//! A job as its rules see it: what it runs, in order, with the links between tasks.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::OnceLock;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::finding::Finding;
use crate::grammar::{ElementKind, kinds, names};
use crate::ir::{
    Connector, Field, Generated, GeneratedElement, Id, Job, JobEntry, Program, Ref, Symbol, SynchronizationMode, Task,
};
use crate::source::Location;
use crate::syntax::{NameId, Namespace};

use super::{Facts, task};

/// What kind of run a job is, in the order in which it is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Its steps are started one by one from a connector's page.
    Connector,
    /// The first load.
    Initialization,
    /// Changes only.
    Incremental,
    /// Whole extracts.
    Complete,
    /// Without synchronization.
    Other,
}

/// A task where the job runs it.
pub struct TaskView<'p> {
    /// The task; for an override, its changed copy.
    pub id: Id<Task>,
    /// The task itself.
    pub task: &'p Task,
    /// How the job names it.
    pub entry: JobEntry,
    /// Its level in this job; `None` where none is written.
    pub level: Option<i32>,
    /// Its parents among the tasks of the job, by index.
    pub parents: Vec<usize>,
}

/// A job with what it runs, in document order.
pub struct JobModel<'p> {
    /// The configuration.
    pub program: &'p Program,
    /// The job.
    pub id: Id<Job>,
    /// The job itself.
    pub job: &'p Job,
    /// What kind of run it is.
    pub kind: JobKind,
    /// What it runs, in document order.
    pub tasks: Vec<TaskView<'p>>,
    /// What is known about the whole configuration.
    pub facts: &'p Facts,
    /// Sorted.
    index: Vec<(Symbol, usize)>,
    runs_unknown: bool,
    rings: OnceLock<Vec<Option<usize>>>,
    /// Sorted.
    of_kind: Vec<(ElementKind, usize)>,
    /// Sorted.
    of_connector: Vec<(ElementKind, Id<Connector>, usize)>,
}

/// Tasks of a job that another waits for: one bit for each, as jobs of thousands of tasks are asked for each of them.
pub struct Ancestors {
    bits: Vec<u64>,
}

impl Ancestors {
    /// Whether the task is one of them.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as that of a set, for filters")]
    pub fn contains(&self, task: &usize) -> bool {
        self.bits.get(task / 64).is_some_and(|bits| bits & (1 << (task % 64)) != 0)
    }

    fn insert(&mut self, task: usize) -> bool {
        let bits = &mut self.bits[task / 64];
        let before = *bits;
        *bits |= 1 << (task % 64);
        before != *bits
    }
}

impl<'p> JobModel<'p> {
    /// Reads a job. Steps and overrides that name nothing are left out.
    pub fn new(program: &'p Program, facts: &'p Facts, id: Id<Job>) -> Self {
        let job = &program.items.jobs[id];
        let found = program.job_tasks(id);
        let named = found
            .iter()
            .enumerate()
            .filter_map(|(position, entry)| Some((program.items.tasks[entry.task].identifier?.value, position)));
        let mut index: Vec<(Symbol, usize)> = named.collect();
        index.sort_unstable();
        let tasks: Vec<TaskView<'p>> = found
            .into_iter()
            .map(|entry| {
                let task = &program.items.tasks[entry.task];
                let parents = task.depends_on.iter().filter_map(|parent| first(&index, parent.value.name)).collect();
                TaskView { id: entry.task, task, entry: entry.entry, level: entry.level, parents }
            })
            .collect();
        let kind = kind(program, job, &tasks);
        let mut of_kind: Vec<_> = tasks.iter().enumerate().map(|(index, view)| (view.task.kind, index)).collect();
        of_kind.sort_unstable();
        let mut model = Self {
            program,
            id,
            job,
            kind,
            tasks,
            facts,
            index,
            runs_unknown: job.entries.iter().any(|&entry| names_nothing(program, entry)) || has_stranger(program, job.origin),
            rings: OnceLock::new(),
            of_kind,
            of_connector: Vec::new(),
        };
        let with_connector = model.of_kind.iter().filter_map(|&(kind, index)| Some((kind, model.connector(index)?, index)));
        model.of_connector = with_connector.collect();
        model.of_connector.sort_unstable();
        model
    }

    /// The name to call the job by: its identifier, else its element.
    pub fn name(&self) -> Cow<'p, str> {
        let name = self.program.identifier(self.job.origin);
        if name.trim().is_empty() { Cow::Borrowed(kinds::JOB.def().name) } else { name }
    }

    /// The name to call a task by.
    pub fn task_name(&self, index: usize) -> Cow<'p, str> {
        self.program.task_name(self.tasks[index].id)
    }

    /// The task of that identifier; the first where the job runs it twice.
    pub fn find(&self, name: Symbol) -> Option<usize> {
        first(&self.index, name)
    }

    /// Number of the ring of links that a task is part of; `None` where it is part of none.
    pub fn ring(&self, index: usize) -> Option<usize> {
        let rings = self.rings.get_or_init(|| {
            let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(self.tasks.len(), 0);
            for _ in &self.tasks {
                graph.add_node(());
            }
            for (child, view) in self.tasks.iter().enumerate() {
                graph.extend_with_edges(view.parents.iter().map(|&parent| (NodeIndex::new(child), NodeIndex::new(parent))));
            }
            let mut rings = vec![None; self.tasks.len()];
            for (number, ring) in kosaraju_scc(&graph).into_iter().enumerate() {
                if ring.len() > 1 {
                    for node in ring {
                        rings[node.index()] = Some(number);
                    }
                }
            }
            rings
        });
        rings.get(index).copied().flatten()
    }

    /// Indices of the tasks of one element, in document order.
    pub fn of(&self, kind: ElementKind) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone + '_ {
        run(&self.of_kind, |one| one.0.cmp(&kind)).iter().map(|one| one.1)
    }

    /// Indices of the tasks of one element that work for a connector, in document order.
    pub fn of_connector(
        &self,
        kind: ElementKind,
        connector: Id<Connector>,
    ) -> impl DoubleEndedIterator<Item = usize> + ExactSizeIterator + Clone + '_ {
        run(&self.of_connector, |one| (one.0, one.1).cmp(&(kind, connector))).iter().map(|one| one.2)
    }

    /// Whether some task of an element names no connector that exists: it may work for any.
    pub fn some_unknown(&self, kind: ElementKind) -> bool {
        self.of(kind).any(|index| self.connector(index).is_none())
    }

    /// Whether `first` runs before `second`: on a lower level, or earlier in document order where neither has a level.
    pub fn before(&self, first: usize, second: usize) -> bool {
        match (self.tasks[first].level, self.tasks[second].level) {
            (Some(a), Some(b)) => a < b,
            // Mixed levels are reported as such; document order is the likely meaning there too.
            _ => first < second,
        }
    }

    /// Whether `child` waits for `parent`, directly or through other tasks of the job.
    pub fn linked(&self, child: usize, parent: usize) -> bool {
        self.tasks[child].parents.contains(&parent) || self.ancestors(child).contains(&parent)
    }

    /// The tasks that `child` waits for, directly or through others.
    pub fn ancestors(&self, child: usize) -> Ancestors {
        let mut seen = Ancestors { bits: vec![0; self.tasks.len().div_ceil(64)] };
        let mut open = self.tasks[child].parents.clone();
        while let Some(at) = open.pop() {
            if seen.insert(at) {
                open.extend(&self.tasks[at].parents);
            }
        }
        seen
    }

    /// The connector an export, prepare, synchronize or fulfil task works for: its own, else that of its connection.
    pub fn connector(&self, index: usize) -> Option<Id<Connector>> {
        let task = self.tasks[index].task;
        match (task.connector, task.connection) {
            (Some(connector), _) => connector.value.target,
            (None, Some(connection)) => self.program.items.connections[connection.value.target?].connector?.value.target,
            (None, None) => None,
        }
    }

    /// The identifier of a connector.
    pub fn connector_name(&self, id: Id<Connector>) -> Cow<'p, str> {
        self.program.identifier(self.program.items.connectors[id].origin)
    }

    /// Where a task stands: its element's name; for a generated one, the scaffolding.
    pub fn place(&self, index: usize) -> Location {
        self.program.place(self.tasks[index].task.origin)
    }

    /// Where a field of a task is written; the task's place where it was generated or is absent.
    pub fn field_place<T>(&self, index: usize, field: Option<Field<T>>) -> Location {
        let task = self.tasks[index].task;
        match field {
            Some(field) => self.program.field_place(task.origin, task.base, field.at),
            None => self.program.absence_place(task.origin),
        }
    }

    /// Whether a task, or the first one of its name, is among those that another waits for. A link names a task: where two
    /// have the name, that is a finding of its own.
    pub fn is_among(&self, ancestors: &Ancestors, index: usize) -> bool {
        let namesake = || self.tasks[index].task.identifier.and_then(|identifier| self.find(identifier.value));
        ancestors.contains(&index) || namesake().is_some_and(|namesake| ancestors.contains(&namesake))
    }

    /// Whether a field is absent only because what is written is not of its type, be it nothing, which is a finding of its own.
    pub fn is_unreadable<T: Copy>(&self, index: usize, field: Option<Field<T>>, name: NameId) -> bool {
        field.is_none() && self.program.task_value(self.tasks[index].id, name).is_some()
    }

    /// Whether a task waits for one that does not exist, or is not said: what it was meant to wait for is not known, so that no link of
    /// it can be called missing.
    pub fn waits_for_unknown(&self, index: usize) -> bool {
        let task = self.tasks[index].task;
        // A task that the job may run all the same waits for others that are not known either.
        let unknown = |link: &Ref<Task>| link.target.is_none() || (self.runs_unknown && self.find(link.name).is_none());
        task.link_unread || task.depends_on.iter().any(|parent| unknown(&parent.value)) || has_stranger(self.program, task.origin)
    }

    /// Whether a step or override of the job names no task that it can run, or an element in it is none that the dialect has: what they were
    /// meant to run is not known, so that no task can be called missing from the job.
    pub fn runs_unknown(&self) -> bool {
        self.runs_unknown
    }

    /// The steps and overrides that name no task, with the name that they give and their level.
    pub fn unknown(&self) -> impl Iterator<Item = (Symbol, JobEntry, Option<i32>)> + Clone + '_ {
        let items = &self.program.items;
        self.job.entries.iter().copied().filter(|&entry| names_nothing(self.program, entry)).filter_map(move |entry| {
            let (named, level) = match entry {
                JobEntry::Task(_) => (None, None),
                JobEntry::Step(step) => (items.steps[step].task, items.steps[step].level),
                JobEntry::Override(item) => {
                    let level = items.overrides[item].written.as_ref().and_then(|written| written.level);
                    (items.overrides[item].task, level)
                }
            };
            Some((named?.value.name, entry, level.map(|level| level.value)))
        })
    }

    /// Whether the job is of that kind, and would be whatever the tasks are that its steps fail to name.
    pub fn is_surely(&self, kind: JobKind) -> bool {
        let says = |field: Option<Field<bool>>| field.is_some_and(|field| field.value);
        let is_said = says(self.job.is_connector_job) || says(self.job.is_initialization_job) || says(self.job.is_incremental);
        self.kind == kind && (!self.runs_unknown || is_said || self.of(kinds::SET_RECENTLY_MODIFIED_FLAG_TASK).len() > 0)
    }

    /// Where the job names a task: the step, else the task itself.
    pub fn entry_place(&self, index: usize) -> Location {
        self.program.place(self.program.entry_origin(self.tasks[index].entry))
    }

    /// Whether an `AddTask` of the scaffolding that generated the job put the task into it.
    pub fn is_added(&self, index: usize) -> bool {
        let entry = self.program.entry_origin(self.tasks[index].entry).generated;
        entry.is_some_and(|Generated(number)| self.program.generated[number as usize].reason == GeneratedElement::ADDED)
    }

    /// Adds to a finding about a task what a reader needs to know of how the job comes to run it.
    #[must_use]
    pub fn about(&self, index: usize, finding: Finding) -> Finding {
        let view = &self.tasks[index];
        task::about(self.program, view.id, Some((self.id, view.entry)), finding)
    }

    /// Whether the job's structure is judged: not on a connector job.
    pub fn is_judged(&self) -> bool {
        self.kind != JobKind::Connector
    }

    /// Whether missing links are judged: neither on a connector job nor on an initialization job.
    pub fn links_judged(&self) -> bool {
        self.is_judged() && self.kind != JobKind::Initialization
    }

    pub(super) fn anchor_of(&self, _location: Location) -> String {
        format!("Job[{}]", self.program.identifier(self.job.origin))
    }
}

/// The first task of that identifier.
fn first(index: &[(Symbol, usize)], name: Symbol) -> Option<usize> {
    let at = index.partition_point(|one| one.0 < name);
    index.get(at).filter(|one| one.0 == name).map(|one| one.1)
}

/// The part of a sorted list that compares as equal.
fn run<T>(sorted: &[T], order: impl Fn(&T) -> Ordering) -> &[T] {
    let sorted = &sorted[sorted.partition_point(|one| order(one).is_lt())..];
    &sorted[..sorted.partition_point(|one| order(one).is_eq())]
}

/// Whether an element directly inside a written job or task is none that the dialect has, or may follow where the file is
/// cut off.
fn has_stranger(program: &Program, origin: crate::ir::Origin) -> bool {
    let document = program.document(origin.file);
    let stranger = |child| program.kind(origin.file, child).is_none() && document.namespace(child) == Namespace::Dialect;
    origin.generated.is_none() && (document.is_cut(origin.element) || document.children(origin.element).any(stranger))
}

/// Whether a step or override names no task, or an override one of another element.
fn names_nothing(program: &Program, entry: JobEntry) -> bool {
    match entry {
        JobEntry::Task(_) => false,
        JobEntry::Step(step) => program.items.steps[step].task.is_none_or(|task| task.value.target.is_none()),
        JobEntry::Override(item) => program.items.overrides[item].copy.is_none(),
    }
}

/// Whether a value is true, or was meant to be: `True` is a finding of its own, not a job of another kind.
fn is_meant(field: Option<Field<bool>>, written: impl FnOnce() -> Option<String>) -> bool {
    match field {
        Some(field) => field.value,
        None => written().is_some_and(|text| text.trim().eq_ignore_ascii_case("true")),
    }
}

fn kind(program: &Program, job: &Job, tasks: &[TaskView<'_>]) -> JobKind {
    let says = |field, name| is_meant(field, || program.value(job.origin, name).map(Cow::into_owned));
    let keeps = |view: &TaskView<'_>| {
        let written = || program.task_value(view.id, names::DO_NOT_DELETE_CHANGES).map(Cow::into_owned);
        is_meant(view.task.do_not_delete_changes, written)
    };
    if says(job.is_connector_job, names::IS_CONNECTOR_JOB) {
        return JobKind::Connector;
    }
    if says(job.is_initialization_job, names::IS_INITIALIZATION_JOB) {
        return JobKind::Initialization;
    }
    let mut synchronizes = tasks.iter().filter(|view| view.task.kind == kinds::SYNCHRONIZE_TASK).peekable();
    let some = synchronizes.peek().is_some();
    let all_keep = some && synchronizes.all(keeps);
    let flag = tasks.iter().any(|view| view.task.kind == kinds::SET_RECENTLY_MODIFIED_FLAG_TASK);
    let complete_prepare = tasks.iter().any(|view| {
        view.task.kind == kinds::PREPARE_SYNCHRONIZATION_TASK
            && view.task.synchronization_mode.is_some_and(|mode| mode.value == SynchronizationMode::Complete)
    });
    if says(job.is_incremental, names::IS_INCREMENTAL) || flag || (all_keep && !complete_prepare) {
        JobKind::Incremental
    } else if some {
        JobKind::Complete
    } else {
        JobKind::Other
    }
}
