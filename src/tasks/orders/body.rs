//! What the orders say.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension};
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::{Draft, Scope};
use crate::plan::model::{Model, ResourceType};
use crate::tasks::expressions::{PlanSchema, StoreData};
use crate::tasks::identity::Layout;
use crate::tasks::mappings::{Mappings, Naming};
use crate::tasks::{TaskContext, TaskError};

/// A resource as an order shows it.
struct Shown {
    key: String,
    values: Map<String, Value>,
}

/// The drafts of the pending assignments, by resource type and assignment.
pub(super) fn pending(context: &TaskContext<'_>, scope: &Scope<'_>) -> Result<Vec<Draft>, TaskError> {
    let (store, model): (&Connection, _) = (context.transaction, &context.plan.model);
    let mut layouts = BTreeMap::new();
    let mut drafts = Vec::new();
    let schema = PlanSchema::new(model);
    let data = StoreData::new(store, &schema);
    let programs = Arguments::compile(&schema, scope)?;
    for resource_type in &scope.resource_types {
        let arguments = programs.get(resource_type.id.as_str());
        let sql = "SELECT id, owner, resource, command FROM assigned_type
                   WHERE resource_type = ?1 AND state = 1 AND valid_to IS NULL ORDER BY id";
        let mut statement = store.prepare_cached(sql)?;
        let rows = statement.query_map([&resource_type.id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Option<i64>>(2)?, row.get::<_, String>(3)?))
        })?;
        for row in rows {
            let (assignment, owner, resource, command) = row?;
            if !matches!(command.as_str(), "Added" | "Modified" | "Deleted") {
                let message = format!(
                    "assignment {assignment} of resource type {} is pending with the unknown command {command:?}",
                    resource_type.id
                );
                return Err(TaskError::new(message));
            }
            let owner_shown = shown(store, &mut layouts, owner)?;
            let target = resource.map(|resource| shown(store, &mut layouts, resource)).transpose()?.flatten();
            let key = target.as_ref().or(owner_shown.as_ref()).map(|shown| shown.key.clone()).unwrap_or_default();
            let mut body = Map::new();
            body.insert("AssignedResourceTypeId".to_owned(), assignment.to_string().into());
            body.insert("ChangeType".to_owned(), command.clone().into());
            body.insert("Owner".to_owned(), object(owner, owner_shown));
            body.insert("ResourceType".to_owned(), described(store, model, resource_type)?);
            if let Some(resource) = resource {
                body.insert("Resource".to_owned(), object(resource, target));
            }
            if command != "Deleted" {
                let changes = changes(context, &mut layouts, resource_type, assignment)?;
                body.insert("Changes".to_owned(), Value::Object(changes));
            }
            if let Some(arguments) = arguments {
                let found = arguments.of(&command, body.get("Changes"), &data).map_err(|reason| {
                    let what = format!("the arguments of the order {command} {key}, of resource type {}", resource_type.id);
                    TaskError::new(format!("{what}, cannot be computed: {reason}")).help("correct its ArgumentsExpression")
                })?;
                if let Some(found) = found {
                    body.insert("Arguments".to_owned(), Value::Object(found));
                }
            }
            drafts.push(Draft { assignment, resource_type: resource_type.id.clone(), command, key, body });
            context.tick(drafts.len() as u64, None)?;
        }
    }
    Ok(drafts)
}

fn object(id: i64, shown: Option<Shown>) -> Value {
    let mut object = Map::new();
    object.insert("Id".to_owned(), id.to_string().into());
    object.extend(shown.map(|shown| shown.values).unwrap_or_default());
    Value::Object(object)
}

fn described(store: &Connection, model: &Model, resource_type: &ResourceType) -> Result<Value, TaskError> {
    let entity_type = |id: &str| -> Result<Value, TaskError> {
        let number = Layout::stored(store, id)?.map(|layout| layout.number.to_string());
        Ok(json!({ "Id": number, "Identifier": id }))
    };
    // Resource types have no number in the store; their place in the plan tells them apart.
    let place = model.resource_types.iter().position(|known| known.id == resource_type.id).map_or(0, |place| place + 1);
    Ok(json!({
        "Id": place.to_string(),
        "Identifier": resource_type.id,
        "SourceEntityType": entity_type(&resource_type.source)?,
        "TargetEntityType": entity_type(&resource_type.target)?,
    }))
}

