//! `jobwright check`.

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::changed::Changed;
use super::fixing::Fixing;
use super::formats::Formats;
use super::judging::Judging;
use super::{Error, Exit, terminal};
use crate::compile::Compiled;
use crate::config;
use crate::finding::Severity;
use crate::output::{self, Context, Format};
use crate::plan;
use crate::rules::{catalogue, pages};

/// Find what is wrong in a configuration
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "flags")]
pub(super) struct Check {
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    formats: Formats,
    /// From what severity on the exit code is 1 [default: error]
    #[arg(long, value_name = "SEVERITY")]
    fail_on: Option<Level>,
    #[command(flatten)]
    changed: Changed,
    /// Apply the fixes that are certain
    #[arg(long)]
    pub(super) fix: bool,
    #[command(flatten)]
    fixing: Fixing,
    /// Count the findings by rule instead of listing them
    #[arg(long)]
    statistics: bool,
    /// List at most so many findings, the gravest
    #[arg(long, value_name = "N")]
    max_findings: Option<usize>,
    /// List the files that would be judged
    #[arg(long, conflicts_with = "fix")]
    list_files: bool,
    /// Print the configuration in force, as TOML
    #[arg(long, conflicts_with_all = ["fix", "list_files"])]
    print_config: bool,
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
        if !self.fix && (self.fixing.diff || self.fixing.unsafe_fixes) {
            let flag = if self.fixing.diff { "--diff" } else { "--unsafe-fixes" };
            return Err(Error::usage(format!("{flag} without --fix")).help(format!("write `--fix {flag}`")));
        }
        let index = self.changed.index()?;
        let mut input = self.judging.load_from(index.as_ref(), global)?;
        let check = &mut input.config.check;
        check.fail_on = Some(self.fail_on.map(Severity::from).or(check.fail_on).unwrap_or(Severity::Error));
        let fail_on = check.fail_on.unwrap_or(Severity::Error);
        if self.print_config {
            let text = config::print(&input.config);
            terminal::print(|out| out.write_all(text.as_bytes()))?;
            return Ok(Exit::Done);
        }
        if self.list_files {
            terminal::print(|out| input.loaded.sources.iter().try_for_each(|(_, file)| writeln!(out, "{}", file.path)))?;
            return Ok(Exit::Done);
        }
        let judge = self.judging.judge(input.config, &self.changed, index.as_ref())?;
        if let Some(since) = judge.unchanged(&input.loaded) {
            terminal::say(&format!("no file of the configuration is {since}"));
            self.write(&Compiled::nothing(input.loaded.sources), global, true)?;
            return Ok(Exit::Done);
        }
        if !self.fix {
            let compiled = judge.judge(input.loaded);
            let failed = compiled.report.fails(fail_on);
            self.write(&compiled, global, false)?;
            // The process ends here: taking a large program apart piece by piece would be a tenth of its time.
            std::mem::forget(compiled);
            return Ok(if failed { Exit::Findings } else { Exit::Done });
        }
        let failed_before = self.fixing.diff && judge.judge(input.loaded.clone()).report.fails(fail_on);
        let fixed = self.fixing.execute(input.loaded, &judge, global)?;
        // A diff has standard output for itself.
        self.write(&fixed.after, global, self.fixing.diff)?;
        let failed = if self.fixing.diff { failed_before } else { fixed.after.report.fails(fail_on) };
        Ok(if failed { Exit::Findings } else { Exit::Done })
    }

    /// Writes every report that was asked for; with `files_only`, what a person would read is left out.
    fn write(&self, compiled: &Compiled, global: &Global, files_only: bool) -> Result<(), Error> {
        let sources = &compiled.program.sources;
        let mut report = compiled.report.clone();
        if let Some(most) = self.max_findings {
            report.limit(most);
        }
        let draws = self.formats.0.iter().any(|(format, _)| *format == Format::Html);
        let jobs = if draws { plan::build(&compiled.program).jobs } else { Vec::new() };
        let plain = Context { rules: catalogue(), page: pages::page, summary: !global.quiet, jobs: &jobs, ..Context::default() };
        for (format, file) in &self.formats.0 {
            let render = |context: &Context<'_>, out: &mut dyn std::io::Write| {
                if self.statistics {
                    output::statistics(*format, &compiled.report, context, out)
                } else {
                    output::render(*format, &report, sources, context, out)
                }
            };
            if let Some(file) = file {
                let mut bytes = Vec::new();
                render(&plain, &mut bytes)?;
                super::compiled::write(file, &bytes)?;
            } else if !files_only || (format.is_data() && !self.fixing.diff) {
                let context = Context { color: terminal::colored(global.color), width: terminal::width(), ..plain };
                terminal::print(|out| render(&context, out))?;
            }
        }
        Ok(())
    }
}
