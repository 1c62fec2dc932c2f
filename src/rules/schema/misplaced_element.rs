//! `misplaced-element`: an element that the dialect has, under a parent that does not take it.

use crate::finding::Severity;
use crate::grammar;
use crate::rules::suggest::listed;
use crate::rules::{Check, ElementView, Rule, Sink};

/// The rule.
pub(crate) static RULE: Rule =
    super::rule("misplaced-element", Severity::Error, "an element under a parent that does not take it", Check::Unknown(check));

fn check(view: &ElementView<'_>, sink: &mut Sink) {
    if !super::is_stranger(view) || grammar::kinds_named(view.document.name(view.element)).is_empty() {
        return;
    }
    if is_of_lost(view) {
        return;
    }
    let name = view.name();
    let parents = parents(name);
    let parent = view.parent_kind.map_or("", |parent| parent.def().name);
    let help = match parents.as_slice() {
        [] => "it is the root of a file and stands nowhere else".to_owned(),
        [root] if *root == grammar::root().def().name => "move it out, directly into `ConfigurationFile`".to_owned(),
        parents => format!("it stands in {}", folded(parents)),
    };
    sink.push(
        super::finding(&RULE, view, "", view.place(), format!("`{name}` does not belong in `{parent}`"))
            .label("not taken here")
            .note("the deployment refuses the file; nothing in the element is checked further")
            .help(help),
    );
}

/// Whether the start tag is lost of what it was to stand in, which is a finding at the end tag: this closes no element, and takes
/// all that stands before it from here on.
fn is_of_lost(view: &ElementView<'_>) -> bool {
    /// Elements up to the end tag that are looked at.
    const MOST: usize = 1000;
    let (document, own) = (view.document, view.document.span(view.element));
    let Some(parent) = document.parent(view.element) else { return false };
    let Some((name, end)) = document.unmatched_ends().find(|(_, end)| end.start >= own.end) else { return false };
    let takers = grammar::name_id(name).map(grammar::kinds_named).unwrap_or_default();
    let taken = |child| takers.iter().any(|taker| taker.def().child(document.name(child)).is_some());
    let mut inside = document.and_following(view.element).take(MOST).take_while(|&one| document.span(one).start < end.start);
    end.start < document.span(parent).end && inside.all(taken)
}

/// Elements for a message, those that take the same in their overrides without a line for each of these.
pub(super) fn folded(parents: &[&str]) -> String {
    const SHOWN: usize = 24;
    let is_parent = |name: &str| parents.binary_search(&name).is_ok();
    let own = |name: &str| name.strip_suffix("Override").is_some_and(is_parent);
    let (both, alone): (Vec<&str>, Vec<&str>) =
        parents.iter().filter(|name| !own(name)).partition(|name| is_parent(&format!("{name}Override")));
    let list = |names: &[&str]| listed(names.iter().copied(), SHOWN);
    let overrides = if both.len() == 1 { "its Override" } else { "their Overrides" };
    match (both.is_empty(), alone.is_empty()) {
        (true, _) => list(&alone),
        (false, true) => format!("{} or {overrides}", list(&both)),
        (false, false) => format!("{}, in {} or {overrides}", list(&alone), list(&both)),
    }
}

/// The elements that take an element of that name, sorted.
pub(super) fn parents(name: &str) -> Vec<&'static str> {
    let kinds = grammar::name_id(name).map(grammar::kinds_named).unwrap_or_default();
    let mut parents: Vec<&str> = kinds.iter().flat_map(|kind| kind.def().parents).map(|parent| parent.def().name).collect();
    parents.sort_unstable();
    parents.dedup();
    parents
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{findings, lines};

    #[test]
    fn elements_in_the_wrong_place_are_found() {
        assert_eq!(lines("\n<Step Identifier=\"A\"/>", "misplaced-element"), [2]);
        assert_eq!(
            lines("<Job Identifier=\"A\" DisplayName_L1=\"A\">\n<Connector Identifier=\"B\"/></Job>", "misplaced-element"),
            [2]
        );
        assert_eq!(lines("<Agent Identifier=\"A\">\n<Property/></Agent>", "misplaced-element"), [2]);
        assert_eq!(
            lines(
                "<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n<TaskDependsOnTask/></ConfigurationFile>",
                "misplaced-element"
            ),
            [2]
        );
    }

    #[test]
    fn elements_in_their_place_are_not() {
        assert!(
            lines("<Job Identifier=\"A\" DisplayName_L1=\"A\"><Step Identifier=\"B\"/></Job>", "misplaced-element").is_empty()
        );
        assert!(lines("<Zebra><Step Identifier=\"B\"/></Zebra>", "misplaced-element").is_empty());
    }

    #[test]
    fn what_follows_an_unclosed_element_stands_behind_it() {
        let steps = "<Job Identifier=\"J\"><Step Identifier=\"A\"> <Step Identifier=\"B\"></Job>";
        assert!(lines(steps, "misplaced-element").is_empty());
        let several = "<Job Identifier=\"J\"><Step Identifier=\"A\"><Step Identifier=\"B\"/><Step Identifier=\"C\"/></Job>";
        assert!(lines(several, "misplaced-element").is_empty());
        let tasks = "<ExportTask Identifier=\"A\"/><ExportTask Identifier=\"B\"/>";
        assert!(lines(&format!("{tasks}{steps}"), "unused-task").is_empty(), "both steps run");
    }

    #[test]
    fn what_nothing_around_an_unclosed_element_takes_is_misplaced() {
        assert_eq!(lines("<Job Identifier=\"J\"><Step Identifier=\"A\">\n<Property/></Job>", "misplaced-element"), [2]);
        assert_eq!(
            lines("<Job Identifier=\"J\"><Step Identifier=\"A\">\n<Step Identifier=\"B\"/></Step></Job>", "misplaced-element"),
            [2]
        );
    }

    #[test]
    fn what_stands_in_an_element_without_start_tag_is_not() {
        let end = "<TaskDependsOnTask ParentTask=\"A\"/><TaskEntityType EntityType=\"B\"/></ComputeRoleModelTask>";
        let job = |inside: &str| lines(&format!("<Job Identifier=\"J\">{inside}</Job>"), "misplaced-element");
        assert!(job(end).is_empty(), "its end tag is the finding");
        assert_eq!(job(&format!("\n<Property/>{end}")), [2], "which has no such child");
        assert_eq!(
            job(&format!("\n<TaskEntityType EntityType=\"B\"/><Step Identifier=\"S\"/>{end}")),
            [2],
            "a step stands between"
        );
    }

    #[test]
    fn the_parents_that_take_it_are_listed() {
        let (_, found) = findings("<Step Identifier=\"A\"/>", "misplaced-element");
        assert_eq!(found[0].help.as_deref(), Some("it stands in `Job`"));
        let (_, found) = findings("<Job><TaskEntityType EntityType=\"A\"/></Job>", "misplaced-element");
        let help = found[0].help.as_deref().unwrap();
        assert!(help.ends_with(" or their Overrides") && !help.contains("TaskOverride"), "{help}");
        assert!(help.contains("`UpdateEntityPropertyExpressionsTask`") && !help.contains("more"), "all are listed: {help}");
    }

    #[test]
    fn overrides_are_named_with_their_elements() {
        let folded = super::folded;
        assert_eq!(folded(&["A", "B"]), "`A`, `B`");
        assert_eq!(folded(&["A", "AOverride", "B", "BOverride"]), "`A`, `B` or their Overrides");
        assert_eq!(folded(&["A", "AOverride", "COverride", "D"]), "`COverride`, `D`, in `A` or its Override");
    }
}
