//! `unproven-unique-value`: a value that should be unique, and nothing or too much that proves it.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::{kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unproven-unique-value",
    Severity::Warning,
    "a value that should be unique, with no check of it or with two that exclude each other",
    Check::Facts(check),
);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut checks: FxHashMap<Symbol, Vec<Origin>> = FxHashMap::default();
    for &origin in facts.elements(kinds::UNICITY_CHECK) {
        let around = program.document(origin.file).parent(origin.element).map(|parent| Origin::written(origin.file, parent));
        let nested = around.and_then(|around| program.value(around, names::IDENTIFIER));
        if let Some(aspect) = nested.or_else(|| program.value(origin, names::ASPECT)) {
            checks.entry(Symbol::new(&aspect)).or_default().push(origin);
        }
    }
    for &aspect in facts.elements(kinds::BUILD_UNIQUE_VALUE_ASPECT) {
        let Some(identifier) = program.value(aspect, names::IDENTIFIER) else { continue };
        if program.value(aspect, names::CONSOLIDATION_MODE).is_some() {
            continue;
        }
        let own = checks.get(&Symbol::new(&identifier)).map(Vec::as_slice).unwrap_or_default();
        judge(program, aspect, own, sink);
    }
}

fn judge(program: &Program, aspect: Origin, checks: &[Origin], sink: &mut Sink) {
    let name = program.identifier(aspect).trim().to_owned();
    let sql = program.value(aspect, names::SQL_CHECK_EXPRESSION).is_some_and(|value| !value.trim().is_empty());
    match (sql, checks.first()) {
        (false, None) => sink.push(
            finding(aspect, program, format!("nothing proves that the value of `{name}` is unique"))
                .label("neither `SqlCheckExpression` nor `UnicityCheck`")
                .note("without a check the first value computed is taken, whoever has it already")
                .help("add a `UnicityCheck` for each entity type whose values must differ"),
        ),
        (true, Some(&first)) => sink.push(
            finding(aspect, program, format!("`{name}` has both a `SqlCheckExpression` and a `UnicityCheck`"))
                .label("two ways that exclude each other")
                .note("a value is proved by the one or the other: which counts is not defined")
                .help("remove the `SqlCheckExpression`")
                .related(program.place(first), "the other way"),
        ),
        _ => {}
    }
    let mut seen: BTreeMap<u64, Origin> = BTreeMap::new();
    for &one in checks {
        let Some(target) = program.value(one, names::TARGET_ENTITY_TYPE) else { continue };
        let first = *seen.entry(Symbol::new(&target).number()).or_insert(one);
        if first == one {
            continue;
        }
        sink.push(
            finding(one, program, format!("`{name}` has two checks against `{}`", target.trim()))
                .label("a second one")
                .note("an aspect has one check for each entity type: the other is refused, or does not count")
                .help("put both conditions into one `UnicityCheck`")
                .related(program.place(first), "the first"),
        );
    }
}

fn finding(at: Origin, program: &Program, message: String) -> Finding {
    Finding::new(&RULE.info, program.place(at), message).anchor(element::anchor(program, at.file, at.element))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "unproven-unique-value";
    const SQL: &str = "SqlCheckExpression=\"SELECT 1\"";

    fn aspect(attributes: &str, checks: &[&str]) -> String {
        let one = |target: &&str| format!("\n<UnicityCheck TargetEntityType=\"{target}\"/>");
        let checks: String = checks.iter().map(one).collect();
        format!("\n<BuildUniqueValueAspect Identifier=\"A\" {attributes}>{checks}</BuildUniqueValueAspect>")
    }

    #[test]
    fn values_without_proof_or_with_two_are_found() {
        assert_eq!(lines(&aspect("", &[]), NAME), [2]);
        assert_eq!(lines(&aspect(SQL, &["User"]), NAME), [2]);
        assert_eq!(lines(&aspect("", &["User", "Guest", "user"]), NAME), [5]);
        let apart = "<UnicityCheck Aspect=\"a\" TargetEntityType=\"User\"/>";
        assert_eq!(lines(&format!("{}{apart}", aspect(SQL, &[])), NAME), [2], "at top level");
    }

    #[test]
    fn values_with_one_proof_are_not() {
        assert!(lines(&aspect(SQL, &[]), NAME).is_empty());
        assert!(lines(&aspect("", &["User", "Guest"]), NAME).is_empty());
        assert!(lines(&aspect("ConsolidationMode=\"Merge\"", &[]), NAME).is_empty());
        let apart = "<UnicityCheck Aspect=\"A\" TargetEntityType=\"User\"/>";
        assert!(lines(&format!("{apart}{}", aspect("", &[])), NAME).is_empty());
    }
}
