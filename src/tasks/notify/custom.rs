//! Notifications of the configuration: to the addresses that a binding leads to, about the owners that a query selects.

use std::collections::BTreeSet;

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::expr::date::DateTime;
use crate::expr::eval::Data;
use crate::expr::schema::{EntityId, Schema};
use crate::expr::value::{Resource, Value};
use crate::plan::model::Item;
use crate::tasks::attribute::{items, number, text};
use crate::tasks::display::display_name;
use crate::tasks::expressions::{Formula, PlanSchema, StoreData, Valuation, compile_value};
use crate::tasks::identity::Layout;
use crate::tasks::role_model::Walk;
use crate::tasks::{TaskContext, TaskError};

use super::outbox::Notice;
use super::squery::Squery;
use super::{Told, covered, now};

/// Failures that are told one by one.
const SHOWN: usize = 5;
/// Different queries that are kept.
const KEPT: usize = 1024;

/// A notification made ready.
struct Notification<'p> {
    id: &'p str,
    item: &'p Item,
    entity: EntityId,
    entity_type: &'p str,
    filter: Option<Valuation>,
    title: Option<Valuation>,
    /// To the resources with an address, and the property that holds it.
    recipients: (Walk, EntityId, String),
}

/// Gathers what there is to tell for the owners of the task's entity types.
pub(super) fn gather(context: &TaskContext<'_>, told: &mut Told) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    let schema = PlanSchema::new(&context.plan.model);
    let (mut ready, mut refused) = (Vec::new(), Vec::new());
    let covered = covered(context);
    for item in items(&context.plan.model, "Notification") {
        let entity_type = text(&item.attributes, "OwnerEntityType").unwrap_or_default();
        if !covered.contains(&entity_type) {
            continue;
        }
        match compile(store, &schema, item, entity_type)? {
            Ok(notification) => ready.push(notification),
            Err(reason) => refused.push(format!("{} ({reason})", item.id.as_deref().unwrap_or_default())),
        }
    }
    if !refused.is_empty() {
        let message = format!("these notifications have no embedded form: {}", refused.join("; "));
        return Err(TaskError::new(message).help("`jobwright check --embedded` shows the places; nothing was sent"));
    }
    for notification in &ready {
        told.kinds.insert(kind(notification));
        owners(context, &schema, notification, told)?;
    }
    Ok(())
}

fn kind(notification: &Notification<'_>) -> String {
    format!("Notification:{}", notification.id)
}

fn compile<'p>(
    store: &Connection,
    schema: &PlanSchema<'p>,
    item: &'p Item,
    entity_type: &'p str,
) -> Result<Result<Notification<'p>, String>, TaskError> {
    let Some(entity) = schema.entity(entity_type) else { return Ok(Err(format!("there is no entity type {entity_type}"))) };
    let mut values = Vec::new();
    for attribute in ["QueryFilterExpression", "TitleExpression"] {
        let Some(expression) = text(&item.attributes, attribute) else {
            values.push(None);
            continue;
        };
        let formula =
            Formula { element: "Notification", entity_type, kind: "String", binding: None, expression: Some(expression) };
        match compile_value(store, schema, formula)? {
            Ok(valuation) => values.push(Some(valuation)),
            Err(reason) => return Ok(Err(format!("{attribute}: {reason}"))),
        }
    }
    let written = text(&item.attributes, "RecipientMailBinding").unwrap_or_default();
    let path = written.rsplit_once(':').map_or(written, |(_, path)| path);
    let (steps, property) = path.rsplit_once('.').unwrap_or(("", path));
    let (walk, end) = match steps {
        "" => (Walk::default(), entity),
        steps => match Walk::along(store, schema, entity, steps)? {
            Ok(found) => found,
            Err(reason) => return Ok(Err(format!("RecipientMailBinding: {reason}"))),
        },
    };
    let Some((property, _)) = schema.property(end, property).filter(|(_, kind)| *kind != "ForeignKey") else {
        return Ok(Err(format!("RecipientMailBinding: {} has no scalar property {property}", schema.entity_name(end))));
    };
    let title = values.pop().flatten();
    let filter = values.pop().flatten();
    let (id, recipients) = (item.id.as_deref().unwrap_or_default(), (walk, end, property.to_owned()));
    Ok(Ok(Notification { id, item, entity, entity_type, filter, title, recipients }))
}

