//! `computed-section-date`: a record section begins or ends with a computed property.

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, name_text, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::whole(
    "computed-section-date",
    Severity::Warning,
    "a record section that begins or ends with a computed property",
    check,
);

fn check(program: &Program, sink: &mut Sink) {
    let mut sections = program.declarations.of_kind(ItemKind::RecordSection).filter(|one| one.generated.is_none()).peekable();
    if sections.peek().is_none() {
        return;
    }
    let mut computed: FxHashMap<(Symbol, Symbol), Origin> = FxHashMap::default();
    for item in program.items.entity_property_expressions.values() {
        if let (Some(entity_type), Some(property)) = (item.entity_type, item.property) {
            computed.entry((entity_type.value.name, property.value)).or_insert(item.origin);
        }
    }
    for section in sections {
        let origin = Origin::written(section.file, section.element);
        let Some(entity_type) = program.value(origin, names::RESOURCE_ENTITY_TYPE) else { continue };
        for name in [names::START_PROPERTY, names::END_PROPERTY] {
            let (Some(property), Some(place)) = (program.value(origin, name), program.attribute_place(origin, name)) else {
                continue;
            };
            let Some(&by) = computed.get(&(Symbol::new(&entity_type), Symbol::new(&property))) else { continue };
            let attribute = name_text(name).unwrap_or_default();
            let message = format!(
                "`{attribute}` of record section `{}` is computed: `{}`",
                program.identifier(origin).trim(),
                property.trim()
            );
            sink.push(
                Finding::new(&RULE.info, place, message)
                    .label("computed from other values")
                    .note("records are cut into periods before properties are computed: the section goes by the dates of the run before")
                    .help("name a property that is synchronized or entered")
                    .related(program.place(by), "computed here")
                    .anchor(format!("{}/@{attribute}", element::anchor(program, section.file, section.element))),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "computed-section-date";

    fn found(dates: &str, computed: &str) -> Vec<u32> {
        let section = format!("<RecordSection Identifier=\"A\" ResourceEntityType=\"Record\"\n{dates}/>");
        lines(&format!("{section}<EntityPropertyExpression Identifier=\"E\" {computed}/>"), NAME)
    }

    #[test]
    fn computed_dates_are_found() {
        assert_eq!(found("StartProperty=\"Start\"", "EntityType=\"Record\" Property=\"Start\""), [2]);
        assert_eq!(found("EndProperty=\"End\"", "EntityType=\"record\" Property=\"end\""), [2]);
        assert_eq!(found("StartProperty=\"Day\"\nEndProperty=\"Day\"", "EntityType=\"Record\" Property=\"Day\""), [2, 3]);
    }

    #[test]
    fn other_properties_and_types_are_not() {
        assert!(found("StartProperty=\"Start\"", "EntityType=\"Person\" Property=\"Start\"").is_empty());
        assert!(found("StartProperty=\"Start\"", "EntityType=\"Record\" Property=\"End\"").is_empty());
    }
}
