//! The requests that the server answers.

use lsp_types as lsp;
use serde_json::Value;

use super::server::{Refusal, Server, parameters, result};
use super::view::View;
use super::{
    actions, commands, completion, folding, formatting, hints, hover, lenses, navigation, renaming, symbols, tokens,
    virtual_documents,
};
use crate::fmt::Style;
use lsp_server::ErrorCode;

pub(super) use super::commands::COMMANDS;
pub(super) use super::tokens::legend;

/// Answers a request.
pub(super) fn answer(server: &mut Server<'_>, method: &str, params: Value) -> Result<Value, Refusal> {
    match method {
        "textDocument/definition" => {
            let params: lsp::GotoDefinitionParams = parameters(params)?;
            let at = params.text_document_position_params;
            on(server, &at.text_document, |view| result(&navigation::definition(view, at.position)))
        }
        "textDocument/references" => {
            let params: lsp::ReferenceParams = parameters(params)?;
            let (at, declarations) = (params.text_document_position, params.context.include_declaration);
            on(server, &at.text_document, |view| result(&navigation::references(view, at.position, declarations)))
        }
        "textDocument/documentHighlight" => {
            let params: lsp::DocumentHighlightParams = parameters(params)?;
            let at = params.text_document_position_params;
            on(server, &at.text_document, |view| result(&navigation::highlights(view, at.position)))
        }
        "textDocument/prepareRename" => {
            let at: lsp::TextDocumentPositionParams = parameters(params)?;
            on(server, &at.text_document, |view| result(&renaming::prepare(view, at.position)?))
        }
        "textDocument/rename" => rename(server, parameters(params)?),
        "textDocument/documentSymbol" => {
            let params: lsp::DocumentSymbolParams = parameters(params)?;
            on(server, &params.text_document, |view| result(&symbols::of_document(view)))
        }
        "workspace/symbol" => {
            let params: lsp::WorkspaceSymbolParams = parameters(params)?;
            let mut found = Vec::new();
            server.workspace.each(|encoding, analysis| {
                symbols::search(encoding, analysis, &params.query, &mut found);
            });
            result(&found)
        }
        "textDocument/foldingRange" => {
            let params: lsp::FoldingRangeParams = parameters(params)?;
            on(server, &params.text_document, |view| result(&folding::of_document(view)))
        }
        "textDocument/completion" => {
            let params: lsp::CompletionParams = parameters(params)?;
            let (at, snippets) = (params.text_document_position, server.client.snippets);
            glance(server, &at.text_document, |view| result(&completion::at(view, at.position, snippets)))
        }
        "textDocument/hover" => {
            let params: lsp::HoverParams = parameters(params)?;
            let at = params.text_document_position_params;
            glance(server, &at.text_document, |view| result(&hover::at(view, at.position)))
        }
        "textDocument/codeAction" => {
            let params: lsp::CodeActionParams = parameters(params)?;
            match server.workspace.judged_view(params.text_document.uri.as_str()) {
                Some((view, judgement)) => result(&actions::at(&view, judgement, &params)),
                None => Ok(Value::Null),
            }
        }
        "textDocument/formatting" => {
            let params: lsp::DocumentFormattingParams = parameters(params)?;
            let style = style(server, &params.text_document);
            on(server, &params.text_document, |view| result(&formatting::whole(view, &style)?))
        }
        "textDocument/rangeFormatting" => {
            let params: lsp::DocumentRangeFormattingParams = parameters(params)?;
            let style = style(server, &params.text_document);
            on(server, &params.text_document, |view| result(&formatting::part(view, &style, params.range)?))
        }
        "textDocument/codeLens" => {
            let params: lsp::CodeLensParams = parameters(params)?;
            on(server, &params.text_document, |view| result(&lenses::of_document(view)))
        }
        "textDocument/inlayHint" => {
            let params: lsp::InlayHintParams = parameters(params)?;
            on(server, &params.text_document, |view| result(&hints::within(view, params.range)))
        }
        "textDocument/semanticTokens/full" => {
            let params: lsp::SemanticTokensParams = parameters(params)?;
            on(server, &params.text_document, |view| result(&tokens::of_document(view)))
        }
        "workspace/executeCommand" => commands::execute(server, parameters(params)?),
        "workspace/textDocumentContent" => {
            let params: Address = parameters(params)?;
            let text = virtual_documents::content(&mut server.workspace, &params.uri)?;
            Ok(serde_json::json!({ "text": text }))
        }
        "jobwright/expansion" => {
            let params: OfDocument = parameters(params)?;
            let document = &params.text_document.uri;
            result(&virtual_documents::expansion(&mut server.workspace, document.as_str(), params.job.as_deref())?)
        }
        "jobwright/plan" => {
            let params: OfDocument = parameters(params)?;
            let (document, form) = (&params.text_document.uri, params.format.as_deref().unwrap_or("json"));
            result(&virtual_documents::plan(&mut server.workspace, document.as_str(), params.job.as_deref(), form)?)
        }
        _ => Err(Refusal { code: ErrorCode::MethodNotFound, message: format!("`{method}` is not known here") }),
    }
}

/// What `workspace/textDocumentContent` is asked with.
#[derive(serde::Deserialize)]
struct Address {
    uri: String,
}

/// What `jobwright/expansion` and `jobwright/plan` are asked with.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct OfDocument {
    text_document: lsp::TextDocumentIdentifier,
    job: Option<String>,
    format: Option<String>,
}

/// Answers about a document; `null` where it belongs to no configuration.
fn on(
    server: &mut Server<'_>,
    document: &lsp::TextDocumentIdentifier,
    answer: impl FnOnce(&View<'_>) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    match server.workspace.view(document.uri.as_str()) {
        Some(view) => answer(&view),
        None => Ok(Value::Null),
    }
}

/// As [`on`], for answers that cannot wait.
fn glance(
    server: &mut Server<'_>,
    document: &lsp::TextDocumentIdentifier,
    answer: impl FnOnce(&View<'_>) -> Result<Value, Refusal>,
) -> Result<Value, Refusal> {
    match server.workspace.glance(document.uri.as_str()) {
        Some(view) => answer(&view),
        None => Ok(Value::Null),
    }
}

/// How the configuration of a document is formatted.
fn style(server: &mut Server<'_>, document: &lsp::TextDocumentIdentifier) -> Style {
    server.workspace.configuration_of(document.uri.as_str()).map(|one| one.config.fmt).unwrap_or_default()
}

fn rename(server: &mut Server<'_>, params: lsp::RenameParams) -> Result<Value, Refusal> {
    let at = params.text_document_position;
    let Some(view) = server.workspace.view(at.text_document.uri.as_str()) else { return Ok(Value::Null) };
    let renamed = renaming::rename(&view, at.position, &params.new_name)?;
    if renamed.mentions > 0 {
        let message = match renamed.mentions {
            1 => "1 more place mentions the old name".to_owned(),
            count => format!("{count} more places mention the old name"),
        };
        let message = format!("{message}, in expressions, queries or permissions: search for it");
        let params = lsp::ShowMessageParams { typ: lsp::MessageType::INFO, message };
        // A client that no longer reads is noticed when it is answered.
        let _ = server.notify("window/showMessage", &params);
    }
    result(&renamed.edit)
}
