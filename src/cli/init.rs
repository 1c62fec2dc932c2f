//! `jobwright init`.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Global;
use super::{Error, Exit, compiled, terminal};
use crate::config::FILE_NAME;
use crate::config::executors::product_mapping;

/// Write what a configuration of jobwright begins with
#[derive(Debug, Args)]
pub(super) struct Init {
    /// Map task elements to the product's executables in this folder, under [executors] in jobwright.toml
    #[arg(long, value_name = "FOLDER", required = true)]
    executables: PathBuf,
}

impl Init {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let file = global.config.clone().unwrap_or_else(|| PathBuf::from(FILE_NAME));
        map_executables(&self.executables, &file)?;
        if !global.quiet {
            terminal::say(&format!("[executors] written to `{}`; look at what each command lacks", file.display()));
        }
        Ok(Exit::Done)
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
