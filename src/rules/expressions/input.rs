//! What an expression is over, and what it has to give: read from the attributes around it.

use crate::expr::Binding;
use crate::expr::schema::{EntityId, Member, Schema, follow};
use crate::expr::types::Type;
use crate::grammar::expressions::{InputSource, Returns};
use crate::grammar::{Holder, ItemKind, ResourceTypeEnd, TypeSource, names};
use crate::ir::Symbol;
use crate::source::FileId;
use crate::syntax::{ElementId, NameId};

use super::model::Model;
use super::site::Site;

/// The type of an expression's input.
pub(super) fn input(model: &Model<'_>, site: Site) -> Type {
    let start = match site.input.source {
        InputSource::Type(name) => return Type::named(name),
        InputSource::Entity(source) => entity(model, site, source),
    };
    let start = start.map_or(Type::Unknown, Type::Entity);
    let Some(path) = site.input.path.and_then(|path| text(model, site.file, site.element, path)) else {
        return if site.input.needs_path { Type::Unknown } else { start };
    };
    let Ok(binding) = Binding::parse(&path) else { return Type::Unknown };
    match follow(model, start, &binding) {
        Type::List(item) => *item,
        other => other,
    }
}

/// The type of the property that an expression fills, a name of `EntityPropertyType`; or the type it has to give, and
/// whether nothing can be made of another.
pub(super) fn expected(model: &Model<'_>, site: Site) -> (Option<&'static str>, Type, bool) {
    match site.input.returns {
        Returns::Anything => (None, Type::Unknown, false),
        Returns::Type(name) => (None, Type::named(name), name == "Bool"),
        Returns::Property(source) => {
            let property = entity(model, site, source).zip(text(model, site.file, site.element, names::PROPERTY));
            let Some((owner, property)) = property else { return (None, Type::Unknown, false) };
            let kind = match model.member(owner, property.trim()) {
                Member::Value(kind) => kind,
                Member::Missing | Member::Unknown => Type::Unknown,
            };
            (model.kind(owner, property.trim()), kind, false)
        }
    }
}

/// The entity type that a source leads to.
fn entity(model: &Model<'_>, site: Site, source: TypeSource) -> Option<EntityId> {
    match source {
        TypeSource::Attribute { holder, attribute, through } => {
            let element = match holder {
                Holder::Element => site.element,
                Holder::Parent => model.program.document(site.file).parent(site.element)?,
            };
            let name = text(model, site.file, element, attribute)?;
            let Some(end) = through else { return model.entity(&name) };
            let resource_type = model.program.declarations.find(ItemKind::ResourceType, None, Symbol::new(&name))?;
            let end = match end {
                ResourceTypeEnd::Source => names::SOURCE_ENTITY_TYPE,
                ResourceTypeEnd::Target => names::TARGET_ENTITY_TYPE,
            };
            model.entity(&text(model, resource_type.file, resource_type.element, end)?)
        }
        TypeSource::Pointed => {
            let parent = model.program.document(site.file).parent(site.element)?;
            let owner = model.entity(&text(model, site.file, parent, names::TARGET_ENTITY_TYPE)?)?;
            let property = text(model, site.file, site.element, names::PROPERTY)?;
            match model.member(owner, property.trim()) {
                Member::Value(Type::Entity(target)) => Some(target),
                Member::Value(Type::List(item)) => match *item {
                    Type::Entity(target) => Some(target),
                    _ => None,
                },
                _ => None,
            }
        }
        TypeSource::Written | TypeSource::BuiltIn(_) | TypeSource::Enclosing | TypeSource::Unknown => None,
    }
}

fn text<'p>(model: &Model<'p>, file: FileId, element: ElementId, name: NameId) -> Option<std::borrow::Cow<'p, str>> {
    let program = model.program;
    let attribute = program.document(file).find(element, name)?;
    let value = program.attribute_value(file, attribute);
    (!value.trim().is_empty()).then_some(value)
}
