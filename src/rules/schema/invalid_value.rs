//! `invalid-value`: a value that is not of its attribute's type.

use crate::finding::{Finding, Fix, Severity, with_article};
use crate::grammar::{AttributeDef, ElementDef, EnumDef, ValueProblem, ValueType, packages};
use crate::rules::suggest::{listed, nearest};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "invalid-value",
    Severity::Error,
    "a value that is not of the attribute's type",
    Check::Element(|def| def.attributes.iter().any(|one| is_judged(def, one)), check),
);

/// Values shown of an enumeration.
const SHOWN: usize = 24;

/// Whether not every value is one of the attribute's. What an item may be called is a rule of its own.
fn is_judged(element: &ElementDef, def: &AttributeDef) -> bool {
    let free = matches!(def.value, ValueType::String | ValueType::Cron | ValueType::Expression);
    !free || (def.pattern.is_some() && element.key != Some(def.name_id))
}

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(element) = view.def() else { return };
    for &attribute in &view.attributes {
        let Some(def) = attribute.def.filter(|def| is_judged(element, def)) else { continue };
        let value = view.value(attribute);
        let Err(problem) = def.check(&value) else { continue };
        // The range of index thresholds is a rule of its own.
        if matches!(problem, ValueProblem::OutOfRange { .. }) && def.name == "RebuildThreshold" {
            continue;
        }
        let search = sink.len() < super::SEARCHES;
        sink.push(finding(view, attribute, def, &value, problem, search));
    }
}

fn finding(
    view: &ElementView<'_>,
    attribute: AttributeView,
    def: &AttributeDef,
    value: &str,
    problem: ValueProblem,
    search: bool,
) -> Finding {
    let name = view.document.names().text(attribute.name);
    let message = match problem {
        ValueProblem::OutOfRange { low, high: i64::MAX } => format!("`{name}` must be {low} or more, not `{value}`"),
        ValueProblem::NotInEnum(_) => format!("`{value}` is no value of `{name}`"),
        problem => format!("`{name}` {problem}, not `{value}`"),
    };
    let place = view.value_place(attribute);
    let finding = super::finding(&RULE, view, name, place, message);
    // An empty value has no place of its own to write to.
    let fixed = |finding: Finding, text: &str, safe: bool| match (value.is_empty(), safe) {
        (true, _) => finding,
        (false, true) => finding.fix(Fix::safe(place, text)),
        (false, false) => finding.fix(Fix::risky(place, text)),
    };
    match problem {
        ValueProblem::NotInEnum(id) => {
            let finding = if id.def().open {
                finding.severity(Severity::Warning).note("the published list may lack values: check it against your version")
            } else {
                finding.note("the deployment refuses the value")
            };
            match intended(id.def(), value, search) {
                Some((right, certain)) => {
                    let finding = finding.label(format!("did you mean `{right}`?")).help(values(id.def()));
                    fixed(finding, right, certain)
                }
                None => finding.label(format!("no value of {}", id.def().name)).help(values(id.def())),
            }
        }
        ValueProblem::NotBoolean => {
            let finding = finding.label("Boolean expected").note("the deployment refuses the value");
            match truth(value) {
                Some((right, certain)) => fixed(finding.help(format!("write `{name}=\"{right}\"`")), right, certain),
                None => finding.help("write `true` or `false`"),
            }
        }
        ValueProblem::UnknownPackage => {
            let near = search.then(|| nearest(value, packages::all().iter().map(|package| package.id))).flatten();
            let finding = finding.note("without a package the connection exports and fulfils nothing");
            match near {
                Some(near) => fixed(
                    finding.label(format!("did you mean `{near}`?")).help(format!("write `{name}=\"{near}\"`")),
                    near,
                    false,
                ),
                None => {
                    finding.label("no such package").help("a package is written with its version, as in `Usercube.CSV@0000001`")
                }
            }
        }
        ValueProblem::OutOfRange { low, high } => {
            finding.label("out of range").note("the deployment refuses the value").help(if high == i64::MAX {
                format!("write a number of {low} or more")
            } else {
                format!("write a number from {low} to {high}")
            })
        }
        ValueProblem::OffPattern(_) => {
            finding.label("not of this form").note("the deployment refuses the value").help(format!("{}: {}", name, def.summary))
        }
        _ => {
            let words = def.value.words();
            let example = def.default.map(|default| format!(", such as `{name}=\"{default}\"`")).unwrap_or_default();
            finding.label(format!("{words} expected")).note("the deployment refuses the value").help(format!(
                "write {}{example}: {}",
                with_article(words),
                def.summary
            ))
        }
    }
}

/// What was meant, and whether it differs in case and blanks only.
fn intended(list: &'static EnumDef, value: &str, search: bool) -> Option<(&'static str, bool)> {
    let trimmed = value.trim();
    let same = |one: &&crate::grammar::EnumValue| one.name.eq_ignore_ascii_case(trimmed);
    if let Some(found) = list.find(trimmed).or_else(|| list.values.iter().find(same)) {
        return Some((found.name, true));
    }
    let near = search.then(|| nearest(value, list.values.iter().map(|one| one.name))).flatten();
    near.map(|near| (near, false))
}

