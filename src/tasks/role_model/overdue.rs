//! Orders that nothing has answered for longer than their resource type allows.

use rusqlite::params;

use crate::tasks::TaskError;
use crate::tasks::identity::moment_time;

use super::compute::Run;
use super::due::overdue;

impl Run<'_> {
    /// What was transmitted or executed and neither answered nor shown in time is in error
    /// (`TransmittedStateValidityPeriod`). What the system shows by now is verified afterwards as always.
    pub(super) fn overdue(&mut self) -> Result<(), TaskError> {
        let rules = self.rules;
        let at = moment_time(self.store, self.moment)?;
        for found in rules.types.iter().filter(|found| found.patience > 0) {
            let message = format!("nothing answered within {} minutes", found.patience);
            for (id, _) in overdue(self.store, found.id, found.patience, at)? {
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
