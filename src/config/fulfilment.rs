//! `[fulfilment]`: what connections to files do with their orders.

use std::collections::BTreeMap;

use super::table::{Problems, Table, choose};

/// What a connection of a package that writes files does with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fulfilment {
    /// It becomes a file of its own, for a person or a program.
    Orders,
    /// It is executed in the CSV files that the connector's exports read.
    Sources,
}

/// The words for them, as written in `[fulfilment]`.
pub const FULFILMENTS: [(&str, Fulfilment); 2] = [("orders", Fulfilment::Orders), ("sources", Fulfilment::Sources)];

pub(super) fn read_fulfilment(table: Table<'_>, problems: &mut Problems) -> BTreeMap<String, Fulfilment> {
    let mut fulfilment = BTreeMap::new();
    for ((connection, span), word) in table.entries(problems) {
        if fulfilment.keys().any(|known: &String| known.eq_ignore_ascii_case(connection)) {
            problems.push(span, format!("connection `{connection}` is named twice"), "again", None);
            continue;
        }
        fulfilment.extend(choose(connection, &word, &FULFILMENTS, problems).map(|how| (connection.to_owned(), how)));
    }
    fulfilment
}
