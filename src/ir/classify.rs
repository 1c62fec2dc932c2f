//! Which element of the dialect each element of a tree is.

use crate::grammar::{self, ElementKind, names};
use crate::syntax::{Document, ElementId, Namespace, SyntaxErrorKind};

/// The kind of each element of a tree. An element that the dialect does not have where it stands, and everything in it,
/// has none. A root without namespace, or an element in another one, is taken for the configuration's, so that one mistake
/// is one finding.
pub fn classify(document: &Document) -> Vec<Option<ElementKind>> {
    let mut found: Vec<Option<ElementKind>> = Vec::with_capacity(document.len());
    let Some(root) = document.root() else { return found };
    let namespace = document.namespace(root);
    let known = namespace != Namespace::Foreign && document.name(root) == names::CONFIGURATION_FILE;
    let unclosed = Unclosed::of(document);
    found.push(known.then(grammar::root));
    for element in document.elements().skip(1) {
        let parent = document.parent(element);
        // What a tag that the end of the text cuts off was to be is not known.
        let is_whole = document.cut_tag() != Some(element);
        let kind = parent.and_then(|parent| found[parent.0 as usize]).filter(|_| is_whole);
        found
            .push(kind.and_then(|kind| grammar::child(kind, document.name(element)).or_else(|| unclosed.outer(element, &found))));
    }
    found
}

/// The elements of a broken file whose end tag is missing. What follows such an element was meant to stand behind it,
/// not in it: one missing end tag is one finding.
struct Unclosed<'d> {
    document: &'d Document,
    /// Where their tags begin, in order.
    starts: Vec<u32>,
}

impl<'d> Unclosed<'d> {
    fn of(document: &'d Document) -> Self {
        let missing = document.errors().iter().filter(|error| matches!(error.kind, SyntaxErrorKind::UnclosedElement { .. }));
        // The name is underlined, which stands behind the `<`.
        let mut starts: Vec<u32> = missing.map(|error| error.span.start.saturating_sub(1)).collect();
        starts.sort_unstable();
        Self { document, starts }
    }

    fn has(&self, element: ElementId) -> bool {
        self.starts.binary_search(&self.document.span(element).start).is_ok()
    }

    /// What an element is that stands in unclosed ones which do not take it: a child of what is around them.
    fn outer(&self, element: ElementId, found: &[Option<ElementKind>]) -> Option<ElementKind> {
        let mut around = self.document.parent(element)?;
        while !self.starts.is_empty() && self.has(around) {
            around = self.document.parent(around)?;
            let kind = grammar::child(found[around.0 as usize]?, self.document.name(element));
            if kind.is_some() {
                return kind;
            }
        }
        None
    }
}
