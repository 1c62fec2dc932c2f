//! Enumerations: values that are one of a list.

use super::tables;

/// Number of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub u16);

impl EnumId {
    /// What is known about the enumeration.
    pub fn def(self) -> &'static EnumDef {
        tables::enumeration(self)
    }

    /// Every enumeration, sorted by name.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        (0..tables::enumerations().len()).map(|index| Self(index as u16))
    }
}

/// A list of values.
#[derive(Debug)]
pub struct EnumDef {
    /// The enumeration's name.
    pub name: &'static str,
    /// The list is known to be, or may be, incomplete: another value deserves a warning, not an error.
    pub open: bool,
    /// The values in the order of their numbers.
    pub values: &'static [EnumValue],
}

/// One value of an enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnumValue {
    /// As it is written; the number as text where the product publishes no name.
    pub name: &'static str,
    /// The number that may be written in its place.
    pub number: Option<i32>,
    /// One line on what it means; may be empty.
    pub summary: &'static str,
}

impl EnumDef {
    /// The canonical name of a value written by name or by number.
    pub fn parse(&self, value: &str) -> Option<&'static str> {
        self.find(value).map(|found| found.name)
    }

    /// The value written by name or by number.
    pub fn find(&self, value: &str) -> Option<&'static EnumValue> {
        let by_name = self.values.iter().find(|one| one.name == value);
        by_name.or_else(|| {
            let number = value.parse::<i32>().ok()?;
            self.values.iter().find(|one| one.number == Some(number))
        })
    }
}
