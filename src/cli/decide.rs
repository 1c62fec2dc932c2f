//! `jobwright decide`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::arguments::{Global, reason};
use super::{Error, Exit, stores, terminal};
use crate::engine::clock::Timestamp;
use crate::engine::person;
use crate::tasks::decide::{self, Author, Chosen, Done, Subject, Verdict};
use crate::tasks::inspect::InspectError;

/// Decide what the rules leave to a person: roles by hand, approvals, retries
///
/// A decision is kept with who took it, when and why, and counts from the next run that computes the role model on.
#[derive(Debug, Args)]
pub(super) struct Decide {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Give a role or a resource type to an owner, whatever the rules say
    Give {
        #[command(flatten)]
        verdict: Dated,
    },
    /// Deny a role or a resource type to an owner, whatever the rules say
    Deny {
        #[command(flatten)]
        verdict: Dated,
    },
    /// Take back what was given or denied: the rules alone count again
    Withdraw {
        #[command(flatten)]
        owner: Owner,
        #[command(flatten)]
        subject: Which,
        #[command(flatten)]
        common: Common,
    },
    /// Let what awaits approval go on: the next orders task makes orders of it
    Approve {
        #[command(flatten)]
        chosen: Selected,
        #[command(flatten)]
        common: Common,
    },
    /// Order once more what is in error
    Retry {
        /// Only what these orders were made for: identifiers or their beginnings
        #[arg(long, value_name = "ORDER", num_args = 1..)]
        order: Vec<String>,
        #[command(flatten)]
        chosen: Selected,
        #[command(flatten)]
        common: Common,
    },
    /// Set again as the rules want it what was changed by hand in the system
    Restore {
        /// Only this property
        #[arg(long, value_name = "PROPERTY")]
        property: Option<String>,
        #[command(flatten)]
        chosen: Selected,
        #[command(flatten)]
        common: Common,
    },
    /// Take a suggested resource for the owner's
    Confirm {
        #[command(flatten)]
        owner: Owner,
        /// The resource type
        #[arg(long, value_name = "TYPE")]
        resource_type: String,
        /// The key of the resource, where several are suggested
        #[arg(long, value_name = "KEY")]
        resource: Option<String>,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
struct Owner {
    /// The entity type of the owner
    #[arg(value_name = "TYPE")]
    entity_type: String,
    /// The key of the owner, or a value that only it has
    #[arg(value_name = "KEY")]
    key: String,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// A single role
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    /// A composite role
    #[arg(long, value_name = "ROLE")]
    composite_role: Option<String>,
    /// A resource type
    #[arg(long, value_name = "TYPE")]
    resource_type: Option<String>,
}

#[derive(Debug, Args)]
struct Dated {
    #[command(flatten)]
    owner: Owner,
    #[command(flatten)]
    subject: Which,
    /// From when on: a date, or a date and time (UTC) [default: now]
    #[arg(long, value_name = "WHEN", value_parser = date)]
    from: Option<Timestamp>,
    /// Until when: a date, or a date and time (UTC) [default: for ever]
    #[arg(long, value_name = "WHEN", value_parser = date)]
    until: Option<Timestamp>,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Selected {
    /// Only of this resource type
    #[arg(long, value_name = "TYPE")]
    resource_type: Option<String>,
    /// Only of this owner: entity type and key
    #[arg(long, num_args = 2, value_names = ["TYPE", "KEY"])]
    owner: Vec<String>,
}

#[derive(Debug, Args)]
struct Common {
    /// Why; kept with the decision
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    reason: String,
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

fn date(text: &str) -> Result<Timestamp, String> {
    let age = text.trim().ends_with(|last: char| last.is_ascii_alphabetic() && !matches!(last, 'Z' | 'z'));
    Timestamp::parse(text, Timestamp::now())
        .filter(|_| !age)
        .ok_or_else(|| "write a date (2026-11-22) or a date and time (2026-11-22T07:00)".to_owned())
}

impl Owner {
    fn name(&self) -> (&str, &str) {
        (&self.entity_type, &self.key)
    }
}

impl Which {
    fn subject(&self) -> Subject<'_> {
        match self {
            Self { role: Some(role), .. } => Subject::SingleRole(role),
            Self { composite_role: Some(role), .. } => Subject::CompositeRole(role),
            Self { resource_type, .. } => Subject::ResourceType(resource_type.as_deref().unwrap_or_default()),
        }
    }
}

impl Selected {
    fn chosen(&self, orders: &[String]) -> Result<Chosen, Error> {
        if self.resource_type.is_none() && self.owner.is_empty() && orders.is_empty() {
            return Err(Error::usage("nothing says of which assignments").help("name --resource-type or --owner"));
        }
        let owner = match &self.owner[..] {
            [entity_type, key] => Some((entity_type.clone(), key.clone())),
            _ => None,
        };
        Ok(Chosen { owner, resource_type: self.resource_type.clone(), orders: orders.to_owned() })
    }
}

impl Decide {
    fn common(&self) -> &Common {
        match &self.what {
            What::Give { verdict } | What::Deny { verdict } => &verdict.common,
            What::Withdraw { common, .. }
            | What::Approve { common, .. }
            | What::Retry { common, .. }
            | What::Restore { common, .. }
            | What::Confirm { common, .. } => common,
        }
    }

    /// The store that the command is told to work on.
    pub(super) fn store(&self) -> Option<&PathBuf> {
        self.common().store.as_ref()
    }

    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let common = self.common();
        let author = Author { who: person(), reason: common.reason.clone(), at: Timestamp::now().0 };
        let engine = stores::existing(common.store.as_ref())?;
        let told = match &self.what {
            What::Give { verdict } | What::Deny { verdict } => {
                let denied = matches!(self.what, What::Deny { .. });
                let (from, until) = (verdict.from.map(|at| at.0), verdict.until.map(|at| at.0));
                let said = Verdict { subject: verdict.subject.subject(), denied, from, until };
                let owner = engine.decide(|data, known| decide::decide(data, known, verdict.owner.name(), said, &author))?;
                format!("{} to {} {}", if denied { "denied" } else { "given" }, owner.entity_type, owner.key)
            }
            What::Withdraw { owner, subject, .. } => {
                let owner =
                    engine.decide(|data, known| decide::withdraw(data, known, owner.name(), subject.subject(), &author))?;
                format!("taken back from {} {}", owner.entity_type, owner.key)
            }
            What::Approve { chosen, .. } => {
                let chosen = chosen.chosen(&[])?;
                told("approved", &engine.decide(|data, _| decide::approve(data, &chosen, &author))?)
            }
            What::Retry { order, chosen, .. } => {
                let chosen = chosen.chosen(order)?;
                told("to be ordered again", &engine.decide(|data, _| decide::retry(data, &chosen, &author))?)
            }
            What::Restore { property, chosen, .. } => {
                let chosen = chosen.chosen(&[])?;
                let restore = |data: &rusqlite::Connection| -> Result<Done, InspectError> {
                    decide::restore(data, &chosen, property.as_deref(), &author)
                };
                told("to be set again", &engine.decide(|data, _| restore(data))?)
            }
            What::Confirm { owner, resource_type, resource, .. } => {
                let confirm = |data: &rusqlite::Connection| {
                    decide::confirm(data, owner.name(), resource_type, resource.as_deref(), &author)
                };
                let (owner, resource) = engine.decide(|data, _| confirm(data))?;
                format!("{} {} is that of {} {}", resource.entity_type, resource.key, owner.entity_type, owner.key)
            }
        };
        if !global.quiet {
            terminal::say(&format!(
                "{told}; it counts from the next run on that computes the role model, complete or incremental"
            ));
        }
        Ok(Exit::Done)
    }
}

/// How many assignments, and the first of them.
fn told(what: &str, done: &Done) -> String {
    const SHOWN: usize = 10;
    let mut names: Vec<String> =
        done.iter().take(SHOWN).map(|(key, resource_type)| format!("{resource_type} of {key}")).collect();
    if done.len() > SHOWN {
        names.push(format!("and {} more", done.len() - SHOWN));
    }
    format!("{what}: {}", names.join(", "))
}
