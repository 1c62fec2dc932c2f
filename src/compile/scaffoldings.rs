//! Errors of scaffoldings as opposed to those of what they generate, and the jobs that scaffoldings do not generate.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::Compiled;
use crate::finding::{Category, Finding, Severity};
use crate::grammar::names;
use crate::ir::{Id, Job, Origin, Program, Scaffolding, Symbol};
use crate::scaffold;
use crate::source::{FileId, Location};

/// The errors that keep a configuration from being expanded: those of its text, of a scaffolding itself, and of a
/// `ConsolidationMode` that is none.
pub fn errors_of_expansion(compiled: &Compiled) -> Vec<Finding> {
    let program = &compiled.program;
    let (modes, scaffoldings) = (modes(program), Written::new(program));
    let counts = |finding: &&Finding| {
        finding.severity == Severity::Error
            && (matches!(finding.rule.name, "encoding" | "xml-syntax")
                || finding.rule.category == Category::Scaffolding
                || scaffoldings.is_concerned(finding)
                || (finding.rule.name == "invalid-value" && modes.contains(&finding.location)))
    };
    compiled.report.findings.iter().filter(counts).cloned().collect()
}

/// Where jobs and tasks say how they are brought together with generated ones.
fn modes(program: &Program) -> FxHashSet<Location> {
    let jobs = program.items.jobs.values().map(|job| job.origin);
    let tasks = program.items.tasks.values().map(|task| task.origin);
    // What became part of a generated item is no item of its own any more.
    let taken = program.taken.iter().map(|&(file, element)| Origin::written(file, element));
    let written = jobs.chain(tasks).filter(|origin| origin.generated.is_none());
    written
        .chain(taken)
        .filter_map(|origin| {
            let document = program.document(origin.file);
            Some(document.value_location(document.find(origin.element, names::CONSOLIDATION_MODE)?))
        })
        .collect()
}

/// The scaffoldings by where they are written: the whole, and its name. None stands in another.
struct Written(BTreeMap<(FileId, u32), (Location, Location)>);

impl Written {
    fn new(program: &Program) -> Self {
        let place = |(id, item): (Id<Scaffolding>, &Scaffolding)| {
            let (file, whole) = (item.origin.file, whole(program, id));
            ((file, whole.span.start), (whole, program.document(file).name_location(item.origin.element)))
        };
        Self(program.items.scaffoldings.iter().map(place).collect())
    }

    /// Whether a finding is about a scaffolding as written. What is found in a generated task points at the scaffolding's
    /// name, but is not of its attributes as such.
    fn is_concerned(&self, finding: &Finding) -> bool {
        let at = finding.location;
        let before = self.0.range((at.file, 0)..=(at.file, at.span.start)).next_back();
        before.is_some_and(|(_, (whole, name))| {
            whole.span.contains(at.span) && (at != *name || finding.rule.category == Category::Schema)
        })
    }
}

/// What is said of the scaffoldings that those jobs were to come from, of the jobs that the configuration has not.
pub fn findings_of_absent(compiled: &Compiled, jobs: &[String]) -> Vec<Finding> {
    let program = &compiled.program;
    let absent: Vec<Symbol> = jobs.iter().map(|job| Symbol::new(job)).filter(|&job| find(program, job).is_none()).collect();
    let places: Vec<Location> = unexpanded(program, &absent).map(|id| whole(program, id)).collect();
    let is_of = |finding: &&Finding| {
        let at = finding.location;
        finding.severity != Severity::Note && places.iter().any(|place| place.file == at.file && place.span.contains(at.span))
    };
    compiled.report.findings.iter().filter(is_of).cloned().collect()
}

/// The scaffoldings that jobs were to come from and do not: there is no such job, or only one that adjusts it.
pub(super) fn sources_of<'p>(program: &'p Program, jobs: &[String]) -> impl Iterator<Item = Location> + use<'p> {
    let adjusts = |job: Id<Job>| program.value(program.items.jobs[job].origin, names::CONSOLIDATION_MODE).is_some();
    let symbols = jobs.iter().map(|job| Symbol::new(job));
    let wanted: Vec<Symbol> = symbols.filter(|&job| find(program, job).is_none_or(adjusts)).collect();
    unexpanded(program, &wanted).map(|id| whole(program, id))
}

fn find(program: &Program, job: Symbol) -> Option<Id<Job>> {
    program.index.find::<Job>(job)
}

fn whole(program: &Program, id: Id<Scaffolding>) -> Location {
    let origin = program.items.scaffoldings[id].origin;
    Location::new(origin.file, program.element_span(origin.file, origin.element))
}

/// The scaffoldings that stand for one of those jobs and generated nothing.
fn unexpanded<'p>(program: &'p Program, jobs: &[Symbol]) -> impl Iterator<Item = Id<Scaffolding>> + use<'p> {
    let is_one = |id: &Id<Scaffolding>| {
        scaffold::job_of(program, *id).is_some_and(|name| jobs.contains(&Symbol::new(&name)))
            && program.generated_jobs.iter().all(|job| job.scaffolding != *id)
    };
    let all: Vec<Id<Scaffolding>> = program.items.scaffoldings.iter().map(|(id, _)| id).filter(is_one).collect();
    all.into_iter()
}
