//! `unknown-attribute`: an attribute that the element does not have.

use crate::finding::{Finding, Fix, Severity};
use crate::grammar::{Intended, family_of, intended};
use crate::rules::suggest::{listed, nearest};
use crate::rules::{AttributeView, Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unknown-attribute",
    Severity::Error,
    "an attribute that the element does not have",
    Check::Element(|_| true, check),
);

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let is_wrong = |attribute: &&AttributeView| attribute.def.is_none() || view.document.written_name(attribute.id).is_some();
    for &attribute in view.attributes.iter().filter(is_wrong) {
        if let Some(found) = unknown(view, attribute, sink.len() < super::SEARCHES) {
            sink.push(found);
        }
    }
}

fn unknown(view: &ElementView<'_>, attribute: AttributeView, search: bool) -> Option<Finding> {
    let def = view.def()?;
    let read_as = view.document.names().text(attribute.name);
    let written = view.document.written_name(attribute.id);
    let name = written.unwrap_or(read_as);
    let present = |name: &str| written.is_none() && view.document.find_text(view.element, name).is_some();
    // Part of the name of one that is there as well proves nothing.
    let is_other = |right: &Intended| matches!(right, Intended::Near(near) if present(near) && nearest(name, [*near]).is_none());
    let intended = intended(def, name, search || written.is_some()).filter(|right| !is_other(right));
    // No complete list is published for the element: an unknown name proves nothing.
    if def.open && !matches!(intended, Some(Intended::Certain(_))) {
        return None;
    }
    let message = format!("`{}` has no attribute `{name}`", def.name);
    let finding = super::finding(&RULE, view, name, view.name_place(attribute), message);
    let finding = finding.note(match written {
        Some(_) => format!("the deployment refuses the file; everything else is checked as if `{read_as}` stood here"),
        None => "the deployment refuses the file; in what is checked here the attribute counts as absent".to_owned(),
    });
    Some(match intended {
        Some(Intended::Certain(right)) => {
            let finding = finding.label(format!("`{right}` expected")).help(format!("write `{right}`"));
            if present(&right) { finding } else { finding.fix(Fix::safe(view.name_place(attribute), right)) }
        }
        Some(Intended::Near(right)) => {
            let finding = finding.label(format!("did you mean `{right}`?")).help(format!("write `{right}`"));
            if present(right) { finding } else { finding.fix(Fix::risky(view.name_place(attribute), right)) }
        }
        None => match family_of(def, name) {
            Some(family) => finding.label("no such number").help(format!(
                "the numbers run from `{}` to `{}`",
                family.member(family.first),
                family.member(family.last)
            )),
            None if def.attributes.is_empty() => finding.label("unknown").help("remove it: the element has no attributes"),
            None => finding.label("unknown").help(format!("it has {}", listed(def.attributes.iter().map(|one| one.name), 16))),
        },
    })
}

#[cfg(test)]
mod tests {
    use crate::finding::Safety;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "unknown-attribute";

    #[test]
    fn attributes_the_element_does_not_have_are_found() {
        assert_eq!(lines("<Job\nIdentifer=\"A\" DisplayName_L1=\"A\"/>", NAME), [2]);
        assert_eq!(lines("<Connector Identifier=\"A\" DisplayName_L1=\"A\" Agent=\"B\"\nZebra=\"1\"/>", NAME), [2]);
        assert_eq!(lines("<Job Identifier=\"A\" DisplayName_L1=\"A\"\nDisplayName_L17=\"A\"/>", NAME), [2]);
    }

    #[test]
    fn known_ones_and_those_of_other_namespaces_are_not() {
        assert!(lines("<Job Identifier=\"A\" DisplayName_L16=\"A\"/>", NAME).is_empty());
        assert!(lines("<Job xmlns:x=\"urn:x\" x:Zebra=\"1\" Identifier=\"A\"/>", NAME).is_empty());
        assert!(lines("<Zebra Stripes=\"1\"/>", NAME).is_empty());
        assert!(lines("<SingleRole D1A=\"x\" Identifier=\"A\"/>", NAME).is_empty());
    }

    #[test]
    fn suffixes_in_base32hex_are_checked() {
        for wrong in ["D40", "DW", "D00", "D127", "R-1", "L0"] {
            assert_eq!(lines(&format!("<SingleRole Identifier=\"A\"\n{wrong}=\"x\"/>"), NAME), [2], "{wrong}");
        }
        for right in ["D0", "DV", "D10", "D3V", "RA"] {
            assert!(lines(&format!("<SingleRole Identifier=\"A\" {right}=\"x\"/>"), NAME).is_empty(), "{right}");
        }
    }

    #[test]
    fn what_is_certain_is_a_safe_fix() {
        for (xml, right, safety) in [
            ("<SingleRole d1a=\"x\"/>", "D1A", Safety::Safe),
            ("<Job CrontabExpression=\"* * * * *\"/>", "CronTabExpression", Safety::Safe),
            ("<Job identifier=\"A\"/>", "Identifier", Safety::Safe),
            ("<Job displayname_l3=\"A\"/>", "DisplayName_L3", Safety::Safe),
            ("<Job Identifer=\"A\"/>", "Identifier", Safety::Unsafe),
            ("<Job Id=\"A\"/>", "Identifier", Safety::Unsafe),
        ] {
            let (_, found) = findings(xml, NAME);
            let fix = found[0].fix.as_ref().unwrap();
            assert_eq!((fix.edits[0].text.as_str(), fix.safety), (right, safety), "{xml}");
        }
        let (_, found) = findings("<Job Identifier=\"A\" Identifer=\"B\"/>", NAME);
        assert!(found[0].fix.is_none(), "the attribute would stand there twice");
        let (_, found) = findings("<Job Identifier=\"A\" Id=\"B\"/>", NAME);
        assert!(found[0].help.as_deref().unwrap().starts_with("it has"), "there is one already");
    }
}
