//! What a change of the configuration does to the generated jobs: two expansions compared, job by job.
//!
//! Jobs and tasks are the same where their identifiers are. Numbers of levels shift whenever a task comes or goes, so a
//! level counts as changed only where a task moved against the tasks that both expansions have.

use std::collections::BTreeMap;

use serde::Serialize;

use super::view::{Attributes, EntryView, JobView, value};
use crate::ir::Program;

/// What happened to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
}

/// An attribute with its old and new value.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AttributeChange {
    /// Its name.
    pub name: String,
    /// `None` where it is new.
    pub old: Option<String>,
    /// `None` where it is gone.
    pub new: Option<String>,
}

/// What came to a set of names and what left it.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct SetChange {
    /// New names, ordinal.
    pub added: Vec<String>,
    /// Names that are gone, ordinal.
    pub removed: Vec<String>,
}

impl SetChange {
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }
}

/// A task, step or override that changed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct TaskChange {
    /// Its element.
    pub element: String,
    /// Its identifier.
    pub task: String,
    /// What happened to it.
    pub change: Change,
    /// Whether it stands elsewhere among the tasks that stayed.
    pub moved: bool,
    /// Its level before.
    pub old_level: Option<String>,
    /// Its level now.
    pub new_level: Option<String>,
    /// Changed attributes, by name.
    pub attributes: Vec<AttributeChange>,
    /// The tasks it waits for.
    pub depends_on: SetChange,
    /// The entity types it covers.
    pub entity_types: SetChange,
    /// The resource types it covers.
    pub resource_types: SetChange,
}

/// A job that changed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct JobChange {
    /// Its identifier; `None` for tasks at top level.
    pub job: Option<String>,
    /// The scaffolding that generates it, or did.
    pub scaffolding: String,
    /// What happened to it.
    pub change: Change,
    /// Changed attributes, by name.
    pub attributes: Vec<AttributeChange>,
    /// Changed tasks: those that are gone in their old order, then the others in theirs.
    pub tasks: Vec<TaskChange>,
}

/// Compares what the scaffoldings of two configurations generate; jobs that stay as they are are left out. With `only`,
/// that job alone.
pub fn compare(old: &Program, new: &Program, only: Option<&str>) -> Vec<JobChange> {
    let (before, after) = (jobs(old), jobs(new));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    let asked = |name: &&String| only.is_none_or(|only| **name == only.trim().to_lowercase());
    names.into_iter().filter(asked).filter_map(|name| job(before.get(name), after.get(name))).collect()
}

/// Generated jobs by identifier; tasks at top level under the empty one.
fn jobs(program: &Program) -> BTreeMap<String, JobView<'_>> {
    let mut jobs: BTreeMap<String, JobView<'_>> = BTreeMap::new();
    for generated in &program.generated_jobs {
        let mut view = JobView::of(program, generated);
        let name = value(&view.attributes, "Identifier").unwrap_or_default().to_lowercase();
        match jobs.get_mut(&name) {
            Some(known) => known.entries.append(&mut view.entries),
            None => _ = jobs.insert(name, view),
        }
    }
    jobs
}

fn job(old: Option<&JobView<'_>>, new: Option<&JobView<'_>>) -> Option<JobChange> {
    let view = new.or(old)?;
    let change = match (old, new) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    };
    let none = Attributes::new();
    let attributes =
        attributes(old.map_or(&none, |view| &view.attributes), new.map_or(&none, |view| &view.attributes), &["Identifier"]);
    let tasks = tasks(old.map_or(&[], |view| &view.entries), new.map_or(&[], |view| &view.entries));
    let change = JobChange {
        job: value(&view.attributes, "Identifier").map(str::to_owned),
        scaffolding: view.scaffolding.to_owned(),
        change,
        attributes,
        tasks,
    };
    let same = change.change == Change::Changed && change.attributes.is_empty() && change.tasks.is_empty();
    (!same).then_some(change)
}

/// A task by identifier, and by how often it stood before.
type Key = (String, usize);

