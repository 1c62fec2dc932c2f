//! The demo that the program can write anywhere, and the directory that goes with it. The layer of `init`: beside the
//! compiler, below the command line.

pub mod slapd;
