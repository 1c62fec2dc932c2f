//! Which rules report, and how gravely: the one place where configuration meets findings.

use std::path::Path;

use crate::config::{Check, Level, Selector};
use crate::finding::{Finding, RuleInfo, Severity};
use crate::source::Sources;

/// All settings of a run. The default changes nothing.
#[derive(Debug, Default)]
pub struct Policy {
    check: Check,
    /// Folder of the configuration file, relative to the working folder, with a slash at its end; patterns start there.
    base: String,
}

fn takes(selector: &Selector, rule: &RuleInfo) -> bool {
    match selector {
        Selector::Rule(name) => *name == rule.name,
        Selector::Category(category) => *category == rule.category,
    }
}

impl Policy {
    /// The settings of a configuration whose file lies in `folder` (relative to the working folder).
    pub fn new(check: Check, folder: &Path) -> Self {
        let base = folder.to_string_lossy().replace('\\', "/");
        let base = base.trim_start_matches("./").trim_end_matches('/');
        Self { check, base: if base.is_empty() || base == "." { String::new() } else { format!("{base}/") } }
    }

    /// Whether a rule may report at all.
    pub fn is_on(&self, rule: &RuleInfo) -> bool {
        (self.check.select.is_empty() || self.check.select.iter().any(|selector| takes(selector, rule)))
            && !self.check.ignore.iter().any(|selector| takes(selector, rule))
            && self.check.severity.get(rule.name) != Some(&Level::Off)
    }

    /// Removes the findings of rules that are off and gives the others their configured severities. A severity that is set
    /// replaces every severity of the rule, also those the rule itself sets apart.
    pub fn apply(&self, sources: &Sources, findings: &mut Vec<Finding>) {
        findings.retain_mut(|finding| {
            if !self.is_on(finding.rule) {
                return false;
            }
            let mut severity = level(self.check.severity.get(finding.rule.name), finding.severity);
            let path = &sources.get(finding.location.file).path;
            let path = path.strip_prefix(self.base.as_str()).unwrap_or(path);
            for policy in self.check.paths.iter().filter(|policy| policy.applies(path)) {
                if policy.ignore.iter().any(|selector| takes(selector, finding.rule)) {
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
