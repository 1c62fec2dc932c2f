//! Expressions and bindings: parsed with places, and evaluated as far as there is an embedded form.
//!
//! Four languages meet in the attributes of the configuration: bindings (`Type:property.property`), constants
//! (`Literal:…`), C# (`C#:parameter:…`) and predefined functions (`Name:argument|argument`).

mod binding;
pub mod check;
pub mod csharp;
pub mod date;
pub mod eval;
pub mod function;
mod literal;
pub mod query;
pub mod schema;
mod stored_date;
pub mod types;
pub mod value;
pub mod zone;

use std::ops::Range;

pub use binding::{Binding, Segment};
pub use function::Function;
pub use literal::literal;

/// Something that does not parse, and where in the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ExprError {
    /// What is wrong.
    pub message: String,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// C# statements that return a value.
    CSharp {
        /// Name of the input, where there is one.
        parameter: Option<String>,
        /// Bytes of the text that are code.
        code: Range<usize>,
    },
    /// A constant.
    Literal(String),
    /// A predefined function of the value that the binding gives.
    Function(Function),
}

impl Expression {
    /// Parses the text of an expression attribute.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        if let Some(value) = text.strip_prefix("Literal:") {
            return Ok(Self::Literal(value.to_owned()));
        }
        // The documentation writes it both ways.
        if let Some(rest) = text.strip_prefix("C#:").or_else(|| text.strip_prefix("c#:")) {
            let start = text.len() - rest.len();
            let is_name = |name: &str| {
                name.starts_with(|c: char| c.is_alphabetic() || c == '_') && name.chars().all(|c| c.is_alphanumeric() || c == '_')
            };
            return Ok(match rest.split_once(':') {
                Some((name, _)) if is_name(name.trim()) => {
                    Self::CSharp { parameter: Some(name.trim().to_owned()), code: start + name.len() + 1..text.len() }
                }
                _ => Self::CSharp { parameter: None, code: start..text.len() },
            });
        }
        Function::parse(text).map(Self::Function)
    }

    /// What it is, for messages.
    pub fn construct(&self) -> String {
        match self {
            Self::CSharp { .. } => "C#".to_owned(),
            Self::Literal(_) => "Literal".to_owned(),
            Self::Function(function) => format!("function {}", function.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_languages_apart() {
        assert_eq!(Expression::parse("Literal:a:b").unwrap(), Expression::Literal("a:b".to_owned()));
        let text = "C#:user: return user.Login;";
        let Expression::CSharp { parameter, code } = Expression::parse(text).unwrap() else { panic!("C# expected") };
        assert_eq!((parameter.as_deref(), &text[code]), (Some("user"), " return user.Login;"));
        let text = "C#:return a ? b : c;";
        let Expression::CSharp { parameter, code } = Expression::parse(text).unwrap() else { panic!("C# expected") };
        assert_eq!((parameter, &text[code]), (None, "return a ? b : c;"));
        assert_eq!(Expression::parse("ToUpper").unwrap().construct(), "function ToUpper");
    }

    #[test]
    fn an_unknown_function_is_an_error_with_a_suggestion() {
        let error = Expression::parse("ToUper").unwrap_err();
        assert_eq!(error.span, 0..6);
        assert!(error.message.contains("ToUpper"), "{error}");
    }
}
