//! `mining-into-own-policy`: role mining writes its rules among those written by hand.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::same_identifier;
use crate::rules::{ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "mining-into-own-policy",
    Severity::Note,
    "role mining writes its rules among those written by hand",
    &[kinds::MINING_RULE],
    check,
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(policy) = view.attribute(names::POLICY) else { return };
    let own = view.value(policy);
    let (place, message) = match view.attribute(names::RULE_POLICY) {
        None => (view.place(), "the mining rule names no policy for the rules it generates".to_owned()),
        Some(target) if same_identifier(&view.value(target), &own) => {
            (view.value_place(target), format!("the mining rule generates its rules into its own policy `{}`", own.trim()))
        }
        Some(_) => return,
    };
    sink.push(
        view.finding(&RULE, "RulePolicy", place, message)
            .label("a policy of its own advised")
            .note("mining replaces the rules that it generated before: in a policy of their own they can be told from hand-written ones, and simulated")
            .help("declare a policy for mined rules and name it in `RulePolicy`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("\n<MiningRule EntityType=\"U\" {attributes}/>"), "mining-into-own-policy")
    }

    #[test]
    fn rules_among_others_are_found() {
        assert_eq!(found("Policy=\"Default\""), [2]);
        assert_eq!(found("Policy=\"Default\"\nRulePolicy=\"Default\""), [3]);
        assert_eq!(found("Policy=\"Default\" RulePolicy=\"default \""), [2]);
    }

    #[test]
    fn a_policy_of_their_own_is_not() {
        assert!(found("Policy=\"Default\" RulePolicy=\"Mined\"").is_empty());
        assert!(found("").is_empty(), "left to missing-attribute");
    }
}
