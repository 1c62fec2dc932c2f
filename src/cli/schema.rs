//! `jobwright schema`.

use clap::{Args, ValueEnum};

use super::{Error, Exit, terminal};
use crate::{output, plan};

/// Print the JSON Schema of a format
#[derive(Debug, Args)]
pub(super) struct Schema {
    /// The format
    #[arg(value_name = "FORMAT")]
    format: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// What check --format json writes
    Findings,
    /// What plan writes and run takes
    Plan,
}

impl Schema {
    pub(super) fn execute(&self) -> Result<Exit, Error> {
        let text = match self.format {
            Form::Findings => output::SCHEMA,
            Form::Plan => plan::SCHEMA,
        };
        terminal::print(|out| out.write_all(text.as_bytes()))?;
        Ok(Exit::Done)
    }
}
