//! `expression-not-embedded`: a computed property has no embedded form.

use crate::expr::Expression;
use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::names;
use crate::ir::Program;
use crate::rules::{Check, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "expression-not-embedded",
        category: Category::JobStructure,
        severity: Severity::Note,
        summary: "a computed property has no embedded form (only with --embedded)",
    },
    check: Check::Embedded(check),
};

fn check(program: &Program, _embedded: &[&str], sink: &mut Sink) {
    for item in program.items.entity_property_expressions.values() {
        let Some(text) = program.value(item.origin, names::EXPRESSION) else { continue };
        let construct = match Expression::parse(&text) {
            Ok(Expression::Literal(_)) => continue,
            Ok(Expression::Function(function)) if function.embedded().is_some() && item.binding.is_some() => continue,
            Ok(other) => other.construct(),
            Err(error) => error.message,
        };
        let name = program.identifier(item.origin);
        let place = program.attribute_place(item.origin, names::EXPRESSION).unwrap_or_else(|| program.place(item.origin));
        sink.push(
            Finding::new(&RULE.info, place, format!("`{name}` is not computed by jobwright itself: {construct}"))
                .note("an embedded UpdateEntityPropertyExpressionsTask that covers it ends in error before it computes anything")
                .help("bindings, `Literal:` values and simple functions over a binding have an embedded form")
                .anchor(format!("EntityPropertyExpression[{name}]")),
        );
    }
}
