//! Written jobs and tasks leave the program: what a scaffolding generates takes them in, or they were there to delete it.

use rustc_hash::{FxHashMap, FxHashSet};

use super::items::{Job, JobEntry, Task};
use super::{Arena, Declarations, Id, Program, Shared, Symbol, resolve};
use crate::grammar::{ItemKind, names};
use crate::source::FileId;
use crate::syntax::ElementId;

/// The new numbers of what stayed.
#[derive(Debug, Default)]
pub(crate) struct Moved {
    tasks: Vec<Option<Id<Task>>>,
}

impl Moved {
    /// The entry by its new number; nothing where its task left. Before anything has left, nothing has moved.
    pub(crate) fn entry(&self, entry: JobEntry) -> Option<JobEntry> {
        match entry {
            JobEntry::Task(id) if !self.tasks.is_empty() => self.tasks[id.index()].map(JobEntry::Task),
            other => Some(other),
        }
    }
}

/// Takes items out of an arena; the new number of each, or nothing.
fn retain<T>(arena: &mut Arena<T>, gone: impl Fn(Id<T>) -> bool) -> Vec<Option<Id<T>>> {
    let mut kept = Arena::default();
    let mut moved = Vec::with_capacity(arena.len());
    for (number, item) in std::mem::take(arena).into_iter().enumerate() {
        moved.push((!gone(Id::new(number as u32))).then(|| kept.push(item)));
    }
    *arena = kept;
    moved
}

impl Program {
    /// Takes written jobs and tasks out, before anything is generated, and resolves the rest again. Tasks that stay though
    /// their job leaves belong to no job then.
    pub(crate) fn remove(&mut self, jobs: &FxHashSet<Id<Job>>, tasks: &FxHashSet<Id<Task>>) -> Moved {
        let gone = |id: Id<Task>, items: &Arena<Task>| {
            let base = items[id].base;
            tasks.contains(&id) || base.is_some_and(|base| tasks.contains(&base))
        };
        let gone: Vec<bool> = self.items.tasks.iter().map(|(id, _)| gone(id, &self.items.tasks)).collect();
        let elements: FxHashSet<(FileId, ElementId)> = jobs
            .iter()
            .map(|&id| self.items.jobs[id].origin)
            .chain(tasks.iter().map(|&id| self.items.tasks[id].origin))
            .map(|origin| (origin.file, origin.element))
            .collect();
        let task_numbers = retain(&mut self.items.tasks, |id| gone[id.index()]);
        let job_numbers = retain(&mut self.items.jobs, |id| jobs.contains(&id));
        for task in self.items.tasks.as_mut_slice() {
            task.job = task.job.and_then(|job| job_numbers[job.index()]);
            task.base = task.base.and_then(|base| task_numbers[base.index()]);
        }
        for item in self.items.overrides.as_mut_slice() {
            item.copy = item.copy.and_then(|copy| task_numbers[copy.index()]);
            if let Some(written) = item.written.as_deref_mut() {
                written.job = written.job.and_then(|job| job_numbers[job.index()]);
            }
        }
        let moved = Moved { tasks: task_numbers };
        for job in self.items.jobs.as_mut_slice() {
            job.entries = job.entries.iter().filter_map(|&entry| moved.entry(entry)).collect();
        }
        let stays = |declaration: &&super::Declaration| !elements.contains(&(declaration.file, declaration.element));
        self.declarations = Shared::new(Declarations::new(self.declarations.all().iter().filter(stays).copied().collect(), 0));
        self.index = Shared::new(resolve::resolve(&mut self.items));
        self.taken.extend(elements);
        moved
    }

    /// Written jobs and tasks with the identifier of a written one before them, where one of that identifier was brought
    /// together with a generated one and is no declaration any more: the first, and each that repeats it, in order.
    pub fn repeated_beside_taken(&self) -> Vec<((FileId, ElementId), (FileId, ElementId))> {
        if self.taken.is_empty() {
            return Vec::new();
        }
        let named = |&(file, element): &(FileId, ElementId)| {
            let document = self.document(file);
            // What only stood in a job that left was not brought together with anything.
            document.find(element, names::CONSOLIDATION_MODE)?;
            let kind = self.kind(file, element)?.def().declares?;
            let identifier = self.attribute_value(file, document.find(element, names::IDENTIFIER)?);
            (!identifier.trim().is_empty()).then(|| (kind, Symbol::new(&identifier)))
        };
        let mut all: Vec<(_, (FileId, ElementId))> = Vec::new();
        all.extend(self.taken.iter().filter_map(|place| Some((named(place)?, *place))));
        let known: FxHashSet<(ItemKind, Symbol)> = all.iter().map(|(name, _)| *name).collect();
        let written = self.declarations.all().iter().filter(|one| one.generated.is_none());
        let written = written.map(|one| ((one.kind, one.symbol), (one.file, one.element)));
        all.extend(written.filter(|(name, _)| known.contains(name)));
        all.sort_unstable_by_key(|(_, place)| *place);
        let mut first: FxHashMap<(ItemKind, Symbol), (FileId, ElementId)> = FxHashMap::default();
        let repeats =
            |(name, place)| Some(*first.entry(name).or_insert(place)).filter(|first| *first != place).map(|first| (first, place));
        all.into_iter().filter_map(repeats).collect()
    }
}
