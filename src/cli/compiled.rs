//! From paths to a checked program, and from a path to a plan.

use std::fs;
use std::path::Path;

use super::arguments::Global;
use super::input::{Input, Paths};
use super::{Error, Exit, terminal};
use crate::compile::{self, Compiled};
use crate::finding::{Finding, Report, Totals};
use crate::ir::Program;
use crate::output::{self, Context, Format};
use crate::plan::Plan;
use crate::plan::diff::Side;
use crate::source::write_file;

/// The plan of a configuration, or of a plan file (a file whose name ends in `.json`). A configuration with errors in
/// what `jobs` reach has no plan: the errors are told and the outcome is an exit code. No job named: all of them.
pub(super) fn plan(paths: &Paths, global: &Global, jobs: &[String]) -> Result<Result<Plan, Exit>, Error> {
    Ok(planned(paths, global, jobs)?.map(|(plan, _)| plan))
}

/// As [`plan`] of every job, with everything else that a configuration declares.
pub(super) fn side(paths: &Paths, global: &Global) -> Result<Result<Side, Exit>, Error> {
    let planned = planned(paths, global, &[])?;
    Ok(planned.map(|(plan, compiled)| Side { plan, items: compiled.map(|compiled| crate::plan::inventory(&compiled.program)) }))
}

type Planned = (Plan, Option<Compiled>);

/// The plan, and the program it was made from; none for a plan file.
fn planned(paths: &Paths, global: &Global, jobs: &[String]) -> Result<Result<Planned, Exit>, Error> {
    if let Some(file) = paths.single().filter(|path| is_plan(path)) {
        let text = fs::read_to_string(file)
            .map_err(|error| Error::operational(format!("`{}` cannot be read: {error}", file.display())))?;
        let mut plan = crate::plan::load(&text)
            .map_err(|error| Error::operational(format!("`{}`: {error}", file.display())).help(error.help()))?;
        keep(&mut plan, jobs)?;
        return Ok(Ok((plan, None)));
    }
    let Input { loaded, config, .. } = paths.load(global).map_err(|error| {
        // Where paths are given, it is one of those that is wrong.
        let meant = if paths.is_empty() { path_as_job(jobs, jobs) } else { None };
        meant.unwrap_or(error)
    })?;
    let (compiled, blocking) = compile::compile_written(loaded, config, &|compiled| compile::errors_for(compiled, jobs));
    let is_unknown = |job: &&String| compiled.program.index.find_job(job).is_none();
    let unknown: Vec<String> = jobs.iter().filter(is_unknown).cloned().collect();
    if let Some(error) = path_as_job(jobs, &unknown) {
        return Err(error);
    }
    if !blocking.is_empty() {
        let count = tell(&compiled.program, blocking, global);
        let what = if count == 1 { "1 error".to_owned() } else { format!("{count} errors") };
        terminal::say(&format!("no plan: {what} in the configuration; `jobwright check` shows everything"));
        return Ok(Err(Exit::Findings));
    }
    if tell_absent(&compiled, &unknown, global) {
        return Ok(Err(Exit::Findings));
    }
    let mut plan = crate::plan::build(&compiled.program);
    keep(&mut plan, jobs)?;
    Ok(Ok((plan, Some(compiled))))
}

/// Says why there is no job of those names where it is the scaffolding that generates nothing, and whether it did.
pub(super) fn tell_absent(compiled: &Compiled, jobs: &[String], global: &Global) -> bool {
    let findings = compile::findings_of_absent(compiled, jobs);
    let is_told = !findings.is_empty();
    if is_told {
        tell(&compiled.program, findings, global);
        let names = jobs.iter().map(|job| format!("`{job}`")).collect::<Vec<_>>().join(", ");
        terminal::say(&format!("no job {names}: the scaffolding above generates nothing"));
    }
    is_told
}

/// The error of a path that was taken for one of several jobs; one job alone was meant to be one.
fn path_as_job(jobs: &[String], unknown: &[String]) -> Option<Error> {
    let path = unknown.iter().find(|job| jobs.len() > 1 && Path::new(job).exists())?;
    let what = if Path::new(path).is_dir() { "folder" } else { "file" };
    let error = Error::usage(format!("`{path}` is taken for a job, and is a {what}"));
    Some(error.help(format!("write paths before the jobs: `jobwright plan {path} --job JOB`")))
}

/// Draws errors on standard error; returns how many there are.
pub(super) fn tell(program: &Program, errors: Vec<Finding>, global: &Global) -> usize {
    let report = Report::new(&program.sources, errors, Totals::default());
    let context =
        Context { color: terminal::colored_errors(global.color), width: terminal::width(), summary: false, ..Context::default() };
    terminal::draw_errors(|out| output::render(Format::Full, &report, &program.sources, &context, out));
    report.summary.errors
}

fn is_plan(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) && path.is_file()
}

/// Keeps the jobs that were named; every name must be one.
fn keep(plan: &mut Plan, jobs: &[String]) -> Result<(), Error> {
    for job in jobs {
        crate::engine::find_job(plan, job)?;
    }
    if !jobs.is_empty() {
        plan.retain_jobs(|job| jobs.iter().any(|name| crate::ir::same_identifier(name, &job.id)));
    }
    Ok(())
}

/// Writes a file whole or not at all; what is no file, such as a pipe, is written to.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), Error> {
    write_file(file, bytes).map_err(|error| Error::operational(format!("`{}` cannot be written: {error}", file.display())))
}
