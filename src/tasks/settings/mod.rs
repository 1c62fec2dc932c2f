//! The agent's settings file: `appsettings.agent.json`.
//!
//! Read once, before anything runs. What is not understood is kept as it is for the connectors to come; values never
//! appear in `Debug` output or messages.

mod environment;
mod json;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::config::Fulfilment;
use json::{Json, Node};

use crate::config::nearest;

pub use json::Place;

/// A text that never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A text that is to be hidden.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file could not be read.
    #[error("cannot read the settings file {file}: {source}", file = file.display())]
    Unreadable {
        /// The settings file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It is not what it should be at one place.
    #[error("{file}:{line}:{column}: {message}", file = file.display(), line = place.line, column = place.column)]
    Invalid {
        /// The settings file.
        file: PathBuf,
        /// Where in it.
        place: Place,
        /// What is wrong there.
        message: String,
    },
}

/// The settings of one connection.
#[derive(Clone, Debug)]
pub struct ConnectionSettings {
    /// Identifier as written.
    pub id: String,
    /// What a message calls it.
    name: String,
    node: Node,
    file: PathBuf,
}

/// An object of settings that belongs to no connection; read in the same way.
pub type SectionSettings = ConnectionSettings;

/// What the embedded tasks read of the agent's settings.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The settings file; empty where none was read.
    pub file: PathBuf,
    /// Base of relative paths in connection settings.
    pub data_base: PathBuf,
    /// Folders that file connections may read; none: any.
    pub roots: Vec<PathBuf>,
    /// In the order written.
    pub connections: Vec<ConnectionSettings>,
    /// What `[fulfilment]` of `jobwright.toml` says of connections.
    pub fulfilment: BTreeMap<String, Fulfilment>,
    root: Option<Node>,
}

