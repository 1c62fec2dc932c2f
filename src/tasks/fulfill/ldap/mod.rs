//! Orders executed in LDAP directories, as the `LdapResourceTypeMapping` of their resource type says.
//!
//! An order becomes operations ([`steps`]), each telling an end state; they are carried out one after the other and held
//! against what the directory shows ([`perform`]). Passwords exist in the call that sets them only.

mod directory;
mod form;
mod password;
mod perform;
mod shape;
mod steps;

use std::collections::BTreeMap;

use super::configured::placeholder;
use super::{Order, Stop, Target};
use crate::connectors::ldap::{Dn, LdapOptions, is_windows_package};
use crate::plan::model::{Connection, Plan, ResourceType};
use crate::tasks::orders::connection_of;
use crate::tasks::settings::{ConnectionSettings, Settings};
use crate::tasks::{TaskContext, TaskError};
use directory::Server;
use perform::{Passwords, Performer};
use shape::Shape;

/// A directory that orders are executed in.
pub(super) struct LdapTarget<'a> {
    directory: Server,
    connection: String,
    /// By resource type.
    shapes: BTreeMap<&'a str, Shape>,
    /// The member of groups that would have none and must have one.
    placeholder: Option<Dn>,
    windows: bool,
    /// Passwords that were set.
    set: u64,
}

/// Looks for what is wrong with a connection and the resource types that it fulfils, before anything runs.
pub(super) fn check(
    plan: &Plan,
    settings: &Settings,
    connection: &Connection,
    resource_types: &[&ResourceType],
) -> Result<(), TaskError> {
    let (own, options) = options(settings, connection)?;
    placeholder(settings, connection)?;
    for resource_type in resource_types {
        let shape = Shape::read(&plan.model, settings, resource_type).map_err(TaskError::new)?;
        if shape.password.is_none() {
            continue;
        }
        let refused = |setting: &str, message: String| Err(TaskError::new(own.wrong(setting, message).to_string()));
        let windows = is_windows(connection, &options);
        if !options.resets_passwords && !windows {
            let message = format!("it is not true, and resource type {} sets passwords (PasswordResetSetting)", shape.id);
            return refused("IsLdapPasswordReset", message);
        }
        if windows && let Some(plain) = options.servers.iter().find(|server| !server.url.starts_with("ldaps://")) {
            let message = format!(
                "{} is a plain address, and Active Directory takes the passwords that resource type {} sets over an \
                 encrypted connection only; set EnableSSL to true, or write ldaps://",
                plain.url, shape.id
            );
            return refused("Servers", message);
        }
    }
    Ok(())
}

fn options<'s>(settings: &'s Settings, connection: &Connection) -> Result<(&'s ConnectionSettings, LdapOptions), TaskError> {
    let own = settings.connection(&connection.id);
    let own = own.ok_or_else(|| TaskError::new(format!("connection {} has no settings under Connections", connection.id)))?;
    let options = LdapOptions::read(own, &connection.package).map_err(|error| TaskError::new(error.to_string()))?;
    Ok((own, options))
}

/// Whether the directory takes passwords as Active Directory does.
fn is_windows(connection: &Connection, options: &LdapOptions) -> bool {
    is_windows_package(&connection.package) || options.is_ad_lds
}

impl<'a> LdapTarget<'a> {
    /// Connects to the directory.
    pub(super) fn open(context: &TaskContext<'a>, connection: &Connection) -> Result<Self, TaskError> {
        let (_, options) = options(context.settings, connection)?;
        let model = &context.plan.model;
        let mut shapes = BTreeMap::new();
        for resource_type in &model.resource_types {
            if connection_of(model, &resource_type.id) == Some(connection.id.as_str()) {
                let shape = Shape::read(model, context.settings, resource_type).map_err(TaskError::new)?;
                shapes.insert(resource_type.id.as_str(), shape);
            }
        }
        let directory = Server::open(&options).map_err(|failure| {
            let error = TaskError::new(failure.to_string());
            match failure.help() {
                Some(help) => error.help(help),
                None => error,
            }
        })?;
        let windows = is_windows(connection, &options);
        let placeholder = placeholder(context.settings, connection)?;
        Ok(Self { directory, connection: connection.id.clone(), shapes, placeholder, windows, set: 0 })
    }
}

impl Target for LdapTarget<'_> {
    fn execute(&mut self, order: &Order) -> Result<(), Stop> {
        let shape = self.shapes.get(order.resource_type.as_str());
        let shape = shape.ok_or_else(|| Stop::Refused(format!("the plan has no resource type {}", order.resource_type)))?;
        let work = shape.work(order).map_err(Stop::Refused)?;
        let passwords = shape.password.as_ref().map(|policy| Passwords { policy, windows: self.windows });
        let mut performer = Performer {
            directory: &mut self.directory,
            connection: &self.connection,
            permissive: shape.permissive,
            placeholder: self.placeholder.as_ref(),
            passwords,
            set: 0,
        };
        let result = performer.perform(&work);
        self.set += performer.set;
        result
    }

    fn remark(&self) -> Option<String> {
        (self.set > 0).then(|| {
            format!(
                "{} set, and mailed to nobody",
                if self.set == 1 { "1 password was".to_owned() } else { format!("{} passwords were", self.set) }
            )
        })
    }
}
