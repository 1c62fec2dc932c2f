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
mod contradictions;
mod facts;
mod identifier;
mod initialization;
mod install;
mod job;
mod labels;
pub mod print;
mod problem;
mod recognize;
mod repeated;
mod synchronization;
#[cfg(test)]
mod tests;
mod view;

pub use identifier::job_of;
pub use problem::{ScaffoldProblem, ScaffoldProblemKind};
pub use recognize::{Recognized, Recognizer};
pub use repeated::repeated;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::grammar::{AttributeDef, ValueType, kinds, names};
use crate::ir::{GeneratedJob, Id, Origin, Program, Scaffolding, Unit};
use crate::syntax::{AttributeId, ElementId};

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

/// How many jobs are made side by side before they get their numbers.
const JOBS_AT_ONCE: usize = 512;

/// Expands every scaffolding of the configuration into it, in document order. A scaffolding with a problem of its own is
/// left unexpanded; its problems are returned in document order. Equal calls are expanded once.
pub fn expand(program: &mut Program) -> Vec<ScaffoldProblem> {
    use rayon::prelude::*;
    let mut problems = Vec::new();
    if program.items.scaffoldings.is_empty() {
        consolidate::consolidate(program, &mut []);
        return problems;
    }
    let expanded: Vec<(Id<Scaffolding>, Arguments, Expansion)> = {
        let program: &Program = program;
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
    let mut idle = Vec::new();
    let first_of: FxHashMap<_, _> = repeated(program).into_iter().map(|(first, again)| (again, first)).collect();
    let mut equal = Vec::new();
    let mut in_order: FxHashSet<Id<Scaffolding>> = FxHashSet::default();
    for (id, arguments, jobs) in expanded {
        if first_of.get(&id).is_some_and(|first| in_order.contains(first)) {
            equal.push(id);
            continue;
        }
        let before = problems.len();
        let is_sound = arguments.problems.is_empty();
        problems.extend(arguments.problems);
        match jobs {
            Ok(jobs) => {
                for mut job in jobs {
                    // Also where the scaffolding will not be expanded, so that all its problems are told at once.
                    let found = adjust::adjust(&mut job, &arguments.adjustments, id);
                    if found.is_empty() && is_sound {
                        all.push((id, job, arguments.without_job));
                    } else {
                        problems.extend(found);
                    }
                }
            }
            // What a scaffolding lacks may be what its wrong arguments were to bring.
            Err(_) if !is_sound => {}
            Err(problem) => {
                if matches!(problem.kind, ScaffoldProblemKind::NoEffect { .. }) {
                    idle.push(id);
                }
                problems.push(problem);
            }
        }
        if problems.len() == before {
            in_order.insert(id);
        }
    }
    program.idle.extend(idle);
    let moved = consolidate::consolidate(program, &mut all);
    install::make_room(program, all.iter().map(|(_, job, _)| job.entries.len() + 1).sum());
    // Some at a time, so that not all jobs are held in both forms; they are added while the next ones are read.
    let origins: Vec<Origin> = program.items.scaffoldings.values().map(|scaffolding| scaffolding.origin).collect();
    let mut rest = all.into_iter();
    let mut prepare = || -> Option<Vec<install::Prepared>> {
        let part: Vec<consolidate::Expanded> = rest.by_ref().take(JOBS_AT_ONCE).collect();
        let prepare = |(id, job, without_job): consolidate::Expanded| install::prepare(origins[id.index()], id, job, without_job);
        (!part.is_empty()).then(|| part.into_par_iter().map(prepare).collect())
    };
    let mut prepared = prepare();
    while let Some(jobs) = prepared {
        let install = || jobs.into_iter().for_each(|job| install::install(program, job, &moved));
        ((), prepared) = rayon::join(install, &mut prepare);
    }
    for scaffolding in equal {
        program.generated_jobs.push(GeneratedJob { scaffolding, job: None, entries: Vec::new() });
    }
    install::finish(program);
    problems
}

/// Whether the text of an attribute may show in what scaffoldings generate, beyond what typed items hold of it. Certainly
/// not are expressions and names for people, except where a scaffolding stands, on connectors, whose names become those
/// of tasks, and on written items that are brought together with generated ones.
pub fn may_show(unit: &Unit, element: ElementId, attribute: AttributeId) -> bool {
    let document = &unit.document;
    let kind = |one: ElementId| unit.kinds.get(one.0 as usize).copied().flatten();
    let Some(own) = kind(element) else { return true };
    let def = own.def().attribute(document.attribute_name(attribute), document.attribute_name_text(attribute));
    let is_label = |def: &AttributeDef| def.family.is_some_and(|family| family.prefix.ends_with("_L"));
    if !def.is_some_and(|def| def.value == ValueType::Expression || is_label(def)) {
        return true;
    }
    let mut around = std::iter::successors(Some(element), |&one| document.parent(one));
    around.any(|one| {
        document.find(one, names::CONSOLIDATION_MODE).is_some()
            || kind(one).is_some_and(|kind| kind == kinds::CONNECTOR || kind.def().scaffolding.is_some())
    })
}

fn generate(program: &Program, facts: &Facts, id: Id<Scaffolding>, arguments: &Arguments) -> Expansion {
    match program.items.scaffoldings[id].kind {
        kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE => connector::expand(facts, id, arguments, Mode::Complete),
        kinds::CREATE_CONNECTOR_SYNCHRO_INCREMENTAL => connector::expand(facts, id, arguments, Mode::Incremental),
        kinds::CREATE_AGENT_SYNCHRO_COMPLETE => agent::expand(facts, id, arguments, Mode::Complete),
        kinds::CREATE_AGENT_SYNCHRO_INCREMENTAL => agent::expand(facts, id, arguments, Mode::Incremental),
        kinds::CREATE_INITIALIZATION_JOB => initialization::expand(facts, id, arguments),
        kinds::CREATE_ACCESS_CERTIFICATION_JOB => Ok(vec![access_certification::expand(arguments)]),
        kinds::CREATE_CONNECTORS_JOBS => connectors_jobs::expand(facts, id),
        kinds::CLEAN_DATABASE_JOB => Ok(vec![clean_database::expand(arguments)]),
        _ => Ok(Vec::new()),
    }
}
