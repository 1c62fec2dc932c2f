//! `[fulfilment]`: what connections to files do with their orders, and what stands for nobody in groups of directories.

use std::collections::BTreeMap;

use toml::de::DeValue;

use super::table::{Problems, Table, choose, text, wrong_type};

/// What a connection does with orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fulfilment {
    /// It writes a file for each, for a person or a program.
    Orders,
    /// It executes them in the CSV files that the connector's exports read.
    Sources,
    /// It writes a directory, and this entry is the member of groups that would have none and must have one.
    Placeholder(String),
}

/// The key of a [`Fulfilment::Placeholder`].
pub const PLACEHOLDER: &str = "placeholder-member";
/// The words for connections to files, as written in `[fulfilment]`.
pub const FULFILMENTS: [(&str, Fulfilment); 2] = [("orders", Fulfilment::Orders), ("sources", Fulfilment::Sources)];

pub(super) fn read_fulfilment(table: &Table<'_>, problems: &mut Problems) -> BTreeMap<String, Fulfilment> {
    let mut fulfilment = BTreeMap::new();
    for ((connection, span), value) in table.values() {
        if fulfilment.keys().any(|known: &String| known.eq_ignore_ascii_case(connection)) {
            problems.push(span, format!("connection `{connection}` is named twice"), "again", None);
            continue;
        }
        let how = match (value.get_ref(), text(value)) {
            (_, Some(word)) => choose(connection, &word, &FULFILMENTS, problems),
            (DeValue::Table(content), _) => {
                let mut own = Table::new(format!("[fulfilment.{connection}]"), content);
                let entry = own.word(PLACEHOLDER, problems).map(|(entry, _)| Fulfilment::Placeholder(entry.to_owned()));
                own.close(problems);
                entry
            }
            _ => {
                let expected = format!("`orders` or `sources` in quotes, or for a directory {{ {PLACEHOLDER} = \"…\" }}");
                wrong_type(connection, value, &expected, problems);
                None
            }
        };
        fulfilment.extend(how.map(|how| (connection.to_owned(), how)));
    }
    fulfilment
}
