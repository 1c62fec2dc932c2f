//! The streams of a program: what it is told, what it says, in the order in which it comes.
//!
//! Where the system can wait for several streams at once, whoever sees to the program does so itself; elsewhere each
//! stream has a thread.

#[cfg(unix)]
mod polled;
#[cfg(not(unix))]
mod threaded;

#[cfg(unix)]
pub(super) use polled::Streams;
#[cfg(not(unix))]
pub(super) use threaded::Streams;

/// Bytes read at once.
const PIECE: usize = 16 << 10;

/// One of the two streams that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// The standard output.
    Out,
    /// The standard error.
    Error,
}
