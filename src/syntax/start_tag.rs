//! Start tags and their attributes.
//!
//! The scanner decides for itself where the tag ends. In well-formed text that is where quick-xml's token ends; in
//! broken text (a quote missing, a `>` missing) it is where a person would take it to end.

use rustc_hash::{FxHashMap, FxHashSet};

use super::chars;
use super::error::SyntaxErrorKind;
use super::namespaces::Refused;
use super::parser::{Open, Parser, span};
use super::tree::{AttributeData, AttributeId, NameId, Namespace};
use super::{MAX_DEPTH, value};

/// A name in a tag, up to `end`.
#[derive(Clone, Copy)]
pub(super) struct Name {
    pub(super) end: usize,
    /// Bytes of the prefix with its colon; 0 for none.
    pub(super) prefix: u16,
    pub(super) form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A name, with or without prefix.
    Good,
    /// A name to XML, but with its colons in the wrong places.
    Colons,
    /// No name.
    Bad,
}

/// A value from its opening quote on.
pub(super) struct Value {
    /// After the quote.
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where reading goes on.
    pub(super) after: usize,
    /// Whether it may differ from how it is written.
    pub(super) escaped: bool,
}

/// The tag being read.
pub(super) struct Tag<'t> {
    /// Its number, for the stamps.
    pub(super) number: u32,
    pub(super) name: &'t str,
    pub(super) name_start: usize,
    pub(super) first_attribute: usize,
    /// The name read last, without its prefix.
    pub(super) last: NameId,
    /// Whether a name has a prefix, or a namespace is declared: both are settled when all attributes are read.
    pub(super) qualified: bool,
    /// Whether two attributes share a local name.
    pub(super) repeated: bool,
    /// Whether something that is no attribute follows the name at once, as when a blank is missing in between.
    pub(super) joined: bool,
    /// Where names are by prefix and local name, once a tag has so many attributes that comparing would be slow.
    pub(super) seen: FxHashMap<(NameId, &'t str), u32>,
    /// How many attributes are in that table.
    pub(super) looked_up: usize,
}

/// From so many attributes on, duplicates are looked up in a table.
const MANY: usize = 32;

impl<'t> Parser<'t> {
    /// Reads a start tag or empty-element tag at `start`. Gives the place where reading goes on.
    pub(super) fn start_tag(&mut self, start: usize) -> usize {
        let name_start = start + 1;
        if let Some((id, end)) = self.next_element(name_start) {
            self.end_run();
            self.check_root(&self.text[name_start..end], name_start, end);
            return self.rest_of_tag(start, Name { end, prefix: 0, form: Form::Good }, id, true);
        }
        let mut name = self.name(name_start);
        if name.form == Form::Bad && !self.looks_like_tag(name_start, name.end) {
            let meant = self.name_behind_blanks(name_start).map(Into::into);
            self.error(SyntaxErrorKind::StrayLessThan { meant }, start, name_start);
            self.extend_run(start, name_start);
            return name_start;
        }
        self.end_run();
        let split = self.element_and_attribute(name_start, name);
        name.end = split.unwrap_or(name.end);
        let whole = &self.text[name_start..name.end];
        self.check_root(whole, name_start, name.end);
        match name.form {
            Form::Good => {}
            Form::Colons => {
                self.error(SyntaxErrorKind::MalformedQualifiedName { name: whole.into() }, name_start, name.end);
            }
            Form::Bad => self.error(SyntaxErrorKind::BadElementName { name: whole.into() }, name_start, name.end),
        }
        let id = self.intern(&whole[usize::from(name.prefix)..]);
        if name.prefix == 0 && name.form == Form::Good {
            self.note_next_element(id);
        }
        self.rest_of_tag(start, name, id, split.is_none())
    }

