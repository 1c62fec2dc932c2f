//! A document in its configuration: what every answer about a place is made from.

use lsp_types::{Location as Place, Position, Range, Uri};

use super::analysis::Analysis;
use super::encoding::Encoding;
use super::renaming::taken;
use crate::grammar::{AttributeDef, ElementKind, ItemKind, names};
use crate::ir::references::{Occurrence, Role, Target, declared, named_at, trimmed};
use crate::ir::{Program, Symbol};
use crate::rules;
use crate::source::{FileId, Location, SourceFile, Span};
use crate::syntax::{AttributeId, Document, ElementId, normalize};

/// A document in its configuration.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    /// The unit of columns.
    pub(super) encoding: Encoding,
    /// What the configuration comes to.
    pub(super) analysis: &'a Analysis,
    /// The program that the document is in.
    program: &'a Program,
    /// The document.
    pub(super) file: FileId,
}

/// What stands at a place of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// The name of an element in its start tag.
    Element(ElementId),
    /// The name of an attribute.
    Name(ElementId, AttributeId),
    /// The value of an attribute.
    Value(ElementId, AttributeId),
}

impl<'a> View<'a> {
    /// The document of an address, where it is one of the configuration.
    pub(super) fn of(encoding: Encoding, analysis: &'a Analysis, address: &str) -> Option<Self> {
        Some(Self { encoding, analysis, program: analysis.program(), file: analysis.file(address)? })
    }

    /// A document in a program that the analysis has none of, but for what it has in common with it.
    pub(super) fn beside(encoding: Encoding, analysis: &'a Analysis, program: &'a Program, file: FileId) -> Self {
        Self { encoding, analysis, program, file }
    }

    pub(super) fn program(&self) -> &'a Program {
        self.program
    }

    pub(super) fn document(&self) -> &'a Document {
        self.program().document(self.file)
    }

    pub(super) fn source(&self) -> &'a SourceFile {
        self.program().sources.get(self.file)
    }

    pub(super) fn text(&self) -> &'a str {
        &self.source().text
    }

    pub(super) fn offset(&self, at: Position) -> u32 {
        self.encoding.offset(self.source(), at)
    }

    pub(super) fn range(&self, span: Span) -> Range {
        self.encoding.range(self.source(), span)
    }

    /// A place of any file, as the client wants it; none where the file has no address.
    pub(super) fn place(&self, at: Location) -> Option<Place> {
        Some(Place { uri: self.uri(at.file)?, range: self.range_in(at) })
    }

    /// The range of a place of any file.
    pub(super) fn range_in(&self, at: Location) -> Range {
        self.encoding.range(self.program().sources.get(at.file), at.span)
    }

    /// The address of a file.
    pub(super) fn uri(&self, file: FileId) -> Option<Uri> {
        self.analysis.address(file)?.parse().ok()
    }

    /// The innermost element whose text, from its start tag to its end tag, holds the place.
    pub(super) fn element(&self, offset: u32) -> Option<ElementId> {
        let document = self.document();
        let (mut low, mut high) = (0, document.len() as u32);
        while low < high {
            let middle = low.midpoint(high);
            if document.span(ElementId(middle)).start <= offset {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let mut found = ElementId(low.checked_sub(1)?);
        while document.span(found).end < offset {
            found = document.parent(found)?;
        }
        Some(found)
    }

    /// What stands at a place, the ends of names and values included.
    pub(super) fn spot(&self, offset: u32) -> Option<Spot> {
        let document = self.document();
        let element = self.element(offset)?;
        let at = Span::empty(offset);
        if document.name_span(element).contains(at) {
            return Some(Spot::Element(element));
        }
        let mut attributes = document.attributes(element);
        attributes.find_map(|attribute| match () {
            () if document.attribute_name_span(attribute).contains(at) => Some(Spot::Name(element, attribute)),
            () if document.value_span(attribute).contains(at) => Some(Spot::Value(element, attribute)),
            () => None,
        })
    }

    /// The name at a place; in C#, that of a property.
    pub(super) fn named(&self, offset: u32) -> Option<Occurrence> {
        let element = self.element(offset)?;
        named_at(self.program, self.file, element, offset)
            .or_else(|| self.named_in_code(element, offset))
            .or_else(|| self.generated_job(element, offset))
    }

    /// The generated job or task that a scaffolding, or a written item that became part of it, gives its name.
    fn generated_job(&self, element: ElementId, offset: u32) -> Option<Occurrence> {
        let program = self.program;
        let (kind, attribute) = match self.kind(element)? {
            kind if kind.def().is_job_scaffolding() => (ItemKind::Job, self.document().find(element, names::JOB_IDENTIFIER)?),
            _ => taken(self, self.file, element)?,
        };
        let place = trimmed(program, self.file, attribute);
        if !place.span.contains(Span::empty(offset)) {
            return None;
        }
        let symbol = Symbol::new(&program.attribute_value(self.file, attribute));
        let target = Target { kind, scope: None, symbol };
        let generated = declared(program, target)?.generated?;
        Some(Occurrence { target, role: Role::Declaration, place, element, generated: Some(generated) })
    }

    fn named_in_code(&self, element: ElementId, offset: u32) -> Option<Occurrence> {
        let (owner, place) = rules::named_in_code(self.program, self.file, element, offset)?;
        let name = self.program.sources.slice(place);
        let target = Target { kind: ItemKind::Property, scope: Some(owner), symbol: Symbol::new(&normalize(name)) };
        // What every entity type has of its own is declared nowhere.
        declared(self.program, target)?;
        Some(Occurrence { target, role: Role::Reference, place, element, generated: None })
    }

    /// What the element is.
    pub(super) fn kind(&self, element: ElementId) -> Option<ElementKind> {
        self.program().kind(self.file, element)
    }

    /// What is known about an attribute.
    pub(super) fn attribute(&self, element: ElementId, attribute: AttributeId) -> Option<&'static AttributeDef> {
        let name = self.document().attribute_name(attribute);
        self.kind(element)?.def().attribute(name, self.document().attribute_name_text(attribute))
    }
}
