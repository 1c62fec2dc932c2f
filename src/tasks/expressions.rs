//! `UpdateEntityPropertyExpressionsTask`: computed properties brought up to date.
//!
//! Everything is compiled before anything is computed: an expression without an embedded form fails the task with the
//! list of all such expressions. Computed values stand beside the synchronized ones, so that a synchronization and a
//! computation never overwrite each other.

use std::fmt::Write as _;

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use crate::expr::function::of_text;
use crate::expr::{Binding, Expression};
use crate::plan::model::{Model, PropertyExpression};

use super::identity::{Layout, association_number, first_moment, next_moment, set_watermark, watermark};
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// The name under which the task remembers what it has seen.
const CONSUMER: &str = "UpdateEntityPropertyExpressionsTask";

/// The embedded `UpdateEntityPropertyExpressionsTask`.
pub(super) struct UpdateExpressions;

/// An expression that can be computed.
struct Program<'p> {
    entity_type: &'p str,
    property: &'p str,
    /// Joins from the resource `r`, and the value they lead to; a constant is its only parameter.
    joins: String,
    value: String,
    constant: Option<String>,
    function: Option<fn(&str) -> String>,
}

impl EmbeddedTask for UpdateExpressions {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let (task, model) = (context.task, &context.plan.model);
        let store: &Connection = context.transaction;
        let covers =
            |entity_type: &str| task.is("AllEntityType") || task.entity_types.iter().any(|covered| covered == entity_type);
        let dirty = task.is("Dirty");
        let mut programs = Vec::new();
        let mut refused = Vec::new();
        for expression in model.property_expressions.iter().filter(|expression| covers(&expression.entity_type)) {
            match compile(store, model, expression)? {
                Ok(program) => programs.push(program),
                Err(reason) => {
                    let name = format!("{}.{}", expression.entity_type, expression.property);
                    refused.push(format!("{name} ({reason})"));
                }
            }
        }
        if !refused.is_empty() {
            let message = format!("these computed properties have no embedded form: {}", refused.join("; "));
            return Err(TaskError::new(message).help("bindings, Literal and simple functions have one"));
        }
        let first = first_moment(store, context.run)?;
        let moment = next_moment(store, context.run)?;
        let (mut computed, mut changed) = (0, 0);
        for program in &programs {
            let (seen, different) = compute(context, program, dirty, first.min(moment), moment)?;
            computed += seen;
            changed += different;
        }
        for entity_type in model.entity_types.iter().filter(|entity_type| covers(&entity_type.id)) {
            if let Some(layout) = Layout::stored(store, &entity_type.id)? {
                set_watermark(store, CONSUMER, layout.number)?;
            }
        }
        let outcome = if changed > 0 { TaskEnd::Completed } else { TaskEnd::Unchanged };
        Ok(TaskReport::new(outcome).count("computed", computed).count("changed", changed))
    }
}

/// Compiles an expression, or says why it has no embedded form.
fn compile<'p>(
    store: &Connection,
    model: &Model,
    expression: &'p PropertyExpression,
) -> Result<Result<Program<'p>, String>, TaskError> {
    let kind = kind_of(model, &expression.entity_type, &expression.property);
    let Some(kind) = kind else { return Ok(Err("the property does not exist".to_owned())) };
    if kind == "ForeignKey" || expression.criteria.is_some() {
        return Ok(Err("a computed navigation property".to_owned()));
    }
    let mut program = Program {
        entity_type: &expression.entity_type,
        property: &expression.property,
        joins: String::new(),
        value: "?1".to_owned(),
        constant: None,
        function: None,
    };
    match expression.expression.as_deref().map(Expression::parse) {
        None => {}
        Some(Err(error)) => return Ok(Err(error.message)),
        Some(Ok(Expression::Literal(value))) => {
            return Ok(literal(kind, &value).map(|value| Program { constant: Some(value), ..program }));
        }
        Some(Ok(Expression::Function(function))) if expression.binding.is_some() && of_text(&function.name).is_some() => {
            program.function = of_text(&function.name);
        }
        Some(Ok(Expression::Function(function))) if expression.binding.is_none() => {
            return Ok(Err(format!("function {} without a binding that gives it a value", function.name)));
        }
        Some(Ok(other)) => return Ok(Err(other.construct())),
    }
    let Some(text) = expression.binding.as_deref() else {
        return Ok(Err("neither a binding nor an expression".to_owned()));
    };
    let binding = match Binding::parse(text) {
        Ok(binding) => binding,
        Err(error) => return Ok(Err(error.message)),
    };
    match path(store, model, &expression.entity_type, &binding)? {
        Ok((joins, value)) => Ok(Ok(Program { joins, value, ..program })),
        Err(reason) => Ok(Err(reason)),
    }
}

