//! What people decide of assignments, written to the store between runs.
//!
//! Roles and resource types given or denied stand in a table of their own, which the role model reads; what waits, failed
//! or was changed by hand is let go on where it stands. Each decision is kept with who took it, when and why, and the next
//! run looks at its owner, also an incremental one.

mod assigned;
mod verdict;

use rusqlite::{Connection, params};

use crate::plan::model::Model;

pub use super::inspect::InspectError;
pub use assigned::{approve, confirm, restore, retry};
pub use verdict::{Subject, Verdict, decide, withdraw};

/// Who decides, when and why.
#[derive(Clone, Debug)]
pub struct Author {
    /// A name.
    pub who: String,
    /// The reason, in words.
    pub reason: String,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// Which assignments are meant.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Of the owner of that entity type and key.
    pub owner: Option<(String, String)>,
    /// Of this resource type.
    pub resource_type: Option<String>,
    /// Those that these orders were made for, by identifier or its beginning.
    pub orders: Vec<String>,
}

/// What a decision was about: an owner's key and a resource type each.
pub type Done = Vec<(String, String)>;

/// The role model that decisions are about, where the store knows one.
pub type Known<'m> = Option<&'m Model>;

/// The next run looks at the owner.
fn look_again(store: &Connection, owner: i64, at: i64) -> rusqlite::Result<()> {
    store.execute("INSERT OR REPLACE INTO due VALUES (?1, ?2)", [owner, at]).map(|_| ())
}

/// Keeps what was decided of an assignment, as history.
fn keep(store: &Connection, owner: i64, resource_type: &str, verdict: &str, author: &Author) -> rusqlite::Result<()> {
    let sql = "INSERT INTO decision (owner, kind, name, verdict, who, reason, at, withdrawn)
               VALUES (?1, 'ResourceType', ?2, ?3, ?4, ?5, ?6, ?6)";
    let row = params![owner, resource_type, verdict, author.who, author.reason, author.at];
    store.execute(sql, row).map(|_| ())
}
