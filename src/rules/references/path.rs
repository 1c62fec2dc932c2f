//! Bindings: paths of properties, followed through associations as far as everything on the way is known.

use crate::grammar::ItemKind;
use crate::ir::{EntityType, Program, Symbol};

use super::certainty::Certainty;
use super::judge::Wrong;

/// The first wrong part of a path that starts at an entity type, where that is known.
pub(super) fn judge(program: &Program, certainty: &Certainty<'_>, start: Option<Symbol>, value: &str) -> Option<Wrong> {
    // What is no path is an expression, or something else that is judged elsewhere.
    if !value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')) {
        return None;
    }
    let mut entity_type = start;
    let mut at = 0;
    for segment in value.split('.') {
        let from = at;
        at += segment.len() + 1;
        let (property_at, property) = match segment.split_once(':') {
            None => (from, segment),
            Some((written, property)) => {
                if !written.is_empty() && certainty.exists(ItemKind::EntityType, written) == Some(false) {
                    return Some(Wrong {
                        start: from,
                        name: written.to_owned(),
                        wanted: ItemKind::EntityType,
                        entity_type: None,
                    });
                }
                entity_type = Some(Symbol::new(written));
                (from + written.len() + 1, property)
            }
        };
        let Some(owner) = entity_type else { continue };
        if property.is_empty() {
            return None;
        }
        if certainty.has_property(owner, property) == Some(false) {
            return Some(Wrong {
                start: property_at,
                name: property.to_owned(),
                wanted: ItemKind::Property,
                entity_type: Some(owner),
            });
        }
        entity_type = program
            .index
            .find::<EntityType>(owner)
            .and_then(|owner| program.navigates_to(owner, Symbol::new(property)))
            .and_then(|next| program.items.entity_types[next].identifier)
            .map(|identifier| identifier.value);
    }
    None
}
