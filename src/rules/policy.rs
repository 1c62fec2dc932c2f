//! Which rules report, and how gravely: the one place where configuration meets findings.

use crate::config::{Config, Level};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::source::Sources;

/// All settings of a run. The default changes nothing.
#[derive(Debug, Default)]
pub struct Policy {
    config: Config,
    /// What the agent's settings file holds, where one was given.
    pub settings: Option<super::Settings>,
    /// What `run` can execute, where what it cannot is to be reported.
    pub embedded: Option<Embedded>,
}

/// What `run` can execute.
#[derive(Clone, Debug, Default)]
pub struct Embedded {
    /// The task elements that jobwright executes itself.
    pub own: Vec<&'static str>,
    /// The task elements that the configuration maps to programs, every task of them.
    pub programs: Vec<&'static str>,
    /// The task elements whose program lacks something, so that they cannot be executed at all.
    pub incomplete: Vec<&'static str>,
}

impl Embedded {
    /// Whether tasks of an element can be executed.
    pub fn runs(&self, element: &str) -> bool {
        self.programs.contains(&element) || (self.own.contains(&element) && !self.incomplete.contains(&element))
    }

    /// Whether jobwright itself executes the tasks of an element.
    pub fn is_own(&self, element: &str) -> bool {
        self.own.contains(&element) && !self.programs.contains(&element) && !self.incomplete.contains(&element)
    }
}

impl Policy {
    /// The settings of a configuration.
    pub fn new(config: Config) -> Self {
        Self { config, settings: None, embedded: None }
    }

    /// Whether a rule may report at all.
    pub fn is_on(&self, rule: &RuleInfo) -> bool {
        (self.config.check.select.is_empty() || self.config.check.select.iter().any(|selector| selector.covers(rule)))
            && !self.config.check.ignore.iter().any(|selector| selector.covers(rule))
            && self.config.check.severity.get(rule.name) != Some(&Level::Off)
    }

    /// Whether the findings of a rule of errors are errors, whatever file they are in.
    pub fn is_always_an_error(&self, rule: &RuleInfo) -> bool {
        let is_less = |level: Option<&Level>| level.is_some_and(|level| *level != Level::On(Severity::Error));
        self.is_on(rule)
            && !is_less(self.config.check.severity.get(rule.name))
            && !self.config.check.paths.iter().any(|policy| {
                policy.ignore.iter().any(|selector| selector.covers(rule)) || is_less(policy.severity.get(rule.name))
            })
    }

    /// Removes the findings of rules that are off and gives the others their configured severities. A severity that is set
    /// replaces every severity of the rule, also those the rule itself sets apart.
    pub fn apply(&self, sources: &Sources, findings: &mut Vec<Finding>) {
        findings.retain_mut(|finding| {
            if !self.is_on(finding.rule) {
                return false;
            }
            let mut severity = level(self.config.check.severity.get(finding.rule.name), finding.severity);
            let path = &sources.get(finding.location.file).path;
            let path = self.config.path_of(path);
            for policy in self.config.check.paths.iter().filter(|policy| policy.applies(&path)) {
                if policy.ignore.iter().any(|selector| selector.covers(finding.rule)) {
                    return false;
                }
                match policy.severity.get(finding.rule.name) {
                    Some(Level::Off) => return false,
                    set => severity = level(set, severity),
                }
            }
            finding.severity = severity;
            true
        });
    }
}

fn level(set: Option<&Level>, otherwise: Severity) -> Severity {
    match set {
        Some(Level::On(severity)) => *severity,
        Some(Level::Off) | None => otherwise,
    }
}
