//! `missing-attribute`: a required attribute is absent.

mod consolidated;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{AttributeDef, ElementDef, ElementKind, Intended, Required, ValueType, intended, kinds, names};
use crate::ir::{Id, Origin, Program, Task};
use crate::rules::{AttributeView, Check, ElementView, Facts, Rule, Sink};
use crate::syntax::{NameId, Namespace};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-attribute",
        category: Category::Schema,
        severity: Severity::Error,
        summary: "a required attribute is absent",
    },
    check: Check::Several(&[Check::Element(concerns, check), Check::Facts(tasks), Check::Facts(consolidated::check)]),
};

/// A name may be left out of some items; one that is written must be one. What else a task must say depends on the jobs
/// that run it.
fn concerns(def: &ElementDef) -> bool {
    def.declares.is_some() || (!def.is_task() && def.attributes.iter().any(|one| one.required != Required::No))
}

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(kind), Some(def)) = (view.kind, view.def()) else { return };
    let key = def.key.unwrap_or(names::IDENTIFIER);
    if def.declares.is_some()
        && let Some(found) = view.attribute(key)
        && is_empty(view, found)
        // An empty number or value of a list is no value of its type, which is told.
        && found.def.is_none_or(|own| own.value == ValueType::String)
    {
        nameless(view, def, found, sink);
    }
    if def.is_task() {
        return;
    }
    let consolidated = def.declares.is_some() && view.attribute(names::CONSOLIDATION_MODE).is_some();
    for attribute in super::tables::required(kind) {
        // What else a consolidated item must say depends on the item that it meets.
        if !consolidated || attribute.name_id == key {
            judge(view, def, attribute, sink);
        }
    }
}

/// Written tasks, but those that say how they are consolidated. The tasks behind the steps of a connector's page get what
/// they need from there: the product's own lack most of what is required.
fn tasks(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut view: Option<ElementView<'_>> = None;
    for (id, task) in program.items.tasks.iter() {
        let at = task.origin;
        if at.generated.is_some() || task.base.is_some() || is_complete(program, at, task.kind) {
            continue;
        }
        let consolidated = program.document(at.file).find(at.element, names::CONSOLIDATION_MODE).is_some();
        if (consolidated && task.identifier.is_some()) || is_of_connector_page(facts, id, task) {
            continue;
        }
        let view = view_at(&mut view, program, at);
        for attribute in super::tables::required(task.kind) {
            judge(view, task.kind.def(), attribute, sink);
        }
    }
}

/// Whether a task is run from the page of the connector that it names, and from nowhere else.
fn is_of_connector_page(facts: &Facts, id: Id<Task>, task: &Task) -> bool {
    let runs = facts.runs_of(id);
    runs.in_connector_job && runs.first.is_none() && task.connector.is_some()
}

/// Whether all that is ever required is written. Spares a closer look at most.
fn is_complete(program: &Program, at: Origin, kind: ElementKind) -> bool {
    let document = program.document(at.file);
    super::tables::required(kind).iter().all(|attribute| {
        let found = document.find(at.element, attribute.name_id);
        found
            .is_some_and(|found| attribute.reference.is_none() || !is_blank(document.value_span(found).of(program.text(at.file))))
    })
}

/// The view of a written item; that of another of its file is moved there.
fn view_at<'v, 'p>(view: &'v mut Option<ElementView<'p>>, program: &'p Program, at: Origin) -> &'v ElementView<'p> {
    let same = view.take().filter(|view| view.file == at.file);
    let view = view.insert(same.unwrap_or_else(|| ElementView::new(program, at.file)));
    view.move_to(at.element);
    view
}

