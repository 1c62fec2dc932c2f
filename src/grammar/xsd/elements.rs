//! Elements: a named type for each row of the grammar, local elements for the children.

use std::collections::BTreeSet;

use super::super::{Dialect, ElementKind, elements, kinds_named, root};
use super::attributes::{self, Groups};
use super::writer::Writer;

/// How many parents a type's name goes back to be unlike others.
const PARENTS: usize = 4;

/// Writes the root element and the types of all elements of the dialect.
pub(super) fn write(dialect: Dialect, groups: &mut Groups, out: &mut Writer) {
    let names = names();
    let name = |kind: ElementKind| names[usize::from(kind.0)].as_str();
    out.empty("xs:element", &[("name", root().def().name), ("type", name(root()))]);
    for kind in elements().filter(|kind| !kind.def().is_withdrawn(dialect)) {
        let def = kind.def();
        let mut parts = vec![("name", name(kind))];
        if def.text {
            parts.push(("mixed", "true"));
        }
        out.open("xs:complexType", &parts);
        out.documentation(def.summary);
        let children: Vec<ElementKind> =
            def.children.iter().copied().filter(|child| !child.def().is_withdrawn(dialect)).collect();
        if !children.is_empty() {
            out.open("xs:choice", &[("minOccurs", "0"), ("maxOccurs", "unbounded")]);
            for child in children {
                out.empty("xs:element", &[("name", child.def().name), ("type", name(child))]);
            }
            out.close("xs:choice");
        }
        attributes::write(def, dialect, groups, out);
        out.close("xs:complexType");
    }
}

/// The name of every row's type: the element's, behind those of its parents where that alone is ambiguous.
fn names() -> Vec<String> {
    let mut taken = BTreeSet::new();
    elements()
        .map(|kind| {
            let mut name = kind.def().name.to_owned();
            let mut of = kind;
            let unique = kinds_named(kind.def().name_id).len() == 1;
            for _ in 0..PARENTS {
                if (unique || name.contains('.')) && !taken.contains(&name) {
                    break;
                }
                let Some(&parent) = of.def().parents.iter().find(|&&parent| parent != of) else { break };
                name = format!("{}.{name}", parent.def().name);
                of = parent;
            }
            if !taken.insert(name.clone()) {
                name = format!("{name}.{}", kind.0);
                taken.insert(name.clone());
            }
            name
        })
        .collect()
}
