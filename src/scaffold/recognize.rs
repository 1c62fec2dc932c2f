//! Hand-written jobs that a scaffolding would generate as they stand.
//!
//! Two jobs are the same here where they run the same tasks in the same order: with the same attributes (defaults filled
//! in), sets and links. Identifiers, display names, the numbers of levels and the order inside a level make no difference.
//! Only the scaffolding without arguments is tried: for the connector where the job names one, for its agent otherwise.

use std::collections::BTreeMap;
use std::hash::BuildHasher;
use std::sync::OnceLock;

use rustc_hash::FxBuildHasher;

use crate::grammar::{ElementKind, ValueType, kinds, names};
use crate::ir::{Connector, Id, Job, JobEntry, Origin, Program, Scaffolding, Symbol};
use crate::syntax::Namespace;

use super::arguments::Arguments;
use super::facts::Facts;
use super::job::{NewEntry, NewJob};
use super::{Mode, agent, connector};

/// The scaffolding that stands for a hand-written job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recognized {
    /// Its element.
    pub kind: ElementKind,
    /// The attribute that says for what, and its value: `Connector` or `Agent`.
    pub subject: (&'static str, String),
    /// The client of the job's agent-side tasks.
    pub open_id_client: Option<String>,
}

/// What stands in a job, free of names and numbers. `None` in place of a shape: not comparable.
type Shape = u64;

/// A task, whoever made it.
struct Piece {
    kind: ElementKind,
    level: Option<i32>,
    identifier: Symbol,
    /// Attributes that differ from their defaults, and sets, ordinal.
    content: Vec<String>,
    parents: Vec<Symbol>,
}

/// Looks for scaffoldings; what they generate is made once.
pub struct Recognizer<'p> {
    facts: OnceLock<Facts<'p>>,
    program: &'p Program,
    agents: [OnceLock<BTreeMap<String, Option<Shape>>>; 2],
}

impl<'p> Recognizer<'p> {
    /// For the jobs of a program.
    pub fn new(program: &'p Program) -> Self {
        Self { facts: OnceLock::new(), program, agents: [OnceLock::new(), OnceLock::new()] }
    }

    /// Whether a job may be recognized: few are, so the others cost no look at the whole configuration.
    pub fn is_candidate(&self, id: Id<Job>) -> bool {
        self.candidate(id).is_some()
    }

    fn candidate(&self, id: Id<Job>) -> Option<Mode> {
        let job = &self.program.items.jobs[id];
        if job.origin.generated.is_some() || job.entries.is_empty() {
            return None;
        }
        self.mode(id).filter(|&mode| self.is_plausible(job, mode))
    }

    /// Gathers what recognizing needs. To be done before jobs are recognized side by side: the facts are gathered on all threads,
    /// and one that waits for the others may be handed another job meanwhile, which must not wait for the facts in turn.
    pub fn prepare(&self) {
        let facts = Facts::new(self.program);
        // They are the same as those that are there already.
        let _ = self.facts.set(facts);
    }

