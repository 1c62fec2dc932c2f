//! Bindings as SQL: joins along links, and the value at the end.

use std::fmt::Write as _;

use rusqlite::Connection;

use crate::expr::Binding;
use crate::plan::model::Model;
use crate::tasks::TaskError;
use crate::tasks::identity::{Layout, association_number};

/// Where a binding leads.
pub(super) struct Path {
    /// Joins from the resource `r`.
    pub(super) joins: String,
    /// The value they lead to.
    pub(super) value: String,
    /// Its type, a name of `EntityPropertyType`.
    pub(super) kind: String,
}

/// Joins along a binding and the value at its end, or why there is no embedded form.
pub(super) fn path(
    store: &Connection,
    model: &Model,
    entity_type: &str,
    binding: &Binding,
) -> Result<Result<Path, String>, TaskError> {
    let mut joins = String::new();
    let (mut current, mut alias) = (entity_type.to_owned(), "r".to_owned());
    let Some((last, steps)) = binding.segments.split_last() else { return Ok(Err("an empty binding".to_owned())) };
    for (index, step) in steps.iter().enumerate() {
        if step.entity_type.as_ref().is_some_and(|named| !named.eq_ignore_ascii_case(&current)) {
            return Ok(Err(format!("binding through another type than {current}")));
        }
        let is = |end: &crate::plan::model::AssociationEnd| {
            end.entity_type == current && end.property.eq_ignore_ascii_case(&step.property)
        };
        let found = model.associations.iter().find_map(|association| {
            if is(&association.first) {
                Some((association, &association.first, &association.second, "from_id", "to_id"))
            } else if is(&association.second) {
                Some((association, &association.second, &association.first, "to_id", "from_id"))
            } else {
                None
            }
        });
        let Some((association, near, far, from, to)) = found else {
            return Ok(Err(format!("{current} has no navigation property {}", step.property)));
        };
        if near.collection {
            return Ok(Err(format!("binding through {}, which holds several resources", step.property)));
        }
        let number = association_number(store, &association.id)?;
        // Writing to a text cannot fail.
        let _ = write!(
            joins,
            " LEFT JOIN link l{index} ON l{index}.association = {number} AND l{index}.{from} = {alias}.id
              LEFT JOIN resource r{index} ON r{index}.id = l{index}.{to}"
        );
        alias = format!("r{index}");
        current.clone_from(&far.entity_type);
    }
    if last.entity_type.as_ref().is_some_and(|named| !named.eq_ignore_ascii_case(&current)) {
        return Ok(Err(format!("binding through another type than {current}")));
    }
    let entity = model.entity_types.iter().find(|candidate| candidate.id == current);
    let property =
        entity.and_then(|entity| entity.properties.iter().find(|property| property.id.eq_ignore_ascii_case(&last.property)));
    let Some(property) = property.filter(|property| property.kind != "ForeignKey") else {
        return Ok(Err(format!("{current} has no scalar property {}", last.property)));
    };
    let computed = format!("json_extract({alias}.computed, '$.\"{}\"')", property.id.replace(['\'', '"'], ""));
    let index = Layout::stored(store, &current)?.and_then(|layout| layout.index(&property.id));
    let value = match index {
        Some(index) => format!("coalesce({computed}, json_extract({alias}.body, '$[{index}]'))"),
        None => computed,
    };
    Ok(Ok(Path { joins, value, kind: property.kind.clone() }))
}
