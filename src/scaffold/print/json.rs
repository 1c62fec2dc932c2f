//! Generated jobs as data: every element with its attributes in order, where it came from and why it is there.

use std::borrow::Cow;
use std::io;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::ir::Program;
use crate::scaffold::view::{self, EntryView, JobView};

/// Writes the generated jobs, or one of them, as JSON.
pub fn json(program: &Program, only: Option<&str>, out: &mut dyn io::Write) -> io::Result<()> {
    let asked = program.generated_jobs.iter().filter(|job| super::is_asked(program, job, only));
    let mut expansion = Expansion { version: 1, jobs: Vec::new(), tasks: Vec::new() };
    for job in asked {
        let view = JobView::of(program, job);
        if job.job.is_some() {
            expansion.jobs.push(self::job(program, view));
        } else {
            expansion.tasks.extend(view.entries.into_iter().map(|view| entry(program, view)));
        }
    }
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
    element: &'p str,
    attributes: Attributes<'p>,
    depends_on: Vec<Cow<'p, str>>,
    entity_types: Vec<Cow<'p, str>>,
    resource_types: Vec<Cow<'p, str>>,
    origin: Origin<'p>,
    reason: &'p str,
}

#[derive(Serialize)]
struct Origin<'p> {
    file: &'p str,
    line: u32,
    /// Absent where it was written by hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    scaffolding: Option<&'static str>,
}

/// Attributes in the order in which the product writes them.
struct Attributes<'p>(view::Attributes<'p>);

impl Serialize for Attributes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn job<'p>(program: &'p Program, view: JobView<'p>) -> Job<'p> {
    Job {
        attributes: Attributes(view.attributes),
        origin: origin(program, view.origin, Some(view.scaffolding)),
        reason: view.reason,
        tasks: view.entries.into_iter().map(|view| entry(program, view)).collect(),
    }
}

fn entry<'p>(program: &'p Program, view: EntryView<'p>) -> Entry<'p> {
    Entry {
        element: view.element,
        attributes: Attributes(view.attributes),
        depends_on: view.depends_on,
        entity_types: view.entity_types,
        resource_types: view.resource_types,
        origin: origin(program, view.origin, view.scaffolding),
        reason: view.reason,
    }
}

fn origin<'p>(program: &'p Program, origin: crate::ir::Origin, scaffolding: Option<&'static str>) -> Origin<'p> {
    let (file, line) = super::place(program, origin);
    Origin { file, line, scaffolding }
}
