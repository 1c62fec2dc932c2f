//! The XML declaration.

use super::{chars, error::DeclarationProblem};

/// What is wrong, and the range that it is about.
type Wrong = (DeclarationProblem, usize, usize);

/// Checks an XML declaration, given from `<?xml` to `?>` without both (production `XMLDecl`). An error comes with the
/// range in `content` that is wrong.
pub(super) fn check(content: &str) -> Result<(), Wrong> {
    let mut cursor = Cursor { content, at: 0 };
    let space = cursor.skip_blanks();
    let Some(version) = cursor.part("version")? else {
        return Err(cursor.here(DeclarationProblem::NoVersion));
    };
    let digits = version.0.strip_prefix("1.");
    if !space || !digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err((DeclarationProblem::Version, version.1, version.1 + version.0.len()));
    }
    let mut space = cursor.skip_blanks();
    if let Some((encoding, at)) = cursor.part("encoding")? {
        if !space {
            return Err((DeclarationProblem::Space, at, at + encoding.len()));
        }
        let rest = encoding.strip_prefix(|c: char| c.is_ascii_alphabetic());
        if !rest.is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))) {
            return Err((DeclarationProblem::Encoding, at, at + encoding.len()));
        }
        // xmllint does not miss the white space after these.
        space = cursor.skip_blanks() || ["utf-8", "utf8", "utf-16", "utf16"].iter().any(|&u| encoding.eq_ignore_ascii_case(u));
    }
    if let Some((standalone, at)) = cursor.part("standalone")? {
        if !space {
            return Err((DeclarationProblem::Space, at, at + standalone.len()));
        }
        if !matches!(standalone, "yes" | "no") {
            return Err((DeclarationProblem::Standalone, at, at + standalone.len()));
        }
        cursor.skip_blanks();
    }
    if cursor.at < content.len() { Err(cursor.here(DeclarationProblem::Junk)) } else { Ok(()) }
}

struct Cursor<'t> {
    content: &'t str,
    at: usize,
}

impl<'t> Cursor<'t> {
    fn skip_blanks(&mut self) -> bool {
        let before = self.at;
        self.at = chars::skip_blanks(self.content.as_bytes(), before);
        self.at > before
    }

    /// Reads `name = "value"`, if that is the name that comes next: the value and where it begins.
    fn part(&mut self, name: &str) -> Result<Option<(&'t str, usize)>, Wrong> {
        if !self.content[self.at..].starts_with(name) {
            return Ok(None);
        }
        let start = self.at;
        self.at += name.len();
        self.skip_blanks();
        let wrong = (DeclarationProblem::Value, start, start + name.len());
        if self.content.as_bytes().get(self.at) != Some(&b'=') {
            return Err(wrong);
        }
        self.at += 1;
        self.skip_blanks();
        let Some(quote @ ('"' | '\'')) = self.content[self.at..].chars().next() else {
            return Err(wrong);
        };
        let from = self.at + 1;
        let value = self.content[from..].find(quote).map(|length| &self.content[from..from + length]).ok_or(wrong)?;
        self.at = from + value.len() + 1;
        Ok(Some((value, from)))
    }

    /// The word at the cursor as the wrong place; an empty range at the end.
    fn here(&self, problem: DeclarationProblem) -> Wrong {
        let rest = &self.content[self.at..];
        let length = rest.find(|c: char| c.is_ascii_whitespace() || c == '=').unwrap_or(rest.len());
        (problem, self.at, self.at + length)
    }
}
