//! Scaffoldings of jobs that are called twice: equal calls are one item.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::grammar::names;
use crate::ir::{Id, Origin, Program, Scaffolding};
use crate::syntax::ElementId;

/// Elements of one call that are compared; none has as many.
const LONGEST: usize = 256;

/// Calls of scaffoldings that stand there already, each with the first of its kind, in document order. The order of
/// children counts, and so do the letters of values: two jobs that differ in nothing but a display name are two.
pub fn repeated(program: &Program) -> Vec<(Id<Scaffolding>, Id<Scaffolding>)> {
    let items = &program.items.scaffoldings;
    if items.len() < 2 {
        return Vec::new();
    }
    let mut seen: FxHashMap<String, Id<Scaffolding>> = FxHashMap::default();
    let mut repeated = Vec::new();
    for (id, item) in items.iter() {
        let mut key = String::new();
        describe(program, item.origin, item.origin.element, &mut key, &mut 0);
        let first = *seen.entry(key).or_insert(id);
        if first != id {
            repeated.push((first, id));
        }
    }
    repeated
}

/// Writes element, attributes and children, so that equal calls are written alike. As deep as there are elements to count.
fn describe(program: &Program, of: Origin, element: ElementId, key: &mut String, count: &mut usize) {
    *count += 1;
    if *count > LONGEST {
        // Longer than any: equal to itself alone.
        let _ = write!(key, "#{}.{}", of.file.index(), of.element.0);
        return;
    }
    let document = program.document(of.file);
    let _ = write!(key, "<{}", document.name_text(element));
    let own = document.attributes(element).filter(|&one| document.attribute_name(one) != names::ID);
    let mut attributes: Vec<_> =
        own.map(|one| (document.attribute_name_text(one), program.attribute_value(of.file, one))).collect();
    attributes.sort_unstable();
    for (name, value) in attributes {
        let _ = write!(key, " {name}={:?}", value.trim());
    }
    for child in document.children(element) {
        describe(program, of, child, key, count);
        if *count > LONGEST {
            return;
        }
    }
    key.push('>');
}
