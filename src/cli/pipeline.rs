//! Where the commands are joined to the compiler and the engine.

use super::approve::Approve;
use super::arguments::Global;
use super::cancel::Cancel;
use super::expand::Expand;
use super::input::Input;
use super::logs::Logs;
use super::plan::Plan;
use super::run::Run;
use super::runs::Runs;
use super::show::Show;
use super::simulate::Simulate;
use super::{Error, Exit};
use crate::finding::{Report, RuleInfo};
use crate::source::Sources;

/// A checked configuration.
pub(super) struct Checked {
    /// The texts.
    pub(super) sources: Sources,
    /// What was found in them.
    pub(super) report: Report,
}

/// Runs every check.
pub(super) fn check(input: Input) -> Checked {
    let compiled = crate::compile::compile(input.loaded, input.config);
    Checked { sources: compiled.program.sources, report: compiled.report }
}

/// All rules, in the order of the catalogue.
pub(super) fn rules() -> &'static [&'static RuleInfo] {
    static RULES: std::sync::OnceLock<Vec<&'static RuleInfo>> = std::sync::OnceLock::new();
    RULES.get_or_init(crate::rules::catalogue)
}

/// The page of a rule.
pub(super) fn page(rule: &str) -> Option<&'static str> {
    crate::rules::pages::page(rule)
}

/// `jobwright expand`.
pub(super) fn expand(_: &Expand, _: &Global) -> Result<Exit, Error> {
    Err(absent("expand"))
}

/// `jobwright plan`.
pub(super) fn plan(_: &Plan, _: &Global) -> Result<Exit, Error> {
    Err(absent("plan"))
}

/// `jobwright run`.
pub(super) fn run(_: &Run, _: &Global) -> Result<Exit, Error> {
    Err(absent("run"))
}

/// `jobwright runs`.
pub(super) fn runs(_: &Runs, _: &Global) -> Result<Exit, Error> {
    Err(absent("runs"))
}

/// `jobwright show`.
pub(super) fn show(_: &Show, _: &Global) -> Result<Exit, Error> {
    Err(absent("show"))
}

/// `jobwright logs`.
pub(super) fn logs(_: &Logs, _: &Global) -> Result<Exit, Error> {
    Err(absent("logs"))
}

/// `jobwright cancel`.
pub(super) fn cancel(_: &Cancel, _: &Global) -> Result<Exit, Error> {
    Err(absent("cancel"))
}

/// `jobwright approve`.
pub(super) fn approve(_: &Approve, _: &Global) -> Result<Exit, Error> {
    Err(absent("approve"))
}

/// `jobwright simulate`.
pub(super) fn simulate(_: &Simulate, _: &Global) -> Result<Exit, Error> {
    Err(absent("simulate"))
}

fn absent(command: &str) -> Error {
    Error::usage(format!("`{command}` is not part of this build"))
}
