//! What a scaffolding says: its attributes and children, read into typed arguments.
//!
//! Choices where nothing is published: without `Agent` a job runs on the connector's agent, else on the only agent
//! declared, else on `Local`; without `OpenIdIdentifier` agent-side tasks use the client `Job`, as the published outputs
//! do; a display name that is not written is the job's identifier. `DoNotCreateJob` acts in every version of the dialect,
//! also where it is withdrawn: the rule `deprecated` says so, and whoever writes it wants no job. The tasks it leaves at
//! top level have no level. `CopyOccurence`, which must be deleted where it is withdrawn, adds nothing there. `FormatPropertiesInResource` and `FulfillInternalWorkflowsPath` leave no trace in the tasks:
//! no attribute of a task is published that they could set.

use std::collections::BTreeSet;

use crate::grammar::{kinds, names};
use crate::ir::{Id, Program, Scaffolding, Symbol};
use crate::source::FileId;
use crate::syntax::{AttributeId, ElementId, NameId, Namespace};

use super::adjust::{AddTask, Adjustment, Count, LinkDependTask, Written};
use super::problem::{ScaffoldProblem, ScaffoldProblemKind};

/// Everything a scaffolding can say.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) job_identifier: Option<String>,
    /// `DisplayName_L…` as written, in order.
    pub(super) display_names: Vec<(NameId, String)>,
    pub(super) agent: Option<String>,
    pub(super) open_id_client: Option<String>,
    pub(super) cron: Option<String>,
    pub(super) cron_time_zone: Option<String>,
    pub(super) no_synchronization: bool,
    pub(super) no_provisioning: bool,
    /// `DoNotCreateJob`: the tasks alone, at top level.
    pub(super) without_job: bool,
    pub(super) not_used: BTreeSet<Symbol>,
    pub(super) no_connector_synchronization: BTreeSet<Symbol>,
    pub(super) no_connector_provisioning: BTreeSet<Symbol>,
    pub(super) principal_connector: Option<(Symbol, ElementId, AttributeId)>,
    pub(super) configuration: Option<String>,
    pub(super) adjustments: Vec<Adjustment>,
    pub(super) problems: Vec<ScaffoldProblem>,
}

struct Reader<'p> {
    program: &'p Program,
    file: FileId,
    id: Id<Scaffolding>,
}

impl Reader<'_> {
    fn attribute(&self, element: ElementId, name: NameId) -> Option<(AttributeId, String)> {
        let attribute = self.program.document(self.file).find(element, name)?;
        let value = self.program.attribute_value(self.file, attribute).trim().to_owned();
        (!value.is_empty()).then_some((attribute, value))
    }

    fn text(&self, element: ElementId, name: NameId) -> Option<String> {
        self.attribute(element, name).map(|(_, value)| value)
    }

    /// A Boolean, false where it is absent; nothing where what is written is none, which is reported where it is written.
    fn flag(&self, element: ElementId, name: NameId) -> Option<bool> {
        match self.text(element, name).as_deref() {
            Some("true" | "1") => Some(true),
            Some("false" | "0") => Some(false),
            // Nothing in its quotes is no Boolean.
            None if self.program.document(self.file).find(element, name).is_none() => Some(false),
            _ => None,
        }
    }

    /// A count from 1; 0 and nothing mean "not said", and what is no number is reported where it is written.
    fn count(&self, element: ElementId, name: NameId) -> Option<Count> {
        let (attribute, value) = self.attribute(element, name)?;
        let value = value.strip_prefix('+').unwrap_or(&value).parse().ok().filter(|&count| count > 0)?;
        Some(Count { value, attribute })
    }

    /// The problems of counts below 0.
    fn negative(&self, element: ElementId, counts: &[NameId]) -> Vec<ScaffoldProblem> {
        let written = counts.iter().filter_map(|&name| self.attribute(element, name));
        let negative = written.filter(|(_, value)| value.parse::<i32>().is_ok_and(|count| count < 0));
        let document = self.program.document(self.file);
        let problem = |(attribute, value)| {
            let name = document.attribute_name_text(attribute);
            let message = format!("{name} is `{value}`, but tasks are counted from 1");
            let help = format!("write the number of the task that is meant, or leave {name} out for the first");
            self.problem(element, Some(attribute), message, help)
        };
        negative.map(problem).collect()
    }

    /// Whether the version of the dialect no longer has the attribute.
    fn is_withdrawn(&self, element: ElementId, name: NameId) -> bool {
        let def = self.program.kind(self.file, element).and_then(|kind| kind.def().attribute(name, ""));
        def.is_some_and(|def| def.is_withdrawn(self.program.dialect))
    }

    fn written(&self, element: ElementId, name: NameId) -> Option<Written> {
        let (attribute, value) = self.attribute(element, name)?;
        Some(Written { value, element, attribute })
    }

    fn problem(&self, element: ElementId, attribute: Option<AttributeId>, message: String, help: String) -> ScaffoldProblem {
        let kind = ScaffoldProblemKind::Argument { message, help };
        ScaffoldProblem { scaffolding: self.id, element: Some(element), attribute, kind }
    }
}

