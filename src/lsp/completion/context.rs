//! What can be typed at a place, read from the text alone: the tree of a tag that is being typed does not exist yet.

use crate::grammar::{self, ElementKind, names};
use crate::source::Span;

/// What stands around the cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Context<'t> {
    /// Between tags, or at the name of a start tag.
    Element {
        /// What it stands in; none at the root.
        parent: Option<ElementKind>,
        /// What is replaced, without the `<`.
        word: Span,
        /// Whether the `<` is there.
        opened: bool,
        /// Whether nothing of the tag stands behind its name.
        bare: bool,
    },
    /// At the name of an end tag.
    End {
        /// The element that is open.
        name: &'t str,
        /// What is replaced.
        word: Span,
    },
    /// Where an attribute can stand.
    Attribute {
        /// The element.
        kind: ElementKind,
        /// What is replaced.
        word: Span,
        /// The names of the attributes around.
        written: Vec<&'t str>,
        /// Whether a value follows.
        valued: bool,
    },
    /// In the value of an attribute.
    Value {
        /// The element.
        kind: ElementKind,
        /// The attribute.
        name: &'t str,
        /// The value; of one of several lines what stands on the line of the cursor, for an edit cannot reach further.
        value: Span,
    },
}

/// What stands around a tag.
#[derive(Clone, Copy)]
enum Around {
    /// Nothing: it is the root.
    Nothing,
    /// An element of the dialect.
    Known(ElementKind),
    /// Something else.
    Unknown,
}

/// A start tag, finished or not.
struct Tag<'t> {
    name: Span,
    attributes: Vec<(Span, &'t str, Option<Span>)>,
    /// Behind the `>`, or where the tag breaks off.
    end: usize,
    finished: bool,
    empty: bool,
}

/// What can be typed at `offset`; nothing inside comments and the like. One pass over the text before it.
pub(super) fn context(text: &str, offset: usize) -> Option<Context<'_>> {
    let mut open: Vec<(&str, Around)> = Vec::new();
    let mut at = 0;
    while let Some(found) = text.get(at..offset)?.find('<') {
        let start = at + found;
        let rest = &text[start..];
        let skipped = [("<!--", "-->"), ("<![CDATA[", "]]>"), ("<?", "?>"), ("<!", ">")];
        if let Some((begin, end)) = skipped.into_iter().find(|(begin, _)| rest.starts_with(begin)) {
            at = start + begin.len() + rest[begin.len()..].find(end)? + end.len();
            if at > offset {
                return None;
            }
            continue;
        }
        if rest.starts_with("</") {
            let name = name_at(text, start + 2);
            if offset <= name.end as usize {
                let name_open = open.last().map_or("", |(name, _)| name);
                return (offset >= start + 2).then_some(Context::End { name: name_open, word: name });
            }
            let closed = name.of(text);
            if let Some(index) = open.iter().rposition(|(name, _)| *name == closed) {
                open.truncate(index);
            }
            at = name.end as usize;
            continue;
        }
        let parent = open.last().map_or(Around::Nothing, |(_, around)| *around);
        let tag = tag(text, start);
        let kind = kind(parent, tag.name.of(text));
        if offset < tag.end || (offset == tag.end && !tag.finished) {
            return inside(text, offset, &tag, parent, kind);
        }
        if tag.finished && !tag.empty {
            open.push((tag.name.of(text), kind.map_or(Around::Unknown, Around::Known)));
        }
        at = tag.end;
    }
    let parent = within(open.last().map_or(Around::Nothing, |(_, around)| *around))?;
    Some(Context::Element { parent, word: Span::empty(offset as u32), opened: false, bare: true })
}

/// The element that stands around; nothing where nobody knows what can stand there.
#[allow(clippy::option_option, reason = "the outer one is for `?`, the inner one for the root")]
fn within(around: Around) -> Option<Option<ElementKind>> {
    match around {
        Around::Nothing => Some(None),
        Around::Known(kind) => Some(Some(kind)),
        Around::Unknown => None,
    }
}

fn inside<'t>(text: &'t str, offset: usize, tag: &Tag<'t>, parent: Around, kind: Option<ElementKind>) -> Option<Context<'t>> {
    let here = Span::empty(offset as u32);
    if offset <= tag.name.end as usize {
        let bare = tag.attributes.is_empty() && !tag.finished;
        let parent = within(parent)?;
        return Some(Context::Element { parent, word: tag.name, opened: true, bare });
    }
    let kind = kind?;
    let mut word = here;
    let mut valued = false;
    for (name, name_text, value) in &tag.attributes {
        if name.contains(here) {
            word = *name;
            valued = value.is_some();
        }
        if let Some(value) = value.filter(|value| value.contains(here)) {
            return Some(Context::Value { kind, name: name_text, value: on_line(text, value, offset) });
        }
    }
    let others = tag.attributes.iter().filter(|(name, ..)| *name != word);
    Some(Context::Attribute { kind, word, written: others.map(|(_, name, _)| *name).collect(), valued }).filter(|_| {
        // Right behind a quote no name can begin.
        !word.is_empty() || !text[..offset].ends_with(['"', '\''])
    })
}

