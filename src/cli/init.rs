//! `jobwright init`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, terminal};
use crate::grammar::Dialect;
use crate::init::{self, InitError};

/// Write a configuration to begin with, its XML Schema, and the settings that make an editor use it
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder; it is made where it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

impl Init {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let dialect: Dialect = global.dialect.as_deref().and_then(|name| name.parse().ok()).unwrap_or_default();
        let files = init::write(&self.folder, dialect).map_err(|error| refused(&error))?;
        if !global.quiet {
            for name in &files {
                let file = if self.folder == Path::new(".") { PathBuf::from(name) } else { self.folder.join(name) };
                terminal::say(&format!("wrote `{}`", file.display()));
            }
            let folder = self.folder.display();
            terminal::say(&format!("next: `jobwright check {folder}`, then `jobwright run {folder} --job HR_Incremental`"));
        }
        Ok(Exit::Done)
    }
}

fn refused(error: &InitError) -> Error {
    let message = error.to_string();
    match error {
        InitError::Exists(_) => {
            Error::usage(message).help("nothing is overwritten: name a new folder, as in `jobwright init Configuration`")
        }
        InitError::Refused { .. } => Error::operational(message),
    }
}
