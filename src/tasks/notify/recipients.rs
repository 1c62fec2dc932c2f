//! Who is told: the holders of profiles that may do what is waiting to be done.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use crate::expr::date::DateTime;
use crate::expr::eval::Data;
use crate::expr::schema::{EntityId, Schema};
use crate::expr::value::Resource;
use crate::plan::model::{Item, Value};
use crate::tasks::TaskError;
use crate::tasks::attribute::{flag, items, text};
use crate::tasks::context::{Context, Dimension, dimensions};
use crate::tasks::expressions::{PlanSchema, StoreData};
use crate::tasks::role_model::{Keys, Walk};

/// Something that a profile may do for the owners of an entity type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Permission {
    PerformManualProvisioning,
    ReviewProvisioning,
    ReviewRoles,
}

impl Permission {
    /// Its name in the permission tree, and in that of the scaffolding that gives it.
    fn name(self) -> &'static str {
        match self {
            Self::PerformManualProvisioning => "PerformManualProvisioning",
            Self::ReviewProvisioning => "ReviewProvisioning",
            Self::ReviewRoles => "ReviewRoles",
        }
    }
}

/// Somebody who is told, and the limits of what about: everything where none is empty.
pub(super) type Recipients = BTreeMap<String, Vec<Context>>;

/// Finds recipients.
pub(super) struct Directory<'a> {
    store: &'a Connection,
    schema: &'a PlanSchema<'a>,
    data: StoreData<'a>,
    keys: Keys<'a>,
    now: DateTime,
    /// Entity type and property of mail addresses.
    mail: Option<(EntityId, &'a str, &'a str)>,
    dimensions: Vec<Dimension<'a>>,
}

impl<'a> Directory<'a> {
    pub(super) fn new(store: &'a Connection, schema: &'a PlanSchema<'a>, now: DateTime) -> Self {
        let model = schema.model();
        let setting = items(model, "MailSetting").find_map(|item| text(&item.attributes, "MailProperty"));
        let mail = setting.and_then(|written| written.split_once(':')).and_then(|(entity_type, property)| {
            let entity = schema.entity(entity_type.trim())?;
            let (property, _) = schema.property(entity, property.trim())?;
            Some((entity, schema.entity_type(entity)?.id.as_str(), property))
        });
        let (keys, dimensions) = (Keys::new(store, model), dimensions(model));
        Self { store, schema, data: StoreData::new(store, schema), keys, now, mail, dimensions }
    }

    /// Whether the configuration says which property holds mail addresses.
    pub(super) fn knows_addresses(&self) -> bool {
        self.mail.is_some()
    }

    /// Whom to tell of what is to be done with a permission for the owners of an entity type, by address.
    pub(super) fn recipients(&self, permission: Permission, entity_type: &str) -> Result<Recipients, TaskError> {
        let profiles = self.profiles(permission, entity_type);
        let (mut found, mut denied) = (Vec::new(), BTreeSet::new());
        for item in items(self.schema.model(), "AssignedProfile") {
            let profile = text(&item.attributes, "Profile").unwrap_or_default();
            let Some(user) = self.user(item)?.filter(|_| profiles.contains(profile) && self.applies(item)) else { continue };
            if flag(&item.attributes, "IsDenied") {
                denied.insert((user, profile.to_owned()));
                continue;
            }
            let address = text(&item.attributes, "Email").map(str::to_owned);
            found.push((user, profile.to_owned(), address, self.context(item)?));
        }
        let sql = "SELECT resource, profile, context FROM assigned_profile ORDER BY resource, profile, context";
        let mut statement = self.store.prepare(sql)?;
        let rows =
            statement.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
        for (user, profile, limits) in rows.collect::<Result<Vec<_>, _>>()? {
            if profiles.contains(profile.as_str()) {
                found.push((user, profile, None, Context::stored(&limits)?));
            }
        }
        let mut recipients = Recipients::new();
        for (user, profile, address, limits) in found {
            if denied.contains(&(user, profile)) {
                continue;
            }
            let address = match address {
                Some(address) => Some(address),
                None => self.address(user)?,
            };
            if let Some(address) = address {
                recipients.entry(address).or_default().push(limits);
            }
        }
        Ok(recipients)
    }