fn kind_of<'m>(model: &'m Model, entity_type: &str, property: &str) -> Option<&'m str> {
    let entity_type = model.entity_types.iter().find(|candidate| candidate.id == entity_type)?;
    let property = entity_type.properties.iter().find(|candidate| candidate.id.eq_ignore_ascii_case(property))?;
    Some(&property.kind)
}

/// Checks a constant against the type of its property and writes it in one way.
fn literal(kind: &str, value: &str) -> Result<String, String> {
    let fits = match kind {
        "DateTime" | "Binary" => return Err(format!("Literal for a {kind} property")),
        "Bool" => {
            return value
                .to_ascii_lowercase()
                .parse::<bool>()
                .map(|flag| flag.to_string())
                .map_err(|_| format!("Literal {value:?} is not true or false"));
        }
        "Int64" => value.parse::<i64>().is_ok(),
        "Int32" => value.parse::<i32>().is_ok(),
        "Int16" => value.parse::<i16>().is_ok(),
        "Byte" => value.parse::<u8>().is_ok(),
        "Double" => value.parse::<f64>().is_ok(),
        _ => true,
    };
    if fits { Ok(value.to_owned()) } else { Err(format!("Literal {value:?} does not fit the type {kind}")) }
}

/// Joins along a binding and the value at its end.
fn path(
    store: &Connection,
    model: &Model,
    entity_type: &str,
    binding: &Binding,
) -> Result<Result<(String, String), String>, TaskError> {
    let mut joins = String::new();
    let (mut current, mut alias) = (entity_type.to_owned(), "r".to_owned());
    let Some((last, steps)) = binding.segments.split_last() else { return Ok(Err("an empty binding".to_owned())) };
    for (index, step) in steps.iter().enumerate() {
        if step.entity_type.as_ref().is_some_and(|named| !named.eq_ignore_ascii_case(&current)) {
            return Ok(Err(format!("binding through another type than {current}")));
        }
        let is = |end: &crate::plan::model::AssociationEnd| {
            end.entity_type == current && end.property.eq_ignore_ascii_case(&step.property)
        };
        let found = model.associations.iter().find_map(|association| {
            if is(&association.first) {
                Some((association, &association.first, &association.second, "from_id", "to_id"))
            } else if is(&association.second) {
                Some((association, &association.second, &association.first, "to_id", "from_id"))
            } else {
                None
            }
        });
        let Some((association, near, far, from, to)) = found else {
            return Ok(Err(format!("{current} has no navigation property {}", step.property)));
        };
        if near.collection {
            return Ok(Err(format!("binding through {}, which holds several resources", step.property)));
        }
        let number = association_number(store, &association.id)?;
        // Writing to a text cannot fail.
        let _ = write!(
            joins,
            " LEFT JOIN link l{index} ON l{index}.association = {number} AND l{index}.{from} = {alias}.id
              LEFT JOIN resource r{index} ON r{index}.id = l{index}.{to}"
        );
        alias = format!("r{index}");
        current.clone_from(&far.entity_type);
    }
    if last.entity_type.as_ref().is_some_and(|named| !named.eq_ignore_ascii_case(&current)) {
        return Ok(Err(format!("binding through another type than {current}")));
    }
    let entity = model.entity_types.iter().find(|candidate| candidate.id == current);
    let property =
        entity.and_then(|entity| entity.properties.iter().find(|property| property.id.eq_ignore_ascii_case(&last.property)));
    let Some(property) = property.filter(|property| property.kind != "ForeignKey") else {
        return Ok(Err(format!("{current} has no scalar property {}", last.property)));
    };
    let computed = format!("json_extract({alias}.computed, '$.\"{}\"')", property.id.replace(['\'', '"'], ""));
    let index = Layout::stored(store, &current)?.and_then(|layout| layout.index(&property.id));
    Ok(Ok((
        joins,
        match index {
            Some(index) => format!("coalesce({computed}, json_extract({alias}.body, '$[{index}]'))"),
            None => computed,
        },
    )))
}

