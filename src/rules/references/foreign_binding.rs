//! `foreign-binding`: a path that begins at another entity type than the place where it stands.

use crate::finding::Severity;
use crate::grammar::{ElementKind, ItemKind, Reference, TypeSource, kinds};
use crate::ir::Symbol;
use crate::ir::references::{Site, starts};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};
use crate::source::{Location, Span};

use super::suggestions::written_name;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "foreign-binding",
    Severity::Warning,
    "a path that begins at another entity type than its place",
    Check::At(KINDS, check),
);

/// Elements whose paths begin at one entity type, which is said beside or around them.
const KINDS: &[ElementKind] = &[
    kinds::BINARY_RULE,
    kinds::CONTEXT_RULE,
    kinds::DISPLAY_TABLE_COLUMN,
    kinds::ENTITY_PROPERTY_EXPRESSION,
    kinds::NAVIGATION_RULE,
    kinds::QUERY_RULE,
    kinds::RESOURCE_CLASSIFICATION_RULE,
    kinds::RESOURCE_CORRELATION_RULE,
    kinds::SCALAR_RULE,
    kinds::UNICITY_CHECK,
];

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(kind) = view.kind else { return };
    for &attribute in &view.attributes {
        let Some(reference @ Reference::Binding(source)) = attribute.def.and_then(|def| def.reference) else { continue };
        if matches!(source, TypeSource::Attribute { .. } | TypeSource::Pointed) && view.value(attribute).contains(':') {
            judge(
                view,
                attribute,
                Site { file: view.file, element: view.element, kind, attribute: attribute.id, reference },
                sink,
            );
        }
    }
}

fn judge(view: &ElementView<'_>, attribute: AttributeView, site: Site, sink: &mut Sink) {
    let value = view.value(attribute);
    let first = value.split('.').next().unwrap_or_default();
    let Some((written, _)) = first.split_once(':') else { return };
    let declared = |symbol| view.program.declarations.find(ItemKind::EntityType, None, symbol);
    let own = Symbol::new(written);
    // A type that does not exist is an unresolved reference.
    if written.trim().is_empty() || !written.trim().chars().all(|c| c.is_alphanumeric() || c == '_') || declared(own).is_none() {
        return;
    }
    let mut wanted = starts(view.program, &site).iter();
    let (Some(Some(start)), None) = (wanted.next(), wanted.next()) else { return };
    let Some(expected) = declared(start).filter(|_| start != own) else { return };
    // A property that the place's own entity type has, and this one has not, is unresolved, which says this too.
    let property = first.split_once(':').map(|(_, property)| Symbol::new(property));
    let has =
        |of| property.is_some_and(|property| view.program.declarations.find(ItemKind::Property, Some(of), property).is_some());
    if has(start) && !has(own) {
        return;
    }
    let name = written_name(view.program, expected);
    let span = view.document.value_span(attribute.id);
    let place = match span.of(view.text).find(written.trim()) {
        Some(at) => {
            let at = span.start + at as u32;
            Location::new(view.file, Span::new(at, at + written.trim().len() as u32))
        }
        None => view.value_place(attribute),
    };
    let text = view.document.attribute_name_text(attribute.id);
    sink.push(
        view.finding(
            &RULE,
            text,
            place,
            format!("`{}` begins at `{}`, where paths begin at `{name}`", value.trim(), written.trim()),
        )
        .label(format!("`{name}` expected"))
        .note("the path is followed from the resource that stands there: it has no such property, and the value stays empty")
        .help(format!("begin the path with a property of `{name}`"))
        .related(view.program.document(expected.file).name_location(expected.element), "where paths begin"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const MODEL: &str = "<EntityType Identifier=\"Person\"><Property Identifier=\"Mail\"/></EntityType>\
        <EntityType Identifier=\"Account\"><Property Identifier=\"mail\"/></EntityType>";

    fn found(element: &str) -> Vec<String> {
        let (program, found) = findings(&format!("{MODEL}{element}"), "foreign-binding");
        found.iter().map(|one| one.location.span.of(program.text(one.location.file)).to_owned()).collect()
    }

    fn rule(rule: &str) -> Vec<String> {
        found(&format!(
            "<ResourceType Identifier=\"R\" SourceEntityType=\"Person\" TargetEntityType=\"Account\">{rule}</ResourceType>"
        ))
    }

    #[test]
    fn paths_from_elsewhere_are_found() {
        assert_eq!(rule("<ScalarRule Property=\"mail\" Binding=\"Account:mail\"/>"), ["Account"]);
        assert_eq!(
            found("<EntityPropertyExpression EntityType=\"Person\" Property=\"Mail\" Binding=\" account:mail\"/>"),
            ["account"]
        );
        let correlation = "<ResourceType Identifier=\"R\" SourceEntityType=\"Person\" TargetEntityType=\"Account\"/><ResourceCorrelationRule ResourceType=\"R\" SourceBinding=\"Person:Mail\" TargetBinding=\"Person:Mail\"/>";
        assert_eq!(found(correlation), ["Person"]);
        assert_eq!(
            found(
                "<DisplayTable Identifier=\"T\" EntityType=\"Person\"><Column DisplayBinding=\"Account:mail\"/></DisplayTable>"
            ),
            ["Account"]
        );
    }

    #[test]
    fn paths_from_there_and_from_unknown_types_are_not() {
        assert!(rule("<ScalarRule Property=\"mail\" Binding=\"person:Mail\"/>").is_empty());
        assert!(rule("<ScalarRule Property=\"mail\" Binding=\"Mail\"/>").is_empty());
        assert!(rule("<ScalarRule Property=\"mail\" Binding=\"Ship:Name\"/>").is_empty(), "left to unresolved-reference");
        assert!(rule("<ScalarRule Property=\"mail\" Binding=\"C#:person:return person.Mail;\"/>").is_empty());
        let elsewhere = "<ResourceType Identifier=\"R\" SourceEntityType=\"Ship\"><ScalarRule Property=\"mail\" Binding=\"Person:Mail\"/></ResourceType>";
        assert!(found(elsewhere).is_empty(), "an entity type of other files");
    }
}
