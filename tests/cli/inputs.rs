//! Files that nobody would write: each is judged, none ends the program.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use crate::support::Project;

const HEAD: &str = "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">";
const FOOT: &str = "</ConfigurationFile>";

fn utf16(text: &str, little: bool) -> Vec<u8> {
    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
    units.flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() }).collect()
}

/// Name, content, and the rule that speaks; none where it is in order.
fn inputs() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    let job =
        "<Job Identifier=\"J\" DisplayName_L1=\"Ĵ\" Agent=\"A\" /><Agent Identifier=\"A\" DisplayName_L1=\"A\" URI=\"u\" />";
    let whole = format!("{HEAD}{job}{FOOT}");
    let attributes: String = (0..50_000).fold(String::new(), |text, number| text + &format!(" a{number}=\"1\""));
    let elements = "<Job Identifier=\"J\" />".repeat(20_000);
    let deep = |count: usize| format!("{HEAD}{}{}{FOOT}", "<Job>".repeat(count), "</Job>".repeat(count));
    vec![
        ("empty", vec![], Some("xml-syntax")),
        ("only-bom", b"\xef\xbb\xbf".to_vec(), Some("xml-syntax")),
        ("only-bom-16", b"\xff\xfe".to_vec(), Some("xml-syntax")),
        ("spaces", b" \n\t ".to_vec(), Some("xml-syntax")),
        ("deep", deep(100_000).into_bytes(), Some("xml-syntax")),
        ("deep-open", format!("{HEAD}{}", "<Job>".repeat(300_000)).into_bytes(), Some("xml-syntax")),
        ("deep-closed", "</Job>".repeat(300_000).into_bytes(), Some("xml-syntax")),
        ("attributes", format!("{HEAD}<Job{attributes} />{FOOT}").into_bytes(), Some("unknown-attribute")),
        ("same-attributes", format!("{HEAD}<Job{} />{FOOT}", " a=\"1\"".repeat(50_000)).into_bytes(), Some("xml-syntax")),
        ("siblings", format!("{HEAD}{elements}{FOOT}").into_bytes(), Some("missing-attribute")),
        (
            "huge-value",
            format!("{HEAD}<Job Identifier=\"{}\" />{FOOT}", "x".repeat(12 << 20)).into_bytes(),
            Some("missing-attribute"),
        ),
        ("huge-name", format!("{HEAD}<{} />{FOOT}", "x".repeat(1 << 20)).into_bytes(), Some("unknown-element")),
        ("utf-16le", utf16(&format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{whole}"), true), None),
        ("utf-16be", utf16(&format!("<?xml version=\"1.0\" encoding=\"utf-16\"?>{whole}"), false), None),
        ("utf-16-odd", [utf16(&whole, true), vec![b'x']].concat(), Some("encoding")),
        (
            "latin-1",
            "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>".bytes().chain(whole.replace('Ĵ', "J").bytes()).collect(),
            None,
        ),
        ("nul", whole.replace('J', "\0").into_bytes(), Some("xml-syntax")),
        ("nul-only", vec![0; 4096], Some("xml-syntax")),
        ("control", whole.replace('J', "\u{1b}").into_bytes(), Some("xml-syntax")),
        ("binary", (0..60_000_u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 24) as u8).collect(), None),
        ("lone-lt", b"<".to_vec(), Some("xml-syntax")),
        ("comment", format!("{HEAD}<!-- {}", "-".repeat(100_000)).into_bytes(), Some("xml-syntax")),
        ("entities", format!("{HEAD}{}{FOOT}", "&x;".repeat(50_000)).into_bytes(), Some("xml-syntax")),
        (
            "bomb",
            format!("<!DOCTYPE x [<!ENTITY a \"{}\"><!ENTITY b \"&a;&a;\">]>{HEAD}&b;{FOOT}", "x".repeat(1000)).into_bytes(),
            Some("doctype"),
        ),
        ("right-to-left", whole.replace('J', "\u{202e}J").into_bytes(), None),
    ]
}

#[test]
fn every_input_is_judged() {
    for (name, content, rule) in inputs() {
        let project = Project::new().file("input.xml", content);
        let outcome = project.run(&["check", "input.xml", "--format", "json"]);
        let told: String = outcome.stderr.chars().take(2000).collect();
        assert!(matches!(outcome.code, Some(0 | 1)) && told.is_empty(), "{name}: {:?} {told}", outcome.code);
        let findings = outcome.findings();
        if let Some(rule) = rule {
            assert!(
                findings.iter().any(|finding| finding.ends_with(&format!("error[{rule}]"))),
                "{name}: {:?}",
                findings.first()
            );
        }
        let text = project.run(&["check", "input.xml", "--color", "never"]);
        assert!(matches!(text.code, Some(0 | 1)), "{name}");
        assert!(!text.stdout.contains(['\0', '\u{1b}', '\u{202e}']), "{name} reaches the terminal as it is");
        for command in [&["expand", "input.xml"][..], &["plan", "input.xml"]] {
            let outcome = project.run(command);
            assert!(matches!(outcome.code, Some(0 | 1)), "{name} {command:?}: {:?}", outcome.code);
        }
    }
}

