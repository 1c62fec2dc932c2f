//! What is asked of every element, gathered from the dialect once.

use std::sync::OnceLock;

use crate::grammar::{self, AttributeDef, ElementKind, Required};

/// The attributes that an element must have, or must have under a condition.
pub(super) fn required(kind: ElementKind) -> &'static [&'static AttributeDef] {
    static TABLE: OnceLock<Vec<Vec<&'static AttributeDef>>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let required = |kind: ElementKind| kind.def().attributes.iter().filter(|attribute| attribute.required != Required::No);
        grammar::elements().map(|kind| required(kind).collect()).collect()
    });
    table.get(usize::from(kind.0)).map_or(&[], Vec::as_slice)
}
