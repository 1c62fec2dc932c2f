//! Where the engine finds the code of a task.

use rusqlite::Connection;

use crate::plan::model::Task;
use crate::tasks::{self, EmbeddedTask};

/// Finds the embedded form of a task element.
pub trait TaskSource: Sync {
    /// The task that executes `element`; none if it has no embedded form.
    fn find(&self, element: &str) -> Option<&dyn EmbeddedTask>;

    /// Whether the task can be done again, in a later attempt of its run, without losing or repeating anything.
    fn is_repeatable(&self, _task: &Task) -> bool {
        false
    }

    /// The name of the change list that waits in the store for approval where the task works, if one does. An approval
    /// is bound to it.
    fn change_list(&self, _store: &Connection, _task: &Task) -> rusqlite::Result<Option<String>> {
        Ok(None)
    }

    /// The name of the change list for which a connector is blocked, if it is.
    fn blocked_connector(&self, _store: &Connection, _connector: &str) -> rusqlite::Result<Option<String>> {
        Ok(None)
    }
}

/// The tasks that are built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl TaskSource for BuiltIn {
    fn find(&self, element: &str) -> Option<&dyn EmbeddedTask> {
        tasks::find(element).map(|task| task as &dyn EmbeddedTask)
    }

    fn is_repeatable(&self, task: &Task) -> bool {
        // What is built in compares with what was last synchronized, never with what was last read.
        self.find(&task.element).is_some()
    }

    fn change_list(&self, store: &Connection, task: &Task) -> rusqlite::Result<Option<String>> {
        let connector = task.text("Connector");
        match (task.element.as_str(), connector) {
            ("SynchronizeTask", Some(connector)) => tasks::blocked_list(store, connector),
            ("GenerateProvisioningOrdersTask", _) => tasks::held_list(store, &tasks::order_list_name(connector)),
            _ => Ok(None),
        }
    }

    fn blocked_connector(&self, store: &Connection, connector: &str) -> rusqlite::Result<Option<String>> {
        tasks::blocked_list(store, connector)
    }
}
