//! `schema xsd` held against xmllint: what `check` finds structurally wrong is refused, everything else accepted.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use jobwright::compile::{self, Outside};
use jobwright::config::Config;
use jobwright::finding::Severity;
use jobwright::source::{FileId, Loaded, SourceFile, Sources};
use jobwright::{grammar, rules, syntax};

use super::support::{Project, repository};

/// How many files one xmllint process gets.
const BATCH: usize = 400;

/// The rules whose errors a schema sees too. A document type declaration is no matter of a schema.
const STRUCTURAL: [&str; 9] = [
    "deprecated",
    "invalid-value",
    "malformed-identifier",
    "misplaced-element",
    "root-element",
    "unknown-attribute",
    "unknown-element",
    "xml-namespace",
    "xml-syntax",
];

/// What the schema has to say of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted,
    Refused,
    /// An attribute is missing, which the schema knows of some only; or there is stray text.
    Either,
}

fn verdict(text: &str) -> Verdict {
    let sources = Sources::new(vec![SourceFile::new("a.xml", text)]);
    let loaded = Loaded { sources, named: vec![true], ..Loaded::default() };
    let report = compile::compile(loaded, Config::default(), Outside::default()).report;
    let structural = |rule: &str| STRUCTURAL.contains(&rule);
    let wrong = |finding: &jobwright::finding::Finding| finding.severity == Severity::Error || finding.rule.name == "deprecated";
    match () {
        () if report.findings.iter().any(|finding| structural(finding.rule.name) && wrong(finding)) => Verdict::Refused,
        () if report.findings.iter().any(|finding| finding.rule.name == "missing-attribute") => Verdict::Either,
        // Text where none belongs changes nothing, so that `check` is less strict.
        () if !syntax::parse(FileId(0), text, grammar::seed()).texts().is_empty() => Verdict::Either,
        () => Verdict::Accepted,
    }
}

/// Whether xmllint is there; says so where it is not, since nothing is tested then.
fn xmllint() -> bool {
    let found = Command::new("xmllint").arg("--version").stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: xmllint is not installed (Debian: libxml2-utils)");
    }
    found
}

/// For every text, whether the schema of the dialect accepts it, and what xmllint says.
fn accepted(dialect: &str, texts: &[String]) -> Vec<(bool, String)> {
    let project = Project::new();
    let schema = project.run(&["schema", "xsd", "--dialect", dialect]);
    assert_eq!(schema.code, Some(0), "{schema}");
    fs::write(project.path("schema.xsd"), schema.stdout).unwrap();
    let names: Vec<String> = (0..texts.len()).map(|index| format!("{index}.xml")).collect();
    for (name, text) in names.iter().zip(texts) {
        fs::write(project.path(name), text).unwrap();
    }
    let mut results = Vec::with_capacity(texts.len());
    for batch in names.chunks(BATCH) {
        let output = Command::new("xmllint")
            .args(["--noout", "--schema", "schema.xsd"])
            .args(batch)
            .current_dir(project.path(""))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("Schemas parser error"), "{said}");
        for name in batch {
            let of_file =
                said.lines().filter(|line| line.starts_with(&format!("{name}:")) || line.starts_with(&format!("{name} ")));
            let lines: Vec<&str> = of_file.collect();
            results.push((lines.contains(&format!("{name} validates").as_str()), lines.join("\n")));
        }
    }
    results
}

