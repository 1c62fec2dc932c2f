//! `jobwright diff`.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::Paths;
use super::{Error, Exit, compiled, terminal};
use crate::plan::diff;

/// Tell what changes between two configurations or plans
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// The configuration (a file or folder) or plan before
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The configuration or plan after
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with 5 where something differs
    #[arg(long)]
    detailed_exitcode: bool,
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    /// For a comment on a pull request
    Markdown,
}

impl Diff {
    pub(super) fn execute(self, global: &Global) -> Result<Exit, Error> {
        let (old, new) = match (side(self.old, global)?, side(self.new, global)?) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(exit), _) | (_, Err(exit)) => return Ok(exit),
        };
        if (old.items.is_some() != new.items.is_some()) && !global.quiet {
            terminal::say("one of them is a plan: of other items than jobs, what a plan holds is compared");
        }
        let difference = diff::diff(&old, &new);
        let mut bytes = Vec::new();
        match self.format {
            Form::Text => bytes.extend(diff::text(&difference).into_bytes()),
            Form::Markdown => bytes.extend(diff::markdown(&difference).into_bytes()),
            Form::Json => {
                serde_json::to_writer_pretty(&mut bytes, &difference).map_err(std::io::Error::from)?;
                writeln!(bytes)?;
            }
        }
        match &self.output {
            Some(file) => compiled::write(file, &bytes)?,
            None => terminal::print(|out| out.write_all(&bytes))?,
        }
        Ok(if self.detailed_exitcode && !difference.is_empty() { Exit::Differs } else { Exit::Done })
    }
}

fn side(path: PathBuf, global: &Global) -> Result<Result<diff::Side, Exit>, Error> {
    compiled::side(&Paths::of(vec![path]), global)
}
