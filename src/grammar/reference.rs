//! What the value of an attribute can name.

use super::tables::ItemKind;
use crate::syntax::NameId;

/// What the value of an attribute names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An item, by its identifier.
    Item(ItemKind),
    /// A property of an entity type that is implied, by its bare identifier.
    Property(TypeSource),
    /// `EntityType:Property`.
    QualifiedProperty,
    /// A path of properties, `Type:property.property…`; the type may be left out where it is implied.
    Binding(TypeSource),
    /// A resource, by the value of a key property of its entity type.
    Resource,
    /// A resource, by its number.
    ResourceId,
    /// Exported data: the identifier of a connection table, or the name of an exported file.
    DataSource,
    /// A column of the exported data.
    DataColumn,
    /// `Workflow:Activity`.
    Activity,
    /// A path of the tree of permissions.
    Permission,
    /// A control of the same form, by its `Name`.
    Control,
    /// The `Tag` of a licence key in the settings file.
    LicenseTag,
    /// A task that a scaffolding generates: the whole of its name, or its tail from an underscore.
    GeneratedTask,
}

/// Where the entity type that a bare property or path belongs to is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeSource {
    /// In the value itself, before a colon.
    Written,
    /// An attribute names it.
    Attribute {
        /// Which element has the attribute.
        holder: Holder,
        /// The attribute.
        attribute: NameId,
        /// The attribute names a resource type, of which the entity type is this end.
        through: Option<ResourceTypeEnd>,
    },
    /// One of the product's own types.
    BuiltIn(&'static str),
    /// The nearest `EntityType` of the element, of those around it, or of the form.
    Enclosing,
    /// The entity type that the element's `Property` leads to.
    Pointed,
    /// Not said.
    Unknown,
}

/// Which element has the attribute that names the type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The element itself.
    Element,
    /// The element around it.
    Parent,
}

/// An end of a resource type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceTypeEnd {
    /// `SourceEntityType`.
    Source,
    /// `TargetEntityType`.
    Target,
}
