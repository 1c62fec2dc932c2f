//! What the value of an attribute may refer to, as written in the grammar:
//! `item:KIND`, `property[@SOURCE]`, `binding[@SOURCE]`, `binding:TYPE`, or one of the plain words.
//! SOURCE says where the entity type is found: `Attribute` of the element, `../Attribute` of its parent, with `.source`
//! or `.target` behind it where the attribute names a resource type; `enclosing` and `pointed` are words.

use crate::raw;

/// A reference, ready to be written as Rust.
pub(crate) enum Reference {
    /// Number of a kind.
    Item(usize),
    Property(Source),
    Binding(Source),
    /// A variant of `Reference` without content.
    Plain(&'static str),
}

/// Where an entity type is found.
pub(crate) enum Source {
    Written,
    Unknown,
    BuiltIn(String),
    Enclosing,
    Pointed,
    Attribute { of_parent: bool, attribute: String, side: Option<&'static str> },
}

pub(crate) fn parse(written: &str, kinds: &[raw::Kind]) -> Result<Reference, String> {
    if let Some(kind) = written.strip_prefix("item:") {
        let number = kinds.iter().position(|one| one.id == kind);
        return number.map(Reference::Item).ok_or_else(|| format!("`{kind}` is no kind of items.toml"));
    }
    if let Some(built_in) = written.strip_prefix("binding:") {
        return Ok(Reference::Binding(Source::BuiltIn(built_in.to_owned())));
    }
    let plain = match written {
        "property" => return Ok(Reference::Property(Source::Unknown)),
        "binding" => return Ok(Reference::Binding(Source::Written)),
        "qualified-property" => "QualifiedProperty",
        "resource" => "Resource",
        "resource-id" => "ResourceId",
        "data-source" => "DataSource",
        "data-column" => "DataColumn",
        "activity" => "Activity",
        "permission" => "Permission",
        "control" => "Control",
        "license-tag" => "LicenseTag",
        "generated-task" => "GeneratedTask",
        _ => "",
    };
    if !plain.is_empty() {
        return Ok(Reference::Plain(plain));
    }
    match written.split_once('@') {
        Some(("property", at)) => Ok(Reference::Property(source(at))),
        Some(("binding", at)) => Ok(Reference::Binding(source(at))),
        _ => Err(format!("`{written}` is no reference")),
    }
}

/// Where an entity type is found, as written behind an `@`.
pub(crate) fn source(written: &str) -> Source {
    match written {
        "enclosing" => return Source::Enclosing,
        "pointed" => return Source::Pointed,
        _ => {}
    }
    let (of_parent, rest) = match written.strip_prefix("../") {
        Some(rest) => (true, rest),
        None => (false, written),
    };
    let (attribute, side) = match rest.split_once('.') {
        Some((attribute, "source")) => (attribute, Some("Source")),
        Some((attribute, _)) => (attribute, Some("Target")),
        None => (rest, None),
    };
    Source::Attribute { of_parent, attribute: attribute.to_owned(), side }
}
