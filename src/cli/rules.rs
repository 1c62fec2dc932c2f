//! `jobwright rules`.

use std::io::{self, Write};

use clap::{Args, ValueEnum};
use serde::Serialize;

use super::{Error, Exit, terminal};
use crate::finding::{Category, RuleInfo, Severity};
use crate::rules::catalogue;

/// List the rules
#[derive(Debug, Args)]
pub(super) struct Rules {
    /// How to write them
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

#[derive(Serialize)]
struct List {
    version: u32,
    rules: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    name: &'static str,
    category: Category,
    severity: Severity,
    summary: &'static str,
}

impl Rules {
    pub(super) fn execute(&self) -> Result<Exit, Error> {
        let rules = catalogue();
        terminal::print(|out| match self.format {
            Form::Text => table(rules, out),
            Form::Json => {
                let row = |rule: &&RuleInfo| Row {
                    name: rule.name,
                    category: rule.category,
                    severity: rule.severity,
                    summary: rule.summary,
                };
                serde_json::to_writer_pretty(&mut *out, &List { version: 1, rules: rules.iter().map(row).collect() })?;
                writeln!(out)
            }
        })?;
        Ok(Exit::Done)
    }
}

/// The rules under the names of their categories.
fn table(rules: &[&'static RuleInfo], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut empty = true;
    for category in Category::ALL {
        let mut members = rules.iter().filter(|rule| rule.category == category).peekable();
        if members.peek().is_none() {
            continue;
        }
        writeln!(out, "{}{}", if empty { "" } else { "\n" }, category.name())?;
        empty = false;
        for rule in members {
            writeln!(out, "  {:width$}  {:7}  {}", rule.name, rule.severity.name(), rule.summary)?;
        }
    }
    Ok(())
}
