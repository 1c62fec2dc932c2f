//! Distinguished names as RFC 4514 writes them.

use std::fmt;

/// A name of an entry; parts as written, their order from the entry up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dn {
    parts: Vec<Part>,
}

/// One relative name: attributes and values, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    written: String,
    /// Attributes and values without escapes; several only in `a=1+b=2`.
    pairs: Vec<(String, String)>,
}

impl Part {
    /// The relative name of an entry that is named by a value of an attribute.
    pub(super) fn new(attribute: &str, value: &str) -> Self {
        let written = format!("{attribute}={}", escaped(value));
        Self { written, pairs: vec![(attribute.to_owned(), value.to_owned())] }
    }

    /// Attributes and values.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.pairs
    }

    /// The value of an attribute in it.
    pub(super) fn value(&self, attribute: &str) -> Option<&str> {
        self.pairs.iter().find(|(name, _)| name.eq_ignore_ascii_case(attribute)).map(|(_, value)| value.as_str())
    }

    /// What two spellings of one name have in common.
    fn same(&self) -> Vec<(String, String)> {
        let spaced = |value: &str| value.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ").to_lowercase();
        let mut pairs: Vec<_> = self.pairs.iter().map(|(name, value)| (name.to_lowercase(), spaced(value))).collect();
        pairs.sort();
        pairs
    }
}

impl Dn {
    /// Reads a name; the error says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let wrong = |why: &str| format!("{text:?} is no distinguished name: {why}");
        for written in split(text, &[',', ';']) {
            let mut pairs = Vec::new();
            for pair in split(written, &['+']) {
                let (name, value) = pair.split_once('=').ok_or_else(|| wrong(&format!("{pair:?} has no `=`")))?;
                let name = name.trim();
                let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ';');
                if name.is_empty() || !name.chars().all(known) {
                    return Err(wrong(&format!("{name:?} is no attribute")));
                }
                pairs.push((name.to_owned(), unescaped(value).ok_or_else(|| wrong("an escape in it is none"))?));
            }
            parts.push(Part { written: written.trim().to_owned(), pairs });
        }
        if text.trim().is_empty() { Err(wrong("it is empty")) } else { Ok(Self { parts }) }
    }

    /// The name of an entry under another.
    pub(super) fn under(part: Part, parent: &Self) -> Self {
        Self { parts: std::iter::once(part).chain(parent.parts.iter().cloned()).collect() }
    }

    /// The relative name.
    pub(super) fn first(&self) -> &Part {
        &self.parts[0]
    }

    /// The relative name as it is written.
    pub(super) fn rdn(&self) -> &str {
        &self.parts[0].written
    }

    /// The entry above; none above one of a single part.
    pub(super) fn parent(&self) -> Option<Self> {
        (self.parts.len() > 1).then(|| Self { parts: self.parts[1..].to_vec() })
    }

    /// Whether both name the same entry: case, blanks and escapes do not matter.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len() && self.lies_under(other)
    }

    /// Whether this is the other entry, or one below it.
    fn lies_under(&self, other: &Self) -> bool {
        let Some(deeper) = self.parts.len().checked_sub(other.parts.len()) else { return false };
        self.parts[deeper..].iter().zip(&other.parts).all(|(a, b)| a.same() == b.same())
    }

    /// The name that this entry has once `from` is called `to`; none where it does not lie there.
    pub(super) fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let deeper = self.parts.len().checked_sub(from.parts.len()).filter(|_| self.lies_under(from))?;
        Some(Self { parts: self.parts[..deeper].iter().chain(&to.parts).cloned().collect() })
    }

    /// How many parts it has.
    pub(super) fn depth(&self) -> usize {
        self.parts.len()
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts.iter().enumerate() {
            formatter.write_str(if index == 0 { "" } else { "," })?;
            formatter.write_str(&part.written)?;
        }
        Ok(())
    }
}

/// The pieces between separators that are not escaped. Quoted values, which older directories wrote, count as one piece.
fn split<'t>(text: &'t str, separators: &[char]) -> Vec<&'t str> {
    let (mut pieces, mut start, mut escaped, mut quoted) = (Vec::new(), 0, false, false);
    for (at, sign) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if sign == '\\' {
            escaped = true;
        } else if sign == '"' {
            quoted = !quoted;
        } else if !quoted && separators.contains(&sign) {
            pieces.push(&text[start..at]);
            start = at + sign.len_utf8();
        }
    }
    pieces.push(&text[start..]);
    pieces
}

