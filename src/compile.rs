//! The compiler from texts to a checked program: parse, lower, expand, check. What the commands and tests call.

mod again;
mod scaffoldings;

pub use again::Built;
pub use scaffoldings::{errors_of_expansion, findings_of_absent};

use crate::config::Config;
use crate::finding::{Category, Finding, Report, Severity};
use crate::grammar::Dialect;
use crate::ir::{Program, Reading};
use crate::rules::{self, Checked, Policy};
use crate::scaffold::{self, ScaffoldProblem};
use crate::source::{FileId, Loaded, Location, ReadProblem, Sources};
use crate::syntax::Namespace;

/// A configuration, expanded and checked.
#[derive(Debug)]
pub struct Compiled {
    /// The program, scaffoldings expanded.
    pub program: Program,
    /// What kept scaffoldings from being expanded.
    pub problems: Vec<ScaffoldProblem>,
    /// What was found.
    pub report: Report,
}

impl Compiled {
    /// Texts of which nothing is said.
    pub fn nothing(sources: Sources) -> Self {
        let program = Program::build(sources, Dialect::default());
        Self { program, problems: Vec::new(), report: Report::default() }
    }
}

/// Compiles what is to be planned or shown. It is not guessed what a misspelt attribute was meant to say: where none of the
/// errors that `blocking` picks is left, be it that a configuration or a comment calls the misspelling something less than
/// an error, what is written is compiled, and what is wrong with that counts. Gives the errors beside it.
pub fn compile_written(loaded: Loaded, config: Config, blocking: &dyn Fn(&Compiled) -> Vec<Finding>) -> (Compiled, Vec<Finding>) {
    let first = compile(loaded.clone(), config.clone(), Outside::default());
    let errors = blocking(&first);
    let is_guessed = first.program.documents.iter().any(|document| document.is_guessed());
    if !errors.is_empty() || !is_guessed {
        return (first, errors);
    }
    let written = compile_as(loaded, config, Outside::default(), Reading::Written);
    let errors = blocking(&written);
    (written, errors)
}

/// Parses, lowers and expands; checks nothing.
fn expand(sources: Sources, dialect: Dialect, reading: Reading) -> (Program, Vec<ScaffoldProblem>) {
    let mut program = Program::read(sources, dialect, reading);
    let problems = scaffold::expand(&mut program);
    (program, problems)
}

/// The program, expanded, of what is written, where misspelt attributes are read as they were meant.
pub fn as_written(program: &Program) -> Option<Program> {
    let mut written = program.as_written()?;
    scaffold::expand(&mut written);
    Some(written)
}

/// What a check may be told of the world outside the configuration.
#[derive(Clone, Debug, Default)]
pub struct Outside {
    /// The agent's settings file.
    pub settings: Option<rules::Settings>,
    /// What `run` can execute, where what it cannot is to be reported.
    pub embedded: Option<rules::Embedded>,
}

/// Compiles the texts of one configuration and runs every rule that is on.
pub fn compile(loaded: Loaded, config: Config, outside: Outside) -> Compiled {
    let reading = reading(&config);
    compile_as(loaded, config, outside, reading)
}

fn compile_as(loaded: Loaded, config: Config, outside: Outside, reading: Reading) -> Compiled {
    let dialect = dialect(&config);
    let Loaded { sources, problems: unread, named } = loaded;
    let policy = policy(config, outside);
    let (program, problems) = expand(sources, dialect, reading);
    let checked = rules::check(&program, &problems, &policy, unread.iter().map(rules::unread).collect());
    let report = judged(&program, checked, &unread, &named);
    Compiled { program, problems, report }
}

/// The dialect that a configuration names.
pub fn dialect(config: &Config) -> Dialect {
    config.check.dialect.and_then(|name| name.parse().ok()).unwrap_or_default()
}

/// How texts are read: as they were meant only where each misspelt attribute is told as an error, so that nothing is hidden
/// behind a finding that nobody sees.
fn reading(config: &Config) -> Reading {
    let policy = Policy::new(config.clone());
    let is_told = rules::find("unknown-attribute").is_some_and(|rule| policy.is_always_an_error(&rule.info));
    if is_told { Reading::Meant } else { Reading::Written }
}

fn policy(config: Config, outside: Outside) -> Policy {
    let mut policy = Policy::new(config);
    policy.settings = outside.settings;
    policy.embedded = outside.embedded;
    policy
}

