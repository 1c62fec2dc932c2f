//! `jobwright expand`.

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::Paths;
use super::{Error, Exit, terminal};
use crate::scaffold::print;

/// Print the configuration with its scaffoldings replaced by what they generate
#[derive(Debug, Args)]
pub(super) struct Expand {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "xml")]
    pub(super) format: Form,
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    Xml,
    Json,
}

impl Expand {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let compiled = super::compiled::compile(self.paths.load(global)?);
        let program = &compiled.program;
        match self.format {
            Form::Xml => terminal::print(|out| print::xml(program, out))?,
            Form::Json => terminal::print(|out| print::json(program, out))?,
        }
        Ok(Exit::Done)
    }
}
