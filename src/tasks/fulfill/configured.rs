//! What `[fulfilment]` of `jobwright.toml` says, held against the connections that there are.

use super::csv::is_file_package;
use crate::config::{FULFILMENTS, Fulfilment, PLACEHOLDER, nearest};
use crate::connectors::ldap::{Dn, is_ldap_package};
use crate::plan::model::{Connection, Plan};
use crate::tasks::{Settings, TaskError};

/// Looks for names that no connection has, and for what does not fit the connection of a name.
pub(super) fn check(plan: &Plan, settings: &Settings) -> Result<(), TaskError> {
    settings.fulfilment.iter().try_for_each(|(id, how)| check_one(plan, id, how))
}

/// What stands for nobody in groups that must have a member.
pub(in crate::tasks) fn placeholder(settings: &Settings, connection: &Connection) -> Result<Option<Dn>, TaskError> {
    let Some(Fulfilment::Placeholder(entry)) = settings.fulfilment(&connection.id) else { return Ok(None) };
    Dn::parse(entry).map(Some).map_err(|reason| {
        TaskError::new(format!("{PLACEHOLDER} of connection {} in jobwright.toml: {reason}", connection.id)).help(
            "write the whole name of an entry, as in cn=nobody,dc=example; it need not exist unless the directory asks for that",
        )
    })
}

fn check_one(plan: &Plan, id: &str, how: &Fulfilment) -> Result<(), TaskError> {
    let connections = &plan.model.connections;
    let connection = connections.iter().find(|connection| connection.id.eq_ignore_ascii_case(id));
    let package = connection.map_or("", |connection| connection.package.as_str());
    let to_directory = matches!(how, Fulfilment::Placeholder(_));
    match (is_file_package(package), is_ldap_package(package)) {
        (true, _) if !to_directory => return Ok(()),
        (_, true) if to_directory => return Ok(()),
        (true, _) => {
            let message = format!("[fulfilment] in jobwright.toml gives {id} a {PLACEHOLDER}, and it is a connection to files");
            return Err(TaskError::new(message).help("write \"orders\" or \"sources\", or take it out"));
        }
        (_, true) => {
            let word = FULFILMENTS.iter().find(|(_, known)| known == how).map_or("", |(word, _)| *word);
            let message = format!("[fulfilment] in jobwright.toml says {word:?} of {id}, which is a directory");
            return Err(TaskError::new(message).help(format!("take it out, or write {{ {PLACEHOLDER} = \"…\" }}")));
        }
        (false, false) => {}
    }
    let fits = |package: &str| if to_directory { is_ldap_package(package) } else { is_file_package(package) };
    let what = if to_directory { "directories" } else { "files" };
    let ids: Vec<&str> =
        connections.iter().filter(|connection| fits(&connection.package)).map(|connection| connection.id.as_str()).collect();
    let one = if to_directory { "directory" } else { "connection to files" };
    let error = TaskError::new(format!("[fulfilment] in jobwright.toml names {id}, which is no {one}"));
    Err(match nearest(id, ids.iter().copied()) {
        Some(near) => error.help(format!("did you mean {near}?")),
        None if !ids.is_empty() => error.help(format!("connections to {what} are {}", ids.join(", "))),
        None if to_directory => error.help("take it out: no connection is to a directory"),
        None => error.help("take it out: no connection has the package Usercube.FulfillToFile or Usercube.Manual"),
    })
}
