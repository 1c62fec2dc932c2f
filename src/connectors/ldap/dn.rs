//! Distinguished names: read, compared and written as RFC 4514 says.
//!
//! A part of a name is kept as it was written, since servers give back what they are given; names are compared by what
//! they mean. Two things of older directories are understood as well: values in quotes, and `;` between parts.

use std::fmt;

/// Attributes that RFC 4514 lets a name write in numbers or in letters.
const NUMBERS: [(&str, &str); 9] = [
    ("0.9.2342.19200300.100.1.1", "uid"),
    ("0.9.2342.19200300.100.1.25", "dc"),
    ("2.5.4.10", "o"),
    ("2.5.4.11", "ou"),
    ("2.5.4.3", "cn"),
    ("2.5.4.6", "c"),
    ("2.5.4.7", "l"),
    ("2.5.4.8", "st"),
    ("2.5.4.9", "street"),
];
/// What may stand around parts and values without belonging to them; other blanks are signs like any.
const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];
/// BER tags of values that are one text: octets, UTF-8, printable, T.61, IA5.
const TEXTS: [u8; 5] = [0x04, 0x0c, 0x13, 0x14, 0x16];

/// A name of an entry; parts as written, their order from the entry up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dn {
    parts: Vec<Part>,
}

/// One relative name: attributes and values, and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    written: String,
    /// Attributes and values without escapes; several only in `a=1+b=2`.
    pairs: Vec<(String, Vec<u8>)>,
}

impl Part {
    /// The relative name of an entry that is named by a value of an attribute.
    pub fn new(attribute: &str, value: &str) -> Self {
        let written = format!("{attribute}={}", escape_rdn_value(value));
        Self { written, pairs: vec![(attribute.to_owned(), value.as_bytes().to_vec())] }
    }

    /// Reads one relative name.
    fn parse(text: &str) -> Result<Self, String> {
        let mut pairs = Vec::new();
        let mut rest = Some(text);
        while let Some(text) = rest {
            let end = separator(text, &['+']);
            let pair = &text[..end.unwrap_or(text.len())];
            let (name, value) = pair.split_once('=').ok_or_else(|| format!("{pair:?} has no `=`"))?;
            pairs.push((attribute(name.trim())?.to_owned(), value_of(trimmed(value))?));
            rest = end.map(|end| &text[end + 1..]);
        }
        Ok(Self { written: trimmed(text).to_owned(), pairs })
    }

    /// Attributes and values.
    pub fn pairs(&self) -> &[(String, Vec<u8>)] {
        &self.pairs
    }

    /// The value of an attribute in it.
    pub fn value(&self, attribute: &str) -> Option<&[u8]> {
        self.pairs.iter().find(|(name, _)| same_attribute(name, attribute)).map(|(_, value)| value.as_slice())
    }

    /// What two spellings of one name have in common.
    fn same(&self) -> Vec<(String, Vec<u8>)> {
        let mut pairs: Vec<_> = self.pairs.iter().map(|(name, value)| (known(name), folded(value))).collect();
        pairs.sort();
        pairs
    }
}

impl Dn {
    /// Reads a name; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("{text:?} is no distinguished name: {why}");
        if text.trim().is_empty() {
            return Err(wrong("it is empty"));
        }
        let (mut parts, mut rest) = (Vec::new(), Some(text));
        while let Some(text) = rest {
            let end = separator(text, &[',', ';']);
            parts.push(Part::parse(&text[..end.unwrap_or(text.len())]).map_err(|why| wrong(&why))?);
            rest = end.map(|end| &text[end + 1..]);
        }
        Ok(Self { parts })
    }

    /// The name of an entry under another.
    pub fn under(part: Part, parent: &Self) -> Self {
        Self { parts: std::iter::once(part).chain(parent.parts.iter().cloned()).collect() }
    }

    /// The relative name.
    pub fn first(&self) -> &Part {
        &self.parts[0]
    }

    /// The relative name as it is written.
    pub fn rdn(&self) -> &str {
        &self.parts[0].written
    }

    /// The entry above; none above one of a single part.
    pub fn parent(&self) -> Option<Self> {
        (self.parts.len() > 1).then(|| Self { parts: self.parts[1..].to_vec() })
    }

    /// Whether both name the same entry: case, blanks and escapes do not matter.
    pub fn is(&self, other: &Self) -> bool {
        self.parts.len() == other.parts.len() && self.lies_under(other)
    }

    /// Whether this is the other entry, or one below it.
    fn lies_under(&self, other: &Self) -> bool {
        let Some(deeper) = self.parts.len().checked_sub(other.parts.len()) else { return false };
        self.parts[deeper..].iter().zip(&other.parts).all(|(a, b)| a.same() == b.same())
    }

    /// The name that this entry has once `from` is called `to`; none where it does not lie there.
    pub fn moved(&self, from: &Self, to: &Self) -> Option<Self> {
        let deeper = self.parts.len().checked_sub(from.parts.len()).filter(|_| self.lies_under(from))?;
        Some(Self { parts: self.parts[..deeper].iter().chain(&to.parts).cloned().collect() })
    }

    /// How many parts it has.
    pub fn depth(&self) -> usize {
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

/// The first part of a name and what it stands below, as they are written: `uid=a` and `ou=people,dc=x` of
/// `uid=a,ou=people,dc=x`; a name of one part stands below the empty name. None where the name is empty.
pub fn split_rdn(dn: &str) -> Option<(&str, &str)> {
    if dn.trim().is_empty() {
        return None;
    }
    Some(match separator(dn, &[',', ';']) {
        Some(end) => (trimmed(&dn[..end]), dn[end + 1..].trim_start_matches(BLANKS)),
        None => (trimmed(dn), ""),
    })
}

/// The name that a name stands below, as it is written.
pub fn parent(dn: &str) -> &str {
    split_rdn(dn).map_or("", |(_, parent)| parent)
}

/// Whether two texts name the same entry; texts that are no names have to be the same.
pub fn same_dn(first: &str, second: &str) -> bool {
    match (Dn::parse(first), Dn::parse(second)) {
        (Ok(first), Ok(second)) => first.is(&second),
        _ => first.trim() == second.trim(),
    }
}

/// A value as it is written in a name.
pub fn escape_rdn_value(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, sign) in value.chars().enumerate() {
        match sign {
            '\0' => text.push_str("\\00"),
            '\t' => text.push_str("\\09"),
            '\n' => text.push_str("\\0A"),
            '\r' => text.push_str("\\0D"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=' => text.extend(['\\', sign]),
            '#' | ' ' if at == 0 => text.extend(['\\', sign]),
            ' ' if at == last => text.push_str("\\ "),
            sign => text.push(sign),
        }
    }
    text
}

/// The place of the first of these signs that is neither escaped nor in quotes.
fn separator(text: &str, separators: &[char]) -> Option<usize> {
    let (mut escaped, mut quoted) = (false, false);
    for (at, sign) in text.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            sign if !quoted && separators.contains(&sign) => return Some(at),
            _ => {}
        }
    }
    None
}

