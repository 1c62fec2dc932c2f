//! Which checks look at what, gathered once: nothing but those that concern an element, a task or a job is called for it.

use std::sync::OnceLock;

use crate::grammar::{self, ElementKind};

use super::{Check, ElementCheck, JobModel, Sink, TaskModel, registry};

/// All checks, by what they look at; each list is in the order of the catalogue.
pub(super) struct Checks {
    /// At elements, with nothing but their file: by kind.
    alone: Vec<Vec<ElementCheck>>,
    /// At elements that the dialect does not have.
    unknown: Vec<ElementCheck>,
    /// At elements, with the whole configuration: by kind.
    together: Vec<Vec<ElementCheck>>,
    /// At the root of a file.
    pub(super) roots: Vec<ElementCheck>,
    /// At jobs.
    pub(super) jobs: Vec<fn(&JobModel<'_>, &mut Sink)>,
    /// At tasks.
    pub(super) tasks: Vec<fn(&TaskModel<'_>, &mut Sink)>,
    /// At the whole configuration.
    pub(super) whole: Vec<Check>,
}

impl Checks {
    /// Those of all rules.
    pub(super) fn get() -> &'static Self {
        static CHECKS: OnceLock<Checks> = OnceLock::new();
        CHECKS.get_or_init(|| Self::of(registry::checks()))
    }

    fn of(all: impl Iterator<Item = Check>) -> Self {
        let none = vec![Vec::new(); grammar::elements().len()];
        let mut checks = Self {
            alone: none.clone(),
            unknown: Vec::new(),
            together: none,
            roots: Vec::new(),
            jobs: Vec::new(),
            tasks: Vec::new(),
            whole: Vec::new(),
        };
        for check in all {
            match check {
                Check::Root(check) => checks.roots.push(check),
                Check::Unknown(check) => checks.unknown.push(check),
                Check::Element(concerns, check) => {
                    let concerned = grammar::elements().filter(|kind| concerns(kind.def()));
                    concerned.for_each(|kind| checks.alone[usize::from(kind.0)].push(check));
                }
                Check::At(kinds, check) => kinds.iter().for_each(|kind| checks.together[usize::from(kind.0)].push(check)),
                Check::Job(check) => checks.jobs.push(check),
                Check::Task(check) => checks.tasks.push(check),
                Check::Program(_) | Check::Facts(_) | Check::Settings(_) | Check::Embedded(_) => checks.whole.push(check),
                Check::Several(_) | Check::Engine => {}
            }
        }
        checks
    }

    /// What looks at an element of a kind, and at nothing but its file.
    pub(super) fn alone(&self, kind: Option<ElementKind>) -> &[ElementCheck] {
        kind.map_or(&self.unknown, |kind| &self.alone[usize::from(kind.0)])
    }

    /// What looks at an element of a kind, and may look at the whole configuration.
    pub(super) fn together(&self, kind: Option<ElementKind>) -> &[ElementCheck] {
        kind.map_or(&[], |kind| &self.together[usize::from(kind.0)])
    }
}
