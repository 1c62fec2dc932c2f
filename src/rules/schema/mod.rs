//! Schema rules: elements, attributes and values held against the dialect.
//!
//! They run at every element of a configuration that they concern, so nothing is allocated before something is found: what
//! an element must have is read once into [`tables`], attributes are looked up once in [`ElementView`].

pub(super) mod childless_item;
pub(super) mod conflicting_attributes;
pub(super) mod consolidation_ignores_content;
pub(super) mod deprecated;
pub(super) mod duplicate_value;
pub(super) mod inapplicable_attribute;
pub(super) mod incomplete_attribute_group;
pub(super) mod invalid_value;
pub(super) mod malformed_identifier;
pub(super) mod misplaced_element;
pub(super) mod missing_alternative;
pub(super) mod missing_attribute;
pub(super) mod missing_child;
pub(super) mod old_name;
pub(super) mod outside_path;
pub(super) mod padded_identifier;
pub(super) mod raw_line_break;
pub(super) mod reserved_identifier;
pub(super) mod root_element;
pub(super) mod stray_text;
mod tables;
pub(super) mod undeclared_language;
pub(super) mod unknown_attribute;
pub(super) mod unknown_element;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::source::Location;
use crate::syntax::Namespace;

use super::{Check, ElementView, Rule};

/// How many findings of one file come with a search for the nearest name: a file full of mistakes is judged in linear time.
const SEARCHES: usize = 200;

const fn rule(name: &'static str, severity: Severity, summary: &'static str, check: Check) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Schema, severity, summary }, check }
}

/// A finding about an attribute or child of the element in view, or about the element itself where `part` is empty.
fn finding(rule: &'static Rule, view: &ElementView<'_>, part: &str, place: Location, message: String) -> Finding {
    view.finding(rule, part, place, message)
}

/// Whether the element is the outermost that the dialect does not have where it stands, in the namespace it should have.
fn is_stranger(view: &ElementView<'_>) -> bool {
    view.kind.is_none()
        && view.parent_kind.is_some()
        && view.document.cut_tag() != Some(view.element)
        && view.document.root().is_some_and(|root| {
            let (own, expected) = (view.document.namespace(view.element), view.document.namespace(root));
            own == expected && own != Namespace::Foreign
        })
}