/// The report of what was found in files of which some could not be read and some are only there by the way.
fn judged(program: &Program, checked: Checked, unread: &[ReadProblem], named: &[bool]) -> Report {
    let without_text: Vec<FileId> = unread.iter().map(|problem| problem.file).collect();
    let mut findings = checked.findings;
    // Nothing else is said of a file whose text is not known.
    findings.retain(|finding| finding.rule.name == "encoding" || !without_text.contains(&finding.location.file));
    foreign(program, named, &mut findings);
    absent(program, &mut findings);
    Report::new(&program.sources, findings, checked.totals)
}

/// A well-formed file with a foreign root that was only met on the way through a folder is no mistake: its finding becomes
/// a note, and nothing else is said of it. A root in the configuration's namespace, or of its name in other capitals, is
/// not foreign: it is a configuration that the deployment would leave out.
fn foreign(program: &Program, named: &[bool], findings: &mut Vec<Finding>) {
    let met = |finding: &Finding| {
        let file = finding.location.file;
        let document = program.document(file);
        let foreign = document.root().is_some_and(|root| {
            document.namespace(root) != Namespace::Dialect && !document.name_text(root).eq_ignore_ascii_case("ConfigurationFile")
        });
        foreign && document.errors().is_empty() && !named.get(file.index()).copied().unwrap_or(true)
    };
    findings.retain_mut(|finding| {
        if !met(finding) {
            return true;
        }
        finding.severity = Severity::Note;
        finding.rule.name == "root-element"
    });
}

/// Where the content of a file is not known, or lost for its root, what it declares only seems to be missing elsewhere:
/// that is not said.
fn absent(program: &Program, findings: &mut Vec<Finding>) {
    let lost = |finding: &Finding| match finding.rule.name {
        "encoding" => true,
        "root-element" => {
            let document = program.document(finding.location.file);
            // A root without namespace is read all the same.
            document.root().is_some_and(|root| document.namespace(root) != Namespace::None)
        }
        _ => false,
    };
    if !findings.iter().any(|finding| finding.severity == Severity::Error && lost(finding)) {
        return;
    }
    let seems = |finding: &Finding| match finding.rule.category {
        Category::References => finding.rule.name != "duplicate-identifier",
        _ => matches!(finding.rule.name, "missing-resource-type-mapping" | "needless-task"),
    };
    findings.retain(|finding| !seems(finding));
}

/// The errors that keep those jobs from being compiled; with no job named, all errors. An error counts unless it lies in
/// another job or scaffolding, away from every task that the jobs run; one in the scaffolding that a job was to come from
/// counts.
pub fn errors_for(compiled: &Compiled, jobs: &[String]) -> Vec<Finding> {
    let errors = compiled.report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    if jobs.is_empty() {
        return errors.cloned().collect();
    }
    let program = &compiled.program;
    let reached = Reached::of(program, jobs);
    let counts = |finding: &&Finding| finding.rule.name == "encoding" || !reached.is_elsewhere(program, finding.location);
    errors.filter(counts).cloned().collect()
}

/// Where the jobs asked for are written, and where all others are.
struct Reached {
    own: Vec<Location>,
    others: Vec<Location>,
}

impl Reached {
    fn of(program: &Program, jobs: &[String]) -> Self {
        let whole = |origin: crate::ir::Origin| Location::new(origin.file, program.element_span(origin.file, origin.element));
        let mut reached = Self { own: Vec::new(), others: Vec::new() };
        for (id, job) in program.items.jobs.iter() {
            let identifier = program.identifier(job.origin);
            if jobs.iter().any(|name| crate::ir::same_identifier(name, &identifier)) {
                reached.own.push(whole(job.origin));
                reached.own.extend(program.job_tasks(id).iter().map(|task| whole(program.items.tasks[task.task].origin)));
            } else {
                reached.others.push(whole(job.origin));
            }
        }
        reached.own.extend(scaffoldings::sources_of(program, jobs));
        // Any other scaffolding that could not be expanded stands for other jobs.
        reached.others.extend(program.items.scaffoldings.values().map(|item| whole(item.origin)));
        reached
    }

    fn is_elsewhere(&self, program: &Program, at: Location) -> bool {
        if program.document(at.file).errors().iter().any(|error| error.span == at.span) {
            return false;
        }
        let inside = |places: &[Location]| places.iter().any(|place| place.file == at.file && place.span.contains(at.span));
        inside(&self.others) && !inside(&self.own)
    }
}
