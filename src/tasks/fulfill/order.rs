//! Orders as the store holds them.

use rusqlite::Connection;
use serde_json::{Map, Value};

use crate::tasks::TaskError;
use crate::tasks::orders::Scope;

/// An order that was transmitted.
pub(super) struct Order {
    pub(super) id: String,
    pub(super) assignment: i64,
    pub(super) resource_type: String,
    /// `Added`, `Modified` or `Deleted`.
    pub(super) command: String,
    /// As documented for programs.
    pub(super) body: Value,
    /// The key of the owner, who may be gone.
    pub(super) owner: Option<String>,
}

impl Order {
    /// The entity type of the resource.
    pub(super) fn entity_type(&self) -> &str {
        self.body["ResourceType"]["TargetEntityType"]["Identifier"].as_str().unwrap_or_default()
    }

    /// A property of the resource as it was when the order was made.
    pub(super) fn known(&self, property: &str) -> Option<&str> {
        self.body["Resource"][property].as_str()
    }

    /// What is to change.
    pub(super) fn changes(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.body["Changes"].as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
    }

    /// Names the order to a person: what identifies the resource is the target's.
    pub(super) fn key(&self) -> String {
        match &self.owner {
            Some(owner) => format!("{} of {owner}", self.resource_type),
            None => format!("{} of an owner who is gone", self.resource_type),
        }
    }
}

/// The orders of a scope that wait to be executed, in the order in which they were made.
pub(super) fn transmitted(store: &Connection, scope: &Scope<'_>) -> Result<Vec<Order>, TaskError> {
    let sql = "SELECT id, assignment, command, body, (SELECT r.key FROM assigned_type a JOIN resource r ON r.id = a.owner
                 WHERE a.id = provisioning_order.assignment) FROM provisioning_order
               WHERE state = 2 AND resource_type = ?1 ORDER BY moment, assignment, id";
    let mut statement = store.prepare(sql)?;
    let mut orders = Vec::new();
    for resource_type in &scope.resource_types {
        let mut rows = statement.query([&resource_type.id])?;
        while let Some(row) = rows.next()? {
            let id: String = row.get(0)?;
            let body = serde_json::from_str(&row.get::<_, String>(3)?).map_err(|_| TaskError::damaged(&format!("order {id}")))?;
            let (assignment, command, owner) = (row.get(1)?, row.get(2)?, row.get(4)?);
            orders.push(Order { id, assignment, resource_type: resource_type.id.clone(), command, body, owner });
        }
    }
    Ok(orders)
}