    /// Reads what stands behind the name of a tag. `spaced`: whether no blank has to come before the first attribute.
    #[inline]
    fn rest_of_tag(&mut self, start: usize, name: Name, id: NameId, spaced: bool) -> usize {
        let name_start = start + 1;
        let whole = &self.text[name_start..name.end];
        let kept = self.open.len() < MAX_DEPTH;
        let element = if kept { self.push_element(start, id, name.prefix) } else { u32::MAX };
        if !kept && !self.too_deep {
            self.too_deep = true;
            self.error(SyntaxErrorKind::TooDeep, name_start, name.end);
        }
        let mark = self.namespaces.mark();
        self.tag_number += 1;
        let mut tag = Tag {
            number: self.tag_number,
            name: whole,
            name_start,
            first_attribute: self.document.attributes.len(),
            last: id,
            qualified: name.prefix > 0,
            repeated: false,
            joined: false,
            seen: FxHashMap::default(),
            looked_up: 0,
        };
        let (end, ending) = self.attributes(&mut tag, name.end, spaced);
        let mut namespace = self.namespaces.default();
        if tag.qualified {
            self.settle_namespaces(&tag, mark);
            namespace = self.element_namespace(&tag, name);
        }
        if name.form != Form::Good {
            namespace = Namespace::Foreign;
        }
        if let Some(data) = self.document.elements.get_mut(element as usize) {
            data.namespace = namespace;
            data.open_end = end as u32;
        } else {
            self.document.attributes.truncate(tag.first_attribute);
        }
        let excused = ending == Ending::Missing || name.form == Form::Bad || tag.joined;
        let open = Open { name: whole, element, name_start: name_start as u32, mark, excused };
        if ending == Ending::Empty {
            self.close(&open, end);
        } else {
            self.open.push(open);
        }
        end
    }

    /// One root only: reports the first element that stands beside it.
    #[inline]
    fn check_root(&mut self, name: &str, start: usize, end: usize) {
        if self.open.is_empty()
            && let Some(root) = self.document.root()
        {
            let first = self.document.name_span(root);
            if !std::mem::replace(&mut self.second_root, true) {
                self.report(SyntaxErrorKind::SecondRoot { name: name.into() }, span(start, end), Some(first));
            }
        }
    }

