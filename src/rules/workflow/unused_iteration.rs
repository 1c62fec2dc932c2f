//! `unused-iteration`: further attempts at a unique value compute the same value again.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unused-iteration",
    Severity::Note,
    "further attempts at a unique value that compute the same again",
    Check::At(&[kinds::BUILD_UNIQUE_VALUE_ASPECT], check),
);

/// Words of code that gives another value at each attempt.
const CHANGING: [&str; 6] = ["iteration", "Random", "Guid", "Now", "Ticks", "@ITERATION"];

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(count) = view.attribute(names::ITERATIONS_COUNT) else { return };
    let value = view.value(count);
    if !value.trim().parse::<i64>().is_ok_and(|attempts| attempts > 1) {
        return;
    }
    let Some(expression) = view.attribute(names::EXPRESSION) else { return };
    let code = view.value(expression);
    let is_code = code.trim_start().get(..3).is_some_and(|start| start.eq_ignore_ascii_case("C#:"));
    if !is_code || CHANGING.iter().any(|word| code.contains(word)) {
        return;
    }
    let message = format!("{} attempts of {} all compute the same value", value.trim(), view.title());
    sink.push(
        view.finding(&RULE, "IterationsCount", view.value_place(count), message)
            .label("no attempt differs")
            .note(
                "where the first value is taken so is every further one: the user waits for all of them, and then gets the error",
            )
            .help("use the variable `iteration` in the expression, as in `login + iteration`, or remove `IterationsCount`")
            .related(view.value_place(expression), "without `iteration`"),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(count: &str, expression: &str) -> Vec<u32> {
        let xml = format!("<BuildUniqueValueAspect Identifier=\"A\"\nIterationsCount=\"{count}\"\nExpression=\"{expression}\"/>");
        lines(&xml, "unused-iteration")
    }

    #[test]
    fn attempts_that_do_not_differ_are_found() {
        assert_eq!(found("10", "C#:p:return p.Login;"), [2]);
        assert_eq!(found(" 2 ", "c#:person:if (person.A == null) return null; return person.A.ToLower();"), [2]);
        assert_eq!(found("100", "C#:p:return p.First + &quot;.&quot; + p.Last;"), [2]);
    }

    #[test]
    fn one_attempt_and_attempts_that_differ_are_not() {
        assert!(found("10", "C#:p:return p.Login + iteration;").is_empty());
        assert!(found("10", "C#:p:return new Random().Next();").is_empty());
        assert!(found("1", "C#:p:return p.Login;").is_empty());
        assert!(found("0", "C#:p:return p.Login;").is_empty());
        assert!(found("many", "C#:p:return p.Login;").is_empty());
        assert!(found("10", "ToUpper").is_empty());
    }
}
