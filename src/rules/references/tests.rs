//! References of every kind, judged together.

use crate::rules::testing::{findings, lines};

const ABSENT: &str = "unresolved-reference";
const WRONG: &str = "wrong-reference-kind";
const DUPLICATE: &str = "duplicate-identifier";

const MODEL: &str = "<EntityType Identifier=\"User\"><Property Identifier=\"Mail\" Type=\"String\"/><Property Identifier=\"Chief\" Type=\"ForeignKey\"/><Property Identifier=\"Site\" Type=\"ForeignKey\"/></EntityType>\
    <EntityType Identifier=\"Site\"><Property Identifier=\"City\" Type=\"String\"/><Property Identifier=\"Users\" Type=\"ForeignKey\"/></EntityType>\
    <EntityType Identifier=\"Workflow_User\"><Property Identifier=\"User\" Type=\"ForeignKey\"/></EntityType>\
    <EntityAssociation Identifier=\"A\" Property1=\"User:Site\" Property2=\"Site:Users\" IsProperty2Collection=\"true\"/>\
    <EntityAssociation Identifier=\"B\" Property1=\"Workflow_User:User\" Property2=\"User:Workflows\"/>\n";

fn found(xml: &str, rule: &str) -> Vec<u32> {
    lines(&format!("{MODEL}{xml}"), rule)
}

/// What is underlined.
fn underlined(xml: &str, rule: &str) -> Vec<String> {
    let (program, found) = findings(&format!("{MODEL}{xml}"), rule);
    found.iter().map(|one| program.sources.slice(one.location).to_owned()).collect()
}

#[test]
fn languages_are_named_by_their_code() {
    let language = "<Language Code=\"en-US\" IndicatorNumber=\"1\"/>\n";
    assert_eq!(lines(&format!("{language}<Language Code=\"EN-us\" IndicatorNumber=\"2\"/>"), DUPLICATE), [2]);
    assert_eq!(lines(&format!("{language}<MailSetting LanguageCode=\"en-UK\"/>"), ABSENT), [2]);
    assert!(lines(&format!("{language}<MailSetting LanguageCode=\"en-us\"/>"), ABSENT).is_empty());
    assert!(lines("<MailSetting LanguageCode=\"fr-FR\"/>", ABSENT).is_empty(), "the product has languages of its own");
}

#[test]
fn contexts_are_named_by_their_number() {
    let context = "<ProfileContext Id=\"-2\"/>\n";
    let client = |id: &str| format!("{context}<OpenIdClient Identifier=\"C\" ContextId=\"{id}\"/>");
    assert_eq!(lines(&client("-3"), ABSENT), [2]);
    assert_eq!(lines(&format!("{context}<ProfileContext Id=\"-2\"/>"), DUPLICATE), [2]);
    assert!(lines(&client("-2"), ABSENT).is_empty());
    assert!(lines(&client("-1"), ABSENT).is_empty(), "one of the product's own");
}

#[test]
fn activities_are_looked_for_in_their_workflow() {
    let workflow = "<Workflow Identifier=\"New\" VariablesType=\"Workflow_User\"><Activity Identifier=\"Request\"/></Workflow>\
        <Workflow Identifier=\"Old\" VariablesType=\"Workflow_User\"><Activity Identifier=\"Persist\"/></Workflow>\n";
    let form = |activity: &str| format!("{workflow}<Form Identifier=\"F\" EntityType=\"User\" Activity=\"{activity}\"/>");
    assert_eq!(underlined(&form("New:Requests"), ABSENT), ["Requests"]);
    assert_eq!(underlined(&form("Old:Request"), ABSENT), ["Request"], "of another workflow");
    assert_eq!(underlined(&form("Neu:Request"), ABSENT), ["Neu"]);
    assert!(found(&form("new:request"), ABSENT).is_empty());
}