fn keys(entries: &[EntryView<'_>]) -> Vec<Key> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut key = |entry: &EntryView<'_>| {
        let name = value(&entry.attributes, "Identifier").unwrap_or_default().trim().to_lowercase();
        let count = seen.entry(name.clone()).or_default();
        *count += 1;
        (name, *count)
    };
    entries.iter().map(&mut key).collect()
}

fn tasks(old: &[EntryView<'_>], new: &[EntryView<'_>]) -> Vec<TaskChange> {
    let (old_keys, new_keys) = (keys(old), keys(new));
    let old_places: BTreeMap<&Key, usize> = old_keys.iter().enumerate().map(|(place, key)| (key, place)).collect();
    let stay: std::collections::BTreeSet<&Key> = new_keys.iter().filter(|key| old_places.contains_key(key)).collect();
    let gone = old_keys.iter().zip(old).filter(|(key, _)| !stay.contains(key));
    let mut changes: Vec<TaskChange> = gone.map(|(_, entry)| whole(entry, Change::Removed)).collect();
    let common: Vec<usize> = new_keys.iter().filter_map(|key| old_places.get(key).copied()).collect();
    let unmoved = longest_rise(&common);
    let old_ranks = ranks(old, |place| unmoved.binary_search(&place).is_ok());
    let fixed = |place: usize| old_places.get(&new_keys[place]).is_some_and(|before| unmoved.binary_search(before).is_ok());
    let new_ranks = ranks(new, fixed);
    for (place, entry) in new.iter().enumerate() {
        let Some(&before) = old_places.get(&new_keys[place]) else {
            changes.push(whole(entry, Change::Added));
            continue;
        };
        let moved = unmoved.binary_search(&before).is_err();
        let relevel = moved || old_ranks[before] != new_ranks[place];
        changes.extend(changed(&old[before], entry, moved, relevel));
    }
    changes
}

fn level(entry: &EntryView<'_>) -> Option<String> {
    value(&entry.attributes, "Level").map(str::to_owned)
}

fn whole(entry: &EntryView<'_>, change: Change) -> TaskChange {
    let level = level(entry);
    let (old_level, new_level) = if change == Change::Added { (None, level) } else { (level, None) };
    TaskChange {
        element: entry.element.to_owned(),
        task: value(&entry.attributes, "Identifier").unwrap_or_default().to_owned(),
        change,
        moved: false,
        old_level,
        new_level,
        attributes: Vec::new(),
        depends_on: SetChange::default(),
        entity_types: SetChange::default(),
        resource_types: SetChange::default(),
    }
}

/// What is different in a task that both have. A level is named only where the task moved.
fn changed(old: &EntryView<'_>, new: &EntryView<'_>, moved: bool, relevel: bool) -> Option<TaskChange> {
    let mut change = whole(new, Change::Changed);
    (change.old_level, change.new_level) = if relevel { (level(old), level(new)) } else { (None, None) };
    change.moved = moved;
    change.attributes = attributes(&old.attributes, &new.attributes, &["Identifier", "Level"]);
    if old.element != new.element {
        let renamed =
            AttributeChange { name: "element".to_owned(), old: Some(old.element.into()), new: Some(new.element.into()) };
        change.attributes.insert(0, renamed);
    }
    change.depends_on = set(&old.depends_on, &new.depends_on);
    change.entity_types = set(&old.entity_types, &new.entity_types);
    change.resource_types = set(&old.resource_types, &new.resource_types);
    let same = change.attributes.is_empty()
        && change.depends_on.is_empty()
        && change.entity_types.is_empty()
        && change.resource_types.is_empty();
    (!same || moved || relevel).then_some(change)
}

fn attributes(old: &Attributes<'_>, new: &Attributes<'_>, without: &[&str]) -> Vec<AttributeChange> {
    let mut names: Vec<&str> = old.iter().chain(new).map(|(name, _)| *name).filter(|name| !without.contains(name)).collect();
    names.sort_unstable();
    names.dedup();
    let change = |name: &str| {
        let (old, new) = (value(old, name), value(new, name));
        let changed = || AttributeChange { name: name.to_owned(), old: old.map(str::to_owned), new: new.map(str::to_owned) };
        (old != new).then(changed)
    };
    names.into_iter().filter_map(change).collect()
}

fn set(old: &[std::borrow::Cow<'_, str>], new: &[std::borrow::Cow<'_, str>]) -> SetChange {
    let sorted =
        |list: &[std::borrow::Cow<'_, str>]| list.iter().map(ToString::to_string).collect::<std::collections::BTreeSet<_>>();
    let (old, new) = (sorted(old), sorted(new));
    SetChange { added: new.difference(&old).cloned().collect(), removed: old.difference(&new).cloned().collect() }
}

/// The rank of each entry's level among those of the entries that did not move.
fn ranks(entries: &[EntryView<'_>], stays: impl Fn(usize) -> bool) -> Vec<Option<usize>> {
    let levels: Vec<Option<i64>> = entries.iter().map(|entry| level(entry)?.trim().parse().ok()).collect();
    let kept = levels.iter().enumerate().filter(|(place, _)| stays(*place)).filter_map(|(_, level)| *level);
    let known: std::collections::BTreeSet<i64> = kept.collect();
    let rank: BTreeMap<i64, usize> = known.into_iter().enumerate().map(|(rank, level)| (level, rank)).collect();
    levels.into_iter().map(|level| rank.get(&level?).copied()).collect()
}

/// The members, sorted, of a longest rising part of a list without repetition: what did not move.
fn longest_rise(list: &[usize]) -> Vec<usize> {
    // tails[n]: place in the list of the smallest end of a rising part of n + 1 members.
    let mut tails: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(list.len());
    for (place, &item) in list.iter().enumerate() {
        let at = tails.partition_point(|&tail| list[tail] < item);
        before.push(at.checked_sub(1).map(|at| tails[at]));
        if at == tails.len() {
            tails.push(place);
        } else {
            tails[at] = place;
        }
    }
    let mut rise = Vec::with_capacity(tails.len());
    let mut at = tails.last().copied();
    while let Some(place) = at {
        rise.push(list[place]);
        at = before[place];
    }
    rise.reverse();
    rise
}
