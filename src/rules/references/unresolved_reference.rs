//! `unresolved-reference`: a reference to an item that does not exist.

use rayon::prelude::*;

use crate::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::grammar::{ItemKind, Reference};
use crate::ir::references::starts;
use crate::ir::{Program, Symbol};
use crate::rules::engine::pieces_of_all;
use crate::rules::{Check, Rule, Sink, element};
use crate::syntax::escape_attribute;

use super::assumed_name;
use super::certainty::Certainty;
use super::judge::{Broken, judge};
use super::suggestions::{Suggestions, written_name};
use super::wrong_reference_kind;

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("unresolved-reference", Severity::Error, "a reference to an item that does not exist", Check::Program(check));

fn check(program: &Program, sink: &mut Sink) {
    let certainty = Certainty::new(program);
    // What mistakes may have cost takes a look at everything: only where something is not found.
    let unharmed = Certainty::unharmed(program);
    let suspects: Vec<_> = pieces_of_all(program)
        .into_par_iter()
        .with_max_len(1)
        .filter(|(file, elements)| !judge(program, &unharmed, *file, elements.clone()).is_empty())
        .collect();
    let broken: Vec<Broken> = suspects
        .into_par_iter()
        .with_max_len(1)
        .flat_map_iter(|(file, elements)| judge(program, &certainty, file, elements))
        .collect();
    assumed_name::report(program, &certainty, &unharmed, sink);
    let mut suggestions = Suggestions::new(program);
    // Each place is a finding of its own: places are suppressed, kept in baselines and looked at one by one.
    for one in &broken {
        sink.push(match one.instead {
            Some(instead) => wrong_reference_kind::finding(program, one, instead),
            None => finding(program, &certainty, one, &mut suggestions),
        });
    }
}

fn finding(program: &Program, certainty: &Certainty<'_>, broken: &Broken, suggestions: &mut Suggestions<'_>) -> Finding {
    let document = program.document(broken.site.file);
    let attribute = document.attribute_name_text(broken.site.attribute);
    let element = document.name_text(broken.site.element);
    let (kind, name) = (broken.wanted, &broken.name);
    if name.is_empty() {
        let path = program.attribute_value(broken.site.file, broken.site.attribute);
        return Finding::new(&RULE.info, broken.place, format!("the path `{}` lacks a name", path.trim()))
            .label(format!("{kind} expected"))
            .note("the deployment refuses it; a path leads from property to property, without gaps")
            .help("write the name that is missing, or remove the dot or colon")
            .anchor(format!("{}/@{attribute}", element::anchor(program, broken.site.file, broken.site.element)));
    }
    let outer = broken.scope.and_then(|scope| program.declarations.find(outer(kind)?, None, scope));
    let message = match outer {
        Some(outer) => format!("{} `{}` has no {kind} `{name}`", outer.kind, written_name(program, outer)),
        None => format!("there is no {kind} `{name}`"),
    };
    let mut finding = Finding::new(&RULE.info, broken.place, message)
        .label(format!("no such {kind}"))
        .note(note(kind))
        .anchor(format!("{}/@{attribute}", element::anchor(program, broken.site.file, broken.site.element)));
    if let Some(outer) = outer {
        finding = finding.related(document_place(program, outer), format!("the {} is declared here", outer.kind));
    }
    if let Some(right) = begins_elsewhere(program, broken) {
        let help = format!("begin the path with `{right}`, as paths do here: it has the property");
        return finding.help(help);
    }
    if broken.scope.is_none() && !certainty.declares(kind) {
        return finding.help(format!("declare it; if other files declare {}, give all files to one run", kind.plural()));
    }
    match suggestions.nearest(kind, broken.scope, name) {
        Some(near) => {
            let edit = Edit { location: broken.place, text: escape_attribute(&near).into() };
            finding.help(format!("did you mean `{near}`?")).fix(Fix { safety: Safety::Unsafe, edits: vec![edit] })
        }
        None => finding.help(format!("declare it, or correct `{attribute}` of this `{element}`")),
    }
}