fn values(list: &EnumDef) -> String {
    format!("the values are {}", listed(list.values.iter().map(|one| one.name), SHOWN))
}

/// The Boolean that other languages write so, and whether it differs in case only.
fn truth(value: &str) -> Option<(&'static str, bool)> {
    let value = value.trim();
    let is = |words: &[&str]| words.iter().any(|word| word.eq_ignore_ascii_case(value));
    match () {
        () if is(&["true"]) => Some(("true", true)),
        () if is(&["false"]) => Some(("false", true)),
        () if is(&["yes", "on", "y", "t"]) => Some(("true", false)),
        () if is(&["no", "off", "n", "f"]) => Some(("false", false)),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::{Safety, Severity};
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "invalid-value";

    #[test]
    fn values_of_another_type_are_found() {
        assert_eq!(lines("<Job Identifier=\"A\"\nIsIncremental=\"yes\"/>", NAME), [2]);
        assert_eq!(lines("<Agent Identifier=\"A\"\nState=\"Onlin\"/>", NAME), [2]);
        assert_eq!(lines("<ExportTask Identifier=\"A\"\nLevel=\"one\"/>", NAME), [2]);
        assert_eq!(lines("<Connection Identifier=\"A\"\nPackage=\"CSV\"/>", NAME), [2]);
        assert_eq!(
            lines("<EntityType Identifier=\"A\"><Property Identifier=\"B\"\nTargetColumnIndex=\"200\"/></EntityType>", NAME),
            [2]
        );
        assert_eq!(lines("<Job Identifier=\"A\"\nIsIncremental=\"\"/>", NAME), [2]);
        assert_eq!(lines("<Resource Type=\"A\"\nId=\"-5\"/>", NAME), [2]);
        assert_eq!(lines("<CustomLink1Setting\nUrl=\"help\" Path_L1=\"a\"/>", NAME), [2]);
    }

    #[test]
    fn modes_colours_durations_packages_and_dates_are_checked() {
        for wrong in [
            "<Job Identifier=\"A\"\nConsolidationMode=\"Replace\"/>",
            "<AppDisplaySetting\nPrimaryColor=\"#12345\"/>",
            "<AppDisplaySetting\nPrimaryColor=\"navy\"/>",
            "<Policy Identifier=\"A\"\nMaxDuration=\"-5\"/>",
            "<Policy Identifier=\"A\"\nGracePeriod=\"PT5M\"/>",
            "<SingleRoleAutomationRule\nHoursToWait=\"-2\"/>",
            "<Connection Identifier=\"A\"\nPackage=\"Usercube.CSV@1\"/>",
            "<AssignedProfile\nEndDate=\"31/12/2030\"/>",
        ] {
            assert_eq!(lines(wrong, NAME), [2], "{wrong}");
            assert!(findings(wrong, NAME).1[0].help.is_some(), "{wrong}: what to write is said");
        }
        let (_, level) = findings("<ExportTask Identifier=\"A\" Level=\"one\"/>", NAME);
        let help = "write a whole number, such as `Level=\"-1\"`: Launch group in the job: equal levels start together, lower ones first.";
        assert_eq!(level[0].help.as_deref(), Some(help));
        for right in [
            "<Job Identifier=\"A\" ConsolidationMode=\"Merge\"/>",
            "<AppDisplaySetting PrimaryColor=\"#12ABef\"/>",
            "<Policy Identifier=\"A\" MaxDuration=\"0\" GracePeriod=\"1440\"/>",
            "<SingleRoleAutomationRule HoursToWait=\"-1\"/>",
            "<Connection Identifier=\"A\" Package=\"usercube.csv@0000001\"/>",
            "<AssignedProfile EndDate=\"20301231000000\"/>",
        ] {
            assert!(lines(right, NAME).is_empty(), "{right}");
        }
    }

    #[test]
    fn values_of_the_type_are_not() {
        assert!(lines("<Job Identifier=\"A\" IsIncremental=\" 1 \" DisplayName_L1=\"yes\"/>", NAME).is_empty());
        assert!(lines("<Agent Identifier=\"A\" State=\"1\"/>", NAME).is_empty());
        assert!(lines("<Connection Identifier=\"A\" Package=\"Usercube.CSV@0000001\"/>", NAME).is_empty());
        let index = "<MaintainIndexesTask Identifier=\"A\" DisplayName_L1=\"A\" RebuildThreshold=\"99\"/>";
        assert!(lines(index, NAME).is_empty(), "left to index-thresholds");
    }

    #[test]
    fn what_is_certain_is_a_safe_fix() {
        for (xml, right, safety) in [
            ("<Job IsIncremental=\"True\"/>", "true", Safety::Safe),
            ("<Job IsIncremental=\"no\"/>", "false", Safety::Unsafe),
            ("<Agent State=\"online \"/>", "Online", Safety::Safe),
            ("<Agent State=\"Onlin\"/>", "Online", Safety::Unsafe),
        ] {
            let (_, found) = findings(xml, NAME);
            let fix = found[0].fix.as_ref().unwrap();
            assert_eq!((fix.edits[0].text.as_str(), fix.safety), (right, safety), "{xml}");
            assert_eq!(found[0].severity, Severity::Error);
        }
    }
}
