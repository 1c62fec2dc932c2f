//! Members of texts. Places and lengths count UTF-16 units, as .NET does; half of a pair becomes U+FFFD. Texts are compared
//! and searched sign by sign, where the product takes the culture of the server.

use crate::expr::csharp::tree::Node;
use crate::expr::function::{lower, simplify, to_title, upper, without_diacritics};
use crate::expr::value::Value;

use super::{Evaluator, LONGEST, Outcome, fail, list};

/// How many UTF-16 units a text has.
fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The text between two places.
fn slice(text: &str, start: usize, end: usize) -> String {
    if text.is_ascii() {
        return text[start..end].to_owned();
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(end - start).collect();
    String::from_utf16_lossy(&units)
}

/// The sign at a place.
pub(super) fn unit(text: &str, at: usize) -> Option<char> {
    let unit = text.encode_utf16().nth(at)?;
    Some(char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// A text or a character as text.
fn wanted(value: &Value) -> Option<String> {
    matches!(value, Value::Text(_) | Value::Char(_)).then(|| value.show())
}

impl Evaluator<'_> {
    /// A member of a text; none where it has no embedded form.
    pub(super) fn of_text(&mut self, node: &Node, name: &str, text: &str, arguments: &[Value]) -> Outcome<Option<Value>> {
        self.burn(node, text.len() / 16)?;
        let number = |at: usize| match arguments.get(at) {
            Some(Value::Int(number)) => Some(*number),
            _ => None,
        };
        let first = arguments.first().and_then(wanted);
        let made = match (name, first) {
            ("IsNone", _) => return Ok(Some(Value::Bool(text.is_empty() || text == "None"))),
            ("IsAdded", _) => return Ok(Some(Value::Bool(text == "Added"))),
            // The documentation of the method and that of the order name it differently.
            ("IsUpdated", _) => return Ok(Some(Value::Bool(text == "Modified" || text == "Updated"))),
            ("IsDeleted", _) => return Ok(Some(Value::Bool(text == "Deleted"))),
            ("Length", _) => return Ok(Some(Value::Int(length(text) as i64))),
            ("Contains", Some(part)) => return Ok(Some(Value::Bool(text.contains(&part)))),
            ("StartsWith", Some(part)) => return Ok(Some(Value::Bool(text.starts_with(&part)))),
            ("EndsWith", Some(part)) => return Ok(Some(Value::Bool(text.ends_with(&part)))),
            ("Equals", part) => return Ok(Some(Value::Bool(part.as_deref() == Some(text)))),
            ("IndexOf", Some(part)) => {
                let from = number(1).unwrap_or(0);
                let Some(from) = usize::try_from(from).ok().filter(|&from| from <= length(text)) else {
                    return fail(node, format!("there is no place {from} in the text"));
                };
                let rest = slice(text, from, length(text));
                let at = rest.find(&part).map_or(-1, |at| (from + length(&rest[..at])) as i64);
                return Ok(Some(Value::Int(at)));
            }
            ("LastIndexOf", Some(part)) => {
                return Ok(Some(Value::Int(text.rfind(&part).map_or(-1, |at| length(&text[..at]) as i64))));
            }
            ("Substring" | "Remove", _) => {
                let whole = length(text);
                let start = number(0).unwrap_or(0);
                let count = number(1).unwrap_or(whole as i64 - start);
                let range = usize::try_from(start).ok().zip(usize::try_from(count).ok());
                let Some((start, end)) = range.map(|(start, count)| (start, start + count)).filter(|&(_, end)| end <= whole)
                else {
                    return fail(node, format!("`{name}` from {start} over {count} of a text of {whole}"));
                };
                if name == "Substring" { slice(text, start, end) } else { slice(text, 0, start) + &slice(text, end, whole) }
            }
            ("Insert", _) => {
                let at = number(0).and_then(|at| usize::try_from(at).ok()).filter(|&at| at <= length(text));
                let (Some(at), Some(part)) = (at, arguments.get(1).and_then(wanted)) else {
                    return fail(node, "`Insert` outside the text");
                };
                slice(text, 0, at) + &part + &slice(text, at, length(text))
            }
            ("PadLeft" | "PadRight", _) => {
                let width = number(0).unwrap_or(0).clamp(0, LONGEST as i64 + 1) as usize;
                let sign = arguments.get(1).map_or_else(|| " ".to_owned(), Value::show);
                let padding = sign.repeat(width.saturating_sub(length(text)));
                if name == "PadLeft" { padding + text } else { text.to_owned() + &padding }
            }
            ("Replace", Some(old)) => {
                if old.is_empty() {
                    return fail(node, "`Replace` of an empty text");
                }
                let new = arguments.get(1).map(Value::show).unwrap_or_default();
                if text.matches(&old).count().saturating_mul(new.len()) > LONGEST {
                    return fail(node, "the expression makes a text of more than 1 MiB");
                }
                text.replace(&old, &new)
            }
            ("Split", Some(sign)) if !sign.is_empty() => {
                let parts: Vec<Value> = text.split(&sign).map(Value::text).collect();
                self.burn(node, parts.len())?;
                return Ok(Some(list(parts)));
            }
            ("ToLower" | "ToLowerInvariant", _) => lower(text),
            ("ToUpper" | "ToUpperInvariant", _) => upper(text),
            ("ToString", _) => text.to_owned(),
            ("Trim", _) => text.trim().to_owned(),
            ("TrimStart", _) => text.trim_start().to_owned(),
            ("TrimEnd", _) => text.trim_end().to_owned(),
            ("Simplify", _) => simplify(text),
            ("RemoveDiacritics", _) => without_diacritics(text),
            ("ToTitle", _) => to_title(text),
            _ => return Ok(None),
        };
        self.made(node, made).map(Some)
    }
}
