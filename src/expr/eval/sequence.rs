//! Methods of sequences.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::expr::csharp::tree::{Kind, Node};
use crate::expr::value::Value;
use crate::grammar::expressions::SequenceMethod;

use super::operator::{by_size, equal};
use super::{Evaluator, Outcome, fail, list};

impl<'e> Evaluator<'e> {
    pub(super) fn sequence(
        &mut self,
        node: &Node,
        method: &SequenceMethod,
        target: &Value,
        arguments: &'e [Node],
    ) -> Outcome<Value> {
        let items: Arc<[Value]> = match target {
            Value::List(items) => Arc::clone(items),
            Value::Text(text) => text.chars().map(Value::Char).collect(),
            other => return fail(node, format!("`{}` of {}", method.name, other.kind())),
        };
        self.burn(node, items.len())?;
        let argument = arguments.first();
        Ok(match method.name {
            "Any" if argument.is_none() => Value::Bool(!items.is_empty()),
            "Any" => Value::Bool(self.first(&items, argument, false)?.is_some()),
            "All" => {
                for item in items.iter() {
                    if !self.holds(argument, item)? {
                        return Ok(Value::Bool(false));
                    }
                }
                Value::Bool(true)
            }
            "Count" => Value::Int(self.kept(&items, argument)?.len() as i64),
            "Where" => list(self.kept(&items, argument)?),
            "Select" => list(self.mapped(&items, argument)?),
            "First" | "FirstOrDefault" => one(node, method, self.first(&items, argument, false)?)?,
            "Last" | "LastOrDefault" => one(node, method, self.first(&items, argument, true)?)?,
            "Single" | "SingleOrDefault" => {
                let mut kept = self.kept(&items, argument)?;
                if kept.len() > 1 {
                    return fail(node, format!("`{}` of a list with {} such items", method.name, kept.len()));
                }
                one(node, method, kept.pop())?
            }
            "Max" => self.best(node, method, &items, argument, Ordering::Greater)?,
            "Min" => self.best(node, method, &items, argument, Ordering::Less)?,
            "OrderBy" => self.ordered(node, &items, argument, false)?,
            "OrderByDescending" => self.ordered(node, &items, argument, true)?,
            "Skip" => list(items.iter().skip(self.count(argument)?).cloned().collect()),
            "SkipLast" => list(items[..items.len().saturating_sub(self.count(argument)?)].to_vec()),
            "Take" => list(items.iter().take(self.count(argument)?).cloned().collect()),
            "Contains" => {
                let wanted = argument.map_or(Ok(Value::Null), |argument| self.value(argument))?;
                Value::Bool(items.iter().any(|item| equal(item, &wanted)))
            }
            "ToList" | "ToArray" => Value::List(items),
            "ToHashSet" | "Distinct" => {
                self.burn(node, items.len() * items.len().min(1000) / 16)?;
                let mut distinct: Vec<Value> = Vec::new();
                for item in items.iter() {
                    if !distinct.iter().any(|known| equal(known, item)) {
                        self.burn(node, distinct.len())?;
                        distinct.push(item.clone());
                    }
                }
                list(distinct)
            }
            "Reverse" => list(items.iter().rev().cloned().collect()),
            name => return fail(node, format!("`{name}` has no embedded form")),
        })
    }

    /// What a function gives for an item; the item itself where there is none.
    fn apply(&mut self, function: Option<&'e Node>, item: &Value) -> Outcome<Value> {
        match function.map(|node| (&node.kind, node)) {
            None => Ok(item.clone()),
            Some((Kind::Lambda(parameter, body), _)) => self.function(&parameter.text, body, item.clone()),
            Some((_, node)) => fail(node, "a function that is named has no embedded form"),
        }
    }

    fn holds(&mut self, predicate: Option<&'e Node>, item: &Value) -> Outcome<bool> {
        if predicate.is_none() {
            return Ok(true);
        }
        Ok(self.apply(predicate, item)? == Value::Bool(true))
    }

    fn kept(&mut self, items: &[Value], predicate: Option<&'e Node>) -> Outcome<Vec<Value>> {
        let mut kept = Vec::new();
        for item in items {
            if self.holds(predicate, item)? {
                kept.push(item.clone());
            }
        }
        Ok(kept)
    }

    fn mapped(&mut self, items: &[Value], selector: Option<&'e Node>) -> Outcome<Vec<Value>> {
        items.iter().map(|item| self.apply(selector, item)).collect()
    }

    fn first(&mut self, items: &[Value], predicate: Option<&'e Node>, from_end: bool) -> Outcome<Option<Value>> {
        for number in 0..items.len() {
            let item = &items[if from_end { items.len() - 1 - number } else { number }];
            if self.holds(predicate, item)? {
                return Ok(Some(item.clone()));
            }
        }
        Ok(None)
    }

    fn best(
        &mut self,
        node: &Node,
        method: &SequenceMethod,
        items: &[Value],
        selector: Option<&'e Node>,
        wanted: Ordering,
    ) -> Outcome<Value> {
        let mut best = Value::Null;
        for value in self.mapped(items, selector)? {
            if best == Value::Null {
                best = value;
            } else if value != Value::Null {
                match by_size(&value, &best) {
                    Some(order) if order == wanted => best = value,
                    Some(_) => {}
                    None => return fail(node, format!("`{}` of values that do not compare", method.name)),
                }
            }
        }
        Ok(best)
    }

    /// Sorted by a key; items of equal keys keep their order, null comes first.
    fn ordered(&mut self, node: &Node, items: &[Value], key: Option<&'e Node>, descending: bool) -> Outcome<Value> {
        let mut keyed = Vec::with_capacity(items.len());
        for item in items {
            keyed.push((self.apply(key, item)?, item.clone()));
        }
        self.burn(node, items.len() * items.len().checked_ilog2().unwrap_or(0) as usize)?;
        let order = |a: &Value, b: &Value| match (a, b) {
            (Value::Null, Value::Null) => Ordering::Equal,
            (Value::Null, _) => Ordering::Less,
            (_, Value::Null) => Ordering::Greater,
            _ => by_size(a, b).unwrap_or(Ordering::Equal),
        };
        keyed.sort_by(|(a, _), (b, _)| if descending { order(b, a) } else { order(a, b) });
        Ok(list(keyed.into_iter().map(|(_, item)| item).collect()))
    }

    fn count(&mut self, argument: Option<&'e Node>) -> Outcome<usize> {
        let Some(argument) = argument else { return Ok(0) };
        match self.value(argument)? {
            Value::Int(number) => Ok(usize::try_from(number).unwrap_or(0)),
            other => fail(argument, format!("{} is no number", other.kind())),
        }
    }
}

/// The one item, or what there is in place of none.
fn one(node: &Node, method: &SequenceMethod, found: Option<Value>) -> Outcome<Value> {
    match found {
        Some(value) => Ok(value),
        None if method.name.ends_with("OrDefault") => Ok(Value::Null),
        None => fail(node, format!("`{}` of a list without such an item", method.name)),
    }
}
