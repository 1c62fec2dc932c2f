//! The attributes of a start tag in the order in which they are written.

use std::borrow::Cow;

use crate::grammar::ElementKind;
use crate::syntax::{AttributeId, Document, ElementId, Namespace};

use super::line_ends::unified;

/// Where an attribute stands among the others: declarations of namespaces, names with a prefix, the element's own in the
/// order of the grammar, unknown ones. Within a group, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Declaration,
    Prefixed,
    /// Row of the grammar, number within the family.
    Known(u8, u32),
    Unknown,
}

/// The attributes as they are written, in order. `kind`: the element's row, where it has one.
pub(super) fn written<'t>(
    document: &Document,
    text: &'t str,
    element: ElementId,
    kind: Option<ElementKind>,
) -> Vec<Cow<'t, str>> {
    let mut ranked: Vec<(Rank, AttributeId)> =
        document.attributes(element).map(|attribute| (rank(document, attribute, kind), attribute)).collect();
    ranked.sort_by_key(|&(rank, _)| rank);
    ranked.into_iter().map(|(_, attribute)| one(document, text, attribute)).collect()
}

fn rank(document: &Document, attribute: AttributeId, kind: Option<ElementKind>) -> Rank {
    match document.attribute_namespace(attribute) {
        Namespace::Declaration => return Rank::Declaration,
        Namespace::Foreign => return Rank::Prefixed,
        Namespace::Dialect | Namespace::None => {}
    }
    let name = document.attribute_name_text(attribute);
    let known = kind.and_then(|kind| kind.def().attribute(document.attribute_name(attribute), name));
    known.map_or(Rank::Unknown, |known| {
        let number = known.family.and_then(|family| family.number(name));
        Rank::Known(known.order, number.unwrap_or(0))
    })
}

/// `name="value"`, the value as it is escaped already; in single quotes only where it has double ones in it.
fn one<'t>(document: &Document, text: &'t str, attribute: AttributeId) -> Cow<'t, str> {
    let (name, value) = (document.attribute_name_span(attribute), document.value_span(attribute));
    // With its quotes.
    let whole = &text[name.start as usize..=value.end as usize];
    let plain = value.start == name.end + 2 && whole.ends_with('"') && !whole.contains('\r');
    if plain {
        return Cow::Borrowed(whole);
    }
    let (name, value) = (name.of(text), unified(value.of(text)));
    let quote = if value.contains('"') { '\'' } else { '"' };
    Cow::Owned(format!("{name}={quote}{value}{quote}"))
}
