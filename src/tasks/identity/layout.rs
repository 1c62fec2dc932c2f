//! The order in which the values of an entity type stand in a body.

use std::fmt::Write as _;

use rusqlite::{Connection, OptionalExtension, params};

use crate::tasks::TaskError;

/// An entity type as stored: its number, and its properties in the order of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Number of the entity type in the store.
    pub number: i64,
    /// Property names; the body holds their values in this order, without the empty ones at its end.
    pub properties: Vec<String>,
}

impl Layout {
    /// The layout of an entity type, extended by the properties it does not have yet.
    pub fn of(connection: &Connection, entity_type: &str, properties: &[&str]) -> Result<Self, TaskError> {
        let mut layout = if let Some(layout) = Self::stored(connection, entity_type)? {
            layout
        } else {
            connection.execute("INSERT INTO entity_type (name, properties) VALUES (?1, '[]')", [entity_type])?;
            Self { number: connection.last_insert_rowid(), properties: Vec::new() }
        };
        let known = layout.properties.len();
        for property in properties {
            if layout.index(property).is_none() {
                layout.properties.push((*property).to_owned());
            }
        }
        if layout.properties.len() > known {
            let names = serde_json::Value::from(layout.properties.clone()).to_string();
            let sql = "UPDATE entity_type SET properties = ?1 WHERE id = ?2";
            connection.execute(sql, params![names, layout.number])?;
        }
        Ok(layout)
    }

    /// The layout of an entity type that the store knows.
    pub fn stored(connection: &Connection, entity_type: &str) -> Result<Option<Self>, TaskError> {
        let row = connection
            .query_row("SELECT id, properties FROM entity_type WHERE name = ?1", [entity_type], |row| {
                Ok((row.get(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let Some((number, names)) = row else { return Ok(None) };
        let properties =
            serde_json::from_str(&names).map_err(|_| TaskError::damaged(&format!("the properties of {entity_type}")))?;
        Ok(Some(Self { number, properties }))
    }

    /// Where the value of a property stands in the body.
    pub fn index(&self, property: &str) -> Option<usize> {
        self.properties.iter().position(|name| name == property)
    }

    /// The SQL by which a value of the resources of table `alias` (empty: the only table) is read: the computed one, else
    /// the synchronized one. Every reader uses this very form, so that an index over it serves them all.
    pub fn value_sql(&self, alias: &str, property: &str) -> String {
        let dot = if alias.is_empty() { "" } else { "." };
        let name = property.replace('"', "\"\"").replace('\'', "''");
        let computed = format!("json_extract({alias}{dot}computed, '$.\"{name}\"')");
        match self.index(property) {
            Some(index) => format!("coalesce({computed}, json_extract({alias}{dot}body, '$[{index}]'))"),
            None => computed,
        }
    }

    /// Writes the body that holds `values` (by index in this layout); empty values are null.
    pub fn body(values: &[&str], body: &mut String) {
        let filled = values.iter().rposition(|value| !value.is_empty()).map_or(0, |last| last + 1);
        body.clear();
        body.push('[');
        for (index, value) in values[..filled].iter().enumerate() {
            if index > 0 {
                body.push(',');
            }
            if value.is_empty() {
                body.push_str("null");
            } else {
                push_json_text(value, body);
            }
        }
        body.push(']');
    }
}

/// Writes a JSON text; only what JSON demands is escaped.
fn push_json_text(value: &str, out: &mut String) {
    out.push('"');
    if value.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push_str(value);
    } else {
        for sign in value.chars() {
            match sign {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                sign if (sign as u32) < 0x20 => {
                    // Writing to a text cannot fail.
                    let _ = write!(out, "\\u{:04x}", sign as u32);
                }
                sign => out.push(sign),
            }
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_json_without_empty_tail() {
        let mut body = String::new();
        Layout::body(&["a\"\\\n\u{1}é", "", "b", "", ""], &mut body);
        let values: Vec<Option<String>> = serde_json::from_str(&body).unwrap();
        assert_eq!(values, [Some("a\"\\\n\u{1}é".to_owned()), None, Some("b".to_owned())]);
        Layout::body(&["", ""], &mut body);
        assert_eq!(body, "[]");
    }
}
