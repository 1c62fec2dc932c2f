//! The laws of fixing.

use proptest::prelude::*;

use super::{Fixed, fix, unified, write};
use crate::compile::{Compiled, Outside, compile};
use crate::config::Config;
use crate::finding::{Category, Edit, Finding, Fix, RuleInfo, Safety, Severity};
use crate::source::{FileId, Loaded, Location, SourceFile, Sources, Span};

fn loaded(texts: &[&str]) -> Loaded {
    let files = texts.iter().enumerate().map(|(index, text)| SourceFile::new(format!("{index}.xml"), *text)).collect();
    Loaded { sources: Sources::new(files), problems: Vec::new(), named: vec![true; texts.len()] }
}

fn judge(loaded: Loaded) -> Compiled {
    compile(loaded, Config::default(), Outside::default())
}

pub(super) fn fixed(text: &str, allowed: Safety) -> Fixed {
    fix(loaded(&[text]), allowed, judge)
}

pub(super) fn text(fixed: &Fixed) -> &str {
    &fixed.after.program.sources.get(FileId(0)).text
}

const JOB: &str = "<?xml version=\"1.0\"?>\r\n<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\r\n\
  \t<!-- the nightly one -->\r\n\
  \t<Job identifier='Night'   Agent=\"Local\">\r\n\
  \t\t<InvokeSqlCommandTask Identifier=\"Sql\" SQLCommand=\"x\" Agent = \"Local\" /> <!-- kept -->\r\n\
  \t</Job>\r\n</ConfigurationFile>\r\n";

#[test]
fn only_the_edit_differs() {
    let fixed = fixed(JOB, Safety::Safe);
    assert_eq!(text(&fixed), JOB.replace("identifier=", "Identifier="));
    assert_eq!(fixed.counts["0.xml"]["unknown-attribute"], 1);
    assert!(!fixed.unfinished && fixed.refused.is_empty() && fixed.taken_back.is_empty());
    let diff = unified(&fixed);
    assert!(diff.starts_with("--- a/0.xml\n+++ b/0.xml\n@@ -1,7 +1,7 @@\n"), "{diff}");
    let changed: Vec<&str> = diff.lines().skip(3).filter(|line| line.starts_with(['-', '+'])).collect();
    assert_eq!(changed, ["-\t<Job identifier='Night'   Agent=\"Local\">", "+\t<Job Identifier='Night'   Agent=\"Local\">"]);
}

#[test]
fn a_file_that_is_not_utf8_is_left_and_named() {
    let mut loaded = loaded(&[JOB]);
    let mut file = SourceFile::new("latin.xml", JOB);
    file.utf8 = false;
    loaded.sources.push(file);
    loaded.named.push(true);
    let fixed = fix(loaded, Safety::Safe, judge);
    assert_eq!(fixed.refused, ["latin.xml"]);
    assert_eq!(fixed.changed().collect::<Vec<_>>(), [FileId(0)]);
}

#[test]
fn files_are_replaced_with_their_marks_unless_they_changed_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xml");
    let marked = format!("\u{feff}{JOB}");
    std::fs::write(&path, &marked).unwrap();
    let mut file = SourceFile::new("a.xml", JOB);
    (file.bom, file.disk) = (3, Some(path.clone()));
    let loaded = Loaded { sources: Sources::new(vec![file]), problems: Vec::new(), named: vec![true] };
    let fixed = fix(loaded, Safety::Safe, judge);
    assert_eq!(write(&fixed).unwrap(), 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), marked.replace("identifier=", "Identifier="));
    assert!(write(&fixed).unwrap_err().to_string().contains("is not what was checked"));
}

static RULE: RuleInfo =
    RuleInfo { name: "made-up", category: Category::Schema, severity: Severity::Warning, summary: "for the tests" };

/// A judge that finds every lower-case letter of `a` to `e` in text content and asks for what `make` says.
fn letters(make: impl Fn(u32, char) -> Vec<(u32, u32, String)>) -> impl Fn(Loaded) -> Compiled {
    move |loaded| {
        let mut compiled = Compiled::nothing(loaded.sources);
        let text = compiled.program.sources.get(FileId(0)).text.clone();
        let inside = text.find('>').map_or(0, |at| at + 1)..text.rfind('<').unwrap_or(0);
        let mut findings = Vec::new();
        for (at, letter) in text[inside.clone()].char_indices().filter(|(_, letter)| ('a'..='e').contains(letter)) {
            let at = (inside.start + at) as u32;
            let place = |start, end| Location::new(FileId(0), Span::new(start, end));
            let edits = make(at, letter).into_iter().map(|(start, end, text)| Edit { location: place(start, end), text });
            let fix = Fix { safety: Safety::Safe, edits: edits.collect() };
            findings.push(Finding::new(&RULE, place(at, at + 1), "letter").fix(fix));
        }
        let sources = &compiled.program.sources;
        compiled.report = crate::finding::Report::new(sources, findings, crate::finding::Totals::default());
        compiled
    }
}

