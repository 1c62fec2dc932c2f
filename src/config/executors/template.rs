//! Texts with placeholders: `--task={task.id}`. A brace that is meant is written twice.

use std::ops::Range;

use crate::config::nearest;
use crate::grammar;

/// A value that a placeholder stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
    /// Identifier of the job.
    JobId,
    /// `complete`, `incremental`, `initialization` or `other`.
    JobMode,
    /// The agent of the job; empty for the server.
    JobAgent,
    /// Identifier of the task.
    TaskId,
    /// Its element.
    TaskElement,
    /// `agent` or `server`.
    TaskSide,
    /// Its level.
    TaskLevel,
    /// Which time it is started in this run, from 1.
    TaskAttempt,
    /// Its connector, also that of its connection.
    TaskConnector,
    /// The package of its connection.
    TaskPackage,
    /// Its entity types, a list.
    TaskEntityTypes,
    /// Its resource types, a list.
    TaskResourceTypes,
    /// A setting of its connection that is no secret.
    Connection(&'static str),
    /// One of its attributes.
    TaskAttribute(&'static str),
    /// Number of the run.
    RunId,
    /// The folder of work files.
    RunWork,
    /// The identity store.
    RunStore,
    /// The settings file.
    RunSettings,
    /// The folder that relative paths of the settings start from.
    RunData,
    /// A secret; in the environment only.
    Secret(String),
}

/// The fixed placeholders.
const FIXED: [(&str, Name); 17] = [
    ("job.agent", Name::JobAgent),
    ("job.id", Name::JobId),
    ("job.mode", Name::JobMode),
    ("run.data", Name::RunData),
    ("run.id", Name::RunId),
    ("run.settings", Name::RunSettings),
    ("run.store", Name::RunStore),
    ("run.work", Name::RunWork),
    ("task.attempt", Name::TaskAttempt),
    ("task.connector", Name::TaskConnector),
    ("task.element", Name::TaskElement),
    ("task.entity-types", Name::TaskEntityTypes),
    ("task.id", Name::TaskId),
    ("task.level", Name::TaskLevel),
    ("task.package", Name::TaskPackage),
    ("task.resource-types", Name::TaskResourceTypes),
    ("task.side", Name::TaskSide),
];

/// Settings of connections that are no secrets.
const SETTINGS: [&str; 7] =
    ["Encoding", "IsFileNameRegex", "NumberOfLinesToSkip", "Path", "PathIncremental", "Separator", "ValuesToTrim"];

const CONNECTION: &str = "connection.";
const ATTRIBUTE: &str = "task.attribute.";
const SECRET: &str = "secret.";

impl std::fmt::Display for Name {
    /// As it stands between the braces.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connection(setting) => write!(formatter, "{CONNECTION}{setting}"),
            Self::TaskAttribute(attribute) => write!(formatter, "{ATTRIBUTE}{attribute}"),
            Self::Secret(secret) => write!(formatter, "{SECRET}{secret}"),
            fixed => formatter.write_str(FIXED.iter().find(|(_, name)| name == fixed).map_or("", |(text, _)| text)),
        }
    }
}

impl std::fmt::Display for Template {
    /// As it is written in the file.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => formatter.write_str(&text.replace('{', "{{").replace('}', "}}"))?,
                Piece::Value(name) => write!(formatter, "{{{name}}}")?,
            }
        }
        Ok(())
    }
}

impl Name {
    /// Whether it stands for several texts.
    pub fn is_list(&self) -> bool {
        matches!(self, Self::TaskEntityTypes | Self::TaskResourceTypes)
    }
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// As it stands.
    Text(String),
    /// A value.
    Value(Name),
}

/// A text with placeholders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(pub Vec<Piece>);

/// Where a text stands: what its placeholders may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'s> {
    /// The task element; none for a whole job.
    pub(super) element: Option<&'static str>,
    /// The secrets that are declared.
    pub(super) secrets: &'s [String],
    /// Whether everybody on the machine can read the text.
    pub(super) public: bool,
}

/// What is wrong with a placeholder, where in the text, and what to do.
pub(super) struct TemplateError {
    pub(super) at: Range<usize>,
    pub(super) message: String,
    pub(super) help: String,
}

