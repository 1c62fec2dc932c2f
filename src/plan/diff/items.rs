//! Items other than jobs, whatever their kind.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Field, ItemChange, Kind, fields, key, kind, names, paired};
use crate::plan::model::Model;

/// An item with all that it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// In words, e.g. `entity type`.
    pub kind: &'static str,
    /// Identifier, behind those of the items it stands in.
    pub id: String,
    /// Kind and identifier with those of the items around it: the same for the same item only.
    pub path: String,
    /// The path of the item it stands in.
    pub around: Option<String>,
    /// Its attributes and parts. A list: several items that nothing tells apart.
    pub value: Value,
}

/// What differs between two lists of items.
pub(super) fn compare(old: &[Item], new: &[Item]) -> Vec<ItemChange> {
    let mut changes = Vec::new();
    // Items that came or went whole.
    let mut whole: BTreeSet<&String> = BTreeSet::new();
    let pairs = paired(old, new, |item| (item.kind, key(&item.id), item.path.clone()));
    for (_, old, new) in &pairs {
        if let (Some(one), None) | (None, Some(one)) = (*old, *new) {
            whole.insert(&one.path);
        }
    }
    for (_, old, new) in pairs {
        if new.or(old).and_then(|item| item.around.as_ref()).is_none_or(|around| !whole.contains(around)) {
            changes.extend(item(old, new));
        }
    }
    changes
}

/// The values that differ. Of several items that nothing tells apart, those that both sides have are no difference.
fn differing(old: &Value, new: &Value) -> Vec<Field> {
    if !old.is_array() && !new.is_array() {
        return fields::compare(old, new, names::of_items);
    }
    let mut left = list(old);
    let mut right = list(new);
    right.retain(|one| match left.iter().position(|other| other == one) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    });
    match (left.as_slice(), right.as_slice()) {
        ([], []) => Vec::new(),
        ([old], [new]) => fields::compare(old, new, names::of_items),
        _ => vec![Field { name: "entries".to_owned(), old: Value::Array(left), new: Value::Array(right) }],
    }
}

fn list(value: &Value) -> Vec<Value> {
    value.as_array().cloned().unwrap_or_else(|| vec![value.clone()])
}

/// The lists of the model: member, kind, and what tells its items apart.
const KINDS: [(&str, &str, &[&str]); 11] = [
    ("agents", "agent", &["id"]),
    ("connectors", "connector", &["id"]),
    ("connections", "connection", &["id"]),
    ("entity_types", "entity type", &["id"]),
    ("associations", "association", &["id"]),
    ("entity_type_mappings", "entity type mapping", &["entity_type"]),
    ("association_mappings", "association mapping", &["association"]),
    ("property_expressions", "property expression", &["entity_type", "property", "id"]),
    ("resource_types", "resource type", &["id"]),
    ("correlation_rules", "correlation rules", &["resource_type"]),
    ("classification_rules", "classification rules", &["resource_type"]),
];

/// The items of a model; those that share an identity are one item with a list.
pub(super) fn of_model(model: &Model) -> Vec<Item> {
    let mut model = serde_json::to_value(model).unwrap_or_default();
    let mut items: Vec<Item> = Vec::new();
    for (member, kind, names) in KINDS {
        let Some(Value::Array(list)) = model.get_mut(member).map(Value::take) else { continue };
        for mut value in list {
            let mut id = Vec::new();
            for name in names {
                id.extend(value.get(*name).and_then(Value::as_str).map(str::to_owned));
                if let Value::Object(members) = &mut value {
                    members.remove(*name);
                }
            }
            let id = id.join(".");
            match items.last_mut().filter(|last| last.kind == kind && last.id == id) {
                Some(Item { value: Value::Array(all), .. }) => all.push(value),
                Some(last) => last.value = Value::Array(vec![last.value.take(), value]),
                None => items.push(Item { kind, path: format!("{kind} {}", key(&id)), id, around: None, value }),
            }
        }
    }
    items
}

fn item(old: Option<&Item>, new: Option<&Item>) -> Option<ItemChange> {
    let change = kind(old, new);
    let fields = match (old, new) {
        (Some(old), Some(new)) => differing(&old.value, &new.value),
        _ => Vec::new(),
    };
    let Item { kind, id, .. } = new.or(old)?;
    (change != Kind::Changed || !fields.is_empty()).then(|| ItemChange { kind, id: id.clone(), change, fields })
}
