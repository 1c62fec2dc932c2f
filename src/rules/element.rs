//! One element as rules of the schema and of references see it: its attributes are looked up once for all of them.

use std::borrow::Cow;

use crate::grammar::{AttributeDef, ElementDef, ElementKind};
use crate::ir::Program;
use crate::source::{FileId, Location, trim};
use crate::syntax::{AttributeId, Document, ElementId, NameId, Namespace};

/// An attribute of the element in view, in no namespace.
#[derive(Clone, Copy)]
pub struct AttributeView {
    /// The attribute.
    pub id: AttributeId,
    /// Its name.
    pub name: NameId,
    /// What the dialect says of it; `None`: the element does not have it.
    pub def: Option<&'static AttributeDef>,
}

/// An element with what the dialect says of it.
pub struct ElementView<'p> {
    /// The configuration.
    pub program: &'p Program,
    /// The tree it stands in.
    pub document: &'p Document,
    /// The text of the file.
    pub text: &'p str,
    /// The file.
    pub file: FileId,
    /// The element.
    pub element: ElementId,
    /// What it is; `None`: the dialect does not have it where it stands.
    pub kind: Option<ElementKind>,
    /// What its parent is; `None` for the root, and inside what the dialect does not have.
    pub parent_kind: Option<ElementKind>,
    /// Its attributes in no namespace, in document order.
    pub attributes: Vec<AttributeView>,
    /// Made once for all findings on the element.
    anchor: std::cell::OnceCell<String>,
}

impl<'p> ElementView<'p> {
    /// A view of nothing yet.
    pub(super) fn new(program: &'p Program, file: FileId) -> Self {
        Self {
            program,
            document: program.document(file),
            text: program.text(file),
            file,
            element: ElementId(0),
            kind: None,
            parent_kind: None,
            attributes: Vec::new(),
            anchor: std::cell::OnceCell::new(),
        }
    }

    /// Moves the view to another element of the file.
    pub(super) fn move_to(&mut self, element: ElementId) {
        let before = self.kind;
        self.element = element;
        self.kind = self.program.kind(self.file, element);
        self.parent_kind = self.document.parent(element).and_then(|parent| self.program.kind(self.file, parent));
        self.anchor.take();
        if self.kind != before {
            self.attributes.clear();
        }
        let Some(kind) = self.kind else { return };
        let def = kind.def();
        let mut count = 0;
        for id in self.document.attributes(element) {
            if self.document.attribute_namespace(id) != Namespace::Dialect {
                continue;
            }
            let name = self.document.attribute_name(id);
            // Elements of one kind behind each other mostly have the same attributes.
            match self.attributes.get_mut(count) {
                Some(same) if same.name == name => same.id = id,
                other => {
                    let def = def.attribute(name, self.document.names().text(name));
                    let view = AttributeView { id, name, def };
                    match other {
                        Some(old) => *old = view,
                        None => self.attributes.push(view),
                    }
                }
            }
            count += 1;
        }
        self.attributes.truncate(count);
    }

    /// What the dialect says of the element.
    pub fn def(&self) -> Option<&'static ElementDef> {
        self.kind.map(ElementKind::def)
    }

    /// The element's name.
    pub fn name(&self) -> &'p str {
        self.document.name_text(self.element)
    }

    /// The attribute of that name.
    #[inline]
    pub fn attribute(&self, name: NameId) -> Option<AttributeView> {
        self.attributes.iter().copied().find(|attribute| attribute.name == name)
    }

    /// The value of an attribute.
    pub fn value(&self, attribute: AttributeView) -> Cow<'p, str> {
        self.document.value(attribute.id, self.text)
    }

    /// What to call it by in a message: the element, with its identifier where it has one.
    pub fn title(&self) -> String {
        match self.attribute(crate::grammar::names::IDENTIFIER) {
            Some(identifier) => format!("`{}` `{}`", self.name(), self.value(identifier).trim()),
            None => format!("`{}`", self.name()),
        }
    }

    /// The value that counts of an attribute, canonical: as written, else the default. Nothing where neither is of its type.
    pub fn effective(&self, name: NameId) -> Option<Cow<'p, str>> {
        if let Some(attribute) = self.attribute(name) {
            let def = attribute.def?;
            let value = self.value(attribute);
            def.check(&value).ok()?;
            return Some(match value {
                Cow::Borrowed(text) => Cow::Borrowed(def.canonical(text)),
                Cow::Owned(text) => Cow::Owned(def.canonical(&text).to_owned()),
            });
        }
        let def = self.def()?.attribute(name, "")?;
        def.default.map(|default| Cow::Borrowed(def.canonical(default)))
    }

    /// Whether a Boolean attribute is true, written or by default.
    pub fn is_true(&self, name: NameId) -> bool {
        self.effective(name).is_some_and(|value| value == "true")
    }

    /// The identifier that an attribute names, where it is written and not blank.
    pub fn symbol(&self, name: NameId) -> Option<crate::ir::Symbol> {
        let value = self.value(self.attribute(name)?);
        (!trim(&value).is_empty()).then(|| crate::ir::Symbol::new(&value))
    }

    /// Whether the attribute is written with more than blanks.
    pub fn is_written(&self, name: NameId) -> bool {
        self.attribute(name).is_some_and(|attribute| !trim(&self.value(attribute)).is_empty())
    }

    /// Whether the attribute is written with something else than its default, blank for what is no free text.
    pub fn says(&self, name: NameId) -> bool {
        let Some(attribute) = self.attribute(name) else { return false };
        let value = self.value(attribute);
        let Some(def) = attribute.def else { return !trim(&value).is_empty() };
        // A constant may be the empty one.
        let free = def.value == crate::grammar::ValueType::String && def.reference.is_none();
        (free || !trim(&value).is_empty()) && def.default.is_none_or(|default| def.canonical(&value) != def.canonical(default))
    }

    /// A finding about an attribute or child of the element, or about the element itself where `part` is empty.
    pub fn finding(&self, rule: &'static super::Rule, part: &str, place: Location, message: String) -> crate::finding::Finding {
        let anchor = if part.is_empty() { self.anchor() } else { format!("{}/@{part}", self.anchor()) };
        crate::finding::Finding::new(&rule.info, place, message).anchor(anchor)
    }

    /// The place of the element's name.
    pub fn place(&self) -> Location {
        self.document.name_location(self.element)
    }

    /// The place of an attribute's value.
    pub fn value_place(&self, attribute: AttributeView) -> Location {
        self.document.value_location(attribute.id)
    }

    /// The place of an attribute's name.
    pub fn name_place(&self, attribute: AttributeView) -> Location {
        self.document.attribute_location(attribute.id)
    }

    /// The structural place for fingerprints: element and identifier of each element from the root inwards.
    pub fn anchor(&self) -> String {
        self.anchor.get_or_init(|| anchor(self.program, self.file, self.element)).clone()
    }
}

/// The structural place of an element: names and identifiers from the root inwards, without the root.
pub(super) fn anchor(program: &Program, file: FileId, element: ElementId) -> String {
    let document = program.document(file);
    let mut parts = Vec::new();
    let mut at = Some(element);
    // A path deeper than this is told apart by its innermost elements.
    while let (Some(element), true) = (at, parts.len() < 32) {
        at = document.parent(element);
        if at.is_none() {
            break;
        }
        let identifier = document
            .find(element, crate::grammar::names::IDENTIFIER)
            .map(|attribute| document.value(attribute, program.text(file)))
            .unwrap_or_default();
        parts.push(format!("{}[{identifier}]", document.name_text(element)));
    }
    parts.reverse();
    parts.join("/")
}