    fn facts(&self) -> &Facts<'p> {
        self.facts.get_or_init(|| Facts::new(self.program))
    }

    /// The scaffolding that generates a job as it stands.
    pub fn recognize(&self, id: Id<Job>) -> Option<Recognized> {
        let mode = self.candidate(id)?;
        let job = &self.program.items.jobs[id];
        let agent = job.agent.map(|agent| agent.value.target);
        let connectors = self.connectors(id);
        let (shape, client) = self.written(id)?;
        if let [connector] = connectors.as_slice() {
            let facts = self.facts().connector(*connector)?;
            let generated = connector::of_connector(self.facts(), any(), facts, &Arguments::default(), mode).ok()?;
            let generated = generated.first()?;
            let same_agent = generated.agent.as_deref().map(Symbol::new) == job.agent.map(|agent| agent.value.name);
            if same_agent && self::generated(generated) == Some(shape) {
                let kinds = [kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE, kinds::CREATE_CONNECTOR_SYNCHRO_INCREMENTAL];
                let kind = kinds[usize::from(mode == Mode::Incremental)];
                let subject = ("Connector", facts.name.clone());
                return Some(Recognized { kind, subject, open_id_client: client });
            }
        }
        let agent = self.program.identifier(self.program.items.agents[agent??].origin).trim().to_owned();
        if self.of_agent(mode).get(&agent).copied().flatten() != Some(shape) {
            return None;
        }
        let kinds = [kinds::CREATE_AGENT_SYNCHRO_COMPLETE, kinds::CREATE_AGENT_SYNCHRO_INCREMENTAL];
        let kind = kinds[usize::from(mode == Mode::Incremental)];
        Some(Recognized { kind, subject: ("Agent", agent), open_id_client: client })
    }

    /// What the scaffoldings of the agents generate, by agent.
    fn of_agent(&self, mode: Mode) -> &BTreeMap<String, Option<Shape>> {
        self.agents[usize::from(mode == Mode::Incremental)].get_or_init(|| {
            let shape = |name: &String| {
                let arguments = Arguments { agent: Some(name.clone()), ..Arguments::default() };
                agent::expand(self.facts(), any(), &arguments, mode).ok()?.first().and_then(generated)
            };
            self.facts().agents.iter().map(|(_, name)| (name.clone(), shape(name))).collect()
        })
    }

    fn mode(&self, id: Id<Job>) -> Option<Mode> {
        let items = &self.program.items;
        let job = &items.jobs[id];
        if job.is_connector_job.is_some_and(|field| field.value) || job.is_initialization_job.is_some_and(|field| field.value) {
            return None;
        }
        let flag = |entry: &JobEntry| matches!(entry, JobEntry::Task(id) if items.tasks[*id].kind == kinds::SET_RECENTLY_MODIFIED_FLAG_TASK);
        Some(if job.entries.iter().any(flag) { Mode::Incremental } else { Mode::Complete })
    }

    /// Whether the job has what every generated job of its mode has: spares making the candidates for most jobs.
    fn is_plausible(&self, job: &Job, mode: Mode) -> bool {
        let tasks = || {
            job.entries.iter().filter_map(|entry| match entry {
                JobEntry::Task(id) => Some(&self.program.items.tasks[*id]),
                _ => None,
            })
        };
        let closes = mode != Mode::Complete || tasks().any(|task| task.kind == kinds::MAINTAIN_INDEXES_TASK);
        let provisions = |kind| matches!(kind, kinds::GENERATE_PROVISIONING_ORDERS_TASK | kinds::FULFILL_TASK);
        closes && !tasks().any(|task| provisions(task.kind) && (task.connector.is_some() || task.resource_types.is_empty()))
    }

    /// The connectors that the job's tasks name, directly or through the targets of their resource types: two at most,
    /// since more are a matter of the agent.
    fn connectors(&self, id: Id<Job>) -> Vec<Id<Connector>> {
        let items = &self.program.items;
        let mut found: Vec<Id<Connector>> = Vec::new();
        for entry in &items.jobs[id].entries {
            let JobEntry::Task(task) = entry else { continue };
            let task = &items.tasks[*task];
            let named = task.connector.and_then(|connector| connector.value.target);
            let covered = task.resource_types.iter().filter_map(|name| {
                let target = items.resource_types[name.value.target?].target?.value.target?;
                self.facts().connector_of(target)
            });
            // Profiles and orders cover what the job provisions.
            for connector in named.into_iter().chain(covered) {
                if !found.contains(&connector) {
                    found.push(connector);
                }
                if found.len() > 1 {
                    return found;
                }
            }
        }
        found
    }

    /// The shape of a job whose tasks are all written in it by hand, and the one client of its agent-side tasks.
    fn written(&self, id: Id<Job>) -> Option<(Shape, Option<String>)> {
        let program = self.program;
        let items = &program.items;
        let job = &items.jobs[id];
        let mut client: Option<String> = None;
        let mut pieces = Vec::with_capacity(job.entries.len());
        let head = content(kinds::JOB, &attributes(program, job.origin, kinds::JOB)?, &[]);
        for entry in &job.entries {
            let JobEntry::Task(task) = entry else { return None };
            let task = &items.tasks[*task];
            if task.origin.generated.is_some() || task.base.is_some() {
                return None;
            }
            let own = attributes(program, task.origin, task.kind)?;
            if let Some((_, value)) = own.iter().find(|(name, _)| *name == "OpenIdClient") {
                let known = client.get_or_insert_with(|| value.trim().to_owned());
                if !crate::ir::same_identifier(known, value) {
                    return None;
                }
            }
            if task.agent.is_some_and(|own| job.agent.is_none_or(|agent| agent.value.name != own.value.name)) {
                return None;
            }
            let document = program.document(task.origin.file);
            let named = |kind: ElementKind, name| -> Vec<String> {
                let own = program.children_of(task.origin, kind).filter_map(|child| document.find(child, name));
                own.map(|attribute| program.attribute_value(task.origin.file, attribute).trim().to_lowercase()).collect()
            };
            let entity_types = named(kinds::TASK_ENTITY_TYPE, names::ENTITY_TYPE);
            let resource_types = named(kinds::TASK_RESOURCE_TYPE, names::RESOURCE_TYPE);
            pieces.push(Piece {
                kind: task.kind,
                level: task.written_level(),
                identifier: task.identifier?.value,
                content: content(task.kind, &own, &[entity_types, resource_types]),
                parents: task.depends_on.iter().map(|parent| parent.value.name).collect(),
            });
        }
        Some((shape(&head, &pieces)?, client))
    }
}

/// The arguments of a scaffolding that nobody wrote name no scaffolding; problems are not reported.
fn any() -> Id<Scaffolding> {
    Id::new(0)
}

