//! Exports of a real directory: what is read, what is told when it cannot be, and that reading changes alone comes to the
//! same as reading everything.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};

use jobwright::connectors::ldap::{Change, LdapClient, LdapFailure, Search, parent};

use crate::support::slapd::{ADMINISTRATOR, BASE, PASSWORD, SUFFIX, Slapd, Wanted};
use crate::support::{AGENT, Outcome, Project, content, copy, task};

const CONFIGURATION: &str = r#"
  <Connector Identifier="Dir" DisplayName_L1="Directory" Agent="Local" MaximumInsertedLines="LIMIT" MaximumUpdatedLines="0" MaximumDeletedLines="0" MaximumLinkInsertedLines="0" MaximumLinkDeletedLines="0" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" MaxLinkPercentageInsertedLines="0" MaxLinkPercentageDeletedLines="0" />
  <Connection Identifier="Directory" DisplayName_L1="Directory" Connector="Dir" Package="Usercube.LDAP@0000001" />
  <EntityType Identifier="Entry" DisplayName_L1="Entry">
    <Property Identifier="entryId" DisplayName_L1="entry" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="dn" DisplayName_L1="dn" IsKey="true" TargetColumnIndex="5" Type="String" />
    <Property Identifier="mail" DisplayName_L1="mail" TargetColumnIndex="6" Type="String" />
    <Property Identifier="photo" DisplayName_L1="photo" TargetColumnIndex="7" Type="String" />
    <Property Identifier="EXTRA" DisplayName_L1="extra" TargetColumnIndex="8" Type="String" />
    <Property Identifier="parent" DisplayName_L1="parent" Type="ForeignKey" TargetColumnIndex="128" />
    <Property Identifier="children" DisplayName_L1="children" Type="ForeignKey" />
    <Property Identifier="members" DisplayName_L1="members" Type="ForeignKey" />
    <Property Identifier="groups" DisplayName_L1="groups" Type="ForeignKey" />
  </EntityType>
  <EntityTypeMapping Identifier="Entry" Connector="Dir" ConnectionTable="Directory_entries">
    <Property Identifier="entryId" ConnectionColumn="entryUUID" IsPrimaryKey="true" Format="guid" />
    <Property Identifier="dn" ConnectionColumn="dn" IsUniqueKey="true" />
    <Property Identifier="mail" ConnectionColumn="mail" Format="MultivaluedText" />
    <Property Identifier="photo" ConnectionColumn="jpegPhoto" Format="Binary" />
    <Property Identifier="EXTRA" ConnectionColumn="EXTRA" />
  </EntityTypeMapping>
  <EntityAssociation Identifier="Entry_Parent" DisplayName_L1="p" IsProperty1Collection="true" Property1="Entry:children" Property2="Entry:parent" />
  <EntityAssociation Identifier="Entry_Member" DisplayName_L1="m" IsProperty1Collection="true" IsProperty2Collection="true" Property1="Entry:members" Property2="Entry:groups" />
  <EntityAssociationMapping Identifier="Entry_Parent" Connector="Dir" ConnectionTable="Directory_entries" Column1="parentdn" EntityPropertyMapping1="Entry:dn" Column2="dn" EntityPropertyMapping2="Entry:dn" />
  <EntityAssociationMapping Identifier="Entry_Member" Connector="Dir" ConnectionTable="Directory_member.csv" Column1="dn" EntityPropertyMapping1="Entry:dn" Column2="member" EntityPropertyMapping2="Entry:dn" />
  <Job Identifier="All" DisplayName_L1="All" Agent="Local">
    <ExportTask Identifier="AE" DisplayName_L1="e" Agent="Local" Connection="Directory" OpenIdClient="Job" IgnoreCookieFile="true" />
    <PrepareSynchronizationTask Identifier="AP" DisplayName_L1="p" Agent="Local" Connector="Dir" OpenIdClient="Job" SynchronizationMode="Complete"><TaskDependsOnTask ParentTask="AE" /></PrepareSynchronizationTask>
    <SynchronizeTask Identifier="AS" DisplayName_L1="s" Connector="Dir"><TaskDependsOnTask ParentTask="AP" /></SynchronizeTask>
  </Job>
  <Job Identifier="Changes" DisplayName_L1="Changes" Agent="Local" IsIncremental="true">
    <ExportTask Identifier="CE" DisplayName_L1="e" Agent="Local" Connection="Directory" OpenIdClient="Job" />
    <PrepareSynchronizationTask Identifier="CP" DisplayName_L1="p" Agent="Local" Connector="Dir" OpenIdClient="Job" SynchronizationMode="Incremental"><TaskDependsOnTask ParentTask="CE" /></PrepareSynchronizationTask>
    <SynchronizeTask Identifier="CS" DisplayName_L1="s" Connector="Dir" DoNotDeleteChanges="true"><TaskDependsOnTask ParentTask="CP" /></SynchronizeTask>
    <SetRecentlyModifiedFlagTask Identifier="CF" DisplayName_L1="f"><TaskDependsOnTask ParentTask="CS" /></SetRecentlyModifiedFlagTask>
  </Job>
