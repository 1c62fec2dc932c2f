//! `line-comment`: a comment to the end of a line that XML takes away. The pass of `expression-syntax` reports it.

use std::ops::Range;

use crate::finding::{Category, RuleInfo, Severity};
use crate::rules::{Check, Rule};
use crate::syntax::raw_offset;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "line-comment",
        category: Category::Schema,
        severity: Severity::Warning,
        summary: "a `//` comment in code whose line breaks XML turns into blanks",
    },
    check: Check::Engine,
};

/// The first comment that hides code behind it once the line breaks of the attribute are blanks. `raw` is what is
/// written, `code` its text with line breaks.
pub(super) fn hiding(raw: &str, code: &str) -> Option<Range<usize>> {
    if !raw.contains(['\n', '\r']) || !code.contains("//") {
        return None;
    }
    let comment = comments(code).into_iter().find(|comment| {
        let end = raw_offset(raw, comment.end);
        // A line feed that is escaped stays one.
        let is_raw = raw.as_bytes().get(end).is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
        is_raw && has_code(&code[comment.end..])
    })?;
    Some(comment)
}

/// Whether anything but blanks and comments follows.
fn has_code(rest: &str) -> bool {
    let hidden = comments(rest);
    let mut at = 0;
    hidden.iter().chain(std::iter::once(&(rest.len()..rest.len()))).any(|comment| {
        let between = &rest[at..comment.start];
        at = comment.end;
        !between.trim().is_empty()
    })
}

/// Where the comments to the end of a line stand.
fn comments(code: &str) -> Vec<Range<usize>> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        at += if rest.starts_with(b"//") {
            let length = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
            found.push(at..at + length);
            length
        } else if rest.starts_with(b"/*") {
            code[at + 2..].find("*/").map_or(rest.len(), |end| end + 4)
        } else if rest.starts_with(b"@\"") || rest.starts_with(b"$@\"") || rest.starts_with(b"@$\"") {
            verbatim(rest)
        } else if matches!(rest[0], b'"' | b'\'') {
            quoted(rest)
        } else {
            1
        };
    }
    found
}

/// The length of a text in quotes, in which a backslash escapes.
fn quoted(bytes: &[u8]) -> usize {
    let quote = bytes[0];
    let mut at = 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' => return at,
            _ if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of a text in quotes in which nothing escapes, and a quote is doubled.
fn verbatim(bytes: &[u8]) -> usize {
    let Some(open) = bytes.iter().position(|&byte| byte == b'"') else { return bytes.len() };
    let mut at = open + 1;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'"' {
            at += 1;
        } else if bytes.get(at + 1) == Some(&b'"') {
            at += 2;
        } else {
            return at + 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    fn found(code: &str) -> Vec<String> {
        let model = "<EntityType Identifier=\"P\"><Property Identifier=\"A\"/><Property Identifier=\"B\"/></EntityType>";
        let expression =
            format!("<EntityPropertyExpression Identifier=\"E\" EntityType=\"P\" Property=\"B\" Expression=\"{code}\"/>");
        let (program, found) = findings(&format!("{model}{expression}"), "line-comment");
        found.iter().map(|one| one.location.span.of(program.text(one.location.file)).to_owned()).collect()
    }

    #[test]
    fn comments_that_hide_code_are_found() {
        assert_eq!(found("C#:p:// the first name\nreturn p.A;"), ["// the first name"]);
        assert_eq!(found("C#:p:var a = p.A; // &lt;none&gt;\r\n  return a;"), ["// &lt;none&gt;"]);
        assert_eq!(found("C#:p:/* x */ var a = &quot;//&quot;;\n// one\n// two\nreturn a;"), ["// one"]);
    }

    #[test]
    fn comments_that_hide_none_are_not() {
        assert!(found("C#:p:return p.A;\n// done").is_empty());
        assert!(found("C#:p:return p.A; // done\n  /* x */ ").len() <= 1);
        assert!(found("C#:p:// the first name&#xA;return p.A;").is_empty(), "an escaped line feed stays");
        assert!(found("C#:p:return\n &quot;http://example.com&quot;;").is_empty());
        assert!(found("C#:p:/* a\n// b\n*/ return p.A;").is_empty());
        assert!(found("C#:p:return @&quot;a\\&quot; +\n &quot;//b&quot;;").is_empty());
    }

    #[test]
    fn the_fix_closes_the_comment() {
        let model = "<EntityType Identifier=\"P\"><Property Identifier=\"A\"/><Property Identifier=\"B\"/></EntityType>";
        let xml = format!(
            "{model}<EntityPropertyExpression EntityType=\"P\" Property=\"B\" Expression=\"C#:p:// a &amp; b\nreturn p.A;\"/>"
        );
        let (_, found) = findings(&xml, "line-comment");
        assert_eq!(found[0].fix.as_ref().unwrap().edits[0].text, "/* a &amp; b */");
    }
}
