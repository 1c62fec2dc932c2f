//! The content of the demo's directory, of what its CSV files hold.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::SUFFIX;
use crate::connectors::ldap::escape_rdn_value;

/// The directory as LDIF (RFC 2849).
pub(super) fn content(accounts: &[u8], groups: &[u8], memberships: &[u8]) -> String {
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ =
        writeln!(text, "dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\ndc: skerrylight\no: Skerrylight Ferries");
    for unit in ["people", "groups"] {
        let _ = writeln!(text, "\ndn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}");
    }
    for row in rows(accounts) {
        let get = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let login = get("login");
        let _ = writeln!(text, "\ndn: {}", person(login));
        text.push_str("objectClass: inetOrgPerson\nobjectClass: skerrylightAccount\n");
        let name = get("displayName");
        let last = name.split_once(',').map_or(name, |(last, _)| last);
        for (attribute, value) in [
            ("uid", login),
            ("cn", name),
            ("sn", last),
            ("displayName", name),
            ("mail", get("mail")),
            ("employeeNumber", get("employeeId")),
            ("departmentNumber", get("department")),
            ("skerrylightEnabled", if get("enabled") == "true" { "TRUE" } else { "FALSE" }),
        ] {
            line(&mut text, attribute, value);
        }
    }
    let mut members: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mut row in rows(memberships) {
        let (group, member) = (row.remove("group").unwrap_or_default(), row.remove("member").unwrap_or_default());
        members.entry(group).or_default().push(person(&member));
    }
    for row in rows(groups) {
        let name = row.get("name").map(String::as_str).unwrap_or_default();
        let _ = writeln!(text, "\ndn: cn={},ou=groups,{SUFFIX}\nobjectClass: skerrylightGroup", escape_rdn_value(name));
        line(&mut text, "cn", name);
        line(&mut text, "description", row.get("description").map(String::as_str).unwrap_or_default());
        members.get(name).into_iter().flatten().for_each(|member| line(&mut text, "member", member));
    }
    text
}

fn person(login: &str) -> String {
    format!("uid={},ou=people,{SUFFIX}", escape_rdn_value(login))
}

/// A value; what is not plain ASCII is written in Base64. Empty ones are left out.
fn line(text: &mut String, attribute: &str, value: &str) {
    if value.is_empty() {
        return;
    }
    let plain =
        value.bytes().all(|byte| (0x20..0x7f).contains(&byte)) && !value.starts_with([' ', ':', '<']) && !value.ends_with(' ');
    let _ = if plain {
        writeln!(text, "{attribute}: {value}")
    } else {
        writeln!(text, "{attribute}:: {}", crate::connectors::base64::encode(value.as_bytes()))
    };
}

/// The rows of a CSV file by their columns.
fn rows(text: &[u8]) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(text).into_deserialize().filter_map(Result::ok).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_not_plain_are_encoded() {
        let mut text = String::new();
        line(&mut text, "cn", "Roux");
        line(&mut text, "cn", "Zoë");
        line(&mut text, "cn", " a");
        line(&mut text, "cn", "");
        assert_eq!(text, "cn: Roux\ncn:: Wm/Dqw==\ncn:: IGE=\n");
    }
}
