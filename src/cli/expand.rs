//! `jobwright expand`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::{Input, Paths};
use super::{Error, Exit, compiled, terminal};
use crate::compile::{self, Compiled};
use crate::config::nearest;
use crate::finding::{Category, Finding, Severity};
use crate::ir::{Program, same_identifier};
use crate::scaffold::{compare, print};

/// Print the configuration with its scaffoldings replaced by what they generate
#[derive(Debug, Args)]
pub(super) struct Expand {
    #[command(flatten)]
    paths: Paths,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "xml", conflicts_with = "explain")]
    format: Form,
    /// Only what is generated for this job
    #[arg(long, value_name = "JOB")]
    only: Option<String>,
    /// Tell for each task of a generated job why it is there
    #[arg(long, value_name = "JOB", conflicts_with = "only")]
    explain: Option<String>,
    /// Tell what changes in the generated jobs against another state of the configuration; as text, or with --format json
    #[arg(long, value_name = "OLD", conflicts_with = "explain")]
    diff: Option<PathBuf>,
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Xml,
    Json,
}

impl Expand {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let Some(compiled) = expanded(&self.paths, global)? else { return Ok(Exit::Findings) };
        let program = &compiled.program;
        if let Some(old) = &self.diff {
            let Some(old) = expanded(&Paths::of(vec![old.clone()]), global)? else { return Ok(Exit::Findings) };
            return self.difference(&old.program, program);
        }
        if let Some(job) = self.only.as_ref().or(self.explain.as_ref()) {
            known(program, job)?;
        }
        let only = self.only.as_deref();
        if let Some(job) = &self.explain {
            terminal::print(|out| print::explain(program, job, out).map(|_| ()))?;
        } else {
            terminal::print(|out| match self.format {
                Form::Xml => print::xml(program, only, out),
                Form::Json => print::json(program, only, out),
            })?;
        }
        Ok(Exit::Done)
    }

    fn difference(&self, old: &Program, new: &Program) -> Result<Exit, Error> {
        if let Some(job) = &self.only {
            known(old, job).or_else(|_| known(new, job))?;
        }
        let changes = compare::compare(old, new, self.only.as_deref());
        terminal::print(|out| match self.format {
            Form::Xml => print::difference(&changes, out),
            Form::Json => print::difference_json(&changes, out),
        })?;
        Ok(Exit::Done)
    }
}

/// The configuration, expanded; nothing, once said why, where something keeps it from being so.
fn expanded(paths: &Paths, global: &Global) -> Result<Option<Compiled>, Error> {
    let Input { loaded, config, .. } = paths.load(global)?;
    let failing = |compiled: &Compiled| compiled.report.findings.iter().filter(|finding| fails(finding)).cloned().collect();
    let (compiled, failed) = compile::compile_written(loaded, config, &failing);
    if failed.is_empty() {
        return Ok(Some(compiled));
    }
    compiled::tell(&compiled.program, failed, global);
    terminal::say("not expanded: the errors above keep the configuration or a scaffolding from being read");
    Ok(None)
}

/// Only what keeps the text or a scaffolding from being understood counts here.
fn fails(finding: &Finding) -> bool {
    let text = matches!(finding.rule.name, "encoding" | "xml-syntax");
    finding.severity == Severity::Error && (text || finding.rule.category == Category::Scaffolding)
}

fn known(program: &Program, job: &str) -> Result<(), Error> {
    let jobs = print::job_identifiers(program);
    if jobs.iter().any(|known| same_identifier(known, job)) {
        return Ok(());
    }
    let help = match nearest(job, jobs.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`jobwright plan --format summary` lists the jobs".to_owned(),
    };
    Err(Error::usage(format!("there is no job `{job}`")).help(help))
}
