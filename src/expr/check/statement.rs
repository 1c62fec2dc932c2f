//! Statements, and what the code has to give.

use crate::expr::csharp::tree::{Node, Statement, StatementKind};
use crate::expr::types::Type;
use crate::finding::with_article;

use super::{Checker, ProblemKind};

impl Checker<'_, '_> {
    /// Statements one after the other; what they declare ends with them.
    pub(super) fn statements(&mut self, body: &[Statement]) {
        let outside = self.locals.len();
        for statement in body {
            self.statement(statement);
        }
        self.locals.truncate(outside);
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Return(None) => {
                self.report(ProblemKind::Type, &statement.span, "`return` gives no value".to_owned());
            }
            StatementKind::Return(Some(value)) => self.result(value),
            StatementKind::If(condition, yes, no) => {
                self.condition(condition);
                self.statements(yes);
                self.statements(no);
            }
            StatementKind::Declare { kind, name, value } => {
                let found = value.as_ref().map(|value| self.value(value));
                let declared = match (kind, &found) {
                    (Some(kind), _) => self.written_type(kind),
                    (None, Some(found)) => found.clone(),
                    (None, None) => Type::Unknown,
                };
                if let (Some(value), Some(found)) = (value, &found) {
                    self.assigned(value, found, &declared, &name.text);
                }
                self.locals.push((name.text.clone(), declared));
            }
            StatementKind::Assign { name, add, value } => {
                let found = self.value(value);
                let local = self.locals.iter().rev().find(|(local, _)| *local == name.text).map(|(_, kind)| kind.clone());
                let Some(declared) = local else {
                    if !self.opaque {
                        let known = super::Candidates::Names(self.variables());
                        let message = format!("there is no local variable `{}`", name.text);
                        self.report(ProblemKind::Member, &name.span, message).candidates = known;
                    }
                    return;
                };
                // To a text everything can be added.
                if !(*add && declared == Type::String) {
                    self.assigned(value, &found, &declared, &name.text);
                }
            }
            StatementKind::Put { name, key, value } => {
                let found = self.value(key);
                self.value(value);
                let local = self.locals.iter().rev().find(|(local, _)| *local == name.text).map(|(_, kind)| kind.clone());
                if local != Some(Type::Special("Dictionary")) {
                    self.not_embedded(&statement.span, "an assignment to something else than a local variable");
                } else if !found.fits(&Type::String) {
                    let message = format!("the key of a dictionary is a text, this is {}", with_article(&self.show(&found)));
                    self.report(ProblemKind::Type, &key.span, message);
                }
            }
            StatementKind::Expression(value) => {
                self.value(value);
            }
            StatementKind::Block(body) => self.statements(body),
            StatementKind::Refused(construct) => self.not_embedded(&statement.span, construct),
        }
    }

    fn assigned(&mut self, value: &Node, found: &Type, declared: &Type, name: &str) {
        if !found.fits(declared) {
            let message =
                format!("`{name}` is {}, this is {}", with_article(&self.show(declared)), with_article(&self.show(found)));
            self.report(ProblemKind::Type, &value.span, message);
        }
    }

    /// What is returned against what is expected.
    fn result(&mut self, value: &Node) {
        let found = self.value(value);
        let expected = &self.context.expected;
        if found == Type::Nothing {
            self.report(ProblemKind::Type, &value.span, "this call gives no value".to_owned());
        } else if !found.fits(expected) && (self.context.strict || !convertible(&found, expected)) {
            let message =
                format!("{} is expected, this is {}", with_article(&self.show(expected)), with_article(&self.show(&found)));
            self.report(ProblemKind::Type, &value.span, message);
        }
    }
}

/// Whether the product may still make one type of the other: all values are stored as texts.
fn convertible(found: &Type, wanted: &Type) -> bool {
    let single = |kind: &Type| !matches!(kind, Type::Entity(_) | Type::List(_) | Type::Special(_) | Type::Bytes);
    match (found, wanted) {
        (Type::String | Type::Char, wanted) => single(wanted),
        (found, Type::String) => single(found),
        // Flags and identifiers are written as numbers at times; a reference is given by a number.
        (Type::Bool, wanted) => wanted.is_number(),
        (found, Type::Bool | Type::Entity(_)) => found.is_number(),
        _ => false,
    }
}
