//! `excess-profiles`: more profiles of one user than the product keeps.

use rustc_hash::FxHashMap;

use crate::finding::{Finding, Severity};
use crate::grammar::{kinds, names};
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "excess-profiles",
    Severity::Warning,
    "more profiles assigned to one user than the product keeps",
    Check::Facts(check),
);

/// How many profiles a user has at most.
const MOST: usize = 10;

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut counts: FxHashMap<Symbol, usize> = FxHashMap::default();
    for &assigned in facts.elements(kinds::ASSIGNED_PROFILE) {
        let document = program.document(assigned.file);
        let Some(attribute) = document.find(assigned.element, names::USER) else { continue };
        let user = program.attribute_value(assigned.file, attribute);
        if user.trim().is_empty() {
            continue;
        }
        let count = counts.entry(Symbol::new(&user)).or_default();
        *count += 1;
        if *count != MOST + 1 {
            continue;
        }
        let message = format!("user `{}` gets more than {MOST} profiles", user.trim());
        sink.push(
            Finding::new(&RULE.info, document.value_location(attribute), message)
                .label(format!("the {}th", MOST + 1))
                .note(format!("a user has {MOST} profiles at most: further ones are refused, or never count"))
                .help("put rights together in fewer profiles")
                .anchor(format!("{}/@User", element::anchor(program, assigned.file, assigned.element))),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "excess-profiles";

    fn assigned(user: &str, count: usize) -> String {
        (0..count).map(|number| format!("\n<AssignedProfile User=\"{user}\" Profile=\"P{number}\" Context=\"-2\"/>")).collect()
    }

    #[test]
    fn the_first_profile_too_many_is_found() {
        assert_eq!(lines(&assigned("7", 11), NAME), [12]);
        assert_eq!(lines(&assigned("7", 14), NAME), [12], "once");
        assert_eq!(lines(&format!("{}{}", assigned("7", 11), assigned("8", 11)), NAME), [12, 23]);
    }

    #[test]
    fn ten_each_are_not() {
        assert!(lines(&format!("{}{}", assigned("7", 10), assigned("8", 10)), NAME).is_empty());
        assert!(lines(&assigned("", 12), NAME).is_empty());
    }
}
