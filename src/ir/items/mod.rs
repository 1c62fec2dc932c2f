//! The typed items: one file per family. Each field is the value of one attribute with the place it was read from.

mod access;
mod connectors;
mod jobs;
mod metadata;
mod provisioning;
mod scaffolding;

pub use access::{OpenIdClient, Profile, ProfileRuleContext};
pub use connectors::{
    Agent, Connection, ConnectionTable, Connector, EntityAssociationMapping, EntityTypeMapping, PropertyMapping, Transformation,
};
pub use jobs::{Job, JobEntry, Override, Step, Task};
pub use metadata::{EntityAssociation, EntityPropertyExpression, EntityType, Property};
pub use provisioning::{ResourceClassificationRule, ResourceCorrelationRule, ResourceRule, ResourceType, ResourceTypeMapping};
pub use scaffolding::Scaffolding;

use crate::syntax::NameId;

use super::{At, Index, Origin};

/// What all typed items can do: be made empty, take attributes one by one, and find what they name.
pub trait Item {
    /// An item without attributes.
    fn new(origin: Origin) -> Self;
    /// Takes the value of one attribute; unknown names are ignored (the schema rules report them).
    fn set(&mut self, name: NameId, value: &str, at: At);
    /// Finds the items that references name.
    fn resolve(&mut self, index: &Index);
}

/// Declares a typed item: its fields, each with the attribute it is read from, and other data that lowering fills in.
macro_rules! item {
    (
        $(#[$meta:meta])*
        $name:ident {
            $( $(#[$fmeta:meta])* $field:ident : $ty:ty = $attribute:ident ),* $(,)?
        }
        $( with { $( $(#[$emeta:meta])* $extra:ident : $ety:ty ),* $(,)? } )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            /// Where it was written or generated.
            pub origin: $crate::ir::Origin,
            $( $(#[$fmeta])* pub $field: Option<$crate::ir::Field<$ty>>, )*
            $( $( $(#[$emeta])* pub $extra: $ety, )* )?
        }

        impl $name {
            /// Keeps the fields that `written` has in place of its own; its own become those of the item overridden.
            #[allow(dead_code, reason = "only tasks are overridden")]
            pub(in $crate::ir) fn overlay(&mut self, written: &Self) {
                $( self.$field = match (written.$field, self.$field) {
                    (Some(field), _) => Some(field),
                    (None, own) => own.map(|field| $crate::ir::Field { value: field.value, at: field.at.of_base() }),
                }; )*
            }
        }

        impl $crate::ir::items::Item for $name {
            fn new(origin: $crate::ir::Origin) -> Self {
                Self { origin, $( $field: None, )* $( $( $extra: Default::default(), )* )? }
            }

            fn set(&mut self, name: $crate::syntax::NameId, value: &str, at: $crate::ir::At) {
                match name {
                    $( $crate::grammar::names::$attribute => {
                        self.$field = <$ty as $crate::ir::field::FromValue>::from_value(value)
                            .map(|value| $crate::ir::Field { value, at });
                    } )*
                    _ => {}
                }
            }

            fn resolve(&mut self, index: &$crate::ir::Index) {
                let _ = index;
                $( if let Some(field) = &mut self.$field {
                    $crate::ir::field::FromValue::resolve(&mut field.value, index);
                } )*
            }
        }
    };
}
use item;
