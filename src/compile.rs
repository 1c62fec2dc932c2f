//! The compiler from texts to a checked program: parse, lower, expand, check. What the commands and tests call.

use crate::config::Config;
use crate::finding::{Finding, Report, Severity};
use crate::grammar::Dialect;
use crate::ir::Program;
use crate::rules::{self, Policy};
use crate::scaffold::{self, ScaffoldProblem};
use crate::source::{Loaded, Location, Sources, Span};

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

/// Parses, lowers and expands; checks nothing.
pub fn expand(sources: Sources, dialect: Dialect) -> (Program, Vec<ScaffoldProblem>) {
    let mut program = Program::build(sources, dialect);
    let problems = scaffold::expand(&mut program);
    (program, problems)
}

/// Compiles the texts of one configuration and runs every rule that is on.
pub fn compile(loaded: Loaded, config: Config) -> Compiled {
    let dialect = config.check.dialect.and_then(|name| name.parse().ok()).unwrap_or_default();
    let Loaded { sources, problems: unread, named } = loaded;
    let policy = Policy::new(config);
    let unread: Vec<Finding> = unread
        .iter()
        .map(|problem| rules::undecodable(Location::new(problem.file, Span::empty(0)), &problem.cause.to_string()))
        .collect();
    let (program, problems) = expand(sources, dialect);
    let checked = rules::check(&program, &problems, &policy, unread);
    let mut findings = checked.findings;
    foreign(&program, &named, &mut findings);
    let report = Report::new(&program.sources, findings, checked.totals);
    Compiled { program, problems, report }
}

/// A well-formed file with a foreign root that was only met on the way through a folder is no mistake: its finding becomes
/// a note, and nothing else is said of it.
fn foreign(program: &Program, named: &[bool], findings: &mut Vec<Finding>) {
    let met = |finding: &Finding| {
        let file = finding.location.file;
        let document = program.document(file);
        let foreign = document.root().is_some_and(|root| document.name_text(root) != "ConfigurationFile");
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
