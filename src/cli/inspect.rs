//! `jobwright inspect`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use rusqlite::Connection;

use super::arguments::Global;
use super::runs::Form;
use super::{Error, Exit, stores, terminal};
use crate::engine;
use crate::output::{Inspected, render_inspected};
use crate::tasks::inspect::{self, InspectError, ORDER_STATES, OrderFilter, order_state};

/// Show what the identity store holds
///
/// The store is only read, also while a run goes on.
#[derive(Debug, Args)]
pub(super) struct Inspect {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// What there is: entity types, resource types and roles, with counts
    Types {
        #[command(flatten)]
        common: Common,
    },
    /// A resource: its values, links and owners, and what happened to it
    Resource {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        common: Common,
    },
    /// What an owner has: roles and resource types with the rules that gave them, their states, and what waits
    #[command(visible_alias = "user")]
    Assignments {
        #[command(flatten)]
        named: Named,
        #[command(flatten)]
        common: Common,
    },
    /// Orders, the latest first; or why one order is, and what became of it
    Orders {
        /// The identifier of an order, or its beginning
        #[arg(value_name = "ORDER", conflicts_with_all = ["resource_type", "state"])]
        order: Option<String>,
        /// Only orders of this resource type
        #[arg(long, value_name = "TYPE")]
        resource_type: Option<String>,
        /// Only orders in this state
        #[arg(long, value_name = "STATE", value_parser = PossibleValuesParser::new(ORDER_STATES))]
        state: Option<String>,
        #[command(flatten)]
        common: Common,
    },
    /// What a run changed: resources, links, roles, assignments, orders
    Changes {
        /// The run
        #[arg(value_name = "RUN")]
        run: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
struct Named {
    /// The entity type
    #[arg(value_name = "TYPE")]
    entity_type: String,
    /// The key of the resource, or a value that only it has
    #[arg(value_name = "KEY")]
    key: String,
}

#[derive(Debug, Args)]
struct Common {
    /// The identity store [default: .jobwright/store.db]
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
    /// At most so many lines of each list
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    limit: u32,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Form,
}

impl Inspect {
    fn common(&self) -> &Common {
        match &self.what {
            What::Types { common }
            | What::Resource { common, .. }
            | What::Assignments { common, .. }
            | What::Orders { common, .. }
            | What::Changes { common, .. } => common,
        }
    }

    /// The store that the command is told to work on.
    pub(super) fn store(&self) -> Option<&PathBuf> {
        self.common().store.as_ref()
    }

    pub(super) fn execute(&self, _: &Global) -> Result<Exit, Error> {
        let common = self.common();
        if let What::Changes { run, .. } = &self.what {
            // A run that there was not has changed nothing either, but that is not the answer.
            stores::existing(common.store.as_ref())?.show(stores::run(run)?)?;
        }
        let found = engine::inspect(&stores::file(common.store.as_ref()), |data| self.ask(data))?;
        let as_json = common.format == Form::Json;
        terminal::print(|out| render_inspected(&found, (!as_json).then(terminal::width), out))?;
        Ok(Exit::Done)
    }

    fn ask(&self, data: &Connection) -> Result<Inspected, InspectError> {
        let limit = self.common().limit as usize;
        Ok(match &self.what {
            What::Types { .. } => Inspected::Types(inspect::types(data)?),
            What::Resource { named, .. } => Inspected::Resource(inspect::resource(data, &named.entity_type, &named.key, limit)?),
            What::Assignments { named, .. } => {
                Inspected::Assignments(inspect::assignments(data, &named.entity_type, &named.key, limit)?)
            }
            What::Orders { order: Some(order), .. } => Inspected::Order(Box::new(inspect::order(data, order)?)),
            What::Orders { resource_type, state, .. } => {
                let state = state.as_deref().and_then(order_state);
                let filter = OrderFilter { resource_type: resource_type.clone(), state, limit };
                Inspected::Orders(inspect::orders(data, &filter)?)
            }
            What::Changes { run, .. } => {
                let run = run.trim_start_matches('#').parse().unwrap_or_default();
                Inspected::Changes(inspect::changes(data, run, limit)?)
            }
        })
    }
}
