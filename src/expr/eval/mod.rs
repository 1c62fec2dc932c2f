//! Code evaluated. It ends: there are no loops but over what a resource holds, and every step and every byte made uses up
//! fuel. It is deterministic: the time comes from outside, and no culture is asked.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "C# converts whole numbers so, and lengths are bounded"
)]

mod class;
mod operator;
mod order;
mod query;
mod sequence;
mod string;

pub use query::compare;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use crate::grammar::expressions::{Class, ClassMember, class_named};

use super::check::{Checked, Use};
use super::csharp::tree::{Code, Kind, Node, Part, Statement, StatementKind};
use super::date::DateTime;
use super::schema::EntityId;
use super::types::Type;
use super::value::{Resource, Value};

/// Steps of one evaluation.
const FUEL: u64 = 1_000_000;
/// Bytes of the longest text that is made.
const LONGEST: usize = 1 << 20;

/// Where the values of resources come from.
pub trait Data {
    /// The value of a property: of a navigation property a resource, or a list of them.
    fn read(&self, resource: Resource, property: &str) -> Result<Value, String>;

    /// The resources of an entity type, by key; where a property and a text are given, at least those whose property has
    /// exactly that text.
    fn find(&self, entity: EntityId, equal: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String>;

    /// The order being prepared, where there is one.
    fn order(&self) -> Option<&Order> {
        None
    }
}

/// What an order does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// `Added`, `Modified` or `Deleted`.
    pub change: String,
    /// The values that it sets; none empties one.
    pub scalars: BTreeMap<String, Option<String>>,
    /// The links that it changes.
    pub links: BTreeSet<String>,
}

/// Why code gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// What went wrong.
    pub message: String,
    /// Bytes of the code.
    pub span: Range<usize>,
}

type Outcome<T> = Result<T, EvalError>;

/// Evaluates code that was judged and found to have an embedded form.
pub fn evaluate(code: &Code, checked: &Checked, input: Value, data: &dyn Data, now: DateTime) -> Result<Value, EvalError> {
    let mut evaluator = Evaluator { checked, input, data, now, fuel: FUEL, locals: Vec::new() };
    match evaluator.statements(&code.body)? {
        Flow::Return(value) => Ok(value),
        Flow::Next => Err(EvalError { message: "the code ended without a `return`".to_owned(), span: 0..0 }),
    }
}

/// What comes after a statement.
enum Flow {
    Next,
    Return(Value),
}

struct Evaluator<'e> {
    checked: &'e Checked,
    input: Value,
    data: &'e dyn Data,
    now: DateTime,
    fuel: u64,
    locals: Vec<(&'e str, Value)>,
}

fn fail<T>(node: &Node, message: impl Into<String>) -> Outcome<T> {
    Err(EvalError { message: message.into(), span: node.span.clone() })
}

impl<'e> Evaluator<'e> {
    fn meaning(&self, node: &Node) -> Use {
        self.checked.uses.get(node.id as usize).copied().unwrap_or(Use::Nothing)
    }

    fn type_of(&self, node: &Node) -> &Type {
        self.checked.types.get(node.id as usize).unwrap_or(&Type::Unknown)
    }

    fn burn(&mut self, node: &Node, steps: usize) -> Outcome<()> {
        match self.fuel.checked_sub(steps as u64 + 1) {
            Some(left) => {
                self.fuel = left;
                Ok(())
            }
            None => fail(node, "the expression takes too many steps"),
        }
    }

    /// A text that was made.
    fn made(&mut self, node: &Node, text: String) -> Outcome<Value> {
        self.burn(node, text.len() / 16)?;
        if text.len() > LONGEST { fail(node, "the expression makes a text of more than 1 MiB") } else { Ok(Value::text(text)) }
    }

    fn statements(&mut self, body: &'e [Statement]) -> Outcome<Flow> {
        let outside = self.locals.len();
        for statement in body {
            if let Flow::Return(value) = self.statement(statement)? {
                return Ok(Flow::Return(value));
            }
        }
        self.locals.truncate(outside);
        Ok(Flow::Next)
    }