#[test]
fn permissions_name_items() {
    let model = "<EntityType Identifier=\"Person\"/><EntityType Identifier=\"Workflow_Person\"/><Connector Identifier=\"AD\"/><ResourceType Identifier=\"Account\"/>\
        <Workflow Identifier=\"Hire\" VariablesType=\"Workflow_Person\"><Activity Identifier=\"Ask\"/></Workflow>\
        <Workflow Identifier=\"Self/Leave\" VariablesType=\"Workflow_Person\"><Activity Identifier=\"Go\"/></Workflow>\n";
    let rule =
        |path: &str| format!("{model}<AccessControlRule Identifier=\"R\"><Entry Permission=\"{path}\"/></AccessControlRule>");
    for (path, wrong) in [
        ("/Custom/Resources/Persn/View", "Persn"),
        ("/Custom/ResourceFiles/Ship", "Ship"),
        ("/custom/workflows/Fire/Ask/ActionPending", "Fire"),
        ("/Custom/Workflows/hire/Save/ActionPending", "Save"),
        ("/Custom/WorkflowsNotifications/Hire/Sign/Invoked", "Sign"),
        (" /Custom/ProvisioningPolicy/ReviewRoles/Persons ", "Persons"),
        ("/Custom/ProvisioningPolicy/PendingAssignedResourceTypes/Acount", "Acount"),
        ("/Custom/ResourceChanges/AT", "AT"),
        ("/Custom/Reports/Crew/View", "Crew"),
        ("/Custom/Workflows/Supervise/Workflow_Guest", "Workflow_Guest"),
        ("/Custom/Workflows/Self/Leave/Stay", "Stay"),
    ] {
        assert_eq!(underlined(&rule(path), ABSENT), [wrong], "{path}");
    }
    for path in [
        "/Custom/Resources/person/View",
        "/Custom/Resources",
        "/Custom/Resources/",
        "/Custom/Workflows",
        "/Custom/Workflows/Hire/Ask/ActionPending",
        "/Custom/Workflows/Self/Leave/Go",
        "/Custom/ResourceChanges/AD",
        "/Custom/Fleet/Ship/View",
        "/Jobs/Job/Query",
        "/",
    ] {
        assert!(found(&rule(path), ABSENT).is_empty(), "{path}");
    }
    let (_, near) = findings(&rule("/Custom/Resources/Persn/View"), ABSENT);
    assert_eq!(near[0].help.as_deref(), Some("did you mean `Person`?"));
    let generated = format!("{}<WorkforceModule/>", rule("/Custom/Workflows/Fire/Ask"));
    assert!(found(&generated, ABSENT).is_empty(), "workflows may be generated");
}

#[test]
fn instances_are_looked_for_in_their_universe() {
    let universe = |first: &str| {
        format!(
            "<Universe Identifier=\"U\"><EntityInstance Identifier=\"One\" EntityType=\"User\"/><EntityInstance Identifier=\"Two\" EntityType=\"Site\"/>\
             <AssociationInstance Association=\"A\" Instance1=\"{first}\" Instance2=\"Two\"/></Universe>\
             <Universe Identifier=\"V\"><EntityInstance Identifier=\"Three\" EntityType=\"User\"/></Universe>"
        )
    };
    assert_eq!(underlined(&universe("Uno"), ABSENT), ["Uno"]);
    assert_eq!(underlined(&universe("Three"), ABSENT), ["Three"], "of another universe");
    assert!(found(&universe("one"), ABSENT).is_empty());
    assert!(found(&format!("{}<UniverseDataModel Universe=\"U\" EntityType=\"User\"/>", universe("Uno")), ABSENT).is_empty());
}

#[test]
fn controls_start_at_the_type_around_them() {
    let form = |controls: &str| format!("<Form Identifier=\"F\" EntityType=\"User\">{controls}</Form>");
    assert_eq!(underlined(&form("<Control Binding=\"Male\"/>"), ABSENT), ["Male"]);
    assert_eq!(underlined(&form("<Control Name=\"G\"><Control Binding=\"Site.Town\"/></Control>"), ABSENT), ["Town"]);
    assert_eq!(underlined(&form("<Control EntityType=\"Site\"><Control Binding=\"Town\"/></Control>"), ABSENT), ["Town"]);
    assert!(found(&form("<Control Binding=\"site.CITY\"/><Control EntityType=\"Site\" Binding=\"Site\"/>"), ABSENT).is_empty());
    let request = "<WorkflowEditEntityForm Identifier=\"W\" EntityType=\"Workflow_User\" MainProperty=\"Workflow_User:User\"><MainControl>\
        <Control Binding=\"Mail\"/><Control Binding=\"User.Mail\"/></MainControl></WorkflowEditEntityForm>";
    assert!(found(request, ABSENT).is_empty(), "the form shows the resource behind its property");
}

#[test]
fn the_target_of_a_query_starts_where_its_property_leads() {
    let query = |binding: &str| {
        format!(
            "<Policy Identifier=\"P\"/><ResourceType Identifier=\"R\" Policy=\"P\" SourceEntityType=\"User\" TargetEntityType=\"User\">\
             <QueryRule Property=\"Site\" SourceBinding=\"Mail\" TargetBinding=\"{binding}\"/></ResourceType>"
        )
    };
    assert_eq!(underlined(&query("Town"), ABSENT), ["Town"]);
    assert!(found(&query("City"), ABSENT).is_empty());
    assert!(found(&query("Users.Site.City"), ABSENT).is_empty(), "there and back through the association");
}