    /// Whether what stands after a `<` is a tag with a bad name rather than text with a `<` in it.
    fn looks_like_tag(&self, start: usize, end: usize) -> bool {
        let name = &self.text[start..end];
        let plausible = name.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '$' | '@'));
        plausible && end < self.bytes.len() && !matches!(self.bytes[end], b'<' | b'=' | b'"' | b'\'')
    }

    /// Where the name of an element ends that runs into its first attribute, as in `<JobIdentifier="J">`: both are known.
    fn element_and_attribute(&self, start: usize, name: Name) -> Option<usize> {
        if self.bytes.get(name.end) != Some(&b'=') || name.form != Form::Good || name.prefix > 0 {
            return None;
        }
        let (whole, names) = (&self.text[start..name.end], self.document.names());
        let ends = whole.char_indices().skip(1).take(256).filter(|(_, sign)| sign.is_uppercase()).map(|(at, _)| at);
        let known = |name: &str| names.get(name).is_some_and(|id| id.0 < names.seeded());
        let mut splits = ends.filter(|&at| known(&whole[..at]) && known(&whole[at..]));
        splits.next().map(|at| start + at)
    }

    /// The known name that stands behind blanks, as a name of an element does.
    fn name_behind_blanks(&self, start: usize) -> Option<&'t str> {
        let at = chars::skip_blanks(self.bytes, start);
        let name = self.name(at);
        let text = &self.text[at..name.end];
        let known = self.document.names().get(text).is_some_and(|id| id.0 < self.document.names().seeded());
        (at > start && name.form == Form::Good && known).then_some(text)
    }

    /// Reads a name in a tag: up to what ends it, whether it is one or not.
    #[inline]
    fn name(&self, start: usize) -> Name {
        let rest = &self.bytes[start..];
        let length = rest.iter().position(|&byte| !chars::is(byte, chars::NAME)).unwrap_or(rest.len());
        if length > 0
            && chars::is(rest[0], chars::START)
            && rest.get(length).is_some_and(|&byte| chars::is(byte, chars::DELIMITER))
        {
            return Name { end: start + length, prefix: 0, form: Form::Good };
        }
        self.unusual_name(start)
    }

    /// Reads a name that has a colon, letters beyond ASCII, or is none.
    fn unusual_name(&self, start: usize) -> Name {
        let end = chars::find(self.bytes, start, self.bytes.len(), chars::DELIMITER);
        let name = &self.text[start..end];
        let bad = Name { end, prefix: 0, form: Form::Bad };
        if name.is_empty() || chars::name_length(name) < name.len() {
            return bad;
        }
        let Some((prefix, local)) = name.split_once(':') else {
            return Name { end, prefix: 0, form: Form::Good };
        };
        if !prefix.is_empty() && chars::is_unqualified_name(local) {
            return match u16::try_from(prefix.len() + 1) {
                Ok(prefix) => Name { end, prefix, form: Form::Good },
                Err(_) => Name { end, prefix: 0, form: Form::Colons },
            };
        }
        // xmllint takes a name with colons anywhere, but reads `a:b:c` as two names and a third, which has to be one.
        if let Some((middle, last)) = local.split_once(':')
            && !prefix.is_empty()
            && chars::is_unqualified_name(middle)
            && !last.is_empty()
            && !last.starts_with(chars::is_name_start)
        {
            return bad;
        }
        Name { end, prefix: 0, form: Form::Colons }
    }

    /// Reads the attributes from `at` on, and the end of the tag: where it is and which. `spaced`: whether no blank has to
    /// come before the first.
    fn attributes(&mut self, tag: &mut Tag<'t>, mut at: usize, mut spaced: bool) -> (usize, Ending) {
        loop {
            let before = at;
            at = chars::skip_blanks(self.bytes, at);
            spaced |= at > before;
            match self.bytes.get(at) {
                Some(b'>') => return (at + 1, Ending::Open),
                Some(b'/') if self.bytes.get(at + 1) == Some(&b'>') => return (at + 2, Ending::Empty),
                None | Some(b'<') => {
                    self.unclosed_tag(tag);
                    // With an end tag of its own it holds what follows, else it was meant to be empty.
                    let around = self.open.last().map(|open| open.name);
                    let empty = around.is_some_and(|around| around != tag.name && self.foresee(before) == Some(around));
                    return (before, if empty { Ending::Empty } else { Ending::Missing });
                }
                Some(b'/') if matches!(self.bytes.get(chars::skip_blanks(self.bytes, at + 1)), None | Some(b'<')) => {
                    self.unclosed_tag(tag);
                    return (at + 1, Ending::Empty);
                }
                Some(b'/' | b'=' | b'"' | b'\'') => {
                    tag.joined |= at == tag.name_start + tag.name.len();
                    at = self.junk(tag, at);
                    spaced = true;
                }
                Some(_) => {
                    let (next, whole) = self.attribute(tag, at, spaced);
                    at = next;
                    spaced = !whole;
                }
            }
        }
    }

    #[cold]
    fn unclosed_tag(&mut self, tag: &Tag<'t>) {
        let (start, end) = (tag.name_start - 1, tag.name_start + tag.name.len());
        self.error(SyntaxErrorKind::UnclosedTag { tag: self.text[start..end].into() }, start, end);
    }

    /// Reads one attribute: the place after it, and whether it was in order, so that white space must follow.
    #[inline]
    fn attribute(&mut self, tag: &mut Tag<'t>, start: usize, spaced: bool) -> (usize, bool) {
        if spaced
            && let Some((id, end)) = self.follower(tag.last, start)
            && matches!(self.bytes.get(end + 1), Some(b'"' | b'\''))
        {
            let value = self.value(start, end, end + 1);
            self.push_attribute(tag, Name { end, prefix: 0, form: Form::Good }, (id, Namespace::Dialect), start, &value);
            return (value.after, true);
        }
        let name = self.name(start);
        let mut at = name.end;
        if self.bytes.get(at) != Some(&b'=') {
            at = chars::skip_blanks(self.bytes, at);
        }
        let assigned = self.bytes.get(at) == Some(&b'=');
        if assigned {
            at += 1;
            if !matches!(self.bytes.get(at), Some(b'"' | b'\'')) {
                at = chars::skip_blanks(self.bytes, at);
            }
        }
        let quoted = matches!(self.bytes.get(at), Some(b'"' | b'\''));
        if !(spaced && assigned && quoted && name.form != Form::Bad) {
            return self.broken_attribute(tag, start, name, at, spaced);
        }
        let value = self.value(start, name.end, at);
        self.push_named(tag, start, name, &value);
        (value.after, true)
    }

    /// Reads a value whose opening quote is at `open`.
    #[inline]
    pub(super) fn value(&mut self, name_start: usize, name_end: usize, open: usize) -> Value {
        let quote = self.bytes[open];
        let start = open + 1;
        let mut at = start;
        let (mut less_than, mut escaped) = (false, false);
        let errors = self.document.errors.len();
        loop {
            at = chars::find_value_stop(self.bytes, at);
            match self.bytes.get(at) {
                Some(&byte) if byte == quote => break,
                Some(b'"' | b'\'') => at += 1,
                Some(b'&') => {
                    escaped = true;
                    at = self.reference(at);
                }
                Some(b'\t' | b'\n' | b'\r') => {
                    escaped = true;
                    at += 1;
                }
                Some(b'<') => {
                    if !less_than {
                        if self.quote_is_missing(start, at, quote) {
                            return self.unended_value(name_start, name_end, open, at, errors);
                        }
                        less_than = true;
                        let attribute = self.text[name_start..name_end].into();
                        self.error(SyntaxErrorKind::LessThanInValue { attribute }, at, at + 1);
                    }
                    at += 1;
                }
                Some(_) => at = self.suspect(at),
                None => return self.unended_value(name_start, name_end, open, at, errors),
            }
        }
        // `a="1 b="2"`: the second quote opens a value, it does not close one.
        if !self.bytes.get(at + 1).is_some_and(|&byte| chars::is(byte, chars::BLANK) || matches!(byte, b'>' | b'/'))
            && let Some(end) = self.value_swallowed(start, at)
        {
            return self.missing_quote(name_start, name_end, open, end, errors);
        }
        Value { start, end: at, after: at + 1, escaped }
    }

    /// Adds an attribute to the tree, unless the element has it already.
    #[inline]
    pub(super) fn push_named(&mut self, tag: &mut Tag<'t>, start: usize, name: Name, value: &Value) {
        let whole = &self.text[start..name.end];
        let id = self.intern(&whole[usize::from(name.prefix)..]);
        let namespace = if name.prefix > 0 {
            tag.qualified = true;
            if whole.starts_with("xmlns:") { Namespace::Declaration } else { Namespace::Foreign }
        } else if whole == "xmlns" {
            tag.qualified = true;
            Namespace::Declaration
        } else if name.form == Form::Colons {
            self.error(SyntaxErrorKind::MalformedQualifiedName { name: whole.into() }, start, name.end);
            Namespace::Foreign
        } else {
            self.note_follower(tag.last, id);
            Namespace::Dialect
        };
        self.push_attribute(tag, name, (id, namespace), start, value);
    }

    /// As [`Self::push_named`], of an attribute whose name is known.
    #[inline]
    fn push_attribute(
        &mut self,
        tag: &mut Tag<'t>,
        name: Name,
        (id, namespace): (NameId, Namespace),
        start: usize,
        value: &Value,
    ) {
        tag.last = id;
        let stamp = &mut self.stamps[id.0 as usize];
        if *stamp == tag.number && namespace != Namespace::Declaration {
            tag.repeated = true;
            let whole = &self.text[start..name.end];
            if self.is_duplicate(tag, id, whole, start) {
                return;
            }
        }
        self.stamps[id.0 as usize] = tag.number;
        self.document.attributes.push(AttributeData {
            name: id,
            namespace,
            escaped: value.escaped,
            prefix_len: name.prefix,
            name_start: start as u32,
            value_start: value.start as u32,
            value_end: value.end as u32,
        });
    }

    /// Whether the tag has an attribute of that whole name, given that it has one of that local name.
    #[cold]
    fn is_duplicate(&mut self, tag: &mut Tag<'t>, id: NameId, whole: &'t str, start: usize) -> bool {
        let text = self.text;
        let own = tag.first_attribute..self.document.attributes.len();
        let whole_name = |attribute: &AttributeData, local: &str| {
            let at = attribute.name_start as usize;
            &text[at..at + usize::from(attribute.prefix_len) + local.len()]
        };
        let first = if own.len() < MANY {
            self.document.attributes[own]
                .iter()
                .find(|attribute| attribute.name == id && whole_name(attribute, self.document.names.text(id)) == whole)
                .map(|attribute| attribute.name_start)
        } else {
            for attribute in &self.document.attributes[own.start + tag.looked_up..own.end] {
                let name = whole_name(attribute, self.document.names.text(attribute.name));
                tag.seen.entry((attribute.name, name)).or_insert(attribute.name_start);
            }
            tag.looked_up = own.len();
            tag.seen.get(&(id, whole)).copied()
        };
        let Some(first) = first.map(|first| first as usize) else {
            return false;
        };
        let kind = SyntaxErrorKind::DuplicateAttribute { attribute: whole.into(), element: tag.name.into() };
        self.report(kind, span(start, start + whole.len()), Some(span(first, first + whole.len())));
        true
    }

    /// Takes the tag's declarations, then judges its prefixes.
    fn settle_namespaces(&mut self, tag: &Tag<'t>, mark: u32) {
        let range = tag.first_attribute..self.document.attributes.len();
        for at in range.clone() {
            if self.document.attributes[at].namespace == Namespace::Declaration {
                self.declare(tag, at, mark);
            }
        }
        let mut expanded = FxHashSet::default();
        let mut errors = Vec::new();
        for at in range {
            let attribute = &self.document.attributes[at];
            if attribute.prefix_len == 0 || attribute.namespace == Namespace::Declaration {
                continue;
            }
            let start = attribute.name_start as usize;
            let prefix = &self.text[start..start + usize::from(attribute.prefix_len) - 1];
            let name = self.document.attribute_name_span(AttributeId(at as u32));
            match self.namespaces.uri(prefix) {
                None => {
                    let kind = SyntaxErrorKind::UnboundPrefix { prefix: prefix.into() };
                    errors.push((kind, span(start, start + prefix.len())));
                }
                Some(uri) if tag.repeated && !expanded.insert((uri, attribute.name)) => {
                    let kind = SyntaxErrorKind::DuplicateExpandedAttribute { attribute: name.of(self.text).into() };
                    errors.push((kind, name));
                }
                Some(_) => {}
            }
        }
        for (kind, place) in errors {
            self.report(kind, place, None);
        }
    }

    fn declare(&mut self, tag: &Tag<'t>, at: usize, mark: u32) {
        let attribute = &self.document.attributes[at];
        let name = self.document.attribute_name_span(AttributeId(at as u32));
        let whole = name.of(self.text);
        let prefix = whole.strip_prefix("xmlns:").unwrap_or_default();
        let uri = value::normalize(&self.text[attribute.value_start as usize..attribute.value_end as usize]);
        match self.namespaces.declare(mark, prefix, uri) {
            Ok(()) => {}
            Err(Refused::Problem(problem)) => {
                self.report(SyntaxErrorKind::BadBinding { prefix: prefix.into(), problem }, name, None);
            }
            // The search for the first is long where there are many.
            Err(Refused::Duplicate) if self.is_full() => {}
            Err(Refused::Duplicate) => {
                let first = (tag.first_attribute..at)
                    .map(|other| self.document.attribute_name_span(AttributeId(other as u32)))
                    .find(|other| other.of(self.text) == whole);
                let kind = SyntaxErrorKind::DuplicateAttribute { attribute: whole.into(), element: tag.name.into() };
                self.report(kind, name, first);
            }
        }
    }

    /// The namespace of the tag's element, its declarations taken.
    fn element_namespace(&mut self, tag: &Tag<'t>, name: Name) -> Namespace {
        if name.prefix == 0 {
            return self.namespaces.default();
        }
        let prefix = &tag.name[..usize::from(name.prefix) - 1];
        self.namespaces.of_prefix(prefix).unwrap_or_else(|| {
            let kind = SyntaxErrorKind::UnboundPrefix { prefix: prefix.into() };
            self.error(kind, tag.name_start, tag.name_start + prefix.len());
            Namespace::Foreign
        })
    }
}

/// How a start tag ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// With `>`.
    Open,
    /// With `/>`.
    Empty,
    /// Not at all.
    Missing,
}
