//! `jobwright expand`.

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::Paths;
use super::{Error, Exit, compiled, terminal};
use crate::config::nearest;
use crate::finding::{Category, Finding, Severity};
use crate::ir::{Program, same_identifier};
use crate::scaffold::print;

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
}

/// How to write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Xml,
    Json,
}

impl Expand {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let compiled = compiled::compile(self.paths.load(global)?);
        let program = &compiled.program;
        let failed: Vec<Finding> = compiled.report.findings.iter().filter(|finding| fails(finding)).cloned().collect();
        if !failed.is_empty() {
            compiled::tell(program, failed, global);
            terminal::say("not expanded: the errors above keep the configuration or a scaffolding from being read");
            return Ok(Exit::Findings);
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
}

/// Only what keeps the text or a scaffolding from being understood counts here.
fn fails(finding: &Finding) -> bool {
    finding.severity == Severity::Error && (finding.rule.name == "xml-syntax" || finding.rule.category == Category::Scaffolding)
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
