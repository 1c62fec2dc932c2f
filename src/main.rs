//! The `jobwright` program: parses its arguments, calls a command, ends with its exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    jobwright::cli::main(std::env::args_os()).into()
}
