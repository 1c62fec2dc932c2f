//! `ArgumentsExpression`: texts that an order takes along, computed from what it does.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json};

use crate::expr::Expression;
use crate::expr::check::{Checked, Context, Use, check};
use crate::expr::csharp::tree::Code;
use crate::expr::csharp::{Parsed, parse};
use crate::expr::date::DateTime;
use crate::expr::eval::{Data, Order, evaluate};
use crate::expr::schema::EntityId;
use crate::expr::types::Type;
use crate::expr::value::{Resource, Value};
use crate::plan::model::Value as Attribute;
use crate::tasks::TaskError;
use crate::tasks::expressions::{PlanSchema, StoreData};

use super::Scope;

/// The program of a resource type.
pub(super) struct Arguments {
    code: Code,
    checked: Checked,
}

/// The store, and the order being prepared.
struct OrderData<'s> {
    store: &'s StoreData<'s>,
    order: Order,
}

impl Data for OrderData<'_> {
    fn read(&self, resource: Resource, property: &str) -> Result<Value, String> {
        self.store.read(resource, property)
    }

    fn find(&self, entity: EntityId, equal: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String> {
        self.store.find(entity, equal)
    }

    fn order(&self) -> Option<&Order> {
        Some(&self.order)
    }
}

impl Arguments {
    /// The programs of a task's resource types that have one; all that have no embedded form are told at once.
    pub(super) fn compile<'a>(schema: &PlanSchema<'_>, scope: &Scope<'a>) -> Result<BTreeMap<&'a str, Self>, TaskError> {
        let mut programs = BTreeMap::new();
        let mut refused = Vec::new();
        for resource_type in &scope.resource_types {
            let Some(Attribute::Text(text)) = resource_type.attributes.get("ArgumentsExpression") else { continue };
            match Self::of_text(schema, text.trim()) {
                Ok(Some(program)) => {
                    programs.insert(resource_type.id.as_str(), program);
                }
                Ok(None) => {}
                Err(reason) => refused.push(format!("{} ({reason})", resource_type.id)),
            }
        }
        if refused.is_empty() {
            return Ok(programs);
        }
        let message = format!("ArgumentsExpression of {} has no embedded form", refused.join(", "));
        Err(TaskError::new(message).help("`check --embedded` shows where; generate the orders with the process executor"))
    }

    fn of_text(schema: &PlanSchema<'_>, text: &str) -> Result<Option<Self>, String> {
        if text.is_empty() {
            return Ok(None);
        }
        let (parameter, code) = match Expression::parse(text).map_err(|error| error.message)? {
            Expression::CSharp { parameter, code } => (parameter, code),
            other => return Err(other.construct()),
        };
        let code = match parse(&text[code]) {
            Parsed::Code(code) => code,
            Parsed::Wrong(error) => return Err(error.message),
            Parsed::Beyond(what) => return Err(what.to_owned()),
        };
        let context = Context {
            schema,
            element: "ResourceType",
            parameter: parameter.as_deref(),
            input: Type::Unknown,
            expected: Type::Unknown,
            strict: false,
        };
        let checked = check(&code, &context);
        if let Some(problem) = checked.problems.first() {
            return Err(problem.message.clone());
        }
        if checked.uses.iter().any(|meaning| matches!(meaning, Use::Input)) {
            return Err("its input, which no page describes".to_owned());
        }
        Ok(Some(Self { code, checked }))
    }

    /// The arguments of an order; none where the expression gives null.
    pub(super) fn of(
        &self,
        change: &str,
        changes: Option<&Json>,
        store: &StoreData<'_>,
    ) -> Result<Option<Map<String, Json>>, String> {
        let mut order = Order { change: change.to_owned(), ..Order::default() };
        for (name, value) in changes.and_then(Json::as_object).into_iter().flatten() {
            match value {
                Json::Array(_) => {
                    let property = name.rsplit_once('_').map_or(name.as_str(), |(property, _)| property);
                    order.links.insert(property.to_owned());
                }
                value => {
                    order.scalars.insert(name.clone(), value.as_str().map(str::to_owned));
                }
            }
        }
        let data = OrderData { store, order };
        // The same assignment makes the same order whenever it is made, so that an approval fits it.
        let value = evaluate(&self.code, &self.checked, Value::Null, &data, DateTime::MIN).map_err(|error| error.message)?;
        match value {
            Value::Null => Ok(None),
            Value::Map(items) => {
                let text = |value: &Value| if *value == Value::Null { Json::Null } else { value.show().into() };
                Ok(Some(items.iter().map(|(name, value)| (name.clone(), text(value))).collect()))
            }
            other => Err(format!("it gives {}, not a dictionary", other.kind())),
        }
    }
}
