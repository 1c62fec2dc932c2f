//! Schedules: one file per rule, and the reader of cron expressions.

pub(crate) mod cron;
pub(super) mod frequent_job;
pub(super) mod invalid_cron;
pub(super) mod never_fires;
#[cfg(test)]
mod tests;

use crate::grammar::{ElementDef, ValueType};

use super::{AttributeView, ElementView};

/// Whether an element has attributes that hold a cron expression.
fn is_scheduled(def: &ElementDef) -> bool {
    def.attributes.iter().any(|one| one.value == ValueType::Cron)
}

/// The attributes of an element that hold a cron expression.
fn expressions<'v>(view: &'v ElementView<'_>) -> impl Iterator<Item = AttributeView> + 'v {
    view.attributes.iter().copied().filter(|attribute| attribute.def.is_some_and(|def| def.value == ValueType::Cron))
}
