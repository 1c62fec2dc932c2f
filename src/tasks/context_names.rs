//! `UpdateParametersContextDisplayNamesTask`: what people call the contexts that limit profiles.
//!
//! A name is made of the labels of dimensions and the display names of their values, so it goes out of date when a value
//! is renamed.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::attribute::items;
use super::context::{Context, Names};
use super::expressions::PlanSchema;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `UpdateParametersContextDisplayNamesTask`.
pub(super) struct UpdateContextNames;

impl EmbeddedTask for UpdateContextNames {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let model = &context.plan.model;
        let store: &Connection = context.transaction;
        let schema = PlanSchema::new(model);
        let names = Names::new(store, &schema);
        let mut wanted = BTreeMap::new();
        let declared = items(model, "ProfileContext").chain(items(model, "Context"));
        let declared = declared.map(|item| names.context(item)).collect::<Result<Vec<_>, _>>()?;
        let mut statement = store.prepare("SELECT DISTINCT context FROM assigned_profile")?;
        let assigned = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
        let assigned = assigned.iter().map(|text| Context::stored(text)).collect::<Result<Vec<_>, _>>()?;
        for (done, limits) in declared.into_iter().chain(assigned).enumerate() {
            context.tick(done as u64, None)?;
            let name = limits.name(&names)?;
            if !name.is_empty() {
                wanted.insert(limits.store(), name);
            }
        }
        let changed = save(store, &wanted)?;
        let outcome = if changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        let report = TaskReport::new(outcome).count("contexts", wanted.len() as u64).count("changed", changed);
        Ok(if wanted.is_empty() { report.message("no context limits a profile") } else { report })
    }
}

/// Writes the names that changed, and forgets contexts that nothing uses any more.
fn save(store: &Connection, wanted: &BTreeMap<String, String>) -> Result<u64, TaskError> {
    let mut statement = store.prepare("SELECT context, name FROM context_name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let known: BTreeMap<String, String> = rows.collect::<Result<_, _>>()?;
    let mut changed = 0;
    for context in known.keys().filter(|context| !wanted.contains_key(*context)) {
        changed += store.execute("DELETE FROM context_name WHERE context = ?1", [context])? as u64;
    }
    for (context, name) in wanted.iter().filter(|(context, name)| known.get(*context) != Some(*name)) {
        changed += store.execute("INSERT OR REPLACE INTO context_name VALUES (?1, ?2)", params![context, name])? as u64;
    }
    Ok(changed)
}
