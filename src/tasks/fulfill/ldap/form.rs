//! How values of properties are written into attributes, as the mapping's `Format` and the property's type say.

use crate::connectors::base64;
use crate::connectors::ldap::{read_guid, read_sid};
use crate::expr::date::{DAY, DateTime, SECOND};

/// How the values of an attribute are made of the text that the store holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The text itself.
    Text,
    /// Several values in one text.
    Many(String),
    /// `TRUE` and `FALSE`.
    Bool,
    /// Generalized time, in UTC.
    Time,
    /// Hundreds of nanoseconds since 1601.
    Since1601,
    /// Sixteen bytes, in the order of Windows.
    Guid,
    /// A security identifier in bytes.
    Sid,
    /// Bytes that are stored in Base64.
    Bytes,
    /// One bit of a number, which stands in another attribute.
    Bit {
        /// The property that holds the whole number.
        property: String,
        /// The bit itself.
        mask: i64,
    },
}

/// Days from the year 1 to 1601.
const YEAR_1601: i64 = 584_388;

impl Form {
    /// The form that a `Format` (without regard to case) and a property's type ask for; without either, what Active
    /// Directory keeps in bytes is known by its name.
    pub(super) fn of(format: Option<&str>, kind: &str, attribute: &str) -> Result<Self, String> {
        let format = format.unwrap_or_default().trim();
        let lower = format.to_ascii_lowercase();
        if let Some(bit) = lower.strip_prefix("bit:") {
            let property = format["bit:".len()..].rsplit_once(':').map_or("", |(property, _)| property);
            let number = bit.rsplit_once(':').and_then(|(_, number)| number.parse::<u32>().ok());
            return match number.filter(|number| (1..=32).contains(number) && !property.is_empty()) {
                // The first bit is the lowest: `bit:userAccountControl:2` is the one that disables an account.
                Some(number) => Ok(Self::Bit { property: property.to_owned(), mask: 1 << (number - 1) }),
                None => Err(format!("Format {format:?} is not bit:<property>:<bit from 1 to 32>")),
            };
        }
        Ok(match (lower.as_str(), kind) {
            ("", _) if attribute.eq_ignore_ascii_case("objectGUID") => Self::Guid,
            ("", _) if attribute.eq_ignore_ascii_case("objectSid") => Self::Sid,
            ("", "Bool") | ("bool", _) => Self::Bool,
            ("", "DateTime") | ("datetime", _) => Self::Time,
            ("1601date", _) => Self::Since1601,
            ("guid", _) => Self::Guid,
            ("sid", _) => Self::Sid,
            ("" | "byte", "Bytes" | "Binary") | ("bytes" | "binary" | "bytes/binary", _) => Self::Bytes,
            ("multivaluedtext", _) => Self::Many("\n".to_owned()),
            ("" | "byte" | "double" | "int16" | "int32" | "int64" | "rdn", _) => Self::Text,
            (lower, _) if lower.starts_with("concat:") => Self::Text,
            _ => return Err(format!("Format {format:?} is unknown for directories")),
        })
    }

    /// The values for a text; none for an empty one.
    pub(super) fn values(&self, text: &str) -> Result<Vec<Vec<u8>>, String> {
        if text.is_empty() {
            return Ok(Vec::new());
        }
        let wrong = |what: &str| format!("{:?} is no {what}", text.chars().take(60).collect::<String>());
        let one = match self {
            Self::Text => text.as_bytes().to_vec(),
            Self::Many(separator) => {
                let mut values: Vec<Vec<u8>> = Vec::new();
                for value in text.split(separator.as_str()).map(str::trim).filter(|value| !value.is_empty()) {
                    // A directory refuses a value given twice.
                    if !values.iter().any(|known| known == value.as_bytes()) {
                        values.push(value.as_bytes().to_vec());
                    }
                }
                return Ok(values);
            }
            Self::Bool => {
                let on = flag(text).ok_or_else(|| wrong("Boolean"))?;
                (if on { b"TRUE".as_slice() } else { b"FALSE" }).to_vec()
            }
            Self::Time => {
                let date = DateTime::stored(text).ok_or_else(|| wrong("date"))?;
                format!("{}Z", date.store()).into_bytes()
            }
            Self::Since1601 => match (text.parse::<i64>(), DateTime::stored(text)) {
                (_, Some(date)) if text.len() >= 8 && date.ticks() >= YEAR_1601 * DAY => {
                    (date.ticks() - YEAR_1601 * DAY).to_string().into_bytes()
                }
                // Zero and the highest number mean never.
                (Ok(number @ (0 | i64::MAX)), _) => number.to_string().into_bytes(),
                _ => return Err(wrong("date from 1601 on")),
            },
            Self::Guid => read_guid(text).ok_or_else(|| wrong("GUID"))?,
            Self::Sid => read_sid(text).ok_or_else(|| wrong("security identifier"))?,
            Self::Bytes => base64::decode(text).ok_or_else(|| wrong("Base64"))?,
            Self::Bit { .. } => return Err("a bit has no values of its own".to_owned()),
        };
        Ok(vec![one])
    }
}

