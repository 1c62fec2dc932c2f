//! Arguments of a scaffolding that contradict each other: what can be said once is said twice, or one takes away what
//! another needs.

use crate::grammar::{ElementKind, kinds, names};
use crate::ir::{Id, Program, Scaffolding, same_identifier};
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId, NameId};

use super::problem::{ScaffoldProblem, ScaffoldProblemKind};

/// What a scaffolding can say once, and the attribute that says it.
const ONCE: [(ElementKind, NameId); 3] = [
    (kinds::CONFIGURATION, names::PATH),
    (kinds::OPEN_ID_IDENTIFIER, names::IDENTIFIER),
    (kinds::PRINCIPAL_DATA_CONNECTOR, names::CONNECTOR_IDENTIFIER),
];

/// The contradictions between the children of a scaffolding, in the order of the rules here.
pub(super) fn of(program: &Program, id: Id<Scaffolding>) -> Vec<ScaffoldProblem> {
    let mut problems = Vec::new();
    let children = Children { program, id };
    for (kind, name) in ONCE {
        children.twice(kind, name, &mut problems);
    }
    children.unused_principal(&mut problems);
    children.step_without_job(&mut problems);
    problems
}

struct Children<'p> {
    program: &'p Program,
    id: Id<Scaffolding>,
}

impl<'p> Children<'p> {
    fn file(&self) -> FileId {
        self.program.items.scaffoldings[self.id].origin.file
    }

    fn of_kind(&self, kind: ElementKind) -> impl Iterator<Item = ElementId> + use<'_, 'p> {
        let origin = self.program.items.scaffoldings[self.id].origin;
        let children = self.program.document(origin.file).children(origin.element);
        children.filter(move |&child| self.program.kind(origin.file, child) == Some(kind))
    }

    /// The values that children of a kind give an attribute; what is left empty is reported as such.
    fn values(&self, kind: ElementKind, name: NameId) -> Vec<(ElementId, AttributeId, String)> {
        let value = |child| {
            let attribute = self.program.document(self.file()).find(child, name)?;
            let value = self.program.attribute_value(self.file(), attribute).trim().to_owned();
            (!value.is_empty()).then_some((child, attribute, value))
        };
        self.of_kind(kind).filter_map(value).collect()
    }

    fn problem(&self, element: ElementId, attribute: Option<AttributeId>, message: String, help: String) -> ScaffoldProblem {
        let kind = ScaffoldProblemKind::Argument { message, help };
        ScaffoldProblem { scaffolding: self.id, element: Some(element), attribute, kind }
    }

    fn twice(&self, kind: ElementKind, name: NameId, problems: &mut Vec<ScaffoldProblem>) {
        let values = self.values(kind, name);
        let Some((_, _, first)) = values.first() else { return };
        // A path is no identifier: its letters count.
        let same = |value: &str| if name == names::PATH { value == first } else { same_identifier(value, first) };
        for (element, attribute, value) in values.iter().filter(|(_, _, value)| !same(value)) {
            let own = kind.def().name;
            let message = format!("{own} is written twice, with `{first}` and with `{value}`");
            let help = format!("write `{own}` once");
            problems.push(self.problem(*element, Some(*attribute), message, help));
        }
    }

    fn unused_principal(&self, problems: &mut Vec<ScaffoldProblem>) {
        let not_used = self.values(kinds::NOT_USED, names::CONNECTOR_IDENTIFIER);
        for (element, attribute, value) in self.values(kinds::PRINCIPAL_DATA_CONNECTOR, names::CONNECTOR_IDENTIFIER) {
            if not_used.iter().any(|(_, _, other)| same_identifier(other, &value)) {
                let message = format!("PrincipalDataConnector names `{value}`, which NotUsed keeps out of the job");
                problems.push(self.problem(element, Some(attribute), message, "remove one of the two".to_owned()));
            }
        }
    }

    fn step_without_job(&self, problems: &mut Vec<ScaffoldProblem>) {
        if self.of_kind(kinds::DO_NOT_CREATE_JOB).next().is_none() {
            return;
        }
        let added = [kinds::ADD_TASK, kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE_ADD_TASK];
        for element in added.into_iter().flat_map(|kind| self.of_kind(kind)) {
            let message = "AddTask puts a task into the job, and DoNotCreateJob leaves no job".to_owned();
            let help = "remove one of the two; a job written by hand runs the task with a `Step`".to_owned();
            problems.push(self.problem(element, None, message, help));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;
    use crate::scaffold::tests::problems_of;

    const NAME: &str = "scaffold-argument";
    const MODEL: &str = "<Agent Identifier=\"Local\"/><Connector Identifier=\"Dir\" Agent=\"Local\"/><Connector Identifier=\"AD\" Agent=\"Local\"/>\
        <Connection Identifier=\"X\" Connector=\"AD\" Package=\"Usercube.AD@0000001\"/><MaintainIndexesTask Identifier=\"M\"/>\
        <OpenIdClient Identifier=\"Job\"/><OpenIdClient Identifier=\"Other\"/><CreateInitializationJob Agent=\"Local\">";

    fn found(children: &str) -> Vec<u32> {
        lines(&format!("{MODEL}{children}</CreateInitializationJob>"), NAME)
    }

    #[test]
    fn what_is_said_twice_is_found() {
        for (element, first, second) in [
            ("Configuration Path=", "C:/Conf", "C:/conf"),
            ("OpenIdIdentifier Identifier=", "Job", "Other"),
            ("PrincipalDataConnector ConnectorIdentifier=", "Dir", "AD"),
        ] {
            assert_eq!(found(&format!("<{element}\"{first}\"/>\n<{element}\"{second}\"/>")), [2], "{element}");
            assert!(found(&format!("<{element}\"{first}\"/>\n<{element}\" {first}\"/>")).is_empty(), "{element}");
        }
        assert!(found("<OpenIdIdentifier Identifier=\"Job\"/><OpenIdIdentifier Identifier=\"job\"/>").is_empty());
        assert!(found("<NotUsed ConnectorIdentifier=\"AD\"/><NotUsed ConnectorIdentifier=\"Dir\"/>").is_empty());
    }

    #[test]
    fn what_is_taken_away_is_found() {
        let principal = "\n<PrincipalDataConnector ConnectorIdentifier=\"Dir\"/>";
        assert_eq!(found(&format!("{principal}<NotUsed ConnectorIdentifier=\"dir\"/>")), [2]);
        assert!(found(&format!("{principal}<NotUsed ConnectorIdentifier=\"AD\"/>")).is_empty());
        let scaffolding = |children: &str| {
            format!(
                "<CreateConnectorSynchroComplete Connector=\"Staff\" JobIdentifier=\"S\">{children}</CreateConnectorSynchroComplete>"
            )
        };
        let add = "<AddTask Task=\"M\" TaskToCompareWith=\"MaintainIndexes\" After=\"true\"/>";
        let problems = problems_of(&scaffolding(&format!("<DoNotCreateJob/>{add}")));
        assert!(problems.contains("DoNotCreateJob leaves no job"), "{problems}");
        assert_eq!((problems_of(&scaffolding(add)), problems_of(&scaffolding("<DoNotCreateJob/>"))), Default::default());
    }
}
