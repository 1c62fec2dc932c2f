//! What people call a resource whose key tells them nothing.

use std::collections::BTreeMap;

use rusqlite::Row;
use serde_json::Value;

use crate::expr::function::simplify;

/// Properties that name a resource to people, best first; written without signs and capitals.
const NAMES: [&str; 10] = [
    "internaldisplayname",
    "internaldisplaynamel1",
    "displayname",
    "commonname",
    "cn",
    "name",
    "dn",
    "distinguishedname",
    "login",
    "mail",
];
/// Characters of a label that are shown.
const LONGEST: usize = 60;

/// The label of a resource by its values, in the order of its properties: a value that names it; where the key is drawn by
/// lot, such as an entryUUID, else the first value with its property. None that the key says already.
pub(super) fn label(key: &str, values: &[(String, String)]) -> Option<String> {
    let named = |name: &&str| values.iter().find(|(property, value)| plain(property) == *name && !value.trim().is_empty());
    let label = match NAMES.iter().find_map(named) {
        Some((_, value)) => value.trim().to_owned(),
        None if is_drawn(key) => {
            let (property, value) = values.iter().find(|(_, value)| !value.trim().is_empty() && plain(value) != plain(key))?;
            format!("{property} {}", value.trim())
        }
        None => return None,
    };
    let known = plain(key);
    let mut words = label.split(|sign: char| !sign.is_alphanumeric()).map(plain);
    let is_new = words.any(|word| !known.contains(&word));
    is_new.then(|| if label.chars().count() > LONGEST { label.chars().take(LONGEST).chain(['…']).collect() } else { label })
}

/// The label of a row with the names of the properties, the key, the body and the computed values of a resource.
pub(super) fn label_of_row(row: &Row<'_>) -> rusqlite::Result<Option<String>> {
    let (names, key, body): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let computed: Option<String> = row.get(3)?;
    let names: Vec<String> = serde_json::from_str(&names).unwrap_or_default();
    let mut values = values(&names, &body);
    let computed: BTreeMap<String, Value> = computed.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    values.extend(computed.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))));
    Ok(label(&key, &values))
}

/// The synchronized texts of a body, by property.
pub(super) fn values(names: &[String], body: &str) -> Vec<(String, String)> {
    let list: Vec<Value> = serde_json::from_str(body).unwrap_or_default();
    names.iter().zip(list).filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect()
}

/// Letters and digits alone, in lower case and without their marks.
fn plain(text: &str) -> String {
    simplify(text).to_lowercase()
}

/// Whether a key is a number that a system has drawn.
fn is_drawn(key: &str) -> bool {
    let digits = plain(key);
    digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::label;

    const DRAWN: &str = "0a1b2c3d-0000-4000-8000-00112233aabb";

    fn of(key: &str, values: &[(&str, &str)]) -> Option<String> {
        let owned: Vec<_> = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        label(key, &owned)
    }

    #[test]
    fn a_name_comes_before_other_values_and_is_not_said_twice() {
        let values = [("dn", "cn=Ana,dc=x"), ("Display_Name", "Ana Reef"), ("mail", "ana@x")];
        assert_eq!(of(DRAWN, &values).as_deref(), Some("Ana Reef"));
        assert_eq!(of(DRAWN, &values[..1]).as_deref(), Some("cn=Ana,dc=x"));
        assert_eq!(of("ana.reef", &values), None);
        assert_eq!(of("ana.reef", &[("displayName", "Réef, Ana")]), None);
        assert_eq!(of(DRAWN, &[("entryUUID", DRAWN), ("shelf", "7")]).as_deref(), Some("shelf 7"));
        assert_eq!(of("E0001", &[("shelf", "7")]), None, "a key that people gave");
        assert_eq!(of(DRAWN, &[("name", &"x".repeat(99))]).unwrap().chars().count(), 61);
    }
}
