//! The pages under `rules/`: one for every rule, their headings, and their examples run as tests.

use std::collections::BTreeSet;

use jobwright::grammar::Dialect;
use jobwright::ir::Program;
use jobwright::rules::{self, Embedded, Policy};
use jobwright::scaffold;
use jobwright::source::{SourceFile, Sources};

const HEADINGS: [&str; 4] = ["## What it does", "## Why is this bad?", "## Example", "## Use instead"];

/// Rules whose finding does not come from a text: of the bytes of a file, or of another file beside the configuration.
const WITHOUT_EXAMPLE: [&str; 3] = ["encoding", "missing-connection-settings", "stale-baseline"];

fn count(xml: &str, rule: &str) -> usize {
    let whole = xml.starts_with("<?xml") || xml.starts_with("<ConfigurationFile");
    let text = if whole {
        xml.to_owned()
    } else {
        format!("<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n{xml}\n</ConfigurationFile>\n")
    };
    let mut sources = Sources::default();
    sources.push(SourceFile::new("example.xml", text));
    let mut program = Program::build(sources, Dialect::default());
    let problems = scaffold::expand(&mut program);
    let mut policy = Policy::default();
    // These report only when asked for.
    if rule.ends_with("-not-embedded") {
        let own = vec!["ComputeRoleModelTask", "SetRecentlyModifiedFlagTask", "UpdateEntityPropertyExpressionsTask"];
        policy.embedded = Some(Embedded { own, ..Embedded::default() });
    }
    let found = rules::check(&program, &problems, &policy, Vec::new());
    found.findings.iter().filter(|finding| finding.rule.name == rule).count()
}

/// The XML blocks of a section.
fn blocks<'p>(page: &'p str, heading: &str) -> Vec<&'p str> {
    let Some((_, section)) = page.split_once(&format!("\n{heading}\n")) else { return Vec::new() };
    let section = section.split("\n## ").next().unwrap_or_default();
    section.split("```xml\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect()
}

#[test]
fn every_rule_has_a_page_and_every_page_a_rule() {
    let registered: BTreeSet<&str> = rules::catalogue().iter().map(|rule| rule.name).collect();
    let pages: BTreeSet<&str> = rules::pages::names().collect();
    let without_page: Vec<_> = registered.difference(&pages).collect();
    let without_rule: Vec<_> = pages.difference(&registered).collect();
    assert!(without_rule.is_empty(), "pages of no rule: {without_rule:?}");
    assert!(without_page.is_empty(), "rules without a page: {without_page:?}");
    assert_eq!(registered.len(), rules::ALL.len(), "two rules of one name");
}

#[test]
fn pages_have_their_headings() {
    for name in rules::pages::names() {
        let page = rules::pages::page(name).unwrap_or_default();
        let mut lines = page.lines();
        assert_eq!(lines.next(), Some(format!("# {name}").as_str()), "{name}: title");
        let summary = lines.find(|line| !line.is_empty()).unwrap_or_default();
        assert!(!summary.starts_with('#') && summary.len() <= 140, "{name}: a summary of one line after the title");
        let found: Vec<&str> = page.lines().filter(|line| line.starts_with("## ")).collect();
        let required: Vec<&str> = found.iter().copied().filter(|line| HEADINGS.contains(line)).collect();
        assert_eq!(required, HEADINGS, "{name}: headings");
        let others = found.iter().filter(|line| !HEADINGS.contains(line));
        assert!(others.clone().all(|line| ["## Fix", "## Notes"].contains(line)), "{name}: {:?}", others.collect::<Vec<_>>());
    }
}

#[test]
fn examples_are_found_and_their_cures_are_not() {
    let mut wrong = Vec::new();
    for name in rules::pages::names().filter(|name| !WITHOUT_EXAMPLE.contains(name)) {
        let page = rules::pages::page(name).unwrap_or_default();
        let (examples, cures) = (blocks(page, "## Example"), blocks(page, "## Use instead"));
        if examples.is_empty() || cures.is_empty() {
            wrong.push(format!("{name}: an example or its cure is missing"));
        }
        for example in examples.iter().filter(|example| count(example, name) == 0) {
            wrong.push(format!("{name}: not found in\n{example}"));
        }
        for cure in cures.iter().filter(|cure| count(cure, name) > 0) {
            wrong.push(format!("{name}: still found in\n{cure}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
