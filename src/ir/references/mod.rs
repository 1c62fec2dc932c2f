//! What names what: every attribute that refers to something, its value taken apart into the names in it.
//!
//! [`each`] visits the attributes, [`starts`] says which entity type a bare property or a path starts at, and [`parts`]
//! gives the names in a value with their places. Whether a name is right is judged by the rules; where it occurs is kept by [`Occurrences`],
//! which is made only when something asks for it.

mod occurrences;
mod parts;
mod sites;
mod starts;

pub use occurrences::{
    NotRenamed, Occurrence, Occurrences, Renaming, Role, Target, declared, mentions_in, named_at, named_in, place, trimmed,
};
pub use parts::{Part, gap, parts};
pub use sites::{Naming, Site, each, each_naming, each_of, in_element};
pub use starts::{Starts, starts};
