//! The element tree of one file: flat arrays in document order, every name and value with its byte span.
//!
//! Invariants: elements stand in document order, so the descendants of an element are the ids after it up to `next`;
//! attributes of one element are contiguous; every span lies inside the text and on character boundaries. The tree of
//! a broken file is the recovered tree: every invariant holds there too.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::Seed;
use crate::source::{FileId, Location, Span};

/// Number of an element in its document, in document order; the root is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub u32);

/// Number of an attribute in its document, in document order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttributeId(pub u32);

/// A name without its prefix, by number. Numbers below [`Names::seeded`] are those of the seed list, the same in every
/// document; above it they belong to one document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NameId(pub u32);

/// The names of one document: a seed list shared by all documents, then the names only this one has.
#[derive(Clone, Debug)]
pub struct Names {
    seed: &'static Seed,
    own: Vec<Box<str>>,
    own_ids: FxHashMap<Box<str>, NameId>,
}

impl Names {
    /// A table that knows `seed` already.
    pub fn with_seed(seed: &'static Seed) -> Self {
        Self { seed, own: Vec::new(), own_ids: FxHashMap::default() }
    }

    /// The seed list.
    pub(super) fn seed(&self) -> &'static Seed {
        self.seed
    }

    /// How many names are seeded.
    pub fn seeded(&self) -> u32 {
        self.seed.names().len() as u32
    }

    /// The text of a name.
    pub fn text(&self, id: NameId) -> &str {
        let index = id.0 as usize;
        match self.seed.names().get(index) {
            Some(name) => name,
            None => self.own.get(index - self.seed.names().len()).map_or("", |name| name),
        }
    }

    /// The names beside the seed list.
    pub fn own(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(|name| &**name)
    }

    /// The number of a name that occurs in the document or the seed list.
    pub fn get(&self, name: &str) -> Option<NameId> {
        self.seed.get(name).map(NameId).or_else(|| self.own_ids.get(name).copied())
    }

    /// The number of a name, given anew where it is unknown.
    #[inline]
    pub fn intern(&mut self, name: &str) -> NameId {
        match self.seed.get(name) {
            Some(number) => NameId(number),
            None => self.intern_own(name),
        }
    }

    /// The number of a name that is not in the seed list, given anew where it is unknown.
    pub fn intern_own(&mut self, name: &str) -> NameId {
        if let Some(&id) = self.own_ids.get(name) {
            return id;
        }
        let id = NameId((self.seed.names().len() + self.own.len()) as u32);
        self.own.push(name.into());
        self.own_ids.insert(name.into(), id);
        id
    }
}

/// What namespace a name is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Elements: the configuration's namespace. Attributes: none (unprefixed), as the dialect has them.
    Dialect,
    /// Elements only: no namespace at all (no default namespace in force).
    None,
    /// Another namespace: of an extension, a schema instance, `xml:`, or an unbound prefix (an error of its own).
    Foreign,
    /// Attributes only: a namespace declaration (`xmlns`, `xmlns:p`).
    Declaration,
}

/// One element as stored.
#[derive(Clone, Debug)]
pub(crate) struct ElementData {
    pub(crate) name: NameId,
    pub(crate) namespace: Namespace,
    /// Bytes of `prefix:` before the local name; 0 without prefix.
    pub(crate) prefix_len: u16,
    /// Where the tag begins: its `<`.
    pub(crate) start: u32,
    /// After the `>` of the start tag (or of the empty-element tag).
    pub(crate) open_end: u32,
    /// After the `>` of the end tag; the same as `open_end` for an empty-element tag; for an element never closed, where it was taken to end.
    pub(crate) end: u32,
    /// The parent's number; `u32::MAX` for the root.
    pub(crate) parent: u32,
    /// The first number after the element and all its descendants.
    pub(crate) next: u32,
    /// Number of the first attribute.
    pub(crate) attributes: u32,
}

/// One attribute as stored.
#[derive(Clone, Debug)]
pub(crate) struct AttributeData {
    pub(crate) name: NameId,
    pub(crate) namespace: Namespace,
    /// Whether the value may differ from how it is written.
    pub(crate) escaped: bool,
    /// Bytes of `prefix:` before the local name; 0 without prefix.
    pub(crate) prefix_len: u16,
    pub(crate) name_start: u32,
    /// Without the quotes.
    pub(crate) value_start: u32,
    pub(crate) value_end: u32,
}

/// A comment, for suppressions and formatting.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `<!--` to `-->`.
    pub span: Span,
    /// The element that follows with nothing but white space and other comments between; `None` where there is none.
    pub before: Option<ElementId>,
    /// The element it stands in; `None` outside the root.
    pub inside: Option<ElementId>,
}

/// Character data that is not white space.
#[derive(Clone, Debug)]
pub struct Text {
    /// The element it stands in.
    pub inside: ElementId,
    /// Without the white space around it.
    pub span: Span,
}