"#;

const TABLES: &str = r#"{"Table": "entries", "BaseDN": "dc=skerrylight,dc=example", "Filter": "(objectClass=*)"},
  {"Table": "member", "BaseDN": "ou=groups,dc=skerrylight,dc=example", "Filter": "(objectClass=groupOfNames)", "Scope": "OneLevel"}"#;

/// A project that reads a directory; `extra` is one attribute more, `limit` how many new entries block.
fn project(connection: &str, extra: &str, limit: u32) -> Project {
    let configuration = format!("{AGENT}{CONFIGURATION}").replace("EXTRA", extra).replace("LIMIT", &limit.to_string());
    Project::new()
        .configuration("conf/All.xml", &configuration)
        .file("conf/appsettings.agent.json", format!("{{\"Connections\": {{\"Directory\": {connection}}}}}"))
}

fn run(project: &Project, job: &str) -> Outcome {
    project.run(&["run", "conf", "--job", job, "-q"])
}

/// Runs a job that must end well; how the export ended, and what it said.
fn exported(project: &Project, job: &str) -> String {
    let outcome = project.run(&["run", "conf", "--job", job]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let latest = project.run(&["runs", "--format", "json"]).json();
    let number = latest["runs"][0]["id"].as_u64().unwrap();
    let shown = project.show(u32::try_from(number).unwrap());
    let export = task(&shown, if job == "All" { "AE" } else { "CE" }).clone();
    let said = export["message"].as_str().unwrap_or_default().split(" of ldap").next().unwrap_or_default().to_owned();
    format!("{}: {said}", export["state"].as_str().unwrap())
}

fn text(values: &[&str]) -> Vec<Vec<u8>> {
    values.iter().map(|value| value.as_bytes().to_vec()).collect()
}

fn dn(uid: &str) -> String {
    format!("uid={uid},ou=people,{SUFFIX}")
}

fn add_person(client: &mut LdapClient, uid: &str) {
    let attributes = [("objectClass", "inetOrgPerson"), ("uid", uid), ("cn", uid), ("sn", "Roux")];
    client.add(&dn(uid), &attributes.map(|(name, value)| (name.to_owned(), text(&[value])))).unwrap();
}

fn group(name: &str) -> String {
    format!("cn={name},ou=groups,{SUFFIX}")
}

fn add_group(client: &mut LdapClient, name: &str) {
    let attributes = [("objectClass", "groupOfNames"), ("cn", name), ("member", ADMINISTRATOR)];
    client.add(&group(name), &attributes.map(|(name, value)| (name.to_owned(), text(&[value])))).unwrap();
}

fn join(client: &mut LdapClient, group: &str, member: &str) {
    client.modify(group, &[Change::Add("member".to_owned(), text(&[member]))], true).unwrap();
}

#[test]
fn entries_links_and_values_of_every_kind_are_exported() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let mut client = slapd.client();
    add_person(&mut client, "ana");
    add_person(&mut client, "bo");
    let mails = Change::Add("mail".to_owned(), text(&["z@x.example", "A@x.example"]));
    client.modify(&dn("ana"), &[mails, Change::Add("jpegPhoto".to_owned(), vec![vec![0xff, 0xd8]])], false).unwrap();
    add_group(&mut client, "keepers");
    join(&mut client, &group("keepers"), &dn("bo"));
    let project = project(&slapd.connection(TABLES, 20), "memberOf", 0);
    assert_eq!(exported(&project, "All"), "completed: 8 rows");
    let entries = project.read(".jobwright/store-work/ExportOutput/Directory_entries.csv");
    assert!(entries.starts_with("dn,entryUUID,jpegPhoto,mail,memberOf,parentdn\n"), "{entries}");
    assert!(entries.contains("/9g=,\"A@x.example\nz@x.example\",,\"ou=people,dc=skerrylight,dc=example\""), "{entries}");
    assert!(entries.contains(&format!("\"{}\"", group("keepers"))), "bo is a member: {entries}");
    let links = project.read(".jobwright/store-work/ExportOutput/Directory_member.csv");
    assert_eq!(links, format!("dn,member\n\"{0}\",\"{ADMINISTRATOR}\"\n\"{0}\",\"{1}\"\n", group("keepers"), dn("bo")));
    assert_eq!(
        exported(&project, "Changes"),
        "unchanged: ldap://127.0.0.1".split(": ").next().unwrap().to_owned() + ": " + &said(&slapd)
    );
}

