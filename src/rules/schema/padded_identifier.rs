//! `padded-identifier`: blanks around an identifier, where it is declared or named.

use crate::finding::{Edit, Fix, Safety, Severity};
use crate::grammar::{AttributeDef, ElementDef, Reference};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};
use crate::source::Location;
use crate::syntax::NameId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "padded-identifier",
    Severity::Warning,
    "blanks around an identifier",
    Check::Element(|def| declared(def).is_some() || def.attributes.iter().any(is_name), check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let key = view.def().and_then(declared);
    for &attribute in &view.attributes {
        let declares = key == Some(attribute.name);
        if declares || attribute.def.is_some_and(is_name) {
            judge(view, attribute, declares, sink);
        }
    }
}

/// The attribute that says what an item is called.
fn declared(def: &ElementDef) -> Option<NameId> {
    def.key.filter(|_| def.declares.is_some())
}

/// Whether an attribute names what a configuration declares. Keys of resources, columns and the like are named as they are
/// elsewhere, blanks and all.
fn is_name(def: &AttributeDef) -> bool {
    def.reference.is_some_and(|reference| {
        !matches!(
            reference,
            Reference::Resource | Reference::ResourceId | Reference::DataSource | Reference::DataColumn | Reference::LicenseTag
        )
    })
}

fn judge(view: &ElementView<'_>, attribute: AttributeView, declares: bool, sink: &mut Sink) {
    let span = view.document.value_span(attribute.id);
    let raw = span.of(view.text);
    let is_blank = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_whitespace);
    if !is_blank(raw.as_bytes().first()) && !is_blank(raw.as_bytes().last()) {
        return;
    }
    let bare = raw.trim_ascii();
    // An empty name is missing, or as good as absent.
    if bare.is_empty() {
        return;
    }
    let edits = vec![Edit { location: Location::new(view.file, span), text: bare.to_owned() }];
    let name = view.document.attribute_name_text(attribute.id);
    let message = format!("the `{name}` of {} has blanks around it", view.title());
    // What an item is called may be known to a database by now.
    let safety = if declares { Safety::Unsafe } else { Safety::Safe };
    sink.push(
        super::finding(&RULE, view, name, view.value_place(attribute), message)
            .label("blanks around the name")
            .note("whether the product takes them for part of the name is not documented: if it does, this is another name than it looks, and no other place has it")
            .help("write it without blanks around it")
            .fix(Fix { safety, edits }),
    );
}

#[cfg(test)]
mod tests {
    use crate::finding::Safety;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "padded-identifier";

    /// The text with all edits made.
    fn fixed(xml: &str) -> (String, Safety) {
        let (program, found) = findings(xml, NAME);
        let fix = found[0].fix.clone().expect("can be mended");
        let mut text = program.text(found[0].location.file).to_owned();
        for edit in fix.edits.iter().rev() {
            text.replace_range(edit.location.span.start as usize..edit.location.span.end as usize, &edit.text);
        }
        (text, fix.safety)
    }

    #[test]
    fn blanks_around_references_are_found() {
        let agent = "<Agent Identifier=\"Local\"/>";
        for padded in [" Local", "Local ", "\tLocal\n"] {
            let (text, safety) = fixed(&format!("{agent}<Connector Identifier=\"A\" Agent=\"{padded}\"/>"));
            assert!(text.contains("Agent=\"Local\"/>"), "{text}");
            assert_eq!(safety, Safety::Safe);
        }
        assert_eq!(lines("<EntityPropertyExpression Identifier=\"A\"\nBinding=\"User:Mail \"/>", NAME), [2], "paths");
        assert_eq!(lines("<SearchBar><Criterion\nBinding2=\"Mail \"/></SearchBar>", NAME), [2], "families");
    }

    #[test]
    fn blanks_around_declared_names_are_found() {
        let (text, safety) = fixed("<Agent Identifier=\" Local  \"/>");
        assert!(text.contains("Identifier=\"Local\"/>"), "{text}");
        assert_eq!(safety, Safety::Unsafe);
    }

    #[test]
    fn other_values_are_not() {
        assert!(lines("<Agent Identifier=\"Local\" DisplayName_L1=\" Local \"/>", NAME).is_empty(), "a label");
        assert!(lines("<ResourceType><TypeRule D0=\" x\"/></ResourceType>", NAME).is_empty(), "the key of a resource");
        assert!(lines("<SingleRole Identifier=\"Shares - Public\"/>", NAME).is_empty(), "within");
        assert!(lines("<Connector Identifier=\"A\" Agent=\" \"/>", NAME).is_empty(), "left to missing-attribute");
    }
}
