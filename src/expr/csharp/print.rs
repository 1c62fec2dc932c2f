//! Code written back: parsed again, it gives the same tree.

use std::fmt;

use super::tree::{Code, Kind, Node, Part, Statement, StatementKind};

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, &self.body, " ")
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, items: &[T], separator: &str) -> fmt::Result {
    for (number, item) in items.iter().enumerate() {
        if number > 0 {
            f.write_str(separator)?;
        }
        item.fmt(f)?;
    }
    Ok(())
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            StatementKind::Return(None) => f.write_str("return;"),
            StatementKind::Return(Some(value)) => write!(f, "return {value};"),
            StatementKind::If(condition, yes, no) => {
                write!(f, "if ({condition}) {{ ")?;
                list(f, yes, " ")?;
                f.write_str(" }")?;
                if no.is_empty() {
                    return Ok(());
                }
                f.write_str(" else { ")?;
                list(f, no, " ")?;
                f.write_str(" }")
            }
            StatementKind::Declare { kind, name, value } => {
                write!(f, "{} {}", kind.as_ref().map_or("var", |kind| &kind.text), name.text)?;
                match value {
                    Some(value) => write!(f, " = {value};"),
                    None => f.write_str(";"),
                }
            }
            StatementKind::Assign { name, add, value } => {
                write!(f, "{} {} {value};", name.text, if *add { "+=" } else { "=" })
            }
            StatementKind::Put { name, key, value } => write!(f, "{}[{key}] = {value};", name.text),
            StatementKind::Expression(value) => write!(f, "{value};"),
            StatementKind::Block(body) => {
                f.write_str("{ ")?;
                list(f, body, " ")?;
                f.write_str(" }")
            }
            StatementKind::Refused(construct) => write!(f, "/* {construct} */"),
        }
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => value.fmt(f),
            Kind::Int(value, long) => write!(f, "{value}{}", if *long { "L" } else { "" }),
            Kind::Double(value) => write!(f, "{value:?}"),
            Kind::Char(sign) => {
                f.write_str("'")?;
                escaped(f, *sign)?;
                f.write_str("'")
            }
            Kind::Text(text) => {
                f.write_str("\"")?;
                text.chars().try_for_each(|sign| escaped(f, sign))?;
                f.write_str("\"")
            }
            Kind::Interpolated(parts) => {
                f.write_str("$\"")?;
                for part in parts {
                    match part {
                        Part::Text(text) => text.chars().try_for_each(|sign| match sign {
                            '{' => f.write_str("{{"),
                            '}' => f.write_str("}}"),
                            sign => escaped(f, sign),
                        })?,
                        Part::Value(value, None) => write!(f, "{{{value}}}")?,
                        Part::Value(value, Some(format)) => write!(f, "{{{value}:{format}}}")?,
                    }
                }
                f.write_str("\"")
            }
            Kind::Name(name) => f.write_str(name),
            Kind::Paren(inner) => write!(f, "({inner})"),
            Kind::Member { target, name, safe } => {
                write!(f, "{target}{}{}", if *safe { "?." } else { "." }, name.text)
            }
            Kind::Call { function, types, arguments } => {
                function.fmt(f)?;
                if !types.is_empty() {
                    let names: Vec<_> = types.iter().map(|name| name.text.as_str()).collect();
                    write!(f, "<{}>", names.join(", "))?;
                }
                f.write_str("(")?;
                list(f, arguments, ", ")?;
                f.write_str(")")
            }
            Kind::Index(target, index) => write!(f, "{target}[{index}]"),
            Kind::Unary(operator, value) => write!(f, "{}{value}", operator.sign()),
            Kind::Binary(operator, left, right) => write!(f, "{left} {} {right}", operator.sign()),
            Kind::Choice(condition, yes, no) => write!(f, "{condition} ? {yes} : {no}"),
            Kind::Cast(kind, value) => write!(f, "({}){value}", kind.text),
            Kind::As(value, kind) => write!(f, "{value} as {}", kind.text),
            Kind::IsNull(value, not) => write!(f, "{value} is {}null", if *not { "not " } else { "" }),
            Kind::Lambda(parameter, body) => write!(f, "{} => {body}", parameter.text),
            Kind::New(kind, arguments) => {
                write!(f, "new {}(", kind.text)?;
                list(f, arguments, ", ")?;
                f.write_str(")")
            }
            Kind::Out(name) => write!(f, "out var {}", name.text),
            Kind::Refused(construct) => write!(f, "/* {construct} */"),
        }
    }
}

fn escaped(f: &mut fmt::Formatter<'_>, sign: char) -> fmt::Result {
    match sign {
        '"' | '\'' | '\\' => write!(f, "\\{sign}"),
        '\n' => f.write_str("\\n"),
        '\r' => f.write_str("\\r"),
        '\t' => f.write_str("\\t"),
        sign if sign.is_control() => write!(f, "\\u{:04x}", u32::from(sign)),
        sign => write!(f, "{sign}"),
    }
}