/// What an export says that found nothing new.
fn said(slapd: &Slapd) -> String {
    format!("{} holds what was last synchronized", slapd.url())
}

/// A sequence of numbers that looks random and is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// Names of the entries that a filter finds.
fn found(client: &mut LdapClient, filter: &str) -> Vec<String> {
    let mut names = Vec::new();
    client
        .search::<LdapFailure>(&Search::below(SUFFIX, filter, &["1.1"]), |entry| {
            names.push(entry.dn);
            Ok(())
        })
        .unwrap();
    names.sort();
    names
}

/// Does something to the directory that people and programs do; a mild thing deletes and renames nothing.
fn step(client: &mut LdapClient, dice: &mut Dice, number: usize, mild: bool) {
    let people = found(client, "(objectClass=inetOrgPerson)");
    let groups = found(client, "(objectClass=groupOfNames)");
    let person = people[dice.roll(people.len())].clone();
    let group = groups[dice.roll(groups.len())].clone();
    match dice.roll(if mild { 7 } else { 12 }) {
        0 => add_person(client, &format!("new{number}")),
        1 => add_group(client, &format!("team{number}")),
        2 | 3 => client
            .modify(&person, &[Change::Replace("mail".to_owned(), text(&[&format!("m{number}@x.example")]))], false)
            .unwrap(),
        4 | 5 => join(client, &group, &person),
        6 => drop(client.modify(&group, &[Change::Delete("member".to_owned(), text(&[&person]))], true)),
        7 if people.len() > 3 => client.delete(&person, false).unwrap(),
        8 => client.modify_dn(&person, &format!("uid=named{number}"), true, None).unwrap(),
        9 if groups.len() > 2 => client.delete(&group, false).unwrap(),
        _ => {
            // The folder of people gets another name, and with it everybody in it.
            let folder = parent(&person).to_owned();
            client.modify_dn(&folder, &format!("ou=people{number}"), true, None).unwrap();
            client.modify_dn(&format!("ou=people{number},{SUFFIX}"), "ou=people", true, None).unwrap();
            client.modify_dn(&person, &format!("uid=moved{number}"), true, Some(&format!("ou=groups,{SUFFIX}"))).unwrap();
            client
                .modify_dn(
                    &format!("uid=moved{number},ou=groups,{SUFFIX}"),
                    &format!("uid=moved{number}"),
                    true,
                    Some(&format!("ou=people,{SUFFIX}")),
                )
                .unwrap();
        }
    }
}

