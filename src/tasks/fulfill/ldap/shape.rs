//! How the resources of a resource type stand in a directory: read from its mapping, checked before anything runs.

use std::collections::BTreeMap;

use super::form::Form;
use super::password::Policy;
use crate::plan::model::{EntityTypeMapping, Item, Model, ResourceType, Value};
use crate::tasks::attribute::text;
use crate::tasks::mappings::{LinkMapping, Mappings, Naming, connection_of};
use crate::tasks::settings::Settings;

/// Columns of an export that are no attributes.
const PSEUDO: [&str; 3] = ["dn", "parentdn", "rdn"];

/// An attribute that a property is mapped onto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attribute {
    pub(super) name: String,
    pub(super) form: Form,
}

/// By what a value names an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
    Dn,
    Property(String),
}

/// A navigation property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The attribute that holds the link.
    pub(super) attribute: String,
    /// It stands on the entry at the other end, whose values name the resource so; none: on the resource's own entry.
    pub(super) far: Option<Name>,
    /// The property holds several resources.
    pub(super) many: bool,
}

/// A resource type in a directory.
#[derive(Debug)]
pub(super) struct Shape {
    pub(super) id: String,
    /// `objectClass` of new entries.
    pub(super) classes: Vec<String>,
    /// The attribute that entries are named by.
    pub(super) rdn: String,
    pub(super) dn_property: Option<String>,
    pub(super) parent_property: Option<String>,
    pub(super) rdn_property: Option<String>,
    /// The property that holds `userAccountControl`.
    pub(super) control: Option<String>,
    /// Property and attribute that tell entries apart whatever they are called.
    pub(super) key: Option<(String, Attribute)>,
    /// By property.
    pub(super) attributes: BTreeMap<String, Attribute>,
    /// By navigation property.
    pub(super) links: BTreeMap<String, Link>,
    /// Attributes of other entries that name these.
    pub(super) referring: Vec<(String, Name)>,
    pub(super) permissive: bool,
    pub(super) tree: bool,
    pub(super) password: Option<Policy>,
}

fn is(item: &Item, name: &str) -> bool {
    item.attributes.get(name) == Some(&Value::Bool(true))
}

fn is_pseudo(column: &str) -> bool {
    PSEUDO.iter().any(|pseudo| pseudo.eq_ignore_ascii_case(column))
}

/// Makes the shape of one resource type.
struct Reader<'m> {
    model: &'m Model,
    item: &'m Item,
    entities: &'m EntityTypeMapping,
    mappings: Mappings,
}

impl Shape {
    /// Reads the mapping of a resource type; the error says what is wrong with it.
    pub(super) fn read(model: &Model, settings: &Settings, resource_type: &ResourceType) -> Result<Self, String> {
        let id = &resource_type.id;
        if text(&resource_type.attributes, "ArgumentsExpression").is_some_and(|expression| !expression.trim().is_empty()) {
            return Err(format!("ArgumentsExpression of resource type {id} has no embedded form"));
        }
        let mut items = model.items.iter().filter(|item| item.element == "LdapResourceTypeMapping");
        let item = items.find(|item| item.id.as_deref() == Some(id)).ok_or_else(|| {
            format!("resource type {id} has no LdapResourceTypeMapping, which says how its entries are named and classed")
        })?;
        let entities = model.entity_type_mappings.iter().find(|mapping| mapping.entity_type == resource_type.target);
        let entities = entities
            .ok_or_else(|| format!("entity type {} is not mapped, so its attributes are not known", resource_type.target))?;
        let mappings = Mappings::of(model, &entities.connector).map_err(|error| error.to_string())?;
        Reader { model, item, entities, mappings }.shape(settings, id)
    }

    /// The attribute of a property, if it is one of the directory's.
    pub(super) fn attribute(&self, property: &str) -> Option<&Attribute> {
        self.attributes.get(property).filter(|attribute| !is_pseudo(&attribute.name))
    }
}