/// A model and a job that names what it declares.
const MODEL: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?>
<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">
  <Agent Identifier=\"Quay\" DisplayName_L1=\"Gangway é\" URI=\"http://localhost:6001\" />
  <OpenIdClient Identifier=\"Job\" DisplayName_L1=\"Job\" HashedSecret=\"K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=\" Profile=\"Purser\" />
  <Profile Identifier=\"Purser\" DisplayName_L1=\"Purser\" />
</ConfigurationFile>
";
const JOBS: &str = "<Job Identifier=\"Nightly\" DisplayName_L1=\"Nightly\" Agent=\"Quay\">
  <CreateDatabaseViewsTask Identifier=\"Views\" DisplayName_L1=\"Views\" Agent=\"Quay\" OpenIdClient=\"Job\" />
  <UpdateClassificationTask Identifier=\"Classes\" DisplayName_L1=\"Classes\" />
</Job>";

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

#[test]
fn bytes_that_are_no_text_are_found_on_their_line() {
    let cut = |text: &str| {
        let mut wide = utf16(&text.replace("utf-8", "utf-16"), true);
        let at = wide.windows(2).position(|unit| unit == [0xE9, 0]).unwrap();
        wide[at..at + 2].copy_from_slice(&[0, 0xD8]);
        wide
    };
    let cases = [
        (latin1(MODEL), "3:52", "the bytes at offset 157 are not valid UTF-8"),
        ([&b"\xEF\xBB\xBF"[..], &latin1(MODEL)].concat(), "3:52", "the bytes at offset 160 are not valid UTF-8"),
        (cut(MODEL), "3:52", "the bytes at offset 318 are not valid UTF-16LE"),
        (latin1(&MODEL.replace("utf-8", "us-ascii")), "3:52", "the bytes at offset 160 are not valid US-ASCII"),
        (
            MODEL.replace("utf-8", "runes").into(),
            "1:31",
            "the XML declaration names the encoding `runes`, which is not supported",
        ),
        (MODEL.replace("utf-8", "utf-16").into(), "1:31", "the XML declaration says `utf-16`, but the file is not UTF-16"),
        (b"<\0\0\0".to_vec(), "1:1", "the file is UTF-32, which is not supported"),
    ];
    for (bytes, place, message) in cases {
        let project = Project::new().file("model.xml", bytes);
        let outcome = project.run(&["check", "--format", "concise"]);
        assert_eq!(outcome.stdout.lines().next(), Some(&*format!("model.xml:{place}: error[encoding] {message}")));
    }
}

#[test]
fn what_a_file_that_cannot_be_read_declares_is_not_called_missing_elsewhere() {
    let root = |name: &str| MODEL.replace("ConfigurationFile", name).into_bytes();
    let cases = [
        (latin1(MODEL), "model.xml:3 error[encoding]"),
        (b"\0\0\xFE\xFF".to_vec(), "model.xml:1 error[encoding]"),
        (root("Configuration"), "model.xml:2 error[root-element]"),
        (root("configurationFile"), "model.xml:2 error[root-element]"),
        (MODEL.replace("usercube-com", "usercube").into_bytes(), "model.xml:2 error[root-element]"),
    ];
    for (bytes, expected) in cases {
        let project = Project::new().file("model.xml", bytes).configuration("jobs.xml", JOBS);
        let outcome = project.run(&["check", "--format", "json"]);
        assert_eq!((outcome.code, outcome.findings()), (Some(1), vec![expected.to_owned()]));
    }
    let whole = Project::new().file("model.xml", MODEL).configuration("jobs.xml", JOBS);
    assert_eq!(whole.run(&["check", "--format", "json"]).findings(), ["jobs.xml:5 warning[needless-task]"]);
}

#[test]
fn what_cannot_be_read_is_neither_expanded_nor_planned_nor_written() {
    let damaged = latin1(&MODEL.replace("</Conf", &format!("{}</Conf", JOBS.replace("Nightly", "Other"))));
    let project = Project::new().file("model.xml", &damaged).configuration("jobs.xml", JOBS);
    for command in [&["expand"][..], &["plan"], &["plan", "--job", "Nightly"], &["fmt", "--check"]] {
        let outcome = project.run(command);
        assert_eq!(outcome.code, Some(1), "{command:?}: {outcome}");
        assert!(outcome.stderr.contains("error[encoding]"), "{command:?}: {outcome}");
        assert!(!outcome.stdout.contains("<Job"), "{command:?}: {outcome}");
    }
    project.run(&["fmt"]);
    project.run(&["fix", "--unsafe-fixes"]);
    assert_eq!(std::fs::read(project.path("model.xml")).unwrap(), damaged);
}

#[test]
fn a_folder_may_hold_files_of_others_but_no_configuration_under_another_root() {
    let other = "<Project xmlns=\"urn:of-others\" />";
    let lost = HEAD.replace("ConfigurationFile", "ConfigurationFiles") + "</ConfigurationFiles>";
    let project = Project::new().file("other.xml", other).file("lost.xml", lost).configuration("jobs.xml", "");
    let outcome = project.run(&["check", "--format", "json"]);
    assert_eq!(outcome.findings(), ["lost.xml:1 error[root-element]", "other.xml:1 note[root-element]"]);
}
