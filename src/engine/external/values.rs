//! The values that placeholders stand for, and the command line that they make.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::executors::{Argument, Command, Name, Piece, Template};
use crate::plan::Plan;
use crate::plan::model::{Job, Side, Task, Value};
use crate::tasks::settings::Secret;
use crate::tasks::{RunId, Settings};

/// Everything a command is made of.
pub(super) struct Values<'a> {
    pub(super) plan: &'a Plan,
    pub(super) job: &'a Job,
    pub(super) task: &'a Task,
    pub(super) run: RunId,
    pub(super) attempt: u32,
    pub(super) work: &'a Path,
    pub(super) store: &'a Path,
    pub(super) settings: &'a Settings,
    pub(super) secrets: &'a BTreeMap<String, Secret>,
}

/// The package of a task's connection.
pub(super) fn package<'p>(plan: &'p Plan, task: &Task) -> Option<&'p str> {
    connection(plan, task).map(|connection| connection.package.as_str())
}

fn connection<'p>(plan: &'p Plan, task: &Task) -> Option<&'p crate::plan::model::Connection> {
    let id = task.text("Connection")?;
    plan.model.connections.iter().find(|connection| crate::ir::same_identifier(&connection.id, id))
}

impl Values<'_> {
    pub(super) fn package(&self) -> Option<&str> {
        package(self.plan, self.task)
    }

    pub(super) fn connector(&self) -> Option<&str> {
        let of_connection = || connection(self.plan, self.task).map(|connection| connection.connector.as_str());
        self.task.text("Connector").or_else(of_connection)
    }

    pub(super) fn settings_file(&self) -> Option<&Path> {
        Some(self.settings.file.as_path()).filter(|file| !file.as_os_str().is_empty())
    }

    /// The arguments of a command.
    pub(super) fn arguments(&self, command: &Command) -> Vec<String> {
        let mut arguments = Vec::new();
        self.push(&command.args, &mut arguments);
        arguments
    }

    fn push(&self, from: &[Argument], to: &mut Vec<String>) {
        for argument in from {
            match argument {
                Argument::One(template) => to.push(self.fill(template)),
                Argument::Each(name) => to.extend(self.list(name).iter().cloned()),
                Argument::When { value, negated, then } => {
                    if self.is_set(value) != *negated {
                        self.push(then, to);
                    }
                }
            }
        }
    }

    /// The text with its placeholders filled in.
    pub(super) fn fill(&self, template: &Template) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Value(name) => self.text(name),
        };
        template.0.iter().map(piece).collect()
    }

    /// A setting of the task's connection; empty where it is not set.
    fn setting(&self, name: &str) -> String {
        let settings = self.task.text("Connection").and_then(|id| self.settings.connection(id));
        let Some(settings) = settings else { return String::new() };
        let flag = || settings.flag(name).map(|flag| flag.to_string());
        let list = || settings.list(name).map(|list| list.concat());
        settings.text(name).map(Option::unwrap_or_default).or_else(|_| flag()).or_else(|_| list()).unwrap_or_default()
    }

    fn list(&self, name: &Name) -> &[String] {
        match name {
            Name::TaskEntityTypes => &self.task.entity_types,
            Name::TaskResourceTypes => &self.task.resource_types,
            _ => &[],
        }
    }

    fn is_set(&self, name: &Name) -> bool {
        if name.is_list() { !self.list(name).is_empty() } else { !matches!(self.text(name).as_str(), "" | "false" | "0") }
    }

    fn text(&self, name: &Name) -> String {
        // The program may look at it from elsewhere.
        let path = |path: &Path| absolute(path).to_string_lossy().into_owned();
        match name {
            Name::JobId => self.job.id.clone(),
            Name::JobMode => word(&self.job.mode),
            Name::JobAgent => self.job.agent.clone().unwrap_or_default(),
            Name::TaskId => self.task.id.clone(),
            Name::TaskElement => self.task.element.clone(),
            Name::TaskSide => if self.task.side == Side::Agent { "agent" } else { "server" }.to_owned(),
            Name::TaskLevel => self.task.level.to_string(),
            Name::TaskAttempt => self.attempt.to_string(),
            Name::TaskConnector => self.connector().unwrap_or_default().to_owned(),
            Name::TaskPackage => self.package().unwrap_or_default().to_owned(),
            Name::Connection(setting) => self.setting(setting),
            Name::TaskEntityTypes | Name::TaskResourceTypes => self.list(name).join(" "),
            Name::TaskAttribute(attribute) => match self.task.attributes.get(*attribute) {
                None | Some(Value::Null) => String::new(),
                Some(Value::Bool(flag)) => flag.to_string(),
                Some(Value::Int(number)) => number.to_string(),
                Some(Value::Float(number)) => number.to_string(),
                Some(Value::Text(text)) => text.clone(),
            },
            Name::RunId => self.run.0.to_string(),
            Name::RunWork => path(self.work),
            Name::RunStore => path(self.store),
            Name::RunSettings => path(&self.settings.file),
            Name::RunData => path(&self.settings.data_base),
            Name::Secret(secret) => self.secrets.get(secret).map(|secret| secret.expose().to_owned()).unwrap_or_default(),
        }
    }
}

/// The path, also from another working folder; one that is not set stays empty.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A word as the plan writes it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
