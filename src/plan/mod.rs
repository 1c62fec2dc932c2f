//! The normalized plan: what a configuration means, self-contained and deterministic.
//!
//! The plan is all that the engine sees. Two configurations that mean the same give the same bytes; where things came
//! from stands apart in [`Origins`], outside the digest.

pub mod model;

pub use model::{PLAN_VERSION, Plan};
