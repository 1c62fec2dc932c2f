//! C#: parsed with tree-sitter, lowered to a small tree, written back.
//!
//! Parsing is bounded: by the length of the code, by the steps of the parser, and by the depth of the tree. The steps are
//! counted, not timed, so that the same code gives the same outcome on every machine.

mod balance;
mod literal;
mod lower;
mod print;
mod statement;
pub mod tree;

use std::cell::RefCell;
use std::ops::{ControlFlow, Range};

use tree_sitter::{ParseOptions, ParseState, Parser};

use super::ExprError;
use tree::{Code, Node, StatementKind};

/// How deep code may be nested.
pub const DEPTH: u32 = 100;
/// How many bytes code may have.
pub const LENGTH: usize = 32 * 1024;
/// How often the parser may report progress, which it does after a fixed number of steps.
const STEPS: u32 = 20_000;

/// Code that was read.
#[derive(Clone, Debug, PartialEq)]
pub enum Parsed {
    /// It is C#.
    Code(Code),
    /// It is no C#.
    Wrong(ExprError),
    /// It is too long or too deep to be judged.
    Beyond(&'static str),
}

thread_local! {
    static PARSER: RefCell<Option<Parser>> = RefCell::new(new_parser());
}

fn new_parser() -> Option<Parser> {
    let mut parser = Parser::new();
    // Fails only where library and grammar were built for different versions of each other, which the tests would see.
    parser.set_language(&tree_sitter_c_sharp::LANGUAGE.into()).ok()?;
    Some(parser)
}

/// Reads code.
pub fn parse(code: &str) -> Parsed {
    parse_round(code, 0)
}

fn parse_round(code: &str, round: u32) -> Parsed {
    if code.trim().is_empty() {
        return Parsed::Wrong(ExprError { message: "there is no code".to_owned(), span: 0..code.len() });
    }
    if code.len() > LENGTH {
        return Parsed::Beyond("more than 32 KiB of code");
    }
    let Some(tree) = tree_of(code) else { return Parsed::Beyond("code that takes too long to parse") };
    if tree.root_node().has_error() {
        return Parsed::Wrong(error(code, &tree));
    }
    if let Some(error) = assigned_condition(&tree, code) {
        return Parsed::Wrong(error);
    }
    let casts = false_casts(&tree, code);
    if !casts.is_empty() {
        let mut bytes = code.as_bytes().to_vec();
        for at in casts {
            bytes[at] = b' ';
        }
        // One round is enough for all that was seen; the bound is there for what was not.
        return match String::from_utf8(bytes) {
            Ok(bare) if round < 3 => parse_round(&bare, round + 1),
            _ => Parsed::Beyond("code that takes too long to parse"),
        };
    }
    match lower::lower(code, tree.root_node()) {
        Ok(code) => returns(code),
        Err(lower::TooDeep) => Parsed::Beyond("code nested too deeply"),
    }
}

/// `if (a = null)`: an assignment where C# wants something that is true or false, with a value that is neither.
fn assigned_condition(tree: &tree_sitter::Tree, code: &str) -> Option<ExprError> {
    let mut cursor = tree.walk();
    loop {
        let mut condition = cursor.node().child_by_field_name("condition");
        while let Some(inner) = condition.filter(|node| node.kind() == "parenthesized_expression") {
            condition = inner.named_child(0);
        }
        if let Some(assignment) = condition.filter(|node| node.kind() == "assignment_expression")
            && let Some(sign) = assignment.child_by_field_name("operator").filter(|sign| &code[sign.byte_range()] == "=")
            && let Some(right) = assignment.child_by_field_name("right")
            && matches!(
                right.kind(),
                "null_literal" | "string_literal" | "integer_literal" | "real_literal" | "character_literal"
            )
        {
            let message = "`=` assigns, and gives no condition: write `==` to compare".to_owned();
            return Some(ExprError { message, span: sign.byte_range() });
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return None;
            }
        }
    }
}

/// The brackets of `(a) && b`, `(a.b) - c` and the like, which the grammar takes for casts of `&&b` and `-c`. C# does not,
/// and the brackets around a bare name say nothing.
fn false_casts(tree: &tree_sitter::Tree, code: &str) -> Vec<usize> {
    let mut found = Vec::new();
    let mut cursor = tree.walk();
    loop {
        let node = cursor.node();
        if node.kind() == "cast_expression" {
            let (kind, value) = (node.child_by_field_name("type"), node.child_by_field_name("value"));
            if let (Some(kind), Some(value)) = (kind, value)
                && matches!(kind.kind(), "identifier" | "qualified_name" | "alias_qualified_name")
                && value.kind() == "prefix_unary_expression"
                && code[value.byte_range()].starts_with(['+', '-', '&', '*'])
            {
                let close = code[kind.end_byte()..].find(')').map(|at| kind.end_byte() + at);
                found.extend([Some(node.start_byte()), close].into_iter().flatten());
            }
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return found;
            }
        }
    }
}

