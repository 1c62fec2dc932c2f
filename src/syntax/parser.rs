//! The reading loop: tokens in, tree and errors out.
//!
//! quick-xml finds where tokens end; what is in them is judged here and in the neighbours. Tags with nothing but blanks
//! before them are by far most of a configuration: their own scanner reads them anyway, so quick-xml is told to pass them by.
//! Where a token is broken, that scanner says where a person would take it to end, and a new quick-xml reader starts there.

use std::cell::Cell;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::error::{SyntaxClass, SyntaxError, SyntaxErrorKind};
use super::namespaces::Namespaces;
use super::reference::{self, Reference};
use super::tree::{Document, ElementData, ElementId, NameId, Names, Namespace, Text};
use super::{MAX_DEPTH, MAX_ERRORS, Seed, chars};
use crate::source::{FileId, Span};

/// How often reading may start anew in one file. Each time quick-xml may look through the whole rest, so this bounds
/// the work on a hostile file.
pub(super) const MAX_RESTARTS: u32 = 200;

/// How many bytes of one file are read twice for the sake of wrong end tags.
const FORESIGHT: usize = 1 << 20;

/// Reads a text: the tree of what is there, and what is wrong with it.
pub fn parse(file: FileId, text: &str, seed: &'static Seed) -> Document {
    read(file, text, seed, true)
}

/// As [`parse`], with every token from quick-xml.
#[cfg(test)]
pub(super) fn parse_all_by_tokens(file: FileId, text: &str, seed: &'static Seed) -> Document {
    read(file, text, seed, false)
}

fn read(file: FileId, text: &str, seed: &'static Seed, reads_tags: bool) -> Document {
    let mut document = Document {
        file,
        names: Names::with_seed(seed),
        elements: Vec::new(),
        attributes: Vec::new(),
        comments: Vec::new(),
        texts: Vec::new(),
        errors: Vec::new(),
        cut: Vec::new(),
        cut_tag: None,
        written: Vec::new(),
        literal: false,
    };
    if u32::try_from(text.len()).is_err() {
        let span = Span::empty(0);
        document.errors.push(SyntaxError { kind: SyntaxErrorKind::TooLarge, span, related: None });
        return document;
    }
    // A configuration has about 100 bytes per element and 25 per attribute; what is too much is never touched.
    document.elements.reserve(text.len() / 96);
    document.attributes.reserve(text.len() / 24);
    let mut parser = Parser::new(text, document);
    parser.reads_tags = reads_tags;
    parser.run();
    parser.finish()
}

thread_local! {
    /// What the last text that was read has left for the next one: thousands of small texts need no new tables each.
    static KEPT: Cell<Kept> = const { Cell::new(Kept::NONE) };
}

/// Tables that outlive a text.
struct Kept {
    stamps: Vec<u32>,
    tag_number: u32,
    followers: Vec<NameId>,
    next_elements: Vec<NameId>,
    /// The list whose numbers those are.
    seed: &'static Seed,
}

impl Kept {
    const NONE: Self =
        Self { stamps: Vec::new(), tag_number: 0, followers: Vec::new(), next_elements: Vec::new(), seed: Seed::EMPTY };
}

/// No name.
const NOBODY: NameId = NameId(u32::MAX);

/// An element whose end tag has not come yet.
pub(super) struct Open<'t> {
    /// As written, with prefix.
    pub(super) name: &'t str,
    /// Its number; `u32::MAX` for one that is too deep to be kept.
    pub(super) element: u32,
    pub(super) name_start: u32,
    /// What [`Namespaces::leave`] gets at its end.
    pub(super) mark: u32,
    /// Whether a missing end tag is not worth an error: one has been reported that explains it.
    pub(super) excused: bool,
}

