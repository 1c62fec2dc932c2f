//! `scaffold-prerequisite`: a scaffolding without what it builds on.

use rustc_hash::FxHashSet;

use crate::finding::{Category, Finding, RuleInfo, Severity};
use crate::grammar::{ElementKind, ItemKind, kinds, names};
use crate::ir::{Origin, Program, Symbol};
use crate::rules::{Check, Facts, Rule, Sink, element};

/// The rule.
pub(crate) static RULE: Rule = Rule {
    info: RuleInfo {
        name: "scaffold-prerequisite",
        category: Category::Scaffolding,
        severity: Severity::Warning,
        summary: "a scaffolding without the items that it builds on",
    },
    check: Check::Facts(check),
};

/// What a scaffolding builds on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Base {
    /// The workflows that create, update and delete resources of the entity type.
    Lifecycle,
    /// The workflow that updates several of them.
    UpdateResources,
    /// A search bar of the entity type.
    SearchBar,
    /// A display table of the entity type.
    Table,
    /// The report of the entity type's resources.
    Report,
}

/// Each scaffolding that needs something, with what it needs.
const NEEDS: [(ElementKind, Base); 9] = [
    (kinds::CREATE_UPDATE_DELETE_ACCESS_CONTROL_RULES, Base::Lifecycle),
    (kinds::CREATE_UPDATE_DELETE_MENUS, Base::Lifecycle),
    (kinds::TARGET_RESOURCE_REPORT, Base::Table),
    (kinds::TARGET_RESOURCE_REPORT_ACCESS_CONTROL_RULES, Base::Report),
    (kinds::TARGET_RESOURCE_REPORT_MENUS, Base::Report),
    (kinds::UPDATE_RESOURCES_ACCESS_CONTROL_RULES, Base::UpdateResources),
    (kinds::UPDATE_RESOURCES_MENUS, Base::UpdateResources),
    (kinds::WORKFLOW_ENTITY_TYPE_DISPLAY_TABLE, Base::Table),
    (kinds::WORKFLOW_ENTITY_TYPE_SEARCH_BAR, Base::SearchBar),
];

/// Scaffoldings that make it.
const MAKERS: [(ElementKind, &[Base]); 12] = [
    (kinds::CREATE_UPDATE_DELETE_TEMPLATE, &[Base::Lifecycle, Base::SearchBar, Base::Table]),
    (kinds::CREATE_UPDATE_DELETE_WORKFLOWS, &[Base::Lifecycle]),
    (kinds::ENTITY_REPORT_DEFAULT, &[Base::Report]),
    (kinds::ENTITY_TYPE_DISPLAY_TABLE, &[Base::Table]),
    (kinds::ENTITY_TYPE_DISPLAY_TABLE_ADAPTABLE, &[Base::Table]),
    (kinds::ENTITY_TYPE_DISPLAY_TARGET_RESOURCE_TABLE, &[Base::Table]),
    (kinds::ENTITY_TYPE_SEARCH_BAR, &[Base::SearchBar]),
    (kinds::TARGET_RESOURCE_REPORT, &[Base::Report]),
    (kinds::UPDATE_RESOURCES_TEMPLATE, &[Base::Table, Base::UpdateResources]),
    (kinds::UPDATE_RESOURCES_WORKFLOWS, &[Base::UpdateResources]),
    (kinds::VIEW_TARGET_RESOURCE_TEMPLATE, &[Base::Report, Base::Table]),
    (kinds::VIEW_TEMPLATE, &[Base::Table]),
];

/// Scaffoldings that make a whole model: nobody can tell what is in it.
const MODULES: [ElementKind; 4] =
    [kinds::BOOTSTRAP_MODULE, kinds::VIEW_SOURCE_RESOURCE_TEMPLATE, kinds::VIEW_TEMPLATE_ADAPTABLE, kinds::WORKFORCE_MODULE];

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let all = facts.other_scaffoldings();
    let kind = |one: Origin| program.kind(one.file, one.element);
    if all.is_empty() || all.iter().any(|&one| kind(one).is_some_and(|kind| MODULES.contains(&kind))) {
        return;
    }
    let entity_type = |one: Origin| program.value(one, names::ENTITY_TYPE).filter(|value| !value.trim().is_empty());
    let mut made: FxHashSet<(Base, Symbol)> = FxHashSet::default();
    for &one in all {
        let Some((_, bases)) = MAKERS.iter().find(|(maker, _)| Some(*maker) == kind(one)) else { continue };
        let Some(entity_type) = entity_type(one) else { continue };
        made.extend(bases.iter().map(|&base| (base, Symbol::new(&entity_type))));
    }
    for (element, base) in [(kinds::DISPLAY_TABLE, Base::Table), (kinds::SEARCH_BAR, Base::SearchBar)] {
        let written = facts.elements(element).iter().filter_map(|&one| entity_type(one));
        made.extend(written.map(|entity_type| (base, Symbol::new(&entity_type))));
    }
    computation(program, facts, sink);
    for &one in all {
        let Some(&(needing, base)) = NEEDS.iter().find(|(needing, _)| Some(*needing) == kind(one)) else { continue };
        let Some(entity_type) = entity_type(one) else { continue };
        let symbol = Symbol::new(&entity_type);
        // An entity type of another part of the configuration has its workflows and tables there too.
        let is_here = program.declarations.find(ItemKind::EntityType, None, symbol).is_some();
        if is_here && !made.contains(&(base, symbol)) && !exists(program, base, entity_type.trim()) {
            sink.push(finding(program, one, needing, base, entity_type.trim()));
        }
    }
}

