//! `jobwright fix`: `check --fix`.

use clap::Args;

use super::arguments::Global;
use super::check::Check;
use super::{Error, Exit};

/// Fix what can be fixed, and find what is left (the same as check --fix)
#[derive(Debug, Args)]
pub(super) struct Fix {
    #[command(flatten)]
    check: Check,
}

impl Fix {
    pub(super) fn execute(mut self, global: &Global) -> Result<Exit, Error> {
        self.check.fix = true;
        self.check.execute(global)
    }
}