/// The element tree of one file with what was wrong in it.
#[derive(Debug)]
pub struct Document {
    pub(crate) file: FileId,
    pub(crate) names: Names,
    pub(crate) elements: Vec<ElementData>,
    pub(crate) attributes: Vec<AttributeData>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) texts: Vec<Text>,
    pub(crate) errors: Vec<super::SyntaxError>,
    /// The elements that the end of the text cuts off, outermost first.
    pub(crate) cut: Vec<ElementId>,
    /// The element whose start tag it cuts off.
    pub(crate) cut_tag: Option<ElementId>,
    /// Attributes that are read under another name than the one written, with that; in document order.
    pub(crate) written: Vec<(AttributeId, NameId)>,
    /// Whether no misspelt name excuses anything.
    pub(crate) literal: bool,
}

impl Document {
    /// The file that was read.
    pub fn file(&self) -> FileId {
        self.file
    }

    /// The names that occur, with the seed list.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What was wrong, in the order of the places.
    pub fn errors(&self) -> &[super::SyntaxError] {
        &self.errors
    }

    /// Whether the text ends within an element and another one in it: nobody can tell what was to follow.
    pub fn is_cut(&self, id: ElementId) -> bool {
        self.cut.contains(&id)
    }

    /// The end tags that close no element, with their names: the start tag is lost, and what it said.
    pub fn unmatched_ends(&self) -> impl Iterator<Item = (&str, Span)> {
        self.errors.iter().filter_map(|error| match &error.kind {
            super::SyntaxErrorKind::UnexpectedEndTag { found } => Some((&**found, error.span)),
            _ => None,
        })
    }

    /// The element whose start tag ends with the text: what else it was to say is not known.
    pub fn cut_tag(&self) -> Option<ElementId> {
        self.cut_tag
    }

    /// Whether the text ends within elements other than the root: anything may be missing.
    pub fn ends_early(&self) -> bool {
        self.cut_tag.is_some() || !self.cut.is_empty()
    }

    /// The root element, where there is one.
    pub fn root(&self) -> Option<ElementId> {
        (!self.elements.is_empty()).then_some(ElementId(0))
    }

    /// The elements without parent, in document order: the root, and what stands beside it in a broken file.
    pub fn roots(&self) -> Children<'_> {
        Children { document: self, at: 0, end: self.elements.len() as u32 }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.elements.len()
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// All elements in document order.
    pub fn elements(&self) -> impl ExactSizeIterator<Item = ElementId> + use<> {
        (0..self.elements.len() as u32).map(ElementId)
    }

    /// The comments in document order.
    pub fn comments(&self) -> &[Comment] {
        &self.comments
    }

    /// Character data that is not white space, in document order.
    pub fn texts(&self) -> &[Text] {
        &self.texts
    }

    #[inline]
    fn element(&self, id: ElementId) -> &ElementData {
        &self.elements[id.0 as usize]
    }

    #[inline]
    fn attribute(&self, id: AttributeId) -> &AttributeData {
        &self.attributes[id.0 as usize]
    }

    /// The element's local name.
    pub fn name(&self, id: ElementId) -> NameId {
        self.element(id).name
    }

    /// The element's local name as text.
    pub fn name_text(&self, id: ElementId) -> &str {
        self.names.text(self.element(id).name)
    }

    /// The namespace the element's name is in.
    pub fn namespace(&self, id: ElementId) -> Namespace {
        self.element(id).namespace
    }

    /// The element's name in the start tag, prefix included.
    pub fn name_span(&self, id: ElementId) -> Span {
        let e = self.element(id);
        let start = e.start + 1;
        Span::new(start, start + u32::from(e.prefix_len) + self.names.text(e.name).len() as u32)
    }

    /// The start tag, from `<` to `>`.
    pub fn tag_span(&self, id: ElementId) -> Span {
        let e = self.element(id);
        Span::new(e.start, e.open_end)
    }

    /// The whole element, from `<` of the start tag to `>` of the end tag.
    pub fn span(&self, id: ElementId) -> Span {
        let e = self.element(id);
        Span::new(e.start, e.end)
    }

    /// The element around it.
    pub fn parent(&self, id: ElementId) -> Option<ElementId> {
        let parent = self.element(id).parent;
        (parent != u32::MAX).then_some(ElementId(parent))
    }

