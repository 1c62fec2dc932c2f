//! Jobs and their tasks: steps and overrides resolved, levels resolved.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::grammar::{ElementKind, ItemKind, Side as ElementSide, kinds};
use crate::ir::{Field, Generated, Id, Job as JobItem, Program, Ref, Symbol, Task as Item};
use crate::plan::model::{Dependency, EdgeKind, Job, JobMode, OnFailure, Origin, Parents, Schedule, Side, Task};
use crate::rules::{Facts, JobKind, JobModel};

use super::attributes::{Absent, Written, is_apart, values};
use super::spelling::Spelling;
use super::{levels, origins};

/// A job with the places it and its tasks came from.
type Placed = (Job, Vec<(String, Origin)>);

/// The jobs, by identifier.
pub(super) fn jobs(program: &Program, spelling: &Spelling<'_>) -> Vec<Placed> {
    // Where it is no error that two jobs have one identifier, the one that is found by it stands in the plan.
    let is_found = |&(id, job): &(Id<JobItem>, &JobItem)| {
        job.identifier.is_none_or(|name| program.index.find::<JobItem>(name.value).is_none_or(|found| found == id))
    };
    let ids: Vec<_> = program.items.jobs.iter().filter(is_found).map(|(id, _)| id).collect();
    let facts = Facts::new(program);
    let mut jobs: Vec<Placed> = ids.into_par_iter().map(|id| job(&JobModel::new(program, &facts, id), spelling)).collect();
    jobs.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    jobs
}

fn job(model: &JobModel<'_>, spelling: &Spelling<'_>) -> Placed {
    let program = model.program;
    let def = kinds::JOB.def();
    let written = Written::of(program, model.job.origin);
    let id = written.get("Identifier").unwrap_or_default().trim().to_owned();
    let mut places = vec![(id.clone(), origins::of_item(program, model.job.origin))];
    let tasks = tasks(model, spelling);
    for (task, placed) in tasks.iter().zip(order(model)) {
        places.push((format!("{id}/{}", task.id), origins::of_item(program, model.tasks[placed.0].task.origin)));
    }
    let schedule = written.get("CronTabExpression").map(|expression| Schedule {
        expression: expression.split_ascii_whitespace().collect::<Vec<_>>().join(" "),
        time_zone: written.or_default(def, "CronTimeZone").unwrap_or_default(),
    });
    let job = Job {
        id,
        display_names: written.display_names(),
        agent: written.get("Agent").map(|agent| spelling.item(ItemKind::Agent, agent)),
        mode: match model.kind {
            JobKind::Complete => JobMode::Complete,
            JobKind::Incremental => JobMode::Incremental,
            JobKind::Initialization => JobMode::Initialization,
            JobKind::Connector | JobKind::Other => JobMode::Other,
        },
        schedule,
        user_start_denied: written.is(def, "UserStartDenied"),
        connector_job: written.is(def, "IsConnectorJob"),
        log_level: written.or_default(def, "LogLevel").unwrap_or_default(),
        tasks,
    };
    (job, places)
}

fn order(model: &JobModel<'_>) -> Vec<levels::Placed> {
    let written: Vec<Option<i32>> = model.tasks.iter().map(|view| view.level).collect();
    levels::resolve(&written)
}

fn tasks(model: &JobModel<'_>, spelling: &Spelling<'_>) -> Vec<Task> {
    let order = order(model);
    let ids = ids(model, &order);
    let by_symbol = first_of_symbol(model);
    let mut tasks: Vec<Task> = Vec::with_capacity(order.len());
    for (position, &(index, level)) in order.iter().enumerate() {
        let declared = model.tasks[index].task.depends_on.iter();
        let parents = declared.filter_map(|parent| by_symbol.get(&parent.value.name)).filter(|&&parent| parent != index);
        let mut task = task(model, spelling, index, ids[index].clone());
        task.position = position as u32;
        task.level = level;
        task.depends_on = parents.map(|&parent| Dependency { parent: ids[parent].clone(), kind: EdgeKind::Declared }).collect();
        tasks.push(task);
    }
    imply(&mut tasks);
    for task in &mut tasks {
        task.depends_on.sort();
        task.depends_on.dedup();
    }
    tasks
}