/// The attributes of a written element; nothing where it has some that the dialect does not, or a mode.
fn attributes(program: &Program, origin: Origin, kind: ElementKind) -> Option<Vec<(&str, String)>> {
    let document = program.document(origin.file);
    let mut own = Vec::new();
    for attribute in document.attributes(origin.element) {
        if document.attribute_namespace(attribute) != Namespace::Dialect {
            continue;
        }
        let name = document.attribute_name_text(attribute);
        kind.def().attribute(document.attribute_name(attribute), name)?;
        if name == "ConsolidationMode" {
            return None;
        }
        own.push((name, program.attribute_value(origin.file, attribute).into_owned()));
    }
    Some(own)
}

/// What a generated job is by shape.
fn generated(job: &NewJob) -> Option<Shape> {
    let named = |name| crate::grammar::name_text(name).unwrap_or_default();
    let own: Vec<(&str, String)> = job.attributes.iter().map(|(name, value)| (named(*name), value.clone())).collect();
    let head = content(kinds::JOB, &own, &[]);
    let mut pieces = Vec::with_capacity(job.entries.len());
    for entry in &job.entries {
        let NewEntry::Task(task) = entry else { return None };
        let (element, _) = task.as_ref().clone().element(any(), job.agent.as_deref(), &job.open_id_client);
        let own: Vec<(&str, String)> = element.attributes.iter().map(|(name, value)| (named(*name), value.to_string())).collect();
        let of = |kind| element.children.iter().filter(move |child| child.kind == kind).map(|child| child.value.to_lowercase());
        let sets = [of(kinds::TASK_ENTITY_TYPE).collect(), of(kinds::TASK_RESOURCE_TYPE).collect()];
        pieces.push(Piece {
            kind: element.kind,
            level: task.level.map(u32::cast_signed),
            identifier: Symbol::new(&task.identifier),
            content: content(element.kind, &own, &sets),
            parents: task.depends_on.iter().map(|parent| Symbol::new(parent)).collect(),
        });
    }
    shape(&head, &pieces)
}

/// Attributes that say something, in one spelling, and the sets.
fn content(kind: ElementKind, attributes: &[(&str, String)], sets: &[Vec<String>]) -> Vec<String> {
    let apart = ["Identifier", "Level", "Agent", "OpenIdClient", "CronTabExpression", "CronTimeZone"];
    let mut out: Vec<String> = Vec::new();
    for (name, value) in attributes {
        if apart.contains(name) || name.starts_with("DisplayName_L") {
            continue;
        }
        let Some(def) = kind.def().attribute_named(name) else { continue };
        let value = def.canonical(value.trim());
        let default = def.default.or((def.value == ValueType::Boolean).then_some("false"));
        if default.map(|default| def.canonical(default)) != Some(value) {
            out.push(format!("{name}={}", value.to_lowercase()));
        }
    }
    out.sort();
    for set in sets {
        let mut set = set.clone();
        set.sort();
        set.dedup();
        out.push(format!("[{}]", set.join("\n")));
    }
    out
}

/// The hash of what a job runs, level by level; nothing where levels are mixed.
fn shape(head: &[String], pieces: &[Piece]) -> Option<Shape> {
    let leveled = pieces.iter().filter(|piece| piece.level.is_some()).count();
    if leveled != 0 && leveled != pieces.len() {
        return None;
    }
    let own: BTreeMap<Symbol, u64> =
        pieces.iter().map(|piece| (piece.identifier, hash(&(piece.kind.0, &piece.content)))).collect();
    let mut keys: Vec<(i32, u64)> = Vec::with_capacity(pieces.len());
    let mut level = -1;
    let mut last = None;
    for piece in pieces {
        // Without levels, tasks of one synchronization phase count as one level.
        if last != Some(piece.kind) || !is_phase(piece.kind) {
            level += 1;
        }
        last = Some(piece.kind);
        let mut parents: Vec<Option<u64>> = piece.parents.iter().map(|parent| own.get(parent).copied()).collect();
        parents.sort_unstable();
        parents.dedup();
        keys.push((piece.level.unwrap_or(level), hash(&(own[&piece.identifier], parents))));
    }
    keys.sort_unstable();
    let mut rank = 0;
    let mut ranked = Vec::with_capacity(keys.len());
    for (place, &(level, key)) in keys.iter().enumerate() {
        if place > 0 && keys[place - 1].0 != level {
            rank += 1;
        }
        ranked.push((rank, key));
    }
    Some(hash(&(head, ranked)))
}

fn is_phase(kind: ElementKind) -> bool {
    matches!(kind, kinds::EXPORT_TASK | kinds::PREPARE_SYNCHRONIZATION_TASK | kinds::SYNCHRONIZE_TASK)
}

fn hash(value: &impl std::hash::Hash) -> u64 {
    FxBuildHasher.hash_one(value)
}
