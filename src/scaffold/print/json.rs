//! Generated jobs as data: every element with its attributes in order, where it came from and why it is there.

use std::io;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::grammar::{self, ElementKind, kinds};
use crate::ir::{Generated, GeneratedElement, GeneratedEntry, GeneratedJob, Program};

/// Writes the generated jobs, or one of them, as JSON.
pub fn json(program: &Program, only: Option<&str>, out: &mut dyn io::Write) -> io::Result<()> {
    let asked = || program.generated_jobs.iter().filter(|job| super::is_asked(program, job, only));
    let expansion = Expansion {
        version: 1,
        jobs: asked().filter_map(|job| self::job(program, job)).collect(),
        tasks: asked().filter(|job| job.job.is_none()).flat_map(|job| entries(program, job)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &expansion)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Expansion<'p> {
    version: u32,
    /// In the order of the scaffoldings.
    jobs: Vec<Job<'p>>,
    /// Tasks at top level.
    tasks: Vec<Entry<'p>>,
}

#[derive(Serialize)]
struct Job<'p> {
    attributes: Attributes<'p>,
    origin: Origin<'p>,
    reason: &'p str,
    tasks: Vec<Entry<'p>>,
}

#[derive(Serialize)]
struct Entry<'p> {
    element: &'static str,
    attributes: Attributes<'p>,
    depends_on: Vec<&'p str>,
    entity_types: Vec<&'p str>,
    resource_types: Vec<&'p str>,
    origin: Origin<'p>,
    reason: &'p str,
}

#[derive(Serialize)]
struct Origin<'p> {
    file: &'p str,
    line: u32,
    scaffolding: &'static str,
}

/// Attributes in the order in which the product writes them.
struct Attributes<'p>(&'p GeneratedElement);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.attributes.len()))?;
        for (name, value) in &self.0.attributes {
            map.serialize_entry(grammar::name_text(*name).unwrap_or_default(), &**value)?;
        }
        map.end()
    }
}

fn job<'p>(program: &'p Program, job: &'p GeneratedJob) -> Option<Job<'p>> {
    let (number, _) = job.job?;
    let element = super::element(program, number);
    Some(Job {
        attributes: Attributes(element),
        origin: origin(program, element),
        reason: &element.reason,
        tasks: entries(program, job).collect(),
    })
}

fn entries<'p>(program: &'p Program, job: &'p GeneratedJob) -> impl Iterator<Item = Entry<'p>> {
    job.entries.iter().map(|entry| match *entry {
        GeneratedEntry::Task(number, _) | GeneratedEntry::Step(number) => self::entry(program, number),
    })
}

fn entry(program: &Program, number: Generated) -> Entry<'_> {
    let element = super::element(program, number);
    let named =
        |kind: ElementKind| element.children.iter().filter(move |child| child.kind == kind).map(|child| &*child.value).collect();
    Entry {
        element: element.kind.def().name,
        attributes: Attributes(element),
        depends_on: named(kinds::TASK_DEPENDS_ON_TASK),
        entity_types: named(kinds::TASK_ENTITY_TYPE),
        resource_types: named(kinds::TASK_RESOURCE_TYPE),
        origin: origin(program, element),
        reason: &element.reason,
    }
}

fn origin<'p>(program: &'p Program, element: &GeneratedElement) -> Origin<'p> {
    let scaffolding = &program.items.scaffoldings[element.scaffolding];
    let (file, line) = super::place(program, scaffolding.origin);
    Origin { file, line, scaffolding: scaffolding.kind.def().name }
}
