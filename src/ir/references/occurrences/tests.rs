use super::super::super::{GeneratedChild, GeneratedElement};
use super::*;
use crate::grammar::{Dialect, kinds};
use crate::source::{SourceFile, Sources};

const MODEL: &str = "<Agent Identifier=\"Local\"/>\n<Connector Identifier=\" HR \" Agent=\"LOCAL\"/>\
    <Connection Identifier=\"HRFiles\" Connector=\"hr\"/>\
    <EntityType Identifier=\"User\"><Property Identifier=\"Mail\"/><Property Identifier=\"Chief\" Type=\"ForeignKey\"/></EntityType>\
    <EntityAssociation Identifier=\"A\" Property1=\"User:Chief\" Property2=\"User:Reports\"/>\
    <EntityTypeMapping Identifier=\"User\" Connector=\"HR\" ConnectionTable=\"HRFiles_users\"><Property Identifier=\"Mail\"/></EntityTypeMapping>\
    <EntityPropertyExpression Identifier=\"E\" EntityType=\"User\" Binding=\"User:Chief.Mail\" Expression=\"C#:user:return user.Mail + Mailbox;\"/>\
    <ResourceType Identifier=\"R\" SourceEntityType=\"User\" TargetEntityType=\"User\"><ScalarRule Property=\"Mail\" Binding=\"Chief.Mail\"/></ResourceType>";
const JOBS: &str = "<ExportTask Identifier=\"Export\" Agent=\"Local\" Connection=\"HRFiles\"/>\
    <Job Identifier=\"J\" Agent=\"Local\"><Step Identifier=\"export\"/>\
    <SynchronizeTask Identifier=\"S\" Connector=\"HR\"><TaskDependsOnTask ParentTask=\"Export\"/></SynchronizeTask></Job>";

fn program(files: &[&str]) -> Program {
    let mut sources = Sources::default();
    for (number, xml) in files.iter().enumerate() {
        let text = format!("<ConfigurationFile xmlns=\"{}\">{xml}</ConfigurationFile>", crate::grammar::NAMESPACE);
        sources.push(SourceFile::new(format!("{number}.xml"), text));
    }
    Program::build(sources, Dialect::default())
}

/// The occurrence at the `nth` place where a text stands in a file.
fn at<'p>(program: &'p Program, file: usize, text: &str, nth: usize) -> Option<&'p Occurrence> {
    let (file, source) = program.sources.iter().nth(file).expect("given");
    let (offset, _) = source.text.match_indices(text).nth(nth).expect("stands there");
    program.occurrences().at(file, offset as u32 + 1)
}

fn words(program: &Program, places: impl IntoIterator<Item = Location>) -> Vec<String> {
    places.into_iter().map(|place| format!("{}:{}", place.file.index(), program.sources.slice(place))).collect()
}

#[test]
fn references_lead_to_their_declaration_without_case_or_blanks() {
    let program = program(&[MODEL, JOBS]);
    let agent = at(&program, 0, "LOCAL", 0).expect("a reference");
    assert_eq!((agent.role, agent.target.kind), (Role::Reference, ItemKind::Agent));
    let declared: Vec<_> = program.occurrences().declarations(agent.target).map(|one| one.place).collect();
    assert_eq!(words(&program, declared), ["0:Local"]);
    assert_eq!(
        words(&program, program.occurrences().named(agent.target).map(|one| one.place)),
        ["0:Local", "0:LOCAL", "1:Local", "1:Local"]
    );
    let connector = at(&program, 0, " HR ", 0).expect("a declaration");
    assert_eq!((connector.role, program.sources.slice(connector.place)), (Role::Declaration, "HR"));
}

#[test]
fn steps_and_links_name_their_task() {
    let program = program(&[MODEL, JOBS]);
    let step = at(&program, 1, "export", 0).expect("a step");
    assert_eq!(step.target.kind, ItemKind::Task);
    assert_eq!(
        words(&program, program.occurrences().named(step.target).map(|one| one.place)),
        ["1:Export", "1:export", "1:Export"]
    );
}