impl Arguments {
    /// Reads the arguments of a scaffolding; contradictions become problems.
    pub(super) fn read(program: &Program, id: Id<Scaffolding>) -> Self {
        let item = &program.items.scaffoldings[id];
        let (file, root) = (item.origin.file, item.origin.element);
        let reader = Reader { program, file, id };
        let mut out = Self { agent: reader.text(root, names::AGENT), ..Self::default() };
        out.job_identifier = reader.text(root, names::JOB_IDENTIFIER);
        let document = program.document(file);
        for attribute in document.attributes(root) {
            if document.attribute_namespace(attribute) == Namespace::Dialect
                && document.attribute_name_text(attribute).starts_with("DisplayName_L")
            {
                let value = program.attribute_value(file, attribute).into_owned();
                out.display_names.push((document.attribute_name(attribute), value));
            }
        }
        out.display_names.sort_by_key(|(name, _)| language(document.names().text(*name)));
        for child in document.children(root) {
            if program.kind(file, child).is_some() {
                out.child(&reader, document.name_text(child), child);
            }
        }
        out.check_connectors(&reader);
        out.check_schedules(&reader);
        out.problems.extend(super::contradictions::of(program, id));
        out
    }

    fn child(&mut self, reader: &Reader<'_>, name: &str, child: ElementId) {
        let connector = || reader.text(child, names::CONNECTOR_IDENTIFIER).map(|value| Symbol::new(&value));
        match name {
            "AddTask" => self.add_task(reader, child),
            "Configuration" => self.configuration = reader.text(child, names::PATH),
            "CronTabExpression" => {
                self.cron = reader.text(child, names::CRON_TAB);
                self.cron_time_zone = reader.text(child, names::CRON_TIME_ZONE);
            }
            "DoNotCreateJob" => self.without_job = true,
            "LinkDependTask" => {
                self.problems.extend(reader.negative(child, &[names::CHILD_OCCURENCE, names::PARENT_OCCURENCE]));
                if let (Some(task), Some(parent)) = (reader.written(child, names::TASK), reader.written(child, names::DEPEND_ON))
                {
                    self.adjustments.push(Adjustment::Link(LinkDependTask {
                        task,
                        parent,
                        child_occurrence: reader.count(child, names::CHILD_OCCURENCE),
                        parent_occurrence: reader.count(child, names::PARENT_OCCURENCE),
                    }));
                }
            }
            "NoConnectorProvisioning" => self.no_connector_provisioning.extend(connector()),
            "NoConnectorSynchronization" => self.no_connector_synchronization.extend(connector()),
            "NoProvisioning" => self.no_provisioning = true,
            "NoSynchronization" => self.no_synchronization = true,
            "NotUsed" => self.not_used.extend(connector()),
            "OpenIdIdentifier" => self.open_id_client = reader.text(child, names::IDENTIFIER),
            "PrincipalDataConnector" => {
                self.principal_connector = reader
                    .attribute(child, names::CONNECTOR_IDENTIFIER)
                    .map(|(attribute, value)| (Symbol::new(&value), child, attribute));
            }
            _ => {}
        }
    }

    fn add_task(&mut self, reader: &Reader<'_>, child: ElementId) {
        let (before, after) = (reader.flag(child, names::BEFORE), reader.flag(child, names::AFTER));
        self.problems.extend(reader.negative(child, &[names::OCCURENCE, names::COPY_OCCURENCE]));
        if let (Some(before), true) = (before, before == after) {
            let message = if before {
                "AddTask says both Before and After".to_owned()
            } else {
                "AddTask says neither Before nor After".to_owned()
            };
            let help = "write one of them: `Before=\"true\"` or `After=\"true\"`".to_owned();
            self.problems.push(reader.problem(child, None, message, help));
        }
        if let (Some(task), Some(target)) =
            (reader.written(child, names::TASK), reader.written(child, names::TASK_TO_COMPARE_WITH))
        {
            self.adjustments.push(Adjustment::Add(AddTask {
                task,
                target,
                // The one that cannot be read was meant to say something.
                before: before.unwrap_or(after != Some(true)),
                occurrence: reader.count(child, names::OCCURENCE),
                copy: if reader.is_withdrawn(child, names::COPY_OCCURENCE) {
                    None
                } else {
                    reader.count(child, names::COPY_OCCURENCE)
                },
            }));
        }
    }

