//! From the expression in the plan to what is done for each resource, or the reason why nothing can be done.

use rusqlite::Connection;

use crate::expr::check::{Checked, Context, check};
use crate::expr::csharp::tree::Code;
use crate::expr::csharp::{Parsed, parse};
use crate::expr::date::DateTime;
use crate::expr::eval::evaluate;
use crate::expr::function::{Function, of_text};
use crate::expr::schema::{EntityId, Schema};
use crate::expr::types::Type;
use crate::expr::value::{Resource, Value};
use crate::expr::zone::Zone;
use crate::expr::{Binding, Expression, literal};
use crate::plan::model::PropertyExpression;
use crate::tasks::TaskError;

use super::data::StoreData;
use super::path::path;
use super::schema::PlanSchema;

/// A computed property that can be computed.
pub(super) struct Program<'p> {
    pub(super) entity_type: &'p str,
    pub(super) property: &'p str,
    pub(super) valuation: Valuation,
}

/// What a rule says of a value: a binding, an expression, or an expression over a binding.
#[derive(Clone, Copy)]
pub(in crate::tasks) struct Formula<'p> {
    /// The element that says it.
    pub(in crate::tasks) element: &'static str,
    /// Entity type of the resource that it starts from.
    pub(in crate::tasks) entity_type: &'p str,
    /// The type of the value, a name of `EntityPropertyType`.
    pub(in crate::tasks) kind: &'p str,
    pub(in crate::tasks) binding: Option<&'p str>,
    pub(in crate::tasks) expression: Option<&'p str>,
}

/// A formula that can be computed.
pub(in crate::tasks) struct Valuation {
    /// The type of the value.
    pub(in crate::tasks) kind: String,
    /// Joins from the resource `r`, and the value they lead to; a constant is its only parameter.
    pub(in crate::tasks) joins: String,
    pub(in crate::tasks) value: String,
    pub(in crate::tasks) constant: Option<String>,
    /// The type of the property that a binding leads to, where nothing is made of the value.
    pub(in crate::tasks) read: Option<String>,
    /// Whether the value is that of a property, and not only asked for.
    stored: bool,
    /// What is made of the value.
    pub(super) transform: Transform,
}

impl Valuation {
    /// The text that is stored for a resource, made of what the joins lead to; or why there is none.
    pub(in crate::tasks) fn finish(
        &self,
        value: Option<String>,
        resource: i64,
        data: &StoreData<'_>,
        now: DateTime,
    ) -> Result<Option<String>, String> {
        let made = self.transform.apply(value, resource, &self.kind, data, now)?;
        // An empty text is no value, wherever it comes from.
        let Some(text) = made.filter(|text| !text.is_empty()) else { return Ok(None) };
        match &self.transform {
            // Files write numbers, dates and truth values in many ways, the store in one.
            Transform::None | Transform::Text(_) if self.stored && is_typed(&self.kind) => Value::text(text).store(&self.kind),
            _ => Ok(Some(text)),
        }
    }
}

/// Whether values of a type can be written in several ways.
fn is_typed(kind: &str) -> bool {
    matches!(kind, "Bool" | "Byte" | "DateTime" | "Double" | "Int16" | "Int32" | "Int64")
}

/// A text in the one way in which a value of the type is stored; as it is where it is none.
pub(in crate::tasks) fn canonical(kind: &str, text: String) -> String {
    if is_typed(kind) { Value::stored(kind, &text).and_then(|value| value.store(kind).ok()?).unwrap_or(text) } else { text }
}

/// What is made of a value.
pub(super) enum Transform {
    /// Nothing.
    None,
    /// Another text.
    Text(fn(&str) -> String),
    /// The date that it says in a format, local or in UTC, so many minutes later.
    Date(String, i64, Option<Zone>),
    /// What C# returns.
    Code(Box<CSharp>),
}

/// C# with what it is over.
pub(super) struct CSharp {
    code: Code,
    checked: Checked,
    /// The entity type of the resource, where that is the input; else the type of the property it comes from.
    input: Result<EntityId, String>,
}

impl Transform {
    /// The text that is stored, or why there is none.
    pub(super) fn apply(
        &self,
        value: Option<String>,
        resource: i64,
        kind: &str,
        data: &StoreData<'_>,
        now: DateTime,
    ) -> Result<Option<String>, String> {
        match (self, value) {
            (Self::None, value) => Ok(value),
            (Self::Text(function), value) => Ok(value.map(|value| function(&value))),
            (Self::Date(..), None) => Ok(None),
            (Self::Date(format, minutes, zone), Some(text)) => {
                let date = DateTime::parse(format, text.trim());
                let date = date.ok_or_else(|| format!("`{text}` is not a date of the form `{format}`"))?;
                let date = zone.as_ref().map_or(Some(date), |zone| zone.to_utc(date));
                let date = date.ok_or_else(|| format!("there is no such time as `{text}` in its time zone"))?;
                let date = date.plus(minutes.saturating_mul(60 * crate::expr::date::SECOND));
                let date = date.ok_or_else(|| format!("{minutes} minutes after `{text}` there is no date"))?;
                Value::Date(date).store(kind)
            }
            (Self::Code(program), value) => {
                let input = match (&program.input, value) {
                    (Ok(entity), _) => Value::Resource(Resource { entity: *entity, id: resource }),
                    (Err(_), None) => Value::Null,
                    (Err(kind), Some(text)) => {
                        Value::stored(kind, &text).ok_or_else(|| format!("`{text}` is no value of type {kind}"))?
                    }
                };
                let value = evaluate(&program.code, &program.checked, input, data, now);
                value.map_err(|error| error.message)?.store(kind)
            }
        }
    }
}

