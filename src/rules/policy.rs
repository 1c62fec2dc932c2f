//! Which rules report, and how gravely: the one place where configuration meets findings.

use std::collections::BTreeMap;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::source::Sources;

/// What a configuration says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// It does not report.
    Off,
    /// Every finding of it has this severity.
    Severity(Severity),
}

/// A rule, a category, or every rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selector {
    /// One rule.
    Rule(&'static str),
    /// All rules of a category.
    Category(Category),
}

impl Selector {
    fn takes(&self, rule: &RuleInfo) -> bool {
        match self {
            Self::Rule(name) => *name == rule.name,
            Self::Category(category) => *category == rule.category,
        }
    }
}

/// Settings for files whose path matches.
pub struct PathPolicy {
    /// Whether a path, as shown, is meant.
    pub matches: Box<dyn Fn(&str) -> bool + Send + Sync>,
    /// What holds there.
    pub settings: Vec<(Selector, Setting)>,
}

/// All settings of a run. The default changes nothing.
#[derive(Default)]
pub struct Policy {
    /// By rule name.
    pub severities: BTreeMap<&'static str, Setting>,
    /// Where not empty, only these report.
    pub select: Vec<Selector>,
    /// These do not report.
    pub ignore: Vec<Selector>,
    /// By path; later ones win.
    pub paths: Vec<PathPolicy>,
    /// What the agent's settings file holds, where one was given.
    pub settings: Option<super::Settings>,
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("severities", &self.severities).field("select", &self.select).finish_non_exhaustive()
    }
}

impl Policy {
    /// Whether a rule may report at all.
    pub fn is_on(&self, rule: &RuleInfo) -> bool {
        (self.select.is_empty() || self.select.iter().any(|selector| selector.takes(rule)))
            && !self.ignore.iter().any(|selector| selector.takes(rule))
            && self.severities.get(rule.name) != Some(&Setting::Off)
    }

    /// Removes the findings of rules that are off and gives the others their configured severities. A severity that is set
    /// replaces every severity of the rule, also those the rule itself sets apart.
    pub fn apply(&self, sources: &Sources, findings: &mut Vec<Finding>) {
        findings.retain_mut(|finding| {
            if !self.is_on(finding.rule) {
                return false;
            }
            if let Some(&Setting::Severity(severity)) = self.severities.get(finding.rule.name) {
                finding.severity = severity;
            }
            let path = &sources.get(finding.location.file).path;
            for policy in self.paths.iter().filter(|policy| (policy.matches)(path)) {
                for (_, setting) in policy.settings.iter().filter(|(selector, _)| selector.takes(finding.rule)) {
                    match setting {
                        Setting::Off => return false,
                        Setting::Severity(severity) => finding.severity = *severity,
                    }
                }
            }
            true
        });
    }
}
