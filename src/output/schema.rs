//! The published JSON Schemas, held against what is written.

/// The JSON Schema of what `json` writes.
pub const SCHEMA: &str = include_str!("../../schemas/findings.schema.json");

/// The JSON Schema of the report of a run.
pub const REPORT: &str = include_str!("../../schemas/report.schema.json");

/// The JSON Schema of a line of a run's event log.
pub const EVENTS: &str = include_str!("../../schemas/events.schema.json");

/// The JSON Schema of what `inspect` writes.
pub const INSPECT: &str = include_str!("../../schemas/inspect.schema.json");

#[cfg(test)]
pub(super) use tests::check;

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::{Failure, Format, render_failure, testing};
    use super::SCHEMA;

    /// Holds `value` against the parts of JSON Schema that the schema uses.
    pub(in crate::output) fn check(root: &Value, schema: &Value, value: &Value, path: &str) -> Result<(), String> {
        let fail = |what: &str| Err(format!("{path}: {what}: {value}"));
        if let Some(reference) = schema["$ref"].as_str() {
            let target = root.pointer(reference.trim_start_matches('#')).ok_or("a reference to nothing")?;
            check(root, target, value, path)?;
        }
        if !schema["const"].is_null() && schema["const"] != *value {
            return fail("not the constant");
        }
        if schema["enum"].as_array().is_some_and(|list| !list.contains(value)) {
            return fail("not in the list");
        }
        let kinds: Vec<&str> = match &schema["type"] {
            Value::String(kind) => vec![kind],
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !kinds.is_empty() && !kinds.contains(&kind) {
            return fail("of another type");
        }
        let fits = |choice: &&Value| check(root, choice, value, path).is_ok();
        if schema["oneOf"].as_array().is_some_and(|choices| choices.iter().filter(fits).count() != 1) {
            return fail("not one of the choices");
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(name).is_none() {
                return fail(&format!("`{name}` is missing"));
            }
        }
        for (name, member) in value.as_object().into_iter().flatten() {
            match schema["properties"].get(name) {
                Some(inner) => check(root, inner, member, &format!("{path}/{name}"))?,
                None if schema["additionalProperties"].is_object() => {
                    check(root, &schema["additionalProperties"], member, &format!("{path}/{name}"))?;
                }
                None if schema["additionalProperties"] == false => return fail(&format!("`{name}` is not in the schema")),
                None => {}
            }
        }
        if !schema["items"].is_null() {
            for item in value.as_array().into_iter().flatten() {
                check(root, &schema["items"], item, &format!("{path}/*"))?;
            }
        }
        Ok(())
    }

    #[test]
    fn what_is_written_is_what_the_schema_says() {
        let schema: Value = serde_json::from_str(SCHEMA).unwrap();
        let mut document: Value = serde_json::from_str(&testing::rendered(Format::Json)).unwrap();
        check(&schema, &schema, &document, "").unwrap();
        let mut error = Vec::new();
        let failure = Failure { code: 2, message: "m".into(), help: None };
        render_failure(Format::Json, &failure, &mut error).unwrap();
        check(&schema, &schema, &serde_json::from_slice(&error).unwrap(), "").unwrap();

        document["findings"][0]["fix"] = serde_json::json!({"safety": "perhaps", "edits": []});
        assert!(check(&schema, &schema, &document, "").is_err());
        document["findings"] = serde_json::json!([{"rule": 3}]);
        assert!(check(&schema, &schema, &document, "").is_err());
    }
}
