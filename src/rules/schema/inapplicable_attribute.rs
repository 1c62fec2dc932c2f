//! `inapplicable-attribute`: an attribute that the value of another one makes void.

use crate::finding::Severity;
use crate::grammar::{Relation, names};
use crate::rules::suggest::listed;
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "inapplicable-attribute",
    Severity::Warning,
    "an attribute that the value of another one makes void",
    Check::Element(|def| def.relations.iter().any(|one| matches!(one, Relation::OnlyWith { .. })), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(def) = view.def() else { return };
    for relation in def.relations {
        if let Relation::OnlyWith { other, values, attributes } = relation {
            judge(view, *other, values, attributes, sink);
        }
    }
}

fn judge(view: &ElementView<'_>, other: NameId, values: &[&str], attributes: &[NameId], sink: &mut Sink) {
    let written = |attribute: &&crate::rules::AttributeView| attribute.def.is_some_and(|def| attributes.contains(&def.name_id));
    if !view.attributes.iter().any(|attribute| written(&attribute)) {
        return;
    }
    // The other attribute of an item that is consolidated may be a generated one.
    if view.attribute(other).is_none() && view.attribute(names::CONSOLIDATION_MODE).is_some() {
        return;
    }
    let Some(value) = view.effective(other).filter(|value| !values.contains(&value.as_ref())) else { return };
    for &attribute in view.attributes.iter().filter(written) {
        let Some(def) = attribute.def else { continue };
        let own = view.value(attribute);
        if own.trim().is_empty() || def.default.is_some_and(|default| def.canonical(&own) == def.canonical(default)) {
            continue;
        }
        let name = view.document.attribute_name_text(attribute.id);
        let condition = view.document.names().text(other);
        let message = format!("`{name}` counts for nothing in {} with `{condition}=\"{value}\"`", view.title());
        let mut finding = super::finding(&RULE, view, name, view.name_place(attribute), message)
            .label("without effect")
            .note(format!(
                "it is read only with `{condition}` {}: what it asks for does not happen",
                listed(values.iter().copied(), 4)
            ))
            .help(format!("remove `{name}`, or write `{condition}=\"{}\"`", values.first().copied().unwrap_or_default()));
        if let Some(other) = view.attribute(other) {
            finding = finding.related(view.value_place(other), "this makes it void");
        }
        sink.push(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "inapplicable-attribute";

    fn transformation(attributes: &str) -> Vec<u32> {
        lines(&format!("<Connection Identifier=\"A\">\n<Transformation {attributes}/></Connection>"), NAME)
    }

    #[test]
    fn attributes_of_another_case_are_found() {
        assert_eq!(transformation("Type=\"TransformDate\" AddedDays=\"1\"\nConcatSeparator=\",\""), [3]);
        assert_eq!(transformation("Type=\"ConcatColumns\" InputColumn=\"A\"\nWhereValue=\"B\"\nMaxYear=\"2100\""), [3, 4]);
        assert_eq!(transformation("Type=\"WhereValue\"\nInputColumn4=\"A\""), [3], "a member of a family");
        assert_eq!(lines("<ResourceType Identifier=\"A\" AllowRemove=\"0\"\nRemoveOrphans=\"1\"/>", NAME), [2]);
        assert_eq!(lines("<Dimension Identifier=\"A\"\nParentProperty=\"Up\"/>", NAME), [2], "the default counts");
        assert_eq!(lines("<AutomationRule Type=\"SingleRole\" SingleRole=\"R\"\nEntityType=\"U\"/>", NAME), [2]);
        assert_eq!(lines("<PasswordResetSettings Identifier=\"A\" AutoGenerate=\"1\"\nDefaultPassword=\"x\"/>", NAME), [2]);
    }

    #[test]
    fn attributes_of_another_kind_of_step_or_recipient_are_found() {
        let activity = |attributes: &str| lines(&format!("<Workflow Identifier=\"W\"><Activity {attributes}/></Workflow>"), NAME);
        let recipient = |attributes: &str| {
            lines(&format!("<NotificationAspect Identifier=\"N\"><Recipient {attributes}/></NotificationAspect>"), NAME)
        };
        assert_eq!(activity("Template=\"Persist\"\nArgumentCalledWorkflow=\"V\""), [2]);
        assert_eq!(activity("Template=\"Review\"\nArgumentBlockProvisioning=\"true\""), [2]);
        assert_eq!(recipient("Type=\"Actor\"\nActivity=\"W:A\"\nEmailAddresses=\"a@example.com\""), [2, 3]);
        let control = |attributes: &str| lines(&format!("<Form Identifier=\"F\"><Control {attributes}/></Form>"), NAME);
        assert_eq!(control("OutputType=\"LayoutFieldset\"\nEmbeddedForm=\"G\""), [2]);
        assert!(control("OutputType=\"TransformImport\" EmbeddedForm=\"G\"").is_empty());
        assert!(activity("Template=\"PersistOnlyResources\" ArgumentBlockProvisioning=\"1\"").is_empty());
        assert!(recipient("Type=\"Performer\" Activity=\"W:A\" ActivityState=\"Action-Executed\"").is_empty());
    }

    #[test]
    fn attributes_of_the_case_and_defaults_are_not() {
        assert!(transformation("Type=\"ConcatColumns\" InputColumn=\"A\" InputColumn2=\"B\" SortValues=\"true\"").is_empty());
        assert!(transformation("Type=\"TransformDate\" InputColumn=\"A\" AddedDays=\"-1\"").is_empty());
        assert!(transformation("Type=\"Nonsense\" WhereValue=\"A\"").is_empty(), "left to invalid-value");
        assert!(transformation("WhereValue=\"A\"").is_empty(), "left to missing-attribute");
        assert!(lines("<ResourceType Identifier=\"A\" AllowRemove=\"false\" RemoveOrphans=\"false\"/>", NAME).is_empty());
        assert!(lines("<ResourceType Identifier=\"A\" RemoveOrphans=\"true\"/>", NAME).is_empty(), "removing is the default");
        assert!(lines("<Dimension Identifier=\"A\" ConsolidationMode=\"Merge\" ParentProperty=\"Up\"/>", NAME).is_empty());
    }
}
