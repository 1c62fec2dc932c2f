//! Suppression comments: `<!-- jobwright: ignore[rule, rule] reason -->` directly before an element silences those rules on
//! it and inside it; before the root element, in the whole file. Syntax errors and findings about directives stay.
//!
//! Every rule named that silenced nothing is itself a finding, so that a suppression never outlives its reason.

use std::sync::Arc;

use rayon::prelude::*;

use crate::finding::{Category, Finding, Fix, RuleInfo, Severity};
use crate::ir::Program;
use crate::source::{FileId, Location, Span};
use crate::syntax::{Comment, Document, ElementId};

use super::suggest::nearest;
use super::{Check, Policy, Rule, registry};

/// The row of `malformed-suppression`.
pub(crate) static MALFORMED: Rule = rule("malformed-suppression", Severity::Error, "a suppression comment that does not parse");
/// The row of `unknown-suppressed-rule`.
pub(crate) static UNKNOWN: Rule =
    rule("unknown-suppressed-rule", Severity::Error, "a suppression names a rule that does not exist");
/// The row of `unused-suppression`.
pub(crate) static UNUSED: Rule = rule("unused-suppression", Severity::Warning, "a rule named in a suppression silences nothing");
/// The row of `suppression-without-reason`.
pub(crate) static NO_REASON: Rule = rule("suppression-without-reason", Severity::Note, "a suppression gives no reason");

const fn rule(name: &'static str, severity: Severity, summary: &'static str) -> Rule {
    Rule { info: RuleInfo { name, category: Category::Directives, severity, summary }, check: Check::Engine }
}

const FORM: &str = "write `<!-- jobwright: ignore[rule-name] reason -->` directly before the element";

/// One rule named in a comment.
struct Named {
    rule: &'static RuleInfo,
    /// The name, in the comment.
    span: Span,
    /// What is silenced: from the comment to the end of the element; `None`: nothing follows.
    range: Option<Span>,
    used: bool,
}

/// The parts of a comment that means to be a suppression.
struct Parsed<'t> {
    names: Vec<(&'t str, u32)>,
    reason: &'t str,
}

/// Takes away what comments silence, and adds what is wrong with the comments. Returns the rest and how many were silenced.
pub(super) fn apply(program: &Program, findings: Vec<Finding>, policy: &Policy) -> (Vec<Finding>, usize) {
    let read = |document: &Arc<Document>| {
        let mut added = Vec::new();
        let file = document.file();
        let named: Vec<Named> =
            document.comments().iter().flat_map(|comment| read(program, document, file, comment, &mut added)).collect();
        (named, added)
    };
    let (mut named, added): (Vec<_>, Vec<_>) = program.documents.par_iter().with_min_len(64).map(read).unzip();
    let mut added: Vec<Finding> = added.into_iter().flatten().collect();
    let before = findings.len();
    let mut silenced = silence(&mut named, &findings).into_iter();
    let mut kept = findings;
    kept.retain(|_| !silenced.next().unwrap_or(false));
    let suppressed = before - kept.len();
    for (index, named) in named.iter().enumerate() {
        let document = &program.documents[index];
        for (at, one) in named.iter().enumerate() {
            // A rule that is off finds nothing, which says nothing about the suppression.
            if !one.used && policy.is_on(one.rule) {
                added.push(unused(program, document, named, at));
            }
        }
    }
    kept.append(&mut added);
    (kept, suppressed)
}

