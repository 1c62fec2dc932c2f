//! `ManageConfigurationIndexesTask`: indexes of the store that suit the configuration.
//!
//! Values stand in JSON, so an index is over the expression by which a property is read; the views of
//! `CreateDatabaseViewsTask` and the queries of expressions read it in the same way.

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::plan::model::{EntityType, Model};

use super::identity::Layout;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `ManageConfigurationIndexesTask`.
pub(super) struct ManageConfigurationIndexes;

/// What the names of these indexes begin with.
const PREFIX: &str = "configuration_";

impl EmbeddedTask for ManageConfigurationIndexes {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let store: &Connection = context.transaction;
        let model = &context.plan.model;
        let mut wanted = Vec::new();
        for entity_type in &model.entity_types {
            // What was never loaded has nothing to find.
            let Some(layout) = Layout::stored(store, &entity_type.id)? else { continue };
            for property in searched(model, entity_type) {
                let name = format!("{PREFIX}{}_{property}", layout.number);
                let value = layout.value_sql("", property);
                let sql = format!("CREATE INDEX {} ON resource ({value}) WHERE type = {}", quoted(&name), layout.number);
                wanted.push((name, sql));
            }
        }
        let sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND substr(name, 1, length(?1)) = ?1";
        let mut statement = store.prepare(sql)?;
        let known = statement.query_map([PREFIX], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let known: Vec<(String, String)> = known.collect::<Result<_, _>>()?;
        drop(statement);
        let (mut created, mut dropped) = (0, 0);
        for (name, _) in known.iter().filter(|index| !wanted.contains(index)) {
            store.execute_batch(&format!("DROP INDEX {}", quoted(name)))?;
            dropped += 1;
        }
        for (_, sql) in wanted.iter().filter(|index| !known.contains(index)) {
            if (context.cancelled)() {
                return Err(TaskError::cancelled());
            }
            store.execute_batch(sql)?;
            created += 1;
            (context.progress)(created, Some(wanted.len() as u64));
        }
        let end = if created + dropped > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        Ok(TaskReport::new(end).count("indexes", wanted.len() as u64).count("created", created).count("dropped", dropped))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The properties by which resources of an entity type are looked for: its keys, the keys of its mapping, and what
/// association mappings name it by.
fn searched<'m>(model: &'m Model, entity_type: &'m EntityType) -> BTreeSet<&'m str> {
    let keys = entity_type.properties.iter().filter(|property| property.key).map(|property| &property.id);
    let mappings = model.entity_type_mappings.iter().filter(|mapping| mapping.entity_type == entity_type.id);
    let mapped = mappings.flat_map(|mapping| &mapping.properties).filter(|one| one.primary_key || one.unique_key);
    let ends = model.association_mappings.iter().flat_map(|mapping| [&mapping.key1, &mapping.key2]);
    let named = ends.filter(|(owner, _)| *owner == entity_type.id).map(|(_, property)| property);
    let all: BTreeSet<&str> = keys.chain(mapped.map(|one| &one.property)).chain(named).map(String::as_str).collect();
    // What holds resources is no value, and a name that is declared nowhere is none of a property.
    let is_value = |name: &&str| entity_type.properties.iter().any(|one| one.id == **name && one.kind != "ForeignKey");
    all.into_iter().filter(is_value).collect()
}
