//! `containment-cycle`: forms or menu items that contain each other in a ring.

use crate::finding::{Finding, Severity};
use crate::grammar::{ElementKind, ItemKind, kinds, names};
use crate::ir::Program;
use crate::rules::rings::{Ring, Rings, SHOWN};
use crate::rules::suggest::listed;
use crate::rules::{Check, Facts, Rule, Sink, element};
use crate::source::FileId;
use crate::syntax::ElementId;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "containment-cycle",
    Severity::Warning,
    "forms or menu items that contain each other in a ring",
    Check::Facts(check),
);

/// Elements that embed a form.
pub(in crate::rules) const CONTROLS: [ElementKind; 10] = [
    kinds::CONTROL,
    kinds::MAIN_CONTROL,
    kinds::MAIN_SUMMARY_CONTROL,
    kinds::RECORD_CONTROL,
    kinds::RECORD_ITEM_CONTROL,
    kinds::RECORD_SLAVE_CONTROL,
    kinds::RECORD_SLAVE_UNIQUE_ITEM_CONTROL,
    kinds::RECORD_SUMMARY_CONTROL,
    kinds::RECORD_UNIQUE_ITEM_CONTROL,
    kinds::SUMMARY_CONTROL,
];

/// How far up the form around a control is looked for.
const DEEPEST: usize = 256;

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let mut rings = Rings::default();
    for &item in facts.elements(kinds::MENU_ITEM) {
        let own = program.document(item.file).find(item.element, names::IDENTIFIER);
        rings.add(program, ItemKind::MenuItem, item, own, names::PARENT_MENU_ITEM);
    }
    for &control in CONTROLS.iter().flat_map(|&kind| facts.elements(kind)) {
        let document = program.document(control.file);
        if document.find(control.element, names::EMBEDDED_FORM).is_none() {
            continue;
        }
        let own = form(program, control.file, control.element).and_then(|form| document.find(form, names::IDENTIFIER));
        rings.add(program, ItemKind::Form, control, own, names::EMBEDDED_FORM);
    }
    sink.extend(rings.find().into_iter().map(|ring| finding(program, &ring)));
}

/// The form around a control.
fn form(program: &Program, file: FileId, control: ElementId) -> Option<ElementId> {
    let document = program.document(file);
    let mut at = document.parent(control);
    for _ in 0..DEEPEST {
        let element = at?;
        if program.kind(file, element).is_some_and(|kind| kind.def().declares == Some(ItemKind::Form)) {
            return Some(element);
        }
        at = document.parent(element);
    }
    None
}

fn finding(program: &Program, ring: &Ring) -> Finding {
    let document = program.document(ring.first.file);
    let (what, attribute) = match program.kind(ring.first.file, ring.first.element) {
        Some(kinds::MENU_ITEM) => ("menu item", "ParentMenuItem"),
        _ => ("form", "EmbeddedForm"),
    };
    let message = match &ring.names[..] {
        [one] => format!("{what} `{one}` contains itself"),
        names => format!("{what}s contain each other: {}", listed(names.iter().map(String::as_str), SHOWN)),
    };
    let mut finding = Finding::new(&RULE.info, document.value_location(ring.first.attribute), message)
        .label("contains itself in the end")
        .note("there is no end to what would have to be shown: the screen stays empty, or fails")
        .help(format!("remove one `{attribute}` of the ring"))
        .anchor(format!("{}/@{attribute}", element::anchor(program, ring.first.file, ring.first.element)));
    for site in ring.rest.iter().take(SHOWN) {
        finding = finding.related(program.document(site.file).value_location(site.attribute), "part of the ring");
    }
    finding
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "containment-cycle";

    fn menus(pairs: &[(&str, &str)]) -> Vec<u32> {
        let one = |(name, parent): &(&str, &str)| format!("\n<MenuItem Identifier=\"{name}\" ParentMenuItem=\"{parent}\"/>");
        lines(&pairs.iter().map(one).collect::<String>(), NAME)
    }

    fn forms(pairs: &[(&str, &str)]) -> Vec<u32> {
        let one = |(name, inner): &(&str, &str)| {
            format!("\n<Form Identifier=\"{name}\"><Control><Control EmbeddedForm=\"{inner}\"/></Control></Form>")
        };
        lines(&pairs.iter().map(one).collect::<String>(), NAME)
    }

    #[test]
    fn rings_are_found_once() {
        assert_eq!(menus(&[("A", "a")]), [2]);
        assert_eq!(menus(&[("X", "A"), ("A", "B"), ("B", "A")]), [3]);
        assert_eq!(forms(&[("A", "B"), ("B", "C"), ("C", "A")]), [2]);
        assert_eq!(forms(&[("A", "A"), ("B", "A"), ("C", "C")]), [2, 4]);
    }

    #[test]
    fn trees_are_not() {
        assert!(menus(&[("A", "Nav"), ("B", "A"), ("C", "A"), ("Nav", "")]).is_empty());
        assert!(forms(&[("A", "C"), ("B", "C"), ("C", "D")]).is_empty(), "one form in two others");
    }
}
