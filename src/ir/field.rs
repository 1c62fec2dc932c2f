//! Typed values of attributes, each knowing the attribute it was read from.

use crate::grammar::packages;
use crate::source::{FileId, trim};
use crate::syntax::{AttributeId, ElementId};

use super::{Id, Index, Symbol};

/// Where an item was written, or the scaffolding that generated it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// The element; for a generated item, that of the scaffolding.
    pub element: ElementId,
    /// Number of the generated element among those of all scaffoldings; `None` for a written item.
    pub generated: Option<Generated>,
}

/// Number of a generated element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generated(pub u32);

impl Origin {
    /// An item written as that element.
    pub const fn written(file: FileId, element: ElementId) -> Self {
        Self { file, element, generated: None }
    }
}

/// The attribute a value was read from, relative to its item's document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At(u32);

impl At {
    /// A generated value: no attribute of its own.
    pub const GENERATED: Self = Self(u32::MAX);
    const BASE: u32 = 1 << 31;

    /// The attribute of the item's document.
    pub fn attribute(id: AttributeId) -> Self {
        Self(id.0 & !Self::BASE)
    }

    /// The same attribute seen from an override: it belongs to the document of the task overridden.
    pub(super) fn of_base(self) -> Self {
        if self == Self::GENERATED { self } else { Self(self.0 | Self::BASE) }
    }

    /// The attribute's number and whether it belongs to the overridden task's document; `None` where it was generated.
    pub fn get(self) -> Option<(AttributeId, bool)> {
        (self != Self::GENERATED).then_some((AttributeId(self.0 & !Self::BASE), self.0 & Self::BASE != 0))
    }
}

/// A value and the attribute it was read from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub at: At,
}

/// The name of another item, and that item once references are resolved.
pub struct Ref<T> {
    /// The identifier written.
    pub name: Symbol,
    /// The item, where one of that kind and identifier exists.
    pub target: Option<Id<T>>,
}

impl<T> Clone for Ref<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Ref<T> {}
impl<T> PartialEq for Ref<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.name, self.target) == (other.name, other.target)
    }
}
impl<T> std::fmt::Debug for Ref<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Ref({:?} -> {:?})", self.name, self.target)
    }
}

/// Read from the text of an attribute; a text that is not of the type gives no value (the rule `invalid-value` says so).
pub(crate) trait FromValue: Sized {
    /// The value, or nothing.
    fn from_value(value: &str) -> Option<Self>;

    /// Finds what the value names.
    fn resolve(&mut self, _index: &Index) {}
}

impl FromValue for bool {
    fn from_value(value: &str) -> Option<Self> {
        match trim(value) {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }
}

impl FromValue for i32 {
    fn from_value(value: &str) -> Option<Self> {
        let value = trim(value);
        value.strip_prefix('+').unwrap_or(value).parse().ok()
    }
}

impl FromValue for Symbol {
    fn from_value(value: &str) -> Option<Self> {
        let value = trim(value);
        (!value.is_empty()).then(|| Self::new(value))
    }
}

/// A text that is only asked for whether and where it stands; its content is read from the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text;

impl FromValue for Text {
    fn from_value(value: &str) -> Option<Self> {
        (!trim(value).is_empty()).then_some(Self)
    }
}

/// The package of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Package(pub &'static packages::Package);

impl PartialEq for Package {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl FromValue for Package {
    fn from_value(value: &str) -> Option<Self> {
        packages::find(trim(value)).map(Self)
    }
}

/// An item that others name by its identifier.
pub(crate) trait Named: Sized {
    /// The item of that identifier.
    fn find(index: &Index, name: Symbol) -> Option<Id<Self>>;
}

impl<T: Named> FromValue for Ref<T> {
    fn from_value(value: &str) -> Option<Self> {
        Symbol::from_value(value).map(|name| Self { name, target: None })
    }

    fn resolve(&mut self, index: &Index) {
        self.target = T::find(index, self.name);
    }
}
