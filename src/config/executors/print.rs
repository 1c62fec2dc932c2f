//! `[executors]` as the tables it was read from. What is not set is left out, and no secret is read.

use std::path::{Component, Path};

use toml::{Table, Value};

use super::{Argument, Command, Executors, Restart, SecretSource, shown_duration};

/// The whole section, for a file in `folder`.
pub(in crate::config) fn executors_table(executors: &Executors, folder: &Path) -> Table {
    let mut table = Table::new();
    for (element, mapping) in &executors.elements {
        let mut own = mapping.command.as_ref().map(|command| command_table(command, folder)).unwrap_or_default();
        if !mapping.packages.is_empty() {
            let packages = mapping.packages.iter();
            let packages = packages.map(|(package, command)| (package.clone(), command_table(command, folder).into()));
            own.insert("package".into(), Value::Table(packages.collect()));
        }
        table.insert((*element).to_owned(), own.into());
    }
    if let Some(runner) = &executors.job_runner {
        table.insert("job-runner".into(), command_table(runner, folder).into());
    }
    let secrets = executors.secrets.iter().map(|(name, source)| (name.clone(), source_table(source, folder).into()));
    let secrets: Table = secrets.collect();
    if !secrets.is_empty() {
        table.insert("secrets".into(), secrets.into());
    }
    table
}

/// A path as a file in `folder` names it; one part alone that is no name on the path keeps its `./`.
fn shown(path: &Path, folder: &Path) -> String {
    let inner = path.strip_prefix(folder).unwrap_or(path);
    let parts = inner.components().filter(|part| *part != Component::CurDir);
    let text = parts.collect::<std::path::PathBuf>().to_string_lossy().replace('\\', "/");
    if path.components().count() > 1 && !text.contains('/') { format!("./{text}") } else { text }
}

fn source_table(source: &SecretSource, folder: &Path) -> Table {
    let (key, value) = match source {
        SecretSource::Environment(variable) => ("env", variable.clone()),
        SecretSource::File(file) => ("file", shown(file, folder)),
        SecretSource::Setting(path) => ("setting", path.join(".")),
    };
    Table::from_iter([(key.to_owned(), Value::from(value))])
}

/// One command, with every span of time and number in force.
pub(in crate::config) fn command_table(command: &Command, folder: &Path) -> Table {
    let mut table = Table::new();
    table.insert("program".into(), shown(&command.program, folder).into());
    if !command.args.is_empty() {
        table.insert("args".into(), Value::Array(command.args.iter().map(argument).collect()));
    }
    if !command.env.is_empty() {
        let env = command.env.iter().map(|(variable, template)| (variable.clone(), template.to_string().into()));
        table.insert("env".into(), Value::Table(env.collect()));
    }
    if let Some(timeout) = command.timeout {
        table.insert("timeout".into(), shown_duration(timeout).into());
    }
    table.insert("grace".into(), shown_duration(command.grace).into());
    if command.retries > 0 {
        table.insert("retries".into(), i64::from(command.retries).into());
        table.insert("backoff".into(), shown_duration(command.backoff).into());
    }
    let restart = if command.restart == Restart::Yes { "yes" } else { "ask" };
    table.insert("restart".into(), restart.into());
    table.insert("output-limit".into(), i64::try_from(command.output_limit).unwrap_or(i64::MAX).into());
    if !command.missing.is_empty() {
        table.insert("missing".into(), Value::Array(command.missing.iter().map(|option| option.as_str().into()).collect()));
    }
    table
}

fn argument(argument: &Argument) -> Value {
    match argument {
        Argument::One(template) => template.to_string().into(),
        Argument::Each(name) => format!("{{{name}}}").into(),
        Argument::When { value, negated, then } => {
            let key = if *negated { "unless" } else { "when" };
            let inner = Value::Array(then.iter().map(self::argument).collect());
            Value::Table(Table::from_iter([(key.to_owned(), value.to_string().into()), ("args".to_owned(), inner)]))
        }
    }
}