impl Reader<'_> {
    fn shape(&self, settings: &Settings, id: &str) -> Result<Shape, String> {
        let rdn = text(&self.item.attributes, "RDNAttributeIdentifier").unwrap_or_default().trim().to_owned();
        if rdn.is_empty() || !rdn.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.')) {
            return Err(format!("RDNAttributeIdentifier {rdn:?} of the LdapResourceTypeMapping {id} is no attribute"));
        }
        let classes = text(&self.item.attributes, "DefaultObjectClass").unwrap_or_default();
        let classes: Vec<String> = classes.split_whitespace().map(str::to_owned).collect();
        if classes.is_empty() {
            return Err(format!("the LdapResourceTypeMapping {id} has no DefaultObjectClass"));
        }
        let mut attributes = self.attributes()?;
        let links = self.links(&mut attributes);
        let dn_property = self.marked("IsDNProperty").or_else(|| self.mapped("dn"));
        let parent_property = self.marked("IsParentProperty").or_else(|| {
            let linked = links.iter().find(|(_, link)| link.far.is_none() && link.attribute.eq_ignore_ascii_case("parentdn"));
            self.mapped("parentdn").or_else(|| linked.map(|(property, _)| property.clone()))
        });
        let password = match text(&self.item.attributes, "PasswordResetSetting") {
            Some(named) => Some(Policy::read(self.model, settings, named)?),
            None => None,
        };
        Ok(Shape {
            id: id.to_owned(),
            classes,
            rdn_property: self.marked("IsRDNProperty").or_else(|| self.mapped(&rdn)),
            rdn,
            control: self.marked("IsUserAccountControlProperty"),
            dn_property,
            parent_property,
            key: self.key(&attributes),
            referring: self.referring(&links),
            attributes,
            links,
            permissive: is(self.item, "UsePermissiveModify"),
            tree: is(self.item, "UseTreeDelete"),
            password,
        })
    }

    /// The property that the mapping gives a role.
    fn marked(&self, role: &str) -> Option<String> {
        let child = self.item.children.iter().find(|child| is(child, role))?;
        text(&child.attributes, "Property").map(str::to_owned)
    }

    /// The property that is mapped onto a column.
    fn mapped(&self, column: &str) -> Option<String> {
        let mut properties = self.entities.properties.iter();
        properties.find(|mapped| mapped.column.eq_ignore_ascii_case(column)).map(|mapped| mapped.property.clone())
    }

    fn attributes(&self) -> Result<BTreeMap<String, Attribute>, String> {
        let entity_type = self.model.entity_types.iter().find(|known| known.id == self.entities.entity_type);
        let mut attributes = BTreeMap::new();
        for mapped in &self.entities.properties {
            let known = entity_type.and_then(|known| known.properties.iter().find(|property| property.id == mapped.property));
            let kind = known.map_or("String", |property| property.kind.as_str());
            if kind == "ForeignKey" {
                continue;
            }
            let of = || format!("{}.{}", self.entities.entity_type, mapped.property);
            let form =
                Form::of(mapped.format.as_deref(), kind, &mapped.column).map_err(|reason| format!("{}: {reason}", of()))?;
            attributes.insert(mapped.property.clone(), Attribute { name: mapped.column.clone(), form });
        }
        for child in &self.item.children {
            let property = text(&child.attributes, "Property").unwrap_or_default();
            if let (Some(separator), Some(attribute)) =
                (text(&child.attributes, "MultiValueSeparator").filter(|text| !text.is_empty()), attributes.get_mut(property))
            {
                attribute.form = Form::Many(separator.to_owned());
            }
        }
        Ok(attributes)
    }

    /// Which of the two columns of a link's table is an attribute; the other names the entry that has it.
    fn holder(&self, link: &LinkMapping) -> Option<usize> {
        let connector = &self.entities.connector;
        let connection = connection_of(self.model, connector, &link.table);
        let own = connection.and_then(|connection| link.table.strip_prefix(connection.id.as_str())?.strip_prefix('_'));
        let own = own.map(|own| own.strip_suffix(".csv").unwrap_or(own));
        if let Some(own) = own
            && let Some(named) = link.columns.iter().position(|column| column.eq_ignore_ascii_case(own))
        {
            return Some(named);
        }
        let names = |end: usize| {
            let column = &link.columns[end];
            let mapping = self.mappings.resources.iter().find(|mapping| mapping.entity_type == link.ends[end].entity_type);
            let mut keys = mapping.into_iter().flat_map(|mapping| mapping.key.iter().map(|key| &mapping.columns[*key].1));
            column.eq_ignore_ascii_case("dn") || keys.any(|key| key == column)
        };
        match (names(0), names(1)) {
            (true, false) => Some(1),
            (false, true) => Some(0),
            _ => None,
        }
    }

    /// By what a value in a link's table names the resources of an end.
    fn name(&self, link: &LinkMapping, end: usize) -> Option<Name> {
        let mapping = self.mappings.resources.iter().find(|mapping| mapping.entity_type == link.ends[end].entity_type)?;
        let (property, column) = match (&link.ends[end].naming, mapping.key.as_slice()) {
            (Naming::Property(named), _) => mapping.columns.iter().find(|(property, _)| property == named)?,
            (Naming::Key, [only]) => &mapping.columns[*only],
            (Naming::Key, _) => return None,
        };
        Some(if column.eq_ignore_ascii_case("dn") { Name::Dn } else { Name::Property(property.clone()) })
    }

    /// The navigation properties of the entity type; those of a kind that has values of its own are no attributes.
    fn links(&self, attributes: &mut BTreeMap<String, Attribute>) -> BTreeMap<String, Link> {
        let mut links = BTreeMap::new();
        for link in &self.mappings.links {
            let Some(association) = self.model.associations.iter().find(|known| known.id == link.association) else { continue };
            let Some(holder) = self.holder(link) else { continue };
            for (own, end) in [&association.first, &association.second].into_iter().enumerate() {
                if end.entity_type != self.entities.entity_type || end.property.is_empty() {
                    continue;
                }
                // The column of an end holds its names: what names this end stands on the other one's entry.
                let far = if holder == own { self.name(link, own).map(Some) } else { Some(None) };
                let Some(far) = far else { continue };
                attributes.remove(&end.property);
                let link = Link { attribute: link.columns[holder].clone(), far, many: end.collection };
                links.insert(end.property.clone(), link);
            }
        }
        for child in &self.item.children {
            let back = text(&child.attributes, "DataSourceBacklinkColumnName").map(str::trim).filter(|name| !name.is_empty());
            if let (Some(attribute), Some(property)) = (back, text(&child.attributes, "Property")) {
                let known = links.remove(property);
                let many = known.as_ref().is_none_or(|link| link.many);
                let far = known.and_then(|link| link.far).unwrap_or(Name::Dn);
                links.insert(property.to_owned(), Link { attribute: attribute.to_owned(), far: Some(far), many });
            }
        }
        links
    }

    fn referring(&self, links: &BTreeMap<String, Link>) -> Vec<(String, Name)> {
        let mut referring: Vec<(String, Name)> =
            links.values().filter_map(|link| Some((link.attribute.clone(), link.far.clone()?))).collect();
        for link in &self.mappings.links {
            let Some(holder) = self.holder(link) else { continue };
            if link.ends[holder].entity_type == self.entities.entity_type {
                referring.extend(self.name(link, holder).map(|name| (link.columns[holder].clone(), name)));
            }
        }
        referring.retain(|(attribute, _)| !is_pseudo(attribute));
        referring.sort_by_key(|(attribute, _)| attribute.to_lowercase());
        referring.dedup_by(|a, b| a.0.eq_ignore_ascii_case(&b.0));
        referring
    }

    /// What tells entries apart for good: the key, where it is an attribute whose values can be asked for.
    fn key(&self, attributes: &BTreeMap<String, Attribute>) -> Option<(String, Attribute)> {
        let mut keys = self.entities.properties.iter().filter(|mapped| mapped.primary_key);
        let (Some(key), None) = (keys.next(), keys.next()) else { return None };
        let attribute = attributes.get(&key.property).filter(|attribute| !is_pseudo(&attribute.name))?;
        matches!(attribute.form, Form::Text | Form::Guid | Form::Sid).then(|| (key.property.clone(), attribute.clone()))
    }
}
