//! `CreateDatabaseViewsTask`: one SQL view per entity type, with a column per property.

use std::fmt::Write as _;

use rusqlite::Connection;

use crate::plan::model::EntityType;

use super::identity::Layout;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The embedded `CreateDatabaseViewsTask`.
pub(super) struct CreateDatabaseViews;

/// What the names of the views begin with.
const PREFIX: &str = "zz_";

impl EmbeddedTask for CreateDatabaseViews {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let store: &Connection = context.transaction;
        let mut statement =
            store.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'view' AND substr(name, 1, 3) = ?1")?;
        let rows = statement.query_map([PREFIX], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
        let known: Vec<(String, String)> = rows.collect::<Result<_, _>>()?;
        let mut wanted = Vec::new();
        for entity_type in &context.plan.model.entity_types {
            let layout = Layout::of(store, &entity_type.id, &[])?;
            wanted.push((format!("{PREFIX}{}", entity_type.id), view(entity_type, &layout)));
        }
        let mut changed = 0;
        for (name, _) in known.iter().filter(|view| !wanted.contains(view)) {
            store.execute_batch(&format!("DROP VIEW {}", quoted(name)))?;
            changed += 1;
        }
        for (_, sql) in wanted.iter().filter(|view| !known.contains(view)) {
            store.execute_batch(sql)?;
            changed += 1;
        }
        let outcome = if changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        Ok(TaskReport::new(outcome).count("views", wanted.len() as u64).count("changed", changed))
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn view(entity_type: &EntityType, layout: &Layout) -> String {
    let mut sql = format!("CREATE VIEW {} AS SELECT r.id AS \"Id\"", quoted(&format!("{PREFIX}{}", entity_type.id)));
    let scalar = entity_type.properties.iter().filter(|property| property.kind != "ForeignKey");
    for property in scalar.filter(|property| !property.id.eq_ignore_ascii_case("Id")) {
        let value = layout.value_sql("r", &property.id);
        // Writing to a text cannot fail.
        let _ = write!(sql, ", {value} AS {}", quoted(&property.id));
    }
    let _ = write!(sql, " FROM resource r WHERE r.type = {}", layout.number);
    sql
}
