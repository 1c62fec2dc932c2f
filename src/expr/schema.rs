//! The entity model as expressions ask for it. The checks answer from the configuration, the tasks from the plan.

use super::types::Type;

/// Number of an entity type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId(pub u32);

/// What is known about a member of an entity type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// It has that type.
    Value(Type),
    /// There is none.
    Missing,
    /// Nobody can tell.
    Unknown,
}

/// The entity model.
pub trait Schema {
    /// The entity type of that name.
    fn entity(&self, name: &str) -> Option<EntityId>;
    /// Whether certainly no entity type has that name.
    fn lacks(&self, _name: &str) -> bool {
        false
    }
    /// Its identifier.
    fn entity_name(&self, entity: EntityId) -> String;
    /// One of its properties.
    fn member(&self, entity: EntityId, name: &str) -> Member;
}

/// What a binding that starts at `start` leads to. Of a collection, the type of its items where it goes on behind it.
pub fn follow(schema: &dyn Schema, start: Type, binding: &super::Binding) -> Type {
    let mut at = start;
    for segment in &binding.segments {
        if let Some(named) = &segment.entity_type {
            at = schema.entity(named).map_or(Type::Unknown, Type::Entity);
        }
        if let Type::List(item) = at {
            at = *item;
        }
        let Type::Entity(entity) = at else { return Type::Unknown };
        at = match schema.member(entity, &segment.property) {
            Member::Value(next) => next,
            Member::Missing | Member::Unknown => return Type::Unknown,
        };
    }
    at
}
