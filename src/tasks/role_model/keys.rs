//! Resources named in rules: by their key in the store, or by the value of a key property.

use rusqlite::{Connection, OptionalExtension, params};

use crate::plan::model::Model;
use crate::tasks::TaskError;
use crate::tasks::identity::Layout;

/// Finds resources by name.
pub(in crate::tasks) struct Keys<'s> {
    store: &'s Connection,
    /// Key properties by entity type.
    properties: Vec<(String, Vec<String>)>,
}

impl<'s> Keys<'s> {
    pub(in crate::tasks) fn new(store: &'s Connection, model: &Model) -> Self {
        let keys = |entity: &crate::plan::model::EntityType| {
            let keys = entity.properties.iter().filter(|property| property.key);
            (entity.id.clone(), keys.map(|property| property.id.clone()).collect())
        };
        Self { store, properties: model.entity_types.iter().map(keys).collect() }
    }

    /// The resource of that name.
    pub(in crate::tasks) fn find(&self, entity_type: &str, name: &str) -> Result<Option<i64>, TaskError> {
        let Some(layout) = Layout::stored(self.store, entity_type)? else { return Ok(None) };
        let sql = "SELECT id FROM resource WHERE type = ?1 AND key = ?2";
        let found = self.store.prepare_cached(sql)?.query_row(params![layout.number, name], |row| row.get(0)).optional()?;
        if found.is_some() {
            return Ok(found);
        }
        let properties = self.properties.iter().find(|(known, _)| known == entity_type).map(|(_, properties)| properties);
        for property in properties.into_iter().flatten() {
            let Some(index) = layout.index(property) else { continue };
            let sql = format!("SELECT min(id) FROM resource WHERE type = ?1 AND json_extract(body, '$[{index}]') = ?2");
            let found: Option<i64> =
                self.store.prepare_cached(&sql)?.query_row(params![layout.number, name], |row| row.get(0))?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }
}
