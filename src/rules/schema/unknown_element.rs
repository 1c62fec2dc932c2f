//! `unknown-element`: an element that the dialect does not have.

use crate::finding::{Fix, Severity};
use crate::grammar::{self, ElementKind};
use crate::rules::suggest::{listed, nearest};
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("unknown-element", Severity::Error, "an element that the dialect does not have", Check::Unknown(check));

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    if !super::is_stranger(view) || !grammar::kinds_named(view.document.name(view.element)).is_empty() {
        return;
    }
    let name = view.name();
    let finding = super::finding(&RULE, view, "", view.place(), format!("there is no element `{name}`"))
        .note("the deployment refuses the file; nothing in the element is checked further");
    let children = view.parent_kind.map(|parent| parent.def().children).unwrap_or_default();
    let search = sink.len() < super::SEARCHES;
    let suggested = search.then(|| suggestion(name, children)).flatten();
    sink.push(match suggested {
        // A prefix stays as it is.
        Some(near) if children.iter().any(|child| child.def().name == near) => {
            let finding = finding.label(format!("did you mean `{near}`?")).help(format!("write `<{near} …>`"));
            // The end tag would have to change as well.
            let own = view.document.span(view.element) == view.document.tag_span(view.element);
            let plain = view.document.name_span(view.element).len() as usize == name.len();
            if own && plain { finding.fix(Fix::risky(view.place(), near)) } else { finding }
        }
        Some(near) => finding
            .label(format!("did you mean `{near}`?"))
            .help(format!("`<{near} …>` stands in {}", listed(super::misplaced_element::parents(near), 6))),
        None if children.is_empty() => finding.label("unknown").help("remove it: its parent takes no elements"),
        None if children.len() <= 12 => finding
            .label("unknown")
            .help(format!("its parent takes {}", listed(children.iter().map(|child| child.def().name), 12))),
        None => finding.label("unknown"),
    });
}

/// The nearest name among those that may stand here, else among all.
fn suggestion(name: &str, children: &[ElementKind]) -> Option<&'static str> {
    nearest(name, children.iter().map(|child| child.def().name))
        .or_else(|| nearest(name, grammar::elements().map(|kind| kind.def().name)))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    #[test]
    fn names_the_dialect_does_not_have_are_found() {
        assert_eq!(lines("\n<Jobb Identifier=\"A\"/>", "unknown-element"), [2]);
        assert_eq!(
            lines("<Job Identifier=\"A\" DisplayName_L1=\"A\">\n<FulfilTask Identifier=\"B\"/></Job>", "unknown-element"),
            [2]
        );
        assert_eq!(lines("<Zebra><Inner/></Zebra>\n<job/>", "unknown-element"), [1, 2]);
    }

    #[test]
    fn known_names_and_what_is_inside_unknown_ones_are_not() {
        assert!(lines("<Job Identifier=\"A\" DisplayName_L1=\"A\"/>", "unknown-element").is_empty());
        assert!(lines("<Step Identifier=\"A\"/>", "unknown-element").is_empty(), "misplaced, not unknown");
        assert_eq!(lines("<Zebra>\n<Foal/></Zebra>", "unknown-element"), [1]);
        assert!(lines("<x:Zebra xmlns:x=\"urn:x\"/>", "unknown-element").is_empty(), "of another namespace");
    }

    #[test]
    fn the_nearest_name_that_fits_is_suggested() {
        let (_, found) = findings("<Conector Identifier=\"A\"/>", "unknown-element");
        assert_eq!(found[0].label, "did you mean `Connector`?");
        assert!(found[0].fix.is_some());
    }
}