/// For each finding, whether a comment silences it; marks what silenced. Each file is swept once from its start to its
/// end, whatever the number of comments and findings: what comments cover is nested or apart, as elements are.
fn silence(named: &mut [Vec<Named>], findings: &[Finding]) -> Vec<bool> {
    let mut silenced = vec![false; findings.len()];
    let mut order: Vec<usize> = (0..findings.len())
        .filter(|&at| {
            let finding = &findings[at];
            !named[finding.location.file.index()].is_empty()
                && !matches!(finding.rule.category, Category::Syntax | Category::Directives)
        })
        .collect();
    order.sort_by_key(|&at| {
        let finding = &findings[at];
        (finding.location.file, finding.rule.name, finding.location.span.start)
    });
    for group in order.chunk_by(|&a, &b| {
        let (a, b) = (&findings[a], &findings[b]);
        a.location.file == b.location.file && a.rule.name == b.rule.name
    }) {
        let first = &findings[group[0]];
        let named = &mut named[first.location.file.index()];
        let mut covering: Vec<(Span, usize)> = named
            .iter()
            .enumerate()
            .filter(|(_, one)| one.rule.name == first.rule.name)
            .filter_map(|(number, one)| Some((one.range?, number)))
            .collect();
        covering.sort_by_key(|(range, number)| (range.start, *number));
        let mut coming = covering.into_iter().peekable();
        // Ranges that have begun and not ended, innermost last.
        let mut open: Vec<(Span, usize)> = Vec::new();
        for &at in group {
            let span = findings[at].location.span;
            while let Some(next) = coming.next_if(|(range, _)| range.start <= span.start) {
                while open.pop_if(|(range, _)| range.end <= next.0.start).is_some() {}
                open.push(next);
            }
            while open.pop_if(|(range, _)| range.end < span.start).is_some() {}
            for &(_, number) in open.iter().rev().filter(|(range, _)| range.contains(span)) {
                silenced[at] = true;
                // Whatever covers a comment that has silenced something has silenced that, too.
                if std::mem::replace(&mut named[number].used, true) {
                    break;
                }
            }
        }
    }
    silenced
}

fn read(program: &Program, document: &Document, file: FileId, comment: &Comment, added: &mut Vec<Finding>) -> Vec<Named> {
    let text = comment.span.of(program.text(file));
    let inner = text.strip_prefix("<!--").and_then(|text| text.strip_suffix("-->")).unwrap_or(text);
    let Some(directive) = inner.trim_start().strip_prefix("jobwright:") else { return Vec::new() };
    // The directive is the end of what the comment holds.
    let start = comment.span.start + (inner.as_ptr() as usize - text.as_ptr() as usize + inner.len() - directive.len()) as u32;
    let place = Location::new(file, comment.span);
    let anchor = |extra: &str| {
        let element = comment.before.or(comment.inside);
        format!("{}#{extra}", element.map_or_else(String::new, |element| super::element::anchor(program, file, element)))
    };
    let parsed = match parse(directive) {
        Ok(parsed) => parsed,
        Err(what) => {
            let message = format!("the suppression does not parse: {what}");
            let finding = Finding::new(&MALFORMED.info, place, message)
                .note("it silences nothing: what it was written for is reported all the same")
                .help(FORM);
            added.push(finding.anchor(anchor("malformed")));
            return Vec::new();
        }
    };
    let range = comment.before.map(|element| range(document, program.text(file), comment, element));
    let mut found = Vec::new();
    for &(name, offset) in &parsed.names {
        let span = Span::new(start + offset, start + offset + name.len() as u32);
        if let Some(rule) = registry::find(name) {
            found.push(Named { rule: &rule.info, span, range, used: false });
            continue;
        }
        let finding = Finding::new(&UNKNOWN.info, Location::new(file, span), format!("there is no rule `{name}`"))
            .note("the suppression silences nothing")
            .anchor(anchor(name));
        added.push(match nearest(name, registry::ALL.iter().map(|rule| rule.info.name)) {
            Some(near) => finding
                .help(format!("did you mean `{near}`? `jobwright rules` lists them all"))
                .fix(Fix::risky(Location::new(file, span), near)),
            None => finding.help("`jobwright rules` lists all rules"),
        });
    }
    if parsed.reason.is_empty() {
        let names = parsed.names.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        added.push(
            Finding::new(&NO_REASON.info, place, format!("the suppression of {names} gives no reason"))
                .note("whoever reads it next cannot know whether it still holds")
                .help("say why after the bracket: `ignore[rule-name] because …`")
                .anchor(anchor("reason")),
        );
    }
    found
}

/// What a comment before an element covers: the element, or the whole file where the element is the root.
fn range(document: &Document, text: &str, comment: &Comment, element: ElementId) -> Span {
    if document.parent(element).is_none() {
        return Span::new(0, text.len() as u32);
    }
    Span::new(comment.span.start, document.span(element).end)
}

