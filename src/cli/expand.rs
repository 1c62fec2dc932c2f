//! `jobwright expand`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::arguments::Global;
use super::input::{Input, Paths};
use super::{Error, Exit, compiled, terminal};
use crate::compile::{self, Compiled};
use crate::config::nearest;
use crate::grammar;
use crate::ir::{Program, same_identifier};
use crate::scaffold::{compare, print};

/// Print the configuration with its scaffoldings of jobs replaced by what they generate
#[derive(Debug, Args)]
#[command(after_help = about_scaffoldings())]
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

/// Which scaffoldings are replaced.
fn about_scaffoldings() -> String {
    let jobs = grammar::elements().map(grammar::ElementKind::def).filter(|def| def.is_job_scaffolding());
    let mut names: Vec<&str> = jobs.map(|def| def.name).collect();
    names.sort_unstable();
    let names = names.join("\n  ");
    format!(
        "Scaffoldings of jobs are:\n  {names}\n\
         All others (of rights, screens, workflows, reports) stay as they are; how many is told on standard error."
    )
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
            if compiled::tell_absent(&compiled, std::slice::from_ref(job), global) {
                return Ok(Exit::Findings);
            }
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
        if only.is_none() && self.explain.is_none() && !global.quiet {
            self.say_unexpanded(program);
        }
        Ok(Exit::Done)
    }

    /// Tells of the scaffoldings that generate nothing, and of those that are printed as they are.
    fn say_unexpanded(&self, program: &Program) {
        for &id in &program.idle {
            let item = &program.items.scaffoldings[id];
            let (file, line) = print::place(program, item.origin);
            terminal::say(&format!("{file}:{line}: {} generates nothing and is left out", item.kind.def().name));
        }
        let left = print::left(program);
        let count: usize = left.values().sum();
        if self.format == Form::Xml && count > 0 {
            let named = |(name, count): (&&str, &usize)| if *count == 1 { (*name).to_owned() } else { format!("{count} {name}") };
            let names = left.iter().map(named).collect::<Vec<_>>().join(", ");
            let what =
                if count == 1 { "1 scaffolding stays as it is" } else { &format!("{count} scaffoldings stay as they are") };
            terminal::say(&format!("{what}: {names}"));
        }
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
    let (compiled, failed) = compile::compile_written(loaded, config, &compile::errors_of_expansion);
    if failed.is_empty() {
        return Ok(Some(compiled));
    }
    compiled::tell(&compiled.program, failed, global);
    terminal::say("not expanded: the errors above keep the configuration or a scaffolding from being read");
    Ok(None)
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
