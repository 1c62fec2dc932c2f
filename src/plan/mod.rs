//! The normalized plan: what a configuration means, self-contained and deterministic.
//!
//! The plan is all that the engine sees. Two configurations that mean the same give the same bytes; where things came
//! from stands apart in [`Origins`](model::Origins), outside the digest.

mod build;
pub mod diff;
mod digest;
mod error;
pub mod graph;
pub mod model;
mod read;
mod schema;
mod summary;
#[cfg(test)]
mod tests;

pub use build::{build, inventory};
pub use error::PlanError;
pub use model::{PLAN_VERSION, Plan};
pub use read::{load, to_json};
pub use schema::SCHEMA;
pub use summary::summary;
