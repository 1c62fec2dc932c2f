//! `overlapping-rules`: two scalar rules that fill one property at the same time.

use std::borrow::Cow;

use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::ir::Symbol;
use crate::rules::{ElementView, Rule, Sink};
use crate::source::trim;
use crate::syntax::{AttributeId, ElementId, NameId};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "overlapping-rules",
    Severity::Warning,
    "two scalar rules that fill one property at the same time",
    &[kinds::RESOURCE_TYPE],
    check,
);

/// What must be the same for two rules to meet: the property, who it is for, and the dates that its offsets count from.
type Occasion = (Symbol, Option<Symbol>, Option<Symbol>, Reference);

/// The dates that the offsets of a rule count from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reference {
    /// From the start to the end, or as the type rule says: in the middle all rules hold.
    Whole(bool),
    /// Both offsets from the start date, or both from the end date: rules may follow each other.
    OneDate(bool),
}

struct Filling {
    occasion: Occasion,
    from: i64,
    to: i64,
    property: AttributeId,
}

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let is_rule = |child: &ElementId| view.program.kind(view.file, *child) == Some(kinds::SCALAR_RULE);
    let rules = view.document.children(view.element).filter(is_rule);
    let mut filled: Vec<(Symbol, ElementId)> =
        rules.filter_map(|rule| Some((symbol(view, rule, names::PROPERTY)?, rule))).collect();
    filled.sort_unstable();
    // Most properties have one rule.
    let several = filled.chunk_by(|one, next| one.0 == next.0).filter(|rules| rules.len() > 1).flatten();
    let mut fillings: Vec<Filling> = several.filter_map(|&(property, rule)| filling(view, property, rule)).collect();
    fillings.sort_by_key(|one| (one.occasion, one.from, one.property.0));
    let mut before: Option<Filling> = None;
    for one in fillings {
        let Some(last) = before.take().filter(|last| last.occasion == one.occasion) else {
            before = Some(one);
            continue;
        };
        let meets = matches!(one.occasion.3, Reference::Whole(_)) || one.from < last.to;
        if meets {
            let name = view.document.value(one.property, view.text);
            let message = format!("{}: two rules fill `{}` at the same time", view.title(), name.trim());
            sink.push(
                view.finding(&RULE, name.trim(), view.document.value_location(one.property), message)
                    .label("filled by another rule then")
                    .note("the property holds one value, and nothing says which of two rules with the same conditions gives it")
                    .help("keep one of them, or give each its own time or its own SingleRole")
                    .related(view.document.value_location(last.property), "the other rule"),
            );
        }
        before = Some(if one.to > last.to { one } else { last });
    }
}

fn value<'p>(view: &ElementView<'p>, rule: ElementId, name: NameId) -> Option<Cow<'p, str>> {
    view.document.find(rule, name).map(|attribute| view.document.value(attribute, view.text))
}

fn symbol(view: &ElementView<'_>, rule: ElementId, name: NameId) -> Option<Symbol> {
    value(view, rule, name).filter(|value| !trim(value).is_empty()).map(|value| Symbol::new(&value))
}

/// When a rule fills its property; nothing where that cannot be read.
fn filling(view: &ElementView<'_>, property: Symbol, rule: ElementId) -> Option<Filling> {
    let document = view.document;
    let value = |name| value(view, rule, name);
    let symbol = |name| symbol(view, rule, name);
    let offset = |name| value(name).map_or(Some(0), |value: Cow<'_, str>| value.trim().parse::<i64>().ok());
    let def = kinds::SCALAR_RULE.def().attribute(names::TIME_OFFSET_REFERENCE, "")?;
    let written = value(names::TIME_OFFSET_REFERENCE);
    let reference = match written.as_deref().map_or("Default", |written| def.canonical(written)) {
        "Default" => Reference::Whole(false),
        "Around" => Reference::Whole(true),
        "Before" => Reference::OneDate(false),
        "After" => Reference::OneDate(true),
        _ => return None,
    };
    Some(Filling {
        occasion: (property, symbol(names::SINGLE_ROLE), symbol(names::POLICY), reference),
        from: offset(names::TIME_OFFSET_BEFORE_REFERENCE)?,
        to: offset(names::TIME_OFFSET_AFTER_REFERENCE)?,
        property: document.find(rule, names::PROPERTY)?,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(rules: &[&str]) -> Vec<u32> {
        let rules: String = rules.iter().map(|more| format!("\n<ScalarRule {more}/>")).collect();
        lines(&format!("<ResourceType Identifier=\"R\">{rules}</ResourceType>"), "overlapping-rules")
    }

    const MAIL: &str = "Property=\"mail\"";

    #[test]
    fn rules_of_one_time_are_found() {
        assert_eq!(found(&[MAIL, "Property=\"phone\"", "Property=\"Mail\" Binding=\"x\""]), [4]);
        assert_eq!(found(&[MAIL, MAIL, MAIL]), [3, 4]);
        let around = |before: i32| format!("{MAIL} TimeOffsetReference=\"Around\" TimeOffsetBeforeReference=\"{before}\"");
        assert_eq!(found(&[&around(-60), &around(0)]), [3]);
        let start = |from: i32, to: i32| {
            format!("{MAIL} TimeOffsetReference=\"2\" TimeOffsetBeforeReference=\"{from}\" TimeOffsetAfterReference=\"{to}\"")
        };
        assert_eq!(found(&[&start(-60, 30), &start(-90, -30)]), [2]);
        assert_eq!(found(&[&start(0, 100), &start(10, 20), &start(50, 60)]), [3, 4]);
        let role = format!("{MAIL} SingleRole=\"Captain\"");
        assert_eq!(found(&[&role, &role]), [3]);
    }

    #[test]
    fn rules_of_other_times_people_and_properties_are_not() {
        let at = |reference: &str, from: i32, to: i32| {
            format!(
                "{MAIL} TimeOffsetReference=\"{reference}\" TimeOffsetBeforeReference=\"{from}\" TimeOffsetAfterReference=\"{to}\""
            )
        };
        assert!(found(&[&at("Before", -60, 0), &at("Before", 0, 60)]).is_empty(), "one after the other");
        assert!(found(&[&at("Before", -60, 0), &at("After", -60, 0), &at("Around", 0, 0), MAIL]).is_empty(), "of other dates");
        let role = |name: &str| format!("{MAIL} SingleRole=\"{name}\"");
        assert!(found(&[&role("Captain"), &role("Cook"), MAIL]).is_empty());
        assert!(found(&[MAIL, "Property=\"phone\""]).is_empty());
        assert!(found(&[MAIL, &format!("{MAIL} Policy=\"Other\"")]).is_empty());
        assert!(found(&[MAIL, &format!("{MAIL} TimeOffsetReference=\"Never\"")]).is_empty(), "left to invalid-value");
    }
}
