//! People in, accounts out in a real directory: joiners, changes, renames, leavers, memberships, values changed by hand;
//! and everything that can go wrong on the way. The directory's own log tells how often it was written to.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use jobwright::connectors::ldap::{Change, LdapFailure, Search};

use crate::support::slapd::{BASE, PASSWORD, SUFFIX, Slapd, Wanted};
use crate::support::{Outcome, Project, task};

const CONFIGURATION: &str = r#"
  <Agent Identifier="Local" DisplayName_L1="Local" URI="http://localhost:6001" />
  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" Profile="Administrator" />
  <Policy Identifier="Default" DisplayName_L1="Default" IsProvisioningEnabled="true" />
  <Category Identifier="Accounts" DisplayName_L1="Accounts" Policy="Default" />
  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Local" MaximumInsertedLines="1000" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" />
  <Connection Identifier="HRPeople" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person">
    <Property Identifier="Number" DisplayName_L1="Number" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="First" DisplayName_L1="First" TargetColumnIndex="5" Type="String" />
    <Property Identifier="Last" DisplayName_L1="Last" TargetColumnIndex="6" Type="String" />
    <Property Identifier="Unit" DisplayName_L1="Unit" TargetColumnIndex="7" Type="String" />
    <Property Identifier="Team" DisplayName_L1="Team" TargetColumnIndex="8" Type="String" />
    <Property Identifier="Phone" DisplayName_L1="Phone" TargetColumnIndex="9" Type="String" />
  </EntityType>
  <EntityTypeMapping Identifier="Person" Connector="HR" ConnectionTable="HRPeople">
    <Property Identifier="Number" ConnectionColumn="id" IsPrimaryKey="true" />
    <Property Identifier="First" ConnectionColumn="first" />
    <Property Identifier="Last" ConnectionColumn="last" />
    <Property Identifier="Unit" ConnectionColumn="unit" />
    <Property Identifier="Team" ConnectionColumn="team" />
    <Property Identifier="Phone" ConnectionColumn="phone" />
  </EntityTypeMapping>
  <Connector Identifier="Dir" DisplayName_L1="Directory" Agent="Local" MaximumInsertedLines="1000" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" MaxLinkPercentageInsertedLines="0" MaxLinkPercentageDeletedLines="0" />
  <Connection Identifier="DirLdap" DisplayName_L1="Directory" Connector="Dir" Package="Usercube.LDAP@0000001" />
  <EntityType Identifier="Entry" DisplayName_L1="Entry">
    <Property Identifier="entryUUID" DisplayName_L1="entryUUID" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="dn" DisplayName_L1="dn" IsKey="true" TargetColumnIndex="5" Type="String" />
    <Property Identifier="cn" DisplayName_L1="cn" TargetColumnIndex="6" Type="String" />
    <Property Identifier="sn" DisplayName_L1="sn" TargetColumnIndex="7" Type="String" />
    <Property Identifier="uid" DisplayName_L1="uid" TargetColumnIndex="8" Type="String" />
    <Property Identifier="ou" DisplayName_L1="ou" TargetColumnIndex="9" Type="String" />
    <Property Identifier="telephoneNumber" DisplayName_L1="phone" TargetColumnIndex="10" Type="String" />
    <Property Identifier="parentdn" DisplayName_L1="parent" Type="ForeignKey" TargetColumnIndex="128" />
    <Property Identifier="children" DisplayName_L1="children" Type="ForeignKey" />
    <Property Identifier="member" DisplayName_L1="member" Type="ForeignKey" />
    <Property Identifier="memberOf" DisplayName_L1="memberOf" Type="ForeignKey" />
  </EntityType>
  <EntityTypeMapping Identifier="Entry" Connector="Dir" ConnectionTable="DirLdap_entries">
    <Property Identifier="entryUUID" ConnectionColumn="entryUUID" IsPrimaryKey="true" />
    <Property Identifier="dn" ConnectionColumn="dn" IsUniqueKey="true" />
    <Property Identifier="cn" ConnectionColumn="cn" />
    <Property Identifier="sn" ConnectionColumn="sn" />
    <Property Identifier="uid" ConnectionColumn="uid" />
    <Property Identifier="ou" ConnectionColumn="ou" />
    <Property Identifier="telephoneNumber" ConnectionColumn="telephoneNumber" Format="multivaluedtext" />
  </EntityTypeMapping>
  <EntityAssociation Identifier="Entry_parent" DisplayName_L1="parent" IsProperty1Collection="true" Property1="Entry:children" Property2="Entry:parentdn" />
  <EntityAssociation Identifier="Entry_member" DisplayName_L1="member" IsProperty1Collection="true" IsProperty2Collection="true" Property1="Entry:member" Property2="Entry:memberOf" />
  <EntityAssociationMapping Identifier="Entry_parent" Connector="Dir" ConnectionTable="DirLdap_entries" Column1="parentdn" EntityPropertyMapping1="Entry:dn" Column2="dn" EntityPropertyMapping2="Entry:dn" />
  <EntityAssociationMapping Identifier="Entry_member" Connector="Dir" ConnectionTable="DirLdap_member" Column1="dn" EntityPropertyMapping1="Entry:dn" Column2="member" EntityPropertyMapping2="Entry:dn" />
  <ResourceType Identifier="Account" DisplayName_L1="Account" Policy="Default" Category="Accounts" SourceEntityType="Person" TargetEntityType="Entry" BlockProvisioning="false" MaximumInsertPercent="0" MaximumDeletePercent="0" MaximumUpdatePercent="0">
    <TypeRule Policy="Default" />
    <ScalarRule Policy="Default" Property="uid" Binding="Number" />
    <ScalarRule Policy="Default" Property="cn" Expression="C#:person:return person.First + &quot; &quot; + person.Last;" />
    <ScalarRule Policy="Default" Property="sn" Binding="Last" />
    <ScalarRule Policy="Default" Property="telephoneNumber" Binding="Phone" />
    <QueryRule Policy="Default" Property="parentdn" SourceBinding="Unit" TargetBinding="ou" TargetMatchedConfidenceLevel="100" />
    <QueryRule Policy="Default" Property="memberOf" SourceBinding="Team" TargetBinding="cn" TargetMatchedConfidenceLevel="100" />
  </ResourceType>
  <ResourceCorrelationRule Policy="Default" ResourceType="Account" SourceBinding="Number" TargetBinding="uid" SourceMatchedConfidenceLevel="100" />
  <PasswordResetSettings Identifier="New" AutoGenerate="true" GeneratedLength="24" />
  <LdapResourceTypeMapping Identifier="Account" Connection="DirLdap" DefaultObjectClass="inetOrgPerson" RDNAttributeIdentifier="cn" PasswordResetSetting="New">
    <Property Property="dn" IsDNProperty="true" />
    <Property Property="parentdn" IsParentProperty="true" />
    <Property Property="cn" IsRDNProperty="true" />
  </LdapResourceTypeMapping>
