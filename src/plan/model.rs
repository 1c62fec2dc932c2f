//! The plan as data: what is written to JSON and read back.
//!
//! Every list is in a fixed order: jobs, model items and references by identifier (ordinal), tasks by position.
//! Maps are ordered. No field depends on file names, document order (but the order of tasks), or spelling of booleans.
//! Identifiers are spelled as the item declares them, whatever the case of the reference.
//!
//! What levels say is not repeated as edges: a task waits for all tasks of lower levels to have ended. `depends_on` has
//! every declared edge between tasks of the job, and an implied one only where the level before holds a single task that
//! the task does not depend on already; so a job in document order is a chain, and the edges stay fewer than the tasks
//! and declarations together. Implied edges order; they never keep a task from running.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the format written.
pub const PLAN_VERSION: u32 = 1;

/// A compiled configuration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// [`PLAN_VERSION`] of the writer.
    pub version: u32,
    /// Who wrote it, as `jobwright 0.1.0`.
    pub generator: String,
    /// The dialect that was compiled: `6.1`, `6.2` or `saas`.
    pub dialect: String,
    /// `sha256:` and 64 hex digits over the canonical JSON of `dialect`, `jobs`, `model` and `version`.
    pub digest: String,
    /// The jobs, by identifier.
    pub jobs: Vec<Job>,
    /// What the embedded tasks need to know of the configuration.
    pub model: Model,
    /// Where things came from; outside the digest and outside equality of meaning.
    pub origins: Origins,
}

/// What kind of run a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobMode {
    /// Whole extracts, everything computed.
    Complete,
    /// Changes only.
    Incremental,
    /// The first load.
    Initialization,
    /// A job without synchronization.
    Other,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Identifier.
    pub id: String,
    /// Display names by language number (`"1"` …).
    pub display_names: BTreeMap<String, String>,
    /// The agent that runs it; none: the server.
    pub agent: Option<String>,
    /// What kind of run it is.
    pub mode: JobMode,
    /// When it starts by itself.
    pub schedule: Option<Schedule>,
    /// Whether a person may not start it.
    pub user_start_denied: bool,
    /// Whether its tasks are started one by one from a connector's page.
    pub connector_job: bool,
    /// `Trace` … `None`.
    pub log_level: String,
    /// In the order of `position`.
    pub tasks: Vec<Task>,
}

/// When a job starts by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Five fields, or six with seconds first.
    pub expression: String,
    /// `UTC` or `ServerTime`.
    pub time_zone: String,
}

/// Where a task runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// On the agent.
    Agent,
    /// On the server.
    Server,
}

/// Which parents must have completed for a task to be launched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parents {
    /// All of them.
    All,
    /// At least one.
    Any,
}

/// Whether an edge was written or follows from the order of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgeKind {
    /// A `TaskDependsOnTask`.
    Declared,
    /// Follows from levels or document order; orders, but never keeps a task from running.
    Implied,
}

/// One edge to a task that comes before.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dependency {
    /// Identifier of the task of the same job.
    pub parent: String,
    /// Whether it was written.
    pub kind: EdgeKind,
}

/// What a failure of the task does to the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// The job stops in error.
    Stop,
    /// The task ends in warning and the job goes on.
    Continue,
}

/// A value of a task's attribute, in its own type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Boolean.
    Bool(bool),
    /// Whole number.
    Int(i64),
    /// Number with a fraction.
    Float(f64),
    /// Text, enumeration name or identifier.
    Text(String),
    /// No value and no default.
    Null,
}

/// One task of one job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Identifier; one made from element and position where the configuration gives none.
    pub id: String,
    /// Element name, e.g. `SynchronizeTask`.
    pub element: String,
    /// Display names by language number.
    pub display_names: BTreeMap<String, String>,
    /// Agent or server.
    pub side: Side,
    /// From 0, in the order in which tasks of a job are listed.
    pub position: u32,
    /// From 0: tasks of one level start together; a level starts when the one before it has ended.
    pub level: u32,
    /// Every attribute the element has (but identifier, display names, level and consolidation mode), defaults made
    /// explicit; without value and default it is null.
    pub attributes: BTreeMap<String, Value>,
    /// Entity types it covers, ordinal.
    pub entity_types: Vec<String>,
    /// Resource types it covers, ordinal.
    pub resource_types: Vec<String>,
    /// Tasks it waits for, by parent: every declared one of the job, and the only task of the level before.
    pub depends_on: Vec<Dependency>,
    /// Which of the declared parents must have completed.
    pub parents: Parents,
    /// What its failure does to the job.
    pub on_failure: OnFailure,
}