impl Settings {
    /// Reads and checks a settings file, with what the environment says instead; relative paths in it are taken from `data_base`, else from its folder.
    pub fn load(path: &Path, data_base: Option<&Path>) -> Result<Self, SettingsError> {
        let unreadable = |source| SettingsError::Unreadable { file: path.to_path_buf(), source };
        let bytes = std::fs::read(path).map_err(unreadable)?;
        let text = String::from_utf8(bytes)
            .map_err(|error| unreadable(std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error())))?;
        Self::read(
            &text,
            path,
            data_base,
            std::env::vars_os().filter_map(|(name, value)| {
                // What is no text is no setting.
                Some((name.into_string().ok()?, value.into_string().ok()?))
            }),
        )
    }

    /// Reads and checks the text of a settings file that stands, or would stand, at `path`.
    pub fn parse(text: &str, path: &Path, data_base: Option<&Path>) -> Result<Self, SettingsError> {
        Self::read(text, path, data_base, [])
    }

    fn read(
        text: &str,
        path: &Path,
        data_base: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, SettingsError> {
        let invalid = |place, message| SettingsError::Invalid { file: path.to_path_buf(), place, message };
        let mut root = json::parse(text).map_err(|(place, message)| invalid(place, message))?;
        if !matches!(root.value, Json::Map(_)) {
            return Err(invalid(root.place, "a settings file holds one object".to_owned()));
        }
        environment::overlay(&mut root, variables)
            .map_err(|unreadable| SettingsError::Unreadable { file: unreadable.file, source: unreadable.source })?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let data_base = data_base.map_or(folder, Path::to_path_buf);
        let mut settings = Self { file: path.to_path_buf(), data_base, ..Self::default() };
        if let Some(roots) = root.get("SourcesRootPaths") {
            settings.roots = texts(roots)
                .map_err(|(place, message)| invalid(place, format!("SourcesRootPaths {message}")))?
                .iter()
                .map(|root| settings.data_base.join(portable(root)))
                .collect();
        }
        if let Some(connections) = root.get("Connections") {
            let Json::Map(members) = &connections.value else {
                return Err(invalid(connections.place, "Connections holds one object per connection".to_owned()));
            };
            for (id, place, node) in members {
                check_identifier(id).map_err(|message| invalid(*place, message))?;
                if !matches!(node.value, Json::Map(_)) {
                    return Err(invalid(node.place, format!("the settings of {id} are an object")));
                }
                let (name, file) = (format!("connection {id}"), path.to_path_buf());
                settings.connections.push(ConnectionSettings { id: id.clone(), name, node: node.clone(), file });
            }
        }
        settings.root = Some(root);
        Ok(settings)
    }

    /// Settings without a file; relative paths are taken from `data_base`.
    pub fn without_file(data_base: PathBuf) -> Self {
        Self { data_base, ..Self::default() }
    }

    /// The text at a path of keys, to be hidden.
    pub fn secret_at(&self, path: &[String]) -> Result<Secret, String> {
        let mut node = self.root.as_ref().ok_or_else(|| "there is no settings file".to_owned())?;
        for (depth, key) in path.iter().enumerate() {
            node = node.get(key).ok_or_else(|| format!("{} has no {}", self.file.display(), path[..=depth].join(".")))?;
        }
        match &node.value {
            Json::Text(text) => Ok(Secret(text.clone())),
            _ => Err(format!(
                "{}:{}:{}: {} must be a text",
                self.file.display(),
                node.place.line,
                node.place.column,
                path.join(".")
            )),
        }
    }

    /// A text at a path of keys, where it is set.
    pub fn text_at(&self, path: &[&str]) -> Result<Option<Secret>, SettingsError> {
        let Some(node) = self.node_at(path) else { return Ok(None) };
        match &node.value {
            Json::Null => Ok(None),
            Json::Text(text) | Json::Number(text) => Ok(Some(Secret(text.clone()))),
            _ => Err(self.wrong(path, "it must be a text")),
        }
    }

    /// The keys of the object at a path of keys, in the order written.
    pub fn keys_at(&self, path: &[&str]) -> Vec<&str> {
        match self.node_at(path).map(|node| &node.value) {
            Some(Json::Map(members)) => members.iter().map(|(key, ..)| key.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// An error at a path of keys, or where it would stand.
    pub fn wrong(&self, path: &[&str], message: impl fmt::Display) -> SettingsError {
        let known = (0..=path.len()).rev().find_map(|depth| self.node_at(&path[..depth]));
        let place = known.map_or(Place { line: 1, column: 1 }, |node| node.place);
        SettingsError::Invalid { file: self.file.clone(), place, message: format!("{}: {message}", path.join(".")) }
    }

    fn node_at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self.root.as_ref()?, |node, key| node.get(key))
    }

    /// The agent that the file belongs to, from `OpenId`.
    pub fn agent(&self) -> Option<&str> {
        match &self.root.as_ref()?.get("OpenId")?.get("AgentIdentifier")?.value {
            Json::Text(agent) => Some(agent),
            _ => None,
        }
    }

    /// The settings of a connection; identifiers compare without case.
    pub fn connection(&self, id: &str) -> Option<&ConnectionSettings> {
        self.connections.iter().find(|connection| connection.id.eq_ignore_ascii_case(id))
    }

    /// What `[fulfilment]` says of a connection.
    pub fn fulfilment(&self, id: &str) -> Option<&Fulfilment> {
        self.fulfilment.iter().find(|(named, _)| named.eq_ignore_ascii_case(id)).map(|(_, how)| how)
    }

    /// An object at the top of the settings; one that is not there says nothing.
    pub fn section(&self, name: &str) -> SectionSettings {
        let found = self.root.as_ref().and_then(|root| root.get(name)).cloned();
        let node = found.unwrap_or(Node { place: Place { line: 1, column: 1 }, value: Json::Map(Vec::new()) });
        SectionSettings { id: name.to_owned(), name: name.to_owned(), node, file: self.file.clone() }
    }

    /// The place of a path written in the settings.
    pub fn resolve(&self, path: &str) -> PathBuf {
        self.data_base.join(portable(path))
    }

    /// Whether a file may be read by a file connection.
    pub fn allows(&self, file: &Path) -> bool {
        if self.roots.is_empty() {
            return true;
        }
        // Links and `..` are followed first, so that neither leads out of the allowed folders.
        let Ok(file) = file.canonicalize() else { return false };
        self.roots.iter().filter_map(|root| root.canonicalize().ok()).any(|root| file.starts_with(root))
    }
}

impl ConnectionSettings {
    /// Whether the setting is written at all.
    pub fn has(&self, name: &str) -> bool {
        self.node.get(name).is_some()
    }

    /// A text; absent and `null` are none.
    pub fn text(&self, name: &str) -> Result<Option<String>, SettingsError> {
        match self.node.get(name).map(|node| (&node.value, node)) {
            None | Some((Json::Null, _)) => Ok(None),
            Some((Json::Text(text) | Json::Number(text), _)) => Ok(Some(text.clone())),
            Some((_, node)) => Err(self.invalid(node, name, "a text")),
        }
    }

    /// A text that must not be shown.
    pub fn secret(&self, name: &str) -> Result<Option<Secret>, SettingsError> {
        Ok(self.text(name)?.map(Secret))
    }

    /// A Boolean; the product also takes it as text.
    pub fn flag(&self, name: &str) -> Result<bool, SettingsError> {
        match self.node.get(name).map(|node| (&node.value, node)) {
            None | Some((Json::Null, _)) => Ok(false),
            Some((Json::Bool(flag), _)) => Ok(*flag),
            Some((Json::Text(text), _)) if text.eq_ignore_ascii_case("true") => Ok(true),
            Some((Json::Text(text), _)) if text.eq_ignore_ascii_case("false") => Ok(false),
            Some((_, node)) => Err(self.invalid(node, name, "true or false")),
        }
    }

    /// A whole number that is not negative; the product also takes it as text.
    pub fn number(&self, name: &str) -> Result<u64, SettingsError> {
        match self.node.get(name).map(|node| (&node.value, node)) {
            None | Some((Json::Null, _)) => Ok(0),
            Some((Json::Number(text) | Json::Text(text), node)) => {
                text.trim().parse().map_err(|_| self.invalid(node, name, "a whole number from 0"))
            }
            Some((_, node)) => Err(self.invalid(node, name, "a whole number from 0")),
        }
    }

    /// A list of texts; one text stands for a list of one.
    pub fn list(&self, name: &str) -> Result<Vec<String>, SettingsError> {
        let Some(node) = self.node.get(name) else { return Ok(Vec::new()) };
        texts(node).map_err(|(place, message)| self.invalid_at(place, format!("{name} {message}")))
    }

    /// A list of objects, each with settings of its own; one object stands for a list of one. Messages name the
    /// connection that they belong to.
    pub fn objects(&self, name: &str) -> Result<Vec<Self>, SettingsError> {
        let Some(node) = self.node.get(name) else { return Ok(Vec::new()) };
        let items = match &node.value {
            Json::Null => return Ok(Vec::new()),
            Json::List(items) => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let object = |item: &Node| match item.value {
            Json::Map(_) => Ok(Self { node: item.clone(), ..self.clone() }),
            _ => Err(self.invalid_at(item.place, format!("{name} of connection {} must hold objects", self.id))),
        };
        items.iter().map(object).collect()
    }

    /// Refuses a setting that is none of `known`, with the nearest of them.
    pub fn only(&self, known: &[&str]) -> Result<(), SettingsError> {
        let Json::Map(members) = &self.node.value else { return Ok(()) };
        let unknown = members.iter().find(|(name, ..)| !known.iter().any(|known| known.eq_ignore_ascii_case(name)));
        let Some((name, place, _)) = unknown else { return Ok(()) };
        let help = match nearest(name, known.iter().copied()) {
            Some(nearest) => format!("did you mean {nearest}?"),
            None => format!("there are {}", known.join(", ")),
        };
        Err(self.invalid_at(*place, format!("unknown setting {name} of connection {}; {help}", self.id)))
    }

    /// An error at a setting of this connection.
    pub fn wrong(&self, name: &str, message: impl fmt::Display) -> SettingsError {
        let place = self.node.get(name).map_or(self.node.place, |node| node.place);
        self.invalid_at(place, format!("{name} of {}: {message}", self.name))
    }

    fn invalid(&self, node: &Node, name: &str, wanted: &str) -> SettingsError {
        self.invalid_at(node.place, format!("{name} of {} must be {wanted}", self.name))
    }

    fn invalid_at(&self, place: Place, message: String) -> SettingsError {
        SettingsError::Invalid { file: self.file.clone(), place, message }
    }
}

fn texts(node: &Node) -> Result<Vec<String>, (Place, String)> {
    let wrong = |place| (place, "must be a list of texts".to_owned());
    match &node.value {
        Json::Null => Ok(Vec::new()),
        Json::Text(text) => Ok(vec![text.clone()]),
        Json::List(items) => items
            .iter()
            .map(|item| match &item.value {
                Json::Text(text) => Ok(text.clone()),
                _ => Err(wrong(item.place)),
            })
            .collect(),
        _ => Err(wrong(node.place)),
    }
}

/// A path as written on Windows, readable elsewhere.
fn portable(path: &str) -> String {
    if cfg!(windows) { path.to_owned() } else { path.replace('\\', "/") }
}

fn check_identifier(id: &str) -> Result<(), String> {
    if id.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(format!("the connection identifier {id} starts with a digit"));
    }
    if let Some(sign) = id.chars().find(|c| "<>:\"/\\|?*_".contains(*c)) {
        return Err(format!("the connection identifier {id} holds {sign:?}, which the product does not accept"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Settings, SettingsError> {
        Settings::parse(text, Path::new("conf/appsettings.agent.json"), None)
    }

    #[test]
    fn reads_connections_without_case_and_with_comments() {
        let text = "{ // agent\n \"connections\": {\"HRPeople\": {\"path\": \"data\\\\people.csv\", \
                    \"NumberOfLinesToSkip\": \"2\", \"IsFileNameRegex\": \"True\", \"ValuesToTrim\": [\"*\"],},}}";
        let settings = parse(text).unwrap();
        let connection = settings.connection("hrpeople").unwrap();
        assert_eq!(connection.text("Path").unwrap().as_deref(), Some("data\\people.csv"));
        assert_eq!(connection.number("NumberOfLinesToSkip").unwrap(), 2);
        assert!(connection.flag("IsFileNameRegex").unwrap());
        assert_eq!(connection.list("ValuesToTrim").unwrap(), ["*"]);
        assert_eq!(settings.resolve("data\\people.csv"), Path::new("conf/data/people.csv"));
    }

    #[test]
    fn says_where_the_text_is_wrong() {
        let error = parse("{\n  \"Connections\": {\n    \"A\": {\"Path\" \"x\"}\n  }\n}").unwrap_err();
        assert_eq!(error.to_string(), "conf/appsettings.agent.json:3:19: expected ':' after Path");
        let error = parse("{\"Connections\": {\"A\": {\"IsFileNameRegex\": 3}}}").unwrap();
        let error = error.connection("A").unwrap().flag("IsFileNameRegex").unwrap_err();
        assert!(error.to_string().ends_with("1:43: IsFileNameRegex of connection A must be true or false"), "{error}");
    }

    #[test]
    fn settings_beside_connections_are_found_by_their_path() {
        let settings = parse("{\"Databases\": {\"Payroll\": \"Data Source=p.db\",\n \"Odd\": {}}}").unwrap();
        let found = |name| settings.text_at(&["databases", name]).map(|text| text.map(|text| text.expose().to_owned()));
        assert_eq!(found("payroll").unwrap().as_deref(), Some("Data Source=p.db"));
        assert_eq!(found("Other").unwrap(), None);
        assert_eq!(found("Odd").unwrap_err().to_string(), "conf/appsettings.agent.json:2:9: databases.Odd: it must be a text");
        assert_eq!(settings.keys_at(&["Databases"]), ["Payroll", "Odd"]);
    }

    #[test]
    fn refuses_identifiers_the_product_refuses() {
        assert!(parse("{\"Connections\": {\"1A\": {}}}").unwrap_err().to_string().contains("starts with a digit"));
        assert!(parse("{\"Connections\": {\"A_B\": {}}}").unwrap_err().to_string().contains("'_'"));
    }

    #[test]
    fn never_shows_a_secret() {
        let settings = parse("{\"Connections\": {\"A\": {\"Password\": \"hunter2\"}}}").unwrap();
        let secret = settings.connection("A").unwrap().secret("Password").unwrap().unwrap();
        assert_eq!(secret.expose(), "hunter2");
        assert!(!format!("{settings:?} {secret:?} {secret}").contains("hunter2"));
    }

    #[test]
    fn survives_any_text() {
        for text in ["", "[", "{\"a\":", "{\"a\":\"\\u12", "{\"a\":\"\\ud800\\u0041\"}", "/*", "nul", "{}x"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"[".repeat(10_000)).is_err());
    }
}