    fn statement(&mut self, statement: &'e Statement) -> Outcome<Flow> {
        match &statement.kind {
            StatementKind::Return(Some(value)) => return Ok(Flow::Return(self.value(value)?)),
            StatementKind::Return(None) => return Ok(Flow::Return(Value::Null)),
            StatementKind::If(condition, yes, no) => {
                return if self.truth(condition)? { self.statements(yes) } else { self.statements(no) };
            }
            StatementKind::Block(body) => return self.statements(body),
            StatementKind::Declare { name, value, .. } => {
                let value = value.as_ref().map_or(Ok(Value::Null), |value| self.value(value))?;
                self.locals.push((&name.text, value));
            }
            StatementKind::Assign { name, add, value: node } => {
                let mut value = self.value(node)?;
                let Some(place) = self.locals.iter().rposition(|(local, _)| *local == name.text) else {
                    return fail(node, format!("there is no variable `{}`", name.text));
                };
                if *add {
                    let old = self.locals[place].1.clone();
                    value = self.plus(node, &old, &value)?;
                }
                self.locals[place].1 = value;
            }
            StatementKind::Put { name, key, value } => {
                let (text, value) = (self.value(key)?, self.value(value)?);
                self.put(key, &name.text, &text, value)?;
            }
            StatementKind::Expression(value) => {
                self.value(value)?;
            }
            StatementKind::Refused(construct) => {
                return Err(EvalError { message: format!("{construct} has no embedded form"), span: statement.span.clone() });
            }
        }
        Ok(Flow::Next)
    }

    fn truth(&mut self, node: &'e Node) -> Outcome<bool> {
        match self.value(node)? {
            Value::Bool(flag) => Ok(flag),
            other => fail(node, format!("a condition is true or false, this is {}", other.kind())),
        }
    }

    /// The value of a node; null where a `?.` in it ended the chain.
    fn value(&mut self, node: &'e Node) -> Outcome<Value> {
        Ok(self.chain(node)?.unwrap_or(Value::Null))
    }

    /// The value of a node; none where a `?.` in it ended the chain, which what follows it then does not continue.
    fn chain(&mut self, node: &'e Node) -> Outcome<Option<Value>> {
        self.burn(node, 0)?;
        Ok(Some(match &node.kind {
            Kind::Null => Value::Null,
            Kind::Bool(flag) => Value::Bool(*flag),
            Kind::Int(number, _) => Value::Int(*number),
            Kind::Double(number) => Value::Double(*number),
            Kind::Char(sign) => Value::Char(*sign),
            Kind::Text(text) => Value::text(text.as_str()),
            Kind::Interpolated(parts) => self.interpolated(node, parts)?,
            Kind::Name(name) => self.name(node, name)?,
            Kind::Paren(inner) => self.value(inner)?,
            Kind::Member { target, name, safe } => return self.member(node, target, &name.text, *safe),
            Kind::Call { function, arguments, .. } => return self.call(node, function, arguments),
            Kind::Index(target, index) => {
                let Some(target) = self.chain(target)? else { return Ok(None) };
                let index = self.value(index)?;
                item(node, &target, &index)?
            }
            Kind::Unary(operator, value) => self.unary(node, *operator, value)?,
            Kind::Binary(operator, left, right) => self.binary(node, *operator, left, right)?,
            Kind::Choice(condition, yes, no) => {
                if self.truth(condition)? {
                    self.value(yes)?
                } else {
                    self.value(no)?
                }
            }
            Kind::Cast(kind, value) => self.cast(node, &kind.text, value)?,
            Kind::As(value, kind) => match (self.value(value)?, kind.text.as_str()) {
                (Value::Text(text), "string" | "String") => Value::Text(text),
                (_, "string" | "String") => Value::Null,
                (value, _) => value,
            },
            Kind::IsNull(value, not) => Value::Bool((self.value(value)? == Value::Null) != *not),
            Kind::Lambda(..) => return fail(node, "a function on its own has no embedded form"),
            Kind::New(..) if *self.type_of(node) == Type::Special("Dictionary") => Value::Map(Arc::default()),
            Kind::New(..) => return fail(node, "a new object has no embedded form"),
            Kind::Out(_) => return fail(node, "an out variable has no embedded form"),
            Kind::Refused(construct) => return fail(node, format!("{construct} has no embedded form")),
        }))
    }

