//! What `check`, `fix` and `baseline` have in common: from arguments to a judged configuration.

use std::path::{Path, PathBuf};

use clap::Args;

use super::Error;
use super::arguments::Global;
use super::changed::{Changed, Files};
use super::index::Index;
use super::input::{Input, Paths};
use crate::compile::{self, Compiled, Outside};
use crate::config::{Config, Selector};
use crate::rules::baseline::Baseline;
use crate::rules::{self, Embedded, Policy, catalogue};
use crate::source::Loaded;
use crate::tasks::{Settings, embedded_elements};

/// The baseline where nothing else is said.
const BASELINE: &str = "jobwright-baseline.jsonl";

/// What is judged, and by which rules.
#[derive(Debug, Args)]
pub(super) struct Judging {
    #[command(flatten)]
    pub(super) paths: Paths,
    /// Only these rules or categories
    #[arg(long, value_name = "RULE|CATEGORY", value_delimiter = ',')]
    select: Vec<String>,
    /// Not these rules or categories
    #[arg(long, value_name = "RULE|CATEGORY", value_delimiter = ',')]
    ignore: Vec<String>,
    /// Also say which tasks and expressions `run` cannot execute itself
    #[arg(long)]
    embedded: bool,
    /// Connection settings, to see whether every connection has its own
    #[arg(long, value_name = "FILE")]
    appsettings: Option<PathBuf>,
    /// Known findings, which are only counted [default: `baseline` of jobwright.toml]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

/// Everything a judgement needs; it may be made again after a change.
pub(super) struct Judge {
    config: Config,
    outside: Outside,
    baseline: Option<Baseline>,
    changed: Option<Files>,
}

impl Judging {
    /// The baseline that the command line names.
    pub(super) fn file(&self) -> Option<PathBuf> {
        self.baseline.clone()
    }

    /// Reads the texts, with the configuration that the command line leaves.
    pub(super) fn load(&self, global: &Global) -> Result<Input, Error> {
        self.load_from(None, global)
    }

    /// As [`Judging::load`], of what is staged where that is judged.
    pub(super) fn load_from(&self, index: Option<&Index>, global: &Global) -> Result<Input, Error> {
        let mut input = self.paths.load_from(index, global)?;
        let check = &mut input.config.check;
        if !self.select.is_empty() {
            check.select = selectors(&self.select)?;
        }
        check.ignore.extend(selectors(&self.ignore)?);
        if self.baseline.is_some() {
            check.baseline.clone_from(&self.baseline);
        }
        Ok(input)
    }

    /// The judge of the texts under `config`.
    pub(super) fn judge(&self, config: Config, changed: &Changed, index: Option<&Index>) -> Result<Judge, Error> {
        let baseline = config.check.baseline.as_deref().map(|file| load(file, index)).transpose()?;
        Ok(Judge { baseline, changed: changed.files()?, ..self.strict(config)? })
    }

    /// A judge that knows no baseline and no changes.
    pub(super) fn strict(&self, config: Config) -> Result<Judge, Error> {
        let outside = Outside {
            settings: self.appsettings.as_deref().map(settings).transpose()?,
            embedded: self.embedded.then(|| Embedded {
                own: embedded_elements(),
                programs: config.executors.covered().collect(),
                incomplete: config.executors.incomplete().collect(),
            }),
        };
        Ok(Judge { config, outside, baseline: None, changed: None })
    }
}

/// The baseline file that `config` names.
pub(super) fn baseline_file(config: &Config) -> PathBuf {
    config.check.baseline.clone().unwrap_or_else(|| PathBuf::from(BASELINE))
}

/// Reads a baseline; the staged one where what is staged is judged.
pub(super) fn load(file: &Path, index: Option<&Index>) -> Result<Baseline, Error> {
    let staged = index.map(|index| index.contents(&[file])).transpose()?.and_then(|mut contents| contents.pop().flatten());
    let baseline = staged.map_or_else(|| Baseline::load(file), |bytes| Baseline::of_bytes(file, bytes));
    baseline.map_err(|error| {
        let help = if file.exists() { "restore it, or write it anew" } else { "write it" };
        Error::usage(error.to_string()).help(format!("{help}: `jobwright baseline write --baseline {}`", file.display()))
    })
}

/// Whether a file of the baseline's folder is there.
pub(super) fn exists(baseline: &Path) -> impl Fn(&str) -> bool {
    let folder = baseline.parent().unwrap_or(Path::new("")).to_owned();
    move |file| folder.join(file).exists()
}

impl Judge {
    /// Judges the texts: what is known, and what lies in files that did not change, is left out.
    pub(super) fn judge(&self, loaded: Loaded) -> Compiled {
        let mut compiled = compile::compile(loaded, self.config.clone(), self.outside.clone());
        if let (Some(baseline), Some(file)) = (&self.baseline, &self.config.check.baseline) {
            let (report, sources) = (&mut compiled.report, &mut compiled.program.sources);
            let matched = baseline.apply(report, sources, exists(file));
            let policy = Policy::new(self.config.clone());
            baseline.report_stale(&matched, report, sources, &policy);
        }
        if let Some(changed) = &self.changed {
            let among = changed.among(&compiled.program.sources);
            compiled.report.retain(|finding| among.contains(&finding.location.file));
        }
        compiled
    }

    /// Where nothing of the texts changed: since when.
    pub(super) fn unchanged(&self, loaded: &Loaded) -> Option<&str> {
        self.changed.as_ref().filter(|changed| changed.among(&loaded.sources).is_empty()).map(|changed| changed.since.as_str())
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
