//! Findings drawn into their source lines, for people.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity as Drawn};
use codespan_reporting::files::Error;
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use codespan_reporting::term::{self, Config, Styles, StylesWriter};

use super::model::{Document, Item, Patch, Place};
use super::snippet::{self, Snippet};
use super::wrap::wrap;
use super::{Context, escape, summary};
use crate::finding::{Safety, Severity};
use crate::source::{Location, Sources, Span};

/// Related places drawn; the others are only counted.
const MAX_PLACES: usize = 12;
/// Characters of a replacement shown in the line about a fix.
const MAX_SHOWN: usize = 50;

pub(super) fn render(document: &Document<'_>, sources: &Sources, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    if context.color {
        draw_all(document, sources, context, Ansi::new(&mut *out))?;
    } else {
        draw_all(document, sources, context, NoColor::new(&mut *out))?;
    }
    if context.summary { writeln!(out, "{}", summary::headline(&document.summary)) } else { Ok(()) }
}

fn draw_all(document: &Document<'_>, sources: &Sources, context: &Context<'_>, out: impl WriteColor) -> io::Result<()> {
    let styles = Styles::default();
    let mut writer = StylesWriter::new(out, &styles);
    let config = Config { tab_width: snippet::TAB, ..Config::default() };
    for finding in &document.findings {
        let (snippet, diagnostic) = prepare(finding, sources, context.width.max(40));
        term::emit_to_write_style(&mut writer, &config, &snippet, &diagnostic).map_err(|error| match error {
            Error::Io(error) => error,
            other => io::Error::other(other),
        })?;
    }
    Ok(())
}

