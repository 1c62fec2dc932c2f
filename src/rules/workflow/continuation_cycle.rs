//! `continuation-cycle`: workflows that continue into each other in a ring.

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, kinds, names};
use crate::ir::Program;
use crate::rules::rings::{Ring, Rings, SHOWN};
use crate::rules::suggest::listed;
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "continuation-cycle",
    Severity::Warning,
    "workflows that continue into each other in a ring",
    Check::Facts(check),
);

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut rings = Rings::default();
    for &activity in facts.elements(kinds::ACTIVITY) {
        let template = program.value(activity, names::TEMPLATE);
        if template.is_none_or(|template| template.trim() != "ContinueWith") {
            continue;
        }
        let document = program.document(activity.file);
        let own = document.parent(activity.element).and_then(|workflow| document.find(workflow, names::IDENTIFIER));
        rings.add(program, ItemKind::Workflow, activity, own, names::ARGUMENT_CALLED_WORKFLOW);
    }
    sink.extend(rings.find().into_iter().map(|ring| finding(program, &ring)));
}

fn finding(program: &Program, ring: &Ring) -> Finding {
    let document = program.document(ring.first.file);
    let message = match &ring.names[..] {
        [one] => format!("workflow `{one}` continues into itself"),
        names => format!("workflows continue into each other: {}", listed(names.iter().map(String::as_str), SHOWN)),
    };
    let mut finding = Finding::new(&RULE.info, document.value_location(ring.first.attribute), message)
        .label("comes back here in the end")
        .note("there is no last step: whoever finishes one workflow is given the next, again and again")
        .help("remove one `ArgumentCalledWorkflow` of the ring, or save with `Persist` in its place")
        .anchor(format!("{}/@ArgumentCalledWorkflow", element::anchor(program, ring.first.file, ring.first.element)));
    for site in ring.rest.iter().take(SHOWN) {
        finding = finding.related(program.document(site.file).value_location(site.attribute), "part of the ring");
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(pairs: &[(&str, &str)], template: &str) -> Vec<u32> {
        let one = |(own, next): &(&str, &str)| {
            format!(
                "<Workflow Identifier=\"{own}\"><Activity Identifier=\"Ask\" Template=\"Action\"/>\n<Activity Identifier=\"Go\" Template=\"{template}\" ArgumentCalledWorkflow=\"{next}\"/></Workflow>"
            )
        };
        lines(&pairs.iter().map(one).collect::<String>(), "continuation-cycle")
    }

    #[test]
    fn rings_are_found_once() {
        assert_eq!(found(&[("A", "a")], "ContinueWith"), [2]);
        assert_eq!(found(&[("X", "A"), ("A", "B"), ("B", "A")], "ContinueWith"), [3]);
        assert_eq!(found(&[("A", "B"), ("B", "C"), ("C", "A"), ("D", "D")], "ContinueWith"), [2, 5]);
    }

    #[test]
    fn chains_and_other_templates_are_not() {
        assert!(found(&[("A", "B"), ("B", "C"), ("D", "C")], "ContinueWith").is_empty());
        assert!(found(&[("A", "A")], "Persist").is_empty(), "left to inapplicable-attribute");
        assert!(found(&[("A", "")], "ContinueWith").is_empty());
    }
}
