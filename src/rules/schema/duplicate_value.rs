//! `duplicate-value`: two elements with one number that only one of them can have.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{self, AttributeDef, ElementKind, Scope, names};
use crate::ir::{Program, Symbol};
use crate::rules::{Check, Rule, Sink, element};
use crate::source::{FileId, trim};
use crate::syntax::{AttributeId, ElementId};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "duplicate-value",
        category: Category::Schema,
        severity: Severity::Warning,
        summary: "two elements with one number that only one of them can have",
    },
    check: Check::Program(check),
};

/// Kind of element, item around it, value.
type Key = (ElementKind, Option<Symbol>, i64);

#[derive(Clone, Copy)]
struct Site {
    file: FileId,
    element: ElementId,
    attribute: AttributeId,
}

fn check(program: &Program, sink: &mut Sink) {
    let mut seen: FxHashMap<Key, Site> = FxHashMap::default();
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        for element in document.elements() {
            let Some(kind) = program.kind(file, element) else { continue };
            let Some((scope, def)) = table().get(usize::from(kind.0)).copied().flatten() else { continue };
            let Some(attribute) = document.find(element, def.name_id) else { continue };
            let value = program.attribute_value(file, attribute);
            let Ok(number) = trim(&value).parse::<i64>() else { continue };
            if def.default.is_some_and(|default| default == trim(&value)) || def.check(&value).is_err() {
                continue;
            }
            let around = match scope {
                Scope::Configuration => None,
                Scope::Parent => {
                    let parent = document.parent(element).and_then(|parent| document.find(parent, names::IDENTIFIER));
                    let Some(parent) = parent else { continue };
                    Some(Symbol::new(&program.attribute_value(file, parent)))
                }
            };
            let site = Site { file, element, attribute };
            let first = *seen.entry((kind, around, number)).or_insert(site);
            let apart = (first.file, first.element) != (site.file, site.element);
            // One item may be written as several elements.
            let one_item = || identifier(program, site).is_some_and(|own| identifier(program, first) == Some(own));
            if apart && !one_item() {
                sink.push(finding(program, def, first, site, number));
            }
        }
    }
}

/// What an element is called, to compare by: languages have their code.
fn identifier(program: &Program, site: Site) -> Option<Symbol> {
    let key = program.kind(site.file, site.element)?.def().key?;
    let attribute = program.document(site.file).find(site.element, key)?;
    Some(Symbol::new(&program.attribute_value(site.file, attribute)))
}

fn finding(program: &Program, def: &AttributeDef, first: Site, again: Site, number: i64) -> Finding {
    let document = program.document(again.file);
    let called = |site: Site| {
        let document = program.document(site.file);
        let key = program.kind(site.file, site.element).and_then(|kind| kind.def().key);
        let name = key.and_then(|key| document.find(site.element, key)).map(|key| program.attribute_value(site.file, key));
        match name {
            Some(name) => format!("`{}` `{}`", document.name_text(site.element), name.trim()),
            None => format!("`{}`", document.name_text(site.element)),
        }
    };
    Finding::new(
        &RULE.info,
        document.value_location(again.attribute),
        format!("{} has the {} {number}, as {} has", called(again), def.name, called(first)),
    )
    .label("taken already")
    .note("both are kept under the number: the deployment refuses the second, or each overwrites what the other holds")
    .help(format!("give one of them another `{}`", def.name))
    .related(program.document(first.file).value_location(first.attribute), "first taken here")
    .anchor(format!("{}/@{}", element::anchor(program, again.file, again.element), def.name))
}

/// The attribute of each kind of element whose value is its own.
fn table() -> &'static [Option<(Scope, &'static AttributeDef)>] {
    static TABLE: OnceLock<Vec<Option<(Scope, &'static AttributeDef)>>> = OnceLock::new();
    TABLE.get_or_init(|| {
        grammar::elements().map(|kind| kind.def().attributes.iter().find_map(|def| Some((def.unique?, def)))).collect()
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "duplicate-value";

    fn properties(columns: &[&str]) -> String {
        let one =
            |(number, column): (usize, &&str)| format!("\n<Property Identifier=\"P{number}\" TargetColumnIndex=\"{column}\"/>");
        columns.iter().enumerate().map(one).collect()
    }

    #[test]
    fn a_number_given_twice_is_found() {
        assert_eq!(
            lines(&format!("<EntityType Identifier=\"U\">{}</EntityType>", properties(&["4", "5", "04", "5"])), NAME),
            [4, 5]
        );
        let reopened = "<EntityType Identifier=\"u\">\n<Property Identifier=\"Q\" TargetColumnIndex=\"4\"/></EntityType>";
        assert_eq!(lines(&format!("<EntityType Identifier=\"U\">{}</EntityType>{reopened}", properties(&["4"])), NAME), [3]);
        assert_eq!(
            lines("<Dimension Identifier=\"A\" ColumnMapping=\"1\"/>\n<Dimension Identifier=\"B\" ColumnMapping=\"1\"/>", NAME),
            [2]
        );
        assert_eq!(
            lines("<Language Code=\"en-US\" IndicatorNumber=\"1\"/>\n<Language Code=\"fr-FR\" IndicatorNumber=\"1\"/>", NAME),
            [2]
        );
        assert_eq!(lines("<Resource Type=\"A\" Id=\"7\"/>\n<Resource Type=\"B\" Id=\"7\"/>", NAME), [2]);
    }

    #[test]
    fn other_scopes_defaults_and_merges_are_not() {
        let two = |second: &str| {
            let columns = properties(&["4", "-1", "-1"]);
            lines(
                &format!(
                    "<EntityType Identifier=\"U\">{columns}</EntityType><EntityType Identifier=\"{second}\">{columns}</EntityType>"
                ),
                NAME,
            )
        };
        assert!(two("V").is_empty());
        assert!(two("U").is_empty(), "the same properties again");
        assert!(lines("<Resource Type=\"A\" Id=\"x\"/><Resource Type=\"B\" Id=\"x\"/>", NAME).is_empty());
    }
}