#[test]
fn each_place_that_names_a_missing_item_is_found_and_corrected() {
    let agents = "<Agent Identifier=\"Local\"/>\n";
    let three = "<Connector Identifier=\"A\" Agent=\"Lokal\"/>\n<Connector Identifier=\"B\" Agent=\"lokal\"/>\n<Connector Identifier=\"C\" Agent=\"Remote\"/>";
    let (_, found) = findings(&format!("{agents}{three}"), ABSENT);
    let fixes: Vec<bool> = found.iter().map(|finding| finding.fix.is_some()).collect();
    assert_eq!(fixes, [true, true, false]);
}

#[test]
fn where_nothing_of_a_kind_is_declared_the_help_asks_for_the_other_files() {
    let (_, found) = findings("<Connector Identifier=\"A\" Agent=\"One\"/>", ABSENT);
    assert_eq!(found.len(), 1);
    assert!(found[0].help.as_deref().is_some_and(|help| help.contains("give all files to one run")));
}

#[test]
fn what_an_unknown_type_has_is_not_asked() {
    let (_, found) = findings(
        &format!(
            "{MODEL}<EntityPropertyExpression Identifier=\"E\" EntityType=\"Usher\" Property=\"Fax\" Binding=\"Usher:Fax.City\"/>"
        ),
        ABSENT,
    );
    assert_eq!(found.len(), 2, "the type itself, twice; nothing of its properties");
}

#[test]
fn the_models_of_modules_are_not_known() {
    let module = "<WorkforceModule IsEnabled=\"true\"/><EntityType Identifier=\"Directory_Site\"><Property Identifier=\"Own\"/></EntityType>\n";
    let expression =
        |binding: &str| format!("{module}<EntityPropertyExpression Identifier=\"E\" EntityType=\"User\" Binding=\"{binding}\"/>");
    assert!(found(&expression("Directory_User:Mail"), ABSENT).is_empty());
    assert!(found(&expression("Directory_Site:Town"), ABSENT).is_empty(), "the module declares the rest of it");
    assert_eq!(underlined(&expression("Usher:Mail"), ABSENT), ["Usher"]);
    let workflow = |scaffolding: &str| {
        format!("{scaffolding}<EntityPropertyExpression Identifier=\"E\" EntityType=\"Workflow_User\" Property=\"Site\"/>")
    };
    assert!(found(&workflow("<WorkflowEntityType EntityType=\"User\"/>"), ABSENT).is_empty());
    assert_eq!(underlined(&workflow(""), ABSENT), ["Site"]);
    let mappings = "<Connector Identifier=\"HR\"/><ConnectorMappings Connector=\"HR\"/>\n<ExportTask Connection=\"HR\"/>";
    assert!(lines(mappings, ABSENT).is_empty() && lines(mappings, WRONG).is_empty(), "a connection named as its connector");
}

#[test]
fn a_path_does_not_go_on_behind_a_value() {
    let expression =
        |binding: &str| format!("<EntityPropertyExpression Identifier=\"E\" EntityType=\"User\" Binding=\"{binding}\"/>");
    assert_eq!(underlined(&expression("Mail.City"), WRONG), ["Mail"]);
    assert_eq!(underlined(&expression("User:Site.City.Users"), WRONG), ["City"]);
    assert_eq!(underlined("<Form Identifier=\"F\" EntityType=\"User\"><Control Binding=\"Mail.Mail\"/></Form>", WRONG), ["Mail"]);
    assert!(found(&expression("Site.City"), WRONG).is_empty());
    assert!(found(&expression("Chief.Mail"), WRONG).is_empty(), "a navigation whose association is not known");
    let untyped = "<EntityType Identifier=\"T\"><Property Identifier=\"Boss\" Type=\"Int64\"/></EntityType>";
    assert!(found(&format!("{untyped}{}", expression("T:Boss.Mail")), WRONG).is_empty());
}

#[test]
fn an_item_that_names_its_own_name_is_no_other_kind() {
    let connection = "<Connection Identifier=\"Directory\" Connector=\"Directory\"/>";
    assert!(lines(connection, WRONG).is_empty());
    assert_eq!(lines(connection, ABSENT), [1]);
    assert_eq!(lines(&format!("{connection}\n<Connection Identifier=\"B\" Connector=\"Directory\"/>"), WRONG), [2]);
}
