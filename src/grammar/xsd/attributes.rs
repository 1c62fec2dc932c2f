//! Attributes of elements, and the groups that families of attributes are.

use super::super::{AttributeDef, Dialect, ElementDef, Family, Required, name_text};
use super::references;
use super::types;
use super::writer::Writer;
use crate::syntax::NameId;

/// Families by what they consist of, in the order in which they were met.
#[derive(Default)]
pub(super) struct Groups(Vec<Group>);

struct Group {
    name: String,
    prefix: &'static str,
    content: String,
}

impl Groups {
    /// The name of the group with that content.
    fn name(&mut self, family: &Family, content: String) -> &str {
        let prefix = family.prefix.trim_end_matches("_L");
        let index = self.0.iter().position(|group| group.content == content).unwrap_or_else(|| {
            let number = 1 + self.0.iter().filter(|group| group.prefix == prefix).count();
            let name = format!("family.{prefix}.{number}");
            self.0.push(Group { name, prefix, content });
            self.0.len() - 1
        });
        &self.0[index].name
    }

    /// Writes all groups.
    pub(super) fn write(self, out: &mut Writer) {
        for group in self.0 {
            out.open("xs:attributeGroup", &[("name", group.name.as_str())]);
            out.append(&group.content);
            out.close("xs:attributeGroup");
        }
    }
}

/// Writes the attributes of an element.
pub(super) fn write(def: &ElementDef, dialect: Dialect, groups: &mut Groups, out: &mut Writer) {
    for attribute in def.attributes.iter().filter(|attribute| !attribute.is_withdrawn(dialect)) {
        let required = is_required(def, attribute);
        match &attribute.family {
            None => one(attribute, attribute.name, required, true, out),
            Some(family) => {
                let mut content = Writer::within(2);
                for number in family.first..=family.last {
                    let first = number == family.first;
                    one(attribute, &family.member(number), required && first, first, &mut content);
                }
                out.empty("xs:attributeGroup", &[("ref", groups.name(family, content.finish()))]);
            }
        }
    }
    // Attributes of other namespaces are nobody's business. Where no complete list is published, neither are those of none.
    let namespace = if def.open { "##any" } else { "##other" };
    out.empty("xs:anyAttribute", &[("namespace", namespace), ("processContents", "lax")]);
}

/// Whether the attribute must be there whatever the element's `ConsolidationMode`: of an item, the one that names it is;
/// what is no item is not consolidated. That another attribute is required without a mode, or with `Update`, no XML Schema
/// 1.0 can say; the rule `missing-attribute` does.
fn is_required(def: &ElementDef, attribute: &AttributeDef) -> bool {
    attribute.required == Required::Yes && (def.declares.is_none() || def.key == Some(attribute.name_id))
}

fn one(attribute: &AttributeDef, name: &str, required: bool, documented: bool, out: &mut Writer) {
    let type_name = types::name(attribute.value);
    let mut narrowed = Writer::within(out.depth() + 1);
    let is_narrowed = types::narrowed(attribute, required, &mut narrowed);
    let mut parts = vec![("name", name)];
    if !is_narrowed {
        parts.push(("type", type_name.as_str()));
    }
    if required {
        parts.push(("use", "required"));
    } else if let Some(default) = attribute.default.filter(|_| attribute.family.is_none()) {
        parts.push(("default", default));
    }
    if !documented && !is_narrowed {
        out.empty("xs:attribute", &parts);
        return;
    }
    out.open("xs:attribute", &parts);
    if documented {
        out.documentation(&documentation(attribute, required));
    }
    out.append(&narrowed.finish());
    out.close("xs:attribute");
}

fn documentation(attribute: &AttributeDef, required: bool) -> String {
    let mut text = attribute.summary.to_owned();
    if let Some(reference) = attribute.reference {
        text.push(' ');
        text.push_str(&references::words(reference));
    }
    match attribute.required {
        Required::Yes if !required => text.push_str(" Required, unless ConsolidationMode is Merge or Delete."),
        Required::When { attribute, value } | Required::ExpectedWhen { attribute, value } => {
            text.push_str(&condition("with", attribute, value));
        }
        Required::Unless { attribute, value } => text.push_str(&condition("without", attribute, value)),
        Required::Yes | Required::No => {}
    }
    if !attribute.documented {
        text.push_str(" Not in the tables of the documentation; seen in its examples or in generated XML.");
    }
    text
}

fn condition(word: &str, attribute: NameId, value: &str) -> String {
    format!(" Required {word} {}=\"{value}\".", name_text(attribute).unwrap_or_default())
}
