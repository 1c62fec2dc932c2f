//! The command line: arguments, outcomes, exit codes. One file per subcommand; what they do lives in the layers below.

mod agent;
mod approve;
mod arguments;
mod baseline;
mod cancel;
mod changed;
mod check;
mod compiled;
mod completions;
mod demo;
mod diff;
mod error;
mod exit;
mod expand;
mod explain;
mod fix;
mod fixing;
mod fmt;
mod formats;
mod git;
mod index;
mod init;
mod input;
mod judging;
mod logs;
mod lsp;
mod man;
mod plan;
mod report;
mod rules;
mod run;
mod runs;
mod schedule;
mod schema;
mod show;
mod simulate;
mod store;
mod stores;
mod terminal;
mod wrap;

use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};

use clap::Parser;

use self::arguments::{Arguments, Command};
pub use self::error::Error;
pub use self::exit::Exit;

/// Runs the command line `arguments` (with the program's name first) and says how the process ends. Everything is
/// printed by then.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // Errors obey the format that was asked for, even errors in the arguments.
    let format = formats::asked_for(&arguments);
    let parsed = match Arguments::try_parse_from(&arguments) {
        Ok(parsed) => parsed,
        Err(error) => return terminal::clap_error(&error, format),
    };
    let color = parsed.global.color;
    let store = parsed.command.store().cloned();
    let ended = panic::catch_unwind(AssertUnwindSafe(|| execute(parsed))).unwrap_or_else(|_| Err(Error::internal()));
    ended.unwrap_or_else(|error| terminal::error(&error.on_store(store.as_ref()), format, color))
}

fn execute(arguments: Arguments) -> Result<Exit, Error> {
    let Arguments { global, command } = arguments;
    match command {
        Command::Check(arguments) => arguments.execute(&global),
        Command::Expand(arguments) => arguments.execute(&global),
        Command::Plan(arguments) => arguments.execute(&global),
        Command::Run(arguments) => arguments.execute(&global),
        Command::Runs(arguments) => arguments.execute(&global),
        Command::Show(arguments) => arguments.execute(&global),
        Command::Logs(arguments) => arguments.execute(&global),
        Command::Cancel(arguments) => arguments.execute(&global),
        Command::Approve(arguments) => arguments.execute(&global),
        Command::Schedule(arguments) => arguments.execute(&global),
        Command::Simulate(arguments) => arguments.execute(&global),
        Command::Store(arguments) => arguments.execute(&global),
        Command::Fix(arguments) => arguments.execute(&global),
        Command::Fmt(arguments) => arguments.execute(&global),
        Command::Baseline(arguments) => arguments.execute(&global),
        Command::Diff(arguments) => arguments.execute(&global),
        Command::Demo(arguments) => arguments.execute(&global),
        Command::Init(arguments) => arguments.execute(&global),
        Command::Explain(arguments) => arguments.execute(),
        Command::Rules(arguments) => arguments.execute(),
        Command::Lsp(arguments) => arguments.execute(),
        Command::Schema(arguments) => arguments.execute(&global),
        Command::Completions(arguments) => arguments.execute(),
        Command::Man(arguments) => arguments.execute(),
    }
}
