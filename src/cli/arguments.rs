//! The arguments of all commands.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::{
    approve, baseline, cancel, check, completions, decide, demo, diff, expand, explain, fix, fmt, init, inspect, logs, lsp, man,
    plan, rules, run, runs, schedule, schema, show, simulate, store,
};
use crate::config::DIALECTS;

const EXIT_CODES: &str = "\
Exit codes:
   0  done, nothing at or above the fail level
   1  findings
   2  wrong usage or configuration of jobwright itself
   3  no XML file under PATH
   4  internal error
   5  differs (only with --detailed-exitcode)
   6  an operational error: store, plan, disk
  10  the job ended in error
  11  the job ended with a warning (only with --fail-on warning)
  12  the job is blocked
  13  the job was cancelled";

/// Compiles, checks and runs the XML configuration of Netwrix Identity Manager (formerly Usercube).
#[derive(Debug, Parser)]
#[command(name = "jobwright", version, after_help = EXIT_CODES, max_term_width = 100, disable_help_subcommand = true)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct Global {
    /// The configuration file [default: the nearest jobwright.toml upwards from PATH]
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// The version of the product [default: saas]
    #[arg(long, global = true, value_name = "VERSION", value_parser = DIALECTS)]
    pub(super) dialect: Option<String>,
    /// When to colour
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub(super) color: Color,
    /// Say more on standard error
    #[arg(short, long, global = true, conflicts_with = "quiet")]
    pub(super) verbose: bool,
    /// Leave out progress and summaries
    #[arg(short, long, global = true)]
    pub(super) quiet: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    // On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Check(check::Check),
    Fix(fix::Fix),
    Fmt(fmt::Fmt),
    Baseline(baseline::Baseline),
    Diff(diff::Diff),
    Expand(expand::Expand),
    Plan(plan::Plan),
    Run(run::Run),
    Runs(runs::Runs),
    Show(show::Show),
    Logs(logs::Logs),
    Cancel(cancel::Cancel),
    Approve(approve::Approve),
    Inspect(inspect::Inspect),
    Decide(decide::Decide),
    Simulate(simulate::Simulate),
    Schedule(schedule::Schedule),
    Demo(demo::Demo),
    Init(init::Init),
    Store(store::Store),
    Explain(explain::Explain),
    Rules(rules::Rules),
    Schema(schema::Schema),
    Lsp(lsp::Lsp),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// The store that the command is told to work on.
    pub(super) fn store(&self) -> Option<&PathBuf> {
        match self {
            Self::Approve(arguments) => arguments.store.as_ref(),
            Self::Cancel(arguments) => arguments.store.as_ref(),
            Self::Decide(arguments) => arguments.store(),
            Self::Inspect(arguments) => arguments.store(),
            Self::Logs(arguments) => arguments.store.as_ref(),
            Self::Run(arguments) => arguments.store.as_ref(),
            Self::Runs(arguments) => arguments.store(),
            Self::Schedule(arguments) => arguments.store.as_ref(),
            Self::Show(arguments) => arguments.store.as_ref(),
            Self::Store(arguments) => arguments.store(),
            _ => None,
        }
    }
}

/// Why somebody decides: for whoever asks a year later.
pub(super) fn reason(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() { Err("say why: it is kept, for whoever asks later".to_owned()) } else { Ok(text.to_owned()) }
}

/// A number of tasks or starts.
pub(super) fn jobs(text: &str) -> Result<std::num::NonZeroUsize, String> {
    text.parse().map_err(|_| "write a number from 1 on".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definitions_agree_with_each_other() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn global_options_may_stand_on_either_side_of_the_command() {
        let parsed = Arguments::try_parse_from(["jobwright", "--dialect", "6.1", "check", "--color", "never", "-q"]).unwrap();
        assert_eq!(
            (parsed.global.dialect.as_deref(), parsed.global.color, parsed.global.quiet),
            (Some("6.1"), Color::Never, true)
        );
        assert!(Arguments::try_parse_from(["jobwright", "check", "--dialect", "7"]).is_err());
    }
}
