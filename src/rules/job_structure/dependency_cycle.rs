//! `dependency-cycle`: tasks wait for each other in a ring.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::{At, Field, Id, JobEntry, Program, Ref, Task};
use crate::rules::{Check, Facts, JobModel, Rule, Sink, task};
use crate::source::Location;

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "dependency-cycle",
        category: Category::JobStructure,
        severity: Severity::Error,
        summary: "tasks wait for each other in a ring",
    },
    check: Check::Facts(check),
};

/// Edges shown of a ring; a longer one is cut, or its finding would be as long as the file.
const SHOWN: usize = 24;

/// Characters of a ring that a headline takes; in a longer one, its beginning is named there and all of it in a note.
const HEADLINE: usize = 200;

struct Edge<'p> {
    parent: Id<Task>,
    field: &'p Field<Ref<Task>>,
}

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let tasks = &program.items.tasks;
    overrides(program, facts, sink);
    // Where all wait for tasks before them, as is usual, nothing can close a ring.
    let ahead = |(id, task): (Id<Task>, &Task)| task.depends_on.iter().any(|field| field.value.target >= Some(id));
    if !tasks.iter().any(ahead) {
        return;
    }
    // Overrides, with which a task waits for others in one job only, come job by job.
    let mut graph: DiGraph<Id<Task>, ()> = DiGraph::with_capacity(tasks.len(), 0);
    for (id, _) in tasks.iter() {
        graph.add_node(id);
    }
    for (id, task) in tasks.iter() {
        let runs = facts.runs_of(id);
        if task.base.is_some() || (runs.first.is_none() && (runs.in_connector_job || runs.overridden)) {
            continue;
        }
        for field in &task.depends_on {
            if let Some(parent) = field.value.target {
                graph.add_edge(NodeIndex::new(id.index()), NodeIndex::new(parent.index()), ());
            }
        }
    }
    // Iterative, unlike Tarjan's: a chain of tasks may be as long as the configuration.
    for ring in kosaraju_scc(&graph) {
        if let [alone] = ring[..]
            && !graph.contains_edge(alone, alone)
        {
            continue;
        }
        let members: FxHashSet<Id<Task>> = ring.iter().map(|&node| graph[node]).collect();
        let Some(start) = ring.iter().map(|&node| graph[node]).min() else { continue };
        let path = shortest(start, |at| {
            let parents = program.items.tasks[at].depends_on.iter();
            parents
                .filter_map(|field| Some((field.value.target?, field)))
                .filter(|(parent, _)| members.contains(parent))
                .collect()
        });
        if !path.is_empty() {
            sink.push(report(program, facts, start, &path));
        }
    }
}

/// Rings through a task as an override changes it.
fn overrides(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut reported: FxHashSet<Location> = FxHashSet::default();
    for (id, job) in program.items.jobs.iter() {
        if !job.entries.iter().any(|entry| matches!(entry, JobEntry::Override(_))) {
            continue;
        }
        let job = JobModel::new(program, facts, id);
        let numbers: FxHashMap<Id<Task>, usize> = job.tasks.iter().enumerate().map(|(at, view)| (view.id, at)).collect();
        let mut seen: FxHashSet<usize> = FxHashSet::default();
        for (index, view) in job.tasks.iter().enumerate().filter(|_| job.is_judged()) {
            let JobEntry::Override(entry) = view.entry else { continue };
            let own = program.items.overrides[entry].written.as_deref().is_some_and(|written| !written.depends_on.is_empty());
            // With the links of a task that is also run without it, the ring is that task's.
            if !own && view.task.base.is_some_and(|base| facts.runs_of(base).first.is_some()) {
                continue;
            }
            let ring = job.ring(index);
            let in_ring = view.parents.contains(&index) || ring.is_some_and(|ring| seen.insert(ring));
            if !in_ring {
                continue;
            }
            let path = shortest(view.id, |at| {
                let parents = numbers.get(&at).map_or(&[][..], |&at| &job.tasks[at].task.depends_on);
                let inside =
                    |field: &&Field<Ref<Task>>| job.find(field.value.name).filter(|&at| at == index || job.ring(at) == ring);
                parents.iter().filter_map(|field| Some((job.tasks[inside(&field)?].id, field))).collect()
            });
            if path.first().is_some_and(|(child, edge)| reported.insert(place(program, *child, edge))) {
                sink.push(report(program, facts, view.id, &path));
            }
        }
    }
}

