//! Problems that scaffoldings found in themselves, as findings.

use crate::ir::Program;
use crate::scaffold::ScaffoldProblem;

use super::Sink;

/// Reports what kept scaffoldings from being expanded.
pub(super) fn report(_program: &Program, _problems: &[ScaffoldProblem], _sink: &mut Sink) {}
