//! `AddTask` and `LinkDependTask`: what a scaffolding changes in the job it generates.
//!
//! A name matches a generated task when it is the whole identifier, or a tail of it from an underscore, the job's prefix,
//! the group number and the suffixes left aside: `Fulfill` is `Job_Fulfill1_IgnoreHistorization`, and
//! `AD_Incremental_ADExport` is `Job_Export_AD_Incremental_ADExport`. Identifiers compare without case.
//!
//! Choices where nothing is published: an occurrence that is not given, or 0, is the first; several steps added at one
//! place keep their order; `CopyOccurence` (6.1) adds the step at that occurrence too; `TaskToCompareWith` may also name a
//! task that an `AddTask` before it puts into the job, and `DependOn` one that any `AddTask` of the scaffolding does; the
//! parents of a task stand in the order of the job, as in everything the product generates.

use crate::ir::{GeneratedElement, Id, Scaffolding, Symbol, same_identifier};
use crate::syntax::{AttributeId, ElementId};

use super::job::{NewEntry, NewJob, NewTask};
use super::problem::{ScaffoldProblem, ScaffoldProblemKind};

/// A value with the attribute it was written in.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) value: String,
    pub(super) element: ElementId,
    pub(super) attribute: AttributeId,
}

/// Which of several tasks is meant, from 1, with the attribute it was written in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count {
    pub(super) value: u32,
    pub(super) attribute: AttributeId,
}

#[derive(Debug)]
pub(super) struct AddTask {
    pub(super) task: Written,
    pub(super) target: Written,
    pub(super) before: bool,
    pub(super) occurrence: Option<Count>,
    pub(super) copy: Option<Count>,
}

#[derive(Debug)]
pub(super) struct LinkDependTask {
    pub(super) task: Written,
    pub(super) parent: Written,
    pub(super) child_occurrence: Option<Count>,
    pub(super) parent_occurrence: Option<Count>,
}

/// One change, in document order.
#[derive(Debug)]
pub(super) enum Adjustment {
    Add(AddTask),
    Link(LinkDependTask),
}

/// Makes the changes; names that match nothing become problems.
pub(super) fn adjust(job: &mut NewJob, adjustments: &[Adjustment], id: Id<Scaffolding>) -> Vec<ScaffoldProblem> {
    let mut problems = Vec::new();
    if adjustments.is_empty() {
        return problems;
    }
    let mut layout = Layout::of(job);
    for adjustment in adjustments {
        let Adjustment::Add(add) = adjustment else { continue };
        // The same occurrence twice is one place.
        let own = add.occurrence.map_or(1, |own| own.value.max(1));
        let copy = add.copy.filter(|copy| copy.value.max(1) != own);
        for occurrence in std::iter::once(add.occurrence).chain(copy.map(Some)) {
            match (find(job, &add.target, occurrence, id), layout.added(&add.target.value)) {
                (Ok(index), _) => layout.add(layout.of_entry[index], add),
                (Err(_), Some(slot)) => layout.add(slot, add),
                (Err(problem), None) => problems.push(problem),
            }
        }
    }
    for adjustment in adjustments {
        let Adjustment::Link(link) = adjustment else { continue };
        let parent = match layout.added(&link.parent.value) {
            Some(_) => Ok(link.parent.value.clone()),
            None => find(job, &link.parent, link.parent_occurrence, id).map(|index| task_at(job, index).identifier.clone()),
        };
        match (find(job, &link.task, link.child_occurrence, id), parent) {
            (Ok(child), Ok(parent)) => link_to(job, child, parent, link.task.element),
            (child, parent) => {
                problems.extend(child.err());
                problems.extend(parent.err());
            }
        }
    }
    if problems.is_empty() {
        layout.apply(job);
    }
    problems
}

/// Adds a parent to a task; parents stand in the order of the job, those that it does not generate last.
fn link_to(job: &mut NewJob, child: usize, parent: String, by: ElementId) {
    let NewEntry::Task(task) = &job.entries[child] else { return };
    if task.depends_on.iter().any(|own| same_identifier(own, &parent)) {
        return;
    }
    let place = |name: &str| {
        let is = |entry: &NewEntry| matches!(entry, NewEntry::Task(task) if same_identifier(&task.identifier, name));
        job.entries.iter().position(is).unwrap_or(usize::MAX)
    };
    let own = place(&parent);
    let at = task.depends_on.iter().position(|other| place(other) > own).unwrap_or(task.depends_on.len());
    if let NewEntry::Task(task) = &mut job.entries[child] {
        task.links.push((Symbol::new(&parent), by));
        task.depends_on.insert(at, parent);
    }
}

/// Tasks of one level, or one added step.
struct Slot {
    /// The step, and the slot beside which it was put; `None` for what was generated.
    added: Option<(String, usize)>,
}

/// The order of levels while steps are put between them. A step must not stand inside a phase: it goes before or after
/// all tasks of its target's level.
struct Layout {
    slots: Vec<Slot>,
    /// Slots in the order of the job.
    order: Vec<usize>,
    of_entry: Vec<usize>,
}