#[test]
fn edits_that_touch_come_in_later_rounds() {
    // Every letter swallows its left neighbour's place.
    let judge = letters(|at, letter| vec![(at - 1, at + 1, letter.to_uppercase().to_string())]);
    let fixed = fix(loaded(&["<x>.abc</x>"]), Safety::Safe, &judge);
    assert!(text(&fixed).starts_with("<x>") && !text(&fixed).contains(['a', 'b', 'c']), "{}", text(&fixed));
}

#[test]
fn a_fix_that_does_not_help_is_taken_back() {
    let useless = letters(|at, _| vec![(at, at, "-".to_owned())]);
    let fixed = fix(loaded(&["<x>a</x>"]), Safety::Safe, &useless);
    assert_eq!((text(&fixed), fixed.taken_back.len(), fixed.total()), ("<x>a</x>", 1, 0));
    let harmful = letters(|at, _| vec![(at, at + 1, "<".to_owned())]);
    let fixed = fix(loaded(&["<x>a</x>"]), Safety::Safe, &harmful);
    assert_eq!((text(&fixed), fixed.taken_back.len()), ("<x>a</x>", 1));
}

#[test]
fn a_fix_that_another_one_made_look_useless_is_tried_again() {
    // Without the comment there are two tasks of one name, and the fix of one leaves the finding of the other.
    let task = "<ExportTask Identifier=\"E\" Connector=\"C\" Connection=\"D\"/>";
    let text_before = format!(
        "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">{task}<a b=c<a b=c\
         <!-- jobwright: ignore[dirty-not-linked] why -->{task}</ConfigurationFile>"
    );
    let once = fixed(&text_before, Safety::Unsafe);
    assert!(!once.unfinished && once.taken_back.is_empty(), "{:?}", once.taken_back);
    assert_eq!(text(&once), text(&fixed(text(&once), Safety::Unsafe)));
}

#[test]
fn what_may_be_wrong_waits_to_be_asked_for() {
    let broken = JOB.replace("Agent = \"Local\"", "Foo=\"1\"").replace("identifier=", "Identifier=");
    let safe = fixed(&broken, Safety::Safe);
    for finding in &safe.after.report.findings {
        assert!(finding.fix.as_ref().is_none_or(|fix| fix.safety == Safety::Unsafe), "{}", finding.message);
    }
}

proptest! {
    /// Twice is once, whatever stands where; nothing that was fixed is found again; an untouched file stays as it is.
    #[test]
    fn fixing_twice_is_fixing_once(
        parts in proptest::collection::vec(
            prop_oneof![
                Just("<Job Identifer=\"J\" >"), Just("</Job>"), Just("<InvokeSqlCommandTask Identifier=\"S\" SQLComand='x'/>"),
                Just("\r\n  "), Just("<!-- jobwright: ignore[dirty-not-linked] why -->"),
                Just("<SynchronizeTask Identifier=\"Y\" Connector=\"C\" DoNotDeletChanges=\"True\" Type=\"changes\"/>"),
                Just("<ExportTask Identifier=\"E\" Connector=\"C\" Connection=\"D\"/>"), Just("<!-- é -->"), Just("<a b=c"),
                Just("<SetRecentlyModifiedFlagTask Identifier=\"F\"/>"),
                Just("<ComputeRoleModelTask Identifier=\"R\" AllEntityTypes=\"1\"/>"),
            ],
            0..14,
        ),
        unsafe_too in any::<bool>(),
    ) {
        let allowed = if unsafe_too { Safety::Unsafe } else { Safety::Safe };
        let text_before = format!(
            "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">{}</ConfigurationFile>",
            parts.concat()
        );
        let once = fixed(&text_before, allowed);
        prop_assert!(!once.unfinished);
        let twice = fixed(text(&once), allowed);
        prop_assert_eq!(text(&once), text(&twice));
        prop_assert_eq!(once.total() == 0, text(&once) == text_before);
    }
}
