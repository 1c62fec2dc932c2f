//! `dependency-cycle`: tasks wait for each other in a ring.

use std::collections::VecDeque;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::ir::{Field, Id, Program, Ref, Task};
use crate::rules::{Check, Facts, Rule, Sink, task};
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

struct Edge<'p> {
    parent: Id<Task>,
    field: &'p Field<Ref<Task>>,
}

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let tasks = &program.items.tasks;
    // Where all wait for tasks before them, as is usual, nothing can close a ring.
    let ahead = |(id, task): (Id<Task>, &Task)| task.depends_on.iter().any(|field| field.value.target >= Some(id));
    if !tasks.iter().any(ahead) {
        return;
    }
    // An override is judged as the task that it is a copy of, unless it writes links of its own.
    let mut graph: DiGraph<Id<Task>, ()> = DiGraph::with_capacity(tasks.len(), 0);
    for (id, _) in tasks.iter() {
        graph.add_node(id);
    }
    for (id, task) in tasks.iter() {
        let runs = facts.runs_of(id);
        if task.base.is_some() || (runs.in_connector_job && runs.first.is_none()) {
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
        let path = shortest(program, &members, start);
        if !path.is_empty() {
            sink.push(report(program, facts, start, &path));
        }
    }
}

/// The shortest way from a task through its parents back to it; nothing where there is none.
fn shortest<'p>(program: &'p Program, members: &FxHashSet<Id<Task>>, start: Id<Task>) -> Vec<(Id<Task>, Edge<'p>)> {
    type Reached<'p> = FxHashMap<Id<Task>, (Id<Task>, &'p Field<Ref<Task>>)>;
    let mut from: Reached<'p> = FxHashMap::default();
    let mut open = VecDeque::from([start]);
    while let Some(at) = open.pop_front() {
        for field in &program.items.tasks[at].depends_on {
            let Some(parent) = field.value.target.filter(|parent| members.contains(parent)) else { continue };
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

fn report(program: &Program, facts: &Facts, start: Id<Task>, path: &[(Id<Task>, Edge<'_>)]) -> Finding {
    let place = |child: Id<Task>, edge: &Edge<'_>| -> Location {
        let task = &program.items.tasks[child];
        program.field_place(task.origin, task.base, edge.field.at)
    };
    let name = program.task_name(start);
    let message = if path.len() == 1 {
        format!("`{name}` waits for itself")
    } else {
        let mut ring: Vec<String> =
            path.iter().take(SHOWN).map(|(child, _)| format!("`{}`", program.task_name(*child))).collect();
        if path.len() > SHOWN {
            ring.push(format!("{} more", path.len() - SHOWN));
        }
        ring.push(format!("`{name}`"));
        format!("tasks wait for each other in a ring: {}", ring.join(" → "))
    };
    let mut finding = Finding::new(&RULE.info, place(start, &path[0].1), message)
        .label("closes the ring")
        .note("none of them can ever start: the job stops at the first, or runs them in an order that nobody chose")
        .help("remove the `TaskDependsOnTask` that contradicts the order in which the tasks are meant to run");
    for (child, edge) in path.iter().take(SHOWN) {
        let words = format!("`{}` waits for `{}`", program.task_name(*child), program.task_name(edge.parent));
        finding = finding.related(place(*child, edge), words);
    }
    task::about(program, start, facts.runs_of(start).first, finding)
}
