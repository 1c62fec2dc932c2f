//! Source texts: files found, read, decoded, and positions in them.
//!
//! The lowest layer. Everything above speaks of a text by [`FileId`] and of a place in it by [`Span`] (bytes of the
//! decoded text, after a byte-order mark). Lines and columns exist only where something is shown to a person.
//! This is the only module of the compiler half that touches the file system.

mod blank;
pub mod discovery;
mod encoding;
mod glob;
mod line_index;
mod printable;
mod reading;
mod span;
mod text;
mod writing;

pub use blank::trim;
pub use encoding::{DecodeError, Decoded, decode};
pub use glob::{Glob, GlobError};
pub use line_index::{LineIndex, Position};
pub use printable::printable;
pub(crate) use printable::shown;
pub use reading::{Loaded, ReadProblem, Unread, read};
pub use span::{FileId, Location, Span};
pub use text::{SourceFile, Sources};
pub use writing::{ReplaceError, RewriteError, encode_like, replace_file, rewrite, write_file};
