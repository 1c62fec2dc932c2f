//! Comments, CDATA sections, processing instructions and declarations.

use super::chars;
use super::declaration;
use super::error::SyntaxErrorKind;
use super::parser::{Parser, span};
use super::tree::Comment;

impl Parser<'_> {
    pub(super) fn comment(&mut self, start: usize, end: usize) {
        self.end_run();
        // The first `--` has to be the one that ends the comment.
        let close = memchr::memmem::find(&self.bytes[start + 4..], b"--").map_or(end, |at| start + 4 + at);
        if close + 3 != end {
            let nested = self.bytes[..close].ends_with(b"<!");
            let (from, to) = if nested { (close - 2, close + 2) } else { (close, (close + 2).min(end)) };
            let related = Some(span(start, start + 4));
            self.report(SyntaxErrorKind::DoubleHyphenInComment { nested }, span(from, to), related);
        }
        self.plain(start, end);
        let inside = self.inside();
        self.document.comments.push(Comment { span: span(start, end), before: None, inside });
    }

    pub(super) fn cdata(&mut self, start: usize, end: usize) {
        self.plain(start, end);
        if self.open.is_empty() {
            self.end_run();
            self.waiting_comments = self.document.comments.len();
            self.error(SyntaxErrorKind::CdataOutsideRoot, start, end);
        } else {
            self.extend_run(start, end);
        }
    }

    /// A processing instruction from `<?` to `?>`.
    pub(super) fn instruction(&mut self, start: usize, end: usize) {
        self.end_run();
        self.waiting_comments = self.document.comments.len();
        let content = &self.text[start + 2..end - 2];
        let length = chars::name_length(content);
        let target = &content[..length];
        let target_end = start + 2 + length;
        let rest = &content.as_bytes()[length..];
        if length == 0 || rest.first().is_some_and(|&byte| !chars::is(byte, chars::BLANK)) {
            self.error(SyntaxErrorKind::MalformedInstruction, start, target_end);
        } else if target.eq_ignore_ascii_case("xml") {
            self.error(SyntaxErrorKind::ReservedTarget { target: target.into() }, start, target_end);
        } else if target.contains(':') {
            self.error(SyntaxErrorKind::ColonInTarget { target: target.into() }, start, target_end);
        }
        self.plain(target_end, end);
    }

    /// `<?xml …?>`, wherever it stands.
    pub(super) fn declaration(&mut self, start: usize, end: usize) {
        let content = &self.text[start + 5..end - 2];
        if start > 0 || content.is_empty() {
            self.end_run();
            self.waiting_comments = self.document.comments.len();
            let kind = if start > 0 {
                SyntaxErrorKind::DeclarationNotFirst
            } else {
                SyntaxErrorKind::BadDeclaration { problem: super::DeclarationProblem::NoVersion }
            };
            self.error(kind, start, start + 5);
        } else if let Err((problem, from, to)) = declaration::check(content) {
            let kind = SyntaxErrorKind::BadDeclaration { problem };
            self.error(kind, start + 5 + from, start + 5 + to);
        }
    }

    pub(super) fn doctype(&mut self, start: usize, end: usize) {
        self.end_run();
        self.waiting_comments = self.document.comments.len();
        if self.bytes[start..].starts_with(b"<!DOCTYPE") {
            self.doctype = true;
            self.error(SyntaxErrorKind::Doctype, start, start + 9);
        } else {
            self.unknown_declaration(start);
        }
        self.resume(end);
    }

    /// `<!` that quick-xml finds no end of.
    pub(super) fn broken_bang(&mut self, start: usize) {
        self.end_run();
        let rest = &self.bytes[start..];
        let from = if rest.starts_with(b"<!--") {
            self.error(SyntaxErrorKind::UnclosedComment, start, start + 4);
            start + 4
        } else if rest.starts_with(b"<![CDATA[") {
            self.error(SyntaxErrorKind::UnclosedCdata, start, start + 9);
            start + 9
        } else if rest.starts_with(b"<!DOCTYPE") {
            self.doctype = true;
            self.error(SyntaxErrorKind::Doctype, start, start + 9);
            start + 9
        } else {
            self.unknown_declaration(start);
            start + 2
        };
        let at = self.after_broken(from);
        self.resume(at);
    }

    fn unknown_declaration(&mut self, start: usize) {
        let keyword = &self.text[start + 2..];
        let length = keyword.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(keyword.len());
        let kind = SyntaxErrorKind::UnknownDeclaration { keyword: keyword[..length].into() };
        self.error(kind, start, start + 2 + length);
    }

    /// `<?` that quick-xml finds no end of.
    pub(super) fn broken_instruction(&mut self, start: usize) {
        self.end_run();
        if self.bytes[start..].starts_with(b"<?>") {
            self.error(SyntaxErrorKind::MalformedInstruction, start, start + 3);
        } else {
            let length = chars::name_length(&self.text[start + 2..]);
            self.error(SyntaxErrorKind::UnclosedInstruction, start, start + 2 + length);
        }
        let at = self.after_broken(start + 2);
        self.resume(at);
    }
}
