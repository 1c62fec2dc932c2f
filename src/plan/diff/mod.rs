//! What changes between two configurations or plans: jobs with their tasks and edges, and every other item.
//!
//! What only follows from something else is left out: a task put in front of others moves their positions and levels, but
//! changes none of them; an item that comes or goes takes along what stands in it. Identifiers compare without case.

mod fields;
mod items;
mod markdown;
mod names;
mod text;

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::model::{EdgeKind, Job, Plan, Task};

pub use items::Item;
pub use markdown::markdown;
pub use text::text;

/// Everything that differs.
#[derive(Debug, Default, PartialEq, Serialize)]
pub struct Difference {
    /// Version of the layout: 1.
    pub version: u32,
    /// The dialects, where they differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<Field>,
    /// The jobs, by identifier.
    pub jobs: Vec<JobChange>,
    /// The other items, by kind and identifier.
    pub items: Vec<ItemChange>,
}

/// What happened to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Only the new side has it.
    Added,
    /// Both have it, with differences.
    Changed,
    /// Only the old side has it.
    Removed,
}

/// A value that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Where it is, e.g. `schedule.expression`.
    pub name: String,
    /// What it was; null for nothing.
    pub old: Value,
    /// What it is; null for nothing.
    pub new: Value,
}

/// A job that differs.
#[derive(Debug, PartialEq, Serialize)]
pub struct JobChange {
    /// Identifier.
    pub id: String,
    /// What happened to it.
    pub change: Kind,
    /// Its own values that differ.
    pub fields: Vec<Field>,
    /// Its tasks that differ, in the order of the side that has them, removed ones last.
    pub tasks: Vec<TaskChange>,
}

/// A task that differs.
#[derive(Debug, PartialEq, Serialize)]
pub struct TaskChange {
    /// Identifier.
    pub id: String,
    /// Element name.
    pub element: String,
    /// What happened to it.
    pub change: Kind,
    /// Its values that differ.
    pub fields: Vec<Field>,
    /// Tasks that it waits for now.
    pub edges_added: Vec<String>,
    /// Tasks that it no longer waits for.
    pub edges_removed: Vec<String>,
}

/// Another item that differs.
#[derive(Debug, PartialEq, Serialize)]
pub struct ItemChange {
    /// `connector`, `entity type` …
    pub kind: &'static str,
    /// Identifier.
    pub id: String,
    /// What happened to it.
    pub change: Kind,
    /// Its values that differ.
    pub fields: Vec<Field>,
}

impl Difference {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.dialect.is_none() && self.jobs.is_empty() && self.items.is_empty()
    }

    /// How many jobs and items were added, changed, removed.
    pub fn counts(&self) -> [usize; 3] {
        let all = || self.jobs.iter().map(|job| job.change).chain(self.items.iter().map(|item| item.change));
        [Kind::Added, Kind::Changed, Kind::Removed].map(|kind| all().filter(|&change| change == kind).count())
    }
}

/// One of the two that are compared.
#[derive(Debug)]
pub struct Side {
    /// Its jobs, and what embedded tasks read.
    pub plan: Plan,
    /// Everything else that it declares; `None` where only the plan is known, and then the plan's items are compared.
    pub items: Option<Vec<Item>>,
}

/// What differs from `old` to `new`.
pub fn diff(old: &Side, new: &Side) -> Difference {
    let mut difference = Difference { version: 1, ..Difference::default() };
    match (&old.items, &new.items) {
        (Some(old), Some(new)) => difference.items = items::compare(old, new),
        _ if old.plan.digest == new.plan.digest => return difference,
        _ => difference.items = items::compare(&items::of_model(&old.plan.model), &items::of_model(&new.plan.model)),
    }
    let (old, new) = (&old.plan, &new.plan);
    if old.dialect != new.dialect {
        let (old, new) = (old.dialect.clone().into(), new.dialect.clone().into());
        difference.dialect = Some(Field { name: "dialect".into(), old, new });
    }
    for (_, old, new) in paired(&old.jobs, &new.jobs, |job| key(&job.id)) {
        difference.jobs.extend(job(old, new));
    }
    difference
}

/// Identifiers compare without case.
fn key(id: &str) -> String {
    id.to_lowercase()
}

type Pair<'p, K, T> = (K, Option<&'p T>, Option<&'p T>);

