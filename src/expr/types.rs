//! Types of values, as far as expressions tell them apart. Whether a value may be null is not told: what the product lets
//! be null is not described.

use crate::grammar::expressions::{Class, class_of};

use super::schema::EntityId;

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Nothing is known.
    Unknown,
    /// That of `null`.
    Null,
    /// That of a call that gives no value.
    Nothing,
    /// Truth value.
    Bool,
    /// 0 to 255.
    Byte,
    /// A whole number of 16 bits.
    Int16,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A floating-point number.
    Double,
    /// One character.
    Char,
    /// Text.
    String,
    /// Date and time.
    DateTime,
    /// A length of time.
    TimeSpan,
    /// An identifier of 128 bits.
    Guid,
    /// Bytes, or a file.
    Bytes,
    /// A resource.
    Entity(EntityId),
    /// Several values.
    List(Box<Type>),
    /// A value with members of its own, by its name in the tables.
    Special(&'static str),
}

impl Type {
    /// The type of that name in the tables, or of a property.
    pub fn named(name: &'static str) -> Self {
        match name {
            "Bool" => Self::Bool,
            "Byte" => Self::Byte,
            "Int16" => Self::Int16,
            "Int32" => Self::Int32,
            "Int64" => Self::Int64,
            "Double" => Self::Double,
            "Char" => Self::Char,
            "String" => Self::String,
            "DateTime" => Self::DateTime,
            "TimeSpan" => Self::TimeSpan,
            "Guid" => Self::Guid,
            "Nothing" => Self::Nothing,
            "List<String>" => Self::List(Box::new(Self::String)),
            "List<Char>" => Self::List(Box::new(Self::Char)),
            "Assignment" | "Dictionary" | "Logger" | "ProvisioningOrder" | "QueryHandler" => Self::Special(name),
            _ => Self::Unknown,
        }
    }

    /// The type of a property that holds values, by the name of its `EntityPropertyType`.
    pub fn of_property(kind: &str) -> Self {
        match kind {
            "String" => Self::String,
            "Bytes" | "Binary" => Self::Bytes,
            "Int32" => Self::Int32,
            "Int64" => Self::Int64,
            "DateTime" => Self::DateTime,
            "Bool" => Self::Bool,
            "Guid" => Self::Guid,
            "Double" => Self::Double,
            "Byte" => Self::Byte,
            "Int16" => Self::Int16,
            _ => Self::Unknown,
        }
    }

    /// Its name in the tables and in messages; none for what has no name of its own.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unknown => "Unknown",
            Self::Null => "null",
            Self::Nothing => "Nothing",
            Self::Bool => "Bool",
            Self::Byte => "Byte",
            Self::Int16 => "Int16",
            Self::Int32 => "Int32",
            Self::Int64 => "Int64",
            Self::Double => "Double",
            Self::Char => "Char",
            Self::String => "String",
            Self::DateTime => "DateTime",
            Self::TimeSpan => "TimeSpan",
            Self::Guid => "Guid",
            Self::Bytes => "Bytes",
            Self::Entity(_) => "resource",
            Self::List(_) => "list",
            Self::Special(name) => name,
        }
    }

    /// Where its members are listed.
    pub fn class(&self) -> Option<&'static Class> {
        match self {
            Self::Unknown | Self::Null | Self::Nothing | Self::Bytes | Self::Entity(_) | Self::List(_) => None,
            _ => class_of(self.name()),
        }
    }

    /// Whether nothing can be said against it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Unknown | Self::Null)
    }

    /// Whether one can calculate with it.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Byte | Self::Int16 | Self::Int32 | Self::Int64 | Self::Double | Self::Char)
    }

    /// Whether C# wraps it in `Nullable` where it may be null.
    pub fn is_plain(&self) -> bool {
        self.is_number() || matches!(self, Self::Bool | Self::DateTime | Self::TimeSpan | Self::Guid)
    }

    /// What calculating with two numbers gives.
    #[must_use]
    pub fn wider(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Double, _) | (_, Self::Double) => Self::Double,
            (Self::Int64, _) | (_, Self::Int64) => Self::Int64,
            _ => Self::Int32,
        }
    }

    /// Whether a value of this type can stand where `wanted` is.
    pub fn fits(&self, wanted: &Self) -> bool {
        if self.is_open() || wanted.is_open() || self == wanted || (self.is_number() && wanted.is_number()) {
            return true;
        }
        match (self, wanted) {
            // Types inherit from each other in ways that are not all declared.
            (Self::Entity(_), Self::Entity(_)) | (Self::Special(_), Self::Special(_)) => true,
            (Self::List(own), Self::List(wanted)) => own.fits(wanted),
            _ => false,
        }
    }
}