/// Compiles a computed property, or says why it has no embedded form.
pub(super) fn compile<'p>(
    store: &Connection,
    schema: &PlanSchema<'p>,
    expression: &'p PropertyExpression,
) -> Result<Result<Program<'p>, String>, TaskError> {
    let (entity_type, property) = (expression.entity_type.as_str(), expression.property.as_str());
    let Some(kind) = schema.kind(entity_type, property) else {
        return Ok(Err("the property does not exist".to_owned()));
    };
    if kind == "ForeignKey" || expression.criteria.is_some() {
        return Ok(Err("a navigation property".to_owned()));
    }
    let formula = Formula {
        element: "EntityPropertyExpression",
        entity_type,
        kind,
        binding: expression.binding.as_deref(),
        expression: expression.expression.as_deref(),
    };
    Ok(value(store, schema, formula)?.map(|valuation| Program { entity_type, property, valuation }))
}

/// Compiles a formula, or says why it has no embedded form.
pub(in crate::tasks) fn value(
    store: &Connection,
    schema: &PlanSchema<'_>,
    formula: Formula<'_>,
) -> Result<Result<Valuation, String>, TaskError> {
    let kind = formula.kind;
    let mut valuation = Valuation {
        kind: kind.to_owned(),
        joins: String::new(),
        value: "?1".to_owned(),
        constant: None,
        read: None,
        stored: matches!(formula.element, "BinaryRule" | "EntityPropertyExpression" | "ScalarRule"),
        transform: Transform::None,
    };
    let written = match formula.expression.map(|text| Expression::parse(text.trim())) {
        None => None,
        Some(Err(error)) => return Ok(Err(error.message)),
        Some(Ok(Expression::Literal(value))) => {
            return Ok(literal(kind, &value).map(|value| Valuation { constant: Some(value), ..valuation }));
        }
        Some(Ok(other)) => Some(other),
    };
    let mut input = Ok(schema.entity(formula.entity_type));
    match formula.binding.map(Binding::parse) {
        Some(Err(error)) => return Ok(Err(error.message)),
        Some(Ok(binding)) => match path(store, schema.model(), formula.entity_type, &binding)? {
            Err(reason) => return Ok(Err(reason)),
            Ok(found) => {
                (valuation.joins, valuation.value) = (found.joins, found.value);
                valuation.read = written.is_none().then(|| found.kind.clone());
                input = Err(found.kind);
            }
        },
        None => match &written {
            None => return Ok(Err("neither a binding nor an expression".to_owned())),
            Some(Expression::Function(function)) => {
                return Ok(Err(format!("function {} without a binding that gives it a value", function.name)));
            }
            Some(_) => {}
        },
    }
    let transform = match written {
        None | Some(Expression::Literal(_)) => Ok(Transform::None),
        Some(Expression::Function(function)) => called(&function),
        Some(Expression::CSharp { parameter, code }) => {
            let text = formula.expression.unwrap_or_default().trim();
            csharp(schema, formula.element, &text[code], parameter.as_deref(), input, kind)
        }
    };
    Ok(transform.map(|transform| Valuation { transform, ..valuation }))
}

fn called(function: &Function) -> Result<Transform, String> {
    if let Some(function) = of_text(&function.name) {
        return Ok(Transform::Text(function));
    }
    match (function.name.as_str(), &function.arguments[..]) {
        ("ParseUniversalDate", [format]) => Ok(Transform::Date(format.clone(), 0, None)),
        ("ParseUniversalDateThenAddMinutes", [_, format, minutes]) => Ok(Transform::Date(format.clone(), number(minutes)?, None)),
        ("ParseLocalDate", [zone, format]) => Ok(Transform::Date(format.clone(), 0, Some(named(zone)?))),
        ("ParseLocalDateThenAddMinutes", [zone, format, minutes]) => {
            Ok(Transform::Date(format.clone(), number(minutes)?, Some(named(zone)?)))
        }
        _ => Err(format!("function {}", function.name)),
    }
}

fn number(minutes: &str) -> Result<i64, String> {
    minutes.trim().parse().map_err(|_| format!("`{minutes}` is no number of minutes"))
}

fn named(zone: &str) -> Result<Zone, String> {
    Zone::named(zone).ok_or_else(|| format!("the time zone `{zone}`"))
}

fn csharp(
    schema: &PlanSchema<'_>,
    element: &'static str,
    text: &str,
    parameter: Option<&str>,
    input: Result<Option<EntityId>, String>,
    kind: &str,
) -> Result<Transform, String> {
    let code = match parse(text) {
        Parsed::Code(code) => code,
        Parsed::Wrong(error) => return Err(error.message),
        Parsed::Beyond(what) => return Err(what.to_owned()),
    };
    let input = match input {
        Ok(entity) => Ok(entity.ok_or("the entity type does not exist")?),
        Err(kind) => Err(kind),
    };
    let context = Context {
        schema,
        element,
        parameter,
        input: input.as_ref().map_or_else(|kind| Type::of_property(kind), |entity| Type::Entity(*entity)),
        expected: Type::of_property(kind),
        strict: false,
    };
    let checked = check(&code, &context);
    let reasons: Vec<&str> = checked.problems.iter().map(|problem| problem.message.as_str()).collect();
    if !reasons.is_empty() {
        return Err(reasons.join(", "));
    }
    Ok(Transform::Code(Box::new(CSharp { code, checked, input })))
}