#[test]
fn paths_are_taken_apart() {
    let program = program(&[MODEL, JOBS]);
    let entity_type = at(&program, 0, "User:Chief.Mail", 0).expect("the type of the path");
    assert_eq!((entity_type.target.kind, program.sources.slice(entity_type.place)), (ItemKind::EntityType, "User"));
    let (file, source) = program.sources.iter().next().expect("given");
    let path = source.text.find("User:Chief.Mail").expect("stands there") as u32;
    let chief = program.occurrences().at(file, path + 6).expect("the way");
    assert_eq!((chief.target.kind, program.sources.slice(chief.place)), (ItemKind::Property, "Chief"));
    let mail = program.occurrences().at(file, path + 12).expect("the end");
    assert_eq!(mail.target.scope, Some(Symbol::new("User")));
    assert_eq!(program.occurrences().named(mail.target).count(), 5);
    assert_eq!(at(&program, 0, "HRFiles_users", 0).map(|one| one.target.kind), Some(ItemKind::Connection));
    assert!(at(&program, 0, "Mailbox", 0).is_none(), "an expression is not taken apart");
}

#[test]
fn renaming_changes_every_name_and_shows_what_may_mean_it() {
    let program = program(&[MODEL, JOBS]);
    let mail = at(&program, 0, "Mail\"/><Property", 0).expect("the declaration").target;
    let renaming = program.occurrences().rename(&program, mail).expect("declared");
    assert_eq!(words(&program, renaming.places), ["0:Mail"; 5]);
    assert_eq!(words(&program, renaming.mentions), ["0:Mail"]);
    let connection = at(&program, 0, "HRFiles", 0).expect("the declaration").target;
    let renaming = program.occurrences().rename(&program, connection).expect("declared");
    assert_eq!(words(&program, renaming.places), ["0:HRFiles", "0:HRFiles", "1:HRFiles"]);
}

#[test]
fn what_the_configuration_does_not_declare_is_not_renamed() {
    let program =
        program(&["<Connector Identifier=\"A\" Agent=\"Gone\"/><AccessControlRule Identifier=\"R\" EntityType=\"Resource\"/>"]);
    for name in ["Gone", "Resource"] {
        let target = at(&program, 0, name, 0).expect("a reference").target;
        assert_eq!(program.occurrences().rename(&program, target), Err(NotRenamed::Undeclared), "{name}");
    }
}

#[test]
fn generated_elements_name_items_from_their_scaffolding() {
    let mut program = program(&[MODEL, "<CreateConnectorSynchroComplete Connector=\"HR\"/>"]);
    let (scaffolding, item) = program.items.scaffoldings.iter().next().expect("written");
    let origin = Origin { generated: Some(Generated(0)), ..item.origin };
    program.generated.push(GeneratedElement {
        consolidated: None,
        kind: kinds::SYNCHRONIZE_TASK,
        attributes: vec![(names::IDENTIFIER, "HR_Synchronize".into()), (names::CONNECTOR, "HR".into())],
        children: vec![GeneratedChild {
            kind: kinds::TASK_DEPENDS_ON_TASK,
            name: names::PARENT_TASK,
            value: "HR_Prepare".into(),
        }],
        links: Vec::new(),
        scaffolding,
        reason: String::new(),
    });
    let task = |name| Target { kind: ItemKind::Task, scope: None, symbol: Symbol::new(name) };
    let Target { kind, scope, symbol } = task("HR_Synchronize");
    program.declarations.add(Declaration {
        consolidated: false,
        kind,
        scope,
        symbol,
        file: origin.file,
        element: origin.element,
        generated: origin.generated,
    });
    let connector = at(&program, 0, "HR", 0).expect("the declaration").target;
    let all = program.occurrences();
    let written = all.named(connector).filter(|one| one.generated.is_none());
    assert_eq!(written.count(), 4);
    let generated = all.named(connector).filter(|one| one.generated.is_some()).map(|one| one.place);
    assert_eq!(words(&program, generated), ["1:CreateConnectorSynchroComplete"]);
    assert_eq!(all.named(task("HR_Prepare")).count(), 1, "a generated link");
    assert_eq!(all.rename(&program, task("HR_Synchronize")), Err(NotRenamed::Generated));
}
