//! What the identity store holds, the way a person asks: read only, bounded, in words.
//!
//! Each question is answered by data that is written as JSON as it stands, and drawn for a terminal from the same.

mod assignments;
mod changes;
mod error;
mod find;
mod governed;
mod moments;
mod orders;
mod resource;
mod types;
mod words;

pub use assignments::{
    AssignedLink, AssignedRole, AssignedValue, Assignment, Assignments, Decided, Ended, Suggestion, assignments,
};
pub use changes::{ChangedRow, Changes, Group, changes};
pub use error::InspectError;
pub use find::Named;
pub(crate) use find::{entity_type, near, resource_of, resource_type};
pub use governed::{Classification, Held, Profile, Risk};
pub use moments::When;
pub(crate) use moments::date;
pub use orders::{Change, Order, OrderFilter, Orders, Why, order, orders};
pub use resource::{Difference, Event, Link, Owned, Property, Resource, resource};
pub use types::{AssociationCount, ResourceTypeCount, RoleCount, TypeCount, Types, types};
pub use words::{ORDER_STATES, order_state, state};
