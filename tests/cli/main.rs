//! Runs the built program as people do. One test program, so that everything is linked once.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

mod command_line;
mod demo;
mod differences;
mod existing_findings;
mod expressions;
mod faults;
mod inputs;
mod integrations;
#[cfg(unix)]
mod kills;
mod plan;
mod readme;
mod support;
