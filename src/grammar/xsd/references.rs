//! What attributes name, in words.

use super::super::{Reference, ResourceTypeEnd, TypeSource, name_text};

/// A sentence on what the value names.
pub(super) fn words(reference: Reference) -> String {
    match reference {
        Reference::Item(kind) => format!("Names one of the {}.", kind.plural()),
        Reference::Property(source) => format!("Names a property{}.", of(source)),
        Reference::QualifiedProperty => "Names a property, as EntityType:Property.".to_owned(),
        Reference::Binding(TypeSource::Written) => "A path of properties, as EntityType:property.property.".to_owned(),
        Reference::Binding(source) => format!("A path of properties{}, as property.property.", of(source)),
        Reference::Resource => "Names a resource by the value of a key property.".to_owned(),
        Reference::ResourceId => "Names a resource by its number.".to_owned(),
        Reference::DataSource => "Names a connection table or an exported file.".to_owned(),
        Reference::DataColumn => "Names a column of the exported data.".to_owned(),
        Reference::Activity => "Names an activity, as Workflow:Activity.".to_owned(),
        Reference::Permission => "A path of the tree of permissions.".to_owned(),
        Reference::Control => "Names a control of the same form.".to_owned(),
        Reference::LicenseTag => "Names a tag of a licence key in the settings file.".to_owned(),
        Reference::GeneratedTask => "Names a task that the scaffolding generates, whole or by the end of its name.".to_owned(),
    }
}

fn of(source: TypeSource) -> String {
    match source {
        TypeSource::Attribute { attribute, through, .. } => {
            let name = name_text(attribute).unwrap_or_default();
            match through {
                None => format!(" of {name}"),
                Some(ResourceTypeEnd::Source) => format!(" of the source entity type of {name}"),
                Some(ResourceTypeEnd::Target) => format!(" of the target entity type of {name}"),
            }
        }
        TypeSource::BuiltIn(name) => format!(" of {name}"),
        TypeSource::Enclosing => " of the nearest EntityType".to_owned(),
        TypeSource::Pointed => " of the entity type that Property leads to".to_owned(),
        TypeSource::Written | TypeSource::Unknown => String::new(),
    }
}