/// What has one key on both sides, in the order of the keys.
fn paired<'p, T, K: Ord + Clone>(old: &'p [T], new: &'p [T], key: impl Fn(&T) -> K) -> Vec<Pair<'p, K, T>> {
    let mut pairs: BTreeMap<K, (Option<&T>, Option<&T>)> = BTreeMap::new();
    for one in old {
        pairs.entry(key(one)).or_default().0 = Some(one);
    }
    for one in new {
        pairs.entry(key(one)).or_default().1 = Some(one);
    }
    pairs.into_iter().map(|(key, (old, new))| (key, old, new)).collect()
}

fn kind<T>(old: Option<&T>, new: Option<&T>) -> Kind {
    match (old, new) {
        (None, _) => Kind::Added,
        (_, None) => Kind::Removed,
        _ => Kind::Changed,
    }
}

fn job(old: Option<&Job>, new: Option<&Job>) -> Option<JobChange> {
    let own = |job: Option<&Job>| {
        let mut value = job.and_then(|job| serde_json::to_value(job).ok()).unwrap_or_default();
        if let Value::Object(members) = &mut value {
            members.remove("tasks");
            members.remove("id");
        }
        value
    };
    let change = kind(old, new);
    let fields = if change == Kind::Changed { fields::compare(&own(old), &own(new), names::of_job) } else { Vec::new() };
    let tasks = tasks(old.map_or(&[], |job| &job.tasks), new.map_or(&[], |job| &job.tasks));
    let id = new.or(old)?.id.clone();
    (change != Kind::Changed || !fields.is_empty() || !tasks.is_empty()).then_some(JobChange { id, change, fields, tasks })
}

/// Level and position of each task among those that both sides have, by key.
fn ranks(tasks: &[Task], others: &[Task]) -> BTreeMap<String, (usize, usize)> {
    let others: std::collections::BTreeSet<String> = others.iter().map(|task| key(&task.id)).collect();
    let mut ranks = BTreeMap::new();
    let (mut level, mut last) = (0, None);
    for (position, task) in tasks.iter().filter(|task| others.contains(&key(&task.id))).enumerate() {
        if last.is_some_and(|last| last != task.level) {
            level += 1;
        }
        last = Some(task.level);
        ranks.insert(key(&task.id), (level, position));
    }
    ranks
}

fn tasks(old: &[Task], new: &[Task]) -> Vec<TaskChange> {
    let (old_ranks, new_ranks) = (ranks(old, new), ranks(new, old));
    let find = |tasks: &[Task], wanted: &str| tasks.iter().position(|task| key(&task.id) == wanted);
    let mut changes = Vec::new();
    for task in new {
        let key = key(&task.id);
        let before = find(old, &key).map(|index| &old[index]);
        let moved = match (old_ranks.get(&key), new_ranks.get(&key)) {
            (Some(old), Some(new)) if old.0 != new.0 => Some("level"),
            (Some(old), Some(new)) if old.1 != new.1 => Some("position"),
            _ => None,
        };
        changes.extend(self::task(before, Some(task), moved));
    }
    let gone = old.iter().filter(|task| find(new, &key(&task.id)).is_none());
    changes.extend(gone.filter_map(|task| self::task(Some(task), None, None)));
    changes
}

fn task(old: Option<&Task>, new: Option<&Task>, moved: Option<&str>) -> Option<TaskChange> {
    let own = |task: Option<&Task>| {
        let mut value = task.and_then(|task| serde_json::to_value(task).ok()).unwrap_or_default();
        if let Value::Object(members) = &mut value {
            members.retain(|name, _| {
                moved == Some(name.as_str()) || !matches!(name.as_str(), "id" | "position" | "level" | "depends_on")
            });
        }
        value
    };
    let edges = |task: Option<&Task>| -> Vec<String> {
        let declared = task.map_or(&[][..], |task| &task.depends_on);
        declared.iter().filter(|edge| edge.kind == EdgeKind::Declared).map(|edge| edge.parent.clone()).collect()
    };
    let change = kind(old, new);
    let Task { id, element, .. } = new.or(old)?.clone();
    let fields = if change == Kind::Changed { fields::compare(&own(old), &own(new), names::of_task) } else { Vec::new() };
    let (before, after) = (edges(old), edges(new));
    let missing = |from: &[String], of: &[String]| -> Vec<String> {
        of.iter().filter(|edge| !from.iter().any(|other| key(other) == key(edge))).cloned().collect()
    };
    let (edges_added, edges_removed) = (missing(&before, &after), missing(&after, &before));
    let same = change == Kind::Changed && fields.is_empty() && edges_added.is_empty() && edges_removed.is_empty();
    (!same).then_some(TaskChange { id, element, change, fields, edges_added, edges_removed })
}
