//! The demo that the program can write anywhere, and the directory that goes with it. The layer of `init`: beside the
//! compiler, below the command line.
//!
//! The files are those of `examples/demo`, put into the program when it is built. For a directory, the files of
//! `examples/demo-ldap` take the place of those that they share a name with, what only a directory in CSV files needs is
//! left out, and what those files hold becomes its content, so that both are the same company.

mod ldif;
mod secret;
pub mod server;
pub mod slapd;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

// `DEMO` and `DEMO_LDAP`: path and content of every file, sorted by path.
include!(concat!(env!("OUT_DIR"), "/demo.rs"));

/// The settings of the agent.
pub const SETTINGS: &str = "appsettings.agent.json";
/// Those with the second data set.
pub const CHANGES: &str = "appsettings.changes.json";
/// The connection to the directory.
pub const CONNECTION: &str = "DirectoryLdap";
/// What the directory holds at first.
pub const CONTENT: &str = "directory/base.ldif";
/// What the demo's accounts and groups have beyond those of others.
pub const SCHEMA: &str = "directory/skerrylight.schema";
/// What everything in the directory stands below.
pub const SUFFIX: &str = "dc=skerrylight,dc=example";
/// Stands for the password in the settings.
const PLACEHOLDER: &str = "GENERATED";
/// What the directory of CSV files holds; an LDAP directory holds it itself.
const OF_FILES: [&str; 3] = ["data/accounts.csv", "data/groups.csv", "data/memberships.csv"];
/// Says that orders are executed in those CSV files.
const FULFILMENT: &str = "jobwright.toml";

/// Where the demo's directory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// In CSV files.
    #[default]
    Csv,
    /// On an LDAP server.
    Ldap,
}

/// Why nothing, or not everything, was written.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The folder has something in it; nothing was written.
    #[error("`{}` is there already and is not an empty folder", .0.display())]
    Exists(PathBuf),
    /// The system refuses.
    #[error("`{}` cannot be written: {source}", file.display())]
    Refused {
        /// The file.
        file: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

/// The files of the demo by their path, the password not yet in them.
fn files(target: Target) -> Vec<(&'static str, String)> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let of_files = |path: &str| path == FULFILMENT || OF_FILES.contains(&path);
    let mut files: Vec<(&str, String)> = match target {
        Target::Csv => DEMO.iter().map(|(path, bytes)| (*path, text(bytes))).collect(),
        Target::Ldap => {
            let replaced = |path: &str| DEMO_LDAP.iter().any(|(other, _)| *other == path);
            let shared = DEMO.iter().filter(|(path, _)| !of_files(path) && !replaced(path));
            shared.chain(DEMO_LDAP).map(|(path, bytes)| (*path, text(bytes))).collect()
        }
    };
    if target == Target::Ldap {
        let data = |path: &str| DEMO.iter().find(|(known, _)| *known == path).map_or(&[] as &[u8], |(_, bytes)| bytes);
        let [accounts, groups, memberships] = OF_FILES.map(data);
        files.push((CONTENT, ldif::content(accounts, groups, memberships)));
    }
    files.sort();
    files
}

/// Writes the demo into `folder`, which must not exist or be empty. Returns how many files it has.
pub fn write(folder: &Path, target: Target) -> Result<usize, DemoError> {
    let refused = |file: &Path, source| DemoError::Refused { file: file.to_path_buf(), source };
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) if error.kind() != io::ErrorKind::NotADirectory => return Err(refused(folder, error)),
        _ => return Err(DemoError::Exists(folder.to_path_buf())),
    }
    let files = files(target);
    let password = secret::generate().map_err(|error| refused(folder, error))?;
    for (path, text) in &files {
        let file = folder.join(path);
        let secret = target == Target::Ldap && [SETTINGS, CHANGES].contains(path);
        let text = if secret { text.replace(PLACEHOLDER, password.expose()) } else { text.clone() };
        create(&file, &text, secret).map_err(|error| refused(&file, error))?;
    }
    Ok(files.len())
}

/// Makes a file that does not exist yet, and the folders it stands in; a secret one can be read by its owner alone.
fn create(file: &Path, text: &str, secret: bool) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if secret {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = secret;
    options.open(file)?.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_sources_are_the_same_on_every_machine() {
        for text in [
            include_str!(concat!(env!("OUT_DIR"), "/demo.rs")),
            include_str!(concat!(env!("OUT_DIR"), "/grammar.rs")),
            include_str!(concat!(env!("OUT_DIR"), "/pages.rs")),
        ] {
            assert!(!text.contains(env!("CARGO_MANIFEST_DIR")));
        }
    }

    #[test]
    fn the_directory_holds_what_the_files_hold() {
        let csv = files(Target::Csv);
        let rows = |path: &str| csv.iter().find(|(known, _)| *known == path).unwrap().1.lines().count() - 1;
        let ldap = files(Target::Ldap);
        let ldif = &ldap.iter().find(|(path, _)| *path == CONTENT).unwrap().1;
        let lines = |start: &str| ldif.lines().filter(|line| line.starts_with(start)).count();
        assert_eq!(lines("uid: "), rows("data/accounts.csv"));
        assert_eq!(lines("objectClass: skerrylightGroup"), rows("data/groups.csv"));
        assert_eq!(lines("member: uid="), rows("data/memberships.csv"));
        assert!(ldap.iter().all(|(path, _)| !path.contains("accounts.csv") && *path != FULFILMENT));
    }

    #[test]
    fn the_rules_are_the_same_wherever_the_directory_is() {
        let rules = |target| {
            let files = files(target);
            files.into_iter().find(|(path, _)| *path == "Directory/Role Model.xml").unwrap().1
        };
        // What the directory needs beside them is inserted; nothing is missing or in another order.
        let ldap = rules(Target::Ldap);
        let mut lines = ldap.lines();
        for rule in rules(Target::Csv).lines() {
            assert!(lines.any(|line| line == rule), "{rule}");
        }
    }

    #[test]
    fn nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("mine"), "x").unwrap();
        assert!(matches!(write(folder.path(), Target::Csv), Err(DemoError::Exists(_))));
        assert!(matches!(write(&folder.path().join("mine"), Target::Csv), Err(DemoError::Exists(_))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
