//! Queries over the resources of an entity type.
//!
//! What a condition says that an index can answer is asked of the store; the rest is held against each resource that it
//! gives, and each of them is a step.

use std::cmp::Ordering;

use crate::expr::csharp::tree::Node;
use crate::expr::date::DateTime;
use crate::expr::query::{Condition, Operand, Operator, Path, Query};
use crate::expr::schema::EntityId;
use crate::expr::value::{Resource, Value};

use super::operator::by_size;
use super::{Evaluator, Outcome, fail, list};

impl<'e> Evaluator<'e> {
    pub(super) fn query(&mut self, node: &'e Node, entity: EntityId) -> Outcome<Value> {
        let text = match self.value(node)? {
            Value::Text(text) => text,
            other => return fail(node, format!("a query is a text, this is {}", other.kind())),
        };
        self.burn(node, text.len())?;
        let query = match Query::parse(&text) {
            Ok(query) => query,
            Err(error) => return fail(node, error.to_string()),
        };
        let narrow = query.condition.as_ref().and_then(narrow);
        let equal = narrow.as_ref().map(|(property, text)| (property.as_str(), text.as_str()));
        let candidates = match self.data.find(entity, equal) {
            Ok(found) => found,
            Err(message) => return fail(node, message),
        };
        let mut found = Vec::new();
        for resource in candidates.iter() {
            self.burn(node, 0)?;
            let holds = query.condition.as_ref().map_or(Ok(true), |condition| self.satisfies(node, *resource, condition))?;
            if holds {
                let mut keys = Vec::with_capacity(query.order.len());
                for (path, _) in &query.order {
                    keys.push(self.follow(node, *resource, path)?);
                }
                found.push((keys, *resource));
            }
        }
        found.sort_by(|(a, _), (b, _)| {
            let each = a.iter().zip(b).zip(&query.order).map(|((a, b), (_, downwards))| {
                let order = ascending(a, b);
                if *downwards { order.reverse() } else { order }
            });
            each.fold(Ordering::Equal, Ordering::then)
        });
        let limit = query.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(list(found.into_iter().take(limit).map(|(_, resource)| Value::Resource(resource)).collect()))
    }

    /// The value at the end of a path; null behind null.
    fn follow(&mut self, node: &Node, resource: Resource, path: &Path) -> Outcome<Value> {
        let mut value = Value::Resource(resource);
        for name in &path.0 {
            self.burn(node, 0)?;
            value = match value {
                Value::Null => return Ok(Value::Null),
                Value::Resource(resource) => match self.data.read(resource, name) {
                    Ok(value) => value,
                    Err(message) => return fail(node, message),
                },
                other => return fail(node, format!("`{name}` of {} in a query", other.kind())),
            };
        }
        Ok(value)
    }

    fn satisfies(&mut self, node: &Node, resource: Resource, condition: &Condition) -> Outcome<bool> {
        match condition {
            Condition::All(parts) => {
                for part in parts {
                    if !self.satisfies(node, resource, part)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Condition::Any(parts) => {
                for part in parts {
                    if self.satisfies(node, resource, part)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Condition::Compare(path, operator, operand) => {
                let value = self.follow(node, resource, path)?;
                let other = match operand {
                    Operand::Null => Value::Null,
                    Operand::Bool(flag) => Value::Bool(*flag),
                    Operand::Int(number) => Value::Int(*number),
                    Operand::Text(text) => Value::text(text.as_str()),
                    Operand::Path(path) => self.follow(node, resource, path)?,
                };
                Ok(compare(&value, *operator, &other))
            }
        }
    }
}

/// Nothing first, then by size; what cannot be compared keeps its order.
fn ascending(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        _ => by_size(a, b).unwrap_or(Ordering::Equal),
    }
}

/// A comparison as a database makes it: with nothing only `= null` and `!= null` hold.
pub fn compare(value: &Value, operator: Operator, other: &Value) -> bool {
    if *value == Value::Null || *other == Value::Null {
        let both = *value == Value::Null && *other == Value::Null;
        return match operator {
            Operator::Equal => both,
            Operator::NotEqual => !both && *other == Value::Null,
            _ => false,
        };
    }
    // A resource stands for its number, and what is written as a text for what it says.
    let plain = |value: &Value| match value {
        Value::Resource(resource) => Value::Int(resource.id),
        other => other.clone(),
    };
    let (value, other) = (plain(value), plain(other));
    let other = match (&value, &other) {
        (Value::Date(_), Value::Text(text)) => DateTime::stored(text).map_or(other.clone(), Value::Date),
        (Value::Int(_), Value::Text(text)) => text.trim().parse().map_or(other.clone(), Value::Int),
        (Value::Text(_), Value::Int(_)) => Value::text(other.show()),
        (Value::Bool(_), Value::Int(number)) => Value::Bool(*number != 0),
        _ => other.clone(),
    };
    let size = by_size(&value, &other);
    let (text, part) = (value.show(), other.show());
    match operator {
        Operator::Equal => size == Some(Ordering::Equal),
        Operator::NotEqual => size != Some(Ordering::Equal),
        Operator::Less => size == Some(Ordering::Less),
        Operator::LessEqual => size.is_some_and(Ordering::is_le),
        Operator::Greater => size == Some(Ordering::Greater),
        Operator::GreaterEqual => size.is_some_and(Ordering::is_ge),
        Operator::StartsWith => text.starts_with(&part),
        Operator::NotStartsWith => !text.starts_with(&part),
        Operator::EndsWith => text.ends_with(&part),
        Operator::NotEndsWith => !text.ends_with(&part),
        Operator::Contains => text.contains(&part),
        Operator::NotContains => !text.contains(&part),
        Operator::HasFlag => matches!((&value, &other), (Value::Int(value), Value::Int(flags)) if value & flags == *flags),
    }
}

/// A property with a text, or the number of a resource, that every resource found must have.
fn narrow(condition: &Condition) -> Option<(String, String)> {
    match condition {
        Condition::All(parts) => parts.iter().find_map(narrow),
        Condition::Compare(Path(names), Operator::Equal, operand) => match (&names[..], operand) {
            ([name], Operand::Text(text)) if name != "Id" => Some((name.clone(), text.clone())),
            ([name], Operand::Int(number)) if name == "Id" => Some((name.clone(), number.to_string())),
            _ => None,
        },
        Condition::Any(_) | Condition::Compare(..) => None,
    }
}
