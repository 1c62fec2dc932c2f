//! The files under `grammar/` as they are written.

use std::collections::BTreeMap;

use serde::Deserialize;

/// An area file: elements, and attributes that every element takes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Area {
    #[serde(rename = "area")]
    pub(crate) name: String,
    #[serde(default, rename = "element")]
    pub(crate) elements: Vec<Element>,
    #[serde(default, rename = "common")]
    pub(crate) common: Vec<Attribute>,
    /// Attributes that every scaffolding takes.
    #[serde(default)]
    pub(crate) on_scaffoldings: Vec<Attribute>,
}

/// One element below the parents it is written for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Element {
    pub(crate) name: String,
    /// Names, paths (`Risk/Rule`) where the name alone is ambiguous, or `@task` for every task element.
    pub(crate) parents: Vec<String>,
    pub(crate) summary: String,
    /// Name of the constant, where the generated one would not read well.
    pub(crate) constant: Option<String>,
    /// The kind of item that the key declares.
    pub(crate) declares: Option<String>,
    /// The attribute that carries the item's name; `Identifier` unless written.
    pub(crate) key: Option<String>,
    /// Unique within the parent only.
    #[serde(default)]
    pub(crate) scoped: bool,
    /// `agent`, `server` or `either`: makes the element a task.
    pub(crate) task: Option<String>,
    /// `job` or `other`.
    pub(crate) scaffolding: Option<String>,
    /// Of a scaffolding: how the names of the entity types begin that come with it.
    pub(crate) model_prefix: Option<String>,
    /// Children without one of which the element does nothing.
    #[serde(default)]
    pub(crate) expects: Vec<String>,
    /// Of a scaffolding: those that it calls itself.
    #[serde(default)]
    pub(crate) includes: Vec<String>,
    #[serde(default)]
    pub(crate) required_children: Vec<RequiredChild>,
    #[serde(default)]
    pub(crate) withdrawn: Vec<String>,
    #[serde(default)]
    pub(crate) misspellings: BTreeMap<String, String>,
    /// `Attribute=Value|Value` with the attributes that count only where that attribute has one of those values.
    #[serde(default)]
    pub(crate) only_with: BTreeMap<String, Vec<String>>,
    /// An attribute with others of which one at least has to be written with it.
    #[serde(default)]
    pub(crate) needs: BTreeMap<String, Vec<String>>,
    /// Attributes that are written all or none.
    #[serde(default)]
    pub(crate) together: Vec<Vec<String>>,
    /// Attributes of which at most one is written.
    #[serde(default)]
    pub(crate) exclusive: Vec<Vec<String>>,
    /// Attributes of which at least one is written.
    #[serde(default)]
    pub(crate) any_of: Vec<Vec<String>>,
    /// The name that newer versions write, by the versions that still know this one.
    pub(crate) renamed: Option<Renamed>,
    /// Element whose attributes this one takes too.
    pub(crate) inherits: Option<String>,
    /// No complete attribute table exists: unknown attributes are not reported.
    #[serde(default)]
    pub(crate) open: bool,
    #[serde(default)]
    pub(crate) text: bool,
    #[serde(default)]
    pub(crate) attributes: Vec<Attribute>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequiredChild {
    pub(crate) name: String,
    pub(crate) dialects: Vec<String>,
}

/// The element of another name that took the place of this one.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Renamed {
    pub(crate) to: String,
    /// The first version with the new name.
    pub(crate) since: String,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attribute {
    pub(crate) name: String,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) required: bool,
    /// `Attribute=value`: required, but where that attribute has that value its absence is only doubtful.
    pub(crate) required_unless: Option<String>,
    /// `Attribute=value`: required where that attribute has that value.
    pub(crate) required_when: Option<String>,
    /// As `required_when`, where no page says that the deployment insists.
    pub(crate) expected_when: Option<String>,
    /// `DisplayName_L{1..16}`, or `D{0..3V} base32hex`.
    pub(crate) family: Option<String>,
    pub(crate) default: Option<String>,
    #[serde(rename = "ref")]
    pub(crate) reference: Option<String>,
    pub(crate) range: Option<[i64; 2]>,
    /// What the whole value looks like: `[A-Z]`, `.` and plain characters, each with `{n,m}`, `*` or `+`; also as XML Schema
    /// reads it.
    pub(crate) pattern: Option<String>,
    /// Several values, one a line: the line feed is written `&#xA;`.
    #[serde(default)]
    pub(crate) lines: bool,
    /// No two elements have the same value: in the `configuration`, or in one `parent`.
    pub(crate) unique: Option<String>,
    #[serde(default)]
    pub(crate) withdrawn: Vec<String>,
    #[serde(default = "yes")]
    pub(crate) documented: bool,
    pub(crate) summary: String,
}

fn yes() -> bool {
    true
}

/// `enums.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enums {
    #[serde(rename = "enum")]
    pub(crate) enums: Vec<Enum>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Enum {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) open: bool,
    pub(crate) values: Vec<EnumValue>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) number: Option<i32>,
    #[serde(default)]
    pub(crate) summary: String,
}

/// `items.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Items {
    pub(crate) reserved: Vec<String>,
    #[serde(rename = "kind")]
    pub(crate) kinds: Vec<Kind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) plural: String,
    #[serde(default)]
    pub(crate) predeclared: Vec<String>,
    #[serde(default)]
    pub(crate) generated: bool,
    pub(crate) generated_prefix: Option<String>,
    #[serde(default)]
    pub(crate) implicit: bool,
    pub(crate) generated_like: Option<String>,
    #[serde(default = "yes")]
    pub(crate) declared: bool,
}

/// `packages.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Packages {
    #[serde(rename = "package")]
    pub(crate) packages: Vec<Package>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Package {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) export: Option<String>,
    #[serde(default)]
    pub(crate) fulfill: Vec<String>,
    #[serde(default)]
    pub(crate) incremental: bool,
    pub(crate) prepare_type: Option<String>,
    #[serde(default)]
    pub(crate) prepare_type_always: bool,
    pub(crate) resource_type_mapping: Option<String>,
    #[serde(default = "yes")]
    pub(crate) catalogued: bool,
}
