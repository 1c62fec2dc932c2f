//! The order being prepared, and the dictionary that its arguments are put into.

use std::sync::Arc;

use crate::expr::check::Use;
use crate::expr::csharp::tree::{Kind, Node};
use crate::expr::value::Value;

use super::{Evaluator, Outcome, fail};

impl<'e> Evaluator<'e> {
    /// A method of `provisioningOrder`.
    pub(super) fn of_order(&mut self, node: &Node, method: &str, arguments: &'e [Node]) -> Outcome<Value> {
        let data = self.data;
        let Some(order) = data.order() else { return fail(node, format!("`{method}` of null")) };
        let property = arguments.first().map_or(Ok(Value::Null), |property| self.value(property))?.show();
        let scalar = order.scalars.get(&property);
        if let Some(Node { kind: Kind::Out(variable), .. }) = arguments.get(1) {
            let value = scalar.cloned().flatten().map_or(Value::Null, Value::text);
            self.locals.push((&variable.text, value));
            return Ok(Value::Bool(scalar.is_some()));
        }
        Ok(Value::Bool(scalar.is_some() || order.links.contains(&property)))
    }

    /// A method of a dictionary, which a local variable holds.
    pub(super) fn of_dictionary(&mut self, node: &Node, target: &'e Node, method: &str, arguments: &'e [Node]) -> Outcome<Value> {
        let values = self.values(arguments)?;
        match (method, &values[..], &target.kind) {
            ("ContainsKey", [key], _) => match self.value(target)? {
                Value::Map(items) => Ok(Value::Bool(items.contains_key(&key.show()))),
                other => fail(node, format!("`{method}` of {}", other.kind())),
            },
            ("Add", [key, value], Kind::Name(name)) if matches!(self.meaning(target), Use::Local) => {
                if let Some((_, Value::Map(items))) = self.locals.iter().rev().find(|(local, _)| local == name)
                    && items.contains_key(&key.show())
                {
                    return fail(node, format!("the dictionary has the key `{}` already", key.show()));
                }
                self.put(node, name, key, value.clone())?;
                Ok(Value::Null)
            }
            _ => fail(node, format!("`{method}` of this dictionary has no embedded form")),
        }
    }

    /// Sets a value of a dictionary that a local variable holds.
    pub(super) fn put(&mut self, node: &Node, name: &str, key: &Value, value: Value) -> Outcome<()> {
        if *key == Value::Null {
            return fail(node, "the key of a dictionary is null");
        }
        self.burn(node, 8)?;
        match self.locals.iter_mut().rev().find(|(local, _)| *local == name) {
            Some((_, Value::Map(items))) => {
                Arc::make_mut(items).insert(key.show(), value);
                Ok(())
            }
            _ => fail(node, format!("`{name}` is no dictionary")),
        }
    }
}
