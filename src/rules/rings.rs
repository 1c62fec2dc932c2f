//! Items that name each other in a ring.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::grammar::ItemKind;
use crate::ir::{Origin, Program, Symbol};
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId, NameId};

/// How many items or places of a ring a finding shows.
pub(super) const SHOWN: usize = 8;

/// The attribute by which one item names another.
#[derive(Clone, Copy)]
pub(super) struct Site {
    /// The file.
    pub(super) file: FileId,
    /// The element.
    pub(super) element: ElementId,
    /// The attribute.
    pub(super) attribute: AttributeId,
}

/// Items that name each other in a ring, or one that names itself.
pub(super) struct Ring {
    /// Their identifiers, sorted.
    pub(super) names: Vec<String>,
    /// The first place that is part of it.
    pub(super) first: Site,
    /// The others, in document order.
    pub(super) rest: Vec<Site>,
}

/// Which items name which.
#[derive(Default)]
pub(super) struct Rings {
    graph: DiGraph<String, Site>,
    nodes: BTreeMap<(ItemKind, u64), NodeIndex>,
}

impl Rings {
    /// Adds that the item whose identifier is `own` names another of its kind by an attribute of `at`, where both are written.
    pub(super) fn add(&mut self, program: &Program, kind: ItemKind, at: Origin, own: Option<AttributeId>, other: NameId) {
        let Some((own, attribute)) = own.zip(program.document(at.file).find(at.element, other)) else { return };
        let (own, other) = (program.attribute_value(at.file, own), program.attribute_value(at.file, attribute));
        if own.trim().is_empty() || other.trim().is_empty() {
            return;
        }
        let (from, to) = (self.node(kind, &own), self.node(kind, &other));
        self.graph.add_edge(from, to, Site { file: at.file, element: at.element, attribute });
    }

    fn node(&mut self, kind: ItemKind, name: &str) -> NodeIndex {
        let Self { graph, nodes } = self;
        *nodes.entry((kind, Symbol::new(name).number())).or_insert_with(|| graph.add_node(name.trim().to_owned()))
    }

    /// The rings.
    pub(super) fn find(&self) -> Vec<Ring> {
        let graph = &self.graph;
        // Iterative, unlike Tarjan's: a chain may be as long as the configuration.
        let parts = kosaraju_scc(graph);
        let mut part_of = vec![0; graph.node_count()];
        for (number, part) in parts.iter().enumerate() {
            for node in part {
                part_of[node.index()] = number;
            }
        }
        let mut sites: Vec<Vec<Site>> = vec![Vec::new(); parts.len()];
        for edge in graph.edge_references() {
            let part = part_of[edge.source().index()];
            if part == part_of[edge.target().index()] {
                sites[part].push(*edge.weight());
            }
        }
        let mut rings = Vec::new();
        for (part, mut sites) in parts.iter().zip(sites) {
            sites.sort_by_key(|site| (site.file, site.element));
            if sites.is_empty() {
                continue;
            }
            let first = sites.remove(0);
            let mut names: Vec<String> = part.iter().map(|&node| graph[node].clone()).collect();
            names.sort_unstable();
            rings.push(Ring { names, first, rest: sites });
        }
        rings
    }
}