"#;

/// A complete job, and one that treats what changed.
fn job(id: &str, incremental: bool) -> String {
    let (cookies, kept) = if incremental { ("", " DoNotDeleteChanges=\"true\"") } else { (" IgnoreCookieFile=\"true\"", "") };
    let (mode, dirty) = if incremental { ("Incremental", " Dirty=\"true\"") } else { ("Complete", "") };
    let flag = format!(
        r#"<SetRecentlyModifiedFlagTask Identifier="{id}_Flag" DisplayName_L1="f"><TaskDependsOnTask ParentTask="{id}_S1" /><TaskDependsOnTask ParentTask="{id}_S2" /></SetRecentlyModifiedFlagTask>"#
    );
    let (flag, after) = if incremental {
        (flag, format!(r#"<TaskDependsOnTask ParentTask="{id}_Flag" />"#))
    } else {
        (String::new(), String::new())
    };
    format!(
        r#"
  <Job Identifier="{id}" DisplayName_L1="{id}" Agent="Local">
    <ExportTask Identifier="{id}_E1" DisplayName_L1="e" Agent="Local" Connection="HRPeople" OpenIdClient="Job" ContinueOnError="true"{cookies} />
    <ExportTask Identifier="{id}_E2" DisplayName_L1="e" Agent="Local" Connection="DirLdap" OpenIdClient="Job" ContinueOnError="true" IgnoreCookieFile="true" />
    <PrepareSynchronizationTask Identifier="{id}_P1" DisplayName_L1="p" Agent="Local" Connector="HR" OpenIdClient="Job" SynchronizationMode="{mode}"><TaskDependsOnTask ParentTask="{id}_E1" /></PrepareSynchronizationTask>
    <PrepareSynchronizationTask Identifier="{id}_P2" DisplayName_L1="p" Agent="Local" Connector="Dir" OpenIdClient="Job" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="{id}_E2" /></PrepareSynchronizationTask>
    <SynchronizeTask Identifier="{id}_S1" DisplayName_L1="s" Connector="HR"{kept}><TaskDependsOnTask ParentTask="{id}_P1" /></SynchronizeTask>
    <SynchronizeTask Identifier="{id}_S2" DisplayName_L1="s" Connector="Dir"{kept}><TaskDependsOnTask ParentTask="{id}_P2" /></SynchronizeTask>
    {flag}
    <ComputeCorrelationKeysTask Identifier="{id}_Keys" DisplayName_L1="k"{dirty}>{after}<TaskEntityType EntityType="Person" /><TaskEntityType EntityType="Entry" /></ComputeCorrelationKeysTask>
    <ComputeRoleModelTask Identifier="{id}_Model" DisplayName_L1="r"{dirty}>{after}<TaskEntityType EntityType="Person" /></ComputeRoleModelTask>
    <GenerateProvisioningOrdersTask Identifier="{id}_Orders" DisplayName_L1="o"><TaskResourceType ResourceType="Account" /></GenerateProvisioningOrdersTask>
    <FulfillTask Identifier="{id}_Fulfil" DisplayName_L1="f" Agent="Local" OpenIdClient="Job"><TaskDependsOnTask ParentTask="{id}_Orders" /><TaskResourceType ResourceType="Account" /></FulfillTask>
  </Job>
"#
    )
}

/// Units, and groups that have a member already.
fn content() -> String {
    let mut text = BASE.to_owned();
    for unit in ["Deck", "Shore"] {
        text.push_str(&format!("\ndn: ou={unit},ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n"));
    }
    for group in ["Crew", "Office"] {
        text.push_str(&format!(
            "\ndn: cn={group},ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {group}\nmember: cn=admin,{SUFFIX}\n"
        ));
    }
    text
}

const PEOPLE: &str =
    "id,first,last,unit,team,phone\n1,Ana,Roux,Deck,Crew,11\n2,Bo,Lund,Deck,Crew,22\n3,Cy,Hale,Shore,Office,33\n";

/// A company with a directory.
struct Company {
    project: Project,
    slapd: Slapd,
    runs: u32,
}

impl Company {
    fn new() -> Option<Self> {
        let project = Project::new();
        let audit = project.path("audit.ldif");
        let more = format!("moduleload auditlog\noverlay auditlog\nauditlog {}", audit.display());
        let slapd = Slapd::wanted(&Wanted { content: &content(), more: &more, ..Wanted::default() })?;
        let configuration = format!("{CONFIGURATION}{}{}", job("Night", false), job("Hour", true));
        let project = project.configuration("conf/All.xml", &configuration).file("data/people.csv", PEOPLE);
        let company = Self { project, slapd, runs: 0 };
        company.settle(20, PASSWORD);
        Some(company)
    }

    /// Writes the settings anew.
    fn settle(&self, timeout: u32, password: &str) {
        let tables = format!(
            r#"{{"Table": "entries", "BaseDN": "{SUFFIX}", "Filter": "(|(objectClass=inetOrgPerson)(objectClass=organizationalUnit)(objectClass=groupOfNames))"}},
               {{"Table": "member", "BaseDN": "{SUFFIX}", "Filter": "(member=*)"}}"#
        );
        let mut connection = self.slapd.connection(&tables, timeout).replace(PASSWORD, password);
        connection.insert_str(1, "\"IsLdapPasswordReset\": true, ");
        let settings = format!(
            r#"{{"SourcesRootPaths": ["../data"], "Connections": {{
                 "HRPeople": {{"Path": "../data/people.csv", "Separator": ","}}, "DirLdap": {connection}}}}}"#
        );
        fs::write(self.project.path("conf/appsettings.agent.json"), settings).unwrap();
    }

    fn people(&self, rows: &str) {
        fs::write(self.project.path("data/people.csv"), format!("id,first,last,unit,team,phone\n{rows}")).unwrap();
    }

    /// Runs a job; how its last four tasks ended, and what the orders were.
    fn run(&mut self, job: &str) -> String {
        let outcome = self.project.run(&["run", "conf", "--job", job, "-q"]);
        self.runs += 1;
        assert_eq!(outcome.code, Some(0), "{outcome} {}", self.message(job));
        self.ended(job)
    }

    fn ended(&self, job: &str) -> String {
        let shown = self.project.show(self.runs);
        let state = |name: &str| task(&shown, &format!("{job}_{name}"))["state"].as_str().unwrap_or_default().to_owned();
        let orders = task(&shown, &format!("{job}_Orders"))["counters"].clone();
        let orders = ["added", "modified", "deleted"].map(|name| orders[name].as_u64().unwrap_or(0).to_string()).join("/");
        format!("{} {orders}", ["Keys", "Model", "Orders", "Fulfil"].map(state).join(" "))
    }

    fn counter(&self, task_name: &str, counter: &str) -> u64 {
        task(&self.project.show(self.runs), task_name)["counters"][counter].as_u64().unwrap_or(0)
    }

    /// The people of the directory: name, number, phone, groups.
    fn accounts(&self) -> String {
        let mut lines = Vec::new();
        let search = Search::below(SUFFIX, "(objectClass=inetOrgPerson)", &["uid", "telephoneNumber", "memberOf"]);
        self.slapd
            .client()
            .search::<LdapFailure>(&search, |entry| {
                let groups = entry.values("memberOf").iter().map(|group| {
                    let group = String::from_utf8(group.clone()).unwrap();
                    group.split(',').next().unwrap().trim_start_matches("cn=").to_owned()
                });
                let groups = groups.collect::<Vec<_>>().join("+");
                let dn = entry.dn.strip_suffix(&format!(",ou=people,{SUFFIX}")).unwrap_or(&entry.dn);
                let of = |name: &str| entry.text(name).unwrap_or("-").to_owned();
                lines.push(format!("{dn} {} {} {groups}", of("uid"), of("telephoneNumber")));
                Ok(())
            })
            .unwrap();
        lines.sort();
        lines.join("\n")
    }

    /// What the directory was told to do to people's entries, from its own log.
    fn written(&self) -> Vec<String> {
        let log = fs::read_to_string(self.project.path("audit.ldif")).unwrap_or_default();
        let mut written = Vec::new();
        let mut lines = log.lines().peekable();
        while let Some(line) = lines.next() {
            let Some(dn) = line.strip_prefix("dn: ") else { continue };
            let kind = lines.peek().and_then(|line| line.strip_prefix("changetype: ")).unwrap_or_default();
            if dn.ends_with(&format!("ou=people,{SUFFIX}")) {
                written.push(format!("{kind} {}", dn.split(',').next().unwrap()));
            }
        }
        written
    }

    fn modify(&self, dn: &str, changes: &[Change]) {
        self.slapd.client().modify(dn, changes, false).unwrap();
    }

    fn states(&self) -> Vec<i64> {
        let store = rusqlite::Connection::open(self.project.path(".jobwright/store.db")).unwrap();
        let mut statement = store.prepare("SELECT state FROM provisioning_order ORDER BY moment, assignment").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn message(&self, job: &str) -> String {
        let shown = self.project.show(self.runs);
        task(&shown, &format!("{job}_Fulfil"))["message"].as_str().unwrap_or_default().to_owned()
    }
}

