//! Attributes whose name is misspelt, read under the name that was meant.
//!
//! A misspelling is a finding of its own. Were the attribute absent to everything else, whatever needs it would be one,
//! too: one mistake is one finding.

use crate::grammar::{ElementKind, Intended, intended};
use crate::syntax::{AttributeId, Document, ElementId, Namespace};

/// Names of one file that are compared with those of their elements: an end to what a broken file can cost.
const SEARCHES: usize = 200;

/// Gives misspelt attributes the name that was meant, where their element lacks it and it can hold the value.
pub(super) fn read_as_meant(document: &mut Document, text: &str, kinds: &[Option<ElementKind>]) {
    // A name that some element has is no slip of the finger, nor is what declares the namespace.
    if document.names().own().all(|name| name == "xmlns") {
        return;
    }
    let mut found: Vec<(AttributeId, String)> = Vec::new();
    let mut searches = SEARCHES;
    for (number, kind) in kinds.iter().enumerate() {
        let Some(kind) = kind else { continue };
        let element = ElementId(number as u32);
        let first = found.len();
        for attribute in document.attributes(element) {
            let name = document.attribute_name(attribute);
            if name.0 < document.names().seeded() || document.attribute_namespace(attribute) != Namespace::Dialect {
                continue;
            }
            if let Some(meant) = meant(document, text, *kind, element, attribute, &mut searches)
                && found[first..].iter().all(|(_, other)| *other != meant)
            {
                found.push((attribute, meant));
            }
        }
    }
    document.read_as(found);
}

fn meant(
    document: &Document,
    text: &str,
    kind: ElementKind,
    element: ElementId,
    attribute: AttributeId,
    searches: &mut usize,
) -> Option<String> {
    let (def, name) = (kind.def(), document.attribute_name_text(attribute));
    if def.attribute(document.attribute_name(attribute), name).is_some() {
        return None;
    }
    let search = !def.open && *searches > 0;
    *searches = searches.saturating_sub(1);
    let right = match intended(def, name, search)? {
        Intended::Certain(right) => right,
        Intended::Near(right) => {
            let known = def.attributes.iter().find(|one| one.name == right)?;
            known.check(&document.value(attribute, text)).ok()?;
            right.to_owned()
        }
    };
    document.find_text(element, &right).is_none().then_some(right)
}

#[cfg(test)]
mod tests {
    use crate::grammar::{Dialect, NAMESPACE};
    use crate::ir::Program;
    use crate::source::{SourceFile, Sources};

    fn program(body: &str) -> Program {
        let text = format!("<ConfigurationFile xmlns=\"{NAMESPACE}\">{body}</ConfigurationFile>");
        Program::build(Sources::new(vec![SourceFile::new("a.xml", text)]), Dialect::default())
    }

    #[test]
    fn what_is_done_with_a_configuration_is_not_guessed() {
        let declared = |program: &Program| program.declarations.all().len();
        let guessed = program("<Agent Identifer=\"L\"/>");
        assert_eq!((declared(&guessed), declared(&guessed.as_written().unwrap())), (1, 0));
        assert!(program("<Agent Identifier=\"L\" Zebra=\"1\"/>").as_written().is_none());
    }

    #[test]
    fn a_name_is_guessed_once_and_where_the_value_fits() {
        let guesses = |body: &str| {
            let program = program(body);
            let document = &program.documents[0];
            let all = document.elements().flat_map(|element| document.attributes(element).collect::<Vec<_>>());
            let read = all.filter(|&one| document.written_name(one).is_some());
            read.map(|one| document.attribute_name_text(one).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(guesses("<Agent Identifer=\"L\" Identifyer=\"M\"/>"), ["Identifier"]);
        assert_eq!(guesses("<Agent Identifier=\"L\" Identifer=\"M\"/>"), [""; 0]);
        assert_eq!(guesses("<Job displayname_l3=\"J\" Identifer=\"L\"/>"), ["DisplayName_L3", "Identifier"]);
        assert_eq!(guesses("<Job IsIncremantal=\"true\"/>"), ["IsIncremental"]);
        assert_eq!(guesses("<Job IsIncremantal=\"daily\"/>"), [""; 0]);
    }
}
