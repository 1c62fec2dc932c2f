//! Runs the built program as people do. One test program, so that everything is linked once.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking and says what it skips")]

mod approvals;
mod command_line;
mod connected;
mod demo;
mod demo_written;
mod differences;
#[cfg(all(unix, feature = "ldap"))]
mod directory;
#[cfg(unix)]
mod disasters;
mod editor;
mod executables;
mod existing_findings;
mod expand;
mod expressions;
mod faults;
mod formatting;
mod governance;
mod granted;
mod inputs;
mod inspecting;
mod integrations;
#[cfg(unix)]
mod kills;
mod large;
#[cfg(all(unix, feature = "ldap"))]
mod ldap;
#[cfg(all(unix, feature = "ldap"))]
mod ldap_export;
mod locks;
mod merged;
mod mistakes;
mod plan;
mod processes;
mod provisioning;
mod readme;
mod reports;
mod schedule;
mod schemas;
mod staged;
mod starting;
mod stores;
mod support;
mod xsd;