/// The entity type that a path should begin at, where it begins at another one that lacks its first property.
fn begins_elsewhere(program: &Program, broken: &Broken) -> Option<String> {
    let (Reference::Binding(_), ItemKind::Property, Some(scope)) = (broken.site.reference, broken.wanted, broken.scope) else {
        return None;
    };
    let value = program.attribute_value(broken.site.file, broken.site.attribute);
    let (begins, first) = value.split('.').next()?.split_once(':')?;
    let mut wanted = starts(program, &broken.site).iter();
    let (Some(Some(start)), None) = (wanted.next(), wanted.next()) else { return None };
    let (own, property) = (Symbol::new(begins), Symbol::new(first));
    if own != scope || start == own || Symbol::new(&broken.name) != property {
        return None;
    }
    program.declarations.find(ItemKind::Property, Some(start), property)?;
    program.declarations.find(ItemKind::EntityType, None, start).map(|right| written_name(program, right))
}

/// The kind of the items that one of the kind is unique within.
fn outer(kind: ItemKind) -> Option<ItemKind> {
    match kind {
        ItemKind::Activity => Some(ItemKind::Workflow),
        ItemKind::EntityInstance => Some(ItemKind::Universe),
        ItemKind::Property => Some(ItemKind::EntityType),
        _ => None,
    }
}

fn document_place(program: &Program, declaration: &crate::ir::Declaration) -> crate::source::Location {
    program.document(declaration.file).name_location(declaration.element)
}