/// Computes one property; gives how many resources were looked at and how many changed.
fn compute(
    context: &TaskContext<'_>,
    program: &Program<'_>,
    dirty: bool,
    first: i64,
    moment: i64,
) -> Result<(u64, u64), TaskError> {
    let store: &Connection = context.transaction;
    let Some(layout) = Layout::stored(store, program.entity_type)? else { return Ok((0, 0)) };
    store.execute_batch(
        "CREATE TEMP TABLE IF NOT EXISTS recomputed (id INTEGER PRIMARY KEY, computed TEXT);
         DELETE FROM temp.recomputed;",
    )?;
    let after = if dirty { watermark(store, CONSUMER, layout.number)? } else { -1 };
    let sql = format!(
        "SELECT r.id, r.computed, {} FROM resource r {} WHERE r.type = ?2 AND {}",
        program.value,
        program.joins,
        // The index of flagged resources holds those above 0 only.
        if dirty { "r.seq > 0 AND r.seq > ?3" } else { "?3 < 0" }
    );
    let mut statement = store.prepare(&sql)?;
    let mut stage = store.prepare("INSERT OR REPLACE INTO temp.recomputed VALUES (?1, ?2)")?;
    let mut rows = statement.query(params![program.constant, layout.number, after])?;
    let (mut seen, mut changed) = (0, 0);
    while let Some(row) = rows.next()? {
        seen += 1;
        context.tick(seen, None)?;
        let stored: Option<String> = row.get(1)?;
        let value: Option<String> = row.get(2)?;
        let value = match (value, program.function) {
            (Some(value), Some(function)) => Some(function(&value)),
            (value, _) => value,
        };
        if let Recomputed::Changed(computed) = recomputed(stored.as_deref(), program.property, value.as_deref())? {
            stage.execute(params![row.get::<_, i64>(0)?, computed])?;
            changed += 1;
        }
    }
    if changed > 0 {
        store.execute(
            "INSERT INTO resource_past SELECT r.id, r.type, r.key, r.body, r.computed, r.valid_from, ?1
             FROM temp.recomputed c CROSS JOIN resource r ON r.id = c.id WHERE r.valid_from < ?2",
            [moment, first],
        )?;
        // What was computed from a flagged resource concerns the tasks that come after.
        let flag = if dirty { "?1" } else { "seq" };
        let sql = format!(
            "UPDATE resource SET computed = c.computed, seq = {flag},
               valid_from = CASE WHEN valid_from < ?2 THEN ?1 ELSE valid_from END
             FROM temp.recomputed c WHERE resource.id = c.id"
        );
        store.execute(&sql, [moment, first])?;
    }
    Ok((seen, changed))
}

/// Computed values after one of them was computed again.
enum Recomputed {
    Same,
    /// What is stored now; none where no value is left.
    Changed(Option<String>),
}

/// The computed values with one of them replaced.
fn recomputed(stored: Option<&str>, property: &str, value: Option<&str>) -> Result<Recomputed, TaskError> {
    let mut values: Map<String, Value> = match stored {
        None => Map::new(),
        Some(text) => serde_json::from_str(text).map_err(|_| TaskError::new("computed values in the store are damaged"))?,
    };
    if values.get(property).and_then(Value::as_str) == value {
        return Ok(Recomputed::Same);
    }
    match value {
        Some(value) => values.insert(property.to_owned(), Value::from(value)),
        None => values.remove(property),
    };
    Ok(Recomputed::Changed((!values.is_empty()).then(|| Value::Object(values).to_string())))
}