impl Template {
    /// Reads a text.
    pub(super) fn parse(text: &str, scope: Scope<'_>) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(brace) = rest.find(['{', '}']) {
            let at = text.len() - rest.len() + brace;
            plain.push_str(&rest[..brace]);
            let sign = &rest[brace..=brace];
            rest = &rest[brace + 1..];
            if let Some(after) = rest.strip_prefix(sign) {
                plain.push_str(sign);
                rest = after;
                continue;
            }
            let end = if sign == "{" { rest.find('}') } else { None };
            let Some(end) = end else {
                return Err(TemplateError {
                    at: at..at + 1,
                    message: format!("a `{sign}` without its other half"),
                    help: format!("write `{sign}{sign}` for the sign itself"),
                });
            };
            let name = Self::name(&rest[..end], at..at + end + 2, scope)?;
            if !plain.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut plain)));
            }
            pieces.push(Piece::Value(name));
            rest = &rest[end + 1..];
        }
        plain.push_str(rest);
        if !plain.is_empty() || pieces.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }

    /// The value that a placeholder names in this scope.
    pub(super) fn name(text: &str, at: Range<usize>, scope: Scope<'_>) -> Result<Name, TemplateError> {
        let error = |message: String, help: String| Err(TemplateError { at: at.clone(), message, help });
        if let Some(secret) = text.strip_prefix(SECRET) {
            if scope.public {
                return error(
                    format!("`{{{text}}}` would show a secret to everybody on the machine"),
                    "arguments stand in the process list: pass it in `env`, which only the program itself sees".to_owned(),
                );
            }
            if scope.secrets.iter().any(|known| known == secret) {
                return Ok(Name::Secret(secret.to_owned()));
            }
            let near = nearest(secret, scope.secrets.iter().map(String::as_str));
            return error(
                format!("there is no secret `{secret}`"),
                near.map_or_else(
                    || format!("declare it: [executors.secrets] {secret} = {{ env = \"…\" }}"),
                    |near| format!("did you mean `{{secret.{near}}}`?"),
                ),
            );
        }
        let attributes = scope.element.map(attributes).unwrap_or_default();
        if let Some(attribute) = text.strip_prefix(ATTRIBUTE).filter(|_| scope.element.is_some()) {
            if let Some(known) = attributes.iter().find(|known| **known == attribute) {
                return Ok(Name::TaskAttribute(known));
            }
            let element = scope.element.unwrap_or_default();
            let near = nearest(attribute, attributes.iter().copied());
            return error(
                format!("{element} has no attribute `{attribute}`"),
                near.map_or_else(
                    || format!("it has {}", attributes.join(", ")),
                    |near| format!("did you mean `{{{ATTRIBUTE}{near}}}`?"),
                ),
            );
        }
        if let Some(setting) = text.strip_prefix(CONNECTION).filter(|_| scope.element.is_some()) {
            if let Some(known) = SETTINGS.iter().find(|known| **known == setting) {
                return Ok(Name::Connection(known));
            }
            return error(
                format!("`{{{text}}}` is not known to be no secret"),
                format!("of a connection there are {}; declare others under [executors.secrets]", SETTINGS.join(", ")),
            );
        }
        let known = || FIXED.iter().filter(|(name, _)| scope.element.is_some() || !name.starts_with("task."));
        if let Some((_, name)) = known().find(|(name, _)| *name == text) {
            return Ok(name.clone());
        }
        let near = nearest(text, known().map(|(name, _)| *name));
        let listed = || known().map(|(name, _)| format!("`{{{name}}}`")).collect::<Vec<_>>().join(", ");
        let of_task = if scope.element.is_some() { ", `{task.attribute.NAME}`, `{connection.NAME}`" } else { "" };
        error(
            format!("there is no placeholder `{{{text}}}` here"),
            near.map_or_else(
                || format!("there are {}{of_task}; in `env` also `{{secret.NAME}}`", listed()),
                |near| format!("did you mean `{{{near}}}`?"),
            ),
        )
    }
}

/// The attributes of an element that a plan keeps.
fn attributes(element: &'static str) -> Vec<&'static str> {
    let Some(kinds) = grammar::name_id(element).map(grammar::kinds_named) else { return Vec::new() };
    let rows = kinds.iter().map(|kind| kind.def()).filter(|def| def.is_task());
    // A plan keeps these in places of their own.
    let kept = |name: &&str| !matches!(*name, "Identifier" | "Level" | "ConsolidationMode") && !name.starts_with("DisplayName");
    let mut names: Vec<_> = rows.flat_map(|def| def.attributes.iter().map(|attribute| attribute.name)).filter(kept).collect();
    names.sort_unstable();
    names.dedup();
    names
}
