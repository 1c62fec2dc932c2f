//! Rules as the store names them: what each says, in one line, so that an assignment can tell why it is.

use std::fmt::Write as _;

use rusqlite::{Connection, params};

use crate::plan::model::Value;
use crate::tasks::TaskError;

use crate::tasks::attribute::Attributes;

/// Characters of an attribute that are shown.
const SHOWN: usize = 120;

/// The rules of the store.
pub(super) struct Register<'s> {
    store: &'s Connection,
    /// Those that fill properties, as they are now.
    filling: Vec<i64>,
}

impl<'s> Register<'s> {
    pub(super) fn new(store: &'s Connection) -> Self {
        Self { store, filling: Vec::new() }
    }

    /// The number of a rule. `resource_type` and `property`: of one that fills a property; `apart`: what need not be said.
    pub(super) fn rule(
        &mut self,
        resource_type: &str,
        property: &str,
        element: &str,
        attributes: &Attributes,
        apart: &[&str],
    ) -> Result<i64, TaskError> {
        let text = said(element, attributes, apart);
        let (store, row) = (self.store, params![resource_type, property, text]);
        store.prepare_cached("INSERT OR IGNORE INTO rule (resource_type, property, text) VALUES (?1, ?2, ?3)")?.execute(row)?;
        let sql = "SELECT id FROM rule WHERE resource_type = ?1 AND property = ?2 AND text = ?3";
        let id = store.prepare_cached(sql)?.query_row(row, |row| row.get(0))?;
        if !property.is_empty() {
            self.filling.push(id);
        }
        Ok(id)
    }

    /// Forgets the rules that filled properties and are no more; those that gave something stay for the history.
    pub(super) fn forget_others(&self) -> Result<(), TaskError> {
        let known = serde_json::Value::from(self.filling.clone()).to_string();
        let sql = "DELETE FROM rule WHERE property <> '' AND id NOT IN (SELECT value FROM json_each(?1))";
        self.store.execute(sql, [known])?;
        Ok(())
    }
}

/// A rule in one line, without what is as always.
fn said(element: &str, attributes: &Attributes, apart: &[&str]) -> String {
    let mut text = element.to_owned();
    for (name, value) in attributes {
        let value = match value {
            Value::Bool(true) if name != "IsMapped" => "true".to_owned(),
            Value::Int(number) if *number != 0 => number.to_string(),
            Value::Float(number) if *number != 0.0 => number.to_string(),
            Value::Text(word) if !matches!(word.as_str(), "" | "Required" | "Default" | "CaseSensitive") => word.clone(),
            Value::Bool(false) if name == "IsMapped" => "false".to_owned(),
            _ => continue,
        };
        if apart.contains(&name.as_str()) || name == "Policy" {
            continue;
        }
        let mut shown: String = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((end, _)) = shown.char_indices().nth(SHOWN) {
            shown.truncate(end);
            shown.push('…');
        }
        // Writing to a text cannot fail.
        let _ = write!(text, " {name}=\"{shown}\"");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_by_what_it_says() {
        let word = |word: &str| Value::Text(word.to_owned());
        let attributes = [
            ("D0", word("Nord")),
            ("Expression", word("C#:p:\n  return p.Name;")),
            ("IsDenied", Value::Bool(false)),
            ("IsMapped", Value::Bool(false)),
            ("Policy", word("Default")),
            ("Priority", Value::Int(2)),
            ("Role", word("Crew")),
            ("Type", word("Required")),
        ];
        let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let text = said("SingleRoleRule", &attributes, &["Role"]);
        assert_eq!(text, r#"SingleRoleRule D0="Nord" Expression="C#:p: return p.Name;" IsMapped="false" Priority="2""#);
    }
}