/// A resource's properties by name, those without a value left out.
fn shown(store: &Connection, layouts: &mut BTreeMap<i64, Vec<String>>, id: i64) -> Result<Option<Shown>, TaskError> {
    let sql = "SELECT type, key, body, computed FROM resource WHERE id = ?1";
    let row = store
        .prepare_cached(sql)?
        .query_row([id], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, Option<String>>(3)?))
        })
        .optional()?;
    let Some((number, key, body, computed)) = row else { return Ok(None) };
    let damaged = |_| TaskError::damaged(&format!("resource {key}"));
    if let std::collections::btree_map::Entry::Vacant(entry) = layouts.entry(number) {
        let names: String = store.query_row("SELECT properties FROM entity_type WHERE id = ?1", [number], |row| row.get(0))?;
        entry.insert(serde_json::from_str(&names).map_err(damaged)?);
    }
    let names = layouts.get(&number).map(Vec::as_slice).unwrap_or_default();
    let list: Vec<Value> = serde_json::from_str(&body).map_err(damaged)?;
    let mut values: Map<String, Value> = names.iter().cloned().zip(list).filter(|(_, value)| !value.is_null()).collect();
    if let Some(computed) = computed {
        values.extend(serde_json::from_str::<Map<String, Value>>(&computed).map_err(damaged)?);
    }
    Ok(Some(Shown { key, values }))
}

/// The values and links that are pending. A link of a property that holds many is added or removed on its own.
fn changes(
    context: &TaskContext<'_>,
    layouts: &mut BTreeMap<i64, Vec<String>>,
    resource_type: &ResourceType,
    assignment: i64,
) -> Result<Map<String, Value>, TaskError> {
    let store: &Connection = context.transaction;
    let mut changes = Map::new();
    let sql = "SELECT property, wanted FROM assigned_value WHERE assignment = ?1 AND state = 1 ORDER BY property";
    let mut statement = store.prepare_cached(sql)?;
    let mut rows = statement.query([assignment])?;
    while let Some(row) = rows.next()? {
        changes.insert(row.get(0)?, row.get::<_, Option<String>>(1)?.map_or(Value::Null, Value::String));
    }
    let sql = "SELECT property, target, command FROM assigned_link WHERE assignment = ?1 AND state = 1
               ORDER BY property, command DESC, target";
    let mut statement = store.prepare_cached(sql)?;
    let mut rows = statement.query([assignment])?;
    while let Some(row) = rows.next()? {
        let (property, target, command): (String, i64, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let (many, naming) = far_end(&context.plan.model, &resource_type.target, &property)?;
        let far = shown(store, layouts, target)?.ok_or_else(|| {
            let message = format!("assignment {assignment} links {property} to resource {target}, which does not exist any more");
            TaskError::new(message).help("compute the role model again")
        })?;
        let name = match naming {
            Naming::Key => Value::String(far.key),
            Naming::Property(property) => far.values.get(&property).cloned().unwrap_or_default(),
        };
        if many {
            let list = changes.entry(format!("{property}_{command}")).or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(name);
            }
        } else if command == "add" {
            // Removals come first, so that a link that takes another's place stays.
            changes.insert(property, name);
        } else {
            changes.insert(property, Value::Null);
        }
    }
    Ok(changes)
}

/// Whether a navigation property holds many, and how the system names what it leads to.
fn far_end(model: &Model, entity_type: &str, property: &str) -> Result<(bool, Naming), TaskError> {
    for association in &model.associations {
        let ends = [&association.first, &association.second];
        let Some(own) = ends.iter().position(|end| end.entity_type == entity_type && end.property == property) else { continue };
        let mapping = model.association_mappings.iter().find(|mapping| mapping.association == association.id);
        let naming = match mapping {
            Some(mapping) => {
                let mappings = Mappings::of(model, &mapping.connector)?;
                let link = mappings.links.into_iter().find(|link| link.association == association.id);
                link.map_or(Naming::Key, |link| link.ends[1 - own].naming.clone())
            }
            None => Naming::Key,
        };
        return Ok((ends[own].collection, naming));
    }
    Err(TaskError::new(format!("no association of the plan has {entity_type}:{property} as an end")))
}
