//! Holds JSON against a JSON Schema: the part of the language that the published schemas are written in.
//!
//! Stricter than the language: a member that the schema does not describe is wrong even where readers let it be, so that
//! nothing is added to a format without its schema. A keyword not known here fails the test.

use serde_json::{Map, Value};

/// What is wrong with a value, with its place; nothing where it is as the schema says.
pub fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    Check { root: schema }.value(schema, value, "$", &mut found);
    found
}

struct Check<'s> {
    root: &'s Value,
}

impl Check<'_> {
    fn value(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let Value::Object(keywords) = schema else { panic!("{at}: {schema} is no schema") };
        for (keyword, says) in keywords {
            let holds = match keyword.as_str() {
                "$ref" => {
                    let pointer = says.as_str().unwrap().strip_prefix('#').unwrap();
                    self.value(self.root.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}")), value, at, found);
                    true
                }
                "type" => match says {
                    Value::Array(types) => types.iter().any(|one| is(one, value)),
                    one => is(one, value),
                },
                "const" => says == value,
                "enum" => says.as_array().unwrap().contains(value),
                "anyOf" => says.as_array().unwrap().iter().any(|one| self.holds(one, value, at)),
                "oneOf" => says.as_array().unwrap().iter().filter(|one| self.holds(one, value, at)).count() == 1,
                "minimum" => value.as_f64().is_none_or(|number| number >= says.as_f64().unwrap()),
                "minItems" => value.as_array().is_none_or(|all| all.len() as u64 >= says.as_u64().unwrap()),
                "maxItems" => value.as_array().is_none_or(|all| all.len() as u64 <= says.as_u64().unwrap()),
                "pattern" => {
                    let pattern = regex_lite::Regex::new(says.as_str().unwrap()).unwrap();
                    value.as_str().is_none_or(|text| pattern.is_match(text))
                }
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        self.value(says, item, &format!("{at}[{index}]"), found);
                    }
                    true
                }
                "required" => value
                    .as_object()
                    .is_none_or(|object| says.as_array().unwrap().iter().all(|name| object.contains_key(name.as_str().unwrap()))),
                "properties" => {
                    self.members(keywords, value, at, found);
                    true
                }
                "additionalProperties" if keywords.contains_key("properties") => *says == Value::Bool(false),
                "additionalProperties" => {
                    for (name, member) in value.as_object().into_iter().flatten() {
                        self.value(says, member, &format!("{at}.{name}"), found);
                    }
                    true
                }
                "$schema" | "$defs" | "title" | "description" => true,
                other => panic!("the keyword {other} is not known to the test"),
            };
            if !holds {
                let text = value.to_string();
                let text = text.char_indices().nth(60).map_or(text.as_str(), |(end, _)| &text[..end]);
                found.push(format!("{at}: {text} is not of {keyword} {says}"));
            }
        }
    }

    fn members(&self, keywords: &Map<String, Value>, value: &Value, at: &str, found: &mut Vec<String>) {
        for (name, member) in value.as_object().into_iter().flatten() {
            match keywords["properties"].get(name) {
                Some(schema) => self.value(schema, member, &format!("{at}.{name}"), found),
                None => found.push(format!("{at}: `{name}` is not in the schema")),
            }
        }
    }

    fn holds(&self, schema: &Value, value: &Value, at: &str) -> bool {
        let mut found = Vec::new();
        self.value(schema, value, at, &mut found);
        found.is_empty()
    }
}

fn is(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64(),
        other => panic!("{other} is no type"),
    }
}
