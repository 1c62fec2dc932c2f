//! The server of `OpenLDAP`, run without privileges from one folder.
//!
//! The folder holds its configuration, its data and nothing else; the server listens on the loopback interface alone.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where programs of the system's administrator lie, which not every user has on the PATH.
const FOLDERS: [&str; 6] = [
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/libexec",
    "/usr/local/libexec",
    "/opt/homebrew/opt/openldap/libexec",
    "/usr/lib/openldap",
];
const SCHEMAS: [&str; 4] =
    ["/etc/ldap/schema", "/etc/openldap/schema", "/usr/local/etc/openldap/schema", "/opt/homebrew/etc/openldap/schema"];
const MODULES: [&str; 5] =
    ["/usr/lib/ldap", "/usr/lib64/openldap", "/usr/lib/openldap", "/usr/libexec/openldap", "/usr/local/libexec/openldap"];
/// What people's entries need.
const SCHEMA_FILES: [&str; 3] = ["core.schema", "cosine.schema", "inetorgperson.schema"];

/// An installed server.
#[derive(Clone, Debug)]
pub struct Installation {
    /// The program.
    pub program: PathBuf,
    schema: PathBuf,
    modules: Option<PathBuf>,
}

/// Why no server can be started.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The program.
    #[error("OpenLDAP's server, slapd, is not installed")]
    Program,
    /// Its schemas.
    #[error("the schemas of OpenLDAP, such as core.schema, are in none of the usual folders")]
    Schema,
}

impl Missing {
    /// What to install.
    pub const HELP: &str = "install it: `apt install slapd` on Debian and Ubuntu, `dnf install openldap-servers` on Fedora, \
                            `brew install openldap` on macOS; its system service is not needed";
}

/// What a directory holds and who may do everything in it.
#[derive(Clone, Copy, Debug)]
pub struct Directory<'a> {
    /// The name that everything stands below.
    pub suffix: &'a str,
    /// Who may do everything.
    pub administrator: &'a str,
    /// Their password, in the clear.
    pub password: &'a str,
    /// Whether clients can be told what changed (RFC 4533).
    pub synchronizes: bool,
    /// Files of more schemas.
    pub schemas: &'a [&'a Path],
    /// More lines, of the database.
    pub more: &'a str,
}

impl Installation {
    /// The server of this machine.
    pub fn find() -> Result<Self, Missing> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from));
        let program = folders.map(|folder| folder.join("slapd")).find(|file| file.is_file()).ok_or(Missing::Program)?;
        let complete = |folder: &PathBuf| SCHEMA_FILES.iter().all(|file| folder.join(file).is_file());
        let schema = SCHEMAS.map(PathBuf::from).into_iter().find(complete).ok_or(Missing::Schema)?;
        // Where none of them is there, everything is built into the program.
        let modules = MODULES.map(PathBuf::from).into_iter().find(|folder| module(folder, "syncprov").is_some());
        Ok(Self { program, schema, modules })
    }

    /// Whether a part of the server that can be a module is there, as far as can be told.
    pub fn has(&self, name: &str) -> bool {
        self.modules.as_ref().is_none_or(|folder| module(folder, name).is_some())
    }

    /// The configuration of a server with one directory, whose data lies in `data` of `folder`.
    pub fn configuration(&self, folder: &Path, data: &str, directory: &Directory<'_>) -> String {
        let mut text = String::new();
        // Writing to a text cannot fail.
        for file in SCHEMA_FILES {
            let _ = writeln!(text, "include {}", quoted(&self.schema.join(file)));
        }
        for file in directory.schemas {
            let _ = writeln!(text, "include {}", quoted(file));
        }
        if let Some(modules) = &self.modules {
            let _ = writeln!(text, "modulepath {}", quoted(modules));
            for name in ["back_mdb", "memberof", "refint", "syncprov"] {
                if let Some(file) = module(modules, name) {
                    let _ = writeln!(text, "moduleload {file}");
                }
            }
        }
        let Directory { suffix, administrator, password, more, .. } = directory;
        let _ = writeln!(text, "pidfile {}", quoted(&folder.join("slapd.pid")));
        let _ = writeln!(text, "database mdb\nmaxsize 1073741824\nsuffix \"{suffix}\"\nrootdn \"{administrator}\"");
        let _ = writeln!(text, "rootpw {password}\ndirectory {}", quoted(&folder.join(data)));
        let _ = writeln!(text, "index objectClass,entryUUID,entryCSN,uid,cn,member eq");
        if !more.is_empty() {
            let _ = writeln!(text, "{more}");
        }
        if self.has("memberof") {
            text.push_str("overlay memberof\nmemberof-refint TRUE\n");
        }
        if self.has("refint") {
            text.push_str("overlay refint\nrefint_attributes member manager\n");
            let _ = writeln!(text, "refint_nothing \"{administrator}\"");
        }
        if directory.synchronizes && self.has("syncprov") {
            text.push_str("overlay syncprov\nsyncprov-checkpoint 100 10\nsyncprov-sessionlog 10000\n");
        }
        text
    }
}

/// The file of a module.
fn module(folder: &Path, name: &str) -> Option<String> {
    ["la", "so"].iter().map(|ending| format!("{name}.{ending}")).find(|file| folder.join(file).is_file())
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configuration_names_what_the_directory_is() {
        let installation = Installation { program: "/x/slapd".into(), schema: "/s".into(), modules: None };
        let directory = Directory {
            suffix: "dc=x",
            administrator: "cn=a,dc=x",
            password: "secret",
            synchronizes: true,
            schemas: &[],
            more: "sizelimit 5",
        };
        let text = installation.configuration(Path::new("/a b"), "data", &directory);
        for line in
            ["include \"/s/core.schema\"", "suffix \"dc=x\"", "directory \"/a b/data\"", "overlay syncprov", "sizelimit 5"]
        {
            assert!(text.lines().any(|written| written == line), "{line} is not in {text}");
        }
        let text = installation.configuration(Path::new("/a"), "data", &Directory { synchronizes: false, ..directory });
        assert!(!text.contains("syncprov-sessionlog"));
    }
}
