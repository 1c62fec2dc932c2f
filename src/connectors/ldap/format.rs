//! Values of a directory as the text that is stored: the formats of property mappings.

use super::binary;
use crate::config::nearest;
use crate::connectors::base64;
use crate::expr::date::{DateTime, SECOND};

/// Ticks from the first of January of the year 1 to that of 1601, from which Windows counts.
const YEAR_1601: i64 = 504_911_232_000_000_000;
const NAMES: [&str; 15] = [
    "1601Date",
    "Binary",
    "Bit:<property>:<bit>",
    "Bool",
    "Byte",
    "Bytes",
    "Concat:<separator>",
    "DateTime",
    "Double",
    "Guid",
    "Int16",
    "Int32",
    "Int64",
    "MultivaluedText",
    "RDN",
];

/// How the values of an attribute become text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// As they are; several are joined by line breaks, binary ones are written in Base64.
    Text,
    /// In Base64.
    Binary,
    /// One bit of the number that the attribute of a property holds, from 1; `1` or `0`.
    Bit(String, u32),
    /// `true` or `false`.
    Bool,
    /// `yyyyMMddHHmmss`, in UTC, of a generalized time or of ticks since 1601.
    Date,
    /// 32 hexadecimal digits.
    Guid,
    /// The first part of a distinguished name.
    Rdn,
    /// `S-1-…`
    Sid,
}

impl Format {
    /// Reads the format of a mapping. Attributes that Active Directory keeps binary are read so without one.
    pub fn read(written: Option<&str>, attribute: &str) -> Result<Self, String> {
        let Some(written) = written.map(str::trim).filter(|written| !written.is_empty()) else {
            return Ok(match attribute.to_ascii_lowercase().as_str() {
                "objectguid" => Self::Guid,
                "objectsid" => Self::Sid,
                _ => Self::Text,
            });
        };
        let lower = written.to_ascii_lowercase();
        Ok(match lower.as_str() {
            "1601date" | "datetime" => Self::Date,
            "binary" | "bytes" | "bytes/binary" => Self::Binary,
            "bool" => Self::Bool,
            "byte" | "double" | "int16" | "int32" | "int64" | "multivaluedtext" => Self::Text,
            "guid" => Self::Guid,
            "rdn" => Self::Rdn,
            "sid" => Self::Sid,
            _ if lower.starts_with("concat:") => Self::Text,
            _ if lower.starts_with("bit:") => {
                let parts: Vec<_> = written.split(':').collect();
                let bit = parts.get(2).and_then(|bit| bit.trim().parse().ok()).filter(|bit| (1..=64).contains(bit));
                let (Some(bit), 3) = (bit, parts.len()) else {
                    return Err(format!("{written} is no format of a bit, which is bit:<property>:<number from 1>"));
                };
                Self::Bit(parts[1].trim().to_owned(), bit)
            }
            _ => {
                let help = match nearest(written, NAMES.into_iter().chain(["SID"])) {
                    Some(nearest) => format!("did you mean {nearest}?"),
                    None => format!("there are {}, SID", NAMES.join(", ")),
                };
                return Err(format!("{written} is no format of a directory's values; {help}"));
            }
        })
    }

    /// The text of an attribute's values; none is the empty text. What does not have the format stays as it is.
    pub fn text(&self, values: &[Vec<u8>]) -> String {
        if let Self::Bit(_, bit) = self {
            let number = values.first().and_then(|value| std::str::from_utf8(value).ok()?.trim().parse::<i64>().ok());
            return number.map(|number| if number >> (bit - 1) & 1 == 1 { "1" } else { "0" }).unwrap_or_default().to_owned();
        }
        let mut texts: Vec<String> = values.iter().map(|value| self.one(value)).collect();
        // Directories keep no order; this is the one that the product recommends for expressions.
        texts.sort_by_cached_key(|text| (text.to_lowercase(), text.clone()));
        texts.join("\n")
    }

    fn one(&self, value: &[u8]) -> String {
        let text = std::str::from_utf8(value).ok().filter(|text| !text.contains('\0'));
        match (self, text) {
            (Self::Binary, _) | (Self::Text | Self::Bool | Self::Date | Self::Rdn | Self::Bit(..), None) => base64::encode(value),
            (Self::Guid, _) => guid(value, text),
            (Self::Sid, _) => binary::sid(value).or_else(|| text.map(str::to_owned)).unwrap_or_else(|| base64::encode(value)),
            (Self::Bool, Some(text)) => match text.to_ascii_lowercase().as_str() {
                known @ ("true" | "false") => known.to_owned(),
                _ => text.to_owned(),
            },
            (Self::Date, Some(text)) => date(text).unwrap_or_else(|| text.to_owned()),
            (Self::Rdn, Some(text)) => super::split_rdn(text).map_or_else(String::new, |(first, _)| first.to_owned()),
            (Self::Text | Self::Bit(..), Some(text)) => text.to_owned(),
        }
    }
}

