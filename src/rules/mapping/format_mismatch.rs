//! `format-mismatch`: a mapped format whose values a property of its type cannot hold.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Symbol};
use crate::rules::suggest::listed;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "format-mismatch",
    Severity::Warning,
    "a mapped format whose values a property of its type cannot hold",
    Check::At(&[kinds::ENTITY_TYPE_MAPPING_PROPERTY], check),
);

/// The formats, up to a colon, and the types of the properties that they fill, as the page on formats lists them.
const FORMATS: [(&str, &[&str]); 17] = [
    ("1601Date", &["DateTime"]),
    ("Binary", &["Binary"]),
    ("Bit", &["String", "Int16", "Int32", "Int64"]),
    ("Bool", &["Bool"]),
    ("Byte", &["Byte"]),
    ("Bytes", &["Bytes"]),
    ("Concat", &["String"]),
    ("Date", &["DateTime"]),
    ("DateTime", &["DateTime"]),
    ("Double", &["Double"]),
    ("Guid", &["Guid"]),
    ("Int16", &["Int16"]),
    ("Int32", &["Int32"]),
    ("Int64", &["Int64", "ForeignKey", "Option"]),
    ("MultivaluedText", &["String"]),
    ("RDN", &["String"]),
    ("SID", &["String"]),
];

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::FORMAT) else { return };
    let written = view.value(attribute);
    let name = written.trim().split(':').next().unwrap_or_default();
    let Some((format, types)) = FORMATS.iter().find(|(format, _)| format.eq_ignore_ascii_case(name)) else { return };
    let (program, document) = (view.program, view.document);
    let entity_type = document.parent(view.element).and_then(|mapping| document.find(mapping, names::IDENTIFIER));
    let (Some(entity_type), Some(property)) = (entity_type, view.symbol(names::IDENTIFIER)) else { return };
    let entity_type = Symbol::new(&document.value(entity_type, view.text));
    let Some(declared) = program.declarations.find(ItemKind::Property, Some(entity_type), property) else { return };
    // What is not written may be a generated type.
    let origin = Origin::written(declared.file, declared.element);
    let Some(value) = program.value(origin, names::TYPE) else { return };
    let Some(def) = program.kind(declared.file, declared.element).and_then(|kind| kind.def().attribute(names::TYPE, "")) else {
        return;
    };
    let value = def.canonical(&value);
    if def.check(value).is_err() || types.contains(&value) {
        return;
    }
    let message = format!("format `{format}` gives no values of type {value}, which {} has", view.title());
    let mut finding = view
        .finding(&RULE, "Format", view.value_place(attribute), message)
        .label(format!("for properties of type {}", listed(types.iter().copied(), 4)))
        .note("the values that are read do not fit the column of the property, and those that are written do not fit the system")
        .help("write the format of the property's type, or give the property another type");
    if let Some(place) = program.attribute_place(origin, names::TYPE) {
        finding = finding.related(place, "the type of the property");
    }
    sink.push(finding);
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(format: &str, more: &str) -> Vec<u32> {
        let property = format!("<EntityType Identifier=\"User\"><Property Identifier=\"P\"{more}/></EntityType>");
        let mapped = format!("<Property Identifier=\"p\" ConnectionColumn=\"c\"\nFormat=\"{format}\"/>");
        let xml = format!("{property}<EntityTypeMapping Identifier=\"User\" Connector=\"AD\">{mapped}</EntityTypeMapping>");
        lines(&xml, "format-mismatch")
    }

    #[test]
    fn formats_of_other_types_are_found() {
        for (format, value) in [
            ("1601date", "String"),
            ("DateTime", "Int64"),
            ("Int64", "DateTime"),
            ("bit:userAccountControl:2", "Bool"),
            ("Concat:;", "Bytes"),
            ("Guid", "0"),
        ] {
            assert_eq!(found(format, &format!(" Type=\"{value}\"")), [2], "{format} {value}");
        }
    }

    #[test]
    fn formats_of_the_type_and_what_is_not_known_are_not() {
        for (format, value) in [
            ("1601date", "DateTime"),
            ("Int64", "ForeignKey"),
            ("bit:userAccountControl:2", "Int32"),
            ("MULTIVALUEDTEXT", "String"),
            ("OwnFormat", "String"),
            ("", "String"),
            ("DateTime", "Nonsense"),
        ] {
            assert!(found(format, &format!(" Type=\"{value}\"")).is_empty(), "{format} {value}");
        }
        assert!(found("DateTime", "").is_empty(), "no type is written");
        let unknown = "<EntityTypeMapping Identifier=\"Gone\"><Property Identifier=\"p\" Format=\"Bool\"/></EntityTypeMapping>";
        assert!(lines(unknown, "format-mismatch").is_empty());
    }
}
