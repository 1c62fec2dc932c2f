//! Types of values.

use super::super::{AttributeDef, EnumDef, EnumId, ValueType, packages};
use super::writer::Writer;

/// The name of a value's type.
pub(super) fn name(value: ValueType) -> String {
    match value {
        ValueType::String | ValueType::Cron | ValueType::Expression => "xs:string".to_owned(),
        ValueType::Boolean => "xs:boolean".to_owned(),
        ValueType::Byte => "xs:unsignedByte".to_owned(),
        ValueType::Int32 => "xs:int".to_owned(),
        ValueType::Int64 => "xs:long".to_owned(),
        ValueType::Float => "value.Float".to_owned(),
        ValueType::DateTime => "value.DateTime".to_owned(),
        ValueType::Color => "value.Color".to_owned(),
        ValueType::Package => "value.Package".to_owned(),
        ValueType::Enum(id) => format!("enum.{}", id.def().name),
    }
}

/// Writes what narrows the type of one attribute, where something does. `true`: it is the type, else [`name`] is.
pub(super) fn narrowed(attribute: &AttributeDef, required: bool, out: &mut Writer) -> bool {
    let text = matches!(attribute.value, ValueType::String | ValueType::Cron | ValueType::Expression);
    if attribute.range.is_none() && attribute.pattern.is_none() && !(required && text) {
        return false;
    }
    out.open("xs:simpleType", &[]);
    out.open("xs:restriction", &[("base", name(attribute.value).as_str())]);
    if let Some((low, high)) = attribute.range {
        out.empty("xs:minInclusive", &[("value", low.to_string().as_str())]);
        out.empty("xs:maxInclusive", &[("value", high.to_string().as_str())]);
    }
    if let Some(pattern) = attribute.pattern {
        out.empty("xs:pattern", &[("value", across_lines(pattern.text).as_str())]);
    } else if required && text {
        // What is required is not blank.
        out.empty("xs:pattern", &[("value", "\\s*\\S[\\s\\S]*")]);
    }
    out.close("xs:restriction");
    out.close("xs:simpleType");
    true
}

/// The pattern with dots that take line breaks: those of a schema do not.
fn across_lines(pattern: &str) -> String {
    let mut in_class = false;
    let mut text = String::new();
    for c in pattern.chars() {
        in_class = c == '[' || (in_class && c != ']');
        match c {
            '.' if !in_class => text.push_str("[\\s\\S]"),
            c => text.push(c),
        }
    }
    text
}

/// Writes the types of all values.
pub(super) fn write(out: &mut Writer) {
    pattern(
        out,
        "value.Float",
        "A number, with a dot before its decimals.",
        "xs:double",
        &["[+\\-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+\\-]?[0-9]+)?".to_owned()],
    );
    let date = ["[0-9]{8}", "[0-9]{14}", "[0-9]{4}-[0-9]{2}-[0-9]{2}(T.*)?", "[0-9]{8}..T.*"].map(str::to_owned);
    pattern(out, "value.DateTime", "A date: yyyyMMdd, yyyyMMddHHmmss or the form of ISO 8601.", "xs:token", &date);
    pattern(out, "value.Color", "A colour: # and six hexadecimal digits.", "xs:string", &["#[0-9A-Fa-f]{6}".to_owned()]);
    package(out);
    for id in EnumId::all() {
        enumeration(id, out);
    }
}

fn pattern(out: &mut Writer, name: &str, documentation: &str, base: &str, patterns: &[String]) {
    out.open("xs:simpleType", &[("name", name)]);
    out.documentation(documentation);
    out.open("xs:restriction", &[("base", base)]);
    for pattern in patterns {
        out.empty("xs:pattern", &[("value", pattern)]);
    }
    out.close("xs:restriction");
    out.close("xs:simpleType");
}

/// The catalogue for those who complete, and in any case of letters for those who validate.
fn package(out: &mut Writer) {
    out.open("xs:simpleType", &[("name", "value.Package.Catalogue")]);
    out.open("xs:restriction", &[("base", "xs:string")]);
    for package in packages::all() {
        out.open("xs:enumeration", &[("value", package.id)]);
        out.documentation(package.name);
        out.close("xs:enumeration");
    }
    out.close("xs:restriction");
    out.close("xs:simpleType");
    let patterns: Vec<String> = packages::all().iter().map(|package| any_case(package.id)).collect();
    pattern(out, "value.Package.AnyCase", "", "xs:string", &patterns);
    out.open("xs:simpleType", &[("name", "value.Package")]);
    out.documentation("A connection package with its version.");
    out.empty("xs:union", &[("memberTypes", "value.Package.Catalogue value.Package.AnyCase")]);
    out.close("xs:simpleType");
}

/// A pattern that takes the text in any case of its letters.
fn any_case(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' => format!("[{}{}]", c.to_ascii_uppercase(), c.to_ascii_lowercase()),
            '0'..='9' | '@' => c.to_string(),
            c => format!("\\{c}"),
        })
        .collect()
}

fn enumeration(id: EnumId, out: &mut Writer) {
    let def = id.def();
    let name = name(ValueType::Enum(id));
    let listed = if def.open { format!("{name}.Known") } else { name.clone() };
    out.open("xs:simpleType", &[("name", listed.as_str())]);
    out.open("xs:restriction", &[("base", "xs:string")]);
    values(def, out);
    out.close("xs:restriction");
    out.close("xs:simpleType");
    if def.open {
        out.open("xs:simpleType", &[("name", name.as_str())]);
        out.documentation("The published list may lack values.");
        out.empty("xs:union", &[("memberTypes", format!("{listed} xs:string").as_str())]);
        out.close("xs:simpleType");
    }
}

/// Names with what they mean, then the numbers that may stand for them.
fn values(def: &EnumDef, out: &mut Writer) {
    for value in def.values {
        if value.summary.is_empty() {
            out.empty("xs:enumeration", &[("value", value.name)]);
        } else {
            out.open("xs:enumeration", &[("value", value.name)]);
            out.documentation(value.summary);
            out.close("xs:enumeration");
        }
    }
    for value in def.values {
        if let Some(number) = value.number.map(|number| number.to_string()).filter(|number| number != value.name) {
            out.open("xs:enumeration", &[("value", number.as_str())]);
            out.documentation(&format!("The same as {}.", value.name));
            out.close("xs:enumeration");
        }
    }
}