/// A generalized time, or ticks since 1601 of which none and the greatest stand for never.
fn date(text: &str) -> Option<String> {
    if let Ok(ticks) = text.parse::<i64>()
        && text.len() != 14
    {
        if ticks <= 0 || ticks == i64::MAX {
            return Some(String::new());
        }
        return DateTime::from_ticks(ticks.checked_add(YEAR_1601)?).map(DateTime::store);
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number = |at: usize| text.get(at..at + 2).and_then(|part| part.parse::<i64>().ok());
    let seconds = match digits {
        10 => number(8)? * 3600,
        12 => number(8)? * 3600 + number(10)? * 60,
        14 => number(8)? * 3600 + number(10)? * 60 + number(12)?,
        _ => return None,
    };
    let date = DateTime::new(text.get(..4)?.parse().ok()?, number(4)?, number(6)?, seconds)?;
    let rest = text[digits..].trim_start_matches(['.', ',']).trim_start_matches(|sign: char| sign.is_ascii_digit());
    let away = match rest.as_bytes() {
        [] | [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), rest @ ..] => {
            let part = |at: usize| rest.get(at..at + 2).and_then(|two| std::str::from_utf8(two).ok()?.parse::<i64>().ok());
            let minutes = part(0)? * 60 + part(2).unwrap_or(0);
            if *sign == b'+' { minutes } else { -minutes }
        }
        _ => return None,
    };
    date.plus(-away * 60 * SECOND).map(DateTime::store)
}

/// As .NET writes the bytes of an identifier, or the digits of one that is text.
fn guid(value: &[u8], text: Option<&str>) -> String {
    if let Some(text) = text
        && value.len() != 16
    {
        return text.chars().filter(|sign| !matches!(sign, '-' | '{' | '}')).collect::<String>().to_lowercase();
    }
    binary::guid(value).unwrap_or_else(|| base64::encode(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(format: &str, value: &[u8]) -> String {
        Format::read(Some(format), "a").unwrap().text(&[value.to_vec()])
    }

    #[test]
    fn values_become_the_text_of_their_format() {
        for (format, value, expected) in [
            ("Bool", b"TRUE".as_slice(), "true"),
            ("1601date", b"133170048000000000", "20230101000000"),
            ("1601Date", b"9223372036854775807", ""),
            ("DateTime", b"0", ""),
            ("DateTime", b"20240131123000Z", "20240131123000"),
            ("DateTime", b"20240131123000.0+0130", "20240131110000"),
            ("DateTime", b"tomorrow", "tomorrow"),
            ("RDN", b"CN=Person,CN=Schema", "CN=Person"),
            ("guid", b"C076E361-FA5F-428E-8339-39A449CE2DB3", "c076e361fa5f428e833939a449ce2db3"),
            (
                "guid",
                &[0x61, 0xe3, 0x76, 0xc0, 0x5f, 0xfa, 0x8e, 0x42, 0x83, 0x39, 0x39, 0xa4, 0x49, 0xce, 0x2d, 0xb3],
                "c076e361fa5f428e833939a449ce2db3",
            ),
            ("sid", &[1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0], "S-1-5-32-544"),
            ("binary", b"a", "YQ=="),
            ("bytes", b"abc", "YWJj"),
            ("bit:userAccountControl:2", b"514", "1"),
            ("bit:userAccountControl:2", b"512", "0"),
            ("Int64", b"12", "12"),
        ] {
            assert_eq!(text(format, value), expected, "{format}");
        }
        let several = Format::read(None, "mail").unwrap().text(&[b"b".to_vec(), b"C".to_vec(), b"a".to_vec()]);
        assert_eq!(several, "a\nb\nC");
        assert_eq!(Format::read(None, "photo").unwrap().text(&[vec![0xff, 0xd8]]), "/9g=");
        assert_eq!(Format::read(None, "objectGUID"), Ok(Format::Guid));
    }

    #[test]
    fn an_unknown_format_is_told_with_the_nearest() {
        assert!(Format::read(Some("guild"), "a").unwrap_err().contains("did you mean Guid?"));
        assert!(Format::read(Some("bit:a"), "a").unwrap_err().contains("bit:<property>"));
        assert!(Format::read(Some("xxxxxxxxx"), "a").unwrap_err().contains("there are 1601Date"));
    }
}
