//! `missing-default-section`: properties of records that no section holds.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Declaration, Origin, Program, Symbol};
use crate::rules::suggest::listed;
use crate::rules::{Check, Facts, Rule, Sink, element, references};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "missing-default-section",
        category: Category::Provisioning,
        severity: Severity::Warning,
        summary: "record sections without a default one, and properties that none of them holds",
    },
    check: Check::Facts(check),
};

/// How many properties are named.
const SHOWN: usize = 5;

/// The sections of one entity type of records.
#[derive(Default)]
struct Sections {
    all: Vec<Origin>,
    properties: FxHashSet<Symbol>,
    has_default: bool,
}

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let sections = facts.elements(kinds::RECORD_SECTION);
    if sections.is_empty() || references::may_be_generated(program, ItemKind::RecordSection) {
        return;
    }
    let mut by_type: BTreeMap<u64, Sections> = BTreeMap::new();
    for &section in sections {
        let Some(records) = program.value(section, names::RESOURCE_ENTITY_TYPE) else { continue };
        let own = by_type.entry(Symbol::new(&records).number()).or_default();
        own.all.push(section);
        let mut lists = false;
        for property in program.children_of(section, kinds::RECORD_SECTION_PROPERTY) {
            let origin = Origin::written(section.file, property);
            // A default section may exclude some.
            let excluded = program.value(origin, names::IS_EXCLUDED).is_some_and(|value| matches!(value.trim(), "true" | "1"));
            if let Some(name) = program.value(origin, names::PROPERTY).filter(|_| !excluded) {
                own.properties.insert(Symbol::new(&name));
                lists = true;
            }
        }
        own.has_default |= !lists || program.value(section, names::CONSOLIDATION_MODE).is_some();
    }
    let mut wanting: Vec<&Sections> = by_type.values().filter(|one| !one.has_default).collect();
    wanting.sort_unstable_by_key(|one| one.all.first().map(|first| (first.file, first.element)));
    if wanting.is_empty() {
        return;
    }
    let mut properties: FxHashMap<Symbol, Vec<&Declaration>> = FxHashMap::default();
    for one in program.declarations.of_kind(ItemKind::Property) {
        if let Some(scope) = one.scope.filter(|scope| by_type.contains_key(&scope.number())) {
            properties.entry(scope).or_default().push(one);
        }
    }
    for one in wanting {
        sink.extend(judge(program, one, &properties));
    }
}

fn judge(program: &Program, sections: &Sections, properties: &FxHashMap<Symbol, Vec<&Declaration>>) -> Option<Finding> {
    let &first = sections.all.first()?;
    let records = program.value(first, names::RESOURCE_ENTITY_TYPE)?;
    let entity_type = Symbol::new(&records);
    let declared = program.declarations.find(ItemKind::EntityType, None, entity_type)?;
    let key = |one: &&&Declaration| program.value(Origin::written(one.file, one.element), names::IS_KEY).is_none();
    let free: Vec<String> = properties
        .get(&entity_type)?
        .iter()
        .filter(|one| one.generated.is_none() && !sections.properties.contains(&one.symbol))
        .filter(key)
        .map(|one| program.identifier(Origin::written(one.file, one.element)).trim().to_owned())
        .collect();
    if free.is_empty() {
        return None;
    }
    let message = format!(
        "no record section of `{}` holds {}, and none is the default one",
        records.trim(),
        listed(free.iter().map(String::as_str), SHOWN)
    );
    Some(
        Finding::new(&RULE.info, program.identifier_place(first), message)
            .label("lists its properties, as the others do")
            .note("a section without properties is the default one, which holds those that no other lists: without it they belong to no period")
            .help("add a `RecordSection` without `Property` children, or list the properties in one")
            .related(program.document(declared.file).name_location(declared.element), "the records' entity type")
            .anchor(element::anchor(program, first.file, first.element)),
    )
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    const TYPE: &str = "<EntityType Identifier=\"Record\"><Property Identifier=\"Start\"/><Property Identifier=\"Title\"/><Property Identifier=\"Site\"/></EntityType>";

    fn found(sections: &[&[&str]], model: &str) -> Vec<String> {
        let property = |name: &&str| format!("<Property Property=\"{name}\"/>");
        let one = |(number, names): (usize, &&[&str])| {
            let inside: String = names.iter().map(property).collect();
            format!(
                "\n<RecordSection Identifier=\"S{number}\" SourceEntityType=\"Person\" ResourceEntityType=\"Record\">{inside}</RecordSection>"
            )
        };
        let sections: String = sections.iter().enumerate().map(one).collect();
        findings(&format!("{model}{sections}"), "missing-default-section").1.into_iter().map(|one| one.message).collect()
    }

    #[test]
    fn properties_of_no_section_are_found() {
        assert_eq!(
            found(&[&["Title"]], TYPE),
            ["no record section of `Record` holds `Start`, `Site`, and none is the default one"]
        );
        assert_eq!(found(&[&["title", "Start"], &["Start"]], TYPE).len(), 1);
        let more = format!("{TYPE}<EntityType Identifier=\"Record\"><Property Identifier=\"Late\"/></EntityType>");
        assert_eq!(
            found(&[&["Title", "Start", "Site"]], &more),
            ["no record section of `Record` holds `Late`, and none is the default one"]
        );
    }

    #[test]
    fn default_sections_and_full_ones_are_not() {
        assert!(found(&[&["Title"], &[]], TYPE).is_empty());
        assert!(found(&[&["Title"], &["Start", "Site"]], TYPE).is_empty());
        assert!(found(&[&["Title"]], "").is_empty(), "the entity type stands elsewhere");
        assert!(found(&[&["Title"]], &format!("{TYPE}<WorkforceModule/>")).is_empty(), "sections may be generated");
    }
}
