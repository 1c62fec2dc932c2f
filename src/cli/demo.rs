//! `jobwright demo`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, Subcommand, ValueEnum};

use super::arguments::Global;
use super::{Error, Exit, terminal};
use crate::demo::server::{self, Server, ServerError};
use crate::demo::slapd::Missing;
use crate::demo::{self, DemoError};
use crate::engine::shell::path_word;

/// Write the demo, a ferry company with its data, or run its directory
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Demo {
    #[command(subcommand)]
    action: Option<Action>,
    /// The folder; it is made, and must not have anything in it
    #[arg(value_name = "DIR", default_value = "demo")]
    folder: PathBuf,
    /// Where the company has its directory
    #[arg(long, value_name = "TARGET", default_value = "csv")]
    target: Target,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run the directory of a demo that was written with --target ldap, until it is interrupted
    Ldap {
        /// The folder of the demo
        #[arg(value_name = "DIR", default_value = "demo")]
        folder: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Target {
    /// In CSV files
    Csv,
    /// On an LDAP server, which `jobwright demo ldap` starts
    Ldap,
}

impl Demo {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        if let Some(Action::Ldap { folder }) = &self.action {
            return serve(folder, global);
        }
        let target = match self.target {
            Target::Csv => demo::Target::Csv,
            Target::Ldap => demo::Target::Ldap,
        };
        let files = demo::write(&self.folder, target).map_err(|error| match &error {
            DemoError::Exists(_) => {
                Error::usage(error.to_string()).help("nothing is overwritten: name a new folder, as in `jobwright demo Ferries`")
            }
            DemoError::Refused { .. } => Error::operational(error.to_string()),
        })?;
        if !global.quiet {
            terminal::say(&format!("wrote {files} files to `{}`", self.folder.display()));
            let folder = path_word(&self.folder);
            match target {
                demo::Target::Csv => terminal::say(&format!("next: `jobwright run {folder} --job Demo_Complete`")),
                demo::Target::Ldap => {
                    terminal::say(&format!("next: `jobwright demo ldap {folder}` starts its directory"));
                }
            }
        }
        Ok(Exit::Done)
    }
}

/// Runs the directory until it is interrupted.
fn serve(folder: &Path, global: &Global) -> Result<Exit, Error> {
    let mut running = Server::start(folder).map_err(|error| refused(&error, folder))?;
    let ended = Arc::new(AtomicBool::new(false));
    let (process, asked) = (running.process(), Arc::clone(&ended));
    let listened = ctrlc::set_handler(move || {
        asked.store(true, Ordering::SeqCst);
        server::stop(process);
    });
    listened.map_err(|error| Error::operational(format!("interrupts cannot be caught: {error}")))?;
    if !global.quiet {
        terminal::say(&format!("the directory listens on {} until it is interrupted (Ctrl-C)", running.url));
        terminal::say(&format!("next, in another terminal: `jobwright run {} --job Demo_Complete`", path_word(folder)));
    }
    match running.wait() {
        Err(error) if !ended.load(Ordering::SeqCst) => Err(refused(&error, folder)),
        _ => Ok(Exit::Done),
    }
}

fn refused(error: &ServerError, folder: &Path) -> Error {
    let message = error.to_string();
    match error {
        ServerError::NoDemo { .. } => {
            Error::usage(message).help(format!("write one first: `jobwright demo {} --target ldap`", path_word(folder)))
        }
        ServerError::Missing(_) => Error::operational(message).help(Missing::HELP),
        ServerError::Running { process, .. } => Error::operational(message).help(match process {
            Some(process) => format!("use it as it is, or end it: Ctrl-C in its terminal, else `kill {process}`"),
            None => "use it as it is, or end it: Ctrl-C in its terminal".to_owned(),
        }),
        ServerError::Taken { .. } => Error::operational(message).help(format!(
            "end that one, or write another port into `{}` and `{}` of `{}`",
            demo::SETTINGS,
            demo::CHANGES,
            folder.display()
        )),
        ServerError::Ended { .. } | ServerError::Io { .. } => Error::operational(message),
    }
}