    /// The elements directly inside, in document order.
    pub fn children(&self, id: ElementId) -> Children<'_> {
        Children { document: self, at: id.0 + 1, end: self.element(id).next }
    }

    /// The element and those that follow it in the same parent, in document order.
    pub fn and_following(&self, id: ElementId) -> Children<'_> {
        let end = self.parent(id).map_or(self.elements.len() as u32, |parent| self.element(parent).next);
        Children { document: self, at: id.0, end }
    }

    /// The elements inside at any depth, in document order, without the element itself.
    pub fn descendants(&self, id: ElementId) -> impl ExactSizeIterator<Item = ElementId> + use<> {
        (id.0 + 1..self.element(id).next).map(ElementId)
    }

    /// The number of the first element after this one and everything in it.
    pub fn end_of(&self, id: ElementId) -> u32 {
        self.element(id).next
    }

    /// The element's attributes in document order, namespace declarations included.
    #[inline]
    pub fn attributes(&self, id: ElementId) -> impl ExactSizeIterator<Item = AttributeId> + use<> {
        let end = self.elements.get(id.0 as usize + 1).map_or(self.attributes.len() as u32, |next| next.attributes);
        (self.element(id).attributes..end).map(AttributeId)
    }

    /// The attribute's local name.
    #[inline]
    pub fn attribute_name(&self, id: AttributeId) -> NameId {
        self.attribute(id).name
    }

    /// The attribute's local name as text.
    #[inline]
    pub fn attribute_name_text(&self, id: AttributeId) -> &str {
        self.names.text(self.attribute(id).name)
    }

    /// The namespace the attribute's name is in.
    #[inline]
    pub fn attribute_namespace(&self, id: AttributeId) -> Namespace {
        self.attribute(id).namespace
    }

    /// Reads attributes under other names than they are written with, in document order: the names that were meant.
    pub fn read_as(&mut self, meant: Vec<(AttributeId, String)>) {
        for (attribute, name) in meant {
            let name = self.names.intern(&name);
            let written = std::mem::replace(&mut self.attributes[attribute.0 as usize].name, name);
            self.written.push((attribute, written));
        }
    }

    /// Has it taken by the letter: an attribute under a wrong name is not there, and excuses nothing.
    pub fn take_literally(&mut self) {
        self.literal = true;
    }

    /// Whether it is taken by the letter.
    pub fn is_literal(&self) -> bool {
        self.literal
    }

    /// Whether attributes are read under other names than they are written with.
    pub fn is_guessed(&self) -> bool {
        !self.written.is_empty()
    }

    /// The name that is written of an attribute that is read under another one.
    pub fn written_name(&self, id: AttributeId) -> Option<&str> {
        let found = self.written.binary_search_by_key(&id, |(attribute, _)| *attribute).ok()?;
        Some(self.names.text(self.written[found].1))
    }

    /// The attribute's name as it is written, prefix included.
    pub fn attribute_name_span(&self, id: AttributeId) -> Span {
        let a = self.attribute(id);
        let length = self.written_name(id).unwrap_or_else(|| self.names.text(a.name)).len() as u32;
        Span::new(a.name_start, a.name_start + u32::from(a.prefix_len) + length)
    }

    /// The attribute's value as written, without the quotes.
    #[inline]
    pub fn value_span(&self, id: AttributeId) -> Span {
        let a = self.attribute(id);
        Span::new(a.value_start, a.value_end)
    }

    /// The element's attribute of that name (in no namespace).
    #[inline]
    pub fn find(&self, id: ElementId, name: NameId) -> Option<AttributeId> {
        self.attributes(id).find(|&a| {
            let data = self.attribute(a);
            data.name == name && data.namespace == Namespace::Dialect
        })
    }

    /// The element's attribute of that name given as text (in no namespace). Slower than [`Document::find`].
    #[inline]
    pub fn find_text(&self, id: ElementId, name: &str) -> Option<AttributeId> {
        self.attributes(id).find(|&a| self.attribute_namespace(a) == Namespace::Dialect && self.attribute_name_text(a) == name)
    }

    /// The attribute's value as XML gives it: references replaced, tabs and line breaks turned into blanks.
    /// Borrowed from `text` (the document's source text) where nothing had to be replaced.
    #[inline]
    pub fn value<'t>(&self, id: AttributeId, text: &'t str) -> Cow<'t, str> {
        let raw = self.value_span(id).of(text);
        if self.attribute(id).escaped { super::value::normalize(raw) } else { Cow::Borrowed(raw) }
    }

    /// The place of an element's name.
    pub fn name_location(&self, id: ElementId) -> Location {
        Location::new(self.file, self.name_span(id))
    }

    /// The place of an attribute's value; of its name where the value is empty.
    pub fn value_location(&self, id: AttributeId) -> Location {
        let value = self.value_span(id);
        Location::new(self.file, if value.is_empty() { self.attribute_name_span(id) } else { value })
    }

    /// The place of an attribute's name.
    pub fn attribute_location(&self, id: AttributeId) -> Location {
        Location::new(self.file, self.attribute_name_span(id))
    }
}

/// Iterator over the elements directly inside another.
#[derive(Clone, Debug)]
pub struct Children<'d> {
    document: &'d Document,
    at: u32,
    end: u32,
}

impl Iterator for Children<'_> {
    type Item = ElementId;

    fn next(&mut self) -> Option<ElementId> {
        if self.at >= self.end {
            return None;
        }
        let id = ElementId(self.at);
        self.at = self.document.element(id).next;
        Some(id)
    }
}