/// Reads `ignore[a, b] reason`; offsets of names are relative to `directive`.
fn parse(directive: &str) -> Result<Parsed<'_>, String> {
    let rest = directive.trim_start();
    let Some(after) = rest.strip_prefix("ignore") else {
        let word = rest.split([' ', '[']).next().unwrap_or_default();
        return Err(if word.is_empty() { "nothing follows `jobwright:`".into() } else { format!("`{word}` is not `ignore`") });
    };
    let Some(list) = after.trim_start().strip_prefix('[') else {
        return Err("`ignore` has no rules in brackets".into());
    };
    let Some(end) = list.find(']') else { return Err("the bracket is never closed".into()) };
    let base = directive.len() - list.len();
    let mut names = Vec::new();
    let mut at = 0;
    for part in list[..end].split(',') {
        let name = part.trim();
        if name.is_empty() {
            return Err(if list[..end].trim().is_empty() {
                "the brackets are empty".into()
            } else {
                "a rule name is missing".into()
            });
        }
        names.push((name, (base + at + (part.len() - part.trim_start().len())) as u32));
        at += part.len() + 1;
    }
    Ok(Parsed { names, reason: list[end + 1..].trim() })
}

fn unused(program: &Program, document: &Document, all: &[Named], at: usize) -> Finding {
    let one = &all[at];
    let file = document.file();
    let name = one.rule.name;
    let location = Location::new(file, one.span);
    let message = format!("`{name}` silences nothing here");
    let following = document.comments().partition_point(|comment| comment.span.start <= one.span.start);
    let comment = following.checked_sub(1).map(|last| &document.comments()[last]);
    let element = comment.and_then(|comment| comment.before.or(comment.inside));
    let place = element.map_or_else(String::new, |element| super::element::anchor(program, file, element));
    let finding = Finding::new(&UNUSED.info, location, message).anchor(format!("{place}#{name}"));
    let finding = match one.range {
        Some(_) => finding.note("what it was written for is gone, or lies elsewhere; it would hide the next one unseen"),
        None => finding.note("a suppression must stand directly before the element that it covers, and none follows"),
    };
    let finding = finding.help("remove the name, or the whole comment where it is the only one");
    match comment {
        Some(comment) => finding.fix(Fix::safe(removal(program.text(file), file, comment, one.span), "")),
        None => finding,
    }
}

/// What to cut out: the name with one comma beside it, or the whole comment where no other name is in it.
fn removal(text: &str, file: FileId, comment: &Comment, span: Span) -> Location {
    let (start, end) = (span.start as usize, span.end as usize);
    let before = text[comment.span.start as usize..start].trim_end();
    let after = &text[end..comment.span.end as usize];
    let cut = if let Some(rest) = after.trim_start().strip_prefix(',') {
        let next = rest.trim_start();
        Span::new(span.start, comment.span.end - next.len() as u32)
    } else if let Some(rest) = before.strip_suffix(',') {
        Span::new(comment.span.start + rest.trim_end().len() as u32, span.end)
    } else {
        whole_line(text, comment.span)
    };
    Location::new(file, cut)
}