fn judge(view: &ElementView<'_>, def: &'static ElementDef, attribute: &'static AttributeDef, sink: &mut Sink) {
    match view.attribute(attribute.name_id) {
        None => sink.extend(absent(view, def, attribute)),
        Some(found) if attribute.reference.is_some() && is_empty(view, found) => {
            names_nothing(view, def, attribute, found, sink);
        }
        Some(found) if view.kind == Some(kinds::CONFIGURATION) && is_empty(view, found) => {
            let message = format!("`{}` has an empty `{}`", def.name, attribute.name);
            let finding = super::finding(&RULE, view, attribute.name, view.value_place(found), message).label("no folder");
            let note = "an empty path is as good as none: the job would get no task that deploys the configuration";
            sink.push(finding.note(note).help("write the folder, or remove the element"));
        }
        Some(_) => {}
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

/// Of an attribute that is not written, where it is required and not lost in some other way.
fn absent(view: &ElementView<'_>, def: &'static ElementDef, attribute: &'static AttributeDef) -> Option<Finding> {
    let is_key = attribute.name_id == def.key.unwrap_or(names::IDENTIFIER);
    let (severity, condition) = demanded(view, attribute)?;
    if is_meant(view, def, attribute) || is_broken(view) {
        return None;
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
    Some(if severity == Severity::Error { finding } else { finding.severity(severity) })
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
        // Of an element whose attributes are not all known, only what is certain is told.
        Some(Intended::Near(right)) => !def.open && right == wanted.name,
        None => false,
    };
    (!view.document.is_literal() && unknown().any(is_wanted))
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
    fn what_stands_under_a_part_of_its_name_is_not_absent() {
        let arguments = |inside: &str| lines(&format!("<CreateInitializationJob>\n{inside}</CreateInitializationJob>"), NAME);
        for there in [
            "<NotUsed Connector=\"HR\"/>",
            "<NotUsed Identifier=\"HR\"/>",
            "<CronTabExpression CronTabExpression=\"* * * * *\"/>",
            "<Configuration ConfigurationPath=\"Conf\"/>",
        ] {
            assert!(arguments(there).is_empty(), "{there}");
        }
        assert_eq!(arguments("<NotUsed Zebra=\"HR\"/>"), [2]);
        let two = "<ResourceType Identifier=\"R\" DisplayName_L1=\"R\" Policy=\"P\" EntityType=\"U\"/>";
        assert_eq!(lines(two, NAME), [1, 1], "SourceEntityType and TargetEntityType");
        assert!(lines("<Job Id=\"J\" DisplayName_L1=\"J\"/>", NAME).is_empty());
        // Nothing tells of it where not all attributes are known.
        assert_eq!(lines("<AccessControlEntityType Id=\"User\"/>", NAME), [1]);
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
        assert!(lines("<Agent identifier=\"A\" DisplayName_L1=\"A\"/>", NAME).is_empty(), "misspelt, not absent");
        assert!(lines("<Agent Identifer=\"A\" DisplayName_L1=\"A\"/>", NAME).is_empty(), "misspelt, not absent");
        let job =
            "<Job Identifier=\"A\" DisplayName_L1=\"A\"><ExportTaskOverride Identifier=\"B\" ContinueOnError=\"true\"/></Job>";
        assert!(lines(job, NAME).is_empty());
    }

    #[test]
    fn tasks_of_a_connector_page_get_the_rest_from_there() {
        let task = |connector: &str| format!("\n<PrepareSynchronizationTask Identifier=\"P\" DisplayName_L1=\"P\"{connector}/>");
        let job = |more: &str| format!("<Job Identifier=\"J\" DisplayName_L1=\"J\"{more}><Step Identifier=\"P\"/></Job>");
        let page = job(" IsConnectorJob=\"true\"");
        let connector = " Connector=\"C\"";
        assert!(lines(&format!("{page}{}", task(connector)), NAME).is_empty());
        assert_eq!(lines(&format!("{page}{}", task("")), NAME), [2, 2, 2, 2], "of no connector");
        assert_eq!(lines(&format!("{}{}", job(""), task(connector)), NAME), [2, 2, 2], "of another job");
        assert_eq!(lines(&format!("{page}{}{}", job(""), task(connector)), NAME), [2, 2, 2], "of another job, too");
        assert_eq!(lines(&task(connector), NAME), [2, 2, 2], "of no job");
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
