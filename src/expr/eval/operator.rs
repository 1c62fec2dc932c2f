//! Operators. As in C#, what is calculated with null is null, and what is compared with null by size is false.

use std::cmp::Ordering;

use crate::expr::check::Use;
use crate::expr::csharp::tree::{Binary, Node, Unary};
use crate::expr::types::Type;
use crate::expr::value::Value;

use super::{Evaluator, Outcome, fail};

impl<'e> Evaluator<'e> {
    pub(super) fn unary(&mut self, node: &Node, operator: Unary, value: &'e Node) -> Outcome<Value> {
        Ok(match (operator, self.value(value)?) {
            (_, Value::Null) => Value::Null,
            (Unary::Not, Value::Bool(flag)) => Value::Bool(!flag),
            (Unary::Minus, Value::Int(number)) => Value::Int(number.wrapping_neg()),
            (Unary::Minus, Value::Double(number)) => Value::Double(-number),
            (Unary::Minus, Value::Span(ticks)) => Value::Span(ticks.wrapping_neg()),
            (Unary::Plus, value @ (Value::Int(_) | Value::Double(_))) => value,
            (_, value) => return fail(node, format!("`{}` does not go with {}", operator.sign(), value.kind())),
        })
    }

    pub(super) fn binary(&mut self, node: &Node, operator: Binary, left: &'e Node, right: &'e Node) -> Outcome<Value> {
        match operator {
            Binary::And => return Ok(Value::Bool(self.truth(left)? && self.truth(right)?)),
            Binary::Or => return Ok(Value::Bool(self.truth(left)? || self.truth(right)?)),
            Binary::Coalesce => {
                let value = self.value(left)?;
                return if value == Value::Null { self.value(right) } else { Ok(value) };
            }
            _ => {}
        }
        let (a, b) = (self.value(left)?, self.value(right)?);
        Ok(match operator {
            Binary::Equal => Value::Bool(equal(&a, &b)),
            Binary::NotEqual => Value::Bool(!equal(&a, &b)),
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                if a == Value::Null || b == Value::Null {
                    return Ok(Value::Bool(false));
                }
                let Some(order) = by_size(&a, &b) else { return mismatch(node, operator, &a, &b) };
                Value::Bool(match operator {
                    Binary::Less => order == Ordering::Less,
                    Binary::LessEqual => order != Ordering::Greater,
                    Binary::Greater => order == Ordering::Greater,
                    _ => order != Ordering::Less,
                })
            }
            Binary::Add if matches!(self.meaning(node), Use::Join) => self.made(node, a.show() + &b.show())?,
            _ => self.calculated(node, operator, &a, &b)?,
        })
    }

    /// What `+=` adds.
    pub(super) fn plus(&mut self, node: &Node, a: &Value, b: &Value) -> Outcome<Value> {
        match (a, b) {
            (Value::Text(_), _) | (_, Value::Text(_)) => self.made(node, a.show() + &b.show()),
            // A text that is null: what is not would be a number.
            (Value::Null, Value::Char(_)) => Ok(Value::text(b.show())),
            _ => self.calculated(node, Binary::Add, a, b),
        }
    }

    fn calculated(&mut self, node: &Node, operator: Binary, a: &Value, b: &Value) -> Outcome<Value> {
        let number = |value: &Value| match value {
            Value::Char(sign) => Value::Int(i64::from(u32::from(*sign))),
            other => other.clone(),
        };
        let result = match (number(a), number(b)) {
            (Value::Null, _) | (_, Value::Null) => Value::Null,
            (Value::Text(a), b) if operator == Binary::Add => return self.made(node, a.to_string() + &b.show()),
            (a, Value::Text(b)) if operator == Binary::Add => return self.made(node, a.show() + &b),
            (Value::Int(a), Value::Int(b)) => {
                if b == 0 && matches!(operator, Binary::Divide | Binary::Remainder) {
                    return fail(node, "a division by zero");
                }
                let result = match operator {
                    Binary::Add => a.wrapping_add(b),
                    Binary::Subtract => a.wrapping_sub(b),
                    Binary::Multiply => a.wrapping_mul(b),
                    Binary::Divide => a.wrapping_div(b),
                    Binary::Remainder => a.wrapping_rem(b),
                    _ => return mismatch(node, operator, &Value::Int(a), &Value::Int(b)),
                };
                // C# calculates with 32 bits where both numbers have no more.
                let narrow = *self.type_of(node) == Type::Int32;
                Value::Int(if narrow { i64::from(result as i32) } else { result })
            }
            (a @ (Value::Int(_) | Value::Double(_)), b @ (Value::Int(_) | Value::Double(_))) => {
                let (a, b) = (double(&a), double(&b));
                Value::Double(match operator {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide => a / b,
                    _ => a % b,
                })
            }
            (Value::Date(a), Value::Date(b)) if operator == Binary::Subtract => Value::Span(a.ticks() - b.ticks()),
            (Value::Date(date), Value::Span(span)) if matches!(operator, Binary::Add | Binary::Subtract) => {
                let by = if operator == Binary::Add { span } else { span.wrapping_neg() };
                match date.plus(by) {
                    Some(date) => Value::Date(date),
                    None => return fail(node, "this is no date between the years 1 and 9999"),
                }
            }
            (Value::Span(a), Value::Span(b)) if operator == Binary::Add => Value::Span(a.wrapping_add(b)),
            (Value::Span(a), Value::Span(b)) if operator == Binary::Subtract => Value::Span(a.wrapping_sub(b)),
            (a, b) => return mismatch(node, operator, &a, &b),
        };
        Ok(result)
    }
}

fn mismatch<T>(node: &Node, operator: Binary, a: &Value, b: &Value) -> Outcome<T> {
    fail(node, format!("`{}` does not go between {} and {}", operator.sign(), a.kind(), b.kind()))
}

fn double(value: &Value) -> f64 {
    match value {
        Value::Int(number) => *number as f64,
        Value::Double(number) => *number,
        _ => f64::NAN,
    }
}

/// Whether two values are the same. Numbers of different kinds compare by size; texts compare sign by sign.
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(_) | Value::Double(_) | Value::Char(_), Value::Int(_) | Value::Double(_) | Value::Char(_)) => {
            by_size(a, b) == Some(Ordering::Equal)
        }
        _ => a == b,
    }
}

/// Which of two values is greater, where they can be compared. Texts compare ordinally.
pub(super) fn by_size(a: &Value, b: &Value) -> Option<Ordering> {
    let number = |value: &Value| match value {
        Value::Char(sign) => Value::Int(i64::from(u32::from(*sign))),
        other => other.clone(),
    };
    match (number(a), number(b)) {
        (Value::Int(a), Value::Int(b)) | (Value::Span(a), Value::Span(b)) => Some(a.cmp(&b)),
        (a @ (Value::Int(_) | Value::Double(_)), b @ (Value::Int(_) | Value::Double(_))) => double(&a).partial_cmp(&double(&b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(&b)),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(&b)),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}