#[test]
fn accounts_follow_people_and_every_change_is_verified_by_the_next_run() {
    let Some(mut company) = Company::new() else { return };
    assert_eq!(company.run("Night"), "completed completed completed completed 3/0/0");
    insta::assert_snapshot!(company.accounts(), @r"
    cn=Ana Roux,ou=Deck 1 11 Crew
    cn=Bo Lund,ou=Deck 2 22 Crew
    cn=Cy Hale,ou=Shore 3 33 Office
    ");
    // Everything below is incremental: a joiner, one who marries, one who changes unit and team, one who leaves.
    assert_eq!(company.run("Hour"), "completed completed unchanged not-launched 0/0/0", "the accounts come back");
    assert_eq!(company.counter("Hour_Model", "verified"), 3);
    assert_eq!(company.run("Hour"), "not-launched not-launched unchanged not-launched 0/0/0");

    company.people("1,Ana,Meyer,Deck,Crew,11\n2,Bo,Lund,Shore,Office,22\n4,Di,Voss,Deck,Crew,\n");
    assert_eq!(company.run("Hour"), "completed completed completed completed 1/2/1");
    insta::assert_snapshot!(company.accounts(), @r"
    cn=Ana Meyer,ou=Deck 1 11 Crew
    cn=Bo Lund,ou=Shore 2 22 Office
    cn=Di Voss,ou=Deck 4 - Crew
    ");
    assert_eq!(company.run("Hour"), "completed completed unchanged not-launched 0/0/0");
    let written = company.written();
    assert_eq!(company.run("Hour"), "not-launched not-launched unchanged not-launched 0/0/0");
    assert_eq!(company.run("Night"), "unchanged unchanged unchanged not-launched 0/0/0", "nothing is left to do");
    assert_eq!(company.written(), written);
    for (change, times) in [("add cn=Ana Roux", 1), ("add cn=Di Voss", 1), ("modrdn cn=Ana Roux", 1), ("delete cn=Cy Hale", 1)] {
        assert_eq!(written.iter().filter(|line| *line == change).count(), times, "{change} in {written:?}");
    }
}

#[test]
fn what_is_changed_by_hand_is_told_and_not_overwritten() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    company.run("Night");
    let dn = format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}");
    company.modify(&dn, &[Change::Replace("telephoneNumber".to_owned(), vec![b"99".to_vec()])]);
    assert_eq!(company.run("Hour"), "unchanged completed unchanged not-launched 0/0/0");
    assert_eq!(company.counter("Hour_Model", "nonconforming"), 1);
    assert!(company.accounts().contains("cn=Bo Lund,ou=Deck 2 99 Crew"), "{}", company.accounts());
    // What people's data asks for anew is done, the rest stays.
    company.people("1,Ana,Roux,Deck,Crew,11\n2,Bo,Lund,Shore,Crew,22\n3,Cy,Hale,Shore,Office,33\n");
    assert_eq!(company.run("Hour"), "unchanged completed completed completed 0/1/0");
    assert!(company.accounts().contains("cn=Bo Lund,ou=Shore 2 99 Crew"), "{}", company.accounts());
}