fn owners(
    context: &TaskContext<'_>,
    schema: &PlanSchema<'_>,
    notification: &Notification<'_>,
    told: &mut Told,
) -> Result<(), TaskError> {
    let store: &Connection = context.transaction;
    let Some(layout) = Layout::stored(store, notification.entity_type)? else { return Ok(()) };
    let data = StoreData::new(store, schema);
    let now = now();
    let mut queries: FxHashMap<String, Squery> = FxHashMap::default();
    let mut statement = store.prepare("SELECT id, key FROM resource WHERE type = ?1 ORDER BY id")?;
    let mut rows = statement.query([layout.number])?;
    let mut done = 0;
    while let Some(row) = rows.next()? {
        done += 1;
        context.tick(done, None)?;
        let (id, key): (i64, String) = (row.get(0)?, row.get(1)?);
        let name = format!("{} {key}", notification.entity_type);
        let owner = Resource { entity: notification.entity, id };
        match concerns(notification, &mut queries, &data, owner, now) {
            Ok(false) => continue,
            Ok(true) => told.waiting += 1,
            Err(reason) => {
                told.spared.insert((kind(notification), name));
                told.failed += 1;
                if told.failures.len() < SHOWN {
                    told.failures.push(format!("{} of {key}: {reason}", notification.id));
                }
                continue;
            }
        }
        let recipients = addresses(store, notification, &data, id)?;
        told.untold += usize::from(recipients.is_empty());
        let title = notification.title.as_ref().and_then(|title| title.finish(None, id, &data, now).ok().flatten());
        let label = notification.item.label.as_deref().unwrap_or(notification.id);
        let subject = title.unwrap_or_else(|| label.to_owned());
        let shown = display_name(store, schema, &data, id)?.filter(|shown| *shown != key);
        let about = shown.map_or(key.clone(), |shown| format!("{shown} ({key})"));
        let reminder = number(&notification.item.attributes, "ReminderInterval");
        for recipient in recipients {
            told.notices.push(Notice {
                kind: kind(notification),
                recipient,
                keys: BTreeSet::from([name.clone()]),
                subject: subject.clone(),
                text: format!("{subject}\n\nThis is about {about}.\n"),
                reminder,
            });
        }
    }
    Ok(())
}

/// Whether a mail about an owner is due at all.
fn concerns(
    notification: &Notification<'_>,
    queries: &mut FxHashMap<String, Squery>,
    data: &StoreData<'_>,
    owner: Resource,
    now: DateTime,
) -> Result<bool, String> {
    let Some(filter) = &notification.filter else { return Ok(true) };
    let Some(query) = filter.finish(None, owner.id, data, now)? else { return Ok(false) };
    if !queries.contains_key(&query) {
        if queries.len() >= KEPT {
            queries.clear();
        }
        let parsed = Squery::parse(&query).map_err(|reason| format!("{reason}, in `{query}`"))?;
        queries.insert(query.clone(), parsed);
    }
    queries.get(&query).map_or(Ok(false), |query| query.holds(data, owner))
}

fn addresses(
    store: &Connection,
    notification: &Notification<'_>,
    data: &StoreData<'_>,
    owner: i64,
) -> Result<BTreeSet<String>, TaskError> {
    let (walk, entity, property) = &notification.recipients;
    let mut found = BTreeSet::new();
    for id in walk.from(store, owner)? {
        let value = data.read(Resource { entity: *entity, id }, property).unwrap_or(Value::Null);
        let address = value.store("String").ok().flatten().map(|address| address.trim().to_owned());
        found.extend(address.filter(|address| !address.is_empty()));
    }
    Ok(found)
}