#[allow(clippy::struct_excessive_bools)] // each remembers one thing already reported or met
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    pub(super) bytes: &'t [u8],
    pub(super) reader: Reader<&'t [u8]>,
    /// Where the reader's text begins.
    base: usize,
    pub(super) restarts: u32,
    /// Whether the reader has given up and has to be replaced.
    stopped: bool,
    /// Whether the reader stands behind markup it has read: only there it can pass by what it has not looked at.
    behind_markup: bool,
    /// Whether tags are read without the reader where that can be.
    reads_tags: bool,
    pub(super) document: Document,
    pub(super) open: Vec<Open<'t>>,
    pub(super) namespaces: Namespaces<'t>,
    /// Names of elements that were taken to end without their end tag, which may still come.
    pub(super) forgotten: Vec<&'t str>,
    /// For each name, the tag that last had it as an attribute: finds duplicates without comparing.
    pub(super) stamps: Vec<u32>,
    pub(super) tag_number: u32,
    /// For each name of the seed list, the attribute that came last behind an element or attribute of that name: it is
    /// looked for there first, since elements of one name mostly have the same attributes in the same order.
    followers: Vec<NameId>,
    /// For each name of the seed list, the element that came last behind an element of that name.
    next_elements: Vec<NameId>,
    /// The element read last.
    last_element: NameId,
    seed: &'static Seed,
    /// Character data not stored yet, white space around it left out.
    run: Option<(usize, usize)>,
    /// The first comment that waits for the element after it.
    pub(super) waiting_comments: usize,
    pub(super) doctype: bool,
    pub(super) too_deep: bool,
    pub(super) second_root: bool,
    /// How many bytes may still be read ahead to tell what a wrong end tag was meant to close.
    pub(super) foresight: usize,
    xml_errors: usize,
    namespace_errors: usize,
    /// How many errors there were, those not listed any more included.
    pub(super) reported: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, document: Document) -> Self {
        let Kept { mut stamps, tag_number, mut followers, mut next_elements, seed: of } = KEPT.replace(Kept::NONE);
        let seed = document.names.seed();
        let seeded = seed.names().len();
        if stamps.len() < seeded {
            stamps.resize(seeded, 0);
        }
        if !std::ptr::eq(of, seed) {
            followers = vec![NOBODY; seeded];
            next_elements = vec![NOBODY; seeded];
        }
        let mut parser = Self {
            text,
            bytes: text.as_bytes(),
            reader: Reader::from_str(""),
            base: 0,
            restarts: 0,
            stopped: false,
            behind_markup: false,
            reads_tags: true,
            document,
            open: Vec::new(),
            namespaces: Namespaces::new(),
            forgotten: Vec::new(),
            stamps,
            tag_number,
            followers,
            next_elements,
            last_element: NOBODY,
            seed,
            run: None,
            waiting_comments: 0,
            doctype: false,
            too_deep: false,
            second_root: false,
            foresight: FORESIGHT,
            xml_errors: 0,
            namespace_errors: 0,
            reported: 0,
        };
        parser.start_reader(0);
        parser
    }

    fn run(&mut self) {
        loop {
            if self.behind_markup && self.reads_tags {
                self.tags();
                if self.restarts > MAX_RESTARTS {
                    self.give_up(self.position());
                    break;
                }
            }
            let start = self.position();
            let event = self.reader.read_event();
            let end = self.position();
            self.behind_markup = !matches!(event, Err(_) | Ok(Event::Text(_) | Event::GeneralRef(_)));
            match event {
                Ok(Event::Start(_) | Event::Empty(_)) => {
                    let after = self.start_tag(start);
                    if after != end {
                        self.resume(after);
                    }
                }
                Ok(Event::End(_)) => self.end_tag(start, end),
                Ok(Event::Text(_) | Event::GeneralRef(_)) => self.characters(start, end),
                Ok(Event::Comment(_)) => self.comment(start, end),
                Ok(Event::CData(_)) => self.cdata(start, end),
                Ok(Event::PI(_)) => self.instruction(start, end),
                Ok(Event::Decl(_)) => self.declaration(start, end),
                Ok(Event::DocType(_)) => self.doctype(start, end),
                Ok(Event::Eof) => break,
                Err(_) if start >= self.bytes.len() => break,
                Err(_) => self.broken(start),
            }
            if self.restarts > MAX_RESTARTS {
                self.give_up(end);
                break;
            }
        }
    }

    /// What follows is not read, so nothing can be said of the elements still open.
    fn give_up(&mut self, at: usize) {
        self.open.iter_mut().for_each(|open| open.excused = true);
        self.xml_errors = self.xml_errors.max(MAX_ERRORS);
        self.error(SyntaxErrorKind::TooManyErrors, at, at);
    }

    fn finish(mut self) -> Document {
        self.end_run();
        let end = self.bytes.len();
        self.note_cut(end);
        while let Some(open) = self.open.pop() {
            self.close_unended(&open, end, Span::empty(end as u32));
        }
        if self.document.elements.is_empty() && self.xml_errors == 0 && !self.doctype {
            self.error(SyntaxErrorKind::NoRoot, 0, 0);
        }
        self.document.errors.sort_by_key(|error| error.span.start);
        if self.tag_number < u32::MAX / 2 {
            let Self { stamps, tag_number, followers, next_elements, seed, .. } = self;
            KEPT.set(Kept { stamps, tag_number, followers, next_elements, seed });
        }
        // Thousands of small documents are kept at once. What a large one has not used was never touched.
        if self.bytes.len() < 1 << 20 {
            self.document.elements.shrink_to_fit();
            self.document.attributes.shrink_to_fit();
        }
        self.document
    }

    /// Notes the elements that the end of the text cuts off. Where only the root is open, its end tag alone was forgotten.
    fn note_cut(&mut self, end: usize) {
        let tag = self.document.elements.iter().enumerate().next_back().filter(|(_, last)| last.open_end as usize >= end);
        let tag = tag.filter(|_| self.bytes.last() != Some(&b'>')).map(|(number, _)| ElementId(number as u32));
        if self.open.len() > 1 || tag.is_some() {
            self.document.cut = self.open.iter().map(|open| ElementId(open.element)).collect();
            self.document.cut_tag = tag;
        }
    }

    pub(super) fn position(&self) -> usize {
        self.base + self.reader.buffer_position() as usize
    }

    /// Lets the next token begin at `at`, where the reader is not there anyway.
    pub(super) fn resume(&mut self, at: usize) {
        if self.stopped || self.position() != at {
            self.restart(at);
        }
    }

    fn restart(&mut self, at: usize) {
        self.restarts += 1;
        self.stopped = false;
        self.behind_markup = false;
        self.start_reader(at);
    }

    fn start_reader(&mut self, mut at: usize) {
        while !self.text.is_char_boundary(at) {
            at += 1;
        }
        // quick-xml drops a byte-order mark at its start; here it is a character like others, unless reading ends here.
        while self.restarts <= MAX_RESTARTS && self.text[at..].starts_with('\u{FEFF}') {
            let end = at + '\u{FEFF}'.len_utf8();
            self.characters(at, end);
            at = end;
        }
        self.base = at;
        self.reader = Reader::from_str(&self.text[at..]);
        let config = self.reader.config_mut();
        config.allow_dangling_amp = true;
        config.allow_unmatched_ends = true;
        config.check_end_names = false;
    }

    /// A token that quick-xml finds no end of, or no sense in.
    fn broken(&mut self, start: usize) {
        self.stopped = true;
        match self.bytes.get(start + 1) {
            Some(b'!') => self.broken_bang(start),
            Some(b'?') => self.broken_instruction(start),
            Some(b'/') => self.end_tag(start, usize::MAX),
            _ => {
                let after = self.start_tag(start);
                self.resume(after);
            }
        }
    }

    /// Where reading goes on after a token without end: after the next `>`, or at the next `<` if that comes first.
    pub(super) fn after_broken(&self, from: usize) -> usize {
        let from = from.min(self.bytes.len());
        match memchr::memchr2(b'<', b'>', &self.bytes[from..]) {
            Some(at) => from + at + usize::from(self.bytes[from + at] == b'>'),
            None => self.bytes.len(),
        }
    }

    /// The number of a local name.
    #[inline]
    pub(super) fn intern(&mut self, name: &str) -> NameId {
        let id = self.document.names.intern(name);
        if id.0 as usize >= self.stamps.len() {
            self.stamps.resize(id.0 as usize + 1, 0);
        }
        id
    }

    /// The attribute that most likely follows that name, and where its name ends, if its name and `=` stand at `start`.
    #[inline]
    pub(super) fn follower(&self, name: NameId, start: usize) -> Option<(NameId, usize)> {
        let (id, end) = self.expected(&self.followers, name, start)?;
        (self.bytes.get(end) == Some(&b'=')).then_some((id, end))
    }

    /// The element that most likely comes next, and where its name ends, if its tag stands at `start`.
    #[inline]
    pub(super) fn next_element(&mut self, start: usize) -> Option<(NameId, usize)> {
        let (id, end) = self.expected(&self.next_elements, self.last_element, start)?;
        let ends = self.bytes.get(end).is_some_and(|&byte| chars::is(byte, chars::BLANK) || byte == b'>');
        ends.then(|| {
            self.last_element = id;
            (id, end)
        })
    }

    #[inline]
    fn expected(&self, nexts: &[NameId], name: NameId, start: usize) -> Option<(NameId, usize)> {
        let id = *nexts.get(name.0 as usize)?;
        let name = self.seed.names().get(id.0 as usize)?.as_bytes();
        self.bytes.get(start..)?.starts_with(name).then_some((id, start + name.len()))
    }

    /// Notes which attribute follows a name. Both are plain names, no declarations.
    #[inline]
    pub(super) fn note_follower(&mut self, name: NameId, follower: NameId) {
        if let Some(kept) = self.followers.get_mut(name.0 as usize) {
            *kept = follower;
        }
    }

    /// Notes which element comes next.
    #[inline]
    pub(super) fn note_next_element(&mut self, element: NameId) {
        if let Some(kept) = self.next_elements.get_mut(self.last_element.0 as usize) {
            *kept = element;
        }
        self.last_element = element;
    }

    /// Character data or references.
    fn characters(&mut self, start: usize, end: usize) {
        let first = chars::skip_blanks(&self.bytes[..end], start);
        if first == end {
            return;
        }
        let mut at = first;
        loop {
            at = chars::find(self.bytes, at, end, chars::TEXT_STOP);
            if at >= end {
                break;
            }
            at = match self.bytes[at] {
                b'&' => self.reference(at),
                b']' => {
                    if self.bytes[at..].starts_with(b"]]>") {
                        self.error(SyntaxErrorKind::CdataEndInText, at, at + 3);
                    }
                    at + 1
                }
                _ => self.suspect(at),
            };
        }
        let blanks = self.bytes[first..end].iter().rev().take_while(|&&byte| chars::is(byte, chars::BLANK)).count();
        self.extend_run(first, end - blanks);
    }

    pub(super) fn extend_run(&mut self, start: usize, end: usize) {
        self.run = Some((self.run.map_or(start, |run| run.0), end));
    }

    /// Stores the character data read so far; markup follows.
    #[inline]
    pub(super) fn end_run(&mut self) {
        if let Some((start, end)) = self.run.take() {
            self.store_run(start, end);
        }
    }

    fn store_run(&mut self, start: usize, end: usize) {
        self.waiting_comments = self.document.comments.len();
        match self.inside() {
            Some(inside) => self.document.texts.push(Text { inside, span: span(start, end) }),
            None if self.open.is_empty() => self.error(SyntaxErrorKind::TextOutsideRoot, start, end),
            None => {}
        }
    }

    /// The innermost open element that is kept.
    pub(super) fn inside(&self) -> Option<ElementId> {
        let kept = self.open.len().min(MAX_DEPTH);
        self.open[..kept].last().map(|open| ElementId(open.element))
    }

    /// Judges the reference at `at`; gives the place after it.
    pub(super) fn reference(&mut self, at: usize) -> usize {
        let (kind, length) = match reference::read(&self.text[at..]) {
            Reference::Char(_, length) => return at + length,
            Reference::Unknown(length) if self.doctype => return at + length,
            Reference::Unknown(length) => {
                (SyntaxErrorKind::UnknownEntity { name: self.text[at + 1..at + length - 1].into() }, length)
            }
            Reference::BadChar(length) => {
                (SyntaxErrorKind::BadCharacterReference { reference: self.text[at..at + length].into() }, length)
            }
            Reference::NoSemicolon(length) => {
                (SyntaxErrorKind::MissingSemicolon { reference: self.text[at..at + length].into() }, length)
            }
            Reference::Bare => {
                // The second `&` of `&&` belongs to the first.
                if let Some(last) = self.document.errors.last_mut()
                    && last.kind == SyntaxErrorKind::BareAmpersand
                    && last.span.end as usize == at
                {
                    last.span.end += 1;
                    return at + 1;
                }
                (SyntaxErrorKind::BareAmpersand, 1)
            }
        };
        self.error(kind, at, at + length);
        at + length
    }

    /// Judges the character at `at`, which may be one that XML does not have; gives the place after it.
    pub(super) fn suspect(&mut self, at: usize) -> usize {
        let Some(character) = self.text[at..].chars().next() else {
            return at + 1;
        };
        let end = at + character.len_utf8();
        if !chars::is_char(character) {
            // A binary stretch is one mistake, not one for each byte.
            let follows = self.document.errors.last().is_some_and(|last| {
                matches!(last.kind, SyntaxErrorKind::ForbiddenCharacter { .. }) && last.span.end as usize == at
            });
            if follows && let Some(last) = self.document.errors.last_mut() {
                last.span.end = end as u32;
            } else {
                self.error(SyntaxErrorKind::ForbiddenCharacter { character }, at, end);
            }
        }
        end
    }

    /// Judges all characters of a stretch that knows no references.
    pub(super) fn plain(&mut self, start: usize, end: usize) {
        let mut at = start;
        loop {
            at = chars::find(self.bytes, at, end, chars::SUSPECT);
            if at >= end {
                return;
            }
            at = self.suspect(at);
        }
    }

    pub(super) fn error(&mut self, kind: SyntaxErrorKind, start: usize, end: usize) {
        self.report(kind, span(start, end), None);
    }

    /// Whether further breaks of XML are no longer listed.
    pub(super) fn is_full(&self) -> bool {
        self.xml_errors > MAX_ERRORS
    }

    #[cold]
    pub(super) fn report(&mut self, kind: SyntaxErrorKind, span: Span, related: Option<Span>) {
        let (count, full) = match kind.class() {
            SyntaxClass::Namespace => (&mut self.namespace_errors, SyntaxErrorKind::TooManyNamespaceErrors),
            SyntaxClass::Xml | SyntaxClass::Doctype => (&mut self.xml_errors, SyntaxErrorKind::TooManyErrors),
        };
        *count += 1;
        self.reported += 1;
        let kind = match (*count).cmp(&(MAX_ERRORS + 1)) {
            std::cmp::Ordering::Less => kind,
            std::cmp::Ordering::Equal => full,
            std::cmp::Ordering::Greater => return,
        };
        self.document.errors.push(SyntaxError { kind, span, related });
    }

    /// Takes back the errors from number `from` on that lie at or after `place`.
    pub(super) fn forget_errors(&mut self, from: usize, place: usize) {
        let before = self.document.errors.len();
        if from < before {
            let kept: Vec<_> = self.document.errors.drain(from..).filter(|error| (error.span.start as usize) < place).collect();
            self.document.errors.extend(kept);
            // All of them are about characters and references, which are XML's.
            self.xml_errors -= before - self.document.errors.len();
        }
    }

    /// Ends the innermost element, already taken off the stack.
    pub(super) fn close(&mut self, open: &Open<'t>, end: usize) {
        if self.namespaces.mark() > open.mark {
            self.namespaces.leave(open.mark);
        }
        let next = self.document.elements.len() as u32;
        if let Some(element) = self.document.elements.get_mut(open.element as usize) {
            element.end = end as u32;
            element.next = next;
        }
    }

    /// Ends an element that has no end tag at `end`; `place` shows where that is.
    pub(super) fn close_unended(&mut self, open: &Open<'t>, end: usize, place: Span) {
        self.close(open, end);
        if !open.excused {
            // `<Job><Job>`, neither closed: the second was to be the end tag of the first.
            let bare = end_of_name(self.bytes, open) == Some(&b'>');
            if bare && let Some(outer) = self.open.last_mut().filter(|outer| outer.name == open.name) {
                outer.excused = true;
            }
            let name = Span::new(open.name_start, open.name_start + open.name.len() as u32);
            self.report(SyntaxErrorKind::UnclosedElement { name: open.name.into() }, name, Some(place));
        }
    }

    /// Adds an element to the tree, its attributes not yet known.
    pub(super) fn push_element(&mut self, start: usize, name: NameId, prefix_len: u16) -> u32 {
        let id = self.document.elements.len() as u32;
        let parent = self.inside().map_or(u32::MAX, |parent| parent.0);
        self.document.elements.push(ElementData {
            name,
            namespace: Namespace::None,
            prefix_len,
            start: start as u32,
            open_end: 0,
            end: 0,
            parent,
            next: id + 1,
            attributes: self.document.attributes.len() as u32,
        });
        let id = ElementId(id);
        for comment in &mut self.document.comments[self.waiting_comments..] {
            comment.before = Some(id);
        }
        self.waiting_comments = self.document.comments.len();
        id.0
    }
}

/// The byte after the name in the start tag.
fn end_of_name<'b>(bytes: &'b [u8], open: &Open<'_>) -> Option<&'b u8> {
    bytes.get(open.name_start as usize + open.name.len())
}

pub(super) fn span(start: usize, end: usize) -> Span {
    Span::new(start as u32, end as u32)
}