/// A piece of a name without the blanks around it; one at the end that is escaped belongs to it.
fn trimmed(text: &str) -> &str {
    let text = text.trim_start_matches(BLANKS);
    let short = text.trim_end_matches(BLANKS);
    let escapes = short.bytes().rev().take_while(|byte| *byte == b'\\').count();
    let blank = text[short.len()..].chars().next().filter(|_| escapes % 2 == 1);
    &text[..short.len() + blank.map_or(0, char::len_utf8)]
}

/// A name of an attribute: letters, digits and hyphens, or numbers with dots.
fn attribute(name: &str) -> Result<&str, String> {
    let bare = without_prefix(name);
    let by_number = bare.split('.').all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    let by_name = bare.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if by_number || by_name { Ok(name) } else { Err(format!("{name:?} is no attribute")) }
}

/// Numbers may have a word before them that older directories wrote.
fn without_prefix(name: &str) -> &str {
    let prefix = name.get(..4).filter(|prefix| prefix.eq_ignore_ascii_case("oid."));
    prefix.map_or(name, |prefix| &name[prefix.len()..])
}

/// The one spelling of an attribute's name.
fn known(name: &str) -> String {
    let bare = without_prefix(name);
    let of_number = NUMBERS.iter().find(|(number, _)| *number == bare).map(|(_, name)| *name);
    of_number.map_or_else(|| bare.to_ascii_lowercase(), str::to_owned)
}

fn same_attribute(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || known(a) == known(b)
}

/// A value as attributes of names compare: without case, and blanks only once and inside.
fn folded(value: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(value) {
        Ok(text) => {
            let words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
            words.join(" ").to_lowercase().into_bytes()
        }
        Err(_) => value.to_vec(),
    }
}

/// What a written value stands for.
fn value_of(written: &str) -> Result<Vec<u8>, String> {
    if let Some(digits) = written.strip_prefix('#') {
        return encoded(digits).ok_or_else(|| format!("{written:?} is no value in hexadecimal digits"));
    }
    let inner = match written.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or("a quote in it is not closed")?,
        None => written,
    };
    let (mut value, mut signs) = (Vec::with_capacity(inner.len()), inner.chars());
    while let Some(sign) = signs.next() {
        match sign {
            '"' => return Err("a quote in the middle of a value has to be escaped".to_owned()),
            '\\' => value.extend(escape(&mut signs).ok_or("an escape in it is none")?),
            sign => value.extend(sign.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    Ok(value)
}

/// What a backslash is followed by: one of the signs that have to be escaped, or a byte in two digits.
fn escape(signs: &mut std::str::Chars<'_>) -> Option<Vec<u8>> {
    let sign = signs.next()?;
    if let Some(high) = sign.to_digit(16) {
        let low = signs.next()?.to_digit(16)?;
        return Some(vec![u8::try_from(high * 16 + low).ok()?]);
    }
    matches!(sign, ' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\').then(|| sign.to_string().into_bytes())
}

/// A value as `#` writes it, the digits of its BER encoding; what is no text stays encoded.
fn encoded(digits: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = digits.chars().map(|sign| Some(sign.to_digit(16)? as u8)).collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() % 2 == 1 {
        return None;
    }
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    Some(match bytes.as_slice() {
        [tag, length, text @ ..] if TEXTS.contains(tag) && *length < 128 && usize::from(*length) == text.len() => text.to_vec(),
        _ => bytes,
    })
}

#[cfg(test)]
mod tests;
