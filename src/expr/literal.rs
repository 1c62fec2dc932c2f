//! Constants against the type of the property they are for.

/// The constant in the one way it is written for a property of that type (a name of `EntityPropertyType`), or what is wrong
/// with it.
pub fn literal(kind: &str, value: &str) -> Result<String, String> {
    let fits = match kind {
        "DateTime" | "Binary" => return Err(format!("a property of type {kind} takes no Literal")),
        "Bool" => {
            let flag = value.trim().to_ascii_lowercase();
            return match flag.as_str() {
                "true" | "1" => Ok("true".to_owned()),
                "false" | "0" => Ok("false".to_owned()),
                _ => Err(format!("Literal `{value}` is not true or false")),
            };
        }
        "Int64" => value.parse::<i64>().is_ok(),
        "Int32" => value.parse::<i32>().is_ok(),
        "Int16" => value.parse::<i16>().is_ok(),
        "Byte" => value.parse::<u8>().is_ok(),
        "Double" => value.parse::<f64>().is_ok_and(f64::is_finite),
        "Guid" => is_guid(value),
        _ => true,
    };
    if fits { Ok(value.to_owned()) } else { Err(format!("Literal `{value}` does not fit the type {kind}")) }
}

fn is_guid(value: &str) -> bool {
    let bare = value.strip_prefix('{').and_then(|value| value.strip_suffix('}')).unwrap_or(value);
    let groups: Vec<usize> = bare.split('-').map(str::len).collect();
    let digits = bare.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
    digits && (groups == [8, 4, 4, 4, 12] || groups == [32])
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn constants_fit_or_say_why_not() {
        for (kind, value, written) in [
            ("Bool", "TRUE", Some("true")),
            ("Bool", "0", Some("false")),
            ("Bool", "yes", None),
            ("Int32", "66048", Some("66048")),
            ("Int32", "6e4", None),
            ("Int16", "66048", None),
            ("Byte", "256", None),
            ("Double", "1.5", Some("1.5")),
            ("Guid", "{0123abcd-0123-abcd-0123-0123456789ab}", Some("{0123abcd-0123-abcd-0123-0123456789ab}")),
            ("Guid", "x", None),
            ("DateTime", "20240101", None),
            ("ForeignKey", "12", Some("12")),
            ("String", "", Some("")),
        ] {
            assert_eq!(literal(kind, value).ok().as_deref(), written, "{kind} {value}");
        }
    }
}
