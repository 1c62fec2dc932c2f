//! Members of classes, of dates, and of plain values.

use crate::expr::csharp::tree::Node;
use crate::expr::date::{DAY, DateTime, SECOND, days_in_month};
use crate::expr::function::{lower_sign, simplify, upper_sign, without_diacritics};
use crate::expr::value::Value;
use crate::grammar::expressions::{Class, ClassMember};

use super::operator::{by_size, equal};
use super::{Evaluator, Outcome, fail};

impl Evaluator<'_> {
    /// A member that belongs to the class.
    pub(super) fn static_member(
        &mut self,
        node: &Node,
        class: &Class,
        member: &ClassMember,
        arguments: &[Value],
    ) -> Outcome<Value> {
        let owner = class.names.first().copied().unwrap_or_default();
        let text = |value: &Value| matches!(value, Value::Text(_) | Value::Null).then(|| value.show());
        let value = match (owner, member.name, arguments) {
            ("System.String", "Empty", _) => Value::text(""),
            ("System.String", "IsNullOrEmpty", [value]) => Value::Bool(text(value).is_some_and(|text| text.is_empty())),
            ("System.String", "IsNullOrWhiteSpace", [value]) => {
                Value::Bool(text(value).is_some_and(|text| text.trim().is_empty()))
            }
            ("System.String", "Equals", [a, b]) => Value::Bool(equal(a, b)),
            ("System.String", "Concat", values) => return self.joined(node, "", values),
            ("System.String", "Join", [separator, values @ ..]) => return self.joined(node, &separator.show(), values),
            ("System.Int32", "MaxValue", _) => Value::Int(i64::from(i32::MAX)),
            ("System.Int32", "MinValue", _) => Value::Int(i64::from(i32::MIN)),
            ("System.Int32", "Parse", [value]) | ("System.Convert", "ToInt32", [value]) => whole::<i32>(node, value)?,
            ("System.Convert", "ToInt64", [value]) => whole::<i64>(node, value)?,
            ("System.Convert", "ToBoolean", [value]) => match value {
                Value::Null => Value::Bool(false),
                Value::Bool(flag) => Value::Bool(*flag),
                Value::Int(number) => Value::Bool(*number != 0),
                other => match other.show().trim().to_ascii_lowercase().as_str() {
                    "true" => Value::Bool(true),
                    "false" => Value::Bool(false),
                    _ => return fail(node, format!("`{}` is neither true nor false", other.show())),
                },
            },
            ("System.Convert", "ToString", [value]) => return self.made(node, value.show()),
            ("System.Char", name, [Value::Char(sign)]) => character(name, *sign),
            ("System.DateTime", name, arguments) => self.of_dates(node, name, arguments)?,
            (_, "Simplify" | "RemoveDiacritics", [Value::Null]) => Value::Null,
            (_, "Simplify", [value]) => return self.made(node, simplify(&value.show())),
            (_, "RemoveDiacritics", [value]) => return self.made(node, without_diacritics(&value.show())),
            (owner, name, _) => return fail(node, format!("`{owner}.{name}` has no embedded form")),
        };
        Ok(value)
    }

    fn joined(&mut self, node: &Node, separator: &str, values: &[Value]) -> Outcome<Value> {
        let values: &[Value] = match values {
            [Value::List(items)] => items,
            other => other,
        };
        let mut out = String::new();
        for (number, value) in values.iter().enumerate() {
            self.burn(node, separator.len() / 16)?;
            if number > 0 {
                out.push_str(separator);
            }
            out.push_str(&value.show());
            if out.len() > super::LONGEST {
                break;
            }
        }
        self.made(node, out)
    }

    fn of_dates(&self, node: &Node, name: &str, arguments: &[Value]) -> Outcome<Value> {
        Ok(match (name, arguments) {
            // The clock of the server is taken to be UTC.
            ("Now" | "UtcNow", _) => Value::Date(self.now),
            ("Today", _) => midnight(self.now),
            ("MinValue", _) => Value::Date(DateTime::MIN),
            ("MaxValue", _) => Value::Date(DateTime::MAX),
            ("Compare", [a @ Value::Date(_), b @ Value::Date(_)]) => Value::Int(by_size(a, b).map_or(0, |order| order as i64)),
            ("Equals", [a, b]) => Value::Bool(equal(a, b)),
            ("DaysInMonth", [Value::Int(year), Value::Int(month)]) if (1..=9999).contains(year) && (1..=12).contains(month) => {
                Value::Int(days_in_month(*year, *month))
            }
            (name, _) => return fail(node, format!("`DateTime.{name}` of these values has no embedded form")),
        })
    }

    /// A member of a value that is not null.
    pub(super) fn instance_member(
        &mut self,
        node: &Node,
        class: &Class,
        member: &ClassMember,
        value: &Value,
        arguments: &[Value],
    ) -> Outcome<Value> {
        if class.kind == Some("Nullable") {
            return Ok(value.clone());
        }
        let found = match (value, member.name, arguments) {
            (Value::Text(text), name, arguments) => self.of_text(node, name, text, arguments)?,
            (Value::Date(date), name, arguments) => of_date(node, *date, name, arguments)?,
            (Value::Span(ticks), name, _) => of_span(*ticks, name),
            (value, "ToString", []) => Some(Value::text(value.show())),
            (value, "Equals", [other]) => Some(Value::Bool(equal(value, other))),
            _ => None,
        };
        found.map_or_else(|| fail(node, format!("`{}` of this value has no embedded form", member.name)), Ok)
    }
}