fn note(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Task => "the deployment refuses it; a step or link that names no task runs nothing and waits for nothing",
        ItemKind::Property => "the deployment refuses it; nothing is read from or written to a property that is not declared",
        _ => "the deployment refuses an element that names something unknown",
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "unresolved-reference";
    const MODEL: &str = "<EntityType Identifier=\"User\"><Property Identifier=\"Mail\"/><Property Identifier=\"Chief\"/><Property Identifier=\"Reports\"/></EntityType>\
        <EntityType Identifier=\"Site\"><Property Identifier=\"City\"/><Property Identifier=\"Head\"/></EntityType>\
        <EntityAssociation Identifier=\"A\" Property1=\"User:Chief\" Property2=\"User:Reports\"/>";

    fn with_model(xml: &str) -> Vec<u32> {
        lines(&format!("{MODEL}\n{xml}"), NAME)
    }

    #[test]
    fn names_of_nothing_are_found() {
        assert_eq!(lines("\n<Connector Identifier=\"A\" DisplayName_L1=\"A\" Agent=\"Nobody\"/>", NAME), [2]);
        assert_eq!(lines("<Job Identifier=\"A\" DisplayName_L1=\"A\">\n<Step Identifier=\"Gone\"/></Job>", NAME), [2]);
        assert_eq!(
            lines(
                "<FulfillTask Identifier=\"A\">\n<TaskDependsOnTask ParentTask=\"Gone\"/>\n<TaskResourceType ResourceType=\"Gone\"/></FulfillTask>",
                NAME
            ),
            [2, 3]
        );
    }

    #[test]
    fn names_of_something_are_not() {
        assert!(lines("<Agent Identifier=\"Local\"/><Connector Identifier=\"A\" Agent=\"local\"/>", NAME).is_empty());
        assert!(lines("<Job Identifier=\"A\"><ExportTask Identifier=\"B\"/><Step Identifier=\"b\"/></Job>", NAME).is_empty());
        assert!(with_model("<AccessControlRule EntityType=\"Resource\" Identifier=\"A\"/>").is_empty(), "the product's own");
        assert!(lines("<Connector Identifier=\"A\" Agent=\"\"/>", NAME).is_empty());
        // What an element that does not exist was meant to declare is not known: it is a finding of its own.
        let misspelt = "<Agnet Identifier=\"Local\"/>\n<Connector Identifier=\"A\" Agent=\"local\"/><Connector Identifier=\"B\" Agent=\"Far\"/>";
        assert_eq!(lines(misspelt, "unknown-element"), [1]);
        assert_eq!(findings(misspelt, NAME).1.len(), 1, "of `Far` alone");
        // Nor what an item is called that has no name, or a damaged one.
        for item in ["<Agent Identifier=\"&Local\"/>", "<Agent Identifier= Local/>", "<Agent Identifier=\"\"/>", "<Agent/>"] {
            assert!(lines(&format!("{item}<Connector Identifier=\"A\" Agent=\"Local\"/>"), NAME).is_empty(), "{item}");
        }
        let whole = "<Agent Identifier=\"Local\" DisplayName_L1=\"&\"/><Connector Identifier=\"A\" Agent=\"Far\"/>";
        assert_eq!(lines(whole, NAME), [1]);
        // A task needs no name: one that is asked for and has none is missing.
        let nameless =
            "<Job Identifier=\"J\"><ExportTask/><SynchronizeTask><TaskDependsOnTask ParentTask=\"E\"/></SynchronizeTask></Job>";
        assert_eq!(lines(nameless, NAME), [1]);
    }

    #[test]
    fn wrong_properties_are_found_where_the_type_is_known() {
        assert_eq!(with_model("<EntityAssociation Identifier=\"B\" Property1=\"User:Mail\"\nProperty2=\"User:Fax\"/>"), [3]);
        assert_eq!(with_model("<EntityAssociation Identifier=\"B\" Property1=\"User:Mail\"\nProperty2=\"Usher:Mail\"/>"), [3]);
        assert_eq!(with_model("<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\"\nProperty=\"Fax\"/>"), [3]);
        assert_eq!(
            with_model("<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\"\nBinding=\"Chief.Chief.Fax\"/>"),
            [3]
        );
        let (program, found) = findings(
            &format!("{MODEL}<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\" Binding=\"User:Chief.Fax\"/>"),
            NAME,
        );
        assert_eq!(program.sources.slice(found[0].location), "Fax");
    }

    #[test]
    fn gaps_in_a_path_are_found() {
        for (path, at) in [("Chief..Mail", 6), (".Mail", 0), ("Chief.", 6), (":Mail", 0), ("User:", 5)] {
            let xml = format!("{MODEL}<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\" Binding=\"{path}\"/>");
            let (program, found) = findings(&xml, NAME);
            assert_eq!(found.len(), 1, "{path}");
            let text = &program.sources.get(found[0].location.file).text;
            let start = text.find(&format!("\"{path}\"")).unwrap() + 1 + at;
            assert_eq!((found[0].location.span.start as usize, found[0].location.span.end as usize), (start, start), "{path}");
        }
        assert!(with_model("<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\" Binding=\" \"/>").is_empty());
    }

    #[test]
    fn properties_every_type_has_and_unknown_ways_are_not() {
        assert!(
            with_model("<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\" Binding=\"Chief.InternalDisplayName\"/>")
                .is_empty()
        );
        assert!(
            with_model("<EntityPropertyExpression Identifier=\"B\" EntityType=\"Site\" Binding=\"Head.Anything\"/>").is_empty()
        );
        assert!(
            with_model(
                "<EntityPropertyExpression Identifier=\"B\" EntityType=\"User\" Binding=\"User:Mail\" Property=\"mail\"/>"
            )
            .is_empty()
        );
    }

    #[test]
    fn the_nearest_name_is_suggested() {
        let (_, found) = findings("<Agent Identifier=\"Local\"/><Connector Identifier=\"A\" Agent=\"Lokal\"/>", NAME);
        assert_eq!(found[0].help.as_deref(), Some("did you mean `Local`?"));
    }
}
