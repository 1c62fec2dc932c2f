//! `jobwright schema`.

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::Paths;
use super::{Error, Exit, terminal};
use crate::{grammar, output, plan};

/// Print the schema of a format: JSON Schema, or XML Schema for the configuration itself
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The format
    #[arg(value_name = "FORMAT")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A line of the event log of a run
    Events,
    /// What check --format json writes
    Findings,
    /// What inspect --format json writes
    Inspect,
    /// What plan writes and run takes
    Plan,
    /// What show --format json and --report FILE.json write
    Report,
    /// The configuration, as XML Schema 1.0 of the dialect
    Xsd,
}

impl Schema {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let text = match self.format {
            Form::Events => output::EVENTS.to_owned(),
            Form::Findings => output::SCHEMA.to_owned(),
            Form::Inspect => output::INSPECT.to_owned(),
            Form::Plan => plan::SCHEMA.to_owned(),
            Form::Report => output::REPORT.to_owned(),
            Form::Xsd => {
                let dialect = Paths::of(Vec::new()).config_only(global)?.check.dialect;
                grammar::xsd(dialect.and_then(|name| name.parse().ok()).unwrap_or_default())
            }
        };
        terminal::print(|out| out.write_all(text.as_bytes()))?;
        Ok(Exit::Done)
    }
}
