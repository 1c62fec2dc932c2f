//! `jobwright check`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::formats::Formats;
use super::input::Paths;
use super::{Error, Exit, terminal};
use crate::compile::{self, Outside};
use crate::config::Selector;
use crate::finding::Severity;
use crate::output::{self, Context};
use crate::rules::{self, catalogue, pages};
use crate::tasks::{Settings, embedded_elements};

/// Find what is wrong in a configuration
#[derive(Debug, Args)]
pub(super) struct Check {
    #[command(flatten)]
    paths: Paths,
    #[command(flatten)]
    formats: Formats,
    /// From what severity on the exit code is 1 [default: error]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Level>,
    /// Only these rules or categories
    #[arg(long, value_name = "RULE|CATEGORY", value_delimiter = ',')]
    select: Vec<String>,
    /// Also say which tasks and expressions `run` cannot execute itself
    #[arg(long)]
    embedded: bool,
    /// Connection settings, to see whether every connection has its own
    #[arg(long, value_name = "FILE")]
    appsettings: Option<PathBuf>,
    /// Not these rules or categories
    #[arg(long, value_name = "RULE|CATEGORY", value_delimiter = ',')]
    ignore: Vec<String>,
}

/// A severity as an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    Error,
    Warning,
    Note,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Note => Self::Note,
        }
    }
}

impl Check {
    pub(super) fn execute(self, global: &Global) -> Result<Exit, Error> {
        let mut input = self.paths.load(global)?;
        let check = &mut input.config.check;
        if !self.select.is_empty() {
            check.select = selectors(&self.select)?;
        }
        check.ignore.extend(selectors(&self.ignore)?);
        let fail_on = self.fail_on.map(Severity::from).or(check.fail_on).unwrap_or(Severity::Error);

        let outside = Outside {
            settings: self.appsettings.as_deref().map(settings).transpose()?,
            embedded: self.embedded.then(embedded_elements),
        };
        let compiled = compile::compile(input.loaded, input.config, outside);
        let (report, sources) = (&compiled.report, &compiled.program.sources);
        let plain = Context { rules: catalogue(), page: pages::page, summary: !global.quiet, ..Context::default() };
        for (format, file) in &self.formats.0 {
            if let Some(file) = file {
                let mut bytes = Vec::new();
                output::render(*format, report, sources, &plain, &mut bytes)?;
                super::compiled::write(file, &bytes)?;
            } else {
                let context = Context { color: terminal::colored(global.color), width: terminal::width(), ..plain };
                terminal::print(|out| output::render(*format, report, sources, &context, out))?;
            }
        }
        let exit = if report.fails(fail_on) { Exit::Findings } else { Exit::Done };
        // The process ends here: taking a large program apart piece by piece would be a tenth of its time.
        std::mem::forget(compiled);
        Ok(exit)
    }
}

/// What rules need of the settings file.
fn settings(file: &Path) -> Result<rules::Settings, Error> {
    let settings = Settings::load(file, None)
        .map_err(|error| Error::usage(error.to_string()).help("name the settings file that the agent uses"))?;
    let connections = settings.connections.iter().map(|connection| connection.id.clone()).collect();
    Ok(rules::Settings { connections, path: file.to_string_lossy().replace('\\', "/") })
}

/// Names of rules and categories from the command line.
fn selectors(words: &[String]) -> Result<Vec<Selector>, Error> {
    words.iter().map(|word| Ok(Selector::parse(word, catalogue())?)).collect()
}
