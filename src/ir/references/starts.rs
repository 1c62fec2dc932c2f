//! The entity type that a bare property or a path starts at, where it is said.

use crate::grammar::{Holder, ItemKind, Reference, ResourceTypeEnd, TypeSource, names};
use crate::source::{FileId, trim};
use crate::syntax::{ElementId, NameId};

use super::super::{Program, Symbol};
use super::Site;

/// How many types a path may start at before nothing is said about it.
const MOST: usize = 4;

/// The entity types that a path may start at, the likeliest first; none where that is not known. Nearly always one: only
/// around a control stand several, and which of them it means depends on how the form is used.
#[derive(Clone, Copy, Debug, Default)]
pub struct Starts {
    types: [Option<Symbol>; MOST],
}

impl Starts {
    fn one(entity_type: Option<Symbol>) -> Self {
        Self { types: [entity_type, None, None, None] }
    }

    /// Adds a type; false where there is no room for it.
    fn add(&mut self, entity_type: Symbol) -> bool {
        if self.types.contains(&Some(entity_type)) {
            return true;
        }
        let free = self.types.iter_mut().find(|one| one.is_none());
        free.map(|one| *one = Some(entity_type)).is_some()
    }

    /// The types; one `None` where no type is known.
    #[inline]
    pub fn iter(self) -> impl Iterator<Item = Option<Symbol>> {
        let unknown = self.types[0].is_none().then_some(None);
        self.types.into_iter().flatten().map(Some).chain(unknown)
    }
}

/// Where the value of an attribute starts.
#[inline]
pub fn starts(program: &Program, site: &Site) -> Starts {
    match site.reference {
        Reference::Property(source) | Reference::Binding(source) => of(program, site, source),
        Reference::Item(ItemKind::EntityInstance) => Starts::one(around(program, site)),
        _ => Starts::default(),
    }
}

fn of(program: &Program, site: &Site, source: TypeSource) -> Starts {
    match source {
        TypeSource::Attribute { holder, attribute, through } => {
            let element = match holder {
                Holder::Element => Some(site.element),
                Holder::Parent => program.document(site.file).parent(site.element),
            };
            let name = element.and_then(|element| symbol(program, site.file, element, attribute));
            Starts::one(name.and_then(|name| match through {
                None => Some(name),
                Some(end) => end_of(program, name, end),
            }))
        }
        TypeSource::BuiltIn(name) => Starts::one(Some(Symbol::new(name))),
        TypeSource::Enclosing => enclosing(program, site).unwrap_or_default(),
        TypeSource::Pointed => Starts::one(pointed(program, site)),
        TypeSource::Written | TypeSource::Unknown => Starts::default(),
    }
}

/// An end of a resource type.
fn end_of(program: &Program, resource_type: Symbol, end: ResourceTypeEnd) -> Option<Symbol> {
    let declared = program.declarations.find(ItemKind::ResourceType, None, resource_type)?;
    let end = match end {
        ResourceTypeEnd::Source => names::SOURCE_ENTITY_TYPE,
        ResourceTypeEnd::Target => names::TARGET_ENTITY_TYPE,
    };
    symbol(program, declared.file, declared.element, end)
}

/// Where the `Property` beside the attribute leads, a property of the resource type's target.
fn pointed(program: &Program, site: &Site) -> Option<Symbol> {
    let resource_type = program.document(site.file).parent(site.element)?;
    let target = symbol(program, site.file, resource_type, names::TARGET_ENTITY_TYPE)?;
    program.leads_to(target, symbol(program, site.file, site.element, names::PROPERTY)?)
}

/// The types around a control: its own `EntityType` and those of the elements around it, and where the form shows the
/// resource or the records that a property of its type leads to, the type of those. `None`: one of them is not known.
fn enclosing(program: &Program, site: &Site) -> Option<Starts> {
    let document = program.document(site.file);
    let mut starts = Starts::default();
    let mut around = Some(site.element);
    while let Some(element) = around {
        if let Some(entity_type) = symbol(program, site.file, element, names::ENTITY_TYPE)
            && !starts.add(entity_type)
        {
            return None;
        }
        for name in [names::MAIN_PROPERTY, names::RECORD_PROPERTY] {
            let Some(attribute) = document.find(element, name) else { continue };
            let value = program.attribute_value(site.file, attribute);
            let (entity_type, property) = value.split_once(':')?;
            if !starts.add(program.leads_to(Symbol::new(entity_type), Symbol::new(property))?) {
                return None;
            }
        }
        around = document.parent(element);
    }
    Some(starts)
}

/// The identifier of the item around an element.
fn around(program: &Program, site: &Site) -> Option<Symbol> {
    let parent = program.document(site.file).parent(site.element)?;
    let key = program.kind(site.file, parent)?.def().key?;
    symbol(program, site.file, parent, key)
}

fn symbol(program: &Program, file: FileId, element: ElementId, name: NameId) -> Option<Symbol> {
    let attribute = program.document(file).find(element, name)?;
    let value = program.attribute_value(file, attribute);
    (!trim(&value).is_empty()).then(|| Symbol::new(&value))
}