    /// There is one schedule.
    fn check_schedules(&mut self, reader: &Reader<'_>) {
        let program = reader.program;
        let document = program.document(reader.file);
        let root = program.items.scaffoldings[reader.id].origin.element;
        let schedules =
            document.children(root).filter(|&child| program.kind(reader.file, child) == Some(kinds::CRON_TAB_EXPRESSION));
        for child in schedules.skip(1) {
            let message = "CronTabExpression is written again, and nothing says which of them counts".to_owned();
            self.problems.push(reader.problem(child, None, message, "keep one of them".to_owned()));
        }
    }

    /// A connector argument that names a connector of another agent contradicts the scaffolding's own agent, which is that
    /// of its connector where it names none.
    fn check_connectors(&mut self, reader: &Reader<'_>) {
        let program = reader.program;
        let document = program.document(reader.file);
        let item = &program.items.scaffoldings[reader.id];
        let root = item.origin.element;
        let of_connector = || {
            let connector = &program.items.connectors[item.connector?.value.target?];
            let agent = connector.agent?.value.target?;
            Some(program.identifier(program.items.agents[agent].origin).into_owned())
        };
        // An agent that does not exist is reported as such.
        if item.agent.is_some_and(|agent| agent.value.target.is_none()) {
            return;
        }
        let Some(agent) = self.agent.clone().or_else(of_connector) else { return };
        for child in document.children(root) {
            if program.kind(reader.file, child).is_none() {
                continue;
            }
            let Some((attribute, name)) = reader.attribute(child, names::CONNECTOR_IDENTIFIER) else { continue };
            let Some(connector) = program.index.find::<crate::ir::Connector>(Symbol::new(&name)) else { continue };
            let item = &program.items.connectors[connector];
            let Some(own) = item.agent.and_then(|agent| agent.value.target) else { continue };
            let own = program.identifier(program.items.agents[own].origin).into_owned();
            if Symbol::new(&own) != Symbol::new(&agent) {
                let message = format!("connector `{name}` belongs to agent `{own}`, but the job is for agent `{agent}`");
                let help = format!("remove this element, or move the connector to agent `{agent}`");
                self.problems.push(reader.problem(child, Some(attribute), message, help));
            }
        }
    }

    /// The agent of a job: as written, else the one given, else the only one declared, else `Local`.
    pub(super) fn agent_or(&self, own: Option<&str>, facts: &super::Facts<'_>) -> String {
        if let Some(agent) = &self.agent {
            return agent.clone();
        }
        match (own, facts.agents.as_slice()) {
            (Some(own), _) => own.to_owned(),
            (None, [(_, only)]) => only.clone(),
            _ => "Local".to_owned(),
        }
    }

    /// The client that agent-side tasks authenticate with.
    pub(super) fn client(&self) -> &str {
        self.open_id_client.as_deref().unwrap_or("Job")
    }

    /// Identifier and display names at the head of a `Job`.
    pub(super) fn head(&self, identifier: &str, label: Option<&str>) -> Vec<(NameId, String)> {
        let mut attributes = vec![(names::IDENTIFIER, identifier.to_owned())];
        if !self.display_names.iter().any(|(name, _)| *name == names::DISPLAY_NAME_L1) {
            attributes.push((names::DISPLAY_NAME_L1, label.unwrap_or(identifier).to_owned()));
        }
        attributes.extend(self.display_names.iter().cloned());
        attributes
    }

    /// The schedule, after the agent: attributes of generated jobs stand in alphabetical order after the display names.
    pub(super) fn schedule(&self) -> impl Iterator<Item = (NameId, String)> + '_ {
        let expression = self.cron.iter().map(|cron| (names::CRON_TAB_EXPRESSION, cron.clone()));
        expression.chain(self.cron_time_zone.iter().map(|zone| (names::CRON_TIME_ZONE, zone.clone())))
    }
}

/// Number of a language suffix, for sorting display names.
fn language(name: &str) -> u32 {
    name.trim_start_matches("DisplayName_L").parse().unwrap_or(u32::MAX)
}
