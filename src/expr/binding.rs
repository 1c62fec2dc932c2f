//! Bindings: a way through navigation properties to a value.
//!
//! `binding = [ type ":" ] segment *( "." segment )`, `segment = [ type ":" ] property`; a type before a segment other
//! than the first names the subtype that has the property.

use std::ops::Range;

use super::ExprError;

/// One step of a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The entity type written before it.
    pub entity_type: Option<String>,
    /// The property.
    pub property: String,
    /// Bytes of the text.
    pub span: Range<usize>,
}

/// A binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// From the first step to the last; never empty.
    pub segments: Vec<Segment>,
}

impl Binding {
    /// Parses the text of a binding attribute.
    pub fn parse(text: &str) -> Result<Self, ExprError> {
        let mut segments = Vec::new();
        let mut start = 0;
        for part in text.split('.') {
            let span = start..start + part.len();
            start = span.end + 1;
            let wrong = |message: String| ExprError { message, span: span.clone() };
            let mut words: Vec<_> = part.split(':').map(str::trim).collect();
            let property = words.pop().unwrap_or_default();
            // `Type:Type:property` names the type the way starts from, then the subtype that has the property.
            let entity_type = words.pop();
            if words.len() > usize::from(segments.is_empty()) {
                return Err(wrong(format!("{part:?} has too many colons for a step of a binding")));
            }
            for name in words.iter().chain(&entity_type).chain(std::iter::once(&property)) {
                if name.is_empty() {
                    return Err(wrong(format!("a step of the binding {text:?} is empty")));
                }
                if let Some(sign) = name.chars().find(|c| !c.is_alphanumeric() && *c != '_') {
                    return Err(wrong(format!("{sign:?} cannot stand in a binding")));
                }
            }
            segments.push(Segment {
                entity_type: entity_type.map(str::to_owned),
                property: property.to_owned(),
                span: span.clone(),
            });
        }
        Ok(Self { segments })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_have_types_and_places() {
        let binding = Binding::parse("User:MainOrganization.Org:Name").unwrap();
        let steps: Vec<_> = binding.segments.iter().map(|s| (s.entity_type.as_deref(), s.property.as_str())).collect();
        assert_eq!(steps, [(Some("User"), "MainOrganization"), (Some("Org"), "Name")]);
        assert_eq!(binding.segments[1].span, 22..30);
    }

    #[test]
    fn what_is_no_binding_is_refused() {
        for text in ["", ".", "a..b", "a:b:c:d", "a b", "C#:x", "x.a:b:c"] {
            assert!(Binding::parse(text).is_err(), "{text}");
        }
    }
}
