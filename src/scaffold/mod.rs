//! Job scaffoldings: typed items in, generated jobs and tasks out, each knowing why it is there.
//!
//! One file per scaffolding; what they share lies in [`facts`] (what the configuration says about connectors and resource
//! types), [`arguments`] (what the scaffolding says), [`job`] (levels and order) and the two families of tasks,
//! [`synchronization`] and [`computation`]. The generated shape was read from the vendor's published generator output;
//! where nothing is published the choice is written down in the module that makes it.
//!
//! Sorting is ordinal (by code point) everywhere, as the product sorts.

mod access_certification;
mod adjust;
mod agent;
mod arguments;
mod clean_database;
pub mod compare;
mod computation;
mod connector;
mod connectors_jobs;
mod consolidate;
mod facts;
mod initialization;
mod install;
mod job;
mod labels;
pub mod print;
mod problem;
mod recognize;
mod synchronization;
#[cfg(test)]
mod tests;
mod view;

pub use problem::{ScaffoldProblem, ScaffoldProblemKind};
pub use recognize::{Recognized, Recognizer};

use crate::grammar::kinds;
use crate::ir::{Id, Program, Scaffolding};

use arguments::Arguments;
use facts::Facts;
use job::NewJob;

/// Whether a job takes whole extracts or changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Complete,
    Incremental,
    Initialization,
}

/// What a scaffolding stands for, or why it cannot be expanded.
type Expansion = Result<Vec<NewJob>, ScaffoldProblem>;

/// Expands every scaffolding of the configuration into it, in document order. A scaffolding with a problem of its own is
/// left unexpanded; its problems are returned in document order.
pub fn expand(program: &mut Program) -> Vec<ScaffoldProblem> {
    use rayon::prelude::*;
    let mut problems = Vec::new();
    let expanded: Vec<(Id<Scaffolding>, Arguments, Expansion)> = {
        let program: &Program = program;
        if program.items.scaffoldings.is_empty() {
            return problems;
        }
        let facts = Facts::new(program);
        let all: Vec<Id<Scaffolding>> = program.items.scaffoldings.iter().map(|(id, _)| id).collect();
        all.into_par_iter()
            .map(|id| {
                let arguments = Arguments::read(program, id);
                let mut jobs = generate(program, &facts, id, &arguments);
                if let (Ok(jobs), true) = (&mut jobs, facts.one_language) {
                    jobs.iter_mut().for_each(NewJob::speak_one_language);
                }
                (id, arguments, jobs)
            })
            .collect()
    };
    let mut all: Vec<consolidate::Expanded> = Vec::new();
    for (id, arguments, jobs) in expanded {
        problems.extend(arguments.problems);
        match jobs {
            Ok(jobs) => {
                for mut job in jobs {
                    let found = adjust::adjust(&mut job, &arguments.adjustments, id);
                    if found.is_empty() {
                        all.push((id, job, arguments.without_job));
                    } else {
                        problems.extend(found);
                    }
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    let moved = consolidate::consolidate(program, &mut all);
    let prepared: Vec<install::Prepared> = {
        let program: &Program = program;
        all.into_par_iter().map(|(id, job, without_job)| install::prepare(program, id, job, without_job)).collect()
    };
    for job in prepared {
        install::install(program, job, &moved);
    }
    install::finish(program);
    problems
}

fn generate(program: &Program, facts: &Facts, id: Id<Scaffolding>, arguments: &Arguments) -> Expansion {
    if !arguments.problems.is_empty() {
        return Ok(Vec::new());
    }
    match program.items.scaffoldings[id].kind {
        kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE => connector::expand(facts, id, arguments, Mode::Complete),
        kinds::CREATE_CONNECTOR_SYNCHRO_INCREMENTAL => connector::expand(facts, id, arguments, Mode::Incremental),
        kinds::CREATE_AGENT_SYNCHRO_COMPLETE => agent::expand(facts, id, arguments, Mode::Complete),
        kinds::CREATE_AGENT_SYNCHRO_INCREMENTAL => agent::expand(facts, id, arguments, Mode::Incremental),
        kinds::CREATE_INITIALIZATION_JOB => initialization::expand(facts, id, arguments),
        kinds::CREATE_ACCESS_CERTIFICATION_JOB => Ok(vec![access_certification::expand(arguments)]),
        kinds::CREATE_CONNECTORS_JOBS => Ok(connectors_jobs::expand(facts)),
        kinds::CLEAN_DATABASE_JOB => Ok(vec![clean_database::expand(arguments)]),
        _ => Ok(Vec::new()),
    }
}