#[test]
fn a_directory_that_is_down_loses_no_order() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    company.slapd.kill();
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    let message = company.message("Night");
    assert!(message.starts_with("0 orders executed; 3 orders wait for the next run: ldap://127.0.0.1:"), "{message}");
    assert_eq!(company.states(), [2, 2, 2]);
    company.slapd.restart();
    let again = company.project.run(&["run", "--resume", "-q"]);
    assert_eq!(again.code, Some(0), "{again} {}", company.message("Night"));
    assert_eq!(company.states(), [8, 8, 8]);
    assert_eq!(company.written().iter().filter(|line| line.starts_with("add")).count(), 3);
}

#[test]
fn a_wrong_password_is_told_and_loses_no_order() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    company.settle(20, "not-the-one");
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    let message = company.message("Night");
    assert!(message.contains("3 orders wait for the next run: the directory answers 49 (invalid credentials)"), "{message}");
    assert!(message.contains("check Login") && !message.contains("not-the-one"), "{message}");
    assert_eq!(company.states(), [2, 2, 2]);
    company.settle(20, PASSWORD);
    assert_eq!(company.fulfil().code, Some(0));
    assert_eq!(company.states(), [8, 8, 8]);
}

#[test]
fn a_directory_that_does_not_answer_is_given_up_in_time() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    company.settle(1, PASSWORD);
    company.slapd.freeze();
    let failed = company.fulfil();
    company.slapd.thaw();
    assert_eq!(failed.code, Some(10), "{failed}");
    assert!(company.message("Night").contains("no answer within 1 second"), "{}", company.message("Night"));
    assert_eq!(company.fulfil().code, Some(0));
    assert_eq!(company.states(), [8, 8, 8]);
    assert_eq!(company.written().iter().filter(|line| line.starts_with("add")).count(), 3);
}

