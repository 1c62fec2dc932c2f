//! `fmt`: what it changes, what it leaves, and that nothing changes its meaning.

use insta::assert_snapshot;
use jobwright::compile::{self, Outside};
use jobwright::config::Config;
use jobwright::fmt::{Style, Wrap, format};
use jobwright::grammar;
use jobwright::plan;
use jobwright::source::{FileId, Loaded, SourceFile, Sources};
use jobwright::syntax;
use proptest::prelude::*;

use super::support::{Project, repository};

const CROOKED: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n\
    <Agent   URI='https://localhost'  Identifier='Quay' DisplayName_L1='Quay'/>\n</ConfigurationFile>\n";

const STRAIGHT: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n  \
    <Agent Identifier=\"Quay\" DisplayName_L1=\"Quay\" URI=\"https://localhost\" />\n</ConfigurationFile>\n";

#[test]
fn files_are_formatted_in_place_and_only_where_they_have_to() {
    let project = Project::new().file("a.xml", CROOKED).file("b/b.xml", STRAIGHT).file("foreign.xml", "<a  b='c'/>");
    assert_snapshot!(project.run(&["fmt", "--check"]), @"
    exit 1
    --- stdout
    a.xml
    --- stderr
    would format 1 file, 1 file already formatted
    ");
    assert_snapshot!(project.run(&["fmt", "--diff"]), @r#"
    exit 0
    --- stdout
    --- a/a.xml
    +++ b/a.xml
    @@ -1,4 +1,4 @@
     <?xml version="1.0" encoding="utf-8"?>
     <ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
    -<Agent   URI='https://localhost'  Identifier='Quay' DisplayName_L1='Quay'/>
    +  <Agent Identifier="Quay" DisplayName_L1="Quay" URI="https://localhost" />
     </ConfigurationFile>
    --- stderr
    would format 1 file, 1 file already formatted
    "#);
    assert_eq!(project.read("a.xml"), CROOKED);
    assert_snapshot!(project.run(&["fmt"]), @"
    exit 0
    --- stderr
    formatted 1 file, 1 file already formatted
    ");
    assert_eq!(project.read("a.xml"), STRAIGHT);
    assert_eq!(project.read("foreign.xml"), "<a  b='c'/>");
    assert_snapshot!(project.run(&["fmt", "--check"]), @"
    exit 0
    --- stderr
    2 files already formatted
    ");
    assert_eq!(project.run(&["fmt", "foreign.xml", "-q"]).code, Some(0));
    assert_eq!(project.read("foreign.xml"), "<a b=\"c\" />\n");
}

#[test]
fn a_broken_file_is_left_alone_with_its_errors() {
    let project =
        Project::new().file("a.xml", CROOKED).file("b.xml", "<ConfigurationFile>\n<Job Identifier='A>\n</ConfigurationFile>\n");
    assert_snapshot!(project.run(&["fmt"]), @"
    exit 1
    --- stderr
    formatted 1 file
    error[xml-syntax]: element `Job` is never closed
      ┌─ b.xml:2:2
      │
    2 │ <Job Identifier='A>
      │  ^^^ opened here
    3 │ </ConfigurationFile>
      │   ----------------- taken to end here
      │
      = note: the deployment refuses the whole file, whatever else is right in it
      = help: write `</Job>` after its content, or end the start tag with `/>` if it has none

    error[xml-syntax]: the value of attribute `Identifier` has no closing quote
      ┌─ b.xml:2:6
      │
    2 │ <Job Identifier='A>
      │      ^^^^^^^^^^^^ quote opened here
      │
      = note: the deployment refuses the whole file, whatever else is right in it
      = help: close the value with `'`

    1 file is left as it is: broken XML is not formatted
    ");
    assert_eq!(project.read("a.xml"), STRAIGHT);
    assert_eq!(project.read("b.xml"), "<ConfigurationFile>\n<Job Identifier='A>\n</ConfigurationFile>\n");
}

#[test]
fn standard_input_is_answered_on_standard_output() {
    let project = Project::new();
    let run = |arguments: &[&str], input: &[u8]| {
        let arguments: Vec<&str> = ["fmt", "-", "--stdin-filename", "Conf/Jobs.xml"].iter().chain(arguments).copied().collect();
        project.run_with(&arguments, input)
    };
    let formatted = run(&[], CROOKED.as_bytes());
    assert_eq!((formatted.code, formatted.stdout.as_str(), formatted.stderr.as_str()), (Some(0), STRAIGHT, ""));
    assert_eq!(run(&[], STRAIGHT.as_bytes()).stdout, STRAIGHT);
    assert_eq!(run(&[], format!("\u{feff}{CROOKED}").as_bytes()).stdout, format!("\u{feff}{STRAIGHT}"));
    let checked = run(&["--check"], CROOKED.as_bytes());
    assert_eq!((checked.code, checked.stdout.as_str()), (Some(1), "Conf/Jobs.xml\n"));
    let broken = run(&[], b"<ConfigurationFile>");
    assert_eq!((broken.code, broken.stdout.as_str()), (Some(1), ""));
    assert!(broken.stderr.contains("xml-syntax"), "{broken}");
    assert_eq!(project.run(&["fmt", "-", "."]).code, Some(2));
}

#[test]
fn encoding_mark_and_line_ends_stay() {
    let latin = |text: &str| -> Vec<u8> { text.replace("utf-8", "iso-8859-1").chars().map(|c| c as u8).collect() };
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n")).into_bytes();
    let utf16 = |text: &str| -> Vec<u8> {
        let text = text.replace("utf-8", "utf-16");
        [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    let label = |text: &str| text.replace("DisplayName_L1=\"Quay\"", "DisplayName_L1=\"Qu\u{e9}\"");
    let crooked = label(&CROOKED.replace("='Quay'/>", "=\"Quay\"/>"));
    let straight = label(STRAIGHT);
    let project = Project::new().file("a.xml", latin(&crooked)).file("b.xml", windows(&crooked)).file("c.xml", utf16(&crooked));
    assert_eq!(project.run(&["fmt"]).code, Some(0));
    for (file, bytes) in [("a.xml", latin(&straight)), ("b.xml", windows(&straight)), ("c.xml", utf16(&straight))] {
        assert_eq!(std::fs::read(project.path(file)).unwrap(), bytes, "{file}");
    }
}

#[test]
fn the_style_comes_from_the_configuration_file() {
    let toml = "[fmt]\nwidth = 50\nindent = 4\nwrap = \"each\"\n";
    let project = Project::new().file("a.xml", CROOKED).file("jobwright.toml", toml);
    assert_eq!(project.run(&["fmt", "-q"]).code, Some(0));
    assert_snapshot!(project.read("a.xml"), @r#"
    <?xml version="1.0" encoding="utf-8"?>
    <ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
        <Agent Identifier="Quay"
                DisplayName_L1="Quay"
                URI="https://localhost" />
    </ConfigurationFile>
    "#);
    assert!(project.run(&["check", "--print-config"]).stdout.contains("wrap = \"each\""));
    let project = Project::new().file("a.xml", CROOKED).file("jobwright.toml", "[fmt]\nwidth = \"wide\"\nindent = 99\n");
    assert_snapshot!(project.run(&["fmt"]), @r#"
    exit 2
    --- stderr
    error[configuration]: `width` is a text
      ┌─ jobwright.toml:2:9
      │
    2 │ width = "wide"
      │         ^^^^^^ of the wrong type
      │
      = help: write a number without quotes

    error[configuration]: `indent` cannot be 99
      ┌─ jobwright.toml:3:10
      │
    3 │ indent = 99
      │          ^^ out of range
      │
      = help: write a number from 0 to 16

    2 errors in 1 file (0 elements)
    "#);
    assert_eq!(project.read("a.xml"), CROOKED);
}

/// The texts of the demo.
fn demo() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for folder in ["Common", "Directory", "HR"] {
        for entry in std::fs::read_dir(repository().join("examples/demo").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            files.push((name, std::fs::read_to_string(&path).unwrap()));
        }
    }
    files.sort();
    files
}

/// The text with other white space, and with the attributes of every tag in another order.
fn crooked(text: &str, mut dice: u64) -> String {
    let document = syntax::parse(FileId(0), text, grammar::seed());
    let mut roll = |sides: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % sides
    };
    let blanks = ["", " ", "\n", "\n\n\n  ", "\r\n\t"];
    let (mut out, mut at) = (String::new(), 0);
    for element in document.elements() {
        let tag = document.tag_span(element);
        // Before the tag: comments stay, the white space between changes.
        let before = &text[at..tag.start as usize];
        out.push_str(&if before.trim().is_empty() { blanks[roll(blanks.len())].to_owned() } else { before.to_owned() });
        out.push_str(&text[tag.start as usize..document.name_span(element).end as usize]);
        let mut attributes: Vec<&str> = document
            .attributes(element)
            .map(|one| &text[document.attribute_name_span(one).start as usize..=document.value_span(one).end as usize])
            .collect();
        while !attributes.is_empty() {
            out.push_str([" ", "  ", "\n", "\t"][roll(4)]);
            out.push_str(attributes.swap_remove(roll(attributes.len())));
        }
        out.push_str(if tag.of(text).ends_with("/>") { "/>" } else { ">" });
        at = tag.end as usize;
    }
    out + &text[at..]
}

/// The plan as it is digested, and the findings without their places.
fn meaning(files: &[(String, String)]) -> (String, Vec<String>) {
    let texts = files.iter().map(|(name, text)| SourceFile::new(name.as_str(), text.as_str())).collect();
    let loaded = Loaded { sources: Sources::new(texts), named: vec![true; files.len()], ..Loaded::default() };
    let compiled = compile::compile(loaded, Config::default(), Outside::default());
    let mut findings: Vec<String> = compiled
        .report
        .findings
        .iter()
        .map(|finding| {
            format!("{} {} {} {:?} {}", finding.rule.name, finding.severity.name(), finding.message, finding.help, finding.anchor)
        })
        .collect();
    findings.sort();
    (plan::build(&compiled.program).digest, findings)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn formatting_changes_neither_plan_nor_findings(dice in any::<u64>(), width in 0..140_usize, drop in 0..60_usize) {
        // Something is wrong in the configuration, so that there are findings to keep.
        let files: Vec<(String, String)> = demo()
            .into_iter()
            .map(|(name, text)| {
                let text = format(&text, &Style { width: 0, ..Style::default() }).unwrap();
                let lines = text.lines().filter(|line| !line.trim_end().ends_with("/>") || line.len() % 60 != drop);
                let text: String = lines.flat_map(|line| [line, "\n"]).collect();
                (name, crooked(&text, dice))
            })
            .collect();
        let style = Style { width, wrap: if dice % 2 == 0 { Wrap::Fill } else { Wrap::Each }, ..Style::default() };
        let formatted: Vec<(String, String)> =
            files.iter().map(|(name, text)| (name.clone(), format(text, &style).unwrap())).collect();
        prop_assert_ne!(&formatted, &files);
        prop_assert_eq!(meaning(&formatted), meaning(&files));
    }
}