/// Optimized tables show computed properties, which some job has to compute.
fn computation(program: &Program, facts: &Facts, sink: &mut Sink) {
    let computes = |kind| program.items.tasks.values().any(|task| task.kind == kind);
    let of_table = |&&one: &&Origin| program.kind(one.file, one.element) == Some(kinds::OPTIMIZE_DISPLAY_TABLE);
    // Without jobs they stand elsewhere; and what could not be expanded may have the task.
    let is_unknown = program.items.jobs.is_empty() || program.items.scaffoldings.len() > facts.expanded;
    let Some(&first) = facts.other_scaffoldings().iter().find(of_table).filter(|_| !is_unknown) else { return };
    if computes(kinds::UPDATE_ENTITY_PROPERTY_EXPRESSIONS_TASK) {
        return;
    }
    sink.push(
        Finding::new(&RULE.info, program.place(first), "OptimizeDisplayTable builds on computed properties, which no job computes".to_owned())
            .label("nothing to build on")
            .note("the table shows copies of what it would look up, made by expressions: without a job that computes them it stays empty")
            .help("add an `<UpdateEntityPropertyExpressionsTask … />` with the entity type to a job")
            .anchor(element::anchor(program, first.file, first.element)),
    );
}

/// Whether the configuration declares it.
fn exists(program: &Program, base: Base, entity_type: &str) -> bool {
    let has = |kind, name: String| program.declarations.find(kind, None, Symbol::new(&name)).is_some();
    match base {
        Base::Lifecycle => {
            ["Create", "Update", "Delete"].iter().all(|what| has(ItemKind::Workflow, format!("{entity_type}_{what}")))
        }
        Base::UpdateResources => has(ItemKind::Workflow, format!("{entity_type}_UpdateResources")),
        Base::Report => has(ItemKind::ReportQuery, format!("Resources_{entity_type}")),
        Base::SearchBar | Base::Table => false,
    }
}

fn finding(program: &Program, at: Origin, needing: ElementKind, base: Base, entity_type: &str) -> Finding {
    let (what, help) = match base {
        Base::Lifecycle => (
            format!("the workflows `{entity_type}_Create`, `{entity_type}_Update` and `{entity_type}_Delete`"),
            "CreateUpdateDeleteWorkflows",
        ),
        Base::UpdateResources => (format!("the workflow `{entity_type}_UpdateResources`"), "UpdateResourcesWorkflows"),
        Base::SearchBar => (format!("a search bar of `{entity_type}`"), "EntityTypeSearchBar"),
        Base::Table => (format!("a display table of `{entity_type}`"), "EntityTypeDisplayTable"),
        Base::Report => (format!("the report `Resources_{entity_type}`"), "TargetResourceReport"),
    };
    let name = needing.def().name;
    Finding::new(&RULE.info, program.place(at), format!("{name} builds on {what}, which nothing declares"))
        .label("nothing to build on")
        .note("what it generates names items that do not exist, or it generates nothing")
        .help(format!("add `<{help} EntityType=\"{entity_type}\" … />`, or declare them"))
        .anchor(element::anchor(program, at.file, at.element))
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    fn found(xml: &str) -> Vec<u32> {
        lines(&format!("<EntityType Identifier=\"Person\"/>{xml}"), "scaffold-prerequisite")
    }

    #[test]
    fn scaffoldings_without_their_base_are_found() {
        assert_eq!(found("\n<CreateUpdateDeleteMenus EntityType=\"Person\"/>"), [2]);
        let two = "<Workflow Identifier=\"Person_Create\"/><Workflow Identifier=\"Person_Update\"/>";
        assert_eq!(found(&format!("{two}\n<CreateUpdateDeleteMenus EntityType=\"person\"/>")), [2], "one is missing");
        assert_eq!(
            found("<EntityTypeSearchBar EntityType=\"Site\"/>\n<WorkflowEntityTypeSearchBar EntityType=\"Person\"/>"),
            [2]
        );
        assert_eq!(
            found("\n<TargetResourceReport EntityType=\"Person\"/>\n<TargetResourceReportMenus EntityType=\"Person\"/>"),
            [2],
            "the report is made, though on nothing"
        );
        assert_eq!(found("\n<UpdateResourcesMenus EntityType=\"Person\"/>"), [2]);
        let job = |task: &str| format!("<Job Identifier=\"J\"><{task} Identifier=\"T\"/></Job>");
        let optimize = "\n<OptimizeDisplayTable DisplayTableIdentifier=\"T\"/>";
        assert_eq!(found(&format!("{}{optimize}", job("MaintainIndexesTask"))), [2]);
        assert!(found(&format!("{}{optimize}", job("UpdateEntityPropertyExpressionsTask"))).is_empty());
        assert!(found(optimize).is_empty(), "the jobs stand elsewhere");
    }

    #[test]
    fn scaffoldings_with_it_are_not() {
        let workflows = "<CreateUpdateDeleteWorkflows EntityType=\"person\"/>";
        assert!(found(&format!("<CreateUpdateDeleteMenus EntityType=\"Person\"/>{workflows}")).is_empty());
        assert!(
            found("<DisplayTable Identifier=\"T\" EntityType=\"Person\"/><TargetResourceReport EntityType=\"Person\"/>")
                .is_empty()
        );
        assert!(
            found("<ReportQuery Identifier=\"Resources_Person\"/><TargetResourceReportMenus EntityType=\"Person\"/>").is_empty()
        );
        assert!(found("<CreateUpdateDeleteMenus EntityType=\"Site\"/>").is_empty(), "the entity type stands elsewhere");
        assert!(found("<CreateUpdateDeleteMenus EntityType=\"Person\"/><WorkforceModule/>").is_empty());
    }
}
