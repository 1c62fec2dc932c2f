//! Semantic tokens: names of items, and the code in expressions.

use lsp_types::{SemanticToken, SemanticTokenModifier, SemanticTokenType, SemanticTokens, SemanticTokensLegend};

use super::view::View;
use crate::expr::Expression;
use crate::grammar::{ItemKind, ValueType};
use crate::ir::references::{Role, named_in};
use crate::source::Span;

const PROPERTY: u32 = 0;
const TYPE: u32 = 1;
const FUNCTION: u32 = 2;
const CLASS: u32 = 3;
const KEYWORD: u32 = 4;
const DECLARATION: u32 = 1;

/// What the numbers mean, in the order above.
pub(in crate::lsp) fn legend() -> SemanticTokensLegend {
    SemanticTokensLegend {
        token_types: vec![
            SemanticTokenType::PROPERTY,
            SemanticTokenType::TYPE,
            SemanticTokenType::FUNCTION,
            SemanticTokenType::CLASS,
            SemanticTokenType::KEYWORD,
        ],
        token_modifiers: vec![SemanticTokenModifier::DECLARATION],
    }
}

/// The tokens of a document.
pub(super) fn of_document(view: &View<'_>) -> SemanticTokens {
    let mut found: Vec<(Span, u32, u32)> = Vec::new();
    for one in named_in(view.program(), view.file) {
        let modifier = if one.role == Role::Declaration { DECLARATION } else { 0 };
        found.push((one.place.span, token_type(one.target.kind), modifier));
    }
    expressions(view, &mut found);
    found.sort_by_key(|(span, ..)| (span.start, span.end));
    let mut data = Vec::with_capacity(found.len());
    let (mut line, mut column, mut end) = (0, 0, 0);
    for (span, token_type, modifiers) in found {
        let range = view.range(span);
        // Tokens lie in one line and apart.
        if span.is_empty() || span.start < end || range.start.line != range.end.line {
            continue;
        }
        end = span.end;
        let delta_line = range.start.line - line;
        let delta_start = if delta_line == 0 { range.start.character - column } else { range.start.character };
        let length = range.end.character - range.start.character;
        data.push(SemanticToken { delta_line, delta_start, length, token_type, token_modifiers_bitset: modifiers });
        (line, column) = (range.start.line, range.start.character);
    }
    SemanticTokens { result_id: None, data }
}

fn token_type(kind: ItemKind) -> u32 {
    match kind {
        ItemKind::Property => PROPERTY,
        ItemKind::EntityType => TYPE,
        ItemKind::Job | ItemKind::Task => FUNCTION,
        _ => CLASS,
    }
}

/// What says how an expression is read: `C#:parameter:`, `Literal:`, the name of a function.
fn expressions(view: &View<'_>, found: &mut Vec<(Span, u32, u32)>) {
    let document = view.document();
    for element in document.elements() {
        let Some(kind) =
            view.kind(element).filter(|kind| kind.def().attributes.iter().any(|one| one.value == ValueType::Expression))
        else {
            continue;
        };
        for attribute in document.attributes(element) {
            let name = document.attribute_name(attribute);
            let def = kind.def().attribute(name, document.attribute_name_text(attribute));
            if def.is_none_or(|def| def.value != ValueType::Expression) {
                continue;
            }
            let span = document.value_span(attribute);
            // As written: what tells the language holds no references.
            let text = span.of(view.text());
            let length = match Expression::parse(text) {
                Ok(Expression::CSharp { code, .. }) => code.start,
                Ok(Expression::Literal(_)) => "Literal:".len(),
                Ok(Expression::Function(_)) => text.find(':').map_or(0, |at| at + 1),
                Err(_) => 0,
            };
            if length > 0 && text.is_char_boundary(length) {
                found.push((Span::new(span.start, span.start + length as u32), KEYWORD, 0));
            }
        }
    }
}
