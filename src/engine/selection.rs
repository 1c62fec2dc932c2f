//! Partial runs: which tasks of a job a run covers.
//!
//! The conditions narrow each other. A task outside is *not selected*; as a parent it counts as satisfied, since whoever
//! leaves it out says that its work is already there.

use serde::{Deserialize, Serialize};

use super::error::EngineError;
use crate::plan::model::{Job, Task};

/// The part of a job to run; everything by default. Identifiers and elements compare without case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// The first task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// The last task.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<String>,
    /// These tasks alone; none named: no condition.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub only: Vec<String>,
    /// Tasks of this element.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub element: Option<String>,
    /// Tasks whose identifier contains this text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub containing: Option<String>,
}

impl Selection {
    /// For each task of the job whether it is selected; at least one is.
    pub fn resolve(&self, job: &Job) -> Result<Vec<bool>, EngineError> {
        let from = self.from.as_deref().map(|task| find(job, task)).transpose()?.unwrap_or(0);
        let to = self.to.as_deref().map(|task| find(job, task)).transpose()?.unwrap_or(usize::MAX);
        let only = self.only.iter().map(|task| find(job, task)).collect::<Result<Vec<_>, _>>()?;
        let containing = self.containing.as_deref().map(str::to_lowercase);
        let selects = |(index, task): (usize, &Task)| {
            (from..=to).contains(&index)
                && (only.is_empty() || only.contains(&index))
                && self.element.as_deref().is_none_or(|element| same(&task.element, element))
                && containing.as_deref().is_none_or(|text| task.id.to_lowercase().contains(text))
        };
        let selected: Vec<bool> = job.tasks.iter().enumerate().map(selects).collect();
        if *self != Self::default() && !selected.contains(&true) {
            return Err(EngineError::NothingSelected { job: job.id.clone(), selection: self.in_words() });
        }
        Ok(selected)
    }

    fn in_words(&self) -> String {
        let mut words = Vec::new();
        words.extend(self.from.iter().map(|task| format!("from {task}")));
        words.extend(self.to.iter().map(|task| format!("to {task}")));
        if !self.only.is_empty() {
            words.push(format!("only {}", self.only.join(", ")));
        }
        words.extend(self.element.iter().map(|element| format!("of type {element}")));
        words.extend(self.containing.iter().map(|text| format!("containing {text:?}")));
        words.join(" and ")
    }
}

/// Whether two identifiers are the same.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right || left.to_lowercase() == right.to_lowercase()
}

/// The place of a task in its job.
pub(super) fn find(job: &Job, asked: &str) -> Result<usize, EngineError> {
    let exact = job.tasks.iter().position(|task| task.id == asked);
    exact
        .or_else(|| job.tasks.iter().position(|task| same(&task.id, asked)))
        .ok_or_else(|| EngineError::unknown_task(&job.id, asked, job.tasks.iter().map(|task| task.id.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sample::{job, task};

    fn selected(selection: &Selection) -> String {
        let job = job("J", vec![task("HR_Export", 0), task("HR_Sync", 1), task("AD_Export", 2), task("AD_Sync", 3)]);
        selection
            .resolve(&job)
            .map_or_else(|error| error.to_string(), |flags| flags.iter().map(|flag| if *flag { 'x' } else { '-' }).collect())
    }

    #[test]
    fn conditions_narrow_each_other() {
        let all = Selection::default();
        assert_eq!(selected(&all), "xxxx");
        assert_eq!(selected(&Selection { from: Some("hr_sync".to_owned()), ..all.clone() }), "-xxx");
        assert_eq!(
            selected(&Selection { from: Some("HR_Sync".to_owned()), to: Some("AD_Export".to_owned()), ..all.clone() }),
            "-xx-"
        );
        assert_eq!(selected(&Selection { only: vec!["AD_Sync".to_owned()], ..all.clone() }), "---x");
        assert_eq!(selected(&Selection { containing: Some("sync".to_owned()), ..all.clone() }), "-x-x");
        assert_eq!(
            selected(&Selection { containing: Some("sync".to_owned()), from: Some("AD_Export".to_owned()), ..all }),
            "---x"
        );
    }

    #[test]
    fn an_empty_selection_and_an_unknown_task_are_errors() {
        let selection = Selection { element: Some("FulfillTask".to_owned()), ..Selection::default() };
        assert!(selected(&selection).starts_with("no task of job J is selected: of type FulfillTask"));
        let selection = Selection { from: Some("HR_Synk".to_owned()), ..Selection::default() };
        assert!(selected(&selection).starts_with("job J has no task HR_Synk; did you mean HR_Sync?"));
    }
}
