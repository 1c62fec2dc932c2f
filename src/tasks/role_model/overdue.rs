//! Orders that nothing has answered for longer than their resource type allows.

use rusqlite::params;

use crate::tasks::TaskError;

use super::compute::Run;

impl Run<'_> {
    /// What was transmitted or executed and neither answered nor shown in time is in error
    /// (`TransmittedStateValidityPeriod`). What the system shows by now is verified afterwards as always.
    pub(super) fn overdue(&mut self) -> Result<(), TaskError> {
        let rules = self.rules;
        for found in rules.types.iter().filter(|found| found.patience > 0) {
            let sql = "SELECT a.id FROM assigned_type a WHERE a.resource_type = ?1 AND a.state IN (2, 8) AND a.valid_to IS NULL
                       AND (SELECT max(m.at) FROM provisioning_order o JOIN moment m ON m.seq = coalesce(o.executed, o.moment)
                            WHERE o.assignment = a.id)
                           <= (SELECT at FROM moment WHERE seq = ?2) - ?3 * 60000 ORDER BY a.id";
            let mut statement = self.store.prepare(sql)?;
            let rows = statement.query_map(params![found.id, self.moment, found.patience], |row| row.get::<_, i64>(0))?;
            let message = format!("nothing answered within {} minutes", found.patience);
            for id in rows.collect::<Result<Vec<_>, _>>()? {
                for table in ["assigned_value", "assigned_link"] {
                    let sql = format!("UPDATE {table} SET state = 3 WHERE assignment = ?1 AND state IN (2, 8)");
                    self.store.prepare_cached(&sql)?.execute([id])?;
                }
                let sql = "UPDATE assigned_type SET state = 3, message = ?2 WHERE id = ?1";
                self.store.prepare_cached(sql)?.execute(params![id, message])?;
                self.changes += 1;
            }
        }
        Ok(())
    }
}
