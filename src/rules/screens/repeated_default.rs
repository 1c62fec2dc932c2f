//! `repeated-default`: two tables or forms that are both the default of one entity type.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::{self, ElementKind, name_text, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "repeated-default",
    Severity::Warning,
    "two tables or forms that are both the default of one entity type",
    Check::Facts(check),
);

const FLAGS: [NameId; 3] = [names::IS_DEFAULT_SELF_FORM, names::IS_DEFAULT_VIEW_FORM, names::IS_ENTITY_TYPE_DEFAULT];

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut seen: FxHashMap<(NameId, Symbol), Origin> = FxHashMap::default();
    let mut found: Vec<Origin> = kinds().iter().flat_map(|&kind| facts.elements(kind)).copied().collect();
    found.sort_unstable_by_key(|one| (one.file, one.element));
    for origin in found {
        let document = program.document(origin.file);
        for flag in FLAGS {
            let Some(attribute) = document.find(origin.element, flag) else { continue };
            if !matches!(program.attribute_value(origin.file, attribute).trim(), "true" | "1") {
                continue;
            }
            let Some(entity_type) = program.value(origin, names::ENTITY_TYPE) else { continue };
            let first = *seen.entry((flag, Symbol::new(&entity_type))).or_insert(origin);
            if first != origin {
                sink.extend(finding(program, flag, &entity_type, first, origin));
            }
        }
    }
}

/// The kinds of elements that have one of the flags.
fn kinds() -> &'static [ElementKind] {
    static KINDS: OnceLock<Vec<ElementKind>> = OnceLock::new();
    KINDS.get_or_init(|| {
        let has = |kind: &ElementKind| FLAGS.iter().any(|&flag| kind.def().attribute(flag, "").is_some());
        grammar::elements().filter(has).collect()
    })
}

fn finding(program: &Program, flag: NameId, entity_type: &str, first: Origin, again: Origin) -> Option<Finding> {
    let called = |one: Origin| program.identifier(one).trim().to_owned();
    let (own, other) = (called(again), called(first));
    // One item written twice has a rule of its own.
    if own.eq_ignore_ascii_case(&other) {
        return None;
    }
    let document = program.document(again.file);
    let name = name_text(flag).unwrap_or_default();
    let message = format!("`{own}` and `{other}` both have `{name}` for `{}`", entity_type.trim());
    let finding = Finding::new(&RULE.info, document.attribute_location(document.find(again.element, flag)?), message)
        .label("a second default")
        .note("which of them is shown is not defined, and may change with the next deployment")
        .help(format!("keep `{name}` on one of them"))
        .anchor(format!("{}/@{name}", element::anchor(program, again.file, again.element)));
    Some(match program.attribute_place(first, flag) {
        Some(place) => finding.related(place, "the other"),
        None => finding,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(items: &[(&str, &str)]) -> Vec<u32> {
        let one = |(number, (element, attributes)): (usize, &(&str, &str))| {
            format!("\n<{element} Identifier=\"I{number}\" {attributes}/>")
        };
        lines(&items.iter().enumerate().map(one).collect::<String>(), "repeated-default")
    }

    #[test]
    fn second_defaults_are_found() {
        let table = ("DisplayTable", "EntityType=\"U\" IsEntityTypeDefault=\"true\"");
        assert_eq!(found(&[table, table]), [3]);
        assert_eq!(
            found(&[
                ("Form", "EntityType=\"U\" IsDefaultViewForm=\"1\""),
                ("ResourceViewEntityForm", "EntityType=\"u\" IsDefaultViewForm=\"true\"")
            ]),
            [3]
        );
        let form = ("Form", "EntityType=\"U\" IsDefaultSelfForm=\"true\"");
        assert_eq!(found(&[form, form, form]), [3, 4]);
    }

    #[test]
    fn one_of_each_is_not() {
        let both = "EntityType=\"U\" IsDefaultViewForm=\"true\" IsDefaultSelfForm=\"true\"";
        assert!(found(&[("Form", both), ("Form", &both.replace("\"U\"", "\"V\""))]).is_empty());
        assert!(found(&[("Form", both), ("Form", &both.replace("true", "false"))]).is_empty());
        let again = "<DisplayTable Identifier=\"A\" EntityType=\"U\" IsEntityTypeDefault=\"true\"/>".repeat(2);
        assert!(lines(&again, "repeated-default").is_empty(), "left to duplicate-identifier");
    }
}
