//! What can be done about findings: their fixes, a suppression, an entry of the baseline.

use lsp_types::{CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionParams, Command, WorkspaceEdit};
use serde_json::json;

use super::analysis::Judgement;
use super::commands::ADD_TO_BASELINE;
use super::diagnostics::diagnostic;
use super::navigation::workspace_edit;
use super::view::View;
use crate::finding::{Category, Edit, Finding, Safety};
use crate::rules;
use crate::source::{Location, Span};

/// What can be done in a range.
pub(super) fn at(view: &View<'_>, judgement: &Judgement, params: &CodeActionParams) -> Vec<CodeActionOrCommand> {
    let span = view.encoding.span(view.source(), params.range);
    let wanted = |kind: &CodeActionKind| {
        params.context.only.as_ref().is_none_or(|only| only.iter().any(|one| includes(one.as_str(), kind.as_str())))
    };
    let mut actions = Vec::new();
    if wanted(&CodeActionKind::QUICKFIX) {
        let touches = |finding: &Finding| {
            let at = finding.location;
            at.file == view.file && at.span.start <= span.end && span.start <= at.span.end
        };
        let findings = || judgement.findings().filter(|(finding, _)| touches(finding));
        for (finding, _) in findings() {
            actions.extend(fix(view, judgement, finding));
        }
        for (finding, fingerprint) in findings() {
            actions.extend(suppress(view, judgement, finding));
            actions.extend(baseline(view, judgement, finding, &fingerprint.to_string()));
        }
    }
    if wanted(&CodeActionKind::SOURCE_FIX_ALL) {
        actions.extend(fix_all(view, judgement));
    }
    actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
}

/// Whether a kind is another one, or lies below it.
fn includes(wanted: &str, kind: &str) -> bool {
    kind.strip_prefix(wanted).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) || wanted.is_empty()
}

fn quick(view: &View<'_>, judgement: &Judgement, finding: &Finding, title: String) -> CodeAction {
    CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic(view.encoding, judgement, finding)]),
        ..CodeAction::default()
    }
}

fn fix(view: &View<'_>, judgement: &Judgement, finding: &Finding) -> Option<CodeAction> {
    let fix = finding.fix.as_ref()?;
    let what = finding.help.as_deref().map_or_else(|| finding.message.clone(), |help| help.replace('`', ""));
    let title = match fix.safety {
        Safety::Safe => format!("Fix {}: {what}", finding.rule.name),
        Safety::Unsafe => format!("Fix {} (look at the result): {what}", finding.rule.name),
    };
    Some(CodeAction {
        edit: Some(edit(view, &fix.edits)),
        is_preferred: Some(fix.safety == Safety::Safe),
        ..quick(view, judgement, finding, title)
    })
}

fn edit(view: &View<'_>, edits: &[Edit]) -> WorkspaceEdit {
    workspace_edit(view, edits.iter().map(|edit| (edit.location, edit.text.clone())))
}

/// A comment before the element. What it gives as its reason is for the user to write: until then, the check says so.
fn suppress(view: &View<'_>, judgement: &Judgement, finding: &Finding) -> Option<CodeAction> {
    let rule = finding.rule.name;
    if matches!(finding.rule.category, Category::Syntax | Category::Directives) || rules::find(rule).is_none() {
        return None;
    }
    let element = view.element(finding.location.span.start)?;
    let start = view.document().span(element).start;
    let line = view.text()[..start as usize].rsplit(['\n', '\r']).next().unwrap_or_default();
    let text = if line.trim().is_empty() {
        let end = if view.text().contains("\r\n") { "\r\n" } else { "\n" };
        format!("<!-- jobwright: ignore[{rule}] -->{end}{line}")
    } else {
        format!("<!-- jobwright: ignore[{rule}] -->")
    };
    let place = Location::new(view.file, Span::empty(start));
    Some(CodeAction {
        edit: Some(workspace_edit(view, std::iter::once((place, text)))),
        ..quick(view, judgement, finding, format!("Suppress {rule} here (write the reason into the comment)"))
    })
}

fn baseline(view: &View<'_>, judgement: &Judgement, finding: &Finding, fingerprint: &str) -> Option<CodeAction> {
    if finding.rule.category == Category::Syntax {
        return None;
    }
    let title = format!("Add this {} to the baseline", finding.rule.name);
    let arguments = json!({ "uri": view.uri(view.file)?.as_str(), "fingerprint": fingerprint });
    let command = Command { title: title.clone(), command: ADD_TO_BASELINE.to_owned(), arguments: Some(vec![arguments]) };
    Some(CodeAction { command: Some(command), ..quick(view, judgement, finding, title) })
}

/// All safe fixes of the document that touch no other one.
fn fix_all(view: &View<'_>, judgement: &Judgement) -> Option<CodeAction> {
    let mut taken: Vec<Edit> = Vec::new();
    for (finding, _) in judgement.findings() {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safety == Safety::Safe) else { continue };
        let apart = |edit: &Edit| {
            let at = edit.location;
            at.file == view.file
                && taken.iter().all(|other| other.location.span.end < at.span.start || at.span.end < other.location.span.start)
        };
        if fix.edits.iter().all(apart) {
            taken.extend(fix.edits.iter().cloned());
        }
    }
    (!taken.is_empty()).then(|| CodeAction {
        title: "Fix everything that is safe to fix in this file".to_owned(),
        kind: Some(CodeActionKind::SOURCE_FIX_ALL),
        edit: Some(edit(view, &taken)),
        ..CodeAction::default()
    })
}
