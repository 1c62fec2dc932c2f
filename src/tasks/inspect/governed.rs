//! What the tasks of governance have found out about a resource: its risks, its class, its profiles.

use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::InspectError;

/// How much an owner is at risk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Risk {
    /// The score.
    pub score: i64,
    /// The risks that hold.
    pub risks: Vec<Held>,
}

/// A risk that holds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Held {
    /// Its identifier.
    pub risk: String,
    /// Its level.
    pub level: i64,
    /// What brings it, of the first rule that holds.
    pub entitlements: Vec<String>,
}

/// The resource type that a rule gives, or suggests, to a resource without owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Classification {
    /// The resource type.
    pub resource_type: String,
    /// From 100 on it is certain.
    pub confidence: i64,
    /// The expression of the rule; empty of one that holds for every resource.
    pub rule: String,
}

/// A profile that rules give to a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Its identifier.
    pub profile: String,
    /// What limits it, in words; none where nothing does.
    pub context: Option<String>,
    /// Resource types and entity types of the rules that gave it.
    pub given_by: Vec<String>,
}

/// The risks of an owner; none where no score is stored.
pub(super) fn risk(store: &Connection, id: i64) -> Result<Option<Risk>, InspectError> {
    let sql = "SELECT score, because FROM risk_score WHERE resource = ?1";
    let found = store.query_row(sql, [id], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional()?;
    let Some((score, because)) = found else { return Ok(None) };
    let risks = serde_json::from_str(&because).map_err(|_| InspectError::Damaged("a risk score".to_owned()))?;
    Ok(Some(Risk { score, risks }))
}

/// The class of a resource.
pub(super) fn classification(store: &Connection, id: i64) -> rusqlite::Result<Option<Classification>> {
    let sql = "SELECT resource_type, confidence, rule FROM classification WHERE resource = ?1";
    let read =
        |row: &rusqlite::Row<'_>| Ok(Classification { resource_type: row.get(0)?, confidence: row.get(1)?, rule: row.get(2)? });
    store.query_row(sql, [id], read).optional()
}

/// The profiles of a user.
pub(super) fn profiles(store: &Connection, id: i64) -> Result<Vec<Profile>, InspectError> {
    let sql = "SELECT p.profile, p.context, n.name, p.because FROM assigned_profile p
               LEFT JOIN context_name n ON n.context = p.context WHERE p.resource = ?1 ORDER BY 1, 2";
    let mut statement = store.prepare(sql)?;
    let mut rows = statement.query([id])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (limits, named): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let context = named.or_else(|| (limits != "{}").then_some(limits));
        let because: String = row.get(3)?;
        let given_by = serde_json::from_str(&because).map_err(|_| InspectError::Damaged("a profile".to_owned()))?;
        found.push(Profile { profile: row.get(0)?, context, given_by });
    }
    Ok(found)
}
