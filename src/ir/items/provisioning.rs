//! Resource types and their rules.

use crate::grammar::ElementKind;
use crate::ir::field::{Ref, Text};
use crate::ir::items::item;
use crate::ir::{Id, Symbol};

use super::{Connection, EntityType};

item! {
    /// Resources of one entity type as accounts or entitlements of owners of another.
    ResourceType {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// Entity type of the owners.
        source: Ref<EntityType> = SOURCE_ENTITY_TYPE,
        /// Entity type of the resources.
        target: Ref<EntityType> = TARGET_ENTITY_TYPE,
    }
}

item! {
    /// A rule inside a resource type.
    ResourceRule {
        /// The property of the target entity type that it fills.
        property: Symbol = PROPERTY,
        /// A binding from the owner.
        binding: Text = BINDING,
        /// An expression over the owner.
        expression: Text = EXPRESSION,
    }
    with {
        /// Which rule it is.
        kind: ElementKind,
        /// The resource type around it.
        resource_type: Option<Id<ResourceType>>,
    }
}

item! {
    /// How owners and resources find each other.
    ResourceCorrelationRule {
        /// The resource type.
        resource_type: Ref<ResourceType> = RESOURCE_TYPE,
    }
}

item! {
    /// How resources without owner are given a resource type.
    ResourceClassificationRule {
        /// The resource type.
        resource_type: Ref<ResourceType> = RESOURCE_TYPE,
    }
}

item! {
    /// How a resource type is written through a connection. Its identifier is that of the resource type.
    ResourceTypeMapping {
        /// The resource type.
        resource_type: Ref<ResourceType> = IDENTIFIER,
        /// The connection that fulfils it.
        connection: Ref<Connection> = CONNECTION,
    }
    with {
        /// Which mapping element it is.
        kind: ElementKind,
    }
}
