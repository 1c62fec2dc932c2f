//! Which resource types a provisioning task is about, and the connection by which each is fulfilled.

use crate::plan::model::{Model, ResourceType, Task};
use crate::tasks::role_model::is_on;
use crate::tasks::{TaskContext, TaskError};

/// The resource types of a task, in the order of the plan.
pub(in crate::tasks) struct Scope<'a> {
    pub(in crate::tasks) resource_types: Vec<&'a ResourceType>,
}

impl<'a> Scope<'a> {
    /// Those the task lists, else those of its connector, else all; those of its connection where it names one.
    pub(in crate::tasks) fn of(context: &TaskContext<'a>) -> Result<Self, TaskError> {
        Self::of_task(&context.plan.model, context.task)
    }

    /// As [`Self::of`], before a run.
    pub(in crate::tasks) fn of_task(model: &'a Model, task: &Task) -> Result<Self, TaskError> {
        if let Some(unknown) = task.resource_types.iter().find(|id| super::resource_type(model, id).is_none()) {
            return Err(TaskError::not_in_plan("resource type", unknown));
        }
        let connector = task.text("Connector");
        if let Some(id) = connector.filter(|id| !model.connectors.iter().any(|connector| connector.id == *id)) {
            return Err(TaskError::not_in_plan("connector", id));
        }
        let connection = task.text("Connection");
        let is_meant = |resource_type: &&ResourceType| {
            (task.resource_types.is_empty() || task.resource_types.contains(&resource_type.id))
                && connector.is_none_or(|id| connector_of(model, resource_type) == Some(id))
                && connection.is_none_or(|id| connection_of(model, &resource_type.id) == Some(id))
        };
        Ok(Self { resource_types: model.resource_types.iter().filter(is_meant).collect() })
    }
}

impl Scope<'_> {
    /// Without the resource types of policies that are switched off: nothing of them is ordered.
    pub(super) fn switched_on(mut self, model: &Model) -> Self {
        self.resource_types.retain(|resource_type| is_on(model, resource_type));
        self
    }
}

/// The connector whose system holds the resources of a resource type.
fn connector_of<'m>(model: &'m Model, resource_type: &ResourceType) -> Option<&'m str> {
    let mapped = named_connection(model, &resource_type.id)
        .and_then(|id| model.connections.iter().find(|connection| connection.id == id))
        .map(|connection| connection.connector.as_str());
    mapped.or_else(|| {
        let mut mappings = model.entity_type_mappings.iter();
        mappings.find(|mapping| mapping.entity_type == resource_type.target).map(|mapping| mapping.connector.as_str())
    })
}

/// The connection that the resource type's mapping names.
fn named_connection<'m>(model: &'m Model, resource_type: &str) -> Option<&'m str> {
    let mut mappings = model.items.iter().filter(|item| item.element.ends_with("ResourceTypeMapping"));
    let mapping = mappings.find(|item| item.id.as_deref() == Some(resource_type))?;
    match mapping.attributes.get("Connection") {
        Some(crate::plan::model::Value::Text(connection)) => Some(connection),
        _ => None,
    }
}

/// The connection that fulfils a resource type: the one its mapping names, else the only one of its connector that can.
pub(in crate::tasks) fn connection_of<'m>(model: &'m Model, resource_type: &str) -> Option<&'m str> {
    if let Some(connection) = named_connection(model, resource_type) {
        return Some(connection);
    }
    let connector = connector_of(model, super::resource_type(model, resource_type)?)?;
    let mut able = model.connections.iter().filter(|connection| connection.connector == connector && connection.fulfils);
    match (able.next(), able.next()) {
        (Some(only), None) => Some(&only.id),
        _ => None,
    }
}
