//! `AddTask` and `LinkDependTask`: what a scaffolding changes in the job it generates.
//!
//! A name matches a generated task when it is the whole identifier, or a tail of it from an underscore, the job's prefix,
//! the group number and the suffixes left aside: `Fulfill` is `Job_Fulfill1_IgnoreHistorization`, and
//! `AD_Incremental_ADExport` is `Job_Export_AD_Incremental_ADExport`. Identifiers compare without case.
//!
//! Choices where nothing is published: an occurrence that is not given is the first; several steps added at one place keep
//! their order; `CopyOccurence` (6.1) adds the step at that occurrence too; `DependOn` may also name a task that an
//! `AddTask` of the same scaffolding puts into the job.

use crate::ir::{Id, Scaffolding, same_identifier};
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

#[derive(Debug)]
pub(super) struct AddTask {
    pub(super) task: Written,
    pub(super) target: Written,
    pub(super) before: bool,
    pub(super) occurrence: Option<u32>,
    pub(super) copy: Option<u32>,
}

#[derive(Debug)]
pub(super) struct LinkDependTask {
    pub(super) task: Written,
    pub(super) parent: Written,
    pub(super) child_occurrence: Option<u32>,
    pub(super) parent_occurrence: Option<u32>,
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
    let mut inserts: Vec<(usize, bool, NewEntry)> = Vec::new();
    for adjustment in adjustments {
        let Adjustment::Add(add) = adjustment else { continue };
        for occurrence in std::iter::once(add.occurrence).chain(add.copy.map(Some)) {
            match find(job, &add.target, occurrence, id) {
                Ok(index) => inserts.push((index, add.before, step(add))),
                Err(problem) => problems.push(problem),
            }
        }
    }
    for adjustment in adjustments {
        let Adjustment::Link(link) = adjustment else { continue };
        let added = adjustments
            .iter()
            .any(|other| matches!(other, Adjustment::Add(add) if same_identifier(&add.task.value, &link.parent.value)));
        let parent = if added {
            Ok(link.parent.value.clone())
        } else {
            find(job, &link.parent, link.parent_occurrence, id).map(|index| task_at(job, index).identifier.clone())
        };
        match (find(job, &link.task, link.child_occurrence, id), parent) {
            (Ok(child), Ok(parent)) => {
                if let NewEntry::Task(task) = &mut job.entries[child] {
                    if !task.depends_on.iter().any(|own| same_identifier(own, &parent)) {
                        task.depends_on.push(parent);
                    }
                }
            }
            (child, parent) => {
                problems.extend(child.err());
                problems.extend(parent.err());
            }
        }
    }
    if problems.is_empty() {
        insert(job, inserts);
    }
    problems
}

fn step(add: &AddTask) -> NewEntry {
    let reason = "added by AddTask".to_owned();
    NewEntry::Step { identifier: add.task.value.clone(), level: None, reason }
}

/// Puts the steps at their places, each on a level of its own; levels that follow move up.
fn insert(job: &mut NewJob, inserts: Vec<(usize, bool, NewEntry)>) {
    if inserts.is_empty() {
        return;
    }
    let old = std::mem::take(&mut job.entries);
    let mut before: Vec<Vec<NewEntry>> = (0..old.len()).map(|_| Vec::new()).collect();
    let mut after: Vec<Vec<NewEntry>> = (0..old.len()).map(|_| Vec::new()).collect();
    // A step must not stand inside a phase: it goes before or after all tasks of its target's level.
    let level_range = |index: usize| {
        let level = old[index].level();
        let first = (0..=index).rev().take_while(|&at| old[at].level() == level).last().unwrap_or(index);
        let last = (index..old.len()).take_while(|&at| old[at].level() == level).last().unwrap_or(index);
        if level.is_none() { (index, index) } else { (first, last) }
    };
    for (index, is_before, entry) in inserts {
        let (first, last) = level_range(index);
        if is_before { before[first].push(entry) } else { after[last].push(entry) }
    }
    let leveled = old.iter().any(|entry| entry.level().is_some());
    let mut next = 0;
    let mut own: Option<u32> = None;
    let mut entries = Vec::with_capacity(old.len());
    let alone = |mut entry: NewEntry, next: &mut u32, entries: &mut Vec<NewEntry>| {
        if leveled {
            entry.set_level(Some(*next));
            *next += 1;
        }
        entries.push(entry);
    };
    for (index, mut entry) in old.into_iter().enumerate() {
        for step in before[index].drain(..) {
            alone(step, &mut next, &mut entries);
            own = None;
        }
        if leveled {
            if own != entry.level() {
                own = entry.level();
                next += 1;
            }
            entry.set_level(Some(next - 1));
        }
        entries.push(entry);
        for step in after[index].drain(..) {
            alone(step, &mut next, &mut entries);
            own = None;
        }
    }
    job.entries = entries;
}

fn task_at(job: &NewJob, index: usize) -> &NewTask {
    match &job.entries[index] {
        NewEntry::Task(task) => task,
        NewEntry::Step { .. } => unreachable!("only tasks are found by name"),
    }
}

/// The entry of the n-th generated task that a name matches.
fn find(job: &NewJob, name: &Written, occurrence: Option<u32>, id: Id<Scaffolding>) -> Result<usize, ScaffoldProblem> {
    let tasks = || {
        job.entries.iter().enumerate().filter_map(|(index, entry)| match entry {
            NewEntry::Task(task) => Some((index, task)),
            NewEntry::Step { .. } => None,
        })
    };
    let found: Vec<usize> = tasks().filter(|(_, task)| matches(task, &name.value)).map(|(index, _)| index).collect();
    let wanted = occurrence.unwrap_or(1) as usize - 1;
    found.get(wanted).copied().ok_or_else(|| ScaffoldProblem {
        scaffolding: id,
        element: Some(name.element),
        attribute: Some(name.attribute),
        kind: ScaffoldProblemKind::TargetNotFound {
            name: name.value.clone(),
            occurrence,
            matches: found.len(),
            generated: tasks().map(|(_, task)| task.identifier.clone()).collect(),
        },
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
