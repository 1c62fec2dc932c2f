//! What comes after provisioning: risks, names of contexts, notifications, through the built program.

use crate::support::{Project, task};

/// A ferry company: the crew, groups of a directory with their members, and accounts found by their login.
const CONFIGURATION: &str = r#"
  <Language Code="en-US" IndicatorNumber="1" />
  <Agent Identifier="Local" DisplayName_L1="Local" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" Profile="Job" />
  <Profile Identifier="Job" DisplayName_L1="Job" />
  <Profile Identifier="Reviewer" DisplayName_L1="Reviewer" />
  <Policy Identifier="Default" DisplayName_L1="Default" IsProvisioningEnabled="true" />
  <Category Identifier="Accounts" DisplayName_L1="Accounts" Policy="Default" />
  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Local" MaximumInsertedLines="0" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" MaxLinkPercentageInsertedLines="0" MaxLinkPercentageDeletedLines="0" />
  <Connection Identifier="People" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <Connection Identifier="Accounts" DisplayName_L1="Accounts" Connector="HR" Package="Usercube.CSV@0000001" />
  <Connection Identifier="Members" DisplayName_L1="Members" Connector="HR" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person">
    <Property Identifier="Number" DisplayName_L1="Number" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="Mail" DisplayName_L1="Mail" TargetColumnIndex="5" Type="String" />
    <Property Identifier="Deck" DisplayName_L1="Deck" TargetColumnIndex="6" Type="String" />
  </EntityType>
  <EntityType Identifier="Account" DisplayName_L1="Account">
    <Property Identifier="login" DisplayName_L1="login" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="display" DisplayName_L1="display" TargetColumnIndex="5" Type="String" />
    <Property Identifier="memberOf" DisplayName_L1="memberOf" TargetColumnIndex="-1" Type="ForeignKey" />
    <Property Identifier="members" DisplayName_L1="members" TargetColumnIndex="-1" Type="ForeignKey" />
  </EntityType>
  <EntityAssociation Identifier="Account_Members" DisplayName_L1="Members" Property1="Account:members" Property2="Account:memberOf" IsProperty1Collection="true" IsProperty2Collection="true" />
  <EntityTypeMapping Identifier="Person" Connector="HR" ConnectionTable="People">
    <Property Identifier="Number" ConnectionColumn="id" IsPrimaryKey="true" />
    <Property Identifier="Mail" ConnectionColumn="mail" />
    <Property Identifier="Deck" ConnectionColumn="deck" />
  </EntityTypeMapping>
  <EntityTypeMapping Identifier="Account" Connector="HR" ConnectionTable="Accounts">
    <Property Identifier="login" ConnectionColumn="login" IsPrimaryKey="true" />
    <Property Identifier="display" ConnectionColumn="display" />
  </EntityTypeMapping>
  <EntityAssociationMapping Identifier="Account_Members" Connector="HR" ConnectionTable="Members" Column1="group" Column2="member" EntityPropertyMapping1="Account:login" EntityPropertyMapping2="Account:login" />
  <ResourceType Identifier="Account_Standard" DisplayName_L1="Standard" Policy="Default" Category="Accounts" SourceEntityType="Person" TargetEntityType="Account">
    <TypeRule Policy="Default" />
    <ScalarRule Policy="Default" Property="login" Binding="Number" />
    <ScalarRule Policy="Default" Property="display" Binding="Mail" />
  </ResourceType>
  <ResourceType Identifier="Account_Admin" DisplayName_L1="Admin" Policy="Default" Category="Accounts" SourceEntityType="Person" TargetEntityType="Account" />
  <ResourceClassificationRule Policy="Default" ResourceType="Account_Admin" ResourceTypeIdentificationConfidenceLevel="100" TargetExpression="C#:account:return account.login.StartsWith(&quot;adm-&quot;);" />
  <Profile Identifier="Lookout" DisplayName_L1="Lookout" />
  <ProfileRuleContext EntityType="Person">
    <ProfileRule Profile="Lookout" RootExpression="C#:person:return person.Deck == &quot;upper&quot;;" />
  </ProfileRuleContext>
  <Notification Identifier="Aboard" OwnerEntityType="Person" RazorTemplate="mail.cshtml" CssTemplate="mail.css" QueryFilterExpression="C#:person:return &quot;where Deck = 'upper'&quot;;" TitleExpression="C#:person:return &quot;Welcome aboard, &quot; + person.Number;" RecipientMailBinding="Person:Mail" />
  <ProvisioningReviewNotification Identifier="Reviews" OwnerEntityType="Person" />
  <ReviewProvisioningAccessControlRules Profile="Reviewer" EntityType="Person" />
  <ResourceCorrelationRule Policy="Default" ResourceType="Account_Standard" SourceBinding="Number" TargetBinding="login" SourceMatchedConfidenceLevel="100" />
  <Risk Identifier="Cash" DisplayName_L1="Orders and pays" Policy="Default" EntityType="Person" Level="80">
    <Rule>
      <Item ResourceType="Account_Standard" Property="memberOf" Resource="buyers" />
      <Item ResourceType="Account_Standard" Property="memberOf" Resource="payers" />
    </Rule>
  </Risk>
  <MailSetting MailProperty="Person:Mail" />
  <AssignedProfile User="1" Profile="Reviewer" Context="-2" />
  <ProfileContext Id="-2" Category="Accounts" />
  <ReviewRolesAccessControlRules Profile="Reviewer" EntityType="Person" />
  <SingleRole Identifier="Mate" DisplayName_L1="Mate on watch" Policy="Default" Category="Accounts" EntityType="Person" ApprovalWorkflowType="One" />
  <Job Identifier="Night" DisplayName_L1="Night" Agent="Local">
    <ExportTask Identifier="E1" DisplayName_L1="e" Agent="Local" Connection="People" OpenIdClient="Job" ContinueOnError="true" IgnoreCookieFile="true" />
    <ExportTask Identifier="E2" DisplayName_L1="e" Agent="Local" Connection="Accounts" OpenIdClient="Job" ContinueOnError="true" IgnoreCookieFile="true" />
    <ExportTask Identifier="E3" DisplayName_L1="e" Agent="Local" Connection="Members" OpenIdClient="Job" ContinueOnError="true" IgnoreCookieFile="true" />
    <PrepareSynchronizationTask Identifier="P" DisplayName_L1="p" Agent="Local" Connector="HR" OpenIdClient="Job" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="E1" /><TaskDependsOnTask ParentTask="E2" /><TaskDependsOnTask ParentTask="E3" /></PrepareSynchronizationTask>
    <SynchronizeTask Identifier="S" DisplayName_L1="s" Connector="HR"><TaskDependsOnTask ParentTask="P" /></SynchronizeTask>
    <ComputeCorrelationKeysTask Identifier="Keys" DisplayName_L1="k"><TaskEntityType EntityType="Person" /><TaskEntityType EntityType="Account" /></ComputeCorrelationKeysTask>
    <ComputeRoleModelTask Identifier="Model" DisplayName_L1="r"><TaskEntityType EntityType="Person" /></ComputeRoleModelTask>
    <SavePreExistingAccessRightsTask Identifier="Rights" DisplayName_L1="r" />
    <ComputeRiskScoresTask Identifier="Risks" DisplayName_L1="r"><TaskEntityType EntityType="Person" /></ComputeRiskScoresTask>
    <UpdateParametersContextDisplayNamesTask Identifier="Names" DisplayName_L1="n" />
    <SendRoleModelNotificationsTask Identifier="Roles" DisplayName_L1="n"><TaskEntityType EntityType="Person" /></SendRoleModelNotificationsTask>
    <SendNotificationsTask Identifier="Notices" DisplayName_L1="n"><TaskEntityType EntityType="Person" /></SendNotificationsTask>
    <UpdateClassificationTask Identifier="Classes" DisplayName_L1="c"><TaskEntityType EntityType="Account" /></UpdateClassificationTask>
    <SetInternalUserProfilesTask Identifier="Profiles" DisplayName_L1="p"><TaskEntityType EntityType="Person" /></SetInternalUserProfilesTask>
  </Job>
