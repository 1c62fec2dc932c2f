//! Attributes of an element as typed values, defaults made explicit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::grammar::{AttributeDef, ElementDef, ValueType};
use crate::ir::{Generated, Id, Origin, Program, Task};
use crate::plan::model::Value;
use crate::syntax::{ElementId, Namespace};

use super::spelling::Spelling;

/// What an element writes, by name.
#[derive(Debug, Default)]
pub(super) struct Written<'p> {
    all: Vec<(&'p str, Cow<'p, str>)>,
}

impl<'p> Written<'p> {
    /// The attributes of an item, written or generated.
    pub(super) fn of(program: &'p Program, origin: Origin) -> Self {
        match origin.generated {
            None => Self::of_element(program, origin, origin.element),
            Some(Generated(number)) => {
                let attributes = program.generated[number as usize].attributes.iter();
                let named = attributes.filter_map(|(name, value)| Some((crate::grammar::name_text(*name)?, value)));
                Self { all: named.map(|(name, value)| (name, Cow::Borrowed(&**value))).collect() }
            }
        }
    }

    /// The attributes of an element in the file of an item.
    pub(super) fn of_element(program: &'p Program, origin: Origin, element: ElementId) -> Self {
        let document = program.document(origin.file);
        let own = document.attributes(element).filter(|&id| document.attribute_namespace(id) == Namespace::Dialect);
        Self { all: own.map(|id| (document.attribute_name_text(id), program.kept_value(origin.file, id))).collect() }
    }

    /// The attributes of a task; those that an override does not write are those of the task overridden.
    pub(super) fn of_task(program: &'p Program, id: Id<Task>) -> Self {
        let task = &program.items.tasks[id];
        let mut written = Self::of(program, task.origin);
        if let Some(base) = task.base {
            written.add(Self::of(program, program.items.tasks[base].origin));
        }
        written
    }

    /// With what another element says that is not said yet.
    pub(super) fn add(&mut self, other: Self) {
        for (name, value) in other.all {
            if !self.all.iter().any(|(own, _)| *own == name) {
                self.all.push((name, value));
            }
        }
    }

    /// The value written; an empty one is as good as none.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.all.iter().find(|(own, _)| *own == name)?;
        (!value.trim().is_empty()).then_some(&**value)
    }

    /// The attributes in document order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'p str, &str)> {
        self.all.iter().map(|(name, value)| (*name, &**value))
    }

    /// The value written, else the default of the dialect.
    pub(super) fn or_default(&self, def: &ElementDef, name: &str) -> Option<String> {
        let attribute = def.attribute_named(name)?;
        self.get(name).or(attribute.default).map(|value| attribute.canonical(value).to_owned())
    }

    /// A Boolean, written or by default.
    pub(super) fn is(&self, def: &ElementDef, name: &str) -> bool {
        self.or_default(def, name).as_deref() == Some("true")
    }

    /// Labels by language number.
    pub(super) fn display_names(&self) -> BTreeMap<String, String> {
        let labels = self.iter().filter_map(|(name, value)| Some((name.strip_prefix("DisplayName_L")?, value)));
        labels.map(|(language, value)| (language.to_owned(), value.to_owned())).collect()
    }
}

/// Whether an attribute stands elsewhere in the plan, or only says something to people.
pub(super) fn is_apart(name: &str) -> bool {
    matches!(name, "Identifier" | "Level" | "ConsolidationMode") || name.starts_with("DisplayName_L")
}

/// Whether attributes without value and default are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// As null.
    Null,
    /// Not at all.
    LeftOut,
}

/// All attributes of an element but those that `skip` says.
pub(super) fn values(
    spelling: &Spelling<'_>,
    def: &ElementDef,
    own: &Written<'_>,
    parent: Option<&Written<'_>>,
    absent: Absent,
    skip: impl Fn(&str) -> bool,
) -> BTreeMap<String, Value> {
    let mut values = BTreeMap::new();
    for attribute in def.attributes.iter().filter(|attribute| attribute.family.is_none() && !skip(attribute.name)) {
        let value = match own.get(attribute.name) {
            Some(value) => value_of(spelling, attribute, value, own, parent),
            None => attribute.default.map_or(Value::Null, |default| typed(attribute.value, attribute.canonical(default))),
        };
        if value != Value::Null || absent == Absent::Null {
            values.insert(attribute.name.to_owned(), value);
        }
    }
    // Members of families, and what the tables do not have: generated tasks carry a connector on any element.
    for (name, text) in own.iter().filter(|(name, text)| !skip(name) && !text.trim().is_empty()) {
        let value = match def.attribute_named(name) {
            Some(attribute) if attribute.family.is_none() => continue,
            Some(attribute) if attribute.default.is_some_and(|default| attribute.canonical(text) == default) => continue,
            Some(attribute) => value_of(spelling, attribute, text, own, parent),
            None if name == "Connector" => Value::Text(spelling.item(crate::grammar::ItemKind::Connector, text)),
            None => Value::Text(text.to_owned()),
        };
        values.insert(name.to_owned(), value);
    }
    values
}

fn value_of(
    spelling: &Spelling<'_>,
    attribute: &AttributeDef,
    value: &str,
    own: &Written<'_>,
    parent: Option<&Written<'_>>,
) -> Value {
    let spelled = attribute.reference.and_then(|reference| spelling.reference(reference, value, own, parent));
    spelled.map_or_else(|| typed(attribute.value, attribute.canonical(value)), Value::Text)
}

/// A canonical text in its own type; one not of the type stays text.
fn typed(kind: ValueType, value: &str) -> Value {
    let found = match kind {
        ValueType::Boolean => match value {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        ValueType::Byte | ValueType::Int32 | ValueType::Int64 => value.parse().ok().map(Value::Int),
        // JSON has no infinity.
        ValueType::Float => value.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float),
        _ => None,
    };
    found.unwrap_or_else(|| Value::Text(value.to_owned()))
}