/// The part of a span that stands on the line of a place in it.
fn on_line(text: &str, span: Span, offset: usize) -> Span {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text[start..offset].rfind(['\n', '\r']).map_or(start, |at| start + at + 1);
    let behind = text[offset..end].find(['\n', '\r']).map_or(end, |at| offset + at);
    Span::new(before as u32, behind as u32)
}

fn kind(parent: Around, name: &str) -> Option<ElementKind> {
    let local = name.rsplit(':').next().unwrap_or(name);
    let id = grammar::name_id(local)?;
    match parent {
        Around::Nothing if id == names::CONFIGURATION_FILE => Some(grammar::root()),
        Around::Known(parent) => grammar::child(parent, id).or_else(|| only(id)),
        _ => only(id),
    }
}

/// The element of that name, where it stands in one place only.
fn only(id: crate::syntax::NameId) -> Option<ElementKind> {
    grammar::kinds_named(id).first().copied()
}

/// Reads a start tag. A quote that is never closed ends where the next tag begins.
fn tag(text: &str, start: usize) -> Tag<'_> {
    let name = name_at(text, start + 1);
    let mut tag = Tag { name, attributes: Vec::new(), end: name.end as usize, finished: false, empty: false };
    loop {
        let rest = &text[tag.end..];
        let blank = rest.len() - rest.trim_start().len();
        let rest = &rest[blank..];
        if rest.is_empty() || rest.starts_with('<') {
            tag.end += blank;
            return tag;
        }
        tag.end += blank;
        if rest.starts_with('>') || rest.starts_with("/>") {
            tag.empty = rest.starts_with('/');
            tag.finished = true;
            tag.end += if tag.empty { 2 } else { 1 };
            return tag;
        }
        let name = name_at(text, tag.end);
        if name.is_empty() {
            tag.end += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        tag.end = name.end as usize;
        let value = value_at(text, tag.end);
        tag.attributes.push((name, name.of(text), value));
        if let Some(value) = value {
            let closed = text[value.end as usize..].starts_with(['"', '\'']);
            tag.end = value.end as usize + usize::from(closed);
        }
    }
}

/// The value behind the name of an attribute, without its quotes.
fn value_at(text: &str, at: usize) -> Option<Span> {
    let rest = text[at..].trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let start = text.len() - rest.len() + 1;
    let length = text[start..].find([quote, '<']).unwrap_or(text.len() - start);
    Some(Span::new(start as u32, (start + length) as u32))
}

/// The name that begins at a place; empty where none does.
fn name_at(text: &str, at: usize) -> Span {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_whitespace() || "<>/=\"'".contains(c)).unwrap_or(rest.len());
    Span::new(at as u32, (at + end) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<String> {
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "");
        Some(match context(&text, offset)? {
            Context::Element { parent, word, .. } => {
                format!("element `{}` in {}", word.of(&text), parent.map_or("nothing", |kind| kind.def().name))
            }
            Context::End { name, .. } => format!("end of {name}"),
            Context::Attribute { kind, word, written, .. } => {
                format!("attribute `{}` of {} beside {written:?}", word.of(&text), kind.def().name)
            }
            Context::Value { kind, name, value } => format!("value `{}` of {name} of {}", value.of(&text), kind.def().name),
        })
    }

    #[test]
    fn the_place_is_known_while_the_tag_is_being_typed() {
        let known = |text, expected: &str| assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        known("|", "element `` in nothing");
        known("<ConfigurationFile><Jo|", "element `Jo` in ConfigurationFile");
        known(
            "<ConfigurationFile><Job Identifier='a' | <Step/></ConfigurationFile>",
            "attribute `` of Job beside [\"Identifier\"]",
        );
        known("<ConfigurationFile><Job><Step Id|='x' Level='1'/>", "attribute `Id` of Step beside [\"Level\"]");
        known("<ConfigurationFile><Job><Step Identifier=\"a|\n<Step/>", "value `a` of Identifier of Step");
        known("<ConfigurationFile><Job><Step Identifier=\"a|\r\n  Level=\"1\"/>", "value `a` of Identifier of Step");
        known("<ConfigurationFile><Job><Step Identifier=\"a\n b|c\n\"/>", "value ` bc` of Identifier of Step");
        known("<ConfigurationFile><Job></Job>|", "element `` in ConfigurationFile");
        known("<ConfigurationFile><Job></|", "end of Job");
        known("<ConfigurationFile><!-- <Job> -->|", "element `` in ConfigurationFile");
        assert_eq!(at("<ConfigurationFile><!-- <Job| -->"), None);
    }
}
