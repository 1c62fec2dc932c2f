//! The phases export, prepare, synchronize and, in incremental jobs, the flag task.
//!
//! Choices where nothing is published: a connector that exports nothing gets none of the three; an incremental job exports
//! only those connections of a connector that can export changes.

use crate::grammar::{kinds, names};
use crate::ir::SynchronizationType;

use super::Mode;
use super::facts::ConnectorFacts;
use super::job::{NewJob, NewTask};

/// Adds the phases for those connectors, ordinal; returns the identifier of the flag task where there is one.
pub(super) fn phases(job: &mut NewJob, connectors: &[&ConnectorFacts], mode: Mode) -> Option<String> {
    let prefix = job.identifier.clone();
    let linked = mode != Mode::Initialization;
    let mut exports = Vec::new();
    let mut prepares = Vec::new();
    let mut synchronizes = Vec::new();
    for connector in connectors {
        let mut parents = Vec::new();
        for connection in connector.exports.iter().filter(|connection| mode != Mode::Incremental || connection.incremental) {
            let task = export(&prefix, connector, &connection.name, mode);
            let task = task.because(format!(
                "connection `{}` of connector `{}` exports ({})",
                connection.name, connector.name, connection.package
            ));
            parents.push(task.identifier.clone());
            exports.push(task);
        }
        let variant = connector.variant(mode == Mode::Incremental);
        let prepare = prepare(&prefix, connector, variant, mode);
        let synchronize = synchronize(&prefix, connector, variant, mode);
        let prepared = prepare.identifier.clone();
        prepares.push(if linked { prepare.depends_on(parents) } else { prepare });
        synchronizes.push(if linked { synchronize.depends_on([prepared]) } else { synchronize });
    }
    let synchronized: Vec<String> = synchronizes.iter().map(|task| task.identifier.clone()).collect();
    job.phase(exports);
    job.phase(prepares);
    job.phase(synchronizes);
    if mode != Mode::Incremental || synchronized.is_empty() {
        return None;
    }
    let flag =
        NewTask::new(&prefix, kinds::SET_RECENTLY_MODIFIED_FLAG_TASK, "SetRecentlyModifiedFlag", "SetRecentlyModifiedFlag")
            .depends_on(synchronized)
            .because("tags what the synchronizations changed, for the dirty tasks that follow");
    let identifier = flag.identifier.clone();
    job.single(flag);
    Some(identifier)
}

fn export(prefix: &str, connector: &ConnectorFacts, connection: &str, mode: Mode) -> NewTask {
    // The export of an initialization job is still called complete.
    let word = if mode == Mode::Incremental { "Incremental" } else { "Complete" };
    let stem = format!("Export_{}_{word}_{connection}", connector.name);
    let task = NewTask::new(prefix, kinds::EXPORT_TASK, stem.clone(), stem)
        .of_connector(&connector.label1, &connector.label2)
        .on_agent()
        .connector(&connector.name)
        .with(names::CONNECTION, connection);
    match mode {
        Mode::Complete => task.with(names::CONTINUE_ON_ERROR, "true").with(names::IGNORE_COOKIE_FILE, "true"),
        Mode::Incremental => task.with(names::CONTINUE_ON_ERROR, "true"),
        Mode::Initialization => task.with(names::INIT_MODE, "true").with(names::IGNORE_COOKIE_FILE, "true"),
    }
}

fn type_part(variant: SynchronizationType) -> &'static str {
    if variant == SynchronizationType::None { "" } else { variant.name() }
}

fn prepare(prefix: &str, connector: &ConnectorFacts, variant: SynchronizationType, mode: Mode) -> NewTask {
    let word = match mode {
        Mode::Complete => "Complete",
        Mode::Incremental => "Incremental",
        Mode::Initialization => "Initial",
    };
    let stem = format!("PrepareSynchronization{}_{}_{word}", type_part(variant), connector.name);
    let mut task = NewTask::new(prefix, kinds::PREPARE_SYNCHRONIZATION_TASK, stem.clone(), stem);
    if variant == SynchronizationType::Changes {
        "Incremental Synchronization (agent side)".clone_into(&mut task.label1);
        "Synchronisation incrémentale (côté agent)".clone_into(&mut task.label2);
    }
    task.of_connector(&connector.label1, &connector.label2)
        .on_agent()
        .connector(&connector.name)
        .with(names::SYNCHRONIZATION_MODE, word)
        .with_if(variant != SynchronizationType::None, names::TYPE, variant.name())
        .because(format!("sorts and cleans what connector `{}` exported", connector.name))
}

fn synchronize(prefix: &str, connector: &ConnectorFacts, variant: SynchronizationType, mode: Mode) -> NewTask {
    let suffix = match mode {
        Mode::Complete => "",
        Mode::Incremental => "_DoNotDeleteChanges",
        Mode::Initialization => "_ForceSynchronization",
    };
    let base = format!("Synchronize{}_{}", type_part(variant), connector.name);
    let mut task = NewTask::new(prefix, kinds::SYNCHRONIZE_TASK, format!("{base}{suffix}"), base);
    if variant == SynchronizationType::Changes {
        "Synchronization (changes server side)".clone_into(&mut task.label1);
        "Synchronisation (changements côté serveur)".clone_into(&mut task.label2);
    }
    let typed = variant != SynchronizationType::None;
    let task = task.of_connector(&connector.label1, &connector.label2).connector(&connector.name);
    let task = match mode {
        Mode::Complete => task.with_if(typed, names::TYPE, variant.name()),
        Mode::Incremental => task.with_if(typed, names::TYPE, variant.name()).with(names::DO_NOT_DELETE_CHANGES, "true"),
        Mode::Initialization => task.with(names::FORCE_SYNCHRONIZATION, "true").with_if(typed, names::TYPE, variant.name()),
    };
    task.because(format!("writes the changes of connector `{}` to the database", connector.name))
}
