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
