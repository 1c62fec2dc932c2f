//! `missing-attribute`: a required attribute is absent.

use crate::finding::Severity;
use crate::grammar::{AttributeDef, ElementDef, Required, names};
use crate::rules::{AttributeView, ElementView, Rule, Sink};
use crate::syntax::{NameId, Namespace};

use super::unknown_attribute::{Intended, intended};

/// The rule.
pub(crate) static RULE: Rule = super::rule("missing-attribute", Severity::Error, "a required attribute is absent", check);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(kind), Some(def)) = (view.kind, view.def()) else { return };
    // A name may be left out of some items; one that is written must be one.
    if def.declares.is_some()
        && let Some(found) = view.attribute(def.key.unwrap_or(names::IDENTIFIER))
        && is_empty(view, found)
    {
        nameless(view, def, found, sink);
    }
    for attribute in super::tables::required(kind) {
        match view.attribute(attribute.name_id) {
            None => absent(view, def, attribute, sink),
            Some(found) if attribute.reference.is_some() && is_empty(view, found) => {
                names_nothing(view, def, attribute, found, sink);
            }
            Some(_) => {}
        }
    }
}

fn is_empty(view: &ElementView<'_>, found: AttributeView) -> bool {
    is_blank(view.document.value_span(found.id).of(view.text))
}

fn nameless(view: &ElementView<'_>, def: &'static ElementDef, found: AttributeView, sink: &mut Sink) {
    let name = view.document.names().text(found.name);
    let message = format!("`{}` has an empty `{name}`", def.name);
    let finding = super::finding(&RULE, view, name, view.value_place(found), message);
    sink.push(finding.label("a name expected").note("nothing can refer to an item without a name").help("give it a name"));
}

/// A required reference that is written, yet names nothing.
fn names_nothing(
    view: &ElementView<'_>,
    def: &'static ElementDef,
    attribute: &'static AttributeDef,
    found: AttributeView,
    sink: &mut Sink,
) {
    // The rest of an item that is consolidated comes from what is generated.
    if view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let Some((severity, _)) = demanded(view, attribute) else { return };
    let message = format!("`{}` has an empty `{}`", def.name, attribute.name);
    let finding = super::finding(&RULE, view, attribute.name, view.value_place(found), message)
        .label("names nothing")
        .note("an empty reference is as good as none: the deployment refuses the element")
        .help(format!("write what it names: {}", attribute.summary));
    sink.push(if severity == Severity::Error { finding } else { finding.severity(severity) });
}

/// How strictly the attribute is required here, and the condition that makes it so; `None` where it is not.
fn demanded(view: &ElementView<'_>, attribute: &AttributeDef) -> Option<(Severity, Option<(NameId, &'static str)>)> {
    match attribute.required {
        Required::Unless { attribute, value } | Required::ExpectedWhen { attribute, value } if has(view, attribute, value) => {
            Some((Severity::Warning, Some((attribute, value))))
        }
        Required::When { attribute, value } if has(view, attribute, value) => Some((Severity::Error, Some((attribute, value)))),
        Required::Yes | Required::Unless { .. } => Some((Severity::Error, None)),
        Required::No | Required::When { .. } | Required::ExpectedWhen { .. } => None,
    }
}

fn absent(view: &ElementView<'_>, def: &'static ElementDef, attribute: &'static AttributeDef, sink: &mut Sink) {
    // The rest of an item that is consolidated comes from what is generated.
    let is_key = attribute.name_id == def.key.unwrap_or(names::IDENTIFIER);
    if !is_key && view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let Some((severity, condition)) = demanded(view, attribute) else { return };
    if is_meant(view, def, attribute) || is_broken(view) {
        return;
    }
    let name = match view.attribute(names::IDENTIFIER) {
        Some(identifier) if !is_key => format!("`{}` `{}`", def.name, view.value(identifier)),
        _ => format!("`{}`", def.name),
    };
    let message = format!("{name} lacks the attribute `{}`", attribute.name);
    let mut finding = super::finding(&RULE, view, attribute.name, view.place(), message)
        .label(format!("`{}` missing", attribute.name))
        .help(format!("add `{}=\"…\"`: {}", attribute.name, attribute.summary));
    if let Some((other, value)) = condition {
        let other = view.document.names().text(other);
        finding = match attribute.required {
            Required::ExpectedWhen { .. } => {
                finding.note(format!("with `{other}=\"{value}\"` it has nothing to work with: what it is for does not happen"))
            }
            Required::When { .. } => finding.note(format!("it is required with `{other}=\"{value}\"`")),
            _ => finding.note(format!("the documentation requires it, yet leaves it out with `{other}=\"{value}\"`")),
        };
    } else {
        finding = finding.note("the deployment refuses the element");
    }
    sink.push(if severity == Severity::Error { finding } else { finding.severity(severity) });
}

/// Whether an attribute is written with that value, by name or by number.
fn has(view: &ElementView<'_>, name: NameId, value: &str) -> bool {
    let Some(attribute) = view.attribute(name) else { return false };
    let written = view.value(attribute);
    match attribute.def {
        Some(def) => def.canonical(&written) == value,
        None => written == value,
    }
}

