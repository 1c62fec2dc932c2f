//! `multi-valued-level`: a further level of an organization chart that leads to several resources.

use crate::finding::Severity;
use crate::grammar::names;
use crate::ir::references::{Site, starts};
use crate::ir::{Program, Symbol};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};

use super::containment_cycle::CONTROLS;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "multi-valued-level",
    Severity::Warning,
    "a further level of an organization chart that leads to several resources",
    Check::At(&CONTROLS, check),
);

/// Segments of a path that are followed.
const LONGEST: usize = 64;

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    for name in [names::BINDING2, names::BINDING3] {
        if let Some(attribute) = view.attribute(name) {
            judge(view, attribute, sink);
        }
    }
}

fn judge(view: &ElementView<'_>, attribute: AttributeView, sink: &mut Sink) {
    let (Some(kind), Some(reference)) = (view.kind, attribute.def.and_then(|def| def.reference)) else { return };
    let site = Site { file: view.file, element: view.element, kind, attribute: attribute.id, reference };
    let path = view.value(attribute);
    // From each type that the path may start at.
    let mut wrong = starts(view.program, &site).iter().map(|start| collection(view.program, start, path.trim()));
    let Some(Some(segment)) = wrong.next() else { return };
    if !wrong.all(|other| other.is_some()) {
        return;
    }
    let name = view.document.attribute_name_text(attribute.id);
    sink.push(
        view.finding(&RULE, name, view.value_place(attribute), format!("`{name}` leads to several resources by `{segment}`"))
            .label("several resources")
            .note("each level of an organization chart is one resource: the screen shows none, or one of them at random")
            .help("name a path of navigations that lead to one resource each"),
    );
}

/// The segment of a path that holds several resources; nothing where none surely does.
fn collection<'v>(program: &Program, start: Option<Symbol>, path: &'v str) -> Option<&'v str> {
    let mut entity_type = start;
    for segment in path.split('.').take(LONGEST) {
        let (owner, name) = segment.split_once(':').map_or((None, segment), |(owner, name)| (Some(Symbol::new(owner)), name));
        let owner = owner.or(entity_type)?;
        let property = Symbol::new(name);
        if program.association_end(owner, property)?.collection {
            return Some(name.trim());
        }
        entity_type = Some(program.leads_to(owner, property)?);
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const MODEL: &str = "<EntityType Identifier=\"Sailor\"/><EntityAssociation Identifier=\"A\" Property1=\"Sailor:Chief\" \
        Property2=\"Sailor:Crew\" IsProperty2Collection=\"true\"/>";

    fn found(attributes: &str) -> Vec<u32> {
        let control = format!("<Control><Control Binding=\"Chief\"\n{attributes}/></Control>");
        lines(&format!("{MODEL}<Form Identifier=\"F\" EntityType=\"Sailor\">{control}</Form>"), "multi-valued-level")
    }

    #[test]
    fn levels_of_several_are_found() {
        assert_eq!(found("Binding2=\"Crew\""), [2]);
        assert_eq!(found("Binding2=\"Chief\"\nBinding3=\"Chief.Crew\""), [3]);
        assert_eq!(found("Binding2=\"Sailor:crew.Chief\""), [2]);
    }

    #[test]
    fn levels_of_one_and_unknown_ones_are_not() {
        assert!(found("Binding2=\"Chief.Chief\" Binding3=\"Chief.Chief.Chief\"").is_empty());
        assert!(found("Binding2=\"Unknown.Crew\"").is_empty());
        assert!(found("EntityType=\"Other\" Binding2=\"Crew\"").is_empty(), "it may start at a type of which nothing is known");
    }
}