"#;

const SETTINGS: &str = r#"{
  "Connections": {
    "People": { "Path": "../data/people.csv", "Separator": "," },
    "Accounts": { "Path": "../data/accounts.csv", "Separator": "," },
    "Members": { "Path": "../data/members.csv", "Separator": "," }
  },
  "MailSettings": { "FromAddress": "iga@ferry.example", "PickupDirectory": "../mail" }
}"#;

fn project() -> Project {
    Project::new()
        .configuration("conf/All.xml", CONFIGURATION)
        .file("conf/appsettings.agent.json", SETTINGS)
        .file("data/people.csv", "id,mail,deck\n1,ana@ferry.example,upper\n2,bo@ferry.example,lower\n3,cy@ferry.example,lower\n")
        .file("conf/mail.cshtml", "<p>@Model</p>")
        .file("conf/mail.css", "p {}")
        .file("data/accounts.csv", "login,display\n1,ana@ferry.example\n2,Other\nbuyers,\npayers,\nadm-9,\n")
        .file("data/members.csv", "group,member\nbuyers,1\nbuyers,2\npayers,2\n")
}

/// Runs the job; how those tasks ended.
fn night(project: &Project, number: u32, tasks: &[&str]) -> String {
    let run = project.run(&["run", "conf", "--job", "Night", "-q"]);
    assert_eq!(run.code, Some(0), "{run}");
    let shown = project.show(number);
    let states: Vec<&str> = tasks.iter().map(|name| task(&shown, name)["state"].as_str().unwrap()).collect();
    states.join(" ")
}

