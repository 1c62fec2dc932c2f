//! `ignored-context-dates`: dates of a context rule where record sections have theirs.

use crate::finding::Severity;
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Symbol};
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "ignored-context-dates",
    Severity::Note,
    "dates of a context rule where record sections have theirs",
    &[kinds::CONTEXT_RULE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let dates = [
        names::RESOURCES_START_BINDING,
        names::RESOURCES_START_EXPRESSION,
        names::RESOURCES_END_BINDING,
        names::RESOURCES_END_EXPRESSION,
    ];
    let Some(first) = dates.into_iter().filter(|&name| view.is_written(name)).find_map(|name| view.attribute(name)) else {
        return;
    };
    let Some(entity_type) = view.symbol(names::SOURCE_ENTITY_TYPE) else { return };
    let is_own = |origin: Origin| {
        view.program.value(origin, names::SOURCE_ENTITY_TYPE).is_some_and(|value| Symbol::new(&value) == entity_type)
    };
    let sections = view.program.declarations.of_kind(ItemKind::RecordSection).filter(|one| one.generated.is_none());
    let Some(section) = sections.map(|one| Origin::written(one.file, one.element)).find(|&origin| is_own(origin)) else { return };
    let name = view.document.attribute_name_text(first.id);
    sink.push(
        view.finding(
            &RULE,
            name,
            view.name_place(first),
            format!("{} has dates that record sections take the place of", view.title()),
        )
        .label("not read")
        .note("where an entity type has record sections, contexts begin and end with theirs")
        .help("remove the dates of the context rule, once the sections have `StartProperty` and `EndProperty`")
        .related(view.program.place(section), "a section of the same entity type"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(dates: &str, section: &str) -> Vec<u32> {
        let section = format!("<RecordSection Identifier=\"S\" SourceEntityType=\"{section}\"/>");
        lines(&format!("{section}<ContextRule Identifier=\"C\" SourceEntityType=\"Person\"\n{dates}/>"), "ignored-context-dates")
    }

    #[test]
    fn dates_beside_sections_are_found() {
        assert_eq!(found("ResourcesStartBinding=\"Start\"", "Person"), [2]);
        assert_eq!(found("Policy=\"P\"\nResourcesEndExpression=\"C#:record:return record.End;\"", "person"), [3]);
        assert_eq!(found("ResourcesEndBinding=\"End\"\nResourcesStartBinding=\"Start\"", "Person"), [3], "once a rule");
    }

    #[test]
    fn rules_without_dates_or_sections_are_not() {
        assert!(found("ResourcesBinding=\"Records\"", "Person").is_empty());
        assert!(found("ResourcesStartBinding=\"Start\"", "Guest").is_empty());
        assert!(found("ResourcesStartBinding=\"\"", "Person").is_empty());
    }
}
