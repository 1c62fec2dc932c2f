//! `redeclared-iteration`: an expression declares the variable that counts its attempts.

use std::ops::Range;

use crate::expr::Expression;
use crate::expr::csharp::tree::{Statement, StatementKind};
use crate::expr::csharp::{self, Parsed};
use crate::finding::Severity;
use crate::grammar::{kinds, names};
use crate::rules::{Check, ElementView, Rule, Sink};
use crate::source::{Location, Span};
use crate::syntax::raw_offset;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "redeclared-iteration",
    Severity::Error,
    "an expression that declares the variable `iteration`, which it already has",
    Check::At(&[kinds::BUILD_UNIQUE_VALUE_ASPECT], check),
);

/// The variable that counts the attempts. C# tells names apart by case.
const VARIABLE: &str = "iteration";

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let Some(attribute) = view.attribute(names::EXPRESSION) else { return };
    let span = view.document.value_span(attribute.id);
    let raw = span.of(view.text);
    if !raw.contains(VARIABLE) {
        return;
    }
    let text = crate::syntax::code(raw);
    let start = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    let Ok(Expression::CSharp { parameter, code }) = Expression::parse(trimmed) else { return };
    let found = if parameter.as_deref() == Some(VARIABLE) {
        trimmed[..code.start].rfind(VARIABLE).map(|at| at..at + VARIABLE.len())
    } else if let Parsed::Code(parsed) = csharp::parse(&trimmed[code.clone()]) {
        declared(&parsed.body).map(|one| one.start + code.start..one.end + code.start)
    } else {
        None
    };
    let Some(found) = found else { return };
    let at = |offset: usize| span.start + raw_offset(raw, start + offset) as u32;
    let place = Location::new(view.file, Span::new(at(found.start), at(found.end)));
    sink.push(
        view.finding(&RULE, "Expression", place, "`iteration` is declared a second time".to_owned())
            .label("the expression has it already")
            .note("it counts the attempts at a unique value; a second variable of the name does not compile")
            .help("give the variable another name"),
    );
}

/// Where the variable is declared. Trees are never deep.
fn declared(body: &[Statement]) -> Option<Range<usize>> {
    body.iter().find_map(|statement| match &statement.kind {
        StatementKind::Declare { name, .. } if name.text == VARIABLE => Some(name.span.clone()),
        StatementKind::If(_, yes, no) => declared(yes).or_else(|| declared(no)),
        StatementKind::Block(inner) => declared(inner),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::findings;

    fn found(expression: &str) -> Vec<(String, u32)> {
        let xml = format!("<BuildUniqueValueAspect Identifier=\"A\"\nExpression=\"{expression}\"/>");
        let (program, found) = findings(&xml, "redeclared-iteration");
        let place = |location: crate::source::Location| {
            let text = location.span.of(program.text(location.file)).to_owned();
            (text, program.sources.get(location.file).position(location.span.start).column)
        };
        found.iter().map(|one| place(one.location)).collect()
    }

    #[test]
    fn a_second_variable_is_found() {
        assert_eq!(found("C#:p:var iteration = 1; return p.Login + iteration;"), [("iteration".to_owned(), 22)]);
        assert_eq!(found("C#:p:if (p.Name == null) { int iteration = 2; return iteration; } return 1;").len(), 1);
        assert_eq!(found("C#:p:return p.A &gt; 1 ? 1 : 2;").len(), 0);
        assert_eq!(found("  C#:p:string a = &quot;x&quot;; string iteration = a; return a;"), [("iteration".to_owned(), 53)]);
        assert_eq!(found("C#:iteration:return iteration.Name;"), [("iteration".to_owned(), 16)]);
    }

    #[test]
    fn its_uses_are_not() {
        assert!(found("C#:p:return p.Login + iteration;").is_empty());
        assert!(found("C#:p:var Iteration = iteration + 1; return Iteration;").is_empty());
        assert!(found("C#:p:return &quot;var iteration = 1&quot;;").is_empty());
        assert!(found("C#:p:var iteration = ").is_empty(), "left to expression-syntax");
    }
}
