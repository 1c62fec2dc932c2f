//! `jobwright schema`.

use clap::{Args, ValueEnum};

use super::{Error, Exit, terminal};
use crate::output;

/// Print the JSON Schema of a format
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
    /// What show --format json and --report FILE.json write
    Report,
}

impl Schema {
    pub(super) fn execute(&self) -> Result<Exit, Error> {
        let text = match self.format {
            Form::Events => output::EVENTS,
            Form::Findings => output::SCHEMA,
            Form::Report => output::REPORT,
        };
        terminal::print(|out| out.write_all(text.as_bytes()))?;
        Ok(Exit::Done)
    }
}
