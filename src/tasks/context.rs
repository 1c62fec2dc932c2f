//! What limits a profile: values of dimensions, a category, a role, a resource type.
//!
//! Written as JSON it names a context in the store, the same text for the same limits.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::expr::schema::Schema;
use crate::plan::model::{Item, Model};

use super::TaskError;
use super::attribute::{base32, items, number, text};
use super::display::display_name;
use super::expressions::{PlanSchema, StoreData};
use super::role_model::{Keys, Walk};

/// Limits other than dimensions, and the element that each names.
const ITEMS: [(&str, &str); 4] = [
    ("Category", "Category"),
    ("CompositeRole", "CompositeRole"),
    ("ResourceType", "ResourceType"),
    ("SingleRole", "SingleRole"),
];

/// The limits of a profile; none: everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Context {
    /// Keys of resources, by dimension.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub(super) dimensions: BTreeMap<String, String>,
    /// Identifiers, by element.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub(super) items: BTreeMap<String, String>,
}

/// A dimension of the plan.
pub(super) struct Dimension<'p> {
    pub(super) id: &'p str,
    /// What follows the letter in the names of attributes.
    pub(super) suffix: String,
    /// Entity type of its values.
    pub(super) entity_type: &'p str,
    label: &'p str,
    /// Leads from a value to the one above it.
    parent: Option<&'p str>,
}

/// Steps up a hierarchy that are taken; a ring in the data ends there.
const HEIGHT: usize = 64;

impl Dimension<'_> {
    /// A value, and those above it.
    pub(super) fn chain(&self, store: &Connection, schema: &PlanSchema<'_>, value: i64) -> Result<Vec<i64>, TaskError> {
        let mut chain = vec![value];
        let (Some(parent), Some(entity)) = (self.parent, schema.entity(self.entity_type)) else { return Ok(chain) };
        let Ok((walk, _)) = Walk::along(store, schema, entity, parent)? else { return Ok(chain) };
        while chain.len() < HEIGHT {
            match walk.from(store, chain[chain.len() - 1])?.first() {
                Some(above) if !chain.contains(above) => chain.push(*above),
                _ => break,
            }
        }
        Ok(chain)
    }
}

/// The dimensions, in the order of their numbers.
pub(super) fn dimensions(model: &Model) -> Vec<Dimension<'_>> {
    let mut all: Vec<(i64, Dimension<'_>)> = items(model, "Dimension")
        .map(|item| {
            let (id, column) = (item.id.as_deref().unwrap_or_default(), number(&item.attributes, "ColumnMapping"));
            let entity_type = text(&item.attributes, "EntityType").unwrap_or_default();
            let label = item.label.as_deref().unwrap_or(id);
            let parent = text(&item.attributes, "ParentProperty");
            (column, Dimension { id, suffix: base32(column), entity_type, label, parent })
        })
        .collect();
    all.sort_by_key(|(column, _)| *column);
    all.into_iter().map(|(_, dimension)| dimension).collect()
}

impl Context {
    /// The limits that an element writes.
    pub(super) fn of(item: &Item, dimensions: &[Dimension<'_>], keys: &Keys<'_>, store: &Connection) -> Result<Self, TaskError> {
        let mut context = Self::default();
        for dimension in dimensions {
            let Some(value) = text(&item.attributes, &format!("D{}", dimension.suffix)) else { continue };
            let key = match keys.find(dimension.entity_type, value)? {
                Some(id) => store.prepare_cached("SELECT key FROM resource WHERE id = ?1")?.query_row([id], |row| row.get(0))?,
                None => value.to_owned(),
            };
            context.dimensions.insert(dimension.id.to_owned(), key);
        }
        for (attribute, element) in ITEMS {
            if let Some(id) = text(&item.attributes, attribute) {
                context.items.insert(element.to_owned(), id.to_owned());
            }
        }
        Ok(context)
    }

    /// As it is stored.
    pub(super) fn store(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From the store.
    pub(super) fn stored(text: &str) -> Result<Self, TaskError> {
        serde_json::from_str(text).map_err(|_| TaskError::damaged("what limits a profile"))
    }

    /// What a person calls it; empty where nothing limits it.
    pub(super) fn name(&self, names: &Names<'_>) -> Result<String, TaskError> {
        let mut parts = Vec::new();
        for dimension in &names.dimensions {
            let Some(key) = self.dimensions.get(dimension.id) else { continue };
            let value = match names.keys.find(dimension.entity_type, key)? {
                Some(id) => display_name(names.store, names.schema, &names.data, id)?,
                None => None,
            };
            parts.push(format!("{}: {}", dimension.label, value.as_ref().unwrap_or(key)));
        }
        for (element, id) in &self.items {
            let mut found = names.schema.model().items.iter().filter(|item| item.element == *element);
            let label = found.find(|item| item.id.as_ref() == Some(id)).and_then(|item| item.label.as_deref());
            parts.push(format!("{element}: {}", label.unwrap_or(id)));
        }
        Ok(parts.join(", "))
    }
}

/// What names contexts.
pub(super) struct Names<'a> {
    store: &'a Connection,
    schema: &'a PlanSchema<'a>,
    data: StoreData<'a>,
    keys: Keys<'a>,
    dimensions: Vec<Dimension<'a>>,
}

impl<'a> Names<'a> {
    pub(super) fn new(store: &'a Connection, schema: &'a PlanSchema<'a>) -> Self {
        let model = schema.model();
        let (keys, dimensions) = (Keys::new(store, model), dimensions(model));
        Self { store, schema, data: StoreData::new(store, schema), keys, dimensions }
    }

    /// The limits that an element writes.
    pub(super) fn context(&self, item: &Item) -> Result<Context, TaskError> {
        Context::of(item, &self.dimensions, &self.keys, self.store)
    }
}
