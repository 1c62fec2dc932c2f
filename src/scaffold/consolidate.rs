//! Written jobs and tasks that meet generated ones of the same identifier, by their `ConsolidationMode`.
//!
//! | mode   | attributes                         | children                      |
//! |--------|------------------------------------|-------------------------------|
//! | absent | the written item takes the place of the generated one                  |
//! | Merge  | written ones added, and they win   | written ones added            |
//! | Update | written ones replace all           | generated ones stay           |
//! | Delete | there is no such item                                                  |
//!
//! Choices where nothing is published: a task keeps its place in the job and, where the written one has no level, its
//! level; a written task that takes a generated one's place is run by a step of the generated job; links to a deleted task
//! go with it. A task of another element, whatever its mode, and one written inside another job than the generated one, take
//! no place: both tasks stay, and `duplicate-identifier`, or with a mode `nothing-to-consolidate`, tells of them. What is
//! there to delete a generated item goes in any case, be there such an item or not; any other mode on an item that no
//! scaffolding generates does nothing here. Of several written items of one identifier the first counts: the others are
//! reported.

use rustc_hash::FxHashSet;

use crate::grammar::{kinds, names};
use crate::ir::{
    At, Consolidated, ConsolidationMode, GeneratedChild, Id, Job, JobEntry, Moved, Origin, Program, Scaffolding, Symbol, Task,
};
use crate::syntax::{AttributeId, NameId, Namespace};

use super::job::{NewEntry, NewJob, NewTask};

/// A job to be installed, and whether it is only its tasks.
pub(super) type Expanded = (Id<Scaffolding>, NewJob, bool);

/// What a written task adds to a generated one, or puts in place of its attributes.
#[derive(Clone, Debug)]
pub(super) struct Overlay {
    pub(super) written: Consolidated,
    pub(super) attributes: Vec<(NameId, String)>,
    pub(super) children: Vec<GeneratedChild>,
    pub(super) places: Places,
}

/// Where the values of an item are written that did not come from its scaffolding.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    attributes: Vec<(NameId, AttributeId)>,
    children: Vec<(GeneratedChild, AttributeId)>,
}

impl Places {
    /// Where the value of an attribute is written.
    pub(super) fn of_attribute(&self, name: NameId) -> At {
        self.attributes.iter().find(|(own, _)| *own == name).map_or(At::GENERATED, |(_, at)| At::attribute(*at))
    }

    /// Where a child is written.
    pub(super) fn of_child(&self, child: &GeneratedChild) -> At {
        self.children.iter().find(|(own, _)| own == child).map_or(At::GENERATED, |(_, at)| At::attribute(*at))
    }

    /// Forgets a child that is generated anyway.
    pub(super) fn forget(&mut self, child: &GeneratedChild) {
        self.children.retain(|(own, _)| own != child);
    }
}

/// What leaves the program as an item of its own.
#[derive(Default)]
struct Taken {
    jobs: FxHashSet<Id<Job>>,
    tasks: FxHashSet<Id<Task>>,
}

/// Brings written and generated items together; what became part of a generated item leaves the program.
pub(super) fn consolidate(program: &mut Program, jobs: &mut [Expanded]) -> Moved {
    if program.items.jobs.is_empty() && program.items.tasks.is_empty() {
        return Moved::default();
    }
    let mut taken = Taken::default();
    for (_, new, without_job) in jobs.iter_mut() {
        one(program, new, *without_job, &mut taken);
    }
    let unmatched = take_unmatched(program, &mut taken);
    if taken.jobs.is_empty() && taken.tasks.is_empty() {
        return Moved::default();
    }
    program.unmatched.extend(unmatched);
    program.remove(&taken.jobs, &taken.tasks)
}

/// Takes what was to delete a generated item and found none: it is no job or task of its own.
fn take_unmatched(program: &Program, taken: &mut Taken) -> Vec<Origin> {
    let items = &program.items;
    let deletes = |origin| mode(program, origin) == Some(ConsolidationMode::Delete);
    let mut unmatched = Vec::new();
    for (id, job) in items.jobs.iter() {
        if !taken.jobs.contains(&id) && deletes(job.origin) {
            take_job(program, id, taken);
            unmatched.push(job.origin);
        }
    }
    for (id, task) in items.tasks.iter() {
        if task.base.is_none() && !taken.tasks.contains(&id) && deletes(task.origin) {
            taken.tasks.insert(id);
            unmatched.push(task.origin);
        }
    }
    unmatched.sort_unstable_by_key(|origin| (origin.file, origin.element));
    unmatched
}

fn one(program: &Program, new: &mut NewJob, without_job: bool, taken: &mut Taken) {
    let has_job = !new.attributes.is_empty() && !without_job;
    let written = has_job.then(|| program.index.find::<Job>(Symbol::new(&new.identifier))).flatten();
    let mut merged = None;
    if let Some(id) = written {
        let job = &program.items.jobs[id];
        match mode(program, job.origin) {
            None => return new.give_way(),
            Some(ConsolidationMode::Delete) => {
                take_job(program, id, taken);
                return new.give_way();
            }
            Some(ConsolidationMode::Update) => {
                new.attributes.retain(|(name, _)| *name == names::IDENTIFIER);
                new.take(program, job.origin, true);
                take_job(program, id, taken);
            }
            Some(ConsolidationMode::Merge) => {
                new.take(program, job.origin, false);
                // Where two scaffoldings generate the job, its children are added once.
                if taken.jobs.insert(id) {
                    merged = Some(id);
                }
            }
        }
    }
    tasks(program, new, has_job, merged, taken);
}

