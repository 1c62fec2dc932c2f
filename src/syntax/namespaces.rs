//! Which prefix is bound to which namespace.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::{DIALECT_NAMESPACE, Namespace, error::BindingProblem};

/// The namespace that the prefix `xml` always has.
const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace that the prefix `xmlns` always has.
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

#[derive(Debug)]
struct Binding<'t> {
    prefix: &'t str,
    uri: Cow<'t, str>,
    /// The binding of the same prefix further out.
    outer: Option<u32>,
}

/// The declarations in force, innermost last.
#[derive(Debug)]
pub(super) struct Namespaces<'t> {
    bindings: Vec<Binding<'t>>,
    /// The innermost binding of each prefix; the default namespace has the empty prefix.
    latest: FxHashMap<&'t str, u32>,
    default: Namespace,
}

/// Why a declaration was not taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Namespaces forbid it.
    Problem(BindingProblem),
    /// The element has it already.
    Duplicate,
}

impl<'t> Namespaces<'t> {
    pub(super) fn new() -> Self {
        Self { bindings: Vec::new(), latest: FxHashMap::default(), default: Namespace::None }
    }

    /// The namespace of elements without prefix.
    pub(super) fn default(&self) -> Namespace {
        self.default
    }

    /// How many declarations are in force; given to [`Self::leave`] where the element ends.
    pub(super) fn mark(&self) -> u32 {
        self.bindings.len() as u32
    }

    /// Takes a declaration of the element whose first declaration would have the number `mark`.
    pub(super) fn declare(&mut self, mark: u32, prefix: &'t str, uri: Cow<'t, str>) -> Result<(), Refused> {
        let problem = match (prefix, uri.as_ref()) {
            ("xml", XML) => return Ok(()),
            ("xml", _) => Some(BindingProblem::XmlPrefix),
            (_, XML) => Some(BindingProblem::XmlNamespace),
            ("xmlns", _) | (_, XMLNS) => Some(BindingProblem::Xmlns),
            ("", "") => None,
            (_, "") => Some(BindingProblem::Empty),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(Refused::Problem(problem));
        }
        let outer = self.latest.get(prefix).copied();
        if outer.is_some_and(|outer| outer >= mark) {
            return Err(Refused::Duplicate);
        }
        if prefix.is_empty() {
            self.default = namespace(&uri);
        }
        self.latest.insert(prefix, self.bindings.len() as u32);
        self.bindings.push(Binding { prefix, uri, outer });
        Ok(())
    }

    /// Forgets the declarations from number `mark` on.
    pub(super) fn leave(&mut self, mark: u32) {
        while self.bindings.len() > mark as usize
            && let Some(binding) = self.bindings.pop()
        {
            match binding.outer {
                Some(outer) => self.latest.insert(binding.prefix, outer),
                None => self.latest.remove(binding.prefix),
            };
            if binding.prefix.is_empty() {
                self.default = binding.outer.map_or(Namespace::None, |outer| namespace(&self.bindings[outer as usize].uri));
            }
        }
    }

    /// The namespace that a prefix is bound to.
    pub(super) fn uri(&self, prefix: &str) -> Option<&str> {
        match self.latest.get(prefix) {
            Some(&binding) => Some(&self.bindings[binding as usize].uri),
            None => (prefix == "xml").then_some(XML),
        }
    }

    /// The kind of namespace of an element with that prefix; `None` where the prefix is not bound.
    pub(super) fn of_prefix(&self, prefix: &str) -> Option<Namespace> {
        self.uri(prefix).map(namespace)
    }
}

fn namespace(uri: &str) -> Namespace {
    match uri {
        "" => Namespace::None,
        DIALECT_NAMESPACE => Namespace::Dialect,
        _ => Namespace::Foreign,
    }
}
