//! What the entity model says of a property: whether it holds a value, a file, or other resources.

use rustc_hash::FxHashMap;

use crate::grammar::{ItemKind, names};

use super::{EntityAssociation, Program, Symbol};

/// What a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// A value.
    Scalar,
    /// A file.
    Binary,
    /// Another resource, or several.
    Navigation,
}

/// An end of an association.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssociationEnd {
    /// Whether it holds several resources.
    pub collection: bool,
}

/// The ends of all associations, by entity type and property.
pub(super) type AssociationEnds = FxHashMap<(Symbol, Symbol), AssociationEnd>;

impl Program {
    /// The association's end that a property is, if it is one; that of the first association.
    pub fn association_end(&self, entity_type: Symbol, property: Symbol) -> Option<AssociationEnd> {
        self.association_ends
            .get_or_init(|| super::Shared::new(self.read_association_ends()))
            .get(&(entity_type, property))
            .copied()
    }

    /// What a property holds. Nothing where the entity type does not declare it, or may get more of it from elsewhere.
    pub fn nature(&self, entity_type: Symbol, property: Symbol) -> Option<Nature> {
        if self.association_end(entity_type, property).is_some() {
            return self.declarations.find(ItemKind::Property, Some(entity_type), property).map(|_| Nature::Navigation);
        }
        self.declared_nature(entity_type, property)
    }

    /// As [`Program::nature`], by the property's own type alone: associations do not count.
    pub fn declared_nature(&self, entity_type: Symbol, property: Symbol) -> Option<Nature> {
        let declared = self.declarations.find(ItemKind::Property, Some(entity_type), property)?;
        let document = self.document(declared.file);
        let def = self.kind(declared.file, declared.element)?.def().attribute(names::TYPE, "Type")?;
        let Some(written) = document.find(declared.element, names::TYPE) else {
            // The type of an item that is consolidated may be a generated one.
            let parent = document.parent(declared.element)?;
            return document.find(parent, names::CONSOLIDATION_MODE).is_none().then_some(Nature::Scalar);
        };
        let value = self.attribute_value(declared.file, written);
        def.check(&value).ok()?;
        Some(match def.canonical(&value) {
            "ForeignKey" => Nature::Navigation,
            "Binary" => Nature::Binary,
            _ => Nature::Scalar,
        })
    }

    fn read_association_ends(&self) -> AssociationEnds {
        let mut ends = AssociationEnds::default();
        for item in self.items.entity_associations.values() {
            let EntityAssociation { is_property1_collection, is_property2_collection, .. } = item;
            for (name, collection) in [(names::PROPERTY1, is_property1_collection), (names::PROPERTY2, is_property2_collection)] {
                let Some(value) = self.value(item.origin, name) else { continue };
                let Some((entity_type, property)) = value.split_once(':') else { continue };
                let collection = collection.is_some_and(|field| field.value);
                ends.entry((Symbol::new(entity_type), Symbol::new(property))).or_insert(AssociationEnd { collection });
            }
        }
        ends
    }
}
