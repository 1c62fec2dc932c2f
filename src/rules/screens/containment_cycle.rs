//! `containment-cycle`: forms or menu items that contain each other in a ring.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Rule, Sink, element};
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "containment-cycle",
    Severity::Warning,
    "forms or menu items that contain each other in a ring",
    Check::Program(check),
);

/// Which attribute says that one item contains another or is contained in it.
#[derive(Clone, Copy)]
struct Site {
    file: FileId,
    element: ElementId,
    attribute: AttributeId,
}

/// How far up the form around a control is looked for.
const DEEPEST: usize = 256;

#[derive(Default)]
struct Contents {
    graph: DiGraph<String, Site>,
    nodes: BTreeMap<(ItemKind, u64), NodeIndex>,
}

impl Contents {
    fn node(&mut self, kind: ItemKind, name: &str) -> NodeIndex {
        let Self { graph, nodes } = self;
        *nodes.entry((kind, Symbol::new(name).number())).or_insert_with(|| graph.add_node(name.trim().to_owned()))
    }
}

fn check(program: &Program, sink: &mut Sink) {
    let mut contents = Contents::default();
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        for element in document.elements() {
            let (kind, own, name) = match program.kind(file, element) {
                Some(kinds::MENU_ITEM) => (ItemKind::MenuItem, Some(element), names::PARENT_MENU_ITEM),
                Some(kinds::CONTROL) => (ItemKind::Form, form(program, file, element), names::EMBEDDED_FORM),
                _ => continue,
            };
            let Some(attribute) = document.find(element, name) else { continue };
            let own = own.and_then(|own| document.find(own, names::IDENTIFIER));
            let (Some(own), other) = (own, program.attribute_value(file, attribute)) else { continue };
            let own = program.attribute_value(file, own);
            if own.trim().is_empty() || other.trim().is_empty() {
                continue;
            }
            let (from, to) = (contents.node(kind, &own), contents.node(kind, &other));
            contents.graph.add_edge(from, to, Site { file, element, attribute });
        }
    }
    let graph = &contents.graph;
    for ring in kosaraju_scc(graph) {
        let inside = |edge: &petgraph::graph::EdgeReference<'_, Site>| {
            use petgraph::visit::EdgeRef;
            ring.contains(&edge.source()) && ring.contains(&edge.target())
        };
        // A ring of one contains itself.
        let mut sites: Vec<Site> = if ring.len() == 1 {
            graph.edges_connecting(ring[0], ring[0]).map(|edge| *edge.weight()).collect()
        } else {
            graph.edge_references().filter(inside).map(|edge| *edge.weight()).collect()
        };
        sites.sort_by_key(|site| (site.file, site.element));
        let mut names: Vec<&str> = ring.iter().map(|&node| graph[node].as_str()).collect();
        names.sort_unstable();
        if let Some((&first, rest)) = sites.split_first() {
            sink.push(finding(program, &names, first, rest));
        }
    }
}

/// The form around a control.
fn form(program: &Program, file: FileId, control: ElementId) -> Option<ElementId> {
    let document = program.document(file);
    let mut at = document.parent(control);
    for _ in 0..DEEPEST {
        let element = at?;
        if program.kind(file, element).is_some_and(|kind| kind.def().declares == Some(ItemKind::Form)) {
            return Some(element);
        }
        at = document.parent(element);
    }
    None
}

fn finding(program: &Program, ring: &[&str], first: Site, rest: &[Site]) -> Finding {
    const SHOWN: usize = 8;
    let document = program.document(first.file);
    let (what, attribute) = match program.kind(first.file, first.element) {
        Some(kinds::MENU_ITEM) => ("menu item", "ParentMenuItem"),
        _ => ("form", "EmbeddedForm"),
    };
    let message = match ring {
        [one] => format!("{what} `{one}` contains itself"),
        _ => format!("{what}s contain each other: {}", crate::rules::suggest::listed(ring.iter().copied(), SHOWN)),
    };
    let mut finding = Finding::new(&RULE.info, document.value_location(first.attribute), message)
        .label("contains itself in the end")
        .note("there is no end to what would have to be shown: the screen stays empty, or fails")
        .help(format!("remove one `{attribute}` of the ring"))
        .anchor(format!("{}/@{attribute}", element::anchor(program, first.file, first.element)));
    for site in rest.iter().take(SHOWN) {
        finding = finding.related(program.document(site.file).value_location(site.attribute), "part of the ring");
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "containment-cycle";

    fn menus(pairs: &[(&str, &str)]) -> Vec<u32> {
        let one = |(name, parent): &(&str, &str)| format!("\n<MenuItem Identifier=\"{name}\" ParentMenuItem=\"{parent}\"/>");
        lines(&pairs.iter().map(one).collect::<String>(), NAME)
    }

    fn forms(pairs: &[(&str, &str)]) -> Vec<u32> {
        let one = |(name, inner): &(&str, &str)| {
            format!("\n<Form Identifier=\"{name}\"><Control><Control EmbeddedForm=\"{inner}\"/></Control></Form>")
        };
        lines(&pairs.iter().map(one).collect::<String>(), NAME)
    }

    #[test]
    fn rings_are_found_once() {
        assert_eq!(menus(&[("A", "a")]), [2]);
        assert_eq!(menus(&[("X", "A"), ("A", "B"), ("B", "A")]), [3]);
        assert_eq!(forms(&[("A", "B"), ("B", "C"), ("C", "A")]), [2]);
        assert_eq!(forms(&[("A", "A"), ("B", "A"), ("C", "C")]), [2, 4]);
    }

    #[test]
    fn trees_are_not() {
        assert!(menus(&[("A", "Nav"), ("B", "A"), ("C", "A"), ("Nav", "")]).is_empty());
        assert!(forms(&[("A", "C"), ("B", "C"), ("C", "D")]).is_empty(), "one form in two others");
    }
}
