//! The `jobwright` program: parses its arguments, calls a command, ends with its exit code.

use std::process::ExitCode;

/// A configuration is a million small values made on all cores: the allocator decides a fifth of the time of `check`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    jobwright::cli::main(std::env::args_os()).into()
}
