//! `missing-expression-binding`: an aspect of each of several records, whose expressions see none of them.

use crate::finding::Severity;
use crate::grammar::names;
use crate::ir::Symbol;
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::source::{Location, Span};

use super::aspects;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "missing-expression-binding",
    Severity::Warning,
    "an aspect of each of several resources, whose expressions see none of them",
    Check::At(aspects::OF_A_VALUE, check),
);

/// Segments of a path that are followed.
const LONGEST: usize = 64;

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::BINDING) else { return };
    if view.is_written(names::EXPRESSION_BINDING) || view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let value = view.value(attribute);
    let Some((mut entity_type, path)) = value.trim().split_once(':').map(|(root, path)| (Symbol::new(root), path)) else {
        return;
    };
    let mut segments = path.split('.').take(LONGEST).peekable();
    while let Some(segment) = segments.next() {
        // The last one is the value itself.
        if segments.peek().is_none() || segment.contains(':') {
            return;
        }
        let property = Symbol::new(segment);
        if view.program.association_end(entity_type, property).is_some_and(|end| end.collection) {
            let span = view.document.value_span(attribute.id);
            let place = span.of(view.text).find(segment).map_or(view.value_place(attribute), |at| {
                let at = span.start + at as u32;
                Location::new(view.file, Span::new(at, at + segment.len() as u32))
            });
            let base = value.trim().split_once(&format!(".{segment}.")).map_or("", |(before, _)| before);
            let base = if base.is_empty() {
                value.trim().split('.').next().unwrap_or_default().to_owned()
            } else {
                format!("{base}.{segment}")
            };
            sink.push(
                view.finding(&RULE, "Binding", place, format!("{} is about each of several `{segment}`, but its expressions see none", view.title()))
                    .label("several resources")
                    .note("without `ExpressionBinding` the expressions get what the path begins at: of the resource whose value is meant they know nothing")
                    .help(format!("add `ExpressionBinding=\"{base}\"`")),
            );
            return;
        }
        let Some(next) = view.program.leads_to(entity_type, property) else { return };
        entity_type = next;
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const MODEL: &str = "<EntityAssociation Identifier=\"A\" Property1=\"Workflow_Person:Person\" Property2=\"Person:Workflows\" IsProperty2Collection=\"true\"/>\
        <EntityAssociation Identifier=\"B\" Property1=\"Record:Person\" Property2=\"Person:Records\" IsProperty2Collection=\"true\"/>";

    fn found(element: &str, attributes: &str) -> Vec<(String, String)> {
        let (program, found) =
            findings(&format!("{MODEL}<{element} Identifier=\"A\" {attributes}/>"), "missing-expression-binding");
        let text = |one: &crate::finding::Finding| one.location.span.of(program.text(one.location.file)).to_owned();
        found.iter().map(|one| (text(one), one.help.clone().unwrap_or_default())).collect()
    }

    #[test]
    fn aspects_of_several_are_found() {
        let help = "add `ExpressionBinding=\"Workflow_Person:Person.Records\"`".to_owned();
        let deep = "Binding=\"Workflow_Person:Person.Records.Mail\"";
        assert_eq!(found("AddChangeAspect", deep), [("Records".to_owned(), help)]);
        let near = found("AssertValueAspect", "Binding=\"Person:Records.Title\"");
        assert_eq!(near, [("Records".to_owned(), "add `ExpressionBinding=\"Person:Records\"`".to_owned())]);
        assert_eq!(found("BuildUniqueValueAspect", "Binding=\"Person:records.Login\" ExpressionBinding=\" \"").len(), 1);
    }

    #[test]
    fn others_are_not() {
        assert!(found("AddChangeAspect", "Binding=\"Workflow_Person:Person.Mail\"").is_empty());
        assert!(found("AddChangeAspect", "Binding=\"Person:Records.Mail\" ExpressionBinding=\"Person:Records\"").is_empty());
        assert!(found("AssertValueRequiredAspect", "Binding=\"Workflow_Person:Person.Records\"").is_empty(), "about all of them");
        assert!(found("AddChangeAspect", "Binding=\"Ship:Crew.Mail\"").is_empty());
    }
}