/// Asserts that the schema agrees with `check` on every text; returns how many it accepted and refused.
fn agrees(texts: &[String]) -> (usize, usize) {
    let results = accepted("saas", texts);
    let mut wrong = Vec::new();
    for (text, (accepted, said)) in texts.iter().zip(&results) {
        let verdict = verdict(text);
        if verdict != Verdict::Either && (verdict == Verdict::Accepted) != *accepted {
            wrong.push(format!("{verdict:?} expected of\n{text}\nxmllint: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), texts.len(), wrong[..wrong.len().min(5)].join("\n\n"));
    let accepted = results.iter().filter(|(accepted, _)| *accepted).count();
    (accepted, texts.len() - accepted)
}

/// The texts of a folder's XML files.
fn texts(folder: &Path) -> Vec<String> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(extension) if extension == "xml" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files.iter().map(|file| fs::read_to_string(file).unwrap()).collect()
}

fn file(content: &str) -> String {
    if content.starts_with("<?xml") || content.starts_with("<ConfigurationFile") {
        return content.to_owned();
    }
    format!("<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n{content}\n</ConfigurationFile>\n")
}

#[test]
fn what_jobwright_writes_and_brings_is_valid_in_every_dialect() {
    if !xmllint() {
        return;
    }
    let mut texts = texts(&repository().join("examples"));
    texts.extend(self::texts(&repository().join("src/init/starter")));
    texts.push(Project::demo().run(&["expand", "examples/demo"]).stdout);
    for dialect in ["6.1", "6.2", "saas"] {
        for (text, (accepted, said)) in texts.iter().zip(accepted(dialect, &texts)) {
            assert!(accepted, "{dialect}: {said}\n{text}");
        }
    }
}

#[test]
fn the_examples_of_the_rules_are_judged_as_check_judges_them() {
    if !xmllint() {
        return;
    }
    let pages = rules::pages::names().filter_map(rules::pages::page);
    let blocks = pages.flat_map(|page| page.split("```xml\n").skip(1).filter_map(|rest| rest.split("\n```").next()));
    let examples: Vec<String> = blocks.map(file).collect();
    let (accepted, refused) = agrees(&examples);
    assert!(accepted > 50 && refused > 8, "{accepted} accepted, {refused} refused");
}

/// Each attribute of the demo in turn unknown, absent, and with a value that few types have.
#[test]
fn the_demo_with_one_mistake_is_judged_as_check_judges_it() {
    if !xmllint() {
        return;
    }
    let mut broken = Vec::new();
    for text in texts(&repository().join("examples/demo")) {
        let document = syntax::parse(FileId(0), &text, grammar::seed());
        let attributes = document.elements().flat_map(|element| document.attributes(element));
        // A tenth is enough, as long as it is a different tenth of each element.
        for attribute in attributes.skip(1).step_by(11) {
            let (name, value) = (document.attribute_name_span(attribute), document.value_span(attribute));
            let (start, end) = (name.start as usize, value.end as usize + 1);
            broken.push(format!("{}Nonsense=\"1\"{}", &text[..start], &text[end..]));
            broken.push(format!("{}{}", &text[..start], &text[end..]));
            broken.push(format!("{}?!{}", &text[..value.start as usize], &text[value.end as usize..]));
        }
    }
    let (accepted, refused) = agrees(&broken);
    assert!(accepted > 50 && refused > 100, "{accepted} accepted, {refused} refused");
}

#[test]
fn values_children_and_families_are_known() {
    if !xmllint() {
        return;
    }
    let right = [
        "<Job Identifier=\"A\" DisplayName_L1=\"a\" DisplayName_L16=\"p\" IsIncremental=\" 1 \" CronTimeZone=\"UTC\" />",
        "<Job Identifier=\"A\" ConsolidationMode=\"Delete\" />",
        "<SingleRole Identifier=\"A\" DisplayName_L1=\"a\" EntityType=\"E\" Policy=\"P\" D0=\"x\" DA=\"y\" D3V=\"z\" />",
        "<Connection Identifier=\"A\" DisplayName_L1=\"a\" Connector=\"C\" Package=\"usercube.csv@0000001\" />",
        "<Job xmlns:n=\"urn:notes\" n:author=\"me\" Identifier=\"A\" DisplayName_L1=\"a\"><!-- c --><?p i?></Job>",
        "<EntityType Identifier=\"A\" DisplayName_L1=\"a\"><Property Identifier=\"B\" DisplayName_L1=\"b\" Type=\"0\" /></EntityType>",
        "<CustomLink1Setting Identifier=\"A\" Path_L1=\"a\" Url=\"/help?a=1&#10;b\" />",
        "<Language Code=\"fil-PH\" IndicatorNumber=\"16\" />",
    ];
    let wrong = [
        "<Job Identifier=\"A\" DisplayName_L1=\"a\" DisplayName_L17=\"q\" />",
        "<Job Identifier=\"A\" DisplayName_L1=\"a\" IsIncremental=\"True\" />",
        "<Job Identifier=\"A\" DisplayName_L1=\"a\"><Property Identifier=\"B\" /></Job>",
        "<Job Identifier=\"A\" DisplayName_L1=\"a\" ConsolidationMode=\"merge\" />",
        "<Step Identifier=\"A\" />",
        "<SingleRole Identifier=\"A\" DisplayName_L1=\"a\" EntityType=\"E\" Policy=\"P\" D40=\"x\" />",
        "<SingleRole Identifier=\"A\" DisplayName_L1=\"a\" EntityType=\"E\" Policy=\"P\" Da=\"x\" />",
        "<Connection Identifier=\"A\" DisplayName_L1=\"a\" Connector=\"C\" Package=\"Usercube.CSW@0000001\" />",
        "<AppDisplaySetting Identifier=\"A\" PrimaryColor=\"blue\" />",
        "<Dimension Identifier=\"A\" DisplayName_L1=\"a\" EntityType=\"E\" ColumnMapping=\"128\" />",
        "<Job xmlns=\"urn:other\" Identifier=\"A\" DisplayName_L1=\"a\" />",
        "<NoSuchElement />",
        "<CustomLink1Setting Identifier=\"A\" Path_L1=\"a\" Url=\"help\" />",
        "<Language Code=\"english\" IndicatorNumber=\"1\" />",
        "<Connection Identifier=\"2AD\" DisplayName_L1=\"a\" Connector=\"C\" Package=\"Usercube.CSV@0000001\" />",
    ];
    let texts: Vec<String> = right.iter().chain(&wrong).map(|content| file(content)).collect();
    assert_eq!(agrees(&texts), (right.len(), wrong.len()));
}

#[test]
fn an_element_that_a_dialect_lacks_is_refused_there() {
    if !xmllint() {
        return;
    }
    let text = [file(
        "<CreateConnectorSynchroComplete Connector=\"A\" OldAlgorithm=\"true\"><DoNotCreateJob /></CreateConnectorSynchroComplete>",
    )];
    assert!(accepted("6.1", &text)[0].0, "{:?}", accepted("6.1", &text));
    assert!(!accepted("saas", &text)[0].0);
}