/// Waits until no group has a member that is not there: the server brings members up to date a moment after a rename. After
/// several renames in a row it may leave one, so that the wait has an end.
fn settle(client: &mut LdapClient) {
    for _ in 0..100 {
        let there = found(client, "(objectClass=*)");
        let mut dangling = false;
        client
            .search::<LdapFailure>(&Search::below(SUFFIX, "(objectClass=groupOfNames)", &["member"]), |entry| {
                let members = entry.values("member").iter().map(|member| String::from_utf8(member.clone()).unwrap());
                dangling |= members.filter(|member| member != ADMINISTRATOR).any(|member| !there.contains(&member));
                Ok(())
            })
            .unwrap();
        if !dangling {
            return;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
}

/// After any steps, reading changes alone makes the same store as reading everything.
fn incremental_equals_complete(slapd: &Slapd, extra: &str, seed: u64, rounds: usize) -> usize {
    let mut client = slapd.client();
    for name in ["ana", "bo", "cy", "di"] {
        add_person(&mut client, name);
    }
    add_group(&mut client, "keepers");
    add_group(&mut client, "crew");
    join(&mut client, &group("crew"), &dn("ana"));
    let project = project(&slapd.connection(TABLES, 20), extra, 0);
    exported(&project, "All");
    let mut dice = Dice(seed);
    let mut by_changes = 0;
    for round in 0..rounds {
        let mild = dice.roll(3) > 0;
        for number in 0..=dice.roll(3) {
            step(&mut client, &mut dice, round * 10 + number, mild);
        }
        settle(&mut client);
        // The same store, once brought up to date by everything and once by changes.
        let other = project.path(&format!("other{round}"));
        copy(&project.path(".jobwright"), &other);
        let store = other.join("store.db").display().to_string();
        let whole = project.run(&["run", "conf", "--job", "All", "-q", "--store", &store]);
        assert_eq!(whole.code, Some(0), "{whole}");
        let said = exported(&project, "Changes");
        by_changes += usize::from(said.contains(" changed entr"));
        assert_eq!(project.content(), content(&other.join("store.db")), "round {round}: {said}");
        std::fs::remove_dir_all(other).unwrap();
    }
    by_changes
}

#[test]
fn changes_by_synchronization_come_to_the_same_as_everything() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let by_changes = incremental_equals_complete(&slapd, "sn", 7, 14);
    assert!(by_changes > 2, "{by_changes} rounds were read by their changes");
}

#[test]
fn changes_by_listing_come_to_the_same_as_everything() {
    let Some(slapd) = Slapd::wanted(&Wanted { synchronizes: false, ..Wanted::default() }) else { return };
    let by_changes = incremental_equals_complete(&slapd, "sn", 11, 14);
    assert!(by_changes > 2, "{by_changes} rounds were read by their changes");
}

#[test]
fn attributes_that_the_server_computes_are_read_anew() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    assert_eq!(incremental_equals_complete(&slapd, "memberOf", 3, 6), 0);
}

#[test]
fn a_delta_that_was_not_consumed_is_computed_again() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let project = project(&slapd.connection(TABLES, 20), "sn", 4);
    exported(&project, "All");
    let mut client = slapd.client();
    add_person(&mut client, "a");
    let prepared = project.run(&["run", "conf", "--job", "Changes", "--to", "CP", "-q"]);
    assert_eq!(prepared.code, Some(0), "{prepared}");
    // The directory has nothing new since, and the store still lacks what it had.
    assert_eq!(exported(&project, "Changes"), "completed: 4 rows, with 0 changed entries");
    assert_eq!(task(&project.show(3), "CS")["counters"]["inserted"], 1);
    assert_eq!(exported(&project, "Changes"), format!("unchanged: {}", said(&slapd)));

    for uid in ["b", "c", "d", "e", "f"] {
        add_person(&mut client, uid);
    }
    let blocked = project.run(&["run", "conf", "--job", "Changes"]);
    assert_eq!(blocked.code, Some(12), "{blocked}");
    client.delete(&dn("b"), false).unwrap();
    client.delete(&dn("c"), false).unwrap();
    assert_eq!(exported(&project, "All"), "completed: 7 rows");
    assert_eq!(task(&project.show(6), "AS")["counters"]["inserted"], 3);
}

