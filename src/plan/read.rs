//! Plans as text.

use serde_json::Value;

use super::PlanError;
use super::digest;
use super::model::{PLAN_VERSION, Plan};

/// Reads a plan and holds its content against its digest.
pub fn load(text: &str) -> Result<Plan, PlanError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let value: Value = serde_json::from_str(text).map_err(|error| PlanError::NotJson {
        line: error.line(),
        column: error.column(),
        message: words(&error),
    })?;
    let Value::Object(members) = &value else {
        return Err(PlanError::NotAPlan { message: "it is no object".to_owned() });
    };
    match members.get("version").and_then(Value::as_u64) {
        None => return Err(PlanError::NotAPlan { message: "it has no `version`".to_owned() }),
        Some(found) if found > u64::from(PLAN_VERSION) => return Err(PlanError::Newer { found }),
        Some(found) if found < u64::from(PLAN_VERSION) => return Err(PlanError::Older { found }),
        Some(_) => {}
    }
    // Read from the text once more: its errors know their place.
    let plan: Plan = serde_json::from_str(text).map_err(|error| PlanError::NotAPlan { message: error.to_string() })?;
    let computed = digest::of_json(members);
    if computed != plan.digest {
        return Err(PlanError::Digest { stated: plan.digest, computed });
    }
    Ok(plan)
}

/// The reader's words without the place, which is said apart.
fn words(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(words, _)| words.to_owned())
}

/// The plan as it is written to a file: indented, ending in a line break.
pub fn to_json(plan: &Plan) -> String {
    // Maps have text for keys and numbers are finite, which is all that could fail.
    let mut text = serde_json::to_string_pretty(plan).unwrap_or_default();
    text.push('\n');
    text
}