#[test]
fn a_limit_of_the_directory_stops_the_export_and_deletes_nobody() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    company.run("Night");
    let accounts = company.accounts();
    let settings = company.project.read("conf/appsettings.agent.json");
    let limited = settings
        .replace("\"TimeOut\"", "\"SizeLimit\": 2, \"TimeOut\"")
        .replace("\"Controls\": [\"PagedResult\"]", "\"Controls\": []");
    fs::write(company.project.path("conf/appsettings.agent.json"), limited).unwrap();
    company.people("1,Ana,Roux,Deck,Crew,12\n2,Bo,Lund,Deck,Crew,22\n3,Cy,Hale,Shore,Office,33\n");
    let warned = company.project.run(&["run", "conf", "--job", "Night", "-q", "--fail-on", "warning"]);
    company.runs += 1;
    assert_eq!(warned.code, Some(11), "{warned}");
    let shown = company.project.show(company.runs);
    let export = task(&shown, "Night_E2");
    assert_eq!(export["state"], "warning");
    assert!(export["message"].as_str().unwrap().contains("4 (size limit exceeded)"), "{export}");
    // What people's data asks for is done all the same, and nothing else.
    assert_eq!(company.ended("Night"), "unchanged completed completed completed 0/1/0");
    assert_eq!(company.accounts(), accounts.replace(" 11 ", " 12 "));
}

