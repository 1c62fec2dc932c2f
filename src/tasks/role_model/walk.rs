//! Bindings that lead to resources, walked link by link.

use rusqlite::{Connection, params};

use crate::expr::Binding;
use crate::expr::schema::EntityId;
use crate::tasks::TaskError;
use crate::tasks::expressions::PlanSchema;
use crate::tasks::identity::association_number;

use super::rules::Dimension;

/// Steps up a hierarchy that are taken; a ring in the data ends there.
const HEIGHT: usize = 64;

/// A value of a dimension with those above it, the nearest first.
pub(super) fn chain(store: &Connection, dimension: &Dimension, value: i64) -> Result<Vec<i64>, TaskError> {
    let mut chain = vec![value];
    while let Some(parent) = &dimension.parent
        && chain.len() < HEIGHT
    {
        let Some(above) = parent.from(store, chain[chain.len() - 1])?.first().copied() else { break };
        if chain.contains(&above) {
            break;
        }
        chain.push(above);
    }
    Ok(chain)
}

/// Steps from a resource to others.
#[derive(Clone, Debug, Default)]
pub(in crate::tasks) struct Walk {
    /// Association, and whether it is walked from its first end.
    steps: Vec<(i64, bool)>,
}

impl Walk {
    /// The walk along a binding of navigation properties, and the entity type at its end.
    pub(in crate::tasks) fn along(
        store: &Connection,
        schema: &PlanSchema<'_>,
        start: EntityId,
        binding: &str,
    ) -> Result<Result<(Self, EntityId), String>, TaskError> {
        let binding = match Binding::parse(binding) {
            Ok(binding) => binding,
            Err(error) => return Ok(Err(error.message)),
        };
        let (mut steps, mut at) = (Vec::new(), start);
        for segment in &binding.segments {
            let Some(navigation) = schema.navigation(at, &segment.property) else {
                return Ok(Err(format!("{} is no navigation property there", segment.property)));
            };
            steps.push((association_number(store, navigation.association)?, navigation.first));
            at = navigation.target;
        }
        Ok(Ok((Self { steps }, at)))
    }

    /// The resources at the end, each once, in the order of their numbers.
    pub(in crate::tasks) fn from(&self, store: &Connection, resource: i64) -> Result<Vec<i64>, TaskError> {
        let mut at = vec![resource];
        for &(association, first) in &self.steps {
            let sql = if first {
                "SELECT to_id FROM link WHERE association = ?1 AND from_id = ?2"
            } else {
                "SELECT from_id FROM link WHERE association = ?1 AND to_id = ?2"
            };
            let mut statement = store.prepare_cached(sql)?;
            let mut next = Vec::new();
            for id in at {
                let found = statement.query_map(params![association, id], |row| row.get::<_, i64>(0))?;
                for id in found {
                    next.push(id?);
                }
            }
            next.sort_unstable();
            next.dedup();
            at = next;
        }
        Ok(at)
    }
}
