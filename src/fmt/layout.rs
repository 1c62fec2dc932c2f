//! Tokens to lines: one element, comment or instruction a line, as deep as it stands.
//!
//! Nothing here calls itself: elements may stand thousands deep.

use std::borrow::Cow;

use crate::grammar::{self, ElementKind, kinds, names};
use crate::source::Span;
use crate::syntax::{Document, NameId, Namespace};

use super::line_ends::unified;
use super::tag::Tag;
use super::token::{Open, Token};
use super::{Style, attributes};

/// Nothing is indented deeper than so many levels: a text of nested tags would grow with the square of its length.
pub(super) const DEEPEST: usize = 64;

/// Where what is laid out stands.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    /// How many elements are around it.
    pub(super) depth: usize,
    /// The row of the element around it.
    pub(super) parent: Option<ElementKind>,
}

impl Place {
    /// The row of an element of that name there; of one that is misplaced, the only row of its name.
    pub(super) fn row(self, name: NameId) -> Option<ElementKind> {
        if self.depth == 0 {
            return (name == names::CONFIGURATION_FILE).then_some(kinds::CONFIGURATION_FILE);
        }
        let only = || match grammar::kinds_named(name) {
            [only] => Some(*only),
            _ => None,
        };
        self.parent.and_then(|parent| grammar::child(parent, name)).or_else(only)
    }
}

/// The tokens as formatted text with line feeds, without one at the end. The first line is not indented.
pub(super) fn lay_out(document: &Document, text: &str, tokens: &[Token], style: &Style, place: Place) -> String {
    let mut layout = Layout { document, text, style, place, out: String::with_capacity(text.len()), open: Vec::new(), gap: 0 };
    let mut at = 0;
    while at < tokens.len() {
        at = layout.token(tokens, at);
    }
    layout.out
}

struct Layout<'t> {
    document: &'t Document,
    text: &'t str,
    style: &'t Style,
    place: Place,
    out: String,
    /// The elements whose end tag is still to be written: name, row.
    open: Vec<(&'t str, Option<ElementKind>)>,
    /// Line ends since the last token that was no white space.
    gap: usize,
}

impl Layout<'_> {
    /// Writes the token at `at`; returns the index of the next to write.
    fn token(&mut self, tokens: &[Token], at: usize) -> usize {
        let gap = std::mem::take(&mut self.gap);
        match tokens[at] {
            Token::Blank { lines } => self.gap = lines,
            Token::Open(open) => return self.element(tokens, at, open, gap),
            Token::Close => {
                if let Some((name, _)) = self.open.pop() {
                    self.line(0);
                    self.end_tag(name);
                }
            }
            Token::Comment(span) => return self.comment(tokens, at, span, gap),
            Token::Instruction(span) => {
                self.line(gap);
                self.out.push_str(&unified(span.of(self.text)));
            }
            // Stands only in elements that are copied.
            Token::Text => {}
        }
        at + 1
    }

    fn depth(&self) -> usize {
        self.place.depth + self.open.len()
    }

    fn indent(&self) -> usize {
        self.depth().min(DEEPEST) * self.style.indent
    }

    /// Begins a line; with one empty line before it where there was at least one.
    fn line(&mut self, gap: usize) {
        if self.out.is_empty() {
            return;
        }
        self.out.push('\n');
        if gap > 1 {
            self.out.push('\n');
        }
        self.out.extend(std::iter::repeat_n(' ', self.indent()));
    }

    fn end_tag(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    fn element(&mut self, tokens: &[Token], at: usize, open: Open, gap: usize) -> usize {
        let (document, text) = (self.document, self.text);
        self.line(gap);
        let element = open.element;
        if document.namespace(element) == Namespace::Foreign {
            self.out.push_str(&unified(document.span(element).of(text)));
            return open.close + 1;
        }
        let name = document.name_span(element).of(text);
        let parent = self.open.last().map_or(self.place.parent, |(_, kind)| *kind);
        let kind = Place { depth: self.depth(), parent }.row(document.name(element));
        let content = &tokens[at + 1..open.close.max(at + 1)];
        let empty = !open.verbatim && content.iter().all(|token| matches!(token, Token::Blank { .. })) || open.close == at;
        let attributes = attributes::written(document, text, element, kind);
        Tag { name, attributes, indent: self.indent(), empty }.write(self.style, &mut self.out);
        if empty {
            return open.close + 1;
        }
        if open.verbatim {
            let content = Span::new(document.tag_span(element).end, open.content_end);
            self.out.push_str(&unified(content.of(text)));
            self.end_tag(name);
            return open.close + 1;
        }
        self.open.push((name, kind));
        at + 1
    }

    fn comment(&mut self, tokens: &[Token], at: usize, span: Span, gap: usize) -> usize {
        let raw = span.of(self.text);
        let directive = raw.trim_start_matches("<!--").trim_start().starts_with("jobwright:");
        let mut before = tokens[..at].iter().rev().filter(|token| !matches!(token, Token::Blank { .. }));
        let follows_element = matches!(before.next(), Some(Token::Open(_) | Token::Close));
        let ends_line = tokens.get(at + 1).is_none_or(|next| matches!(next, Token::Blank { lines } if *lines > 0));
        if gap == 0 && follows_element && ends_line && !directive {
            // A remark on what stands before it on the line.
            self.out.push(' ');
            self.out.push_str(&unified(raw));
        } else {
            self.line(gap);
            let written = self.moved(span);
            self.out.push_str(&written);
        }
        // What a suppression is for follows it at once.
        match (directive, tokens.get(at + 1)) {
            (true, Some(Token::Blank { .. })) => at + 2,
            _ => at + 1,
        }
    }

    /// The comment with its further lines moved as far as its first one.
    fn moved(&self, span: Span) -> String {
        let raw = unified(span.of(self.text));
        let before = &self.text[..span.start as usize];
        let line = before.rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let old = &before[line..];
        if !old.bytes().all(|byte| matches!(byte, b' ' | b'\t')) {
            return raw.into_owned();
        }
        let new = " ".repeat(self.indent());
        let lines = raw.split('\n').enumerate().map(|(index, line)| match line.strip_prefix(old) {
            Some(rest) if index > 0 && !line.trim().is_empty() => Cow::Owned(format!("{new}{rest}")),
            _ => Cow::Borrowed(line),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}