#[test]
fn what_a_cookie_stands_for_being_gone_everything_is_read() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let project = project(&slapd.connection(TABLES, 20), "sn", 0);
    exported(&project, "All");
    let mut client = slapd.client();
    add_person(&mut client, "ana");
    assert_eq!(exported(&project, "Changes"), "completed: 4 rows, with 1 changed entry");
    let spoil = |sql: &str| {
        let store = rusqlite::Connection::open(project.path(".jobwright/store.db")).unwrap();
        assert_eq!(store.execute(sql, []).unwrap(), 2);
    };
    for (number, sql) in [
        "UPDATE directory_snapshot SET cookie = CAST('rid=000,csn=19990101000000.000000Z#000000#000#000000' AS BLOB)",
        "UPDATE directory_snapshot SET cookie = x'00ff'",
        "UPDATE directory_snapshot SET server = 'ldap://elsewhere:389'",
        "UPDATE directory_snapshot SET file = 'gone.snapshot'",
        "UPDATE directory_snapshot SET content = 'damaged'",
    ]
    .into_iter()
    .enumerate()
    {
        spoil(sql);
        add_person(&mut client, &format!("p{number}"));
        let said = exported(&project, "Changes");
        assert!(said.starts_with(&format!("completed: {} rows", 5 + number)), "{sql}: {said}");
    }
    assert_eq!(exported(&project, "Changes"), format!("unchanged: {}", said(&slapd)));
}

/// Runs the complete job, which must fail; what it says, and that no table was touched.
fn failing(project: &Project) -> String {
    let table = project.path(".jobwright/store-work/ExportOutput/Directory_entries.csv");
    let before = std::fs::read(&table).ok();
    let outcome = project.run(&["run", "conf", "--job", "All"]);
    assert_eq!(outcome.code, Some(10), "{outcome}");
    assert_eq!(std::fs::read(&table).ok(), before);
    assert!(!outcome.to_string().contains(PASSWORD));
    unwrapped(&outcome)
}