    /// Profiles that have a permission and are told of it.
    fn profiles(&self, permission: Permission, entity_type: &str) -> BTreeSet<&'a str> {
        let model = self.schema.model();
        let scaffolding = format!("{}AccessControlRules", permission.name());
        let of_profile = |item: &'a Item| text(&item.attributes, "Profile");
        let given = model
            .items
            .iter()
            .filter(|item| item.element == scaffolding && text(&item.attributes, "EntityType") == Some(entity_type));
        // Only the whole path tells: who may do it for every entity type is not told of each.
        let path = format!("/ProvisioningPolicy/{}/{entity_type}", permission.name());
        let entitled = items(model, "AccessControlRule").filter(|rule| {
            rule.children.iter().any(|entry| {
                let written = text(&entry.attributes, "Permission").unwrap_or_default();
                let written = written.strip_prefix("/Custom").unwrap_or(written);
                let told = entry.attributes.get("Notify") != Some(&Value::Bool(false));
                written.eq_ignore_ascii_case(&path) && flag(&entry.attributes, "CanExecute") && told
            })
        });
        given.chain(entitled).filter_map(of_profile).collect()
    }

    /// Whether an assignment is in force.
    fn applies(&self, item: &Item) -> bool {
        let date = |name: &str| text(&item.attributes, name).and_then(DateTime::stored);
        let state = text(&item.attributes, "AccessState").unwrap_or("None");
        let in_force = matches!(state, "None" | "Approved" | "PolicyApproved");
        in_force && date("StartDate").is_none_or(|start| start <= self.now) && date("EndDate").is_none_or(|end| self.now <= end)
    }

    fn user(&self, item: &Item) -> Result<Option<i64>, TaskError> {
        let (Some((_, entity_type, _)), Some(user)) = (self.mail, text(&item.attributes, "User")) else { return Ok(None) };
        self.keys.find(entity_type, user)
    }

    fn context(&self, item: &Item) -> Result<Context, TaskError> {
        let Some(id) = text(&item.attributes, "Context") else { return Ok(Context::default()) };
        let declared = items(self.schema.model(), "ProfileContext").find(|context| match context.attributes.get("Id") {
            Some(Value::Int(number)) => number.to_string() == id,
            Some(Value::Text(text)) => text == id,
            _ => false,
        });
        declared.map_or(Ok(Context::default()), |context| Context::of(context, &self.dimensions, &self.keys, self.store))
    }

    /// The address of a person; none where nothing is known of it.
    fn address(&self, user: i64) -> Result<Option<String>, TaskError> {
        let Some((entity, entity_type, property)) = self.mail else { return Ok(None) };
        let sql = "SELECT EXISTS (SELECT 1 FROM resource r JOIN entity_type t ON t.id = r.type WHERE r.id = ?1 AND t.name = ?2)";
        if !self.store.prepare_cached(sql)?.query_row(params![user, entity_type], |row| row.get::<_, bool>(0))? {
            return Ok(None);
        }
        let value = self.data.read(Resource { entity, id: user }, property).ok();
        let address = value.and_then(|value| value.store("String").ok().flatten());
        Ok(address.map(|address| address.trim().to_owned()).filter(|address| !address.is_empty()))
    }

    /// Whether something about an owner lies within the limits of a recipient. `about`: identifiers, by element.
    pub(super) fn within(
        &self,
        limits: &[Context],
        entity_type: &str,
        owner: i64,
        about: &[(&str, &str)],
    ) -> Result<bool, TaskError> {
        for limit in limits {
            let fits = |(element, id): (&String, &String)| {
                about.iter().filter(|(known, _)| known == element).all(|(_, known)| known == id)
            };
            if limit.items.iter().all(fits) && self.has(limit, entity_type, owner)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether one of an owner's contexts has all dimension values of a limit, or values below them.
    fn has(&self, limit: &Context, entity_type: &str, owner: i64) -> Result<bool, TaskError> {
        if limit.dimensions.is_empty() {
            return Ok(true);
        }
        let mut rules = items(self.schema.model(), "ContextRule");
        let rule = rules.find(|rule| text(&rule.attributes, "SourceEntityType") == Some(entity_type));
        let (Some(rule), Some(entity)) = (rule, self.schema.entity(entity_type)) else { return Ok(false) };
        let (records, entity) = match text(&rule.attributes, "ResourcesBinding") {
            None => (vec![owner], entity),
            Some(binding) => match Walk::along(self.store, self.schema, entity, binding)? {
                Ok((walk, end)) => (walk.from(self.store, owner)?, end),
                Err(_) => return Ok(false),
            },
        };
        for record in records {
            let mut all = true;
            for dimension in self.dimensions.iter().filter(|dimension| limit.dimensions.contains_key(dimension.id)) {
                let binding = text(&rule.attributes, &format!("B{}", dimension.suffix));
                let wanted =
                    limit.dimensions.get(dimension.id).map(|key| self.keys.find(dimension.entity_type, key)).transpose()?;
                let reached = match binding.map(|binding| Walk::along(self.store, self.schema, entity, binding)).transpose()? {
                    Some(Ok((walk, _))) => walk.from(self.store, record)?,
                    _ => Vec::new(),
                };
                let mut within = false;
                for value in reached {
                    within |=
                        dimension.chain(self.store, self.schema, value)?.into_iter().any(|value| Some(Some(value)) == wanted);
                }
                all &= within;
            }
            if all {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
