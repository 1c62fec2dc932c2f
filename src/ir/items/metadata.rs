//! The entity model.

use crate::ir::Symbol;
use crate::ir::field::{Ref, Text};
use crate::ir::items::item;

item! {
    /// A kind of resource. A second element of one identifier is merged into the first.
    EntityType {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
    }
}

item! {
    /// A property of an entity type.
    Property {
        /// Its identifier, unique within the entity type.
        identifier: Symbol = IDENTIFIER,
        /// Whether resources can be named by it.
        is_key: bool = IS_KEY,
    }
}

item! {
    /// Two navigation properties that are each other's way back.
    EntityAssociation {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// `EntityType:Property` of the first end.
        property1: Text = PROPERTY1,
        /// `EntityType:Property` of the second end.
        property2: Text = PROPERTY2,
        /// Whether the first end holds several resources.
        is_property1_collection: bool = IS_PROPERTY1_COLLECTION,
        /// Whether the second end holds several resources.
        is_property2_collection: bool = IS_PROPERTY2_COLLECTION,
    }
}

item! {
    /// A computed property.
    EntityPropertyExpression {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// The entity type whose property is computed.
        entity_type: Ref<EntityType> = ENTITY_TYPE,
        /// The property.
        property: Symbol = PROPERTY,
        /// A binding.
        binding: Text = BINDING,
        /// An expression.
        expression: Text = EXPRESSION,
        /// Order of computation.
        priority: i32 = PRIORITY,
    }
}
