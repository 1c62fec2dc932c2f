//! `unclaimed-column`: a resource with a value in a column that no property of its entity type has.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unclaimed-column",
    Severity::Error,
    "a resource with a value in a column that no property of its entity type has",
    Check::Facts(check),
);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let resources = facts.elements(kinds::RESOURCE);
    if resources.is_empty() {
        return;
    }
    let columns = columns(program, facts);
    for &resource in resources {
        let Some(entity_type) = program.value(resource, names::TYPE) else { continue };
        let Some(Some(known)) = columns.get(&Symbol::new(&entity_type)) else { continue };
        let document = program.document(resource.file);
        for attribute in document.attributes(resource.element) {
            let name = document.attribute_name_text(attribute);
            let Some(def) = kinds::RESOURCE.def().attribute(document.attribute_name(attribute), name) else { continue };
            let number = def.family.filter(|family| matches!(family.prefix, "C" | "I")).and_then(|family| family.number(name));
            let Some(column) = number.filter(|&column| !known.contains(&i64::from(column))) else { continue };
            let message =
                format!("no property of `{}` has column {column}, in which this resource has a value", entity_type.trim());
            sink.push(
                Finding::new(&RULE.info, document.attribute_location(attribute), message)
                    .label(format!("column {column}"))
                    .note("the letters of a column are base32hex: `C1A` is column 42, `I40` column 128; a value in one that no property has is shown nowhere")
                    .help(format!("write the column of the property, or give it `TargetColumnIndex=\"{column}\"`"))
                    .anchor(format!("{}/@{name}", element::anchor(program, resource.file, resource.element))),
            );
        }
    }
}

/// The columns of each declared entity type; nothing of one that may have more properties.
fn columns(program: &Program, facts: &Facts) -> FxHashMap<Symbol, Option<FxHashSet<i64>>> {
    let mut found: FxHashMap<Symbol, Option<FxHashSet<i64>>> = FxHashMap::default();
    // Scaffoldings add properties to entity types that are declared.
    if !facts.other_scaffoldings().is_empty() {
        return found;
    }
    for declared in program.declarations.of_kind(ItemKind::EntityType) {
        let own = found.entry(declared.symbol).or_insert_with(|| Some(FxHashSet::default()));
        let origin = Origin::written(declared.file, declared.element);
        if declared.generated.is_some() || program.value(origin, names::CONSOLIDATION_MODE).is_some() {
            *own = None;
        }
        let Some(columns) = own else { continue };
        for property in program.children_of(origin, kinds::ENTITY_TYPE_PROPERTY) {
            let property = Origin::written(origin.file, property);
            match program.value(property, names::TARGET_COLUMN_INDEX).map(|value| value.trim().parse::<i64>()) {
                Some(Ok(column)) if column >= 0 => _ = columns.insert(column),
                // A property without a column gets one when it is deployed, and nobody can tell which.
                _ => {
                    *own = None;
                    break;
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    fn found(property: &str, columns: &str) -> Vec<String> {
        let model = format!(
            "<EntityType Identifier=\"Title\"><Property Identifier=\"Code\" TargetColumnIndex=\"4\"/><Property Identifier=\"Site\" Type=\"ForeignKey\" TargetColumnIndex=\"128\"/>{property}</EntityType>"
        );
        let (program, found) = findings(&format!("{model}<Resource Id=\"7\" Type=\"title\" {columns}/>"), "unclaimed-column");
        found.iter().map(|one| one.location.span.of(program.text(one.location.file)).to_owned()).collect()
    }

    #[test]
    fn columns_of_no_property_are_found() {
        assert_eq!(found("", "C5=\"x\""), ["C5"]);
        assert_eq!(found("", "C4=\"x\" C14=\"y\" I41=\"8\""), ["C14", "I41"], "base32hex");
        assert_eq!(found("<Property Identifier=\"Label\" TargetColumnIndex=\"10\"/>", "CA=\"x\" C10=\"x\""), ["C10"]);
    }

    #[test]
    fn columns_of_a_property_and_of_unknown_types_are_not() {
        assert!(found("", "C4=\"x\" I40=\"8\" DisplayName_L1=\"x\"").is_empty());
        assert!(found("<Property Identifier=\"Label\"/>", "C5=\"x\"").is_empty(), "a column that nobody knows");
        assert!(found("", "CZZ=\"x\"").is_empty(), "left to unknown-attribute");
        let (_, elsewhere) = findings("<Resource Id=\"7\" Type=\"Gone\" C5=\"x\"/>", "unclaimed-column");
        assert!(elsewhere.is_empty());
    }
}
