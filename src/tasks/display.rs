//! What a person calls a resource.

use rusqlite::{Connection, OptionalExtension};

use crate::expr::eval::Data;
use crate::expr::schema::Schema;
use crate::expr::value::Resource;

use super::TaskError;
use super::expressions::{PlanSchema, StoreData};

/// Properties that name a resource to people, best first; its key is what is left.
const NAMES: [&str; 3] = ["InternalDisplayName", "InternalDisplayName_L1", "DisplayName"];

/// The display name of a resource; none where there is no such resource.
pub(super) fn display_name(
    store: &Connection,
    schema: &PlanSchema<'_>,
    data: &StoreData<'_>,
    id: i64,
) -> Result<Option<String>, TaskError> {
    let sql = "SELECT t.name, r.key FROM resource r JOIN entity_type t ON t.id = r.type WHERE r.id = ?1";
    let found = store.prepare_cached(sql)?.query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()?;
    let Some((entity_type, key)) = found else { return Ok(None) };
    let Some(entity) = schema.entity(&entity_type) else { return Ok(Some(key)) };
    for name in NAMES {
        if let Some((property, _)) = schema.property(entity, name)
            && let Ok(value) = data.read(Resource { entity, id }, property)
            && let Ok(Some(text)) = value.store("String")
            && !text.trim().is_empty()
        {
            return Ok(Some(text));
        }
    }
    Ok(Some(key))
}