fn midnight(date: DateTime) -> Value {
    date.plus(-date.in_day()).map_or(Value::Null, Value::Date)
}

fn whole<T: std::str::FromStr + TryFrom<i64> + Into<i64>>(node: &Node, value: &Value) -> Outcome<Value> {
    let number = match value {
        Value::Null => Some(0),
        Value::Int(number) => T::try_from(*number).ok().map(Into::into),
        Value::Bool(flag) => Some(i64::from(*flag)),
        // To the nearest, from the middle to the even one.
        Value::Double(number) => {
            let near = number.round_ties_even();
            (near.abs() < 9e18).then_some(near as i64).and_then(|near| T::try_from(near).ok()).map(Into::into)
        }
        other => other.show().trim().parse::<T>().ok().map(Into::into),
    };
    number.map_or_else(|| fail(node, format!("`{}` is no such number", value.show())), |number| Ok(Value::Int(number)))
}

fn character(name: &str, sign: char) -> Value {
    match name {
        "IsDigit" => Value::Bool(sign.is_ascii_digit()),
        "IsLetter" => Value::Bool(sign.is_alphabetic()),
        "IsLetterOrDigit" => Value::Bool(sign.is_alphanumeric()),
        "IsUpper" => Value::Bool(sign.is_uppercase()),
        "IsLower" => Value::Bool(sign.is_lowercase()),
        "IsWhiteSpace" => Value::Bool(sign.is_whitespace()),
        "ToUpper" | "ToUpperInvariant" => Value::Char(upper_sign(sign)),
        _ => Value::Char(lower_sign(sign)),
    }
}

/// A member of a date; none where it has no embedded form.
fn of_date(node: &Node, date: DateTime, name: &str, arguments: &[Value]) -> Outcome<Option<Value>> {
    let (year, month, day) = date.civil();
    let part = |number: i64| Ok(Some(Value::Int(number)));
    let units = |ticks: i64| match arguments {
        [Value::Int(number)] => date.plus_units(*number as f64, ticks),
        [Value::Double(number)] => date.plus_units(*number, ticks),
        _ => None,
    };
    let whole = |factor: i64| match arguments {
        [Value::Int(number)] => number.checked_mul(factor).and_then(|months| date.plus_months(months)),
        _ => None,
    };
    let later = match name {
        "Year" => return part(year),
        "Month" => return part(month),
        "Day" => return part(day),
        "Hour" => return part(date.in_day() / SECOND / 3600),
        "Minute" => return part(date.in_day() / SECOND / 60 % 60),
        "Second" => return part(date.in_day() / SECOND % 60),
        "Millisecond" => return part(date.in_day() / (SECOND / 1000) % 1000),
        "Ticks" => return part(date.ticks()),
        "DayOfYear" => return part(date.day_of_year()),
        "Date" => return Ok(Some(midnight(date))),
        "ToUniversalTime" => Some(date),
        "AddDays" => units(DAY),
        "AddHours" => units(3600 * SECOND),
        "AddMinutes" => units(60 * SECOND),
        "AddSeconds" => units(SECOND),
        "AddMilliseconds" => units(SECOND / 1000),
        "AddTicks" => match arguments {
            [Value::Int(ticks)] => date.plus(*ticks),
            _ => None,
        },
        "AddMonths" => whole(1),
        "AddYears" => whole(12),
        "CompareTo" => {
            return Ok(arguments
                .first()
                .and_then(|other| by_size(&Value::Date(date), other))
                .map(|order| Value::Int(order as i64)));
        }
        "Equals" => return Ok(arguments.first().map(|other| Value::Bool(equal(&Value::Date(date), other)))),
        "ToString" => {
            let [Value::Text(format)] = arguments else { return Ok(None) };
            return match date.format(format) {
                Some(text) => Ok(Some(Value::text(text))),
                None => fail(node, format!("the format `{format}` has no embedded form")),
            };
        }
        // The count of 100 nanoseconds that directories keep.
        "ToSince1601DateString" => {
            let start = DateTime::new(1601, 1, 1, 0).map_or(0, DateTime::ticks);
            return Ok(Some(Value::text((date.ticks() - start).to_string())));
        }
        _ => return Ok(None),
    };
    match later {
        Some(date) => Ok(Some(Value::Date(date))),
        None => fail(node, "this is no date between the years 1 and 9999"),
    }
}

fn of_span(ticks: i64, name: &str) -> Option<Value> {
    let total = |unit: i64| Some(Value::Double(ticks as f64 / unit as f64));
    match name {
        "Days" => Some(Value::Int(ticks / DAY)),
        "Hours" => Some(Value::Int(ticks / (3600 * SECOND) % 24)),
        "Minutes" => Some(Value::Int(ticks / (60 * SECOND) % 60)),
        "Seconds" => Some(Value::Int(ticks / SECOND % 60)),
        "Ticks" => Some(Value::Int(ticks)),
        "TotalDays" => total(DAY),
        "TotalHours" => total(3600 * SECOND),
        "TotalMinutes" => total(60 * SECOND),
        "TotalSeconds" => total(SECOND),
        _ => None,
    }
}
