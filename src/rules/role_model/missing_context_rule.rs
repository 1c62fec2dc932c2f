//! `missing-context-rule`: record sections of people for whom nothing makes contexts.

use rustc_hash::FxHashSet;

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Rule, Sink, element, references};

/// The rule.
pub(crate) static RULE: Rule =
    super::whole("missing-context-rule", Severity::Warning, "a record section of an entity type without a context rule", check);

fn check(program: &Program, sink: &mut Sink) {
    if references::may_be_generated(program, ItemKind::ContextRule) {
        return;
    }
    let mut ruled: FxHashSet<Symbol> = FxHashSet::default();
    for one in program.declarations.of_kind(ItemKind::ContextRule) {
        // A rule whose type is not written may be of any.
        let Some(entity_type) = program.value(Origin::written(one.file, one.element), names::SOURCE_ENTITY_TYPE) else { return };
        ruled.insert(Symbol::new(&entity_type));
    }
    // Without any, the rules stand elsewhere.
    if ruled.is_empty() {
        return;
    }
    for section in program.declarations.of_kind(ItemKind::RecordSection).filter(|one| one.generated.is_none()) {
        let origin = Origin::written(section.file, section.element);
        let place = program.attribute_place(origin, names::SOURCE_ENTITY_TYPE);
        let (Some(entity_type), Some(place)) = (program.value(origin, names::SOURCE_ENTITY_TYPE), place) else { continue };
        if entity_type.trim().is_empty() || !ruled.insert(Symbol::new(&entity_type)) {
            continue;
        }
        sink.push(
            Finding::new(&RULE.info, place, format!("`{}` has record sections, but no context rule", entity_type.trim()))
                .label("no `ContextRule` of this type")
                .note("sections divide the contexts that the rule of the entity type makes: without it there are none to divide")
                .help(format!("add a `ContextRule` with `SourceEntityType=\"{}\"`", entity_type.trim()))
                .anchor(format!("{}/@SourceEntityType", element::anchor(program, section.file, section.element))),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const RULE: &str = "<ContextRule Identifier=\"C\" SourceEntityType=\"Person\"/>";

    fn found(types: &[&str]) -> Vec<u32> {
        let one =
            |(number, one): (usize, &&str)| format!("\n<RecordSection Identifier=\"S{number}\" SourceEntityType=\"{one}\"/>");
        let sections: String = types.iter().enumerate().map(one).collect();
        lines(&format!("{RULE}{sections}"), "missing-context-rule")
    }

    #[test]
    fn types_without_rule_are_found() {
        assert_eq!(found(&["Guest"]), [2]);
        assert_eq!(found(&["Person", "Guest"]), [3]);
        assert_eq!(found(&["Guest", "guest", "Bot"]), [2, 4], "once a type");
    }

    #[test]
    fn types_with_a_rule_and_parts_of_configurations_are_not() {
        assert!(found(&["Person", "person"]).is_empty());
        let section = "<RecordSection Identifier=\"S\" SourceEntityType=\"Guest\"/>";
        assert!(lines(section, "missing-context-rule").is_empty(), "no context rule at all");
    }
}
