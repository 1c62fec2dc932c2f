//! Exports that are large enough for an incremental run to keep what has changed beside the file it was compared with.

use std::fmt::Write as _;
use std::fs;

use crate::support::{Project, copy, task};

/// People; some 1.5 MB of them.
const PEOPLE: u32 = 6_000;

const CONFIGURATION: &str = r#"
  <Agent Identifier="Quay" DisplayName_L1="Quay" />
  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" Profile="Administrator" />
  <Connector Identifier="Crew" DisplayName_L1="Crew" Agent="Quay" MaximumInsertedLines="0" MaximumUpdatedLines="0"
    MaximumDeletedLines="0" MaximumLinkInsertedLines="0" MaximumLinkDeletedLines="0" />
  <Connection Identifier="CrewPeople" DisplayName_L1="People" Connector="Crew" Package="Usercube.CSV@0000001" />
  <Connection Identifier="CrewLinks" DisplayName_L1="Links" Connector="Crew" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Crew_Person" DisplayName_L1="Person">
    <Property Identifier="Code" DisplayName_L1="Code" TargetColumnIndex="4" Type="String" IsKey="true" />
    <Property Identifier="Name" DisplayName_L1="Name" TargetColumnIndex="5" Type="String" />
    <Property Identifier="Remark" DisplayName_L1="Remark" TargetColumnIndex="6" Type="String" />
    <Property Identifier="Deputies" DisplayName_L1="Deputies" Type="ForeignKey" />
    <Property Identifier="DeputyOf" DisplayName_L1="Deputy of" Type="ForeignKey" />
  </EntityType>
  <EntityAssociation Identifier="Crew_Deputy" DisplayName_L1="Deputy" IsProperty1Collection="true"
    IsProperty2Collection="true" Property1="Crew_Person:Deputies" Property2="Crew_Person:DeputyOf" />
  <EntityTypeMapping Identifier="Crew_Person" Connector="Crew" ConnectionTable="CrewPeople">
    <Property Identifier="Code" ConnectionColumn="code" IsPrimaryKey="true" />
    <Property Identifier="Name" ConnectionColumn="name" />
    <Property Identifier="Remark" ConnectionColumn="remark" />
  </EntityTypeMapping>
  <EntityAssociationMapping Identifier="Crew_Deputy" Connector="Crew" ConnectionTable="CrewLinks" Column1="person"
    EntityPropertyMapping1="Crew_Person:Code" Column2="deputy" EntityPropertyMapping2="Crew_Person:Code" />
"#;

fn job(mode: &str) -> String {
    let complete = mode == "Complete";
    let (incremental, ignore) = if complete { ("", "IgnoreCookieFile=\"true\"") } else { ("IsIncremental=\"true\"", "") };
    let keep = if complete { "" } else { "DoNotDeleteChanges=\"true\"" };
    format!(
        r#"<Job Identifier="{mode}" DisplayName_L1="{mode}" Agent="Quay" {incremental}>
          <ExportTask Identifier="{mode}_People" DisplayName_L1="People" Agent="Quay" Connection="CrewPeople" OpenIdClient="Job"
            Level="0" {ignore} />
          <ExportTask Identifier="{mode}_Links" DisplayName_L1="Links" Agent="Quay" Connection="CrewLinks" OpenIdClient="Job"
            Level="0" {ignore} />
          <PrepareSynchronizationTask Identifier="{mode}_Prepare" DisplayName_L1="Prepare" Agent="Quay" Connector="Crew"
            OpenIdClient="Job" Level="1" SynchronizationMode="{mode}" />
          <SynchronizeTask Identifier="{mode}_Synchronize" DisplayName_L1="Synchronize" Connector="Crew" Level="2" {keep} />
        </Job>"#
    )
}

/// A company whose people are as they are after so many rounds of changes.
fn company(round: u32) -> Project {
    let settings = r#"{"Connections": {"CrewPeople": {"Path": "people.csv", "Separator": ","},
        "CrewLinks": {"Path": "links.csv", "Separator": ","}}}"#;
    let project = Project::new()
        .configuration("crew.xml", &[CONFIGURATION, &job("Complete"), &job("Incremental")].concat())
        .file("appsettings.agent.json", settings);
    write(&project, round);
    project
}

/// In each round some people go, come, change and change back; a row moves, and one is written with quotation marks.
fn write(project: &Project, round: u32) {
    let (mut people, mut links) = ("remark,code,name,unmapped\n".to_owned(), "person,deputy\n".to_owned());
    let mut rows: Vec<u32> = (0..PEOPLE).filter(|number| number % 500 != 11 * round).collect();
    rows.extend((1..=round).map(|new| PEOPLE + new));
    rows.swap(17, 4_000 + round as usize);
    for number in rows {
        let state = if number % 400 < round { round + number % 2 } else { 0 };
        let remark = if number % 50 == 0 { format!("\"{}, \"\"{state}\"\"\"", "on leave ".repeat(20)) } else { "x".repeat(220) };
        let quote = if number == round { "\"" } else { "" };
        let unmapped = number + round * u32::from(number < 20);
        writeln!(people, "{remark},P{number:05},{quote}n{number}-{state}{quote},{unmapped}").unwrap();
        writeln!(links, "P{number:05},P{:05}", (number + 7 + u32::from(number % 300 < round)) % PEOPLE).unwrap();
    }
    fs::write(project.path("people.csv"), people).unwrap();
    fs::write(project.path("links.csv"), links).unwrap();
}

