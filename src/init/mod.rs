//! A configuration to begin with: a few files that check without a finding and run, the schema, and what makes an editor
//! use it. The layer of `fix`: above everything that compiles, below the command line.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::grammar::{self, Dialect};

/// The files as they are written, but for the schema and the dialect in the configuration file.
const STARTER: [(&str, &str); 10] = [
    (".vscode/extensions.json", include_str!("starter/vscode/extensions.json")),
    (".vscode/settings.json", include_str!("starter/vscode/settings.json")),
    ("Common/Access.xml", include_str!("starter/Common/Access.xml")),
    ("Common/Agent.xml", include_str!("starter/Common/Agent.xml")),
    ("Common/Languages.xml", include_str!("starter/Common/Languages.xml")),
    ("HR/Connector.xml", include_str!("starter/HR/Connector.xml")),
    ("HR/Jobs.xml", include_str!("starter/HR/Jobs.xml")),
    ("appsettings.agent.json", include_str!("starter/appsettings.agent.json")),
    ("data/people.csv", include_str!("starter/data/people.csv")),
    ("jobwright.toml", include_str!("starter/jobwright.toml")),
];

/// The schema that the editor is told of.
const SCHEMA: &str = "jobwright.xsd";

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Files of the starter are there already; nothing was written.
    #[error("{} there already", there(.0))]
    Exists(Vec<&'static str>),
    /// The system refuses.
    #[error("`{}` cannot be written: {source}", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

fn there(files: &[&str]) -> String {
    let names: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
    format!("{} {}", names.join(", "), if files.len() == 1 { "is" } else { "are" })
}

/// Writes the starter into `folder`, which need not exist. Nothing is ever overwritten: where one of the files is there,
/// none is written. Returns the files, relative to the folder.
pub fn write(folder: &Path, dialect: Dialect) -> Result<Vec<&'static str>, InitError> {
    let mut files: Vec<(&'static str, String)> =
        STARTER.iter().map(|&(name, text)| (name, text.replace("DIALECT", dialect.as_str()))).collect();
    files.push((SCHEMA, grammar::xsd(dialect)));
    let there: Vec<&str> =
        files.iter().map(|(name, _)| *name).filter(|name| folder.join(name).symlink_metadata().is_ok()).collect();
    if !there.is_empty() {
        return Err(InitError::Exists(there));
    }
    for (name, text) in &files {
        let file = folder.join(name);
        create(&file, text).map_err(|source| match source.kind() {
            ErrorKind::AlreadyExists if file.is_file() => InitError::Exists(vec![*name]),
            _ => InitError::Refused { file, source },
        })?;
    }
    Ok(files.into_iter().map(|(name, _)| name).collect())
}

/// Makes a file that does not exist yet, and the folders it stands in.
fn create(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(file)?.write_all(text.as_bytes())
}
