//! Assignments whose values and links were decided upon outside the role model.

use rusqlite::{Connection, params};

use crate::tasks::TaskError;

use super::state::{AWAITING, PENDING, VERIFIED, of_parts};

/// Brings the state of assignments in line with that of their values and links, where something was to be changed and is
/// not any more. Gives how many.
pub(in crate::tasks) fn settle(store: &Connection) -> Result<u64, TaskError> {
    let sql = "SELECT id, state FROM assigned_type WHERE valid_to IS NULL AND command = 'Modified' AND state IN (?1, ?2)";
    let mut statement = store.prepare(sql)?;
    let rows = statement.query_map([PENDING, AWAITING], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let rows = rows.collect::<Result<Vec<_>, _>>()?;
    let mut parts = store.prepare(
        "SELECT CASE WHEN origin = 'calculated' THEN state ELSE ?2 END FROM assigned_value WHERE assignment = ?1
         UNION ALL SELECT CASE WHEN origin = 'calculated' THEN state ELSE ?2 END FROM assigned_link WHERE assignment = ?1",
    )?;
    let mut settled = 0;
    for (id, before) in rows {
        let states = parts.query_map([id, VERIFIED], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
        let state = of_parts(&states);
        if state != before {
            store.prepare_cached("UPDATE assigned_type SET state = ?2 WHERE id = ?1")?.execute(params![id, state])?;
            settled += 1;
        }
    }
    Ok(settled)
}
