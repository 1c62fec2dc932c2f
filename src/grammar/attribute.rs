//! Rows of the attribute tables.

use super::dialect::Dialect;
use super::pattern::Pattern;
use super::reference::Reference;
use super::value::{ValueProblem, ValueType};
use crate::syntax::NameId;

/// What is known about an attribute of an element.
#[derive(Debug)]
pub struct AttributeDef {
    /// The name; of a family, that of its first member.
    pub name: &'static str,
    /// The name's number.
    pub name_id: NameId,
    /// The run of attributes that the row stands for (`DisplayName_L1` to `DisplayName_L16`).
    pub family: Option<Family>,
    /// What the value must look like.
    pub value: ValueType,
    /// Whether it must be there; of a family, whether its first member must.
    pub required: Required,
    /// The value that an absent attribute has.
    pub default: Option<&'static str>,
    /// What the value names.
    pub reference: Option<Reference>,
    /// The smallest and the largest number allowed, where the type allows more.
    pub range: Option<(i64, i64)>,
    /// What the whole value looks like, where the type allows more.
    pub pattern: Option<Pattern>,
    /// Whether it holds several values, one a line.
    pub lines: bool,
    /// Where no two elements have the same value.
    pub unique: Option<Scope>,
    /// The dialects that no longer have the attribute.
    pub withdrawn: &'static [Dialect],
    /// Whether a table of the product's documentation lists it; else it was read in examples or generated output.
    pub documented: bool,
    /// Place in the canonical writing order of the element's attributes.
    pub order: u8,
    /// One line on what the attribute says.
    pub summary: &'static str,
}

impl AttributeDef {
    /// Whether `value` is one that the attribute can have.
    pub fn check(&self, value: &str) -> Result<(), ValueProblem> {
        self.value.check(value)?;
        if let Some(pattern) = self.pattern.filter(|pattern| !pattern.takes(value)) {
            return Err(ValueProblem::OffPattern(pattern));
        }
        let Some((low, high)) = self.range else { return Ok(()) };
        match super::value::integer(value) {
            Some(number) if number < low || number > high => Err(ValueProblem::OutOfRange { low, high }),
            _ => Ok(()),
        }
    }

    /// The value as it is written canonically: Booleans as `true` and `false`, enumerations by name, numbers without
    /// white space around them. A value not of the type stays as it is.
    pub fn canonical<'v>(&self, value: &'v str) -> &'v str {
        self.value.canonical(value)
    }

    /// Whether the dialect no longer has the attribute.
    #[inline]
    pub fn is_withdrawn(&self, dialect: Dialect) -> bool {
        self.withdrawn.contains(&dialect)
    }
}

/// Where no two elements have the same value of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the whole configuration.
    Configuration,
    /// In one item, which may be written as several elements of one identifier.
    Parent,
}

/// Whether an attribute must be there. On an element with a `ConsolidationMode` only the attribute that names the item
/// must: the rest comes from what is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Required {
    /// It may be absent.
    No,
    /// It must be there.
    Yes,
    /// It must be there; but where another attribute has the value, the documentation contradicts itself and absence
    /// deserves a warning only.
    Unless {
        /// The other attribute.
        attribute: NameId,
        /// Its value.
        value: &'static str,
    },
    /// It must be there where another attribute has the value.
    When {
        /// The other attribute.
        attribute: NameId,
        /// Its value.
        value: &'static str,
    },
    /// As [`Required::When`], but absence deserves a warning only: no page says that the deployment insists.
    ExpectedWhen {
        /// The other attribute.
        attribute: NameId,
        /// Its value.
        value: &'static str,
    },
}

/// A run of attributes told apart by a number in their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Before the number.
    pub prefix: &'static str,
    /// Behind the number.
    pub suffix: &'static str,
    /// How the number is written.
    pub numbering: Numbering,
    /// The first number.
    pub first: u32,
    /// The last number.
    pub last: u32,
}

/// How the number in a name is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// In decimal, without leading zeros.
    Decimal,
    /// In base32hex (0 to 9, A to V), in upper case, without leading zeros.
    Base32Hex,
}

impl Family {
    /// The number of the member with that name; `None` where the name is no member.
    pub fn number(&self, name: &str) -> Option<u32> {
        let digits = name.strip_prefix(self.prefix)?.strip_suffix(self.suffix)?;
        let number = self.numbering.parse(digits)?;
        (self.first..=self.last).contains(&number).then_some(number)
    }

    /// The name of the member with that number.
    pub fn member(&self, number: u32) -> String {
        let digits = match self.numbering {
            Numbering::Decimal => number.to_string(),
            Numbering::Base32Hex => base32hex(number),
        };
        format!("{}{digits}{}", self.prefix, self.suffix)
    }
}

impl Numbering {
    fn parse(self, digits: &str) -> Option<u32> {
        if digits.len() > 4 || (digits.len() > 1 && digits.starts_with('0')) {
            return None;
        }
        match self {
            Self::Decimal if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            Self::Base32Hex if digits.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'V').contains(&byte)) => {
                u32::from_str_radix(digits, 32).ok()
            }
            _ => None,
        }
    }
}

fn base32hex(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.extend(char::from_digit(number % 32, 32).map(|digit| digit.to_ascii_uppercase()));
        number /= 32;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}
