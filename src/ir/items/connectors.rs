//! Agents, connectors, connections and what they export.

use crate::ir::field::{Package, Ref, Text};
use crate::ir::items::item;
use crate::ir::values::{Deactivation, JobIntegration};
use crate::ir::{Field, Symbol};

use super::{EntityAssociation, EntityType};

item! {
    /// A machine that runs tasks.
    Agent {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
    }
}

item! {
    /// A managed system.
    Connector {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// The agent its tasks run on.
        agent: Ref<Agent> = AGENT,
        /// Its part in complete job scaffoldings.
        complete_job: JobIntegration = COMPLETE_JOB,
        /// Its part in incremental job scaffoldings.
        incremental_job: JobIntegration = INCREMENTAL_JOB,
        /// Whether export and provisioning are switched off.
        is_deactivated: bool = IS_DEACTIVATED,
    }
}

item! {
    /// An access to a managed system through a package.
    Connection {
        /// Its identifier; the key of its settings.
        identifier: Symbol = IDENTIFIER,
        /// The connector it belongs to.
        connector: Ref<Connector> = CONNECTOR,
        /// What it can export and fulfil.
        package: Package = PACKAGE,
        /// The half that is switched off.
        deactivation: Deactivation = DEACTIVATION_EXPORT_FULFILL,
    }
}

impl Connection {
    fn switched_off(&self, half: Deactivation) -> bool {
        self.deactivation.is_some_and(|field| field.value == half)
    }

    /// The package, where the catalogue has it.
    pub fn package(&self) -> Option<&'static crate::grammar::packages::Package> {
        self.package.map(|field| field.value.0)
    }

    /// Whether it exports: the package can, and the half is not switched off.
    pub fn exports(&self) -> bool {
        self.package().is_some_and(crate::grammar::Package::exports) && !self.switched_off(Deactivation::Export)
    }

    /// Whether it fulfils: the package can, and the half is not switched off.
    pub fn fulfils(&self) -> bool {
        self.package().is_some_and(crate::grammar::Package::fulfills) && !self.switched_off(Deactivation::Fulfill)
    }

    /// Whether its exports can be changes only.
    pub fn is_incremental(&self) -> bool {
        self.package().is_some_and(|package| package.incremental)
    }
}

item! {
    /// A table that a connection exports, where it is described by hand.
    ConnectionTable {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// The connection that exports it.
        connection: Ref<Connection> = CONNECTION,
    }
}

item! {
    /// A change made to exported columns before they are prepared.
    Transformation {
        /// The table it changes.
        table: Text = TABLE,
    }
}

item! {
    /// Where the resources of an entity type come from. Its identifier is that of the entity type.
    EntityTypeMapping {
        /// The entity type.
        entity_type: Ref<EntityType> = IDENTIFIER,
        /// The connector it belongs to.
        connector: Ref<Connector> = CONNECTOR,
        /// The exported table.
        connection_table: Text = CONNECTION_TABLE,
    }
}

item! {
    /// A column that fills a property.
    PropertyMapping {
        /// The property of the entity type.
        property: Symbol = IDENTIFIER,
        /// The column.
        connection_column: Text = CONNECTION_COLUMN,
        /// Whether rows are matched to resources by it.
        is_primary_key: bool = IS_PRIMARY_KEY,
        /// Whether association mappings may name it.
        is_unique_key: bool = IS_UNIQUE_KEY,
    }
}

item! {
    /// Where the links of an association come from. Its identifier is that of the association.
    EntityAssociationMapping {
        /// The association.
        association: Ref<EntityAssociation> = IDENTIFIER,
        /// The connector it belongs to.
        connector: Ref<Connector> = CONNECTOR,
    }
}

/// Whether a Boolean field is written and true.
pub(crate) fn is_true(field: Option<Field<bool>>) -> bool {
    field.is_some_and(|field| field.value)
}