fn run(project: &Project, mode: &str) {
    let outcome = project.run(&["run", "crew.xml", "--job", mode]);
    assert_eq!(outcome.code, Some(0), "{mode}: {outcome}");
}

fn query(project: &Project, sql: &str) -> Vec<String> {
    let store = rusqlite::Connection::open(project.path(".jobwright/store.db")).unwrap();
    let mut statement = store.prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Resources and links by their keys, and what waits for a resource.
fn held(project: &Project) -> Vec<String> {
    query(
        project,
        "SELECT body FROM resource UNION ALL
         SELECT f.key || ' ' || t.key FROM link l JOIN resource f ON f.id = l.from_id JOIN resource t ON t.id = l.to_id
         UNION ALL SELECT first || ' waits for ' || second FROM orphan ORDER BY 1",
    )
}

/// Whether changes are kept beside the sorted file of people.
fn keeps_changes(project: &Project) -> bool {
    query(project, "SELECT file FROM reference WHERE mapping = 'entity_type:Crew_Person'")[0].ends_with(".sorted.delta")
}

/// Whether the numbers of the exported people and of the sorted ones can be compared: both begin with a mark and their keys.
fn are_comparable(project: &Project) -> bool {
    let work = project.path(".jobwright/store-work");
    let sorted = fs::read_dir(work.join("Collect/Crew")).unwrap().map(|entry| entry.unwrap().path());
    let mut sorted = sorted.filter(|file| file.to_string_lossy().ends_with(".rows"));
    let keys = |file| fs::read(file).ok().map(|bytes| bytes[16..32].to_vec());
    let exported = keys(work.join("ExportOutput/CrewPeople.rows"));
    exported.is_some() && exported == sorted.next().and_then(keys)
}

#[test]
fn incremental_runs_leave_what_a_complete_one_does() {
    let project = company(0);
    run(&project, "Complete");
    let files = || fs::read_dir(project.path(".jobwright/store-work/Collect/Crew")).unwrap().map(|entry| entry.unwrap().path());
    for round in 1..4 {
        // Where the numbers of the last export are gone, the next one is read.
        assert_eq!(are_comparable(&project), round < 3);
        if round == 2 {
            fs::remove_file(project.path(".jobwright/store-work/ExportOutput/CrewPeople.rows")).unwrap();
        }
        write(&project, round);
        run(&project, "Incremental");
        assert!(keeps_changes(&project), "round {round}");
        let fresh = company(round);
        run(&fresh, "Complete");
        assert_eq!(held(&project), held(&fresh), "round {round}");
        let shown = project.show(round + 1);
        let prepared = &task(&shown, "Incremental_Prepare")["counters"];
        assert_eq!(prepared["rows"], task(&fresh.show(1), "Complete_Prepare")["counters"]["rows"]);
        assert!(prepared["updated"].as_u64().unwrap() < 300, "round {round}: {prepared}");
        assert_eq!(project.run(&["store", "check"]).code, Some(0));
        // One sorted file and one of changes for people, their numbers, and the sorted file of links.
        let mut left: Vec<_> = files().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
        left.retain(|name| name.starts_with("Crew_Person"));
        assert_eq!(left.len(), 3, "{left:?}");
    }
    run(&project, "Incremental");
    let last = project.show(5);
    assert_eq!(task(&last, "Incremental_People")["state"], "unchanged");
    // Without the numbers everything is sorted, with the same result.
    files().filter(|file| file.to_string_lossy().ends_with(".rows")).for_each(|file| fs::remove_file(file).unwrap());
    write(&project, 4);
    run(&project, "Incremental");
    assert!(!keeps_changes(&project));
    let fresh = company(4);
    run(&fresh, "Complete");
    assert_eq!(held(&project), held(&fresh));
    run(&project, "Complete");
    assert_eq!(held(&project), held(&fresh));
}

#[test]
fn a_copy_of_a_store_has_the_kept_changes() {
    let project = company(0);
    run(&project, "Complete");
    write(&project, 1);
    run(&project, "Incremental");
    let outcome = project.run(&["store", "backup", "copy/store.db"]);
    assert_eq!(outcome.code, Some(0), "{outcome}");
    let copied = company(2);
    copy(&project.path("copy"), &copied.path(".jobwright"));
    write(&project, 2);
    for project in [&project, &copied] {
        run(project, "Incremental");
        assert!(keeps_changes(project));
    }
    assert_eq!(copied.content(), project.content());
}

#[test]
fn a_killed_run_goes_on_from_the_kept_changes() {
    let before = company(0);
    run(&before, "Complete");
    write(&before, 1);
    run(&before, "Incremental");
    write(&before, 2);
    let start = || {
        let project = Project::new();
        copy(&before.path("."), &project.path("."));
        project
    };
    let unbroken = start();
    run(&unbroken, "Incremental");
    for point in (2..).step_by(3) {
        let project = start();
        let arguments = ["run", "crew.xml", "--job", "Incremental"];
        let killed = project.command(&arguments).env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        if killed.status.code().is_some() {
            assert!(point > 20, "{point}");
            break;
        }
        // Before the run is on record there is nothing to go on with.
        let outcome = project.run(&["run", "--resume"]);
        if outcome.code != Some(0) {
            run(&project, "Incremental");
        }
        assert_eq!(project.content(), unbroken.content(), "killed at point {point}");
        assert_eq!(held(&project), held(&unbroken), "killed at point {point}");
    }
}
