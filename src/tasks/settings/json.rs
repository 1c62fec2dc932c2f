//! A JSON reader that keeps the place of every value.
//!
//! Settings files of agents hold comments and trailing commas, which the product accepts, and texts where a number or
//! a Boolean is meant. Values never show in `Debug` output: any of them may be a secret.

use std::fmt;

/// How deep values may nest.
const MAX_DEPTH: u32 = 64;

/// A line and a column, both from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Place {
    /// Line.
    pub line: u32,
    /// Column.
    pub column: u32,
}

/// A value and where it stands.
#[derive(Clone)]
pub(super) struct Node {
    /// Where it starts.
    pub(super) place: Place,
    /// What it is.
    pub(super) value: Json,
}

/// A JSON value.
#[derive(Clone)]
pub(super) enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// As written.
    Number(String),
    /// Unescaped.
    Text(String),
    /// `[…]`
    List(Vec<Node>),
    /// `{…}`, in the order written.
    Map(Vec<(String, Place, Node)>),
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "<value at {}:{}>", self.place.line, self.place.column)
    }
}

impl Node {
    /// The member of that name, compared without case as the product does.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        match &self.value {
            Json::Map(members) => members.iter().find(|(key, ..)| key.eq_ignore_ascii_case(name)).map(|(.., node)| node),
            _ => None,
        }
    }
}

/// Reads a whole text; the error is a place and a message.
pub(super) fn parse(text: &str) -> Result<Node, (Place, String)> {
    let mut reader = Reader { rest: text.strip_prefix('\u{feff}').unwrap_or(text), place: Place { line: 1, column: 1 } };
    let node = reader.value(0)?;
    reader.blank()?;
    if reader.rest.is_empty() { Ok(node) } else { Err(reader.wrong("unexpected text after the end of the object")) }
}

struct Reader<'a> {
    rest: &'a str,
    place: Place,
}

impl Reader<'_> {
    fn wrong(&self, message: impl Into<String>) -> (Place, String) {
        (self.place, message.into())
    }

    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        if next == '\n' {
            self.place = Place { line: self.place.line + 1, column: 1 };
        } else {
            self.place.column += 1;
        }
        Some(next)
    }

    /// Skips white space and comments.
    fn blank(&mut self) -> Result<(), (Place, String)> {
        loop {
            if self.peek().is_some_and(|c| matches!(c, ' ' | '\t' | '\r' | '\n')) {
                self.take();
            } else if self.rest.starts_with("//") {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.take();
                }
            } else if self.rest.starts_with("/*") {
                let start = self.place;
                while !self.rest.starts_with("*/") {
                    self.take().ok_or((start, "comment without an end".to_owned()))?;
                }
                self.take();
                self.take();
            } else {
                return Ok(());
            }
        }
    }

    fn value(&mut self, depth: u32) -> Result<Node, (Place, String)> {
        self.blank()?;
        let place = self.place;
        if depth > MAX_DEPTH {
            return Err(self.wrong(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        let value = match self.peek() {
            None => return Err(self.wrong("the text ends where a value is expected")),
            Some('{') => self.map(depth)?,
            Some('[') => self.list(depth)?,
            Some('"') => Json::Text(self.text()?),
            Some(c) if c == '-' || c.is_ascii_digit() => Json::Number(self.word()),
            Some(c) => {
                let word = self.word();
                match word.as_str() {
                    "null" => Json::Null,
                    "true" => Json::Bool(true),
                    "false" => Json::Bool(false),
                    _ => return Err((place, format!("unexpected {c:?} where a value is expected"))),
                }
            }
        };
        Ok(Node { place, value })
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')) {
            word.push(c);
            self.take();
        }
        word
    }

    fn map(&mut self, depth: u32) -> Result<Json, (Place, String)> {
        self.take();
        let mut members: Vec<(String, Place, Node)> = Vec::new();
        loop {
            self.blank()?;
            match self.peek() {
                Some('}') => {
                    self.take();
                    return Ok(Json::Map(members));
                }
                Some('"') => {}
                _ => return Err(self.wrong("expected a name in double quotes, or '}'")),
            }
            let place = self.place;
            let name = self.text()?;
            if members.iter().any(|(other, ..)| other.eq_ignore_ascii_case(&name)) {
                return Err((place, format!("{name} is given twice")));
            }
            self.blank()?;
            if self.take() != Some(':') {
                return Err((self.place, format!("expected ':' after {name}")));
            }
            let node = self.value(depth + 1)?;
            members.push((name, place, node));
            self.separator('}')?;
        }
    }

    fn list(&mut self, depth: u32) -> Result<Json, (Place, String)> {
        self.take();
        let mut items = Vec::new();
        loop {
            self.blank()?;
            if self.peek() == Some(']') {
                self.take();
                return Ok(Json::List(items));
            }
            items.push(self.value(depth + 1)?);
            self.separator(']')?;
        }
    }

    /// A comma, or nothing before the closing bracket.
    fn separator(&mut self, close: char) -> Result<(), (Place, String)> {
        self.blank()?;
        match self.peek() {
            Some(',') => {
                self.take();
                Ok(())
            }
            Some(c) if c == close => Ok(()),
            _ => Err(self.wrong(format!("expected ',' or '{close}'"))),
        }
    }

    fn text(&mut self) -> Result<String, (Place, String)> {
        let start = self.place;
        self.take();
        let mut text = String::new();
        loop {
            match self.take() {
                None | Some('\n') => return Err((start, "text without a closing quote".to_owned())),
                Some('"') => return Ok(text),
                Some('\\') => self.escape(&mut text)?,
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self, text: &mut String) -> Result<(), (Place, String)> {
        let place = self.place;
        match self.take() {
            Some(c @ ('"' | '\\' | '/')) => text.push(c),
            Some('b') => text.push('\u{8}'),
            Some('f') => text.push('\u{c}'),
            Some('n') => text.push('\n'),
            Some('r') => text.push('\r'),
            Some('t') => text.push('\t'),
            Some('u') => {
                let mut unit = self.hex().ok_or((place, "expected four hexadecimal digits".to_owned()))?;
                if (0xd800..0xdc00).contains(&unit) && self.rest.starts_with("\\u") {
                    self.take();
                    self.take();
                    let low = self.hex().filter(|low| (0xdc00..0xe000).contains(low));
                    let low = low.ok_or((place, "half of a surrogate pair".to_owned()))?;
                    unit = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                }
                text.push(char::from_u32(unit).ok_or((place, "half of a surrogate pair".to_owned()))?);
            }
            _ => {
                let help = "unknown escape; a backslash in a path is written twice, or as a slash";
                return Err((place, help.to_owned()));
            }
        }
        Ok(())
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        let unit = u32::from_str_radix(digits, 16).ok()?;
        for _ in 0..4 {
            self.take();
        }
        Some(unit)
    }
}