#[test]
fn an_entry_that_is_there_already_is_taken_or_told() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    // One as it is to be, one of somebody else.
    let entry = |name: &str, uid: &str, phone: &str| {
        let values = [("objectClass", "inetOrgPerson"), ("cn", name), ("sn", "Roux"), ("uid", uid), ("telephoneNumber", phone)];
        values.map(|(name, value)| (name.to_owned(), vec![value.as_bytes().to_vec()])).to_vec()
    };
    let mut client = company.slapd.client();
    client.add(&format!("cn=Ana Roux,ou=Deck,ou=people,{SUFFIX}"), &entry("Ana Roux", "1", "11")).unwrap();
    client.add(&format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}"), &entry("Bo Lund", "77", "22")).unwrap();
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    assert_eq!(company.states(), [8, 3, 8]);
    let message = company.message("Night");
    assert!(message.contains("2 orders executed, 1 refused"), "{message}");
    assert!(message.contains("cn=Bo Lund,ou=Deck,ou=people,dc=skerrylight,dc=example is there already"), "{message}");
    assert!(company.accounts().contains("cn=Ana Roux,ou=Deck 1 11 Crew"));
    assert_eq!(company.written().iter().filter(|line| **line == "add cn=Ana Roux").count(), 1);
}

#[test]
fn an_entry_that_is_gone_is_deleted_already_and_cannot_be_changed() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    company.run("Night");
    company.people("2,Bo,Lund,Deck,Crew,44\n3,Cy,Hale,Shore,Office,33\n");
    company.orders();
    let mut client = company.slapd.client();
    client.delete(&format!("cn=Ana Roux,ou=Deck,ou=people,{SUFFIX}"), false).unwrap();
    client.delete(&format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}"), false).unwrap();
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    let message = company.message("Night");
    assert!(message.contains("1 orders executed, 1 refused") && message.contains("does not exist any more"), "{message}");
    // The next synchronization takes note, and the one who is to have an account gets one.
    assert_eq!(company.run("Night"), "completed completed completed completed 1/0/0");
    assert_eq!(company.run("Night").split(' ').nth(2), Some("unchanged"));
    assert!(company.accounts().contains("cn=Bo Lund,ou=Deck 2 44 Crew"), "{}", company.accounts());
}

