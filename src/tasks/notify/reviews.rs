//! What waits for people: roles to review, provisioning to review, orders to carry out by hand.

use rusqlite::{Connection, params};

use crate::plan::model::{Item, Model, Value};
use crate::tasks::TaskError;
use crate::tasks::attribute::{items, number, text};
use crate::tasks::display::display_name;
use crate::tasks::expressions::{PlanSchema, StoreData};
use crate::tasks::orders::connection_of;

use super::recipients::Permission;

/// A native notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Review {
    ManualProvisioning,
    Provisioning,
    /// All roles, or those with one approval only.
    Roles {
        once: bool,
    },
}

/// One thing that waits.
pub(super) struct Waiting {
    /// Names it in the ledger.
    pub(super) key: String,
    pub(super) owner: i64,
    /// A line for a person.
    pub(super) line: String,
    /// Identifiers of what it is about, by element.
    pub(super) about: Vec<(&'static str, String)>,
}

impl Review {
    /// The kind in the ledger; the two tasks that tell of roles share it, so that nobody is told twice.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::ManualProvisioning => "ManualProvisioning",
            Self::Provisioning => "ProvisioningReview",
            Self::Roles { .. } => "RoleReview",
        }
    }

    pub(super) fn permission(self) -> Permission {
        match self {
            Self::ManualProvisioning => Permission::PerformManualProvisioning,
            Self::Provisioning => Permission::ReviewProvisioning,
            Self::Roles { .. } => Permission::ReviewRoles,
        }
    }

    /// The element that declares it.
    pub(super) fn element(self) -> &'static str {
        match self {
            Self::ManualProvisioning => "ManualProvisioningNotification",
            Self::Provisioning => "ProvisioningReviewNotification",
            Self::Roles { .. } => "RoleReviewNotification",
        }
    }

    /// What the mail is called.
    pub(super) fn subject(self, count: usize) -> String {
        let things = |one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
        match self {
            Self::ManualProvisioning => things("change to make by hand", "changes to make by hand"),
            Self::Provisioning => things("provisioning order to review", "provisioning orders to review"),
            Self::Roles { .. } => things("role to review", "roles to review"),
        }
    }

    /// Whether `MailSetting` leaves it on.
    pub(super) fn is_on(self, model: &Model) -> bool {
        let off = |item: &Item| item.attributes.get(self.element()) == Some(&Value::Bool(false));
        !items(model, "MailSetting").any(off)
    }

    /// How it is declared for the owners of an entity type.
    pub(super) fn declared<'m>(self, model: &'m Model, entity_type: &str) -> Option<&'m Item> {
        items(model, self.element()).find(|item| text(&item.attributes, "OwnerEntityType") == Some(entity_type))
    }

    /// Minutes after which it is told again, for the owners of an entity type; 0 for never.
    pub(super) fn reminder(self, model: &Model, entity_type: &str) -> i64 {
        self.declared(model, entity_type).map_or(0, |item| number(&item.attributes, "ReminderInterval"))
    }

    /// What waits for the owners of an entity type.
    pub(super) fn waiting(
        self,
        store: &Connection,
        schema: &PlanSchema<'_>,
        entity_type: &str,
    ) -> Result<Vec<Waiting>, TaskError> {
        let data = StoreData::new(store, schema);
        let names = Names { store, schema, data: &data };
        match self {
            Self::Roles { once } => names.roles(entity_type, once),
            Self::Provisioning => names.assignments(entity_type, 5, |_| true),
            Self::ManualProvisioning => {
                let model = schema.model();
                let by_hand = |id: &str| {
                    let connection = connection_of(model, id);
                    let connection = connection.and_then(|id| model.connections.iter().find(|known| known.id == id));
                    connection.is_some_and(|found| found.package.to_lowercase().starts_with("usercube.manual"))
                };
                names.assignments(entity_type, 8, by_hand)
            }
        }
    }
}

struct Names<'a> {
    store: &'a Connection,
    schema: &'a PlanSchema<'a>,
    data: &'a StoreData<'a>,
}

impl Names<'_> {
    fn owner(&self, id: i64, key: &str) -> Result<String, TaskError> {
        let name = display_name(self.store, self.schema, self.data, id)?.unwrap_or_default();
        Ok(if name.is_empty() || name == key { key.to_owned() } else { format!("{name} ({key})") })
    }

    /// Roles that somebody asked for.
    fn roles(&self, entity_type: &str, once: bool) -> Result<Vec<Waiting>, TaskError> {
        let sql = "SELECT a.owner, r.key, a.kind, a.role FROM assigned_role a JOIN resource r ON r.id = a.owner
                   JOIN entity_type t ON t.id = r.type AND t.name = ?1
                   WHERE a.valid_to IS NULL AND a.origin = 'requested' ORDER BY r.key, a.kind, a.role";
        let mut statement = self.store.prepare(sql)?;
        let rows = statement.query_map([entity_type], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
        })?;
        let mut waiting = Vec::new();
        for (owner, key, kind, role) in rows.collect::<Result<Vec<_>, _>>()? {
            let mut items = self.schema.model().items.iter();
            let item = items.find(|item| item.element == kind && item.id.as_deref() == Some(&role));
            let approvals = item.and_then(|item| text(&item.attributes, "ApprovalWorkflowType")).unwrap_or("None");
            if once && approvals != "One" {
                continue;
            }
            let label = item.and_then(|item| item.label.as_deref()).unwrap_or(&role);
            let line = format!("{label}, asked for {}", self.owner(owner, &key)?);
            let category = item.and_then(|item| text(&item.attributes, "Category")).map(str::to_owned);
            let element = if kind == "CompositeRole" { "CompositeRole" } else { "SingleRole" };
            let mut about = vec![(element, role.clone())];
            about.extend(category.map(|category| ("Category", category)));
            waiting.push(Waiting { key: format!("{entity_type} {key}: {kind} {role}"), owner, line, about });
        }
        Ok(waiting)
    }

    /// Assignments in a state.
    fn assignments(&self, entity_type: &str, state: i64, meant: impl Fn(&str) -> bool) -> Result<Vec<Waiting>, TaskError> {
        let sql = "SELECT a.owner, r.key, a.resource_type, a.command FROM assigned_type a JOIN resource r ON r.id = a.owner
                   JOIN entity_type t ON t.id = r.type AND t.name = ?1
                   WHERE a.valid_to IS NULL AND a.state = ?2 ORDER BY r.key, a.resource_type";
        let mut statement = self.store.prepare(sql)?;
        let rows = statement.query_map(params![entity_type, state], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?, row.get::<_, String>(3)?))
        })?;
        let mut waiting = Vec::new();
        for (owner, key, resource_type, command) in rows.collect::<Result<Vec<_>, _>>()? {
            if !meant(&resource_type) {
                continue;
            }
            let what = match command.as_str() {
                "Added" => "to be added",
                "Deleted" => "to be deleted",
                _ => "to be changed",
            };
            let line = format!("{resource_type} of {}: {what}", self.owner(owner, &key)?);
            let key = format!("{entity_type} {key}: {resource_type} {command}");
            let model = self.schema.model();
            let category = model.resource_types.iter().find(|found| found.id == resource_type);
            let category = category.and_then(|found| text(&found.attributes, "Category")).map(str::to_owned);
            let mut about = vec![("ResourceType", resource_type)];
            about.extend(category.map(|category| ("Category", category)));
            waiting.push(Waiting { key, owner, line, about });
        }
        Ok(waiting)
    }
}
