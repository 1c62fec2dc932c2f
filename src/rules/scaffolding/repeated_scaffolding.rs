//! `repeated-scaffolding`: a scaffolding called twice, or by itself beside a template that includes it.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};
use crate::scaffold;
use crate::syntax::{ElementId, NameId};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "repeated-scaffolding",
        category: Category::Scaffolding,
        severity: Severity::Note,
        summary: "a scaffolding that stands there twice, by itself or within a template",
    },
    check: Check::Facts(check),
};

/// What a template that names no profile makes its rights for.
const ADMINISTRATOR: &str = "Administrator";
/// Elements of one scaffolding that are compared; none has as many.
const LONGEST: usize = 256;

/// A scaffolding that a template includes, with the profile and entity type it gets.
type Included = (NameId, Option<Symbol>, Option<Symbol>);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    for (first, again) in scaffold::repeated(program) {
        let origin = |id| program.items.scaffoldings[id].origin;
        sink.push(finding(program, origin(again), origin(first), "with the same arguments"));
    }
    let all = facts.other_scaffoldings();
    let mut included: FxHashMap<Included, Origin> = FxHashMap::default();
    for &template in all {
        let Some(kind) = program.kind(template.file, template.element) else { continue };
        let (profile, entity_type) = scope(program, template);
        let profile = profile.or_else(|| (kind == kinds::CREATE_ADMINISTRATOR_PROFILE).then(|| Symbol::new(ADMINISTRATOR)));
        for &name in kind.def().includes {
            included.entry((name, profile, entity_type)).or_insert(template);
            // What a template includes need not be about an entity type, or about a profile.
            included.entry((name, profile, None)).or_insert(template);
            included.entry((name, None, entity_type)).or_insert(template);
        }
    }
    let mut seen: FxHashMap<String, Origin> = FxHashMap::default();
    for &one in all {
        let mut key = String::new();
        describe(program, one, one.element, &mut key, &mut 0);
        let first = *seen.entry(key).or_insert(one);
        let (other, how) = if first != one {
            (first, "with the same arguments")
        } else if let Some(&template) = included.get(&plain(program, one)) {
            (template, "as part of this template")
        } else {
            continue;
        };
        sink.push(finding(program, one, other, how));
    }
}

fn finding(program: &Program, one: Origin, other: Origin, how: &str) -> Finding {
    let message = format!("{} stands there already, {how}", program.document(one.file).name_text(one.element));
    Finding::new(&RULE.info, program.place(one), message)
        .label("adds nothing")
        .note("what it generates has the same identifiers and is one with what is there: who changes the one wonders why nothing changes")
        .help("remove it")
        .related(program.place(other), "generates the same")
        .anchor(element::anchor(program, one.file, one.element))
}

/// The profile and entity type that a scaffolding is about.
fn scope(program: &Program, one: Origin) -> (Option<Symbol>, Option<Symbol>) {
    let symbol = |name| program.value(one, name).filter(|value| !value.trim().is_empty()).map(|value| Symbol::new(&value));
    (symbol(names::PROFILE), symbol(names::ENTITY_TYPE))
}

/// A scaffolding as a template would call it; nothing that one includes where it has arguments of its own.
fn plain(program: &Program, one: Origin) -> Included {
    let document = program.document(one.file);
    let known = [names::ENTITY_TYPE, names::ID, names::PROFILE];
    let own = document.attributes(one.element).any(|attribute| !known.contains(&document.attribute_name(attribute)));
    let (profile, entity_type) = scope(program, one);
    if own || document.children(one.element).next().is_some() || (profile.is_none() && entity_type.is_none()) {
        return (names::CONFIGURATION_FILE, None, None);
    }
    (document.name(one.element), profile, entity_type)
}

