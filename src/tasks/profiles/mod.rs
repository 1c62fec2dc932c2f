//! `SetInternalUserProfilesTask`: the profiles that profile rules give to users.
//!
//! All rules of the covered frames are computed; a profile that frames outside the task gave too stays for their sake.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use crate::expr::date::DateTime;
use crate::plan::model::{Model, Task};

use super::attribute::{flag, items, text};
use super::context::Context;
use super::expressions::{PlanSchema, StoreData, clock};
use super::identity::{Layout, next_moment};
use super::role_model::Keys;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};
use rules::{Evaluation, Frame, compile};

/// Profiles that a user can have.
const MOST: usize = 10;
/// What is told one by one.
const SHOWN: usize = 10;

/// The embedded `SetInternalUserProfilesTask`.
pub(super) struct SetInternalUserProfiles;

/// A profile within a context.
type Given = (String, String);
/// Profiles by user, each with the frames that gave it.
type Profiles = BTreeMap<i64, BTreeMap<Given, BTreeSet<String>>>;
/// Profiles that users must not have.
type Denied = BTreeSet<(i64, Given)>;

#[derive(Default)]
struct Counts {
    users: u64,
    changed: u64,
    excess: Vec<String>,
    excess_count: u64,
    failures: Vec<String>,
}

impl EmbeddedTask for SetInternalUserProfiles {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        let schema = PlanSchema::new(model);
        let frames = compile(store, &schema, model)?;
        let moment = next_moment(store, context.run)?;
        let now = clock(store, moment)?.unwrap_or(DateTime::MIN);
        let covered: Vec<&Frame<'_>> = frames.iter().filter(|frame| covers(task, model, frame)).collect();
        let labels: BTreeSet<&str> = covered.iter().map(|frame| frame.label).collect();
        let known: BTreeSet<&str> = frames.iter().map(|frame| frame.label).collect();
        let with = Evaluation { store, data: StoreData::new(store, &schema), keys: Keys::new(store, model), now };
        let mut counts = Counts::default();
        let mut wanted = Profiles::new();
        let mut denied = Denied::new();
        for frame in &covered {
            judge(context, frame, &with, (&mut wanted, &mut denied), &mut counts)?;
        }
        deny(&mut wanted, denied);
        let stored = stored(store)?;
        // What only frames outside the task gave stays; what frames gave that are no more does not.
        for (user, profiles) in &stored {
            for (given, frames) in profiles {
                let others: BTreeSet<String> = frames
                    .iter()
                    .filter(|label| known.contains(label.as_str()) && !labels.contains(label.as_str()))
                    .cloned()
                    .collect();
                if !others.is_empty() {
                    wanted.entry(*user).or_default().entry(given.clone()).or_default().extend(others);
                }
            }
        }
        limit(&with, model, &stored, &mut wanted, &mut counts)?;
        save(store, &stored, &wanted, &mut counts)?;
        Ok(report(&wanted, covered.is_empty(), &counts))
    }
}

fn report(wanted: &Profiles, nothing: bool, counts: &Counts) -> TaskReport {
    let given: usize = wanted.values().map(BTreeMap::len).sum();
    let outcome = if counts.changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
    let mut said = if nothing {
        vec!["no profile rule concerns the task".to_owned()]
    } else {
        vec![format!("{given} profiles given by rules")]
    };
    if counts.excess_count > 0 {
        let shown = counts.excess.join(", ");
        said.push(format!("{} profiles left out, since a user has {MOST} at most: {shown}", counts.excess_count));
    }
    if !counts.failures.is_empty() {
        let shown = counts.failures.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
        said.push(format!("{} rules could not be evaluated for a user and gave nothing: {shown}", counts.failures.len()));
    }
    TaskReport::new(outcome)
        .count("users", counts.users)
        .count("profiles", given as u64)
        .count("changed", counts.changed)
        .count("excess", counts.excess_count)
        .count("failed", counts.failures.len() as u64)
        .message(said.join("; "))
}

/// Whether the task is about a frame: it lists its resource type, its entity type or the entity type of its resources, or
/// nothing at all.
fn covers(task: &Task, model: &Model, frame: &Frame<'_>) -> bool {
    if task.resource_types.is_empty() && task.entity_types.is_empty() {
        return true;
    }
    let listed = |id: &str| task.entity_types.iter().any(|known| known == id);
    match frame.resource_type {
        None => listed(frame.label),
        Some(id) if !task.resource_types.is_empty() => task.resource_types.iter().any(|known| known == id),
        Some(id) => model.resource_types.iter().any(|found| found.id == id && (listed(&found.target) || listed(&found.source))),
    }
}