impl Plan {
    /// The job of that identifier, compared without case.
    pub fn job(&self, id: &str) -> Option<&Job> {
        self.jobs.iter().find(|job| crate::ir::same_identifier(&job.id, id))
    }
}

impl Job {
    /// How many levels its tasks stand on.
    pub fn levels(&self) -> u32 {
        self.tasks.last().map_or(0, |task| task.level + 1)
    }
}

impl Task {
    /// The attribute as text, where it has one.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.attributes.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The attribute as Boolean; an absent one is false.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.attributes.get(name), Some(Value::Bool(true)))
    }
}

/// The part of the configuration that embedded tasks read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Agents, by identifier.
    pub agents: Vec<Agent>,
    /// Connectors, by identifier.
    pub connectors: Vec<Connector>,
    /// Connections, by identifier.
    pub connections: Vec<Connection>,
    /// Entity types, by identifier.
    pub entity_types: Vec<EntityType>,
    /// Associations between navigation properties, by identifier.
    pub associations: Vec<Association>,
    /// Where the resources of an entity type come from, by identifier.
    pub entity_type_mappings: Vec<EntityTypeMapping>,
    /// Where the links of an association come from, by identifier.
    pub association_mappings: Vec<AssociationMapping>,
    /// Computed properties, by priority, then entity type, then property.
    pub property_expressions: Vec<PropertyExpression>,
    /// Resource types, by identifier.
    pub resource_types: Vec<ResourceType>,
    /// Correlation rules, by resource type, then content.
    pub correlation_rules: Vec<CorrelationRule>,
    /// Classification rules, by resource type, then content.
    pub classification_rules: Vec<ClassificationRule>,
    /// Roles, their rules, contexts, profiles, risks, mappings of resource types, notifications and who gets them: by element, then
    /// identifier, then content.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub items: Vec<Item>,
}

/// An element that tasks read by its attributes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Element name.
    pub element: String,
    /// Its identifier, or that of the item it completes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub id: Option<String>,
    /// What a person calls it: `DisplayName_L1`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub label: Option<String>,
    /// The other attributes, defaults made explicit; those without value are left out.
    pub attributes: BTreeMap<String, Value>,
    /// The elements inside it, by element, then identifier, then content.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub children: Vec<Item>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// Identifier.
    pub id: String,
}

/// Absolute and relative limits of one kind of change; 0 switches one off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// At most so many lines.
    pub lines: u32,
    /// At most so many percent of what is stored.
    pub percent: u32,
}

/// Thresholds of a synchronization: exceeding one blocks it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Thresholds {
    /// New ones.
    pub inserted: Limit,
    /// Changed ones; unused for links.
    pub updated: Limit,
    /// Removed ones.
    pub deleted: Limit,
}

/// A connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connector {
    /// Identifier.
    pub id: String,
    /// Its agent.
    pub agent: Option<String>,
    /// Whether export and provisioning are switched off.
    pub deactivated: bool,
    /// Limits over all its resources.
    pub thresholds: Thresholds,
    /// Limits over all its links.
    pub link_thresholds: Thresholds,
}

/// A connection of a connector.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// Identifier; the key of its settings.
    pub id: String,
    /// Its connector.
    pub connector: String,
    /// `Usercube.…@0000001`.
    pub package: String,
    /// Whether the package exports and the half is not switched off.
    pub exports: bool,
    /// Whether the package fulfils and the half is not switched off.
    pub fulfils: bool,
    /// Whether the package can export changes only.
    pub incremental: bool,
    /// Changes to the exported columns, in document order; attribute to value.
    pub transformations: Vec<BTreeMap<String, String>>,
}

