//! The settings of a CSV connection.

use encoding_rs::Encoding;

use crate::tasks::settings::{ConnectionSettings, SettingsError};

/// The settings of a CSV connection, checked.
#[derive(Clone, Debug)]
pub struct CsvOptions {
    /// Path of the complete extract.
    pub path: Option<String>,
    /// Path of the extract of changes.
    pub path_incremental: Option<String>,
    /// Whether the file names are patterns, of which the newest match is read.
    pub is_pattern: bool,
    /// None: as the file's first bytes say, else UTF-8.
    pub encoding: Option<&'static Encoding>,
    /// One byte.
    pub separator: u8,
    /// Lines before the header.
    pub skip: u64,
    /// Removed from both ends of values.
    pub trims: Vec<String>,
}

impl CsvOptions {
    /// Reads and checks the settings.
    pub fn read(connection: &ConnectionSettings) -> Result<Self, SettingsError> {
        let path = connection.text("Path")?.filter(|path| !path.is_empty());
        let path_incremental = connection.text("PathIncremental")?.filter(|path| !path.is_empty());
        if path.is_none() && path_incremental.is_none() {
            return Err(connection.wrong("Path", "neither Path nor PathIncremental names a file"));
        }
        let encoding = match connection.text("Encoding")?.filter(|name| !name.is_empty()) {
            None => None,
            Some(name) => {
                Some(encoding(&name).ok_or_else(|| connection.wrong("Encoding", format!("{name} is not a known encoding")))?)
            }
        };
        let separator = match connection.text("Separator")?.as_deref() {
            None | Some("") => b',',
            Some("\\t") => b'\t',
            Some(text) => match text.as_bytes() {
                [byte] if !matches!(byte, b'"' | b'\r' | b'\n') => *byte,
                _ => return Err(connection.wrong("Separator", format!("{text:?} is not one ASCII sign"))),
            },
        };
        Ok(Self {
            path,
            path_incremental,
            is_pattern: connection.flag("IsFileNameRegex")?,
            encoding,
            separator,
            skip: connection.number("NumberOfLinesToSkip")?,
            trims: connection.list("ValuesToTrim")?.into_iter().filter(|value| !value.is_empty()).collect(),
        })
    }

    /// The separator, for messages.
    pub fn separator_name(&self) -> String {
        match self.separator {
            b'\t' => "a tab".to_owned(),
            byte => format!("\"{}\"", char::from(byte)),
        }
    }

    /// The value without what is to be trimmed.
    pub fn trimmed<'v>(&self, mut value: &'v str) -> &'v str {
        loop {
            let before = value.len();
            for trim in &self.trims {
                value = value.strip_prefix(trim.as_str()).unwrap_or(value);
                value = value.strip_suffix(trim.as_str()).unwrap_or(value);
            }
            if value.len() == before {
                return value;
            }
        }
    }
}

/// The encoding of a name or code page number as .NET knows them.
pub fn encoding(name: &str) -> Option<&'static Encoding> {
    let name = name.trim();
    let label = match name.to_ascii_lowercase().as_str() {
        "unicode" | "1200" => "utf-16le",
        "bigendianunicode" | "unicodefffe" | "1201" => "utf-16be",
        "65001" | "utf8" => "utf-8",
        "ascii" | "20127" => "us-ascii",
        "latin1" | "28591" => "iso-8859-1",
        "28605" => "iso-8859-15",
        page if page.parse::<u16>().is_ok_and(|page| (1250..=1258).contains(&page)) => {
            return Encoding::for_label(format!("windows-{page}").as_bytes());
        }
        _ => name,
    };
    Encoding::for_label(label.as_bytes())
}