/// Asks the rules of a frame about all its users.
fn judge(
    context: &TaskContext<'_>,
    frame: &Frame<'_>,
    with: &Evaluation<'_>,
    (wanted, denied): (&mut Profiles, &mut Denied),
    counts: &mut Counts,
) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    let Some(layout) = Layout::stored(store, frame.source)? else { return Ok(()) };
    let sql = match frame.resource_type {
        None => "SELECT id, NULL FROM resource WHERE type = ?1 AND ?2 IS NULL ORDER BY id",
        Some(_) => {
            "SELECT a.owner, a.resource FROM assigned_type a JOIN resource o ON o.id = a.owner AND o.type = ?1
             JOIN resource t ON t.id = a.resource WHERE a.resource_type = ?2 AND a.valid_to IS NULL AND a.origin <> 'denied' ORDER BY a.owner"
        }
    };
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query(params![layout.number, frame.resource_type])?;
    while let Some(row) = rows.next()? {
        counts.users += 1;
        context.tick(counts.users, None)?;
        let (user, owned): (i64, Option<i64>) = (row.get(0)?, row.get(1)?);
        for verdict in frame.judge(with, user, owned, &mut counts.failures)? {
            let given = (verdict.profile.to_owned(), verdict.context.store());
            if verdict.denied {
                denied.insert((user, given));
            } else {
                wanted.entry(user).or_default().entry(given).or_default().insert(frame.label.to_owned());
            }
        }
    }
    Ok(())
}

/// A denial without limits takes the profile away altogether, one with limits within them.
fn deny(wanted: &mut Profiles, denied: Denied) {
    let everything = Context::default().store();
    for (user, (profile, limits)) in denied {
        if let Some(profiles) = wanted.get_mut(&user) {
            profiles.retain(|(known, context), _| *known != profile || (limits != everything && *context != limits));
        }
    }
}

fn stored(store: &Connection) -> Result<Profiles, TaskError> {
    let sql = "SELECT p.resource, p.profile, p.context, p.because FROM assigned_profile p
               ORDER BY p.resource, p.profile, p.context";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([])?;
    let mut found = Profiles::new();
    while let Some(row) = rows.next()? {
        let because: String = row.get(3)?;
        let frames = serde_json::from_str(&because).map_err(|_| TaskError::damaged("a profile"))?;
        found.entry(row.get(0)?).or_default().insert((row.get(1)?, row.get(2)?), frames);
    }
    Ok(found)
}

/// Leaves a user ten profiles, with those that the configuration assigns: those that there are already come first.
fn limit(
    with: &Evaluation<'_>,
    model: &Model,
    stored: &Profiles,
    wanted: &mut Profiles,
    counts: &mut Counts,
) -> Result<(), TaskError> {
    let mut declared: BTreeMap<&str, usize> = BTreeMap::new();
    for item in items(model, "AssignedProfile").filter(|item| !flag(&item.attributes, "IsDenied")) {
        *declared.entry(text(&item.attributes, "User").unwrap_or_default()).or_default() += 1;
    }
    for (user, profiles) in wanted.iter_mut() {
        let sql = "SELECT key FROM resource WHERE id = ?1";
        let key: Option<String> = with.store.prepare_cached(sql)?.query_map([user], |row| row.get(0))?.next().transpose()?;
        let Some(key) = key else {
            // A user who is gone has none.
            profiles.clear();
            continue;
        };
        let room = MOST.saturating_sub(declared.get(key.as_str()).copied().unwrap_or(0));
        if profiles.len() <= room {
            continue;
        }
        let before = stored.get(user);
        let mut order: Vec<Given> = profiles.keys().cloned().collect();
        order.sort_by_key(|given| !before.is_some_and(|before| before.contains_key(given)));
        for given in order.split_off(room) {
            profiles.remove(&given);
            counts.excess_count += 1;
            if counts.excess.len() < SHOWN {
                counts.excess.push(format!("{} of {key}", given.0));
            }
        }
    }
    wanted.retain(|_, profiles| !profiles.is_empty());
    Ok(())
}

/// Writes what changed.
fn save(store: &Connection, stored: &Profiles, wanted: &Profiles, counts: &mut Counts) -> Result<(), TaskError> {
    for (user, profiles) in stored {
        for (profile, context) in profiles.keys() {
            let given = (profile.clone(), context.clone());
            if !wanted.get(user).is_some_and(|wanted| wanted.contains_key(&given)) {
                let sql = "DELETE FROM assigned_profile WHERE resource = ?1 AND profile = ?2 AND context = ?3";
                store.prepare_cached(sql)?.execute(params![user, profile, context])?;
                counts.changed += 1;
            }
        }
    }
    for (user, profiles) in wanted {
        for (given, frames) in profiles {
            if stored.get(user).and_then(|profiles| profiles.get(given)) != Some(frames) {
                let because = serde_json::to_string(frames).unwrap_or_default();
                let sql = "INSERT OR REPLACE INTO assigned_profile VALUES (?1, ?2, ?3, ?4)";
                store.prepare_cached(sql)?.execute(params![user, given.0, given.1, because])?;
                counts.changed += 1;
            }
        }
    }
    Ok(())
}
