//! `jobwright explain`.

use clap::Args;

use super::{Error, Exit, terminal};
use crate::config::nearest;
use crate::rules::{catalogue, pages};

/// Show the page of a rule
#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The rule
    #[arg(value_name = "RULE")]
    rule: String,
}

impl Explain {
    pub(super) fn execute(&self) -> Result<Exit, Error> {
        let known = catalogue().iter().find(|rule| rule.name == self.rule);
        let Some(page) = known.and_then(|rule| pages::page(rule.name)) else {
            let help = match nearest(&self.rule, catalogue().iter().map(|rule| rule.name)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`jobwright rules` lists the rules".to_owned(),
            };
            return Err(Error::usage(format!("there is no rule `{}`", self.rule)).help(help));
        };
        terminal::print(|out| writeln!(out, "{}", page.trim_end()))?;
        Ok(Exit::Done)
    }
}