/// Reads a Boolean as stored.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim() {
        "1" => Some(true),
        "0" => Some(false),
        word if word.eq_ignore_ascii_case("true") => Some(true),
        word if word.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

/// The number of a bit mask with one bit set or cleared.
pub(super) fn with_bit(number: i64, mask: i64, on: bool) -> i64 {
    if on { number | mask } else { number & !mask }
}

const _: () = assert!(SECOND == 10_000_000, "dates count hundreds of nanoseconds, as 1601Date does");

#[cfg(test)]
mod tests {
    use super::*;

    fn one(format: &str, kind: &str, text: &str) -> String {
        let values = Form::of(Some(format), kind, "a").and_then(|form| form.values(text));
        match values {
            Ok(values) => values.iter().map(|value| String::from_utf8_lossy(value).into_owned()).collect::<Vec<_>>().join("|"),
            Err(reason) => reason,
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn binary_values_are_written_in_their_bytes() {
        let bytes = |format: &str, text: &str| hex(&Form::of(Some(format), "String", "a").unwrap().values(text).unwrap()[0]);
        assert_eq!(bytes("Guid", "c076e361fa5f428e833939a449ce2db3"), "61e376c05ffa8e42833939a449ce2db3");
        assert_eq!(bytes("SID", "S-1-5-32-544"), "01020000000000052000000020020000");
        assert_eq!(bytes("Bytes", "YW55IGNhcm5hbA=="), hex(b"any carnal"));
        assert_eq!(bytes("Binary", "YW55"), hex(b"any"));
    }

    #[test]
    fn values_are_written_as_directories_write_them_and_what_does_not_fit_is_told() {
        for (format, kind, text, expected) in [
            ("", "Bool", "true", "TRUE"),
            ("Bool", "String", "0", "FALSE"),
            ("", "DateTime", "20260131083000", "20260131083000Z"),
            ("1601Date", "DateTime", "20260101000000", "134116992000000000"),
            ("1601date", "DateTime", "0", "0"),
            ("MultivaluedText", "String", "a\nb\na\n", "a|b"),
            ("concat:;", "String", "a;b", "a;b"),
            ("", "Int32", "7", "7"),
            ("", "String", "", ""),
            ("", "Bool", "perhaps", "\"perhaps\" is no Boolean"),
            ("", "DateTime", "soon", "\"soon\" is no date"),
            ("1601Date", "DateTime", "15000101000000", "\"15000101000000\" is no date from 1601 on"),
            ("Guid", "String", "12", "\"12\" is no GUID"),
            ("SID", "String", "S-1", "\"S-1\" is no security identifier"),
            ("Bytes", "String", "a", "\"a\" is no Base64"),
            ("bit:x", "String", "1", "Format \"bit:x\" is not bit:<property>:<bit from 1 to 32>"),
            ("Date", "DateTime", "1", "Format \"Date\" is unknown for directories"),
        ] {
            assert_eq!(one(format, kind, text), expected, "{format} {text}");
        }
    }

    #[test]
    fn a_bit_is_counted_from_the_lowest() {
        let form = Form::of(Some("bit:userAccountControl:2"), "String", "a").unwrap();
        assert_eq!(form, Form::Bit { property: "userAccountControl".to_owned(), mask: 2 });
        assert_eq!(Form::of(None, "String", "objectguid"), Ok(Form::Guid));
        assert_eq!((with_bit(512, 2, true), with_bit(514, 2, false)), (514, 512));
    }
}
