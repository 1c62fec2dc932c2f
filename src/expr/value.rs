//! Values that expressions compute with, and how they are stored: as texts, in one way for each type of property.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::date::DateTime;
use super::schema::EntityId;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// Truth value.
    Bool(bool),
    /// A whole number of any width.
    Int(i64),
    /// A floating-point number.
    Double(f64),
    /// A character.
    Char(char),
    /// Text.
    Text(Arc<str>),
    /// Date and time.
    Date(DateTime),
    /// A length of time, in ticks of 100 nanoseconds.
    Span(i64),
    /// A resource.
    Resource(Resource),
    /// Several values.
    List(Arc<[Value]>),
    /// Values by name.
    Map(Arc<BTreeMap<String, Value>>),
}

/// A resource: what it is and which one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    /// Its entity type.
    pub entity: EntityId,
    /// Its number in the store.
    pub id: i64,
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The value of a property as stored; none where the text is not of the property's type (a name of
    /// `EntityPropertyType`).
    pub fn stored(kind: &str, text: &str) -> Option<Self> {
        Some(match kind {
            "Bool" => Self::Bool(match text.trim() {
                "1" => true,
                "0" => false,
                word if word.eq_ignore_ascii_case("true") => true,
                word if word.eq_ignore_ascii_case("false") => false,
                _ => return None,
            }),
            "Byte" | "Int16" | "Int32" | "Int64" => Self::Int(text.trim().parse().ok()?),
            "Double" => Self::Double(text.trim().parse().ok().filter(|number: &f64| number.is_finite())?),
            "DateTime" => Self::Date(DateTime::stored(text)?),
            _ => Self::text(text),
        })
    }

    /// The text that is stored for a property of that type; `Ok(None)` for no value, an error where the value cannot become
    /// one of the type.
    pub fn store(&self, kind: &str) -> Result<Option<String>, String> {
        let wrong = || format!("a value of type {} does not fit a property of type {kind}", self.kind());
        let text = match self {
            Self::Null => return Ok(None),
            Self::Resource(_) | Self::List(_) | Self::Map(_) | Self::Span(_) => return Err(wrong()),
            Self::Date(date) if matches!(kind, "DateTime" | "String") => date.store(),
            Self::Bool(flag) => match kind {
                "Bool" | "String" => flag.to_string(),
                "Byte" | "Int16" | "Int32" | "Int64" => i32::from(*flag).to_string(),
                _ => return Err(wrong()),
            },
            _ => self.show(),
        };
        // An empty text is stored as no value, as it is everywhere.
        if text.is_empty() {
            return Ok(None);
        }
        match Self::stored(kind, &text) {
            None => Err(format!("`{}` does not fit a property of type {kind}", text.chars().take(60).collect::<String>())),
            Some(Self::Date(date)) => Ok(Some(date.store())),
            Some(Self::Bool(flag)) => Ok(Some(flag.to_string())),
            Some(Self::Int(number)) => {
                let (low, high) = match kind {
                    "Byte" => (0, i64::from(u8::MAX)),
                    "Int16" => (i64::from(i16::MIN), i64::from(i16::MAX)),
                    "Int32" => (i64::from(i32::MIN), i64::from(i32::MAX)),
                    _ => (i64::MIN, i64::MAX),
                };
                let fits = (low..=high).contains(&number);
                if fits { Ok(Some(number.to_string())) } else { Err(format!("{number} does not fit a property of type {kind}")) }
            }
            Some(Self::Double(number)) => Ok(Some(double(number))),
            Some(_) => Ok(Some(text)),
        }
    }

    /// As C# writes it into a text; without regard to a culture, which the product takes from the server.
    pub fn show(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Bool(true) => "True".to_owned(),
            Self::Bool(false) => "False".to_owned(),
            Self::Int(number) => number.to_string(),
            Self::Double(number) => double(*number),
            Self::Char(sign) => sign.to_string(),
            Self::Text(text) => text.to_string(),
            Self::Date(date) => date.show(),
            Self::Span(ticks) => ticks.to_string(),
            Self::Resource(resource) => resource.id.to_string(),
            Self::List(items) => format!("{} values", items.len()),
            Self::Map(items) => format!("{} values", items.len()),
        }
    }

    /// What it is, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "Bool",
            Self::Int(_) => "whole number",
            Self::Double(_) => "Double",
            Self::Char(_) => "Char",
            Self::Text(_) => "String",
            Self::Date(_) => "DateTime",
            Self::Span(_) => "TimeSpan",
            Self::Resource(_) => "resource",
            Self::List(_) => "list",
            Self::Map(_) => "dictionary",
        }
    }
}

/// The shortest number that reads the same, with an exponent where .NET writes one: from 1E+15 and below 0.0001.
fn double(number: f64) -> String {
    let scientific = format!("{number:E}");
    match scientific.split_once('E').and_then(|(digits, exponent)| Some((digits, exponent.parse::<i32>().ok()?))) {
        Some((digits, exponent)) if !(-4..15).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}E{sign}{:02}", exponent.abs())
        }
        _ => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_stored_in_one_way() {
        for (kind, value, stored) in [
            ("Bool", Value::Bool(true), Some("true")),
            ("Bool", Value::text("FALSE"), Some("false")),
            ("Int32", Value::Bool(true), Some("1")),
            ("Int32", Value::text(" 12 "), Some("12")),
            ("Int32", Value::Int(3_000_000_000), None),
            ("String", Value::Double(1.50), Some("1.5")),
            ("String", Value::text("é"), Some("é")),
            ("DateTime", Value::text("2024-02-29"), Some("20240229000000")),
            ("DateTime", Value::text("soon"), None),
            ("String", Value::List(Arc::from([])), None),
            ("Bool", Value::Int(7), None),
        ] {
            assert_eq!(value.store(kind).ok().flatten().as_deref(), stored, "{kind} {value:?}");
        }
        assert_eq!(Value::text("").store("String"), Ok(None));
    }

    #[test]
    fn numbers_are_written_as_by_dot_net() {
        for (number, text) in [
            (1e14, "100000000000000"),
            (1e15, "1E+15"),
            (-1.5e300, "-1.5E+300"),
            (123_456_789_012_345_680.0, "1.2345678901234568E+17"),
            (0.0001, "0.0001"),
            (0.000_012_5, "1.25E-05"),
            (0.1 + 0.2, "0.30000000000000004"),
            (0.0, "0"),
        ] {
            assert_eq!(Value::Double(number).show(), text);
            assert_eq!(Value::stored("Double", text), Some(Value::Double(number)));
        }
    }
}