    fn interpolated(&mut self, node: &Node, parts: &'e [Part]) -> Outcome<Value> {
        let mut out = String::new();
        for part in parts {
            match part {
                Part::Text(text) => out.push_str(text),
                Part::Value(inner, format) => match (self.value(inner)?, format) {
                    (Value::Date(date), Some(format)) => match date.format(format) {
                        Some(text) => out.push_str(&text),
                        None => return fail(inner, format!("the format `{format}` has no embedded form")),
                    },
                    (value, _) => out.push_str(&value.show()),
                },
            }
        }
        self.made(node, out)
    }

    fn name(&mut self, node: &Node, name: &str) -> Outcome<Value> {
        match self.meaning(node) {
            Use::Local => match self.locals.iter().rev().find(|(local, _)| *local == name) {
                Some((_, value)) => Ok(value.clone()),
                None => fail(node, format!("`{name}` has no value yet")),
            },
            Use::Input => Ok(self.input.clone()),
            // There is one, or there is none; what it says its members tell.
            Use::Implicit(variable) if variable.kind == "ProvisioningOrder" => {
                Ok(self.data.order().map_or(Value::Null, |order| Value::text(order.change.as_str())))
            }
            _ => fail(node, format!("`{name}` has no embedded form")),
        }
    }

    fn member(&mut self, node: &'e Node, target: &'e Node, name: &str, safe: bool) -> Outcome<Option<Value>> {
        if let Use::Member(class, member) = self.meaning(node)
            && member.is_static
        {
            return self.static_member(node, class, member, &[]).map(Some);
        }
        let Some(value) = self.chain(target)? else { return Ok(None) };
        let nullable = |member: &ClassMember| member.name == "HasValue";
        match (self.meaning(node), value) {
            (Use::Member(_, member), value) if nullable(member) => Ok(Some(Value::Bool(value != Value::Null))),
            (_, Value::Null) if safe => Ok(None),
            (_, Value::Null) => fail(node, format!("`{name}` of null")),
            (Use::Property, Value::Resource(resource)) => match self.data.read(resource, name) {
                Ok(value) => Ok(Some(value)),
                Err(message) => fail(node, message),
            },
            (Use::Member(class, _), change) if class.kind == Some("ProvisioningOrder") => Ok(Some(change)),
            (Use::Member(class, _), Value::Map(items)) if class.kind == Some("Dictionary") => {
                Ok(Some(Value::Int(items.len() as i64)))
            }
            (Use::Length, Value::List(items)) => Ok(Some(Value::Int(items.len() as i64))),
            (Use::Member(class, member), value) => self.instance_member(node, class, member, &value, &[]).map(Some),
            _ => fail(node, format!("`{name}` has no embedded form")),
        }
    }

    fn call(&mut self, node: &'e Node, function: &'e Node, arguments: &'e [Node]) -> Outcome<Option<Value>> {
        let Kind::Member { target, name, safe } = &function.kind else { return fail(node, "this call has no embedded form") };
        let meaning = self.meaning(node);
        match meaning {
            Use::Order => return self.of_order(node, &name.text, arguments).map(Some),
            Use::Member(class, member) if class.kind == Some("Dictionary") => {
                return self.of_dictionary(node, target, member.name, arguments).map(Some);
            }
            Use::Query(entity) => {
                let Some(text) = arguments.first() else { return fail(node, "a query without a text") };
                return self.query(text, entity).map(Some);
            }
            // What is logged is for the product's log.
            Use::Member(class, _) if class.kind == Some("Logger") => {
                self.values(arguments)?;
                return Ok(Some(Value::Null));
            }
            _ => {}
        }
        if let Use::Member(class, member) = meaning
            && member.is_static
        {
            let arguments = self.values(arguments)?;
            return self.static_member(node, class, member, &arguments).map(Some);
        }
        let Some(value) = self.chain(target)? else { return Ok(None) };
        if value == Value::Null && *safe {
            return Ok(None);
        }
        match meaning {
            Use::Sequence(method) => self.sequence(node, method, &value, arguments).map(Some),
            Use::Member(class, member) => {
                let arguments = self.values(arguments)?;
                if value == Value::Null {
                    return self.of_null(node, target, class, member, &arguments).map(Some);
                }
                self.instance_member(node, class, member, &value, &arguments).map(Some)
            }
            _ => fail(node, format!("`{}` has no embedded form", name.text)),
        }
    }

