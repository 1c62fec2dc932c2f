//! `hidden-indicator-item`: a banner that an earlier one of the indicator always hides.

use std::borrow::Cow;

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::syntax::AttributeId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "hidden-indicator-item",
    Severity::Warning,
    "a banner that an earlier one of its indicator always hides",
    Check::At(&[kinds::INDICATOR], check),
);

/// Items of one indicator that are compared with each other.
const MOST: usize = 256;

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(operator) = view.effective(names::COMPARISON_OPERATOR) else { return };
    let is_item = |child: &_| view.program.kind(view.file, *child) == Some(kinds::INDICATOR_ITEM);
    let mut seen: Vec<(AttributeId, Cow<'_, str>)> = Vec::new();
    for item in view.document.children(view.element).filter(is_item).take(MOST) {
        let Some(attribute) = view.document.find(item, names::VALUE) else { continue };
        let value = view.document.value(attribute, view.text);
        let hides = |(_, earlier): &&(AttributeId, Cow<'_, str>)| hides(&operator, earlier, &value);
        if let Some((other, earlier)) = seen.iter().find(hides) {
            let message =
                format!("the banner for `{}` is never shown: the one for `{}` before it always is", value.trim(), earlier.trim());
            sink.push(
                view.finding(&RULE, "Item", view.document.value_location(attribute), message)
                    .label("an earlier item holds wherever this one does")
                    .note(format!("the first item that matches is shown; they are compared by {operator}"))
                    .help("put the item before the other, or remove it")
                    .related(view.document.value_location(*other), "holds earlier"),
            );
        }
        seen.push((attribute, value));
    }
}

/// Whether the earlier value matches wherever the later one does.
fn hides(operator: &str, earlier: &str, later: &str) -> bool {
    let (earlier, later) = (earlier.trim(), later.trim());
    let number = |value: &str| value.parse::<f64>().ok();
    let ordered = |holds: fn(f64, f64) -> bool| number(earlier).zip(number(later)).is_some_and(|(a, b)| holds(a, b));
    earlier == later
        || match operator {
            "GreaterThan" | "GreaterThanOrEqual" => ordered(|earlier, later| earlier <= later),
            "LessThan" | "LessThanOrEqual" => ordered(|earlier, later| earlier >= later),
            "Contain" => later.contains(earlier),
            "StartWith" => later.starts_with(earlier),
            "EndWith" => later.ends_with(earlier),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(operator: &str, values: &[&str]) -> Vec<u32> {
        let items: String = values.iter().map(|one| format!("\n<Item Color=\"#ff0000\" Value=\"{one}\"/>")).collect();
        let xml = format!("<Indicator EntityType=\"P\" ComparisonOperator=\"{operator}\" Order=\"0\">{items}</Indicator>");
        lines(&xml, "hidden-indicator-item")
    }

    #[test]
    fn hidden_items_are_found() {
        assert_eq!(found("GreaterThan", &["50", "80", "90"]), [3, 4]);
        assert_eq!(found("LessThanOrEqual", &["0", "100", "20"]), [4]);
        assert_eq!(found("StartWith", &["EU", "US", "EU-North"]), [4]);
        assert_eq!(found("Contain", &["ship", "flagship"]), [3]);
        assert_eq!(found("Equal", &["A", "B", "A"]), [4]);
        assert_eq!(found("EndWith", &["", "x"]), [3], "every text ends with nothing");
    }

    #[test]
    fn items_that_can_be_shown_are_not() {
        assert!(found("GreaterThan", &["90", "80", "9.5"]).is_empty());
        assert!(found("LessThan", &["10", "20"]).is_empty());
        assert!(found("GreaterThan", &["b", "c"]).is_empty(), "texts are not ordered here");
        assert!(found("StartWith", &["EU-North", "EU"]).is_empty());
        assert!(found("NotEqual", &["A", "B"]).is_empty());
        assert!(found("Nonsense", &["A", "A"]).is_empty(), "left to invalid-value");
    }
}
