//! The typed model of a configuration: items, symbol table, references.
//!
//! Every file is lowered on its own (a pure function of its tree), the results are merged in file order, then
//! references are resolved once into typed ids. Identifiers compare without case. Elements that the compiler does not
//! reason about stay in their trees and are checked there against the grammar.

mod classify;
mod declarations;
pub(crate) mod field;
mod generated;
mod id;
mod index;
pub mod items;
mod lower;
mod meant;
mod model;
mod program;
pub mod references;
mod removal;
mod resolve;
mod shared;
mod symbol;
mod unit;
mod values;

pub use classify::classify;
pub use declarations::{Declaration, DeclarationId, Declarations};
pub use field::{At, Field, Generated, Origin, Package, Ref, Text};
pub use generated::{Consolidated, GeneratedChild, GeneratedElement, GeneratedEntry, GeneratedJob};
pub use id::{Arena, Id};
pub use index::Index;
pub use items::*;
pub use lower::{Lowered, lower};
pub use model::{AssociationEnd, Nature};
pub use program::Program;
pub(crate) use removal::Moved;
pub use shared::Shared;
pub use symbol::{Symbol, same_identifier};
pub use unit::{Reading, Unit};
pub use values::{ConsolidationMode, CronTimeZone, Deactivation, JobIntegration, SynchronizationMode, SynchronizationType};