/// A span with the line it stands on alone, line break included.
pub(super) fn whole_line(text: &str, span: Span) -> Span {
    let before = &text[..span.start as usize];
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let after = &text[span.end as usize..];
    let alone = before[..before.len() - indent].ends_with('\n');
    let break_len = if after.starts_with("\r\n") { 2 } else { usize::from(after.starts_with('\n')) };
    if alone && break_len > 0 { Span::new(span.start - indent as u32, span.end + break_len as u32) } else { span }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    fn job(comment: &str) -> String {
        format!("<Job Identifier=\"J\">\n{comment}\n<InvokeSqlCommandTask Identifier=\"Sql\"/>\n</Job>")
    }

    /// What is left of a comment when the first unused name is removed.
    fn fixed(comment: &str) -> String {
        let (program, found) = findings(&job(comment), "unused-suppression");
        let edit = &found[0].fix.as_ref().unwrap().edits[0];
        let mut text = program.text(edit.location.file).to_owned();
        let (start, end) = (edit.location.span.start as usize, edit.location.span.end as usize);
        text.replace_range(start..end, &edit.text);
        text.lines().nth(1).unwrap().to_owned()
    }

    #[test]
    fn a_suppression_covers_the_element_after_it() {
        let rule = "missing-command-input";
        assert_eq!(lines(&job(""), rule), [3]);
        assert_eq!(lines(&job("<!-- jobwright: ignore[missing-command-input] set later -->"), rule), [0; 0]);
        let outside = format!("<!-- jobwright: ignore[missing-command-input] set later -->{}", job(""));
        assert_eq!(lines(&outside, rule), [0; 0]);
        let elsewhere = job("").replace("</Job>", "<!-- jobwright: ignore[missing-command-input] too late --></Job>");
        assert_eq!(lines(&elsewhere, rule), [3]);
        assert_eq!(lines(&elsewhere, "unused-suppression"), [4]);
    }

    #[test]
    fn what_is_wrong_with_a_suppression_is_reported() {
        for bad in ["ignore missing-command-input", "ignore[]", "ignore[missing-command-input", "ignore[a,,b]", "allow[a]", ""] {
            assert_eq!(lines(&job(&format!("<!-- jobwright: {bad} -->")), "malformed-suppression"), [2], "{bad}");
        }
        for right in ["<!-- jobwright is good -->", "<!-- ignore[a] -->", "<!-- jobwright: ignore[missing-command-input] x -->"] {
            assert_eq!(lines(&job(right), "malformed-suppression"), [0; 0], "{right}");
        }
        assert_eq!(lines(&job("<!-- jobwright: ignore[missing-comand-input] x -->"), "unknown-suppressed-rule"), [2]);
        assert_eq!(lines(&job("<!-- jobwright: ignore[missing-command-input] -->"), "suppression-without-reason"), [2]);
        assert_eq!(lines(&job("<!-- jobwright: ignore[missing-command-input] x -->"), "unused-suppression"), [0; 0]);
        // An unclosed comment is a syntax error, and no reason to panic.
        assert_eq!(lines("<Job><!-- jobwright: ignore[missing-command-input", "unused-suppression").len(), 0);
    }

    #[test]
    fn a_rule_is_named_as_the_catalogue_does() {
        let rule = "unknown-suppressed-rule";
        let found = |names: &str| findings(&job(&format!("<!-- jobwright: ignore[{names}] x -->")), rule).1;
        for wrong in ["missing-comand-input", "Missing-Command-Input", "missing-command-input, syntaxes", "W42"] {
            let found = found(wrong);
            assert_eq!(found.len(), 1, "{wrong}");
            assert_eq!(
                found[0].fix.is_some(),
                wrong.to_lowercase().starts_with("missing-com") && !wrong.contains(','),
                "{wrong}"
            );
        }
        assert_eq!(found("nothing, at-all").len(), 2);
        let whole = format!("<!-- jobwright: ignore[no-such-rule] whole file -->{}", job(""));
        assert_eq!(lines(&whole, rule), [1]);
        for right in ["missing-command-input", "missing-command-input,stops-on-error", " dirty-without-flag "] {
            assert!(found(right).is_empty(), "{right}");
        }
        assert_eq!(lines(&job("<!-- no-such-rule: ignore[no-such-rule] -->"), rule), [0; 0]);
    }

    #[test]
    fn a_suppression_says_why() {
        let rule = "suppression-without-reason";
        for without in
            ["ignore[missing-command-input]", "ignore[missing-command-input]   ", "ignore[a-rule, another]", "ignore[]"]
        {
            let expected: &[u32] = if without == "ignore[]" { &[] } else { &[2] };
            assert_eq!(lines(&job(&format!("<!-- jobwright: {without} -->")), rule), expected, "{without}");
        }
        assert_eq!(lines(&job("<!--jobwright:ignore[missing-command-input]-->"), rule), [2]);
        for with in ["ignore[missing-command-input] set later", "ignore[missing-command-input] –", "ignore[a-rule]why"] {
            assert_eq!(lines(&job(&format!("<!-- jobwright: {with} -->")), rule), [0; 0], "{with}");
        }
    }

    #[test]
    fn an_unused_name_is_cut_out_with_its_comma() {
        assert_eq!(fixed("<!-- jobwright: ignore[force-provisioning] x -->"), "<InvokeSqlCommandTask Identifier=\"Sql\"/>");
        assert_eq!(
            fixed("<!-- jobwright: ignore[missing-command-input, force-provisioning] x -->"),
            "<!-- jobwright: ignore[missing-command-input] x -->"
        );
        assert_eq!(
            fixed("<!-- jobwright: ignore[force-provisioning, missing-command-input] x -->"),
            "<!-- jobwright: ignore[missing-command-input] x -->"
        );
        assert_eq!(fixed("<!-- jobwright: ignore[nonsense, force-provisioning] x -->"), "<!-- jobwright: ignore[nonsense] x -->");
    }
}