/// A value as it stands in a name.
pub(super) fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, sign) in value.chars().enumerate() {
        match sign {
            '\0' => out.push_str("\\00"),
            '\n' => out.push_str("\\0A"),
            '\r' => out.push_str("\\0D"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=' => out.extend(['\\', sign]),
            '#' | ' ' if at == 0 => out.extend(['\\', sign]),
            ' ' if at == last => out.push_str("\\ "),
            sign => out.push(sign),
        }
    }
    out
}

/// A value of a name without its escapes; none where an escape is broken, or does not give UTF-8.
fn unescaped(value: &str) -> Option<String> {
    let value = value.trim_start_matches(' ');
    let value = value.strip_prefix('"').and_then(|value| value.trim_end().strip_suffix('"')).unwrap_or(value);
    let mut out = Vec::with_capacity(value.len());
    // Blanks at the end count only if escaped.
    let mut kept = 0;
    let mut signs = value.chars();
    while let Some(sign) = signs.next() {
        if sign != '\\' {
            out.extend(sign.encode_utf8(&mut [0; 4]).bytes());
            kept = if sign == ' ' { kept } else { out.len() };
            continue;
        }
        let next = signs.next()?;
        match next.to_digit(16) {
            Some(high) => out.push(u8::try_from(high * 16 + signs.next()?.to_digit(16)?).ok()?),
            None => out.extend(next.encode_utf8(&mut [0; 4]).bytes()),
        }
        kept = out.len();
    }
    out.truncate(kept);
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dn(text: &str) -> Dn {
        Dn::parse(text).unwrap()
    }

    #[test]
    fn what_separates_parts_is_escaped_in_values() {
        let ou = dn("ou=People,dc=example,dc=org");
        let of = |value: &str| Dn::under(Part::new("cn", value), &ou).to_string();
        assert_eq!(of("Field, Mara"), "cn=Field\\, Mara,ou=People,dc=example,dc=org");
        assert_eq!(of("#1 + \"<a>\" = b; "), "cn=\\#1 \\+ \\\"\\<a\\>\\\" \\= b\\;\\ ,ou=People,dc=example,dc=org");
        assert_eq!(of(" x\\y"), "cn=\\ x\\\\y,ou=People,dc=example,dc=org");
    }

    #[test]
    fn one_entry_has_many_spellings() {
        assert!(dn("CN=Mara\\2C Field, OU=People,DC=example").is(&dn("cn=mara\\, field,ou=people,dc=EXAMPLE")));
        assert!(dn("cn=\"a, b\",dc=x").is(&dn("cn=a\\, b;dc=x")));
        assert!(dn("uid=1+cn=a,dc=x").is(&dn("CN=A+UID=1,dc=x")));
        assert!(!dn("cn=a,dc=x").is(&dn("cn=a,dc=y")));
        assert!(!dn("cn=a,dc=x").is(&dn("dc=x")));
        assert_eq!(dn("cn=L\\c3\\bcb,dc=x").first().value("CN"), Some("Lüb"));
    }

    #[test]
    fn what_lies_below_moves_along() {
        let (from, to) = (dn("ou=Old,dc=x"), dn("ou=New,o=y,dc=x"));
        assert_eq!(dn("cn=a,ou=old, dc=x").moved(&from, &to).unwrap().to_string(), "cn=a,ou=New,o=y,dc=x");
        assert_eq!(dn("cn=a,dc=x").moved(&from, &to), None);
        assert_eq!(from.parent().unwrap().to_string(), "dc=x");
        assert_eq!(dn("dc=x").parent(), None);
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in ["", "people", "cn=a,", "=a,dc=x", "c n=a", "cn=a\\", "cn=\\ff,dc=x"] {
            assert!(Dn::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_value_comes_back_out_of_a_name(value in "\\PC{1,12}|[ ,+\"\\\\<>;=#\n\r]{1,6}") {
            let name = Dn::under(Part::new("cn", &value), &dn("ou=a,dc=x")).to_string();
            let read = dn(&name);
            prop_assert_eq!(read.first().value("cn"), Some(value.as_str()));
            prop_assert_eq!(read.depth(), 3);
        }
    }
}
