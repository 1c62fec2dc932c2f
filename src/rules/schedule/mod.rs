//! Schedules: one file per rule, and the reader of cron expressions.

pub(crate) mod cron;
pub(super) mod frequent_job;
pub(super) mod invalid_cron;
pub(super) mod never_fires;
#[cfg(test)]
mod tests;

use crate::grammar::ValueType;

use super::{AttributeView, ElementView};

/// The attributes of an element that hold a cron expression.
fn expressions<'v>(view: &'v ElementView<'_>) -> impl Iterator<Item = AttributeView> + 'v {
    view.attributes.iter().copied().filter(|attribute| attribute.def.is_some_and(|def| def.value == ValueType::Cron))
}