fn query(project: &Project, sql: &str) -> Vec<String> {
    let store = rusqlite::Connection::open(project.path(".jobwright/store.db")).unwrap();
    let mut statement = store.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// The mails in the folder of mails.
fn mails(project: &Project) -> Vec<String> {
    let files = std::fs::read_dir(project.path("mail")).unwrap();
    files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
}

/// Somebody asks for a role, as a program beside jobwright would write it.
fn ask(project: &Project, sql: &str) {
    rusqlite::Connection::open(project.path(".jobwright/store.db")).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn who_orders_and_pays_is_at_risk_until_a_group_is_left() {
    let project = project();
    assert_eq!(night(&project, 1, &["Risks"]), "completed");
    let scores = "SELECT r.key || ' ' || s.score || ' ' || s.because FROM risk_score s JOIN resource r ON r.id = s.resource";
    let because = r#"["Account_Standard.memberOf = buyers","Account_Standard.memberOf = payers"]"#;
    assert_eq!(query(&project, scores), [format!(r#"2 80 [{{"entitlements":{because},"level":80,"risk":"Cash"}}]"#)]);
    assert_eq!(task(&project.show(1), "Risks")["message"], "1 at risk, the highest score is 80");
    let owner = project.run(&["inspect", "user", "Person", "2"]);
    let said = "\nAt risk, with a score of 80\n  Cash  level 80  Account_Standard.memberOf = buyers, Account_Standard.memberOf = payers\n";
    assert!(owner.stdout.contains(said), "{owner}");
    let json = project.run(&["inspect", "resource", "Person", "2", "--format", "json"]).json();
    assert_eq!(json["resource"]["risk"]["risks"][0]["risk"], "Cash", "{json}");
    assert_eq!(night(&project, 2, &["Risks"]), "unchanged");
    let project = project.file("data/members.csv", "group,member\nbuyers,1\nbuyers,2\n");
    assert_eq!(night(&project, 3, &["Risks"]), "completed");
    assert_eq!(query(&project, scores), [""; 0]);
}

#[test]
fn contexts_are_named_by_what_limits_them() {
    let project = project();
    assert_eq!(night(&project, 1, &["Names"]), "completed");
    assert_eq!(query(&project, "SELECT name FROM context_name"), ["Category: Accounts"]);
    assert_eq!(night(&project, 2, &["Names"]), "unchanged");
}

#[test]
fn a_role_that_waits_for_approval_is_told_to_its_reviewer_once() {
    let project = project();
    assert_eq!(night(&project, 1, &["Roles"]), "unchanged");
    assert_eq!(task(&project.show(1), "Roles")["message"], "nothing waits for anybody");
    ask(
        &project,
        "INSERT INTO assigned_role (owner, kind, role, origin, valid_from)
         SELECT id, 'SingleRole', 'Mate', 'requested', 1 FROM resource WHERE key = '3'",
    );
    assert_eq!(night(&project, 2, &["Model", "Roles"]), "unchanged completed");
    let mails = mails(&project);
    let mail = mails.iter().find(|mail| mail.contains("role to review")).unwrap();
    assert!(mail.contains("To: ana@ferry.example\r\nSubject: 1 role to review\r\n"), "{mail}");
    assert!(mail.ends_with("\r\n\r\n1 role to review:\r\n\r\n- Mate on watch, asked for 3\r\n"), "{mail}");
    assert_eq!(night(&project, 3, &["Roles"]), "unchanged");
}

#[test]
fn people_are_told_of_what_waits_and_of_what_the_configuration_says() {
    let project = project();
    assert_eq!(night(&project, 1, &["Notices"]), "completed");
    let mut subjects: Vec<String> =
        mails(&project).iter().map(|mail| mail.split("Subject: ").nth(1).unwrap().lines().next().unwrap().to_owned()).collect();
    subjects.sort();
    assert_eq!(subjects, ["1 provisioning order to review", "Welcome aboard, 1"]);
    assert_eq!(night(&project, 2, &["Notices"]), "unchanged");
    // A mail server that is not there: the task fails, the next run sends.
    project.replace("conf/appsettings.agent.json", "\"PickupDirectory\": \"../mail\"", "\"Host\": \"127.0.0.1\", \"Port\": 1");
    project.replace("data/people.csv", "3,cy@ferry.example,lower", "3,cy@ferry.example,upper");
    let run = project.run(&["run", "conf", "--job", "Night", "-q"]);
    assert_eq!(run.code, Some(10), "{run}");
    let message = task(&project.show(3), "Notices")["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("1 mail left for the next run: the mail server 127.0.0.1:1: "), "{message}");
    project.replace("conf/appsettings.agent.json", "\"Host\": \"127.0.0.1\", \"Port\": 1", "\"PickupDirectory\": \"../mail\"");
    let resumed = project.run(&["run", "--resume", "3", "-q"]);
    assert_eq!(resumed.code, Some(0), "{resumed}");
    assert!(mails(&project).iter().any(|mail| mail.contains("Subject: Welcome aboard, 3\r\n")));
}

#[test]
fn an_account_without_owner_is_classified() {
    let project = project();
    assert_eq!(night(&project, 1, &["Classes"]), "completed");
    let classes = "SELECT r.key || ' ' || c.resource_type FROM classification c JOIN resource r ON r.id = c.resource";
    assert_eq!(query(&project, classes), ["adm-9 Account_Admin"]);
    let account = project.run(&["inspect", "resource", "Account", "adm-9"]);
    assert!(account.stdout.contains("\nClassified: Account_Admin (confidence 100), by "), "{account}");
    assert_eq!(night(&project, 2, &["Classes"]), "unchanged");
}

#[test]
fn a_profile_follows_what_a_rule_says_of_a_person() {
    let project = project();
    assert_eq!(night(&project, 1, &["Profiles"]), "completed");
    let given = "SELECT r.key || ' ' || p.profile FROM assigned_profile p JOIN resource r ON r.id = p.resource";
    assert_eq!(query(&project, given), ["1 Lookout"]);
    let owner = project.run(&["inspect", "user", "Person", "1"]);
    assert!(owner.stdout.contains("\nProfiles\n  Lookout  "), "{owner}");
    assert_eq!(night(&project, 2, &["Profiles"]), "unchanged");
    let project = project.file("data/people.csv", "id,mail,deck\n2,bo@ferry.example,upper\n");
    assert_eq!(night(&project, 3, &["Profiles"]), "completed");
    assert_eq!(query(&project, given), ["2 Lookout"]);
}

#[test]
fn what_the_system_held_before_the_rules_is_accepted() {
    let project = project();
    assert_eq!(night(&project, 1, &["Rights"]), "completed");
    let values = "SELECT property || ' ' || shown FROM assigned_value WHERE origin = 'pre-existing'";
    assert_eq!(query(&project, values), ["display Other"]);
    assert_eq!(night(&project, 2, &["Model", "Rights"]), "unchanged unchanged");
    assert_eq!(task(&project.show(2), "Model")["counters"]["nonconforming"], 0);
}
