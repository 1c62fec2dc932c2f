//! `resource-type-cycle`: resource types that wait for each other in a ring.

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::names;
use crate::ir::{Id, Program, ResourceType, Symbol};
use crate::rules::{Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule =
    super::whole("resource-type-cycle", Severity::Error, "resource types that wait for each other in a ring", check);

/// Each resource type waits for one other at most, so every way is followed once.
fn check(program: &Program, sink: &mut Sink) {
    let types = &program.items.resource_types;
    let waits_for = |id: Id<ResourceType>| {
        let name = program.value(types[id].origin, names::DEPENDS_ON)?;
        program.index.find::<ResourceType>(Symbol::new(&name))
    };
    // The walk that came by each one.
    let mut seen: FxHashMap<Id<ResourceType>, usize> = FxHashMap::default();
    for (walk, (start, _)) in types.iter().enumerate() {
        let (mut way, mut at) = (Vec::new(), Some(start));
        while let Some(id) = at.filter(|id| !seen.contains_key(id)) {
            seen.insert(id, walk);
            way.push(id);
            at = waits_for(id);
        }
        let Some(again) = at.filter(|id| seen.get(id) == Some(&walk)) else { continue };
        if let Some(from) = way.iter().position(|&id| id == again) {
            sink.push(finding(program, &way[from..]));
        }
    }
}

fn finding(program: &Program, ring: &[Id<ResourceType>]) -> Finding {
    const SHOWN: usize = 8;
    let origin = |id: Id<ResourceType>| program.items.resource_types[id].origin;
    let place = |id| program.attribute_place(origin(id), names::DEPENDS_ON).unwrap_or_else(|| program.place(origin(id)));
    let name = |id| format!("`{}`", program.identifier(origin(id)).trim());
    let mut chain: Vec<String> = ring.iter().take(SHOWN).map(|&id| name(id)).collect();
    if ring.len() > SHOWN {
        chain.push(format!("{} more", ring.len() - SHOWN));
    }
    chain.push(name(ring[0]));
    let first = origin(ring[0]);
    let message = format!("resource types wait for each other: {}", chain.join(" → "));
    let mut finding = Finding::new(&RULE.info, place(ring[0]), message)
        .label("waits for itself in the end")
        .note("each is provisioned only once the one it depends on is: none of them ever is")
        .help("remove one `DependsOn` of the ring")
        .anchor(element::anchor(program, first.file, first.element));
    for &id in ring.iter().skip(1).take(SHOWN) {
        finding = finding.related(place(id), "part of the ring");
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(pairs: &[(&str, &str)]) -> Vec<u32> {
        let one = |(name, parent): &(&str, &str)| format!("\n<ResourceType Identifier=\"{name}\" DependsOn=\"{parent}\"/>");
        lines(&pairs.iter().map(one).collect::<String>(), "resource-type-cycle")
    }

    #[test]
    fn rings_are_found_once() {
        assert_eq!(found(&[("A", "a")]), [2]);
        assert_eq!(found(&[("A", "B"), ("B", "A")]), [2]);
        assert_eq!(found(&[("X", "B"), ("B", "C"), ("C", "D"), ("D", "B"), ("Y", "C")]), [3], "what leads into it is none");
        assert_eq!(found(&[("A", "A"), ("B", "B")]), [2, 3]);
    }

    #[test]
    fn chains_and_unknown_names_are_not() {
        assert!(found(&[("A", "B"), ("B", "C"), ("C", "Gone"), ("D", "C")]).is_empty());
        assert!(found(&[("A", ""), ("B", "A"), ("C", "A")]).is_empty());
    }
}
