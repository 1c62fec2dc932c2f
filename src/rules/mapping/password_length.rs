//! `password-length`: generated passwords become longer than their length says.

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "password-length",
    Severity::Note,
    "generated passwords become longer than their length says",
    Check::At(&[kinds::PASSWORD_RESET_SETTINGS], check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::GENERATED_LENGTH).filter(|_| view.is_true(names::AUTO_GENERATE)) else { return };
    let number = |name| view.effective(name).and_then(|value| value.trim().parse::<i64>().ok());
    let counts = [
        names::GENERATED_DIGIT_CHARS_COUNT,
        names::GENERATED_LOWER_CASE_CHARS_COUNT,
        names::GENERATED_SYMBOL_CHARS_COUNT,
        names::GENERATED_UPPER_CASE_CHARS_COUNT,
    ];
    let Some(length) = number(names::GENERATED_LENGTH) else { return };
    // Counts that are not written have defaults.
    let Some(sum) = counts.into_iter().map(number).sum::<Option<i64>>().filter(|&sum| sum > length) else { return };
    sink.push(
        view.finding(
            &RULE,
            "GeneratedLength",
            view.value_place(attribute),
            format!("passwords of {} have {sum} characters, not {length}", view.title()),
        )
        .label(format!("digits, letters and symbols are {sum} together"))
        .note("the sum of the counts wins where it is larger; a count that is not written has a default")
        .help(format!("write `GeneratedLength=\"{sum}\"`, or lower the counts")),
    );
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(attributes: &str) -> Vec<u32> {
        lines(&format!("<PasswordResetSettings Identifier=\"A\"\n{attributes}/>"), "password-length")
    }

    #[test]
    fn sums_above_the_length_are_found() {
        assert_eq!(found("AutoGenerate=\"true\" GeneratedLength=\"8\""), [2], "the defaults are twelve");
        assert_eq!(found("AutoGenerate=\"1\"\nGeneratedLength=\"12\" GeneratedDigitCharsCount=\"3\""), [3]);
        assert_eq!(found("AutoGenerate=\"true\" GeneratedLength=\"14\" GeneratedLowerCaseCharsCount=\"9\""), [2]);
    }

    #[test]
    fn sums_within_and_passwords_not_generated_are_not() {
        assert!(found("AutoGenerate=\"true\" GeneratedLength=\"12\"").is_empty());
        assert!(found("AutoGenerate=\"true\" GeneratedLength=\"8\" GeneratedLowerCaseCharsCount=\"2\"").is_empty());
        assert!(found("GeneratedLength=\"8\"").is_empty());
        assert!(found("AutoGenerate=\"true\" GeneratedSymbolCharsCount=\"20\"").is_empty(), "no length is asked for");
    }
}