/// What was said, without the ends of lines that depend on the width.
fn unwrapped(outcome: &Outcome) -> String {
    outcome.to_string().replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_directory_that_refuses_or_is_gone_is_an_error_that_says_what_to_do() {
    let people: String = (0..3000)
        .map(|n| format!("\ndn: uid=p{n},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: p{n}\ncn: p{n}\nsn: p\n"))
        .collect();
    let reader = format!(
        "\ndn: cn=reader,{SUFFIX}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: {PASSWORD}\n"
    );
    let wanted = Wanted { content: &format!("{BASE}{reader}{people}"), more: "sizelimit 50", ..Wanted::default() };
    let Some(mut slapd) = Slapd::wanted(&wanted) else { return };
    let connection = slapd.connection(TABLES, 3);
    let with = |connection: &str| project(connection, "sn", 0);

    let said = failing(&with(&connection.replace(PASSWORD, "wrong").replace(ADMINISTRATOR, &dn("p1"))));
    assert!(said.contains("49 (invalid credentials)") && said.contains("check Login"), "{said}");
    let said = failing(&with(&connection.replace(ADMINISTRATOR, &format!("cn=reader,{SUFFIX}"))));
    assert!(said.contains("4 (size limit exceeded)") && said.contains("raise SizeLimit"), "{said}");
    let said = failing(&with(&connection.replace("\"BaseDN\": \"ou=groups,", "\"BaseDN\": \"ou=nowhere,")));
    assert!(said.contains("32 (no such object)") && said.contains("check BaseDN"), "{said}");

    // The connection breaks after the first pages.
    let project = with(&connection);
    exported(&project, "All");
    let cut = cutting(&slapd, 200_000);
    let settings = project.read("conf/appsettings.agent.json");
    let through =
        |url: &str| std::fs::write(project.path("conf/appsettings.agent.json"), settings.replace(&slapd.url(), url)).unwrap();
    through(&cut);
    let said = failing(&project);
    assert!(said.contains("cannot be reached: the connection was closed") && said.contains("see that the server runs"), "{said}");
    through(&slapd.url());

    slapd.freeze();
    let said = failing(&project);
    assert!(said.contains("no answer within 3 seconds"), "{said}");
    slapd.thaw();
    slapd.kill();
    let said = failing(&project);
    assert!(said.contains("cannot be reached"), "{said}");
    slapd.restart();
    exported(&project, "All");
}

/// The address of something that passes on to the directory and breaks every connection after so many bytes of answers.
fn cutting(slapd: &Slapd, bytes: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let target = slapd.url().trim_start_matches("ldap://").to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let server = TcpStream::connect(&target).unwrap();
            let (mut from, mut to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            std::thread::spawn(move || drop(std::io::copy(&mut from, &mut to)));
            let (mut client, mut server) = (client, server.take(bytes));
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = server.read(&mut buffer)
                && client.write_all(&buffer[..read]).is_ok()
            {}
            drop(client.shutdown(Shutdown::Both));
        }
    });
    format!("ldap://{address}")
}

#[test]
fn an_encrypted_directory_is_read_where_its_certificate_is_trusted() {
    let Some(slapd) = Slapd::wanted(&Wanted { encrypted: true, ..Wanted::default() }) else { return };
    let project = project(&slapd.connection(TABLES, 20), "sn", 0);
    let run = |file: Option<std::path::PathBuf>| {
        let mut command = project.command(&["run", "conf", "--job", "All", "-q"]);
        if let Some(file) = file {
            command.env("SSL_CERT_FILE", file);
        }
        command.output().unwrap().status.code()
    };
    assert_eq!(run(None), Some(10));
    assert_eq!(run(Some(slapd.certificate())), Some(0));
    // It names localhost alone.
    project.replace("conf/appsettings.agent.json", "ldaps://localhost", "ldaps://127.0.0.1");
    assert_eq!(run(Some(slapd.certificate())), Some(10));
    let shown = project.show(3);
    let told = task(&shown, "AE")["message"].as_str().unwrap();
    assert!(told.contains("is not trusted: it is made for other names (write the host into Server as the certificate"), "{told}");
}

#[test]
fn settings_are_judged_before_the_job_starts() {
    for (connection, expected) in [
        (r#"{"Servers": [{"Server": "x"}]}"#, "AuthType of connection Directory: it is not set, which means Negotiate"),
        (r#"{"Server": "x"}"#, "unknown setting Server of connection Directory; did you mean Servers?"),
        (
            r#"{"Servers": [{"Server": "x", "AuthType": "Anonymous"}], "Tables": [{"Table": "entries", "BaseDN": "dc=x"}]}"#,
            "table entries of connection Directory has no Filter",
        ),
        (
            r#"{"Servers": [{"Server": "x", "AuthType": "Anonymous"}], "Tables": [{"Table": "entries", "BaseDN": "dc=x", "Filter": "(cn=*)"}]}"#,
            "the settings of connection Directory list no table member",
        ),
    ] {
        let project = project(connection, "sn", 0);
        let outcome = run(&project, "All");
        assert!(unwrapped(&outcome).contains(expected), "{outcome}");
        assert!(!project.path(".jobwright/store-work/ExportOutput").exists());
    }
}