/// Whether the attribute is there under a wrong name, which is a finding of its own.
fn is_meant(view: &ElementView<'_>, def: &'static ElementDef, wanted: &AttributeDef) -> bool {
    let unknown = || view.attributes.iter().filter(|attribute| attribute.def.is_none());
    let is_wanted = |attribute: &AttributeView| match intended(def, view.document.names().text(attribute.name), true) {
        Some(Intended::Certain(right)) => right == wanted.name,
        Some(Intended::Near(right)) => right == wanted.name,
        None => false,
    };
    unknown().any(is_wanted)
        || view.document.attributes(view.element).any(|attribute| {
            view.document.attribute_namespace(attribute) == Namespace::Foreign
                && view.document.attribute_name(attribute) == wanted.name_id
        })
}

/// Whether the start tag is broken as XML, so that attributes may have been lost with it.
fn is_broken(view: &ElementView<'_>) -> bool {
    let tag = view.document.tag_span(view.element);
    view.document.errors().iter().any(|error| error.span.start < tag.end && tag.start < error.span.end)
}

fn is_blank(raw: &str) -> bool {
    raw.bytes().all(|byte| byte.is_ascii_whitespace())
}

#[cfg(test)]
mod tests {
    use crate::finding::Severity;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "missing-attribute";

    #[test]
    fn absent_attributes_are_found() {
        assert_eq!(lines("\n<Agent DisplayName_L1=\"A\"/>", NAME), [2]);
        assert_eq!(lines("\n<Agent/>", NAME), [2, 2]);
        assert_eq!(lines("\n<Agent Identifier=\" \" DisplayName_L1=\"A\"/>", NAME), [2], "empty");
        assert_eq!(
            lines(
                "<Connection Identifier=\"A\" DisplayName_L1=\"A\" Connector=\"B\" Package=\"C\">\n<Transformation Type=\"ConcatColumns\"/></Connection>",
                NAME
            ),
            [2]
        );
    }

    #[test]
    fn required_references_that_name_nothing_are_found() {
        for xml in [
            r#"<Job Identifier="J" DisplayName_L1="J"><Step Identifier="@"/></Job>"#,
            r#"<ComputeRoleModelTask Identifier="A" DisplayName_L1="A"><TaskEntityType EntityType="@"/></ComputeRoleModelTask>"#,
            r#"<PrepareSynchronizationTask Identifier="A" DisplayName_L1="A" Agent="L" OpenIdClient="J" SynchronizationMode="Complete" Connector="@"/>"#,
            r#"<PrepareSynchronizationTask Identifier="A" DisplayName_L1="A" Agent="L" OpenIdClient="@" SynchronizationMode="Complete" Connector="C"/>"#,
            r#"<PrepareSynchronizationTask Identifier="@" DisplayName_L1="A" Agent="L" OpenIdClient="J" SynchronizationMode="Complete" Connector="C"/>"#,
            r#"<CreateConnectorSynchroComplete Connector="@"/>"#,
            r#"<CreateInitializationJob Agent="L"><OpenIdIdentifier Identifier="@"/></CreateInitializationJob>"#,
        ] {
            for blank in ["", " "] {
                let (program, found) = findings(&xml.replace('@', blank), NAME);
                let found: Vec<_> = found.iter().filter(|one| one.message.contains("has an empty")).collect();
                assert_eq!(found.len(), 1, "{xml}");
                // An empty value has no place of its own: its attribute's name stands for it.
                let place = program.sources.slice(found[0].location);
                assert_eq!(
                    place,
                    if blank.is_empty() { xml[..xml.find("=\"@").unwrap()].rsplit(' ').next().unwrap() } else { " " }
                );
            }
        }
        assert!(lines(r#"<Job Identifier="J" DisplayName_L1="J" Agent=""/>"#, NAME).is_empty(), "optional: as good as absent");
    }

    #[test]
    fn what_is_there_or_comes_from_elsewhere_is_not() {
        assert!(lines("<Agent Identifier=\"A\" DisplayName_L1=\"A\"/>", NAME).is_empty());
        assert!(lines("<Job Identifier=\"A\" ConsolidationMode=\"Merge\"/>", NAME).is_empty());
        assert!(lines("<Agent identifier=\"A\" DisplayName_L1=\"A\"/>", NAME).is_empty(), "misspelt, not absent");
        assert!(lines("<Agent Identifer=\"A\" DisplayName_L1=\"A\"/>", NAME).is_empty(), "misspelt, not absent");
        let job =
            "<Job Identifier=\"A\" DisplayName_L1=\"A\"><ExportTaskOverride Identifier=\"B\" ContinueOnError=\"true\"/></Job>";
        assert!(lines(job, NAME).is_empty());
    }

    #[test]
    fn the_mode_is_a_matter_of_doubt_with_type_changes() {
        let prepare = |more: &str| {
            let xml = format!("<PrepareSynchronizationTask Identifier=\"A\" DisplayName_L1=\"A\" Connector=\"C\" {more}/>");
            let found = findings(&xml, NAME).1;
            found.iter().filter(|one| one.message.contains("SynchronizationMode")).map(|one| one.severity).collect::<Vec<_>>()
        };
        assert_eq!(prepare(""), [Severity::Error]);
        assert_eq!(prepare("Type=\"Changes\""), [Severity::Warning]);
        assert!(prepare("SynchronizationMode=\"Initial\"").is_empty());
    }
}
