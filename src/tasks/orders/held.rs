//! Order lists that wait for approval. They stand beside those of synchronizations, under a name of their own.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::Draft;
use crate::tasks::TaskError;
use crate::tasks::identity::Command;

const AGAIN: &str = "continue the run once more: it looks at the assignments anew, and blocks anew if there is reason to";

/// Keeps a list in place of the one that waited.
pub(super) fn keep(store: &Connection, list: &str, exceeded: &[String], drafts: &[Draft]) -> Result<(), TaskError> {
    forget(store, list)?;
    let digests: BTreeMap<String, String> = drafts.iter().map(|draft| (draft.assignment.to_string(), draft.digest())).collect();
    let items = serde_json::to_string(&digests).map_err(std::io::Error::from)?;
    store.execute(
        "INSERT INTO batch (connector, state, items, sources, report) VALUES (?1, 'held', ?2, '{}', ?3)",
        params![list, items, exceeded.join("\n")],
    )?;
    let ordinal = store.last_insert_rowid();
    let mut insert = store.prepare_cached("INSERT INTO pending VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for draft in drafts {
        let command = match draft.command.as_str() {
            "Added" => Command::Insert,
            "Deleted" => Command::Delete,
            _ => Command::Update,
        };
        let (before, after) = match (command, draft.body.get("Changes")) {
            (Command::Update, Some(Value::Object(changes))) => {
                let before = changes.keys().map(|name| {
                    let shown = draft.body.get("Resource").and_then(|resource| resource.get(name)).cloned();
                    (name.clone(), shown.unwrap_or_default())
                });
                let before: serde_json::Map<String, Value> = before.collect();
                (Some(Value::Object(before).to_string()), Some(Value::Object(changes.clone()).to_string()))
            }
            _ => (None, None),
        };
        insert.execute(params![ordinal, draft.resource_type, command as i64, draft.key, before, after])?;
    }
    Ok(())
}

/// The list that waits under this name.
pub(crate) fn held_list(store: &Connection, list: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT ordinal FROM batch WHERE connector = ?1 AND state = 'held' ORDER BY ordinal DESC LIMIT 1";
    let ordinal: Option<i64> = store.query_row(sql, [list], |row| row.get(0)).optional()?;
    Ok(ordinal.map(|ordinal| format!("{list}-{ordinal}")))
}

/// No list waits any more.
pub(super) fn forget(store: &Connection, list: &str) -> Result<(), TaskError> {
    store.execute("DELETE FROM pending WHERE batch IN (SELECT ordinal FROM batch WHERE connector = ?1)", [list])?;
    store.execute("DELETE FROM batch WHERE connector = ?1", [list])?;
    Ok(())
}

/// The drafts that were approved; refused if one of them is not pending any more, or says something else.
pub(super) fn approved(store: &Connection, list: &str, approved: &str, drafts: Vec<Draft>) -> Result<Vec<Draft>, TaskError> {
    let waiting = held_list(store, list)?;
    if waiting.as_deref() != Some(approved) {
        let error = TaskError::new("the orders that were approved wait no longer");
        return Err(match waiting {
            Some(_) => error.help("others took their place: look at them with `jobwright show RUN --changes`, then approve them"),
            None => error.help(AGAIN),
        });
    }
    let sql = "SELECT items FROM batch WHERE connector = ?1 AND state = 'held'";
    let items: String = store.query_row(sql, [list], |row| row.get(0))?;
    let digests: BTreeMap<String, String> =
        serde_json::from_str(&items).map_err(|_| TaskError::damaged("the orders that were approved"))?;
    let drafts: Vec<Draft> =
        drafts.into_iter().filter(|draft| digests.get(&draft.assignment.to_string()) == Some(&draft.digest())).collect();
    if drafts.len() != digests.len() {
        let changed = digests.len() - drafts.len();
        let message = format!("{changed} of the {} orders that were approved would say something else now", digests.len());
        return Err(TaskError::new(message).help(AGAIN));
    }
    Ok(drafts)
}
