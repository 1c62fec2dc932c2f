//! Questions to the identity data that change nothing, and decisions of people that change it between runs.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::store::{Filter, peek};
use super::{Engine, EngineError};
use crate::engine::process::System;
use crate::plan::model::Model;
use crate::tasks::inspect::InspectError;

/// Asks the identity data of a store something. No file is changed, and a run that goes on is not disturbed.
pub fn inspect<T>(file: &Path, question: impl FnOnce(&Connection) -> Result<T, InspectError>) -> Result<T, EngineError> {
    match peek(file, |data| Ok(question(data)))? {
        Some(answer) => answer.map_err(|error| unanswered(file, error)),
        None => Err(EngineError::NoStore { file: file.to_owned() }),
    }
}

fn unanswered(file: &Path, error: InspectError) -> EngineError {
    match error {
        InspectError::Database(error) => EngineError::database(file, error),
        other => EngineError::Unanswered(other),
    }
}

impl Engine {
    /// Writes what a person decides, whole or not at all. The decision is given the role model of the last run that had
    /// one.
    pub fn decide<T>(
        &self,
        decision: impl FnOnce(&Transaction<'_>, Option<&Model>) -> Result<T, InspectError>,
    ) -> Result<T, EngineError> {
        self.store.check_writable()?;
        let known = self.last_model()?;
        let file = self.store.data_file();
        let failed = |error| EngineError::database(file, error);
        let mut data = self.store.connect()?;
        let transaction = data.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let done = decision(&transaction, known.as_ref()).map_err(|error| unanswered(file, error))?;
        transaction.commit().map_err(failed)?;
        Ok(done)
    }

    fn last_model(&self) -> Result<Option<Model>, EngineError> {
        let mut looked_at = Vec::new();
        for run in self.store.history(&Filter::default(), &System)? {
            if looked_at.contains(&run.plan) {
                continue;
            }
            let model = self.store.plan(&run.plan)?.model;
            if !model.resource_types.is_empty() {
                return Ok(Some(model));
            }
            looked_at.push(run.plan);
        }
        Ok(None)
    }
}
