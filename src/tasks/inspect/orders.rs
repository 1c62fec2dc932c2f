//! Orders: which there are, why one is, and what became of it.

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::Value;

use super::assignments::{Assignment, assignment};
use super::find::{Named, labelled, present, text};
use super::moments::when;
use super::words::state;
use super::{InspectError, When};

/// Which orders are asked for.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Only of this resource type.
    pub resource_type: Option<String>,
    /// Only in the state of this number.
    pub state: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// Orders, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Orders {
    /// How many there are.
    pub total: u64,
    /// The first ones.
    pub orders: Vec<Order>,
}

/// An order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order {
    /// Its identifier.
    pub id: String,
    /// The assignment that it was made for.
    pub assignment: i64,
    /// The resource type.
    pub resource_type: String,
    /// `Added`, `Modified` or `Deleted`.
    pub command: String,
    /// The resource; of one to be made, none.
    pub resource: Option<Named>,
    /// Its owner.
    pub owner: Named,
    /// In words.
    pub state: &'static str,
    /// Why it was refused.
    pub message: Option<String>,
    /// The connection that fulfils it.
    pub connection: Option<String>,
    /// The file that holds it.
    pub file: Option<String>,
    /// When it was made.
    pub made: When,
    /// When it was executed or refused.
    pub answered: Option<When>,
}

/// Why an order is, what it says, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The order.
    pub order: Order,
    /// What it changes, by property.
    pub changes: Vec<Change>,
    /// The assignment as it is now, with the rules that give it; none once its history was forgotten.
    pub assignment: Option<Assignment>,
    /// The other orders of the assignment, the latest first.
    pub others: Vec<Order>,
}

/// What an order changes of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The property; one that holds many ends in `_add` or `_remove`.
    pub property: String,
    /// What the store knew when the order was made.
    pub before: Option<String>,
    /// What it is to become; none for no value.
    pub after: Option<String>,
}

/// The orders with their state: of those that were refused the last one of an assignment that is in error is errored, the
/// others are superseded.
const ORDERS: &str = "(SELECT e.id, e.assignment, e.resource_type, e.command, e.message, e.connection, e.file, e.moment,
    e.executed, e.body, CASE WHEN e.state <> 3 OR (
        EXISTS (SELECT 1 FROM assigned_type c WHERE c.id = e.assignment AND c.valid_to IS NULL AND (c.state = 3
            OR EXISTS (SELECT 1 FROM assigned_value v WHERE v.assignment = c.id AND v.state = 3)
            OR EXISTS (SELECT 1 FROM assigned_link l WHERE l.assignment = c.id AND l.state = 3)))
        AND NOT EXISTS (SELECT 1 FROM provisioning_order f WHERE f.assignment = e.assignment AND f.state = 3
            AND f.moment > e.moment)) THEN e.state ELSE 9 END AS state FROM provisioning_order e) o";

const COLUMNS: &str = "o.id, o.assignment, o.resource_type, o.command, o.state, o.message, o.connection, o.file, o.moment,
    o.executed, o.body, a.owner, a.resource";

/// What is read of orders.
fn selected() -> String {
    format!("{COLUMNS} FROM {ORDERS} LEFT JOIN assigned_type a ON a.id = o.assignment")
}

/// The orders that were asked for.
pub fn orders(store: &Connection, filter: &OrderFilter) -> Result<Orders, InspectError> {
    present(store)?;
    let wanted = filter.resource_type.as_ref().map(|name| super::resource_type(store, name)).transpose()?;
    let which = "(?1 IS NULL OR o.resource_type = ?1) AND (?2 IS NULL OR o.state = ?2)";
    let sql = format!("SELECT count(*) FROM {ORDERS} WHERE {which}");
    let total: i64 = store.query_row(&sql, params![wanted, filter.state], |row| row.get(0))?;
    let selected = selected();
    let sql = format!("SELECT {selected} WHERE {which} ORDER BY o.moment DESC, o.assignment, o.id LIMIT {}", filter.limit);
    let mut statement = store.prepare(&sql)?;
    let orders = read(store, statement.query(params![wanted, filter.state])?)?;
    let orders = orders.into_iter().map(|(order, _)| order).collect();
    Ok(Orders { total: total.unsigned_abs(), orders })
}

/// The order whose identifier begins so.
pub fn order(store: &Connection, asked: &str) -> Result<Why, InspectError> {
    present(store)?;
    let selected = selected();
    let sql = format!("SELECT {selected} WHERE substr(o.id, 1, length(?1)) = ?1 ORDER BY o.id LIMIT 6");
    let mut statement = store.prepare(&sql)?;
    let mut found = read(store, statement.query([asked.to_ascii_lowercase()])?)?;
    if found.len() > 1 {
        let found = found.into_iter().map(|(order, _)| order.id).collect();
        return Err(InspectError::Ambiguous { what: "orders' identifiers".to_owned(), asked: asked.to_owned(), found });
    }
    let Some((order, body)) = found.pop() else {
        let what = "order whose identifier begins with".to_owned();
        return Err(InspectError::Unknown { what, asked: asked.to_owned(), near: Vec::new() });
    };
    let body: Value = serde_json::from_str(&body).map_err(|_| InspectError::Damaged(format!("order {}", order.id)))?;
    let sql = format!("SELECT {selected} WHERE o.assignment = ?1 AND o.id <> ?2 ORDER BY o.moment DESC, o.id LIMIT 10");
    let mut statement = store.prepare(&sql)?;
    let others = read(store, statement.query(params![order.assignment, order.id])?)?;
    let assignment = assignment(store, order.assignment)?;
    Ok(Why { changes: changes(&body), assignment, others: others.into_iter().map(|(order, _)| order).collect(), order })
}

fn changes(body: &Value) -> Vec<Change> {
    let Some(changes) = body["Changes"].as_object() else { return Vec::new() };
    let change = |(property, after): (&String, &Value)| {
        let after = match after {
            Value::Array(list) => Some(list.iter().filter_map(text).collect::<Vec<_>>().join(", ")),
            other => text(other),
        };
        Change { property: property.clone(), before: text(&body["Resource"][property]), after }
    };
    changes.iter().map(change).collect()
}

fn read(store: &Connection, mut rows: rusqlite::Rows<'_>) -> Result<Vec<(Order, String)>, InspectError> {
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let body: String = row.get(10)?;
        let id: String = row.get(0)?;
        // An assignment whose history was forgotten is known by what the order says.
        let said = |of: &str| -> Result<Option<i64>, InspectError> {
            let body: Value = serde_json::from_str(&body).map_err(|_| InspectError::Damaged(format!("order {id}")))?;
            Ok(body[of]["Id"].as_str().and_then(|id| id.parse().ok()))
        };
        let owner = match row.get::<_, Option<i64>>(11)? {
            Some(owner) => Some(owner),
            None => said("Owner")?,
        };
        let resource = match row.get::<_, Option<i64>>(12)? {
            Some(resource) => Some(resource),
            None => said("Resource")?,
        };
        let order = Order {
            assignment: row.get(1)?,
            resource_type: row.get(2)?,
            command: row.get(3)?,
            resource: resource.map(|resource| labelled(store, resource)).transpose()?,
            owner: labelled(store, owner.unwrap_or_default())?,
            state: state(row.get(4)?),
            message: row.get(5)?,
            connection: row.get(6)?,
            file: row.get(7)?,
            made: when(store, row.get(8)?)?,
            answered: row.get::<_, Option<i64>>(9)?.map(|moment| when(store, moment)).transpose()?,
            id: id.clone(),
        };
        found.push((order, body));
    }
    Ok(found)
}
