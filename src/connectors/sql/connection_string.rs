//! Connection strings of `SQLite`, as .NET writes them: `Data Source=people.db;Mode=ReadOnly`.

/// How the connection string asks for the database to be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// For reading.
    ReadOnly,
    /// For writing, if it is there.
    ReadWrite,
    /// For writing; made if it is not there.
    Create,
}

/// What a connection string leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The file, as written.
    pub file: String,
    /// How it is to be opened.
    pub mode: Mode,
}

/// Keys that change nothing here, in lower case without blanks.
const WITHOUT_EFFECT: [&str; 9] = [
    "cache",
    "commandtimeout",
    "defaulttimeout",
    "foreignkeys",
    "journalmode",
    "pooling",
    "recursivetriggers",
    "syncmode",
    "version",
];

impl Target {
    /// Reads a connection string. Its values may be secrets: no message shows one.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (mut file, mut mode) = (None, Mode::Create);
        for (key, value) in pairs(text)? {
            let plain: String = key.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
            match plain.as_str() {
                "datasource" | "filename" | "uri" | "fulluri" => file = Some(value),
                "mode" => {
                    mode = match value.to_ascii_lowercase().as_str() {
                        "readonly" => Mode::ReadOnly,
                        "readwrite" => Mode::ReadWrite,
                        "readwritecreate" => Mode::Create,
                        "memory" => return Err(IN_MEMORY.to_owned()),
                        _ => return Err("Mode is ReadOnly, ReadWrite or ReadWriteCreate".to_owned()),
                    };
                }
                "readonly" if value.eq_ignore_ascii_case("true") => mode = Mode::ReadOnly,
                "failifmissing" if value.eq_ignore_ascii_case("true") && mode == Mode::Create => mode = Mode::ReadWrite,
                "readonly" | "failifmissing" => {}
                "password" if value.is_empty() => {}
                "password" => return Err("jobwright cannot read databases that are encrypted with a Password".to_owned()),
                known if WITHOUT_EFFECT.contains(&known) => {}
                _ => return Err(format!("the key {key} is none of SQLite; one names the file, as in Data Source=people.db")),
            }
        }
        match file {
            None => Err("no Data Source names the file".to_owned()),
            Some(file) if file.is_empty() || file.eq_ignore_ascii_case(":memory:") => Err(IN_MEMORY.to_owned()),
            Some(file) if file.starts_with("file:") || file.contains("|DataDirectory|") => {
                Err("Data Source is the path of a file here, neither a URI nor a placeholder".to_owned())
            }
            Some(file) => Ok(Self { file, mode }),
        }
    }
}

const IN_MEMORY: &str = "a database in memory holds nothing to read: name a file as Data Source";

/// The keys and values of a connection string; a value may stand in quotes.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start_matches([';', ' ', '\t', '\r', '\n']);
    while !rest.is_empty() {
        let Some((key, after)) = rest.split_once('=') else { return Err("it is not of the form key=value;key=value".to_owned()) };
        let after = after.trim_start();
        let quote = after.chars().next().filter(|sign| matches!(sign, '"' | '\''));
        let value;
        (value, rest) = match quote {
            None => {
                let (value, rest) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), rest)
            }
            Some(quote) => {
                let inner = &after[1..];
                let Some(end) = inner.find(quote) else {
                    return Err(format!("the value of {} has no closing quote", key.trim()));
                };
                let rest = inner[end + 1..].trim_start();
                let Some(rest) = rest.strip_prefix(';').or(rest.is_empty().then_some("")) else {
                    return Err(format!("after the value of {} a semicolon is missing", key.trim()));
                };
                (inner[..end].to_owned(), rest)
            }
        };
        pairs.push((key.trim().to_owned(), value));
        rest = rest.trim_start_matches([';', ' ', '\t', '\r', '\n']);
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings_lead_to_a_file() {
        for (text, file, mode) in [
            ("Data Source=people.db", "people.db", Mode::Create),
            (" data source = 'a;b.db' ; Mode=ReadOnly;", "a;b.db", Mode::ReadOnly),
            ("DataSource=\"C:\\hr\\people.db\";Mode=ReadWrite;Cache=Shared", "C:\\hr\\people.db", Mode::ReadWrite),
            ("Filename=people.db;Read Only=True;Version=3", "people.db", Mode::ReadOnly),
        ] {
            assert_eq!(Target::parse(text), Ok(Target { file: file.to_owned(), mode }), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_without_a_value() {
        for (text, part) in [
            ("", "no Data Source"),
            ("hunter2", "key=value"),
            ("Data Source=x;Database=hunter2", "the key Database is none of SQLite"),
            ("Data Source=x;Password=hunter2", "encrypted"),
            ("Data Source=:memory:", "memory"),
            ("Data Source='hunter2", "no closing quote"),
            ("Data Source='x'hunter2", "semicolon"),
        ] {
            let message = Target::parse(text).unwrap_err();
            assert!(message.contains(part) && !message.contains("hunter2"), "{text}: {message}");
        }
    }
}
