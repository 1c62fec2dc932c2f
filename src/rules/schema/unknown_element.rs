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
        Some(near) => finding.label(format!("did you mean `{near}`?")).help(format!(
            "`<{near} …>` stands in {}",
            super::misplaced_element::folded(&super::misplaced_element::parents(near))
        )),
        None if children.is_empty() => finding.label("unknown").help("remove it: its parent takes no elements"),
        None if children.len() <= 12 => finding
            .label("unknown")
            .help(format!("its parent takes {}", listed(children.iter().map(|child| child.def().name), 12))),
        None => {
            let (parent, count) = (view.parent_kind.map_or("", |parent| parent.def().name), children.len());
            finding.label("unknown").help(format!(
                "remove it, or write one of the {count} elements that `{parent}` takes: `jobwright schema xsd` lists them"
            ))
        }
    });
}

/// The nearest name among those that may stand here, else among all.
fn suggestion(name: &str, children: &[ElementKind]) -> Option<&'static str> {
    let near = |kinds: &mut dyn Iterator<Item = ElementKind>| {
        let names = kinds.map(|kind| kind.def().name).filter(|candidate| is_alike(name, candidate));
        nearest(name, names)
    };
    near(&mut children.iter().copied()).or_else(|| near(&mut grammar::elements()))
}

/// Whether two names may be near where they end as a family of elements does: what stands before it must be near, too.
fn is_alike(name: &str, candidate: &str) -> bool {
    let ending = ["TaskOverride", "Task"].into_iter().find(|ending| name.ends_with(ending) && candidate.ends_with(ending));
    let stems = ending.and_then(|ending| Some((name.strip_suffix(ending)?, candidate.strip_suffix(ending)?)));
    stems.is_none_or(|(own, other)| nearest(own, [other]).is_some())
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
        let near = |xml: &str| findings(xml, "unknown-element").1.remove(0).label;
        assert_eq!(near("<Job><FulfilTaskOverride/></Job>"), "did you mean `FulfillTaskOverride`?");
        assert_eq!(near("<Job><FooTaskOverride/></Job>"), "unknown", "what all of a family end with makes none near");
        assert_eq!(near("<FooTask/>"), "unknown");
    }

    #[test]
    fn what_to_do_is_said_where_no_name_is_near() {
        let help = |xml: &str| findings(xml, "unknown-element").1.remove(0).help.unwrap();
        let job = help("<Job><Foo/></Job>");
        assert!(job.starts_with("remove it, or write one of the ") && job.contains(" elements that `Job` takes"), "{job}");
        assert!(help("<Foo/>").contains("`ConfigurationFile`"));
        assert!(help("<TaskDependsOnTask/><FulfillTask><Foo/></FulfillTask>").starts_with("its parent takes `"));
    }
}