#[test]
fn a_process_that_is_killed_anywhere_in_fulfilment_ends_with_every_order_executed_once() {
    let Some(template) = Company::new() else { return };
    drop(template);
    let mut point = 0;
    loop {
        point += 1;
        let Some(mut company) = Company::new() else { return };
        company.orders();
        let mut command = company.project.command(&FULFIL);
        let killed = command.env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        if killed.status.code().is_some() {
            break;
        }
        company.finish();
        assert_eq!(company.states(), [8, 8, 8], "killed at point {point}");
        let adds = company.written();
        assert_eq!(adds.iter().filter(|line| line.starts_with("add")).count(), 3, "killed at point {point}: {adds:?}");
    }
    assert!(point > 5, "only {point} points were passed");
}

#[test]
fn a_process_that_is_killed_between_two_orders_goes_on_where_it_was() {
    for number in [1, 20, 45, 70] {
        let Some(mut company) = Company::new() else { return };
        company.many();
        company.orders();
        let mut child = company.project.command(&FULFIL).spawn().unwrap();
        company.until_written(number, || child.try_wait().unwrap().is_some());
        child.kill().unwrap();
        child.wait_with_output().unwrap();
        company.finish();
        company.all_executed_once(&format!("killed after {number} writes"));
    }
}

#[test]
fn a_directory_that_goes_down_in_the_middle_keeps_what_was_done() {
    let Some(mut company) = Company::new() else { return };
    company.many();
    company.orders();
    let mut child = company.project.command(&FULFIL).spawn().unwrap();
    company.until_written(15, || child.try_wait().unwrap().is_some());
    company.slapd.kill();
    let code = child.wait().unwrap().code();
    company.runs += 1;
    assert_eq!(code, Some(10), "{}", company.message("Night"));
    let (states, message) = (company.states(), company.message("Night"));
    let executed = states.iter().filter(|state| **state == 8).count();
    assert!(executed > 5 && executed < MANY && !states.contains(&3), "{states:?}");
    assert!(
        message.starts_with(&format!("{executed} orders executed; {} orders wait for the next run: ", MANY - executed)),
        "{message}"
    );
    let results = company.project.read(".jobwright/store-work/FulfillResults/Night_Fulfil.csv");
    assert_eq!(results.lines().filter(|line| line.ends_with("executed,")).count(), executed);
    company.slapd.restart();
    let again = company.project.run(&["run", "--resume", "-q"]);
    assert_eq!(again.code, Some(0), "{again}");
    company.all_executed_once("the directory was down");
}

