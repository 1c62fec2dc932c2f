//! `jobwright plan`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::Paths;
use super::{Error, Exit, compiled, terminal};
use crate::plan::{self, graph};

/// Compile a configuration into a plan
#[derive(Debug, Args)]
pub(super) struct Plan {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Only these jobs
    #[arg(long, value_name = "JOB", num_args = 1..)]
    pub(super) job: Vec<String>,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub(super) format: Form,
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// The plan itself
    Json,
    /// The jobs in words
    Summary,
    /// Graphviz
    Dot,
    /// Mermaid
    Mermaid,
    /// A picture
    Svg,
    /// A page for a browser: pictures and details
    Html,
}

impl Plan {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let plan = match compiled::plan(&self.paths, global, &self.job)? {
            Ok(plan) => plan,
            Err(exit) => return Ok(exit),
        };
        let text = match self.format {
            Form::Json => plan::to_json(&plan),
            Form::Summary => plan::summary(&plan, terminal::width()),
            Form::Dot => graph::dot(&plan),
            Form::Mermaid => graph::mermaid(&plan),
            Form::Svg => graph::svg(&plan),
            Form::Html => graph::html(&plan),
        };
        match &self.output {
            Some(file) => compiled::write(file, text.as_bytes())?,
            None => terminal::print(|out| out.write_all(text.as_bytes()))?,
        }
        Ok(Exit::Done)
    }
}