/// The shortest way from a task through its parents back to it; nothing where there is none.
fn shortest<'p>(
    start: Id<Task>,
    parents: impl Fn(Id<Task>) -> Vec<(Id<Task>, &'p Field<Ref<Task>>)>,
) -> Vec<(Id<Task>, Edge<'p>)> {
    type Reached<'p> = FxHashMap<Id<Task>, (Id<Task>, &'p Field<Ref<Task>>)>;
    let mut from: Reached<'p> = FxHashMap::default();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for (parent, field) in parents(at) {
            if from.contains_key(&parent) {
                continue;
            }
            from.insert(parent, (at, field));
            if parent == start {
                let mut path = Vec::new();
                let mut to = start;
                loop {
                    let (child, field) = from[&to];
                    path.push((child, Edge { parent: to, field }));
                    to = child;
                    if child == start {
                        break;
                    }
                }
                path.reverse();
                return path;
            }
            open.push_back(parent);
        }
    }
    Vec::new()
}

/// Where a link of a task is written.
fn place(program: &Program, child: Id<Task>, edge: &Edge<'_>) -> Location {
    program.link_place(child, edge.field)
}

/// The tasks of a ring, of which so many are named.
fn ring(program: &Program, path: &[(Id<Task>, Edge<'_>)], shown: usize) -> String {
    let mut names: Vec<String> = path.iter().take(shown).map(|(child, _)| format!("`{}`", program.task_name(*child))).collect();
    if path.len() > shown {
        names.push(format!("{} more", path.len() - shown));
    }
    names.extend(names.first().cloned());
    names.join(" → ")
}

fn report(program: &Program, facts: &Facts, start: Id<Task>, path: &[(Id<Task>, Edge<'_>)]) -> Finding {
    let whole = ring(program, path, SHOWN);
    let short = if whole.len() > HEADLINE { ring(program, path, 2) } else { whole.clone() };
    let message = if path.len() == 1 {
        format!("`{}` waits for itself", program.task_name(start))
    } else {
        format!("tasks wait for each other in a ring: {short}")
    };
    let generated = path.iter().any(|(child, _)| program.items.tasks[*child].origin.generated.is_some());
    let link = if generated { "`LinkDependTask` or `TaskDependsOnTask`" } else { "`TaskDependsOnTask`" };
    let first = &program.items.tasks[start];
    // A finding about a generated task stands at its scaffolding, wherever that was told of the link; what is merged into the
    // task by hand stands where it is written.
    let is_generated = first.origin.generated.is_some() && path[0].1.field.at == At::GENERATED;
    let at = if is_generated { program.place(first.origin) } else { place(program, start, &path[0].1) };
    let mut finding = Finding::new(&RULE.info, at, message)
        .label("closes the ring")
        .note("none of them can ever start: the job stops at the first, or runs them in an order that nobody chose")
        .help(format!("remove the {link} that contradicts the order in which the tasks are meant to run"));
    for (child, edge) in path.iter().take(SHOWN) {
        let words = format!("`{}` waits for `{}`", program.task_name(*child), program.task_name(edge.parent));
        finding = finding.related(place(program, *child, edge), words);
    }
    if short != whole {
        finding = finding.note(format!("the ring is {whole}"));
    }
    // Every edge is shown, also those that stand at one scaffolding.
    let edges = std::mem::take(&mut finding.related);
    finding = task::about(program, start, facts.runs_of(start).first, finding);
    finding.related.splice(0..0, edges);
    finding
}
