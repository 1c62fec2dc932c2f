//! Where the engine finds the code of a task.

use crate::tasks::{self, EmbeddedTask};

/// Finds the embedded form of a task element.
pub trait TaskSource: Sync {
    /// The task that executes `element`; none if it has no embedded form.
    fn find(&self, element: &str) -> Option<&dyn EmbeddedTask>;
}

/// The tasks that are built in.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl TaskSource for BuiltIn {
    fn find(&self, element: &str) -> Option<&dyn EmbeddedTask> {
        tasks::find(element).map(|task| task as &dyn EmbeddedTask)
    }
}
