//! A well-formed text cut into markup and what lies between.

use memchr::memmem;

use crate::source::Span;
use crate::syntax::{Document, ElementId, Namespace};

/// A piece of the text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Token {
    /// A start tag, or an empty-element tag.
    Open(Open),
    /// An end tag.
    Close,
    /// White space with so many line ends.
    Blank { lines: usize },
    /// `<!-- … -->`.
    Comment(Span),
    /// `<? … ?>`, the XML declaration included.
    Instruction(Span),
    /// Character data that is more than white space, or a CDATA section.
    Text,
}

/// A start tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) element: ElementId,
    /// The index of the end tag among the tokens; its own for an empty-element tag.
    pub(super) close: usize,
    /// Where the content ends: at the start of the end tag.
    pub(super) content_end: u32,
    /// White space in the element may mean something: its content is left as it is.
    pub(super) verbatim: bool,
}

/// The tokens of the whole text, which has no errors.
pub(super) fn all(document: &Document, text: &str) -> Vec<Token> {
    cut(document, text, Span::new(0, text.len() as u32), 0)
}

/// The tokens of one element.
pub(super) fn of(document: &Document, text: &str, element: ElementId) -> Vec<Token> {
    cut(document, text, document.span(element), element.0)
}

/// The tokens of `span`, in which the element numbered `next` is the first.
fn cut(document: &Document, text: &str, span: Span, mut next: u32) -> Vec<Token> {
    let bytes = text.as_bytes();
    let end = span.end as usize;
    let mut at = span.start as usize;
    let mut tokens = Vec::with_capacity((end - at) / 48);
    // Indexes of the start tags whose end tag has not come yet.
    let mut open: Vec<usize> = Vec::new();
    let after =
        |from: usize, needle: &str| memmem::find(&bytes[from..end], needle.as_bytes()).map_or(end, |i| from + i + needle.len());
    while at < end {
        let rest = &bytes[at..end];
        let start = at;
        if rest.starts_with(b"<!--") {
            at = after(at + 4, "-->");
            tokens.push(Token::Comment(Span::new(start as u32, at as u32)));
        } else if rest.starts_with(b"<?") {
            at = after(at + 2, "?>");
            tokens.push(Token::Instruction(Span::new(start as u32, at as u32)));
        } else if rest.starts_with(b"</") {
            at = after(at, ">");
            if let Some(index) = open.pop() {
                let close = tokens.len();
                if let Token::Open(tag) = &mut tokens[index] {
                    (tag.close, tag.content_end) = (close, start as u32);
                }
            }
            tokens.push(Token::Close);
        } else if rest.starts_with(b"<![CDATA[") || rest[0] != b'<' {
            at = if rest[0] == b'<' { after(at + 9, "]]>") } else { memchr::memchr(b'<', rest).map_or(end, |i| at + i) };
            let piece = &bytes[start..at];
            if piece.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) {
                tokens.push(Token::Blank { lines: line_ends(piece) });
            } else {
                if let Some(Token::Open(tag)) = open.last().map(|&index| &mut tokens[index]) {
                    tag.verbatim = true;
                }
                tokens.push(Token::Text);
            }
        } else {
            let element = ElementId(next);
            next += 1;
            let tag = document.tag_span(element);
            at = tag.end as usize;
            let verbatim = document.namespace(element) == Namespace::Foreign || preserves_space(document, text, element);
            let index = tokens.len();
            if !bytes[..at].ends_with(b"/>") {
                open.push(index);
            }
            tokens.push(Token::Open(Open { element, close: index, content_end: tag.end, verbatim }));
        }
    }
    tokens
}

/// How many lines end in white space, whichever way they end.
fn line_ends(blank: &[u8]) -> usize {
    let all = memchr::memchr2_iter(b'\n', b'\r', blank).count();
    all - memmem::find_iter(blank, b"\r\n").count()
}

fn preserves_space(document: &Document, text: &str, element: ElementId) -> bool {
    document.attributes(element).any(|attribute| {
        document.attribute_name_span(attribute).of(text) == "xml:space" && document.value(attribute, text) == "preserve"
    })
}
