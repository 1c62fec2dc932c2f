//! `jobwright store`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::arguments::Global;
use super::{Error, Exit, stores, terminal};

/// Check or copy a store
#[derive(Debug, Args)]
pub(super) struct Store {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    Check(Check),
    Backup(Backup),
}

/// Look through a store for damage
///
/// Both files of the store, the plans kept in it, and the work files that it names.
#[derive(Debug, Args)]
struct Check {
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// Copy a store, also while a run goes on
///
/// The copy is a store of its own: FILE, its history and its work files beside it. A run that goes on is interrupted in
/// the copy and can be continued there.
#[derive(Debug, Args)]
struct Backup {
    /// Where to copy it
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

impl Store {
    /// The store that the command is told to work on.
    pub(super) fn store(&self) -> Option<&PathBuf> {
        match &self.what {
            What::Check(check) => check.store.as_ref(),
            What::Backup(backup) => backup.store.as_ref(),
        }
    }

    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let told = match &self.what {
            What::Check(check) => {
                let engine = stores::existing(check.store.as_ref())?;
                let found = engine.store().check()?;
                let count = |count: u64, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
                let (runs, resources) = (count(found.runs, "run"), count(found.resources, "resource"));
                let files = count(found.files as u64, "work file");
                format!("{} is whole: {resources}, {runs}, {files}", engine.store().data_file().display())
            }
            What::Backup(backup) => {
                let copies = stores::existing(backup.store.as_ref())?.store().backup(&backup.to)?;
                let [data, runs, work] = copies.each_ref().map(|file| file.display());
                format!("copied to {data}, {runs} and {work}")
            }
        };
        if !global.quiet {
            terminal::print(|out| writeln!(out, "{told}"))?;
        }
        Ok(Exit::Done)
    }
}