#[test]
fn a_password_is_in_the_directory_and_nowhere_else() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    let mut passwords = Vec::new();
    let search = Search::below(SUFFIX, "(userPassword=*)", &["userPassword"]);
    let mut client = company.slapd.client();
    client
        .search::<LdapFailure>(&search, |entry| {
            passwords.push(entry.text("userPassword").unwrap().to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(passwords.len(), 3);
    assert!(passwords.iter().all(|password| password.len() == 24));
    passwords.push(PASSWORD.to_owned());
    let mut searched = 0;
    let mut folders = vec![company.project.path(".jobwright")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            searched += bytes.len();
            for password in &passwords {
                assert!(!bytes.windows(password.len()).any(|window| window == password.as_bytes()), "{}", path.display());
            }
        }
    }
    assert!(searched > 10_000);
    let shown = company.project.run(&["show", "1", "--format", "json"]);
    let logs = company.project.run(&["logs", "1", "Night_Fulfil"]);
    assert!(passwords.iter().all(|password| !format!("{shown}{logs}").contains(password)));
    assert!(company.message("Night").ends_with("3 passwords were set, and mailed to nobody"), "{}", company.message("Night"));
}

#[test]
fn settings_are_judged_before_the_job_starts() {
    let Some(company) = Company::new() else { return };
    company.project.replace("conf/appsettings.agent.json", "\"IsLdapPasswordReset\": true", "\"IsLdapPasswordReset\": false");
    let refused = company.project.run(&["run", "conf", "--job", "Night"]);
    assert_eq!(refused.code, Some(6), "{refused}");
    let told = refused.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert!(told.contains("appsettings.agent.json:2:"), "{refused}");
    assert!(told.contains("IsLdapPasswordReset of connection DirLdap: it is not true, and resource type Account"), "{refused}");
}

/// People where there have to be many.
const MANY: usize = 40;

const FULFIL: [&str; 7] = ["run", "conf", "--job", "Night", "--only", "Night_Fulfil", "-q"];

impl Company {
    /// Everything up to the orders.
    fn orders(&mut self) {
        let prepared = self.project.run(&["run", "conf", "--job", "Night", "--to", "Night_Orders", "-q"]);
        assert_eq!(prepared.code, Some(0), "{prepared}");
        self.runs += 1;
    }

    /// Executes what is transmitted.
    fn fulfil(&mut self) -> Outcome {
        self.runs += 1;
        self.project.run(&FULFIL)
    }

    /// Goes on after a kill.
    fn finish(&mut self) {
        let runs = self.project.run(&["runs", "--format", "json"]).json();
        let last = runs["runs"][0].clone();
        let outcome =
            if last["state"] == "interrupted" { self.project.run(&["run", "--resume", "-q"]) } else { self.project.run(&FULFIL) };
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }

    /// More people, so that there is a middle.
    fn many(&self) {
        let row = |number: usize| format!("{number},P{number},Roux,Deck,Crew,\n");
        self.people(&(1..=MANY).map(row).collect::<String>());
    }

    /// Waits until the directory was written to so often, or until nobody writes any more.
    fn until_written(&self, number: usize, mut over: impl FnMut() -> bool) {
        while self.audited() < number && !over() {
            std::thread::yield_now();
        }
    }

    fn all_executed_once(&self, whence: &str) {
        assert_eq!(self.states(), [8; MANY], "{whence}");
        let written = self.written();
        assert_eq!(written.iter().filter(|line| line.starts_with("add")).count(), MANY, "{whence}: {written:?}");
        let members = self.accounts().lines().filter(|line| line.ends_with(" Crew")).count();
        assert_eq!((self.accounts().lines().count(), members), (MANY, MANY), "{whence}");
        // One for the entry, one for its membership; the server adds one to the entry by itself.
        let log = fs::read_to_string(self.project.path("audit.ldif")).unwrap();
        let memberships = log.lines().filter(|line| *line == "add: member").count();
        assert_eq!(memberships, MANY, "{whence}");
    }

    /// How often the directory was written to.
    fn audited(&self) -> usize {
        let log = fs::read_to_string(self.project.path("audit.ldif")).unwrap_or_default();
        log.lines().filter(|line| line.starts_with("dn: ")).count()
    }
}