/// A finding in the terms of the drawing.
fn prepare<'a>(finding: &'a Item<'a>, sources: &Sources, width: usize) -> (Snippet<'a>, Diagnostic<usize>) {
    let related = &finding.related[..finding.related.len().min(MAX_PLACES)];
    let first = std::iter::once((&finding.place, finding.label));
    let places: Vec<(&Place<'_>, &str)> = first.chain(related.iter().map(|r| (&r.place, r.message))).collect();
    let gutter = places.iter().map(|(place, _)| place.start.line).max().unwrap_or(1).ilog10() as usize + 4;
    let snippet = Snippet::new(sources, &places, width - gutter);

    let mut labels = Vec::with_capacity(places.len());
    let mut notes = Vec::new();
    if let Some((file, range)) = snippet.range(&finding.place) {
        labels.push(Label::primary(file, range).with_message(escape::printable(finding.label)));
    }
    for other in related {
        match snippet.range(&other.place) {
            Some((file, range)) => labels.push(Label::secondary(file, range).with_message(escape::printable(other.message))),
            None => notes
                .push(format!("{}:{}:{}: {}", other.place.file, other.place.start.line, other.place.start.column, other.message)),
        }
    }
    if finding.related.len() > related.len() {
        notes.push(format!("and {} more places", finding.related.len() - related.len()));
    }
    notes.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    notes.extend(finding.help.map(|help| format!("help: {help}")));
    notes.extend(finding.fix.as_ref().map(|fix| describe(fix, sources)));
    for note in &mut notes {
        *note = wrap(note, width - gutter);
    }
    let severity = match finding.severity {
        Severity::Error => Drawn::Error,
        Severity::Warning => Drawn::Warning,
        Severity::Note => Drawn::Note,
    };
    let diagnostic = Diagnostic::new(severity)
        .with_code(finding.rule)
        .with_message(escape::printable(finding.message))
        .with_labels(labels)
        .with_notes(notes);
    (snippet, diagnostic)
}

/// What the fix would do, in a line.
fn describe(fix: &Patch<'_>, sources: &Sources) -> String {
    let kind = match fix.safety {
        Safety::Safe => "fix available",
        Safety::Unsafe => "unsafe fix available",
    };
    let short = |text: &str| !text.contains(['\n', '\r']) && text.chars().nth(MAX_SHOWN).is_none();
    let [edit] = &fix.edits[..] else { return format!("{kind}: {} edits", fix.edits.len()) };
    let before = sources.slice(Location::new(edit.id, Span::new(edit.start, edit.end)));
    let after = edit.text.trim();
    match (before.is_empty(), after.is_empty()) {
        _ if !short(before) || !short(after) => kind.to_owned(),
        (true, _) => format!("{kind}: insert `{after}`"),
        (false, true) => format!("{kind}: remove `{}`", before.trim()),
        (false, false) => format!("{kind}: `{before}` becomes `{after}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Context, Format, render, testing};
    use crate::finding::{Finding, Report, Totals};
    use crate::source::{FileId, Location, SourceFile, Sources, Span};

    #[test]
    fn carets_stand_under_tabs_accents_wide_characters_and_before_crlf() {
        insta::assert_snapshot!(testing::rendered(Format::Full), @r##"
        error[dirty-without-flag]: Dirty without a flag task before it in job `Été`
          ┌─ AD/Jobs.xml:2:36
          │
        1 │ <Job Identifier="Été">
          │  --- the job
        2 │     <ComputeRoleModelTask Name="漢字 é" Dirty="true"/>
          │                                         ^^^^^ nothing is flagged here
          │
          ┌─ AD/Role Model.xml:1:2
          │
        1 │ <InvokeExpressionTask Identifer="Nettoyé"/>
          │  -------------------- the only task before it
          │
          = note: The task computes only what was flagged; with no
            SetRecentlyModifiedFlagTask before it that is nothing, so every change of
            the day is lost without a word.
          = help: put a SetRecentlyModifiedFlagTask before it:
                <SetRecentlyModifiedFlagTask Identifier="Flag"/>

        error[unknown-attribute]: InvokeExpressionTask has no attribute `Identifer`
          ┌─ AD/Role Model.xml:1:23
          │
        1 │ <InvokeExpressionTask Identifer="Nettoyé"/>
          │                       ^^^^^^^^^ not an attribute
          │
          = help: write `Identifier`
          = fix available: `Identifer` becomes `Identifier`

        warning[unused-task]: no job runs `Nettoyé`
          ┌─ AD/Role Model.xml:1:34
          │
        1 │ <InvokeExpressionTask Identifer="Nettoyé"/>
          │                                  ^^^^^^^

        2 errors, 1 warning in 2 files (3 elements); 1 suppressed
        "##);
    }

    proptest::proptest! {
        /// Any text, any place: every format writes something and nothing panics.
        #[test]
        fn nothing_that_a_file_holds_breaks_the_drawing(
            text in "[a<é漢👍\u{301}\u{200b}\t\r\n\u{1b}\u{202e} ]{0,300}",
            spans in proptest::collection::vec((0_u32..700, 0_u32..700), 1..6),
            width in 0_usize..100,
        ) {
            let sources = Sources::new(vec![SourceFile::new("a.xml", text.as_str()), SourceFile::new("b.xml", text.as_str())]);
            let place = |file, (start, length): (u32, u32)| {
                let snap = |at: u32| (0..=at.min(text.len() as u32)).rev().find(|&at| text.is_char_boundary(at as usize)).unwrap();
                Location::new(FileId(file), Span::new(snap(start), snap(start + length)))
            };
            let mut finding = Finding::new(&testing::DIRTY, place(0, spans[0]), text.as_str()).label("here").note(text.as_str());
            for (index, span) in spans.iter().enumerate() {
                finding = finding.related(place(index as u32 % 2, *span), "there");
            }
            let report = Report::new(&sources, vec![finding], Totals::default());
            for format in Format::ALL {
                let mut out = Vec::new();
                render(format, &report, &sources, &Context { width, ..Context::default() }, &mut out).unwrap();
                let out = String::from_utf8(out).unwrap();
                let raw = ['\u{1b}', '\u{202e}'].iter().any(|&c| out.contains(c));
                proptest::prop_assert!(format.is_data() || !raw, "{}", out);
                proptest::prop_assert!(format == Format::Concise || !out.is_empty());
            }
        }
    }

    #[test]
    fn words_stand_beside_what_is_underlined_however_long_it_is() {
        let value = "漢No".repeat(130);
        let text = format!("<a>\r\n{}\t<b x=\"{value}\"/>\r\n</a>", "<é/>".repeat(225));
        let sources = Sources::new(vec![SourceFile::new("a.xml", text)]);
        let place = testing::place(&sources, 0, &value);
        let finding = Finding::new(&testing::UNKNOWN, place, "too long").label("no such agent");
        let report = Report::new(&sources, vec![finding], Totals { files: 1, ..Totals::default() });
        for width in [40, 80, 120] {
            let mut out = Vec::new();
            render(Format::Full, &report, &sources, &Context { width, ..Context::default() }, &mut out).unwrap();
            let out = String::from_utf8(out).unwrap();
            let line = out.lines().find(|line| line.contains("^^^")).unwrap();
            assert!(line.ends_with("^ no such agent"), "{out}");
            let wide = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) > width;
            assert_eq!(out.lines().find(wide), None, "{out}");
        }
    }

    #[test]
    fn a_long_line_is_cut_around_the_place_and_keeps_its_true_column() {
        let text = format!("<a>{}<target x=\"\u{1b}[31m\"/>{}</a>", "<é/>".repeat(50_000), "<c/>".repeat(50_000));
        let sources = Sources::new(vec![SourceFile::new("one-line.xml", text)]);
        let place = testing::place(&sources, 0, "target");
        let far = testing::place(&sources, 0, "/a");
        let finding = Finding::new(&testing::UNKNOWN, place, "found far to the right").label("here").related(far, "the end");
        let report = Report::new(&sources, vec![finding; 200], Totals { files: 1, ..Totals::default() });
        let mut out = Vec::new();
        render(Format::Full, &report, &sources, &Context { width: 80, ..Context::default() }, &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        insta::assert_snapshot!(out.split("\n\n").next().unwrap(), @r##"
        error[unknown-attribute]: found far to the right
          ┌─ one-line.xml:1:200005
          │
        1 │ …é/><é/><é/><é/><é/><é/><target x="␛[31m"/><c/><c/><c/><c/><c/><c/><c/><c/>…
          │                          ^^^^^^ here
          │
          = one-line.xml:1:400024: the end
        "##);
    }
}
