//! Types of attribute values.
//!
//! White space follows XML Schema: around Booleans and numbers it does not count, in every other value it does.

use super::enumeration::EnumId;
use super::packages;
use super::pattern::Pattern;

/// What the value of an attribute must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Anything.
    String,
    /// `true`, `false`, `1` or `0`.
    Boolean,
    /// 0 to 255.
    Byte,
    /// A whole number of 32 bits.
    Int32,
    /// A whole number of 64 bits.
    Int64,
    /// A number, with a dot where it has decimals.
    Float,
    /// A date, `yyyyMMdd` with or without `HHmmss`, or the form of ISO 8601.
    DateTime,
    /// One of a list, by name or number.
    Enum(EnumId),
    /// A schedule; what it must look like is judged elsewhere.
    Cron,
    /// `#RRGGBB`.
    Color,
    /// An expression (`C#:…`, `Literal:…`, a predefined function); what it must look like is judged elsewhere.
    Expression,
    /// The identifier of a connection package.
    Package,
}

/// Why a value is not of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueProblem {
    /// Not a Boolean.
    #[error("must be true, false, 1 or 0")]
    NotBoolean,
    /// Not a whole number.
    #[error("must be a whole number")]
    NotInteger,
    /// Outside the range of the type or of the attribute.
    #[error("must lie between {low} and {high}")]
    OutOfRange {
        /// The smallest number allowed.
        low: i64,
        /// The largest number allowed.
        high: i64,
    },
    /// Not what the attribute's pattern describes.
    #[error("must follow the pattern {}", .0.text)]
    OffPattern(Pattern),
    /// Not a number.
    #[error("must be a number, with a dot before its decimals")]
    NotNumber,
    /// Not a date.
    #[error("must be a date: yyyyMMdd, yyyyMMddHHmmss or yyyy-MM-dd")]
    NotDate,
    /// Not a value of the enumeration.
    #[error("must be a value of {}", .0.def().name)]
    NotInEnum(EnumId),
    /// Not a colour.
    #[error("must be a colour: # and six hexadecimal digits")]
    NotColor,
    /// Not a package of the catalogue.
    #[error("must be a connection package of the catalogue")]
    UnknownPackage,
}

impl ValueType {
    /// Whether `value` is of the type.
    pub fn check(self, value: &str) -> Result<(), ValueProblem> {
        match self {
            Self::String | Self::Cron | Self::Expression => Ok(()),
            Self::Boolean => boolean(value).map(|_| ()).ok_or(ValueProblem::NotBoolean),
            Self::Byte => whole(value, 0, i64::from(u8::MAX)),
            Self::Int32 => whole(value, i64::from(i32::MIN), i64::from(i32::MAX)),
            Self::Int64 => whole(value, i64::MIN, i64::MAX),
            Self::Float => is_number(trim(value)).then_some(()).ok_or(ValueProblem::NotNumber),
            Self::DateTime => is_date(value).then_some(()).ok_or(ValueProblem::NotDate),
            Self::Enum(id) => id.def().find(value).map(|_| ()).ok_or(ValueProblem::NotInEnum(id)),
            Self::Color => is_color(value).then_some(()).ok_or(ValueProblem::NotColor),
            Self::Package => packages::find(value).map(|_| ()).ok_or(ValueProblem::UnknownPackage),
        }
    }

    /// The value as it is written canonically; one not of the type stays as it is.
    pub fn canonical(self, value: &str) -> &str {
        match self {
            Self::Boolean => match boolean(value) {
                Some(true) => "true",
                Some(false) => "false",
                None => value,
            },
            Self::Byte | Self::Int32 | Self::Int64 | Self::Float => trim(value),
            Self::Enum(id) => id.def().parse(value).unwrap_or(value),
            Self::Package => packages::find(value).map_or(value, |package| package.id),
            Self::String | Self::DateTime | Self::Cron | Self::Color | Self::Expression => value,
        }
    }

    /// The type in words, for messages and help.
    pub fn words(self) -> &'static str {
        match self {
            Self::String => "text",
            Self::Boolean => "Boolean",
            Self::Byte | Self::Int32 | Self::Int64 => "whole number",
            Self::Float => "number",
            Self::DateTime => "date",
            Self::Enum(id) => id.def().name,
            Self::Cron => "cron expression",
            Self::Color => "colour",
            Self::Expression => "expression",
            Self::Package => "connection package",
        }
    }
}

/// The truth value written, if one is.
pub(crate) fn boolean(value: &str) -> Option<bool> {
    match trim(value) {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The whole number written, if one is that fits 64 bits.
pub(crate) fn integer(value: &str) -> Option<i64> {
    trim(value).parse().ok()
}

fn whole(value: &str, low: i64, high: i64) -> Result<(), ValueProblem> {
    let text = trim(value);
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ValueProblem::NotInteger);
    }
    match text.parse::<i64>() {
        Ok(number) if (low..=high).contains(&number) => Ok(()),
        _ => Err(ValueProblem::OutOfRange { low, high }),
    }
}

/// The white space of XML, which is less than that of Unicode.
fn trim(value: &str) -> &str {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
    let bytes = value.as_bytes();
    if !bytes.first().is_some_and(is_blank) && !bytes.last().is_some_and(is_blank) {
        return value;
    }
    value.trim_matches([' ', '\t', '\n', '\r'])
}

fn is_number(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (text, None),
    };
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, decimals) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let exponent_holds = exponent.is_none_or(|part| !part.is_empty() && digits(part));
    digits(whole) && digits(decimals) && !(whole.is_empty() && decimals.is_empty()) && exponent_holds
}

/// Eight or fourteen digits, or anything that begins like an ISO 8601 date; the calendar is not consulted.
fn is_date(value: &str) -> bool {
    let bytes = trim(value).as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    match bytes {
        [y @ .., b'-', m1, m2, b'-', d1, d2] if y.len() == 4 => digits(y) && digits(&[*m1, *m2, *d1, *d2]),
        _ if bytes.len() > 10 && bytes[10] == b'T' => bytes[..10].is_ascii() && is_date(&String::from_utf8_lossy(&bytes[..10])),
        _ => matches!(bytes.len(), 8 | 14) && digits(bytes),
    }
}

fn is_color(value: &str) -> bool {
    value.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
