//! Two JSON values compared, member by member.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Field;

/// The values that differ, by their paths in order. Lists of things with an `id` are compared by it, lists of texts as
/// what is in them; other lists are one value.
pub(super) fn compare(old: &Value, new: &Value) -> Vec<Field> {
    let mut fields = Vec::new();
    walk("", old, new, &mut fields);
    fields
}

fn walk(path: &str, old: &Value, new: &Value, fields: &mut Vec<Field>) {
    if old == new {
        return;
    }
    match (members(old), members(new)) {
        (Some(before), Some(after)) => {
            let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let inner = if path.is_empty() || path == "attributes" { name.clone() } else { format!("{path}.{name}") };
                let of = |members: &Map<String, Value>| members.get(name).cloned().unwrap_or_default();
                walk(&inner, &of(&before), &of(&after), fields);
            }
        }
        _ => fields.push(Field { name: path.to_owned(), old: old.clone(), new: new.clone() }),
    }
}

/// The members of an object, or of a list whose things all have an `id` of their own.
fn members(value: &Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members.clone()),
        Value::Array(list) => {
            let mut members = Map::new();
            for item in list {
                let id = item.get("id").or_else(|| item.get("property")).and_then(Value::as_str)?;
                if members.insert(id.to_owned(), item.clone()).is_some() {
                    return None;
                }
            }
            (!members.is_empty()).then_some(members)
        }
        _ => None,
    }
}