impl Layout {
    fn of(job: &NewJob) -> Self {
        let mut layout = Self { slots: Vec::new(), order: Vec::new(), of_entry: Vec::with_capacity(job.entries.len()) };
        let mut last = None;
        for entry in &job.entries {
            if last != Some(entry.level()) || entry.level().is_none() {
                layout.order.push(layout.slots.len());
                layout.slots.push(Slot { added: None });
            }
            last = Some(entry.level());
            layout.of_entry.push(layout.slots.len() - 1);
        }
        layout
    }

    /// The slot of a step added before under that name.
    fn added(&self, name: &str) -> Option<usize> {
        self.slots.iter().position(|slot| slot.added.as_ref().is_some_and(|(task, _)| same_identifier(task, name)))
    }

    /// Puts a step beside a slot, behind those put there before it.
    fn add(&mut self, target: usize, add: &AddTask) {
        let mut at = self.order.iter().position(|&slot| slot == target).unwrap_or(self.order.len());
        if !add.before {
            at += 1;
            while at < self.order.len() && self.hangs_on(self.order[at], target) {
                at += 1;
            }
        }
        self.order.insert(at, self.slots.len());
        self.slots.push(Slot { added: Some((add.task.value.clone(), target)) });
    }

    /// Whether a slot was put beside another, or beside one that was.
    fn hangs_on(&self, mut slot: usize, target: usize) -> bool {
        while let Some((_, beside)) = &self.slots[slot].added {
            if *beside == target {
                return true;
            }
            slot = *beside;
        }
        false
    }

    /// Numbers the levels anew and puts the steps in. Entries without levels stay without.
    fn apply(self, job: &mut NewJob) {
        let Self { slots, order, of_entry } = self;
        let leveled = job.entries.iter().any(|entry| entry.level().is_some());
        let mut entries: Vec<Vec<NewEntry>> = slots.iter().map(|_| Vec::new()).collect();
        for (entry, slot) in std::mem::take(&mut job.entries).into_iter().zip(of_entry) {
            entries[slot].push(entry);
        }
        for (slot, own) in slots.into_iter().zip(&mut entries) {
            if let Some((identifier, _)) = slot.added {
                own.push(NewEntry::Step { identifier, level: None, reason: GeneratedElement::ADDED.to_owned() });
            }
        }
        for (level, slot) in order.into_iter().enumerate() {
            for mut entry in std::mem::take(&mut entries[slot]) {
                entry.set_level(leveled.then_some(level as u32));
                job.entries.push(entry);
            }
        }
    }
}

fn task_at(job: &NewJob, index: usize) -> &NewTask {
    match &job.entries[index] {
        NewEntry::Task(task) => task,
        NewEntry::Step { .. } | NewEntry::Written(_) => unreachable!("only tasks are found by name"),
    }
}

/// The entry of the n-th generated task that a name matches.
fn find(job: &NewJob, name: &Written, occurrence: Option<Count>, id: Id<Scaffolding>) -> Result<usize, ScaffoldProblem> {
    let tasks = || {
        job.entries.iter().enumerate().filter_map(|(index, entry)| match entry {
            NewEntry::Task(task) => Some((index, task)),
            NewEntry::Step { .. } | NewEntry::Written(_) => None,
        })
    };
    let found: Vec<usize> = tasks().filter(|(_, task)| matches(task, &name.value)).map(|(index, _)| index).collect();
    let wanted = occurrence.map_or(0, |count| count.value as usize - 1);
    found.get(wanted).copied().ok_or_else(|| {
        // Where there are such tasks, it is the number that is wrong.
        let number = occurrence.filter(|_| !found.is_empty());
        let is_meant = |index: &usize| found.is_empty() || found.contains(index);
        ScaffoldProblem {
            scaffolding: id,
            element: Some(name.element),
            attribute: Some(number.map_or(name.attribute, |count| count.attribute)),
            kind: ScaffoldProblemKind::TargetNotFound {
                name: name.value.clone(),
                occurrence: occurrence.map(|count| count.value),
                matches: found.len(),
                generated: tasks().filter(|(index, _)| is_meant(index)).map(|(_, task)| task.identifier.clone()).collect(),
            },
        }
    })
}

/// Whether a name means that task.
pub(super) fn matches(task: &NewTask, name: &str) -> bool {
    if same_identifier(&task.identifier, name) {
        return true;
    }
    let without_number = without_number(&task.stem, &task.base);
    [&task.stem, &without_number, &task.base].into_iter().any(|candidate| {
        same_identifier(candidate, name)
            || candidate.match_indices('_').any(|(at, _)| same_identifier(&candidate[at + 1..], name))
    })
}

/// The stem with the digits after its base removed.
fn without_number(stem: &str, base: &str) -> String {
    match stem.strip_prefix(base) {
        Some(rest) => format!("{base}{}", rest.trim_start_matches(|c: char| c.is_ascii_digit())),
        None => stem.to_owned(),
    }
}
