//! Two JSON values compared, member by member.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Field, key};

/// The values that differ, by their paths in order. Lists of things with an `id` are compared by it, lists of texts as
/// what is in them; other lists are one value.
/// `is_name` says of which paths the values are identifiers.
pub(super) fn compare(old: &Value, new: &Value, is_name: fn(&str) -> bool) -> Vec<Field> {
    let mut fields = Vec::new();
    walk("", old, new, is_name, &mut fields);
    fields
}

fn walk(path: &str, old: &Value, new: &Value, is_name: fn(&str) -> bool, fields: &mut Vec<Field>) {
    if old == new || (is_name(path) && same_names(old, new)) {
        return;
    }
    match (members(old), members(new)) {
        (Some(before), Some(after)) => {
            // By key, so that the case of an identifier among the names is no difference.
            let names: BTreeMap<String, &String> = before.keys().chain(after.keys()).map(|name| (key(name), name)).collect();
            for name in names.values() {
                let inner = if path.is_empty() || path == "attributes" { (*name).clone() } else { format!("{path}.{name}") };
                let of = |members: &Map<String, Value>| {
                    let found = members
                        .get(*name)
                        .or_else(|| members.iter().find(|(own, _)| key(own) == key(name)).map(|(_, value)| value));
                    found.cloned().unwrap_or_default()
                };
                walk(&inner, &of(&before), &of(&after), is_name, fields);
            }
        }
        _ => fields.push(Field { name: path.to_owned(), old: old.clone(), new: new.clone() }),
    }
}

/// Whether two values are the same identifiers; of several, in whatever order.
fn same_names(old: &Value, new: &Value) -> bool {
    let names = |value: &Value| -> Option<Vec<String>> {
        let list = value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice);
        let mut names: Vec<String> = list.iter().map(|name| name.as_str().map(key)).collect::<Option<_>>()?;
        names.sort_unstable();
        Some(names)
    };
    matches!((names(old), names(new)), (Some(old), Some(new)) if old == new)
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
