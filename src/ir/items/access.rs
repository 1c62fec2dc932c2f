//! Profiles and the clients that agents authenticate with.

use crate::ir::Symbol;
use crate::ir::field::Ref;
use crate::ir::items::item;

use super::ResourceType;

item! {
    /// A profile that people and clients are given.
    Profile {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
    }
}

item! {
    /// A client that agents authenticate with.
    OpenIdClient {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// The profile it acts with.
        profile: Ref<Profile> = PROFILE,
    }
}

item! {
    /// Rules that give profiles to the owners of a resource type's resources.
    ProfileRuleContext {
        /// The resource type.
        resource_type: Ref<ResourceType> = RESOURCE_TYPE,
    }
}
