//! The published shape of a plan.

/// The JSON Schema of version 1.
pub const SCHEMA: &str = include_str!("../../schemas/plan.schema.json");
