//! Values of resources from the store, for C#.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value as Json};

use crate::expr::eval::Data;
use crate::expr::schema::EntityId;
use crate::expr::value::{Resource, Value};
use crate::tasks::identity::Layout;

use super::schema::PlanSchema;

/// Resources kept in memory at a time.
const KEPT: usize = 4096;
/// Answers to queries kept in memory at a time.
const ANSWERS: usize = 1024;

/// Reads resources. Valid as long as nothing is written.
pub(in crate::tasks) struct StoreData<'s> {
    store: &'s Connection,
    schema: &'s PlanSchema<'s>,
    layouts: RefCell<FxHashMap<EntityId, Option<Rc<Layout>>>>,
    rows: RefCell<FxHashMap<i64, Rc<Row>>>,
    found: RefCell<FxHashMap<Wanted, Arc<[Resource]>>>,
}

/// What was looked for: an entity type, and a property with its text.
type Wanted = (EntityId, Option<(String, String)>);

/// The values of a resource.
#[derive(Default)]
struct Row {
    body: Vec<Option<String>>,
    computed: Map<String, Json>,
}

impl<'s> StoreData<'s> {
    pub(in crate::tasks) fn new(store: &'s Connection, schema: &'s PlanSchema<'s>) -> Self {
        Self { store, schema, layouts: RefCell::default(), rows: RefCell::default(), found: RefCell::default() }
    }

    fn layout(&self, entity: EntityId) -> Result<Option<Rc<Layout>>, String> {
        if let Some(known) = self.layouts.borrow().get(&entity) {
            return Ok(known.clone());
        }
        let name = self.schema.entity_type(entity).map_or("", |found| &found.id);
        let layout = Layout::stored(self.store, name).map_err(|error| error.message)?.map(Rc::new);
        self.layouts.borrow_mut().insert(entity, layout.clone());
        Ok(layout)
    }

    fn row(&self, id: i64) -> Result<Rc<Row>, String> {
        if let Some(known) = self.rows.borrow().get(&id) {
            return Ok(Rc::clone(known));
        }
        let mut statement =
            self.store.prepare_cached("SELECT body, computed FROM resource WHERE id = ?1").map_err(|error| error.to_string())?;
        let found = statement.query_row([id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?))).optional();
        let row = match found.map_err(|error| error.to_string())? {
            None => Row::default(),
            Some((body, computed)) => {
                let damaged = |_| format!("resource {id} in the store is damaged");
                let computed = computed.map(|text| serde_json::from_str(&text)).transpose().map_err(damaged)?;
                Row { body: serde_json::from_str(&body).map_err(damaged)?, computed: computed.unwrap_or_default() }
            }
        };
        let row = Rc::new(row);
        let mut rows = self.rows.borrow_mut();
        if rows.len() >= KEPT {
            rows.clear();
        }
        rows.insert(id, Rc::clone(&row));
        Ok(row)
    }

    /// The resources of an entity type, of those whose property has that text.
    fn search(&self, entity: EntityId, equal: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String> {
        let failed = |error: rusqlite::Error| error.to_string();
        let Some(layout) = self.layout(entity)? else { return Ok(Arc::from([])) };
        let (number, by_key) = (layout.number, "ORDER BY r.key");
        let collect = |sql: &str, text: Option<&str>| -> rusqlite::Result<Arc<[Resource]>> {
            let mut statement = self.store.prepare_cached(sql)?;
            let ids = statement.query_map(rusqlite::params_from_iter(text), |row| row.get(0))?;
            ids.map(|id| Ok(Resource { entity, id: id? })).collect()
        };
        // The number of the type stands in the text, so that an index for that type alone serves.
        let from = format!("SELECT r.id FROM resource r WHERE r.type = {number}");
        match equal {
            None => collect(&format!("{from} {by_key}"), None).map_err(failed),
            Some((property, text)) => match self.schema.property(entity, property) {
                None => collect(&format!("{from} AND r.id = CAST(?1 AS INTEGER) {by_key}"), Some(text)).map_err(failed),
                // What is no text may be written in several ways.
                Some((_, kind)) if kind != "String" => collect(&format!("{from} {by_key}"), None).map_err(failed),
                Some((name, _)) => {
                    let value = layout.value_sql("r", name);
                    collect(&format!("{from} AND {value} = ?1 {by_key}"), Some(text)).map_err(failed)
                }
            },
        }
    }

    /// The resources that a navigation property leads to, by key.
    fn linked(&self, id: i64, association: &str, first: bool, target: EntityId) -> rusqlite::Result<Vec<Value>> {
        let (near, far) = if first { ("from_id", "to_id") } else { ("to_id", "from_id") };
        let sql = format!(
            "SELECT r.id FROM link l JOIN association a ON a.id = l.association JOIN resource r ON r.id = l.{far}
             WHERE a.name = ?1 AND l.{near} = ?2 ORDER BY r.key, r.id"
        );
        let mut statement = self.store.prepare_cached(&sql)?;
        let found = statement.query_map(params![association, id], |row| row.get(0))?;
        found.map(|id| Ok(Value::Resource(Resource { entity: target, id: id? }))).collect()
    }
}

impl Data for StoreData<'_> {
    fn read(&self, resource: Resource, property: &str) -> Result<Value, String> {
        let Resource { entity, id } = resource;
        if let Some(navigation) = self.schema.navigation(entity, property) {
            let found = self.linked(id, navigation.association, navigation.first, navigation.target);
            let found = found.map_err(|error| error.to_string())?;
            return Ok(if navigation.many {
                Value::List(Arc::from(found))
            } else {
                found.into_iter().next().unwrap_or(Value::Null)
            });
        }
        let Some((name, kind)) = self.schema.property(entity, property) else {
            return if property == "Id" { Ok(Value::Int(id)) } else { Err(format!("there is no property `{property}`")) };
        };
        let row = self.row(id)?;
        let computed = row.computed.get(name).and_then(Json::as_str);
        let index = self.layout(entity)?.and_then(|layout| layout.index(name));
        let stored = computed.or_else(|| row.body.get(index?)?.as_deref());
        match stored {
            None => Ok(Value::Null),
            Some(text) => Value::stored(kind, text).ok_or_else(|| format!("`{property}` is `{text}`, which is no {kind}")),
        }
    }

    fn find(&self, entity: EntityId, equal: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String> {
        let wanted = (entity, equal.map(|(property, text)| (property.to_owned(), text.to_owned())));
        if let Some(known) = self.found.borrow().get(&wanted) {
            return Ok(Arc::clone(known));
        }
        let found = self.search(entity, equal)?;
        let mut kept = self.found.borrow_mut();
        if kept.len() >= ANSWERS {
            kept.clear();
        }
        kept.insert(wanted, Arc::clone(&found));
        Ok(found)
    }
}