/// Adds an edge to the task that stands alone on the level before.
fn imply(tasks: &mut [Task]) {
    let mut alone: Option<String> = None;
    let mut start = 0;
    while start < tasks.len() {
        let level = tasks[start].level;
        let end = start + tasks[start..].iter().take_while(|task| task.level == level).count();
        for task in &mut tasks[start..end] {
            if let Some(parent) = &alone
                && !task.depends_on.iter().any(|edge| edge.parent == *parent)
            {
                task.depends_on.push(Dependency { parent: parent.clone(), kind: EdgeKind::Implied });
            }
        }
        alone = (end - start == 1).then(|| tasks[start].id.clone());
        start = end;
    }
}

/// The place of the first task of each identifier.
fn first_of_symbol(model: &JobModel<'_>) -> FxHashMap<Symbol, usize> {
    let mut map = FxHashMap::default();
    for (index, view) in model.tasks.iter().enumerate() {
        if let Some(identifier) = view.task.identifier {
            map.entry(identifier.value).or_insert(index);
        }
    }
    map
}

/// An identifier for each task, in document order, no two alike: the one declared; where there is none, or the job runs
/// the task again, one made from the position.
fn ids(model: &JobModel<'_>, order: &[levels::Placed]) -> Vec<String> {
    let mut ids = vec![String::new(); model.tasks.len()];
    let mut taken: FxHashSet<Symbol> = FxHashSet::default();
    let mut unnamed = Vec::new();
    for (position, &(index, _)) in order.iter().enumerate() {
        let task = &model.tasks[index].task;
        let origin = task.base.map_or(task.origin, |base| model.program.items.tasks[base].origin);
        let name = model.program.identifier(origin).trim().to_owned();
        if !name.is_empty() && taken.insert(Symbol::new(&name)) {
            ids[index] = name;
        } else {
            let stem = if name.is_empty() { task.kind.def().name.to_owned() } else { name };
            unnamed.push((position, index, stem));
        }
    }
    for (mut number, index, stem) in unnamed {
        let id = loop {
            let id = format!("{stem}_{number}");
            if taken.insert(Symbol::new(&id)) {
                break id;
            }
            number += order.len();
        };
        ids[index] = id;
    }
    ids
}

fn task(model: &JobModel<'_>, spelling: &Spelling<'_>, index: usize, id: String) -> Task {
    let view = &model.tasks[index];
    let (program, item) = (model.program, view.task);
    let def = item.kind.def();
    let written = Written::of_task(program, view.id);
    let attributes = values(spelling, def, &written, None, Absent::Null, is_apart);
    let on_agent = written.get("Agent").is_some() || def.task == Some(ElementSide::Agent);
    let goes_on = attributes.get("ContinueOnError") == Some(&crate::plan::model::Value::Bool(true));
    let flag = item.kind == kinds::SET_RECENTLY_MODIFIED_FLAG_TASK;
    Task {
        id,
        element: def.name.to_owned(),
        display_names: written.display_names(),
        side: if on_agent { Side::Agent } else { Side::Server },
        position: 0,
        level: 0,
        attributes,
        entity_types: named(program, spelling, item, &item.entity_types, kinds::TASK_ENTITY_TYPE, ItemKind::EntityType),
        resource_types: named(program, spelling, item, &item.resource_types, kinds::TASK_RESOURCE_TYPE, ItemKind::ResourceType),
        depends_on: Vec::new(),
        parents: if flag { Parents::Any } else { Parents::All },
        on_failure: if goes_on { OnFailure::Continue } else { OnFailure::Stop },
    }
}

/// What children of a task name, ordinal, each once.
fn named<T>(
    program: &Program,
    spelling: &Spelling<'_>,
    task: &Item,
    fields: &[Field<Ref<T>>],
    child: ElementKind,
    kind: ItemKind,
) -> Vec<String> {
    let generated: BTreeMap<Symbol, &str> = match generated_of(program, task) {
        Some(Generated(number)) => {
            let children = program.generated[number as usize].children.iter();
            children.filter(|one| one.kind == child).map(|one| (Symbol::new(&one.value), &*one.value)).collect()
        }
        None => BTreeMap::new(),
    };
    let texts = fields.iter().filter_map(|field| match program.field_attribute(task.origin, task.base, field.at) {
        Some((file, attribute)) => Some(spelling.item(kind, &program.attribute_value(file, attribute))),
        None => generated.get(&field.value.name).map(|text| spelling.item(kind, text)),
    });
    let mut names: Vec<String> = texts.collect();
    names.sort();
    names.dedup();
    names
}

/// The generated element whose children the task has: its own, or that of the task overridden.
fn generated_of(program: &Program, task: &Item) -> Option<Generated> {
    task.origin.generated.or_else(|| program.items.tasks[task.base?].origin.generated)
}
