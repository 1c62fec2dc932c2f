//! Operators.

use crate::expr::csharp::tree::{Binary, Node, Unary};
use crate::expr::types::Type;
use crate::finding::with_article;

use super::{Checker, ProblemKind, Use, common};

impl Checker<'_, '_> {
    pub(super) fn unary(&mut self, operator: Unary, value: &Node) -> Type {
        let found = self.value(value);
        let (right, result) = match operator {
            Unary::Not => (found.fits(&Type::Bool), Type::Bool),
            Unary::Minus | Unary::Plus => {
                let wider = if found.is_number() { found.wider(&Type::Int32) } else { found.clone() };
                (found.is_number() || found.is_open() || found == Type::TimeSpan, wider)
            }
        };
        if !right {
            let message = format!("`{}` does not go with {}", operator.sign(), with_article(&self.show(&found)));
            self.report(ProblemKind::Type, &value.span, message);
        }
        result
    }

    pub(super) fn binary(&mut self, node: &Node, operator: Binary, left: &Node, right: &Node) -> Type {
        let (a, b) = (self.value(left), self.value(right));
        let result = result(operator, &a, &b);
        if operator == Binary::Add && (a == Type::String || b == Type::String) {
            self.set(node, Use::Join);
        }
        if let Some(result) = result {
            return result;
        }
        let message = format!(
            "`{}` does not go between {} and {}",
            operator.sign(),
            with_article(&self.show(&a)),
            with_article(&self.show(&b))
        );
        let texts = a == Type::String && b == Type::String;
        let problem = self.report(ProblemKind::Type, &node.span, message);
        if texts && matches!(operator, Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual) {
            problem.help = Some("compare texts with `string.Compare(a, b) < 0`".to_owned());
        }
        Type::Unknown
    }
}

/// What an operator gives; none where it does not go between the types.
fn result(operator: Binary, a: &Type, b: &Type) -> Option<Type> {
    use Type::{Bool, DateTime, Null, String, TimeSpan, Unknown};
    let numbers = (a.is_number() || a.is_open()) && (b.is_number() || b.is_open());
    let both = |kind: &Type| a.fits(kind) && b.fits(kind);
    match operator {
        Binary::And | Binary::Or => both(&Bool).then_some(Bool),
        Binary::Coalesce => {
            let fits = a.fits(b) || b.fits(a);
            // What is not known may still be joined with a text.
            let kind = if *a == Null { b.clone() } else { common(a, b) };
            fits.then_some(if kind == Unknown && a.is_open() { b.clone() } else { kind })
        }
        Binary::Equal | Binary::NotEqual => (a.fits(b) || b.fits(a)).then_some(Bool),
        Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
            (numbers || both(&DateTime) || both(&TimeSpan)).then_some(Bool)
        }
        Binary::Add if *a == String || *b == String => Some(String),
        Binary::Add if *a == Unknown || *b == Unknown => Some(Unknown),
        Binary::Add if matches!(a, DateTime | Null) && matches!(b, TimeSpan | Null) => Some(DateTime),
        Binary::Subtract if matches!((a, b), (DateTime, DateTime)) => Some(TimeSpan),
        Binary::Subtract if matches!((a, b), (DateTime, TimeSpan)) => Some(DateTime),
        Binary::Subtract if *a == Unknown || *b == Unknown => Some(Unknown),
        Binary::Add | Binary::Subtract if matches!((a, b), (TimeSpan, TimeSpan)) => Some(TimeSpan),
        _ if numbers => Some(match (a, b) {
            (Unknown, _) | (_, Unknown) => Unknown,
            (Null, other) | (other, Null) => other.clone(),
            _ => a.wider(b),
        }),
        _ => None,
    }
}