/// Writes element, attributes and children in an order of their own, so that equal calls are written alike.
fn describe(program: &Program, of: Origin, element: ElementId, key: &mut String, count: &mut usize) {
    *count += 1;
    if *count > LONGEST {
        // Longer than any: equal to itself alone.
        let _ = write!(key, "#{}.{}", of.file.index(), of.element.0);
        return;
    }
    let document = program.document(of.file);
    key.push('<');
    key.push_str(document.name_text(element));
    let mut attributes: Vec<(&str, String)> = document
        .attributes(element)
        .filter(|&one| document.attribute_name(one) != names::ID)
        .map(|one| (document.attribute_name_text(one), program.attribute_value(of.file, one).trim().to_lowercase()))
        .collect();
    attributes.sort_unstable();
    for (name, value) in attributes {
        let _ = write!(key, " {name}={value:?}");
    }
    key.push('>');
    let mut children: Vec<String> = Vec::new();
    for child in document.children(element) {
        let mut inside = String::new();
        describe(program, of, child, &mut inside, count);
        children.push(inside);
        if *count > LONGEST {
            break;
        }
    }
    children.sort_unstable();
    key.push_str(&children.concat());
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "repeated-scaffolding";

    fn found(calls: &[&str]) -> Vec<u32> {
        lines(&calls.iter().map(|one| format!("\n{one}")).collect::<String>(), NAME)
    }

    #[test]
    fn the_same_call_is_found() {
        let view = "<ViewAccessControlRules Profile=\"Mate\" EntityType=\"Person\"/>";
        assert_eq!(found(&[view, view]), [3]);
        assert_eq!(found(&[view, "<ViewAccessControlRules EntityType=\"person\" Id=\"7\" Profile=\"mate\"/>", view]), [3, 4]);
        let mappings = |path: &str| {
            format!(
                "<ConnectorMappings EntityType=\"P\" Connector=\"C\" Package=\"X\"><MappingPath Path=\"{path}\"/></ConnectorMappings>"
            )
        };
        assert_eq!(found(&[&mappings("a"), &mappings("b"), &mappings("a")]), [4]);
    }

    #[test]
    fn scaffoldings_of_jobs_are_found_and_generate_once() {
        let model = "<Agent Identifier=\"Local\"/><Connector Identifier=\"AD\" Agent=\"Local\"/>\
            <Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/>";
        for (one, other) in [
            ("<CleanDatabaseJob/>", "<CleanDatabaseJob Id=\"3\"/>"),
            ("<CreateConnectorsJobs/>", "<CreateConnectorsJobs></CreateConnectorsJobs>"),
            (
                "<CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"J\"/>",
                "<CreateConnectorSynchroComplete JobIdentifier=\"J\" Connector=\"AD\"/>",
            ),
        ] {
            let rules = |text: &str| {
                let (program, _) = findings(text, NAME);
                let told = ["duplicate-identifier", "missing-entity-types", "needless-task"].map(|rule| lines(text, rule).len());
                (program.items.jobs.len(), program.items.tasks.len(), told)
            };
            let (once, twice) = (format!("{model}\n{one}"), format!("{model}\n{one}\n{other}"));
            assert_eq!(rules(&once), rules(&twice), "{one}");
            assert_eq!((lines(&once, NAME), lines(&twice, NAME)), (vec![], vec![3]), "{one}");
        }
        let job = |name: &str| format!("\n<CreateAccessCertificationJob JobIdentifier=\"A\" DisplayName_L1=\"{name}\"/>");
        let two = job("A") + &job("B");
        assert!(lines(&two, NAME).is_empty(), "two jobs, of one identifier");
        assert_eq!(lines(&two, "duplicate-identifier"), [3]);
    }

    #[test]
    fn what_a_template_includes_is_found() {
        let template = "<ViewTemplate Profile=\"Mate\" EntityType=\"Person\" />";
        assert_eq!(found(&[template, "<ViewAccessControlRules Profile=\"Mate\" EntityType=\"Person\"/>"]), [3]);
        assert_eq!(found(&["<EntityTypeDisplayName EntityType=\"Person\"/>", template]), [2], "in any order");
        let all = "<CreateAdministratorProfile EntityType=\"Person\"/>";
        assert_eq!(found(&[all, "<ProfileAdministrationAccessControlRules Profile=\"Administrator\"/>"]), [3]);
    }

    #[test]
    fn other_calls_are_not() {
        let template = "<ViewTemplate Profile=\"Mate\" EntityType=\"Person\" />";
        assert!(found(&[template, "<ViewAccessControlRules Profile=\"Captain\" EntityType=\"Person\"/>"]).is_empty());
        assert!(found(&[template, "<ViewAccessControlRules Profile=\"Mate\" EntityType=\"Site\"/>"]).is_empty());
        assert!(found(&[template, "<EntityTypeDisplayName EntityType=\"Person\" Property=\"Mail\"/>"]).is_empty());
        assert!(found(&[template, "<EntityTypeSearchBar EntityType=\"Person\"/>"]).is_empty());
    }
}