    /// The methods that null has too.
    fn of_null(&self, node: &Node, target: &Node, class: &Class, member: &ClassMember, arguments: &[Value]) -> Outcome<Value> {
        match (class.kind, member.name, arguments) {
            (Some("Nullable"), "GetValueOrDefault", [default]) => Ok(default.clone()),
            (Some("Nullable"), "GetValueOrDefault", _) => Ok(match self.type_of(target) {
                Type::Bool => Value::Bool(false),
                Type::Double => Value::Double(0.0),
                Type::DateTime => Value::Date(DateTime::MIN),
                Type::Char => Value::Char('\0'),
                kind if kind.is_number() => Value::Int(0),
                _ => Value::Null,
            }),
            // The product's own methods take null.
            (_, "Simplify" | "RemoveDiacritics" | "ToTitle", _) => Ok(Value::Null),
            (_, "ToString", _) if self.type_of(target).is_plain() => Ok(Value::text("")),
            _ => fail(node, format!("`{}` of null", member.name)),
        }
    }

    fn values(&mut self, nodes: &'e [Node]) -> Outcome<Vec<Value>> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn cast(&mut self, node: &Node, kind: &str, value: &'e Node) -> Outcome<Value> {
        let value = self.value(value)?;
        let fits = match (kind, &value) {
            ("int" | "long" | "short" | "byte" | "Int32" | "Int64", Value::Double(number)) => {
                return Ok(Value::Int(number.trunc() as i64));
            }
            ("int" | "long" | "short" | "byte" | "Int32" | "Int64", Value::Char(sign)) => {
                return Ok(Value::Int(i64::from(u32::from(*sign))));
            }
            ("double" | "Double", Value::Int(number)) => return Ok(Value::Double(*number as f64)),
            (_, Value::Null)
            | ("string" | "String", Value::Text(_))
            | ("bool" | "Boolean", Value::Bool(_))
            | ("DateTime", Value::Date(_))
            | ("int" | "long" | "short" | "byte" | "Int32" | "Int64", Value::Int(_))
            | ("double" | "Double", Value::Double(_)) => true,
            (kind, _) => class_named(kind).is_none_or(|class| class.kind.is_none()),
        };
        if fits { Ok(value) } else { fail(node, format!("{} is no {kind}", value.kind())) }
    }

    fn function(&mut self, parameter: &'e str, body: &'e Node, item: Value) -> Outcome<Value> {
        let outside = self.locals.len();
        self.locals.push((parameter, item));
        let result = self.value(body);
        self.locals.truncate(outside);
        result
    }
}

/// The item of a text or a list at a place.
fn item(node: &Node, target: &Value, index: &Value) -> Outcome<Value> {
    let Value::Int(index) = index else { return fail(node, "an index is a number") };
    let at = usize::try_from(*index).unwrap_or(usize::MAX);
    let found = match target {
        Value::Text(text) => string::unit(text, at).map(Value::Char),
        Value::List(items) => items.get(at).cloned(),
        Value::Null => return fail(node, "an index into null"),
        _ => return fail(node, "this index has no embedded form"),
    };
    found.map_or_else(|| fail(node, format!("there is no item {index}")), Ok)
}

/// A list of values.
fn list(items: Vec<Value>) -> Value {
    Value::List(Arc::from(items))
}

#[cfg(test)]
mod tests;