/// The tree of a text; none where it takes too many steps.
fn tree_of(code: &str) -> Option<tree_sitter::Tree> {
    PARSER.with_borrow_mut(|parser| {
        let parser = parser.as_mut()?;
        let mut steps = 0;
        let mut count = |_: &ParseState| {
            steps += 1;
            if steps > STEPS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let bytes = code.as_bytes();
        let options = ParseOptions::new().progress_callback(&mut count);
        let tree = parser.parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options));
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}

/// What is wrong, as near to the mistake as can be told.
fn error(code: &str, tree: &tree_sitter::Tree) -> ExprError {
    if let Some(error) = balance::unbalanced(code) {
        return error;
    }
    let is_code = |code: &str| tree_of(code).is_some_and(|tree| !tree.root_node().has_error());
    let end = code.trim_end().len();
    let start = end - code[..end].chars().next_back().map_or(0, char::len_utf8);
    if !code[..end].ends_with([';', '}']) {
        if is_code(&format!("{code};")) && code.contains("return") {
            return ExprError { message: "`;` is missing at the end".to_owned(), span: start..end };
        }
        if is_code(&format!("return {code};")) {
            return ExprError { message: "the code returns nothing: `return` and `;` are missing".to_owned(), span: 0..end };
        }
    }
    let (span, missing) = first_error(tree.root_node(), code);
    let shown: String = code[span.clone()].chars().take(30).collect();
    let message = match missing {
        Some(missing) => format!("{missing} is missing here"),
        None if shown.trim().is_empty() => "the code is no C#".to_owned(),
        None => format!("the code is no C# from `{}` on", shown.trim_end()),
    };
    ExprError { message, span }
}

/// The first place that is no C#, and what is missing there.
fn first_error(root: tree_sitter::Node<'_>, code: &str) -> (Range<usize>, Option<String>) {
    let mut cursor = root.walk();
    let mut node = root;
    loop {
        // A missing name is an empty one.
        if node.is_missing() || (!node.is_error() && node.byte_range().is_empty() && node.id() != root.id()) {
            let at = node.start_byte().min(code.len());
            let before = code[..at].trim_end();
            let start = before.len() - before.chars().next_back().map_or(0, char::len_utf8);
            let what =
                if node.kind().starts_with(char::is_alphabetic) { "a name".to_owned() } else { format!("`{}`", node.kind()) };
            return (start..before.len(), Some(what));
        }
        let inner = node.children(&mut cursor).find(|child| child.has_error() || child.is_missing());
        match inner {
            Some(inner) if !inner.is_error() || inner.child_count() > 0 => node = inner,
            _ => break,
        }
    }
    // Inside an error, what could still be read comes first.
    let at = (0..node.child_count()).filter_map(|child| node.child(child)).find(tree_sitter::Node::is_error).unwrap_or(node);
    let range = at.byte_range();
    let start = range.start.min(code.len());
    let end = code[start..range.end.min(code.len())].find(['\n', '\r']).map_or(range.end.min(code.len()), |line| start + line);
    let end = code[start..end].char_indices().nth(30).map_or(end, |(at, _)| start + at);
    (if end > start { start..end } else { 0..code.trim_end().len() }, None)
}

/// Code that ends without a `return` gives no value.
fn returns(code: Code) -> Parsed {
    if leaves(&code.body) {
        return Parsed::Code(code);
    }
    let span = code.body.last().map_or(0..0, |last| last.span.clone());
    let message = match code.body.last().map(|last| &last.kind) {
        Some(StatementKind::Expression(Node { .. })) if code.body.len() == 1 => "the code returns nothing: `return` is missing",
        _ => "the code can end without a `return`",
    };
    Parsed::Wrong(ExprError { message: message.to_owned(), span })
}

/// Whether the statements never reach their end, or do something that is not judged.
fn leaves(body: &[tree::Statement]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Return(_) | StatementKind::Refused(_) => true,
        StatementKind::If(_, yes, no) => leaves(yes) && leaves(no),
        StatementKind::Block(body) => leaves(body),
        _ => false,
    })
}

#[cfg(test)]
mod tests;
