//! The entity model of a configuration, as expressions ask for it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::expr::schema::{EntityId, Member, Schema};
use crate::expr::types::Type;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{EntityType, Id, Program, Symbol};
use crate::rules::references::certainty::Certainty;

/// The entity model with what is certain of it.
pub(in crate::rules) struct Model<'p> {
    pub(super) program: &'p Program,
    certainty: Certainty<'p>,
    /// Where navigation properties lead, and whether to several resources.
    navigation: FxHashMap<(Id<EntityType>, Symbol), (Id<EntityType>, bool)>,
    /// The names of the properties by entity type, read where they are asked for.
    properties: OnceLock<FxHashMap<Symbol, Vec<String>>>,
}

impl<'p> Model<'p> {
    pub(in crate::rules) fn new(program: &'p Program) -> Self {
        let mut navigation = FxHashMap::default();
        for item in program.items.entity_associations.values() {
            let end = |name| {
                let value = program.value(item.origin, name)?;
                let (entity_type, property) = value.split_once(':')?;
                Some((program.index.find::<EntityType>(Symbol::new(entity_type))?, Symbol::new(property)))
            };
            let (Some(first), Some(second)) = (end(names::PROPERTY1), end(names::PROPERTY2)) else { continue };
            let many = |field: Option<crate::ir::Field<bool>>| field.is_some_and(|field| field.value);
            navigation.entry(first).or_insert((second.0, many(item.is_property1_collection)));
            navigation.entry(second).or_insert((first.0, many(item.is_property2_collection)));
        }
        Self { program, certainty: Certainty::new(program), navigation, properties: OnceLock::new() }
    }

    /// An entity type and its identifier.
    pub(super) fn symbol(&self, entity: EntityId) -> Option<(Id<EntityType>, Symbol)> {
        let id = Id::new(entity.0);
        self.program.items.entity_types[id].identifier.map(|identifier| (id, identifier.value))
    }

    /// The declared type of a property, a name of `EntityPropertyType`.
    pub(super) fn kind(&self, entity: EntityId, property: &str) -> Option<&'static str> {
        let (_, owner) = self.symbol(entity)?;
        let declared = self.program.declarations.find(ItemKind::Property, Some(owner), Symbol::new(property))?;
        let def = kinds::ENTITY_TYPE_PROPERTY.def().attribute(names::TYPE, "Type")?;
        let document = self.program.document(declared.file);
        let Some(attribute) = document.find(declared.element, names::TYPE).filter(|_| declared.generated.is_none()) else {
            return def.default.filter(|_| declared.generated.is_none());
        };
        let value = self.program.attribute_value(declared.file, attribute);
        match def.value {
            crate::grammar::ValueType::Enum(id) => id.def().parse(&value),
            _ => None,
        }
    }

    /// The names of an entity type's properties, as written.
    pub(super) fn properties(&self, entity: EntityId) -> &[String] {
        let all = self.properties.get_or_init(|| {
            let mut map: FxHashMap<Symbol, Vec<String>> = FxHashMap::default();
            for one in self.program.declarations.of_kind(ItemKind::Property).filter(|one| one.generated.is_none()) {
                let attribute = self.program.document(one.file).find(one.element, names::IDENTIFIER);
                if let (Some(scope), Some(attribute)) = (one.scope, attribute) {
                    let name = self.program.attribute_value(one.file, attribute);
                    map.entry(scope).or_default().push(name.trim().to_owned());
                }
            }
            map
        });
        self.symbol(entity).and_then(|(_, owner)| all.get(&owner)).map_or(&[], Vec::as_slice)
    }
}

impl Schema for Model<'_> {
    fn entity(&self, name: &str) -> Option<EntityId> {
        self.program.index.find::<EntityType>(Symbol::new(name)).map(|id| EntityId(id.index() as u32))
    }

    fn lacks(&self, name: &str) -> bool {
        // Where none is declared they stand elsewhere.
        !self.program.items.entity_types.is_empty() && self.certainty.exists(ItemKind::EntityType, name) == Some(false)
    }

    fn entity_name(&self, entity: EntityId) -> String {
        self.program.identifier(self.program.items.entity_types[Id::new(entity.0)].origin).trim().to_owned()
    }

    fn member(&self, entity: EntityId, name: &str) -> Member {
        let Some((id, owner)) = self.symbol(entity) else { return Member::Unknown };
        if let Some(&(target, many)) = self.navigation.get(&(id, Symbol::new(name))) {
            let target = Type::Entity(EntityId(target.index() as u32));
            return Member::Value(if many { Type::List(Box::new(target)) } else { target });
        }
        match self.certainty.has_property(owner, name) {
            Some(true) => Member::Value(self.kind(entity, name).map_or(Type::Unknown, Type::of_property)),
            Some(false) => Member::Missing,
            None => Member::Unknown,
        }
    }
}
