//! Attributes of items and rules of the plan, as the tasks read them.

use std::collections::BTreeMap;

use crate::plan::model::{Item, Model, Value};

/// Attributes by name.
pub(super) type Attributes = BTreeMap<String, Value>;

/// A text that is not empty.
pub(super) fn text<'m>(attributes: &'m Attributes, name: &str) -> Option<&'m str> {
    match attributes.get(name) {
        Some(Value::Text(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// A Boolean; an absent one is false.
pub(super) fn flag(attributes: &Attributes, name: &str) -> bool {
    attributes.get(name) == Some(&Value::Bool(true))
}

/// A whole number; an absent one is 0.
pub(super) fn number(attributes: &Attributes, name: &str) -> i64 {
    if let Some(Value::Int(number)) = attributes.get(name) { *number } else { 0 }
}

/// The number of a dimension in the names of attributes.
pub(super) fn base32(number: i64) -> String {
    let digit = |value: i64| char::from_digit(value.rem_euclid(32) as u32, 32).unwrap_or('0').to_ascii_uppercase();
    if number < 32 { digit(number).to_string() } else { [digit(number / 32), digit(number)].iter().collect() }
}

/// The items of an element, in the order of the plan.
pub(super) fn items<'m>(model: &'m Model, element: &'static str) -> impl Iterator<Item = &'m Item> + use<'m> {
    model.items.iter().filter(move |item| item.element == element)
}
