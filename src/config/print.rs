//! A configuration as the text of `jobwright.toml`.

use toml::{Table, Value};

use super::executors::{command_table, executors_table};
use super::validate::WRAPS;
use super::{Config, FULFILMENTS, Fulfilment, Level, PLACEHOLDER, Selector};
use crate::fmt::Style;
use crate::source::Glob;

/// The configuration in force, with what the command line changed; what is not set is left out.
pub fn print(config: &Config) -> String {
    let mut files = Table::new();
    put(&mut files, "include", globs(&config.files.include));
    put(&mut files, "exclude", globs(&config.files.exclude));
    let check = &config.check;
    let mut table = Table::new();
    if let Some(severity) = check.fail_on {
        table.insert("fail-on".into(), severity.name().into());
    }
    if let Some(dialect) = check.dialect {
        table.insert("dialect".into(), dialect.into());
    }
    if let Some(baseline) = &check.baseline {
        table.insert("baseline".into(), baseline.to_string_lossy().replace('\\', "/").into());
    }
    put(&mut table, "select", selectors(&check.select));
    put(&mut table, "ignore", selectors(&check.ignore));
    put_table(&mut table, "severity", levels(&check.severity));
    let paths: Vec<Value> = check
        .paths
        .iter()
        .map(|policy| {
            let mut path = Table::new();
            put(&mut path, "pattern", globs(&policy.patterns));
            put(&mut path, "ignore", selectors(&policy.ignore));
            put_table(&mut path, "severity", levels(&policy.severity));
            Value::Table(path)
        })
        .collect();
    put(&mut table, "paths", paths);
    let mut root = Table::new();
    put_table(&mut root, "files", files);
    put_table(&mut root, "check", table);
    let value = |how: &Fulfilment| match how {
        Fulfilment::Placeholder(entry) => {
            Value::Table(Table::from_iter([(PLACEHOLDER.to_owned(), Value::String(entry.clone()))]))
        }
        how => FULFILMENTS.iter().find(|(_, known)| known == how).map_or("", |(word, _)| *word).into(),
    };
    let fulfilment = config.fulfilment.iter().map(|(connection, how)| (connection.clone(), value(how))).collect();
    put_table(&mut root, "fulfilment", fulfilment);
    put_table(&mut root, "fmt", style(&config.fmt));
    let folder = config.path.as_deref().and_then(std::path::Path::parent).unwrap_or(std::path::Path::new(""));
    put_table(&mut root, "executors", executors_table(&config.executors, folder));
    let mut schedule = Table::new();
    if let Some(zone) = &config.schedule.time_zone {
        schedule.insert("time-zone".into(), zone.as_str().into());
    }
    if let Some(command) = &config.schedule.on_failure {
        schedule.insert("on-failure".into(), command_table(command, folder).into());
    }
    put_table(&mut root, "schedule", schedule);
    let origin = config.path.as_ref().map_or_else(
        || "# no configuration file: the defaults\n".to_owned(),
        |path| format!("# {}\n", path.to_string_lossy().replace('\\', "/")),
    );
    // Tables of texts always serialize.
    origin + &toml::to_string_pretty(&root).unwrap_or_default()
}

/// What differs from the default.
fn style(style: &Style) -> Table {
    let default = Style::default();
    let mut table = Table::new();
    // Both are small by validation.
    for (key, value, default) in [("width", style.width, default.width), ("indent", style.indent, default.indent)] {
        if value != default {
            table.insert(key.into(), Value::Integer(i64::try_from(value).unwrap_or(i64::MAX)));
        }
    }
    if style.wrap != default.wrap {
        table.extend(
            WRAPS.iter().filter(|(_, wrap)| *wrap == style.wrap).map(|(name, _)| ("wrap".to_owned(), Value::from(*name))),
        );
    }
    table
}

fn put(table: &mut Table, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        table.insert(key.into(), Value::Array(list));
    }
}

fn put_table(table: &mut Table, key: &str, content: Table) {
    if !content.is_empty() {
        table.insert(key.into(), Value::Table(content));
    }
}

fn globs(globs: &[Glob]) -> Vec<Value> {
    globs.iter().map(|glob| glob.to_string().into()).collect()
}

fn selectors(selectors: &[Selector]) -> Vec<Value> {
    let name = |selector: &Selector| match selector {
        Selector::Rule(name) => (*name).into(),
        Selector::Category(category) => category.name().into(),
    };
    selectors.iter().map(name).collect()
}

fn levels(levels: &std::collections::BTreeMap<&'static str, Level>) -> Table {
    let word = |level: &Level| match level {
        Level::Off => "off",
        Level::On(severity) => severity.name(),
    };
    levels.iter().map(|(rule, level)| ((*rule).to_owned(), Value::from(word(level)))).collect()
}
