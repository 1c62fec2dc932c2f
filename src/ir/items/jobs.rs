//! Jobs, tasks, steps and overrides.

use crate::grammar::ElementKind;
use crate::ir::field::{Ref, Text};
use crate::ir::items::item;
use crate::ir::values::{CronTimeZone, SynchronizationMode, SynchronizationType};
use crate::ir::{Field, Id, Symbol};

use super::connectors::is_true;
use super::{Agent, Connection, Connector, EntityType, OpenIdClient, ResourceType};

item! {
    /// An ordered set of tasks.
    Job {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// The agent that runs it; none: the server.
        agent: Ref<Agent> = AGENT,
        /// When it starts by itself.
        cron: Text = CRON_TAB_EXPRESSION,
        /// The clock of the schedule.
        cron_time_zone: CronTimeZone = CRON_TIME_ZONE,
        /// Whether its tasks are started one by one from the connector's page.
        is_connector_job: bool = IS_CONNECTOR_JOB,
        /// Whether it is marked incremental.
        is_incremental: bool = IS_INCREMENTAL,
        /// Whether it is marked as the first load.
        is_initialization_job: bool = IS_INITIALIZATION_JOB,
        /// Whether people may not start it.
        user_start_denied: bool = USER_START_DENIED,
    }
    with {
        /// What it runs, in document order.
        entries: Vec<JobEntry>,
    }
}

/// One thing that a job runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobEntry {
    /// A task written or generated inside the job, or the copy of a task that an override changes.
    Task(Id<Task>),
    /// A step that names a task.
    Step(Id<Step>),
    /// An override that names a task; its copy of the task is made when references are resolved.
    Override(Id<Override>),
}

item! {
    /// A task named by identifier instead of written in place.
    Step {
        /// The task.
        task: Ref<Task> = IDENTIFIER,
        /// Its level in this job.
        level: i32 = LEVEL,
    }
}

item! {
    /// A task of another place with some attributes replaced.
    Override {
        /// The task.
        task: Ref<Task> = IDENTIFIER,
    }
    with {
        /// Which element overrides: that of the task with `Override` after it.
        kind: ElementKind,
        /// The copy of the task with the written attributes replaced, once references are resolved.
        copy: Option<Id<Task>>,
        /// What is written, as a task of its own.
        written: Option<Box<Task>>,
    }
}

item! {
    /// A task of any element. A field that the element does not have stays empty.
    Task {
        /// Its identifier.
        identifier: Symbol = IDENTIFIER,
        /// The agent it runs on; none: the server.
        agent: Ref<Agent> = AGENT,
        /// The connector it works for.
        connector: Ref<Connector> = CONNECTOR,
        /// The connection it works through.
        connection: Ref<Connection> = CONNECTION,
        /// The client it authenticates with.
        open_id_client: Ref<OpenIdClient> = OPEN_ID_CLIENT,
        /// Tasks of one level start together.
        level: i32 = LEVEL,
        /// Whether only tagged resources are treated.
        dirty: bool = DIRTY,
        /// Whether its failure lets the job go on.
        continue_on_error: bool = CONTINUE_ON_ERROR,
        /// Whether the export is a whole extract.
        ignore_cookie_file: bool = IGNORE_COOKIE_FILE,
        /// What is expected from the export.
        synchronization_mode: SynchronizationMode = SYNCHRONIZATION_MODE,
        /// Variant of the synchronization.
        synchronization_type: SynchronizationType = TYPE,
        /// Whether the synchronization keeps what it changed for the flag task.
        do_not_delete_changes: bool = DO_NOT_DELETE_CHANGES,
        /// Whether orders are generated anew for everything.
        force_provisioning: bool = FORCE_PROVISIONING,
        /// Whether all entity types are treated.
        all_entity_type: bool = ALL_ENTITY_TYPE,
        /// Whether all entity types are mined.
        all_entities: bool = ALL_ENTITIES,
        /// Command to invoke.
        sql_command: Text = SQL_COMMAND,
        /// File of commands to invoke.
        sql_input_file: Text = SQL_INPUT_FILE,
        /// Script to invoke.
        input_path: Text = INPUT_PATH,
        /// Fragmentation, in percent, from which an index is rebuilt.
        rebuild_threshold: i32 = REBUILD_THRESHOLD,
    }
    with {
        /// Which task element it is.
        kind: ElementKind,
        /// The job it is written in.
        job: Option<Id<Job>>,
        /// The task that it overrides.
        base: Option<Id<Task>>,
        /// Tasks it waits for (`TaskDependsOnTask`).
        depends_on: Vec<Field<Ref<Task>>>,
        /// Entity types it covers.
        entity_types: Vec<Field<Ref<EntityType>>>,
        /// Resource types it covers.
        resource_types: Vec<Field<Ref<ResourceType>>>,
        /// Whether one of its children does not say which entity type or resource type it means, or is none that the dialect has.
        unread: bool,
        /// Whether one of its links does not say which task it waits for.
        link_unread: bool,
    }
}

impl Task {
    /// Whether it treats tagged resources only.
    pub fn is_dirty(&self) -> bool {
        is_true(self.dirty)
    }

    /// Whether its synchronization keeps its changes.
    pub fn keeps_changes(&self) -> bool {
        is_true(self.do_not_delete_changes)
    }

    /// The variant of a prepare or synchronize task; an absent one is None.
    pub fn variant(&self) -> SynchronizationType {
        self.synchronization_type.map_or(SynchronizationType::None, |field| field.value)
    }

    /// The level written, where it is one (−1 means none).
    pub fn written_level(&self) -> Option<i32> {
        self.level.map(|field| field.value).filter(|&level| level >= 0)
    }
}
