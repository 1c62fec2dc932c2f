//! `jobwright baseline`.

use std::collections::BTreeMap;

use clap::{Args, Subcommand};

use super::arguments::Global;
use super::judging::{self, Judging};
use super::{Error, Exit, compiled, terminal};
use crate::rules::baseline::Baseline as Entries;

/// Keep the findings that are known, so that only new ones are reported
#[derive(Debug, Args)]
pub(super) struct Baseline {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Write a baseline of everything that is found now
    Write(Judging),
    /// Remove what is gone from a baseline; adds nothing
    Prune(Judging),
    /// Show what a baseline knows
    Show(Judging),
}

impl Baseline {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        match &self.what {
            What::Write(judging) => write(judging, global),
            What::Prune(judging) => prune(judging, global),
            What::Show(judging) => show(judging, global),
        }
    }
}

fn write(judging: &Judging, global: &Global) -> Result<Exit, Error> {
    let input = judging.load(global)?;
    let file = judging::baseline_file(&input.config);
    let judged = judging.strict(input.config)?.judge(input.loaded);
    let baseline = Entries::of(&judged.report, &judged.program.sources, Entries::rebase(&file));
    compiled::write(&file, baseline.to_text().as_bytes())?;
    let left = judged.report.findings.len() - baseline.total();
    terminal::say(&format!("wrote {} to `{}`", findings(baseline.total()), file.display()));
    if left > 0 {
        terminal::say(&format!("{} of broken XML cannot be in a baseline", findings(left)));
    }
    Ok(Exit::Done)
}

fn prune(judging: &Judging, global: &Global) -> Result<Exit, Error> {
    let input = judging.load(global)?;
    let file = judging::baseline_file(&input.config);
    let mut baseline = judging::load(&file, None)?;
    let mut judged = judging.strict(input.config)?.judge(input.loaded);
    let matched = baseline.apply(&mut judged.report, &judged.program.sources, judging::exists(&file));
    let pruned = baseline.prune(&matched);
    if pruned > 0 {
        compiled::write(&file, baseline.to_text().as_bytes())?;
    }
    terminal::say(&format!("removed {} from `{}`; {} left", findings(pruned), file.display(), baseline.total()));
    Ok(Exit::Done)
}

fn show(judging: &Judging, global: &Global) -> Result<Exit, Error> {
    let config = judging.paths.config_only(global)?;
    let file = judging.file().unwrap_or_else(|| judging::baseline_file(&config));
    let baseline = judging::load(&file, None)?;
    let mut files: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for entry in &baseline.entries {
        *files.entry(&entry.known.file).or_default().entry(&entry.known.rule).or_default() += entry.count;
    }
    terminal::print(|out| {
        for (file, rules) in &files {
            writeln!(out, "{file}")?;
            for (rule, count) in rules {
                writeln!(out, "  {count:>5}  {rule}")?;
            }
        }
        writeln!(
            out,
            "{} in {}",
            findings(baseline.total()),
            if files.len() == 1 { "1 file".into() } else { format!("{} files", files.len()) }
        )
    })?;
    Ok(Exit::Done)
}

fn findings(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}
