//! Runs the built program as people do. One test program, so that everything is linked once.

mod command_line;
mod demo;
mod differences;
mod existing_findings;
mod faults;
mod inputs;
mod integrations;
#[cfg(unix)]
mod kills;
mod plan;
mod readme;
mod support;