/// Consolidates the tasks, and adds what a written job merges in.
fn tasks(program: &Program, new: &mut NewJob, has_job: bool, merged: Option<Id<Job>>, taken: &mut Taken) {
    let is_written = |entry: &NewEntry| matches!(entry, NewEntry::Task(task) if program.index.find::<Task>(Symbol::new(&task.identifier)).is_some());
    if merged.is_none() && !new.entries.iter().any(is_written) {
        return;
    }
    let mut placed: FxHashSet<Id<Task>> = FxHashSet::default();
    let mut deleted: FxHashSet<Symbol> = FxHashSet::default();
    for entry in std::mem::take(&mut new.entries) {
        let NewEntry::Task(mut task) = entry else {
            new.entries.push(entry);
            continue;
        };
        let symbol = Symbol::new(&task.identifier);
        let Some(id) = program.index.find::<Task>(symbol) else {
            new.entries.push(NewEntry::Task(task));
            continue;
        };
        let written = &program.items.tasks[id];
        let inside = merged.is_some() && written.job == merged;
        let mode = if inside || written.job.is_none() { mode(program, written.origin) } else { None };
        let elsewhere = !inside && written.job.is_some();
        if written.kind != task.kind || (mode.is_none() && elsewhere) {
            new.entries.push(NewEntry::Task(task));
            continue;
        }
        match mode {
            None if inside => {
                placed.insert(id);
                new.entries.push(NewEntry::Written(JobEntry::Task(id)));
            }
            None if has_job => new.entries.push(NewEntry::Step {
                identifier: task.identifier,
                level: task.level,
                reason: "the task is written by hand and takes the place of the generated one".to_owned(),
            }),
            // Alone at top level the written task stands for itself.
            None => {}
            Some(ConsolidationMode::Delete) => {
                deleted.insert(symbol);
                taken.tasks.insert(id);
            }
            Some(mode) => {
                task.overlay = Some(overlay(program, written.origin, mode == ConsolidationMode::Update));
                taken.tasks.insert(id);
                new.entries.push(NewEntry::Task(task));
            }
        }
    }
    if let Some(job) = merged {
        for &entry in &program.items.jobs[job].entries {
            if !matches!(entry, JobEntry::Task(id) if placed.contains(&id) || taken.tasks.contains(&id)) {
                new.entries.push(NewEntry::Written(entry));
            }
        }
    }
    if !deleted.is_empty() {
        for entry in &mut new.entries {
            if let NewEntry::Task(task) = entry {
                forget(task, &deleted);
            }
        }
    }
}

/// Removes the links to deleted tasks.
fn forget(task: &mut NewTask, deleted: &FxHashSet<Symbol>) {
    task.depends_on.retain(|parent| !deleted.contains(&Symbol::new(parent)));
}

fn take_job(program: &Program, id: Id<Job>, taken: &mut Taken) {
    taken.jobs.insert(id);
    let own = program.items.jobs[id].entries.iter();
    taken.tasks.extend(own.filter_map(|entry| if let JobEntry::Task(task) = entry { Some(*task) } else { None }));
}

fn mode(program: &Program, origin: Origin) -> Option<ConsolidationMode> {
    Some(ConsolidationMode::meant(&program.value(origin, names::CONSOLIDATION_MODE)?))
}

/// The attributes of a written item but those that only say which it is and what it does, and their places.
fn attributes(program: &Program, origin: Origin) -> (Vec<(NameId, String)>, Places) {
    let document = program.document(origin.file);
    let attributes: Vec<(NameId, AttributeId)> = document
        .attributes(origin.element)
        .filter(|&attribute| document.attribute_namespace(attribute) == Namespace::Dialect)
        .map(|attribute| (document.attribute_name(attribute), attribute))
        .filter(|(name, _)| *name != names::IDENTIFIER && *name != names::CONSOLIDATION_MODE)
        .collect();
    let value = |&(name, attribute)| (name, program.kept_value(origin.file, attribute).into_owned());
    let values = attributes.iter().map(value).collect();
    (values, Places { attributes, children: Vec::new() })
}

fn overlay(program: &Program, origin: Origin, replaces: bool) -> Overlay {
    let document = program.document(origin.file);
    let child = |element| {
        let kind = program.kind(origin.file, element)?;
        let name = match kind {
            kinds::TASK_DEPENDS_ON_TASK => names::PARENT_TASK,
            kinds::TASK_ENTITY_TYPE => names::ENTITY_TYPE,
            kinds::TASK_RESOURCE_TYPE => names::RESOURCE_TYPE,
            _ => return None,
        };
        let attribute = document.find(element, name)?;
        let value = program.attribute_value(origin.file, attribute);
        Some((GeneratedChild { kind, name, value: value.trim().into() }, attribute))
    };
    let (attributes, mut places) = attributes(program, origin);
    if !replaces {
        places.children = document.children(origin.element).filter_map(child).collect();
    }
    let children = places.children.iter().map(|(child, _)| child.clone()).collect();
    Overlay { written: Consolidated { origin, replaces }, attributes, children, places }
}

/// Sets each attribute in its place; new ones come last.
pub(super) fn set_all<V: From<String>>(own: &mut Vec<(NameId, V)>, written: Vec<(NameId, String)>) {
    for (name, value) in written {
        match own.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value.into(),
            None => own.push((name, value.into())),
        }
    }
}

impl NewJob {
    /// Takes in the attributes of a written job.
    fn take(&mut self, program: &Program, origin: Origin, replaces: bool) {
        let (values, places) = attributes(program, origin);
        set_all(&mut self.attributes, values);
        self.consolidated = Some((Consolidated { origin, replaces }, places));
    }

    /// Leaves nothing of the job: a written one stands in its place.
    fn give_way(&mut self) {
        self.attributes.clear();
        self.entries.clear();
    }
}
