//! Start tags that have lost their `<`: text to XML, until an end tag comes that closes nothing.

use super::chars;
use super::error::SyntaxErrorKind;
use super::parser::Parser;
use super::tree::ElementId;
use crate::source::Span;

/// How many elements may stand in such an element.
const MOST: usize = 4096;

/// How many texts before its end tag are looked at.
const TEXTS: usize = 64;

impl Parser<'_> {
    /// `<a> b c=""> <d/></b></a>`: takes a text that reads as the start tag for it, and what follows for its content.
    #[cold]
    pub(super) fn recover_lost(&mut self, name: &str, place: Span, end: usize) -> bool {
        let Some(parent) = self.inside() else { return false };
        let Some(lost) = self.lost_tag(parent, name) else { return false };
        let text = self.document.texts[lost].span;
        let after = self.document.elements.partition_point(|one| one.start < text.start);
        let (elements, attributes) = (self.document.elements.len(), self.document.attributes.len());
        if elements - after > MOST {
            return false;
        }
        let first = self.document.elements.get(after).map_or(attributes, |one| one.attributes as usize);
        let depth = self.open.len();
        // The byte before the name takes the place of the `<`.
        let read_to = self.start_tag(text.start as usize - 1);
        let is_whole =
            read_to == text.end as usize && self.open.len() == depth + 1 && self.document.elements.len() == elements + 1;
        let opened = if self.open.len() > depth { self.open.pop() } else { None };
        let Some(opened) = opened.filter(|_| is_whole) else {
            self.document.elements.truncate(elements);
            self.document.attributes.truncate(attributes);
            return false;
        };
        self.close(&opened, end);
        self.move_before(after, first, parent);
        let of_element = self.document.texts.remove(lost);
        for later in self.document.texts.iter_mut().skip(lost).filter(|one| one.inside == parent) {
            later.inside = ElementId(after as u32);
        }
        let name_span = Span::new(of_element.span.start, of_element.span.start + name.len() as u32);
        self.report(SyntaxErrorKind::LostLessThan { name: name.into() }, name_span, Some(place));
        true
    }

    /// The last text directly inside an element that reads as a start tag of that name without its `<`.
    fn lost_tag(&self, parent: ElementId, name: &str) -> Option<usize> {
        let from = self.document.elements.get(parent.0 as usize)?.start;
        let texts = self.document.texts.iter().enumerate().rev().take(TEXTS).take_while(|(_, text)| text.span.start > from);
        let reads_so = |text: Span| {
            let rest = text.of(self.text).strip_prefix(name)?;
            let first = *rest.as_bytes().first()?;
            // It is read as a tag only where nothing in it is wrong, so that no error is told that nobody made.
            let is_tag = (first == b'>' || chars::is(first, chars::BLANK)) && rest.ends_with('>') && !rest.ends_with("/>");
            // What stands before it has to be of no other tag.
            let is_apart = chars::is(self.bytes[text.start as usize - 1], chars::BLANK);
            (is_tag && is_apart && is_plain(rest)).then_some(())
        };
        let mut of_parent = texts.filter(|(_, text)| text.inside == parent);
        of_parent.find(|(_, text)| reads_so(text.span).is_some()).map(|(number, _)| number)
    }

    /// Puts the element read last, which has all that stands in `parent` from the element `after` on for its content, before
    /// that, and its attributes before `first`.
    fn move_before(&mut self, after: usize, first: usize, parent: ElementId) {
        let document = &mut self.document;
        let Some(last) = document.elements.last() else { return };
        let own = document.attributes.len() - last.attributes as usize;
        document.attributes[first..].rotate_right(own);
        document.elements[after..].rotate_right(1);
        let (number, count) = (after as u32, document.elements.len() as u32);
        for inner in document.elements.iter_mut().skip(after + 1) {
            inner.parent = if inner.parent == parent.0 { number } else { inner.parent + 1 };
            inner.next += 1;
            inner.attributes += own as u32;
        }
        let moved = &mut document.elements[after];
        (moved.attributes, moved.next) = (first as u32, count);
        let shift = |id: &mut ElementId| id.0 += u32::from(id.0 >= number);
        for comment in &mut document.comments {
            comment.before.as_mut().into_iter().chain(comment.inside.as_mut()).for_each(shift);
            if comment.inside == Some(parent) && comment.span.start > moved.start {
                comment.inside = Some(ElementId(number));
            }
        }
        document.texts.iter_mut().for_each(|text| shift(&mut text.inside));
    }
}

/// Whether the attributes of a tag, from behind its name to its `>`, are in order.
fn is_plain(tag: &str) -> bool {
    let Some(mut rest) = tag.strip_suffix('>') else { return false };
    loop {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if trimmed.is_empty() {
            return true;
        }
        let Some((name, value)) = trimmed.split_once('=') else { return false };
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let Some(quote) = value.chars().next().filter(|quote| matches!(quote, '"' | '\'')) else { return false };
        let Some(end) = value[1..].find(quote) else { return false };
        let is_strange = |c: char| c == '&' || c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}');
        if trimmed.len() == rest.len() || !is_name || name.as_bytes()[0].is_ascii_digit() || value[1..=end].contains(is_strange) {
            return false;
        }
        rest = &value[end + 2..];
    }
}
