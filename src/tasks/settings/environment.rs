//! Settings from the environment: `Connections__HRPeople__Password` stands for the setting at that path of keys, as in
//! the product's other settings, and wins over the file; with `__File` at its end it names a file that holds the value.
//! So a secret need not stand in the settings file.

use std::path::PathBuf;

use super::json::{Json, Node, Place};

/// The keys at the top that the environment may give.
const ROOTS: [&str; 4] = ["Connections", "Databases", "InvokeApi", "OpenId"];
/// What separates keys.
const SEPARATOR: &str = "__";
const FILE: &str = "File";
/// Deeper settings there are not.
const DEPTH: usize = 16;

/// A file named in the environment that cannot be read.
pub(super) struct Unreadable {
    pub(super) file: PathBuf,
    pub(super) source: std::io::Error,
}

/// Puts what the environment says into the settings.
pub(super) fn overlay(root: &mut Node, variables: impl IntoIterator<Item = (String, String)>) -> Result<(), Unreadable> {
    let mut variables: Vec<(String, String)> = variables.into_iter().collect();
    // The environment has no order of its own.
    variables.sort();
    for (name, value) in variables {
        let mut keys: Vec<&str> = name.split(SEPARATOR).collect();
        let known = ROOTS.iter().any(|root| root.eq_ignore_ascii_case(keys[0]));
        if !known || !(2..=DEPTH).contains(&keys.len()) || keys.iter().any(|key| key.is_empty()) {
            continue;
        }
        let value = if keys.len() > 2 && keys.last().is_some_and(|key| key.eq_ignore_ascii_case(FILE)) {
            keys.pop();
            let text = std::fs::read_to_string(&value).map_err(|source| Unreadable { file: PathBuf::from(&value), source })?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        } else {
            value
        };
        put(root, &keys, value);
    }
    Ok(())
}

fn put(node: &mut Node, keys: &[&str], value: String) {
    let place: Place = node.place;
    let Some((key, rest)) = keys.split_first() else {
        node.value = Json::Text(value);
        return;
    };
    if !matches!(node.value, Json::Map(_)) {
        node.value = Json::Map(Vec::new());
    }
    let Json::Map(members) = &mut node.value else { return };
    let index = members.iter().position(|(known, ..)| known.eq_ignore_ascii_case(key)).unwrap_or_else(|| {
        members.push(((*key).to_owned(), place, Node { place, value: Json::Null }));
        members.len() - 1
    });
    put(&mut members[index].2, rest, value);
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Settings;

    #[test]
    fn the_environment_wins_and_a_file_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "hunter22\n").unwrap();
        let variables = [
            ("CONNECTIONS__AD__LOGIN", "svc"),
            ("Connections__AD__Password__File", secret.to_str().unwrap()),
            ("OpenId__OpenIdClients__Job", "token"),
            ("Connections__", "x"),
            ("PATH", "/bin"),
        ];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let text = "{\"Connections\": {\"AD\": {\"Login\": \"old\", \"Path\": \"x\"}}}";
        let settings = Settings::read(text, Path::new("a.json"), None, variables).unwrap();
        let connection = settings.connection("ad").unwrap();
        assert_eq!(connection.text("Login").unwrap().as_deref(), Some("svc"));
        assert_eq!(connection.text("Path").unwrap().as_deref(), Some("x"));
        assert_eq!(connection.secret("Password").unwrap().unwrap().expose(), "hunter22");
        let path = ["OpenId", "OpenIdClients", "Job"].map(str::to_owned);
        assert_eq!(settings.secret_at(&path).unwrap().expose(), "token");
        let absent = [("Connections__AD__Password__File".to_owned(), "absent".to_owned())];
        assert!(Settings::read(text, Path::new("a.json"), None, absent).unwrap_err().to_string().contains("absent"));
    }
}
