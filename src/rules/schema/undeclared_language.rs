//! `undeclared-language`: texts in a language whose number no language has.

use std::cell::LazyCell;
use std::collections::BTreeSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{self, ItemKind, Numbering, kinds, names};
use crate::ir::{Origin, Program};
use crate::rules::suggest::listed;
use crate::rules::{Check, Rule, Sink, element, lost, references};
use crate::source::{FileId, SourceFile};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "undeclared-language",
        category: Category::Schema,
        severity: Severity::Warning,
        summary: "texts in a language whose number no declared language has",
    },
    check: Check::Program(check),
};

/// Whether a language may be declared by what cannot be read, or by an element without code: each is a finding of its own.
fn may_be_declared(program: &Program) -> bool {
    let lacks_code = |(file, _): (FileId, &SourceFile)| {
        let (document, elements) = (program.document(file), program.kinds(file));
        let mut languages = document.elements().zip(elements).filter(|(_, kind)| **kind == Some(kinds::LANGUAGE));
        languages.any(|(element, _)| {
            let code = program.value(Origin::written(file, element), names::CODE);
            code.is_none_or(|code| code.trim().is_empty())
        })
    };
    lost::may_hold(program, kinds::LANGUAGE) || program.sources.iter().any(lacks_code)
}

fn check(program: &Program, sink: &mut Sink) {
    if references::may_be_generated(program, ItemKind::Language) {
        return;
    }
    let mut declared: BTreeSet<u32> = BTreeSet::new();
    for one in program.declarations.of_kind(ItemKind::Language) {
        let number = program.value(Origin::written(one.file, one.element), names::INDICATOR_NUMBER);
        // A language without a number that can be read may be any.
        let Some(Ok(number)) = number.map(|number| number.trim().parse()) else { return };
        declared.insert(number);
    }
    if declared.is_empty() {
        return;
    }
    // What stands in for every other language.
    declared.insert(1);
    let in_doubt = LazyCell::new(|| may_be_declared(program));
    let known: Vec<String> = declared.iter().map(|number| format!("_L{number}")).collect();
    let is_undeclared = |name: &str| number_of(name).is_some_and(|number| !declared.contains(&number));
    let mut suspects: Vec<bool> = grammar::seed().names().iter().map(|name| is_undeclared(name)).collect();
    let seeded = suspects.len();
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        // Almost all texts are in a declared language, so names are judged, not attributes.
        suspects.truncate(seeded);
        suspects.extend(document.names().own().map(is_undeclared));
        // One finding a file tells of all texts of a language.
        let mut told: BTreeSet<u32> = BTreeSet::new();
        for element in document.elements() {
            let Some(kind) = program.kind(file, element) else { continue };
            for attribute in document.attributes(element) {
                if !suspects[document.attribute_name(attribute).0 as usize] {
                    continue;
                }
                let name = document.attribute_name_text(attribute);
                let Some(number) = number_of(name) else { continue };
                let Some(family) = kind.def().attribute(document.attribute_name(attribute), name).and_then(|def| def.family)
                else {
                    continue;
                };
                let is_text = family.numbering == Numbering::Decimal && family.prefix.ends_with("_L");
                if !is_text || family.number(name) != Some(number) || !told.insert(number) {
                    continue;
                }
                if *in_doubt {
                    return;
                }
                sink.push(
                    Finding::new(
                        &RULE.info,
                        document.attribute_location(attribute),
                        format!("`{name}` is in a language that is not declared"),
                    )
                    .label(format!("no language has the number {number}"))
                    .note("nobody sees texts of a language that the application does not have: it is reported once a file")
                    .help(format!(
                        "declare it, as in `<Language Code=\"fr-FR\" IndicatorNumber=\"{number}\" />`, or use one of {}",
                        listed(known.iter().map(String::as_str), 16)
                    ))
                    .anchor(format!("{}/@{name}", element::anchor(program, file, element))),
                );
            }
        }
    }
}

/// The number at the end of an attribute's name, after `_L`.
fn number_of(name: &str) -> Option<u32> {
    if !name.as_bytes().last()?.is_ascii_digit() {
        return None;
    }
    name.rsplit_once("_L")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const LANGUAGES: &str = "<Language Code=\"en-US\" IndicatorNumber=\"1\"/><Language Code=\"fr-FR\" IndicatorNumber=\"2\"/>";

    fn found(xml: &str) -> Vec<u32> {
        lines(&format!("{LANGUAGES}{xml}"), "undeclared-language")
    }

    #[test]
    fn other_languages_are_found() {
        assert_eq!(found("<Policy Identifier=\"A\"\nDisplayName_L3=\"x\"/>"), [2]);
        assert_eq!(
            found("<Policy Identifier=\"A\"\nDisplayName_L3=\"x\"/>\n<Policy Identifier=\"B\" DisplayName_L3=\"x\"/>"),
            [2],
            "once"
        );
        assert_eq!(found("<Risk Identifier=\"A\"\nRemediation_L16=\"x\"\nDescription_L4=\"x\"/>"), [2, 3]);
    }

    #[test]
    fn declared_ones_and_configurations_without_any_are_not() {
        assert!(found("<Policy Identifier=\"A\" DisplayName_L1=\"x\" DisplayName_L2=\"y\"/>").is_empty());
        assert!(lines("<Policy Identifier=\"A\" DisplayName_L3=\"x\"/>", "undeclared-language").is_empty());
        let french = "<Language Code=\"fr-FR\" IndicatorNumber=\"2\"/><Policy Identifier=\"A\" DisplayName_L1=\"x\"/>";
        assert!(lines(french, "undeclared-language").is_empty(), "the first one always is");
    }
}
