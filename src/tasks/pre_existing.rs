//! `SavePreExistingAccessRightsTask`: what the systems hold before the rules have a say is accepted as it is.
//!
//! Of resources that were found: assignments that no rule gives, and values and links that differ from what the rules want,
//! are marked as pre-existing. They are neither ordered nor counted as non-conforming from then on; what the rules want
//! anew is ordered as ever.

use rusqlite::Connection;

use super::role_model::standing;
use super::{EmbeddedTask, TaskContext, TaskEnd, TaskError, TaskReport};

/// Attributes that choose rows by SQL on the product's own tables.
const CHOICES: [&str; 3] = ["AssignedResourceNavigationSQL", "AssignedResourceScalarSQL", "AssignedResourceTypeSQL"];

/// Assignments of a resource that was there before anything was ordered for it.
const UNTOUCHED: &str = "SELECT a.id FROM assigned_type a JOIN resource t ON t.id = a.resource WHERE a.valid_to IS NULL
    AND a.command <> 'Deleted' AND NOT EXISTS (SELECT 1 FROM provisioning_order o WHERE o.assignment = a.id)";

/// The embedded `SavePreExistingAccessRightsTask`.
pub(super) struct SavePreExistingAccessRights;

impl EmbeddedTask for SavePreExistingAccessRights {
    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        if let Some(choice) = CHOICES.iter().find(|name| context.task.text(name).is_some_and(|text| !text.trim().is_empty())) {
            let message = format!("{choice} of task {} has no embedded form: it asks the product's own tables", context.task.id);
            return Err(TaskError::new(message).help("without it the task is about all assignments"));
        }
        let store: &Connection = context.transaction;
        let types =
            store.execute("UPDATE assigned_type SET origin = 'pre-existing' WHERE valid_to IS NULL AND origin = 'found'", [])?;
        // Changed by hand, or another value in the system than the rules want, and not ordered yet.
        let values = store.execute(
            &format!(
                "UPDATE assigned_value SET origin = 'pre-existing', state = 0 WHERE origin = 'non-conforming'
                 OR (state IN (1, 5) AND shown IS NOT NULL AND assignment IN ({UNTOUCHED}))"
            ),
            [],
        )?;
        let links = store.execute(
            &format!(
                "UPDATE assigned_link SET origin = 'pre-existing', state = 0 WHERE origin = 'non-conforming'
                 OR (command = 'remove' AND state IN (1, 5) AND assignment IN ({UNTOUCHED}))"
            ),
            [],
        )?;
        let settled = standing::settle(store)?;
        let changed = types + values + links > 0;
        let outcome = if changed { TaskEnd::Completed } else { TaskEnd::Unchanged };
        let message = if changed {
            format!("{types} assignments, {values} values and {links} links are accepted as they are")
        } else {
            "nothing was there before the rules".to_owned()
        };
        Ok(TaskReport::new(outcome)
            .count("assignments", types as u64)
            .count("values", values as u64)
            .count("links", links as u64)
            .count("settled", settled)
            .message(message))
    }
}
