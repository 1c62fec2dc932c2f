//! Distinguished names as text (RFC 4514).

/// The first part of a name and what it stands below: `uid=a` and `ou=people,dc=x` of `uid=a,ou=people,dc=x`; a name of
/// one part stands below the empty name. None where the name is empty.
pub fn split_rdn(dn: &str) -> Option<(&str, &str)> {
    if dn.trim().is_empty() {
        return None;
    }
    let mut escaped = false;
    let mut quoted = false;
    for (index, sign) in dn.char_indices() {
        match sign {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ',' | ';' if !quoted => return Some((dn[..index].trim(), dn[index + 1..].trim_start())),
            _ => {}
        }
    }
    Some((dn.trim(), ""))
}

/// The name that a name stands below.
pub fn parent(dn: &str) -> &str {
    split_rdn(dn).map_or("", |(_, parent)| parent)
}

/// A value as it is written in a name.
pub fn escape_rdn_value(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (index, sign) in value.chars().enumerate() {
        match sign {
            '\0' => text.push_str("\\00"),
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => text.extend(['\\', sign]),
            '#' | ' ' if index == 0 => text.extend(['\\', sign]),
            ' ' if index == last => text.push_str("\\ "),
            _ => text.push(sign),
        }
    }
    text
}

/// Whether two names are the same as far as their text tells: without case and blanks around separators.
pub fn same_dn(first: &str, second: &str) -> bool {
    folded(first) == folded(second)
}

/// A name in the form that names are compared in.
fn folded(dn: &str) -> String {
    let mut parts = Vec::new();
    let mut rest = dn;
    while let Some((part, below)) = split_rdn(rest) {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        parts.push(format!("{}={}", name.trim(), value.trim_start()).to_lowercase());
        rest = below;
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_split_at_its_first_separator() {
        assert_eq!(split_rdn("uid=a,ou=b,dc=c"), Some(("uid=a", "ou=b,dc=c")));
        assert_eq!(split_rdn(r"cn=Roux\, Ana,ou=b"), Some((r"cn=Roux\, Ana", "ou=b")));
        assert_eq!(split_rdn("cn=\"a,b\",ou=c"), Some(("cn=\"a,b\"", "ou=c")));
        assert_eq!(split_rdn("dc=c"), Some(("dc=c", "")));
        assert_eq!(split_rdn(" "), None);
        assert_eq!(parent("uid=a, ou=b"), "ou=b");
    }

    #[test]
    fn an_escaped_value_stays_one_part() {
        for value in ["Roux, Ana", " a ", "#1", "a+b=\"c\";<d>\\", "é", ""] {
            let dn = format!("cn={},ou=x", escape_rdn_value(value));
            assert_eq!(parent(&dn), "ou=x", "{dn}");
        }
        assert_eq!(escape_rdn_value(" a "), "\\ a\\ ");
    }

    #[test]
    fn names_compare_without_case_and_blanks() {
        assert!(same_dn("UID=a, ou=People", "uid=A,OU=people"));
        assert!(!same_dn("uid=a,ou=people", "uid=a,ou=groups"));
    }
}
