//! Generated jobs into the typed model: the same items that written elements give, with the scaffolding as their origin.

use crate::grammar::kinds;
use crate::grammar::names;
use crate::ir::{
    At, Declaration, Field, Generated, GeneratedElement, GeneratedEntry, GeneratedJob, Id, Item, Job, JobEntry, Moved, Origin,
    Program, Ref, Scaffolding, Step, Symbol, Task,
};

use super::consolidate::Places;
use super::job::{NewEntry, NewJob};

/// A generated job read as typed items that have no numbers yet: what can be done for many jobs side by side.
pub(super) struct Prepared {
    scaffolding: Id<Scaffolding>,
    origin: Origin,
    job: Option<(GeneratedElement, Job)>,
    entries: Vec<PreparedEntry>,
}

enum PreparedEntry {
    Task(Box<(GeneratedElement, Task)>),
    Step(GeneratedElement, Step),
    Written(JobEntry),
}

/// Reads a generated job as typed items.
pub(super) fn prepare(origin: Origin, id: Id<Scaffolding>, new: NewJob, without_job: bool) -> Prepared {
    let NewJob { attributes, entries, agent, open_id_client, consolidated, reason, .. } = new;
    let job = (!attributes.is_empty() && !without_job).then(|| {
        let attributes = attributes.into_iter().map(|(name, value)| (name, value.into_boxed_str())).collect();
        let (consolidated, places) = consolidated.map_or_else(|| (None, Places::default()), |(one, places)| (Some(one), places));
        let (kind, children, links) = (kinds::JOB, Vec::new(), Vec::new());
        typed(origin, GeneratedElement { kind, attributes, children, links, scaffolding: id, consolidated, reason }, &places)
    });
    let entry = |entry| match entry {
        NewEntry::Task(mut task) => {
            if job.is_none() {
                task.level = None;
            }
            let kind = task.kind;
            let (element, places) = task.element(id, agent.as_deref(), &open_id_client);
            let (element, mut item): (_, Task) = typed(origin, element, &places);
            item.kind = kind;
            for child in &element.children {
                let (name, at) = (Symbol::new(&child.value), places.of_child(child));
                match child.kind {
                    kinds::TASK_DEPENDS_ON_TASK => item.depends_on.push(reference(name, at)),
                    kinds::TASK_ENTITY_TYPE => item.entity_types.push(reference(name, at)),
                    _ => item.resource_types.push(reference(name, at)),
                }
            }
            Some(PreparedEntry::Task(Box::new((element, item))))
        }
        // Without a job there is nothing that could run the step.
        NewEntry::Step { .. } if job.is_none() => None,
        NewEntry::Step { identifier, level, reason } => {
            let mut attributes = vec![(names::IDENTIFIER, identifier.into_boxed_str())];
            if let Some(level) = level {
                attributes.push((names::LEVEL, level.to_string().into_boxed_str()));
            }
            let (kind, children, links, consolidated) = (kinds::STEP, Vec::new(), Vec::new(), None);
            let element = GeneratedElement { kind, attributes, children, links, scaffolding: id, consolidated, reason };
            let (element, item) = typed(origin, element, &Places::default());
            Some(PreparedEntry::Step(element, item))
        }
        NewEntry::Written(entry) => Some(PreparedEntry::Written(entry)),
    };
    let entries = entries.into_iter().filter_map(entry).collect();
    Prepared { scaffolding: id, origin, job, entries }
}

/// Makes room for what is generated: growing by steps would copy what is there again and again.
pub(super) fn make_room(program: &mut Program, elements: usize) {
    program.items.tasks.reserve(elements);
    program.generated.reserve(elements);
    program.declarations.reserve(elements);
}

/// Adds a generated job to the program. References are resolved by [`finish`].
pub(super) fn install(program: &mut Program, prepared: Prepared, moved: &Moved) {
    let Prepared { scaffolding, origin, job, entries } = prepared;
    let job = job.map(|(element, mut item)| {
        let number = keep(program, element, &mut item.origin);
        declare(program, origin, number, item.identifier, kinds::JOB);
        let identifier = item.identifier;
        let id = program.items.jobs.push(item);
        if let Some(identifier) = identifier {
            program.index.add_job(identifier.value, id);
        }
        (number, id)
    });
    let mut generated = Vec::with_capacity(entries.len());
    for entry in entries {
        match entry {
            PreparedEntry::Task(task) => {
                let (element, mut item) = *task;
                let number = keep(program, element, &mut item.origin);
                item.job = job.map(|(_, job)| job);
                declare(program, origin, number, item.identifier, item.kind);
                let identifier = item.identifier;
                let items = &mut *program.items;
                let task = items.tasks.push(item);
                if let Some((_, job)) = job {
                    items.jobs[job].entries.push(JobEntry::Task(task));
                }
                if let Some(identifier) = identifier {
                    program.index.add_task(identifier.value, task);
                }
                generated.push(GeneratedEntry::Task(number, task));
            }
            PreparedEntry::Step(element, mut item) => {
                let Some((_, job)) = job else { continue };
                let number = keep(program, element, &mut item.origin);
                let step = program.items.steps.push(item);
                program.items.jobs[job].entries.push(JobEntry::Step(step));
                generated.push(GeneratedEntry::Step(number));
            }
            PreparedEntry::Written(entry) => {
                if let (Some(entry), Some((_, job))) = (moved.entry(entry), job) {
                    generated.push(GeneratedEntry::Written(program.entry_origin(entry)));
                    adopt(program, job, entry);
                }
            }
        }
    }
    program.generated_jobs.push(GeneratedJob { scaffolding, job, entries: generated });
}

/// Makes what was written in another job's element part of a job.
fn adopt(program: &mut Program, job: Id<Job>, entry: JobEntry) {
    let items = &mut program.items;
    items.jobs[job].entries.push(entry);
    match entry {
        JobEntry::Task(task) => items.tasks[task].job = Some(job),
        JobEntry::Override(id) => {
            if let Some(written) = items.overrides[id].written.as_deref_mut() {
                written.job = Some(job);
            }
            if let Some(copy) = items.overrides[id].copy {
                items.tasks[copy].job = Some(job);
            }
        }
        JobEntry::Step(_) => {}
    }
}

fn reference<T>(name: Symbol, at: At) -> Field<Ref<T>> {
    Field { value: Ref { name, target: None }, at }
}

/// A generated element as a typed item.
fn typed<T: Item>(origin: Origin, element: GeneratedElement, places: &Places) -> (GeneratedElement, T) {
    let mut item = T::new(origin);
    for (name, value) in &element.attributes {
        item.set(*name, value, places.of_attribute(*name));
    }
    (element, item)
}

/// Keeps a generated element and gives it its number.
fn keep(program: &mut Program, element: GeneratedElement, origin: &mut Origin) -> Generated {
    let number = Generated(program.generated.len() as u32);
    origin.generated = Some(number);
    program.generated.push(element);
    number
}

fn declare(
    program: &mut Program,
    origin: Origin,
    number: Generated,
    identifier: Option<Field<Symbol>>,
    kind: crate::grammar::ElementKind,
) {
    if let (Some(declares), Some(identifier)) = (kind.def().declares, identifier) {
        program.declarations.add(Declaration {
            kind: declares,
            scope: None,
            symbol: identifier.value,
            file: origin.file,
            element: origin.element,
            generated: Some(number),
            consolidated: false,
        });
    }
}

/// Resolves what generated items name, and steps of written jobs that name generated tasks.
pub(super) fn finish(program: &mut Program) {
    if !program.generated.is_empty() {
        program.resolve_again();
    }
}
