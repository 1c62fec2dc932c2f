//! The part of `nothing-to-consolidate` about elements in jobs and tasks that are no items of their own: what they say of how
//! they are brought together with generated ones counts for nothing.

use std::borrow::Cow;

use crate::finding::Finding;
use crate::grammar::{ElementDef, kinds, names};
use crate::rules::{ElementView, Sink};

use super::nothing_to_consolidate::RULE;

/// Steps and overrides, which name a task, and what a task names.
pub(super) fn concerns(def: &ElementDef) -> bool {
    let children = [kinds::TASK_DEPENDS_ON_TASK, kinds::TASK_ENTITY_TYPE, kinds::TASK_RESOURCE_TYPE];
    is_named(def) || children.iter().any(|kind| std::ptr::eq(kind.def(), def))
}

fn is_named(def: &ElementDef) -> bool {
    def.overrides.is_some() || std::ptr::eq(kinds::STEP.def(), def)
}

pub(super) fn check(view: &ElementView<'_>, sink: &mut Sink) {
    let (Some(def), Some(mode)) = (view.def(), view.attribute(names::CONSOLIDATION_MODE)) else { return };
    let value = view.value(mode);
    if !matches!(value.trim(), "Merge" | "Update" | "Delete") {
        return;
    }
    let anchor = format!("{}/@ConsolidationMode", crate::rules::element::anchor(view.program, view.file, view.element));
    let finding =
        Finding::new(&RULE.info, view.value_place(mode), format!("{}: `ConsolidationMode` counts for nothing", view.title()))
            .anchor(anchor)
            .label(format!("nothing to {}", value.trim().to_lowercase()));
    sink.push(if is_named(def) {
        let identifier = view.attribute(names::IDENTIFIER).map_or(Cow::Borrowed(""), |own| view.value(own));
        let mode = value.trim();
        let rest = if mode == "Delete" { "" } else { " …" };
        finding
            .note("it names a task and has no identifier of its own, so that no generated element is meant by it: it is one more run of the task")
            .help(format!(
                "to {} the generated task, write `<…Task Identifier=\"{}\" ConsolidationMode=\"{mode}\"{rest} />` outside of jobs",
                mode.to_lowercase(),
                identifier.trim(),
            ))
    } else {
        finding
            .note("it has no identifier by which a generated one could be found: in a task that merges it is added, in any other it is one of the task's own")
            .help("remove `ConsolidationMode`; to have less than the generated task has, write the whole task without a mode")
    });
}

#[cfg(test)]
mod tests {
    use crate::rules::scaffolding::NIGHT;
    use crate::rules::testing::{findings, lines};

    const NAME: &str = "nothing-to-consolidate";

    #[test]
    fn modes_of_what_has_no_identifier_are_found() {
        let task = |task: &str, child: &str| format!("{NIGHT}<{task} Identifier=\"Own\">\n<{child}/></{task}>");
        for (element, child) in [
            ("FulfillTask", "TaskResourceType ResourceType=\"R\""),
            ("ComputeRoleModelTask", "TaskEntityType EntityType=\"E\""),
            ("FulfillTask", "TaskDependsOnTask ParentTask=\"T\""),
        ] {
            assert_eq!(lines(&task(element, &format!("{child} ConsolidationMode=\"Delete\"")), NAME), [2], "{child}");
            assert!(lines(&task(element, child), NAME).is_empty(), "{child}");
            let unread = task(element, &format!("{child} ConsolidationMode=\"None\""));
            assert!(lines(&unread, NAME).is_empty(), "told elsewhere");
        }
        let step = "<Step Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Delete\"/>";
        let (_, found) = findings(&format!("{NIGHT}<Job Identifier=\"Night\" ConsolidationMode=\"Merge\">{step}</Job>"), NAME);
        assert_eq!(found.len(), 1);
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.contains("<…Task Identifier=\"Night_MaintainIndexes\" ConsolidationMode=\"Delete\""), "{help}");
    }
}
