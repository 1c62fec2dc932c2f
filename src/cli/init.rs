//! `jobwright init`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, compiled, terminal};
use crate::config::FILE_NAME;
use crate::config::executors::product_mapping;
use crate::engine::shell::path_word;
use crate::grammar::Dialect;
use crate::init::{self, InitError};

/// Write a configuration to begin with, its XML Schema, and the settings that make an editor use it
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The folder; it is made where it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// Write only a mapping of tasks to the product's executables in this folder, under [executors] in jobwright.toml
    #[arg(long, value_name = "FOLDER", conflicts_with = "folder")]
    executables: Option<PathBuf>,
}

impl Init {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        if let Some(executables) = &self.executables {
            let file = global.config.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
            map_executables(executables, &file)?;
            if !global.quiet {
                terminal::say(&format!("[executors] written to `{}`; look at what each command lacks", file.display()));
            }
            return Ok(Exit::Done);
        }
        let dialect: Dialect = global.dialect.as_deref().and_then(|name| name.parse().ok()).unwrap_or_default();
        let files = init::write(&self.folder, dialect).map_err(|error| refused(&error))?;
        if !global.quiet {
            for name in &files {
                let file = if self.folder == Path::new(".") { PathBuf::from(name) } else { self.folder.join(name) };
                terminal::say(&format!("wrote `{}`", file.display()));
            }
            let folder = path_word(&self.folder);
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

/// Adds `[executors]` to a file that has none.
fn map_executables(folder: &Path, file: &PathBuf) -> Result<(), Error> {
    if !folder.is_dir() {
        return Err(Error::usage(format!("`{}` is no folder", folder.display()))
            .help("name the folder that holds the product's executables, usually called Runtime"));
    }
    let before = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
        Err(error) => return Err(Error::operational(format!("`{}` cannot be read: {error}", file.display()))),
    };
    let table = before.parse::<toml::Table>().map_err(|error| {
        Error::usage(format!("`{}` is not valid TOML: {}", file.display(), error.message()))
            .help("correct it first; `jobwright check` shows the place")
    })?;
    if table.contains_key("executors") {
        return Err(Error::usage(format!("`{}` has [executors] already", file.display()))
            .help("take it away to have it written anew, or name another file with --config"));
    }
    let gap = if before.is_empty() { "" } else { "\n" };
    compiled::write(file, format!("{before}{gap}{}", product_mapping(&folder.to_string_lossy())).as_bytes())
}
