//! All attributes of a configuration that hold expressions.

use std::ops::Range;
use std::sync::OnceLock;

use crate::grammar::expressions::{ExpressionInput, inputs};
use crate::grammar::{self, ElementKind, Numbering};
use crate::ir::Program;
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId, NameId, Namespace};

/// An attribute that holds an expression.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Site {
    /// The file.
    pub(in crate::rules) file: FileId,
    /// The element.
    pub(in crate::rules) element: ElementId,
    /// What the element is.
    pub(in crate::rules) kind: ElementKind,
    /// The attribute.
    pub(in crate::rules) attribute: AttributeId,
    /// What the dialect says of the expression.
    pub(in crate::rules) input: &'static ExpressionInput,
}

/// Calls `visit` for every expression in a stretch of a file's elements.
pub(in crate::rules) fn each(program: &Program, file: FileId, elements: Range<u32>, mut visit: impl FnMut(Site)) {
    let (document, table) = (program.document(file), table());
    for element in elements.map(ElementId) {
        let Some(kind) = program.kind(file, element) else { continue };
        let Some(names) = table.get(usize::from(kind.0)).filter(|names| !names.is_empty()) else { continue };
        for attribute in document.attributes(element) {
            let name = document.attribute_name(attribute);
            let found = names.iter().find(|(known, _)| *known == name);
            if let Some(&(_, input)) = found
                && document.attribute_namespace(attribute) == Namespace::Dialect
            {
                visit(Site { file, element, kind, attribute, input });
            }
        }
    }
}

type Names = Vec<(NameId, &'static ExpressionInput)>;

/// The expression attributes of each kind of element; of a family, every member.
fn table() -> &'static [Names] {
    static TABLE: OnceLock<Vec<Names>> = OnceLock::new();
    TABLE.get_or_init(|| grammar::elements().map(row).collect())
}

fn row(kind: ElementKind) -> Names {
    let mut names = Names::new();
    for input in inputs(kind).filter(|input| !input.sql) {
        for def in kind.def().attributes.iter().filter(|def| input.attributes.contains(&def.name_id)) {
            match def.family.filter(|family| family.numbering == Numbering::Decimal) {
                None => names.push((def.name_id, input)),
                Some(family) => {
                    let members = (family.first..=family.last).filter_map(|number| grammar::name_id(&family.member(number)));
                    names.extend(members.map(|name| (name, input)));
                }
            }
        }
    }
    names
}
