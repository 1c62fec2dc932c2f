//! `repeated-instance`: two scaffoldings make one instance of a universe.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};
use crate::grammar::{kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "repeated-instance",
    Severity::Warning,
    "two UniverseDataModel that make the same instance of a universe",
    Check::Facts(check),
);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut seen: BTreeMap<(u64, u64, String), Origin> = BTreeMap::new();
    for &model in facts.elements(kinds::UNIVERSE_DATA_MODEL) {
        let (Some(universe), Some(entity_type)) =
            (program.value(model, names::UNIVERSE), program.value(model, names::ENTITY_TYPE))
        else {
            continue;
        };
        let argument = |kind, name| {
            let child = program.children_of(model, kind).next()?;
            let value = program.value(Origin::written(model.file, child), name)?;
            Some(value.trim().to_owned())
        };
        let root = argument(kinds::ROOT_INSTANCE, names::INSTANCE);
        let instance = root.clone().unwrap_or_else(|| entity_type.trim().to_owned());
        // Templates name their instances differently.
        let template = argument(kinds::UNIVERSE_TEMPLATE, names::TEMPLATE).unwrap_or_default();
        let key = (Symbol::new(&universe).number(), Symbol::new(&instance).number(), template);
        let first = *seen.entry(key).or_insert(model);
        if first == model {
            continue;
        }
        let message = format!("universe `{}` gets the instance `{instance}` twice", universe.trim());
        let finding = Finding::new(&RULE.info, program.place(model), message)
            .label("makes it again")
            .note("instances are told apart by their identifiers: of two with one, one is lost with what it joins")
            .related(program.place(first), "makes the same")
            .anchor(element::anchor(program, model.file, model.element));
        sink.push(match root {
            Some(_) => finding.help("give one of them another `RootInstance`"),
            None => finding.help("add `<RootInstance Instance=\"…\" />` to one of them, or remove it"),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(models: &[(&str, &str)]) -> Vec<u32> {
        let one = |(attributes, inside): &(&str, &str)| format!("\n<UniverseDataModel {attributes}>{inside}</UniverseDataModel>");
        lines(&models.iter().map(one).collect::<String>(), "repeated-instance")
    }

    const PEOPLE: &str = "Universe=\"U\" EntityType=\"Person\"";

    #[test]
    fn instances_made_twice_are_found() {
        assert_eq!(found(&[(PEOPLE, ""), (PEOPLE, "<ExcludedProperty Property=\"Mail\"/>")]), [3]);
        let named = "<RootInstance Instance=\"Crew\"/>";
        assert_eq!(found(&[(PEOPLE, named), ("Universe=\"u\" EntityType=\"Guest\"", "<RootInstance Instance=\"crew\"/>")]), [3]);
        let template = "<UniverseTemplate Template=\"OwnedSingleRoles\"/>";
        assert_eq!(found(&[(PEOPLE, ""), (PEOPLE, template), (PEOPLE, template)]), [4]);
    }

    #[test]
    fn instances_of_their_own_are_not() {
        assert!(found(&[(PEOPLE, ""), (PEOPLE, "<RootInstance Instance=\"Managers\"/>")]).is_empty());
        assert!(found(&[(PEOPLE, ""), ("Universe=\"V\" EntityType=\"Person\"", "")]).is_empty());
        assert!(found(&[(PEOPLE, ""), (PEOPLE, "<UniverseTemplate Template=\"OwnedSingleRoles\"/>")]).is_empty());
    }
}