/// A property of an entity type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Identifier.
    pub id: String,
    /// `String`, `Bool`, `Int32`, `DateTime`, `ForeignKey` … (names of `EntityPropertyType`).
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a resource can be named by it.
    pub key: bool,
}

/// An entity type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityType {
    /// Identifier.
    pub id: String,
    /// By identifier.
    pub properties: Vec<Property>,
}

/// One end of an association.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssociationEnd {
    /// Entity type that has the navigation property.
    pub entity_type: String,
    /// The navigation property.
    pub property: String,
    /// Whether it holds several resources.
    pub collection: bool,
}

/// Two navigation properties that are each other's way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Association {
    /// Identifier.
    pub id: String,
    /// `Property1`.
    pub first: AssociationEnd,
    /// `Property2`.
    pub second: AssociationEnd,
}

/// A column that fills a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyMapping {
    /// Property of the entity type.
    pub property: String,
    /// Column of the connection table; the property's identifier where none is written.
    pub column: String,
    /// Part of the key by which rows and resources are matched.
    pub primary_key: bool,
    /// May be named by association mappings.
    pub unique_key: bool,
    /// How the text is read.
    pub format: Option<String>,
}

/// Where the resources of an entity type come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityTypeMapping {
    /// Identifier: that of the entity type.
    pub entity_type: String,
    /// Connector it belongs to.
    pub connector: String,
    /// The exported table (`<connection>` or `<connection>_<table>`), where there is one.
    pub table: Option<String>,
    /// By property.
    pub properties: Vec<PropertyMapping>,
    /// Its own limits.
    pub thresholds: Thresholds,
}

/// Where the links of an association come from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssociationMapping {
    /// Identifier: that of the association.
    pub association: String,
    /// Connector it belongs to.
    pub connector: String,
    /// The exported table.
    pub table: Option<String>,
    /// Column that names the resource at the first end.
    pub column1: String,
    /// Column that names the resource at the second end.
    pub column2: String,
    /// Entity type and property that `column1` holds the values of.
    pub key1: (String, String),
    /// Entity type and property that `column2` holds the values of.
    pub key2: (String, String),
    /// Its own limits.
    pub thresholds: Thresholds,
}

/// A computed property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertyExpression {
    /// Identifier.
    pub id: String,
    /// Entity type whose property is computed.
    pub entity_type: String,
    /// The property.
    pub property: String,
    /// A binding from the entity type.
    pub binding: Option<String>,
    /// An expression (`Literal:`, `C#:` …).
    pub expression: Option<String>,
    /// Property of the target by which a navigation value is found.
    pub criteria: Option<String>,
    /// Computed in ascending order.
    pub priority: i32,
}

/// A rule of a resource type, with its own attributes, defaults made explicit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// Element name: `ScalarRule`, `NavigationRule`, `QueryRule`, `TypeRule`, `BinaryRule`.
    pub element: String,
    /// Attribute to value.
    pub attributes: BTreeMap<String, Value>,
}

/// A resource type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceType {
    /// Identifier.
    pub id: String,
    /// Entity type of the owners.
    pub source: String,
    /// Entity type of the resources.
    pub target: String,
    /// The other attributes, defaults made explicit; those without value, and labels, are left out.
    pub attributes: BTreeMap<String, Value>,
    /// In the order of element, then content.
    pub rules: Vec<Rule>,
}

/// How owners and resources of a resource type find each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CorrelationRule {
    /// Resource type.
    pub resource_type: String,
    /// Attribute to value.
    pub attributes: BTreeMap<String, Value>,
}

/// How resources without owner are given a resource type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassificationRule {
    /// Resource type.
    pub resource_type: String,
    /// Attribute to value.
    pub attributes: BTreeMap<String, Value>,
}

/// Where things came from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origins {
    /// `sha256:` over the decoded texts of all files with their paths.
    pub sources: String,
    /// The files, by path.
    pub files: Vec<String>,
    /// `Job` or `Job/Task` to its place.
    pub items: BTreeMap<String, Origin>,
}

/// Where one job or task came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// File as shown.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// The scaffolding that generated it, where it was not written by hand.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub scaffolding: Option<String>,
}
