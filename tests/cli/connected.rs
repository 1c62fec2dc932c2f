//! Jobs that reach databases, servers and scripts: people out of a database file, statements, calls over HTTP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::support::{Outcome, Project, task};

const MODEL: &str = r#"
  <Agent Identifier="Quay" DisplayName_L1="Quay" URI="http://localhost:6001" />
  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" Profile="Administrator" />
  <Connector Identifier="Crew" DisplayName_L1="Crew" Agent="Quay" MaximumInsertedLines="1000" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" />
  <Connection Identifier="CrewList" DisplayName_L1="Crew list" Connector="Crew" Package="Usercube.SQL@0000001" />
  <EntityType Identifier="Sailor" DisplayName_L1="Sailor">
    <Property Identifier="Number" DisplayName_L1="Number" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="Name" DisplayName_L1="Name" TargetColumnIndex="5" Type="String" />
    <Property Identifier="Mate" DisplayName_L1="Mate" TargetColumnIndex="6" Type="String" />
  </EntityType>
  <EntityTypeMapping Identifier="Sailor" Connector="Crew" ConnectionTable="CrewList">
    <Property Identifier="Number" ConnectionColumn="id" IsPrimaryKey="true" />
    <Property Identifier="Name" ConnectionColumn="name" />
  </EntityTypeMapping>
  <EntityPropertyExpression Identifier="Sailor_Mate" EntityType="Sailor" Property="Mate"
    Expression="C#:sailor:return queryHandler.Select&lt;Sailor&gt;(&quot;Select Name Where Number=\&quot;1\&quot;&quot;).FirstOrDefault()?.Name;" />
"#;

const VOYAGE: &str = r#"
  <Job Identifier="Voyage" DisplayName_L1="Voyage" Agent="Quay">
    <InvokeSqlCommandTask Identifier="Sign" DisplayName_L1="Sign on" Agent="Quay" OpenIdClient="Job" DatabaseIdentifier="Crew" Provider="SQLite" IsNotAQuery="true" SQLCommand="INSERT OR IGNORE INTO crew VALUES (3, 'Cy')" />
    <ExportTask Identifier="Export" DisplayName_L1="Export" Agent="Quay" Connection="CrewList" OpenIdClient="Job" />
    <PrepareSynchronizationTask Identifier="Prepare" DisplayName_L1="Prepare" Agent="Quay" Connector="Crew" OpenIdClient="Job" SynchronizationMode="Incremental"><TaskDependsOnTask ParentTask="Export" /></PrepareSynchronizationTask>
    <SynchronizeTask Identifier="Load" DisplayName_L1="Load" Connector="Crew" DoNotDeleteChanges="true"><TaskDependsOnTask ParentTask="Prepare" /></SynchronizeTask>
    <UpdateEntityPropertyExpressionsTask Identifier="Mates" DisplayName_L1="Mates" AllEntityType="true" />
    <ResetValidFromTask Identifier="Begin" DisplayName_L1="Begin" />
    <ManageConfigurationIndexesTask Identifier="Indexes" DisplayName_L1="Indexes" />
    <InvokeSqlCommandTask Identifier="Report" DisplayName_L1="Report" Agent="Quay" OpenIdClient="Job" DatabaseIdentifier="Crew" Provider="SQLite" SQLCommand="SELECT count(*) AS sailors FROM crew" OutputPath="report.csv" />
  </Job>
"#;

const SETTINGS: &str = r#"{
  "Connections": {
    "CrewList": {
      "ConnectionString": "Data Source=crew.db",
      "ProviderClassFullName": "Microsoft.Data.Sqlite.SqliteFactory",
      "SqlCommand": "SELECT id, name FROM crew ORDER BY id"
    }
  },
  "Databases": { "Crew": "Data Source=crew.db;Mode=ReadWrite" }
}"#;

fn project(jobs: &str, settings: &str) -> Project {
    let project =
        Project::new().configuration("conf/All.xml", &format!("{MODEL}{jobs}")).file("conf/appsettings.agent.json", settings);
    let sql = "CREATE TABLE crew (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO crew VALUES (1, 'Ana'), (2, 'Bo')";
    Connection::open(project.path("conf/crew.db")).unwrap().execute_batch(sql).unwrap();
    project
}

fn states(project: &Project, run: u32) -> String {
    let shown = project.show(run);
    let state = |name: &str| task(&shown, name)["state"].as_str().unwrap().to_owned();
    ["Sign", "Export", "Prepare", "Load", "Mates", "Begin", "Indexes", "Report"].map(state).join(" ")
}

#[test]
fn sailors_come_out_of_a_database() {
    let project = project(VOYAGE, SETTINGS);
    let run = ["run", "conf", "--job", "Voyage", "-q"];
    let first = project.run(&run);
    assert_eq!(first.code, Some(0), "{first}");
    assert_eq!(states(&project, 1), "completed completed completed completed completed completed completed completed");
    assert_eq!(project.read("conf/report.csv"), "sailors\n3\n");
    let store = Connection::open(project.path(".jobwright/store.db")).unwrap();
    let found: String = store
        .query_row(
            "SELECT group_concat(key || ' ' || body || ' ' || computed || ' ' || valid_from, '; ') FROM resource",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let ana = r#"{"Mate":"Ana"}"#;
    assert_eq!(found, format!("1 [\"Ana\",\"1\"] {ana} 0; 2 [\"Bo\",\"2\"] {ana} 0; 3 [\"Cy\",\"3\"] {ana} 0"));
    assert_eq!(project.run(&run).code, Some(0));
    assert_eq!(states(&project, 2), "completed unchanged not-launched not-launched unchanged unchanged unchanged completed");
}

fn refused(settings: &str) -> Outcome {
    let project = project(VOYAGE, settings);
    let outcome = project.run(&["run", "conf", "--job", "Voyage"]);
    assert!(!project.path(".jobwright").exists(), "a refused run leaves no store");
    outcome
}

#[test]
fn settings_that_cannot_work_are_told_with_their_place_before_anything_starts() {
    let other = SETTINGS
        .replace("Microsoft.Data.Sqlite.SqliteFactory", "Npgsql.NpgsqlFactory")
        .replace("Data Source=crew.db;Mode=ReadWrite", "Server=hunter2;Database=Crew");
    let outcome = refused(&other);
    assert_eq!(outcome.code, Some(6), "{outcome}");
    let said = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    for part in [
        "conf/appsettings.agent.json:5:32: ProviderClassFullName of connection CrewList: the provider Npgsql.NpgsqlFactory has no \
         embedded form",
        "conf/appsettings.agent.json:9:26: Databases.Crew: the key Server is none of SQLite",
    ] {
        assert!(said.contains(part), "{outcome}");
    }
    assert!(!said.contains("hunter2"), "{outcome}");
}

#[test]
fn no_statement_reaches_the_store_itself() {
    let settings = SETTINGS.replace("Data Source=crew.db;Mode=ReadWrite", "Data Source=../.jobwright/store.db");
    let project = project(VOYAGE, &settings);
    let outcome = project.run(&["run", "conf", "--job", "Voyage", "-q"]);
    assert_eq!(outcome.code, Some(10), "{outcome}");
    let logs = project.run(&["logs", "1", "Sign"]);
    assert!(logs.stdout.contains("this is jobwright's own store"), "{logs}");
}

/// A server that answers so many requests with that text, and gives back what it read.
fn server(answers: Vec<&'static str>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let served = std::thread::spawn(move || {
        let mut read = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut head).unwrap() > 0, "{head}");
            }
            let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok()).unwrap_or(0);
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            read.push(head + &String::from_utf8(body).unwrap());
        }
        read
    });
    (address, served)
}

const CALL: &str = r#"
  <Job Identifier="Voyage" DisplayName_L1="Voyage" Agent="Quay">
    <InvokeApiTask Identifier="Call" DisplayName_L1="Call" Agent="Quay" OpenIdClient="Job" HttpCommand="Post" ApiUrl="/api/Harbour?squery=select Id&amp;n=1" Body="{&quot;ship&quot;: 7}" />
  </Job>
"#;

#[test]
fn a_server_is_called_and_its_secret_is_written_nowhere() {
    let refusal = "HTTP/1.1 403 Forbidden\r\nContent-Length: 34\r\n\r\nno berth for\nBearer hunter2hunter2";
    let moved = "HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n";
    let (address, served) = server(vec!["HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", refusal, moved]);
    let project = project(CALL, &format!("{{\"InvokeApi\": {{\"Uri\": \"http://{address}/app\"}}}}"));
    let run = || {
        let mut command = project.command(&["run", "conf", "--job", "Voyage"]);
        let output = command.env("InvokeApi__Headers__Authorization", "Bearer hunter2hunter2").output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let (code, said) = run();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("POST /app/api/Harbour answered 201 Created"), "{said}");
    let (code, said) = run();
    assert_eq!(code, Some(10), "{said}");
    let logs = project.run(&["logs", "2", "Call"]).stdout;
    assert!(logs.contains("answered 403 Forbidden: no berth for *** ***"), "{logs}");
    assert_eq!(run().0, Some(10));
    let logs = project.run(&["logs", "3", "Call"]).stdout;
    assert!(logs.contains("answered 302 Found, and redirects are not followed"), "{logs}");
    let read = served.join().unwrap();
    assert!(read[0].starts_with("POST /app/api/Harbour?squery=select%20Id&n=1 HTTP/1.1\r\n"), "{}", read[0]);
    assert!(read[0].contains("Authorization: Bearer hunter2hunter2\r\n"), "{}", read[0]);
    assert!(read[0].contains("Content-Type: application/json\r\n") && read[0].ends_with("{\"ship\": 7}"), "{}", read[0]);
    for entry in walkdir::WalkDir::new(project.path("")) {
        let entry = entry.unwrap();
        let content = if entry.file_type().is_file() { std::fs::read(entry.path()).unwrap() } else { Vec::new() };
        let found = content.windows(7).any(|part| part == b"hunter2");
        assert!(!found, "the secret stands in {}", entry.path().display());
    }
}

#[test]
fn a_server_that_speaks_tls_or_none_is_told_before_anything_starts() {
    for (settings, part) in [
        ("{}", "the settings name no server to call"),
        (
            "{\"InvokeApi\": {\"Uri\": \"https://harbour.test\"}}",
            "json:1:23: InvokeApi.Uri: it asks for https, and jobwright has no TLS",
        ),
        (
            "{\"ApplicationUri\": \"http://a\", \"InvokeApi\": {\"Headers\": {\"Host\": \"b\"}}}",
            "InvokeApi.Headers.Host: this header field",
        ),
        (
            "{\"ApplicationUri\": \"http://a\", \"InvokeApi\": {\"Timeout\": \"soon\"}}",
            "InvokeApi.Timeout: it is a number of seconds",
        ),
    ] {
        let outcome = project(CALL, settings).run(&["run", "conf", "--job", "Voyage"]);
        let said = outcome.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
        assert!(outcome.code == Some(6) && said.contains(part), "{outcome}");
    }
}

#[cfg(unix)]
#[test]
fn a_script_is_run_by_the_program_that_is_named_for_it() {
    use std::os::unix::fs::PermissionsExt;
    let job = r#"
      <Job Identifier="Voyage" DisplayName_L1="Voyage" Agent="Quay">
        <InvokeExpressionTask Identifier="Script" DisplayName_L1="Script" Agent="Quay" OpenIdClient="Job" InputPath="harbour.ps1" />
      </Job>"#;
    let plain = project(job, SETTINGS);
    let outcome = plain.run(&["run", "conf", "--job", "Voyage"]);
    assert!(outcome.code == Some(2) && outcome.stderr.contains("InvokeExpressionTask"), "{outcome}");
    let mapping =
        "[executors.InvokeExpressionTask]\nprogram = \"bin/shell\"\nargs = [\"-File\", \"{task.attribute.InputPath}\"]\n";
    let mapped =
        project(job, SETTINGS).file("conf/jobwright.toml", mapping).file("conf/bin/shell", "#!/bin/sh\necho \"ran $*\"\n");
    std::fs::set_permissions(mapped.path("conf/bin/shell"), std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(mapped.run(&["run", "conf", "--job", "Voyage", "-q"]).code, Some(0));
    assert!(mapped.run(&["logs", "1", "Script"]).stdout.contains("ran -File harbour.ps1"));
}

#[test]
fn what_a_program_executes_is_not_told_as_lacking() {
    let loops = MODEL.replace("return queryHandler", "while (true) { } return queryHandler");
    let job = r#"<Job Identifier="Voyage" DisplayName_L1="Voyage"><UpdateEntityPropertyExpressionsTask Identifier="Mates" DisplayName_L1="Mates" AllEntityType="true" /></Job>"#;
    let project = Project::new().configuration("All.xml", &format!("{loops}{job}"));
    let check = ["check", "--embedded", "--select", "expression-not-embedded,task-not-embedded", "--format", "json"];
    assert_eq!(project.run(&check).findings().len(), 1);
    let mapping = "[executors.UpdateEntityPropertyExpressionsTask]\nprogram = \"compute\"\n";
    let project = project.file("jobwright.toml", mapping);
    assert_eq!(project.run(&check).findings(), [""; 0]);
}

#[test]
fn what_the_embedded_role_model_does_not_obey_is_named() {
    let role_model = r#"
        <SingleRoleAutomationRule SingleRole="Mate" Policy="Crew" Decision="Approve" WorkflowState="Found" HoursToWait="24" />"#;
    let project = Project::new().configuration("All.xml", role_model);
    let check = ["check", "--embedded", "--select", "role-model-not-embedded", "--format", "concise"];
    let said = "note[role-model-not-embedded] jobwright itself does not obey this SingleRoleAutomationRule";
    assert!(project.run(&check).stdout.contains(said), "{}", project.run(&check));
    let project = project.file("jobwright.toml", "[executors.ComputeRoleModelTask]\nprogram = \"compute\"\n");
    assert!(!project.run(&check).stdout.contains("note["), "what a program executes is its own");
}

#[test]
fn the_configuration_in_force_is_printed_whole() {
    let written = r#"
[executors.ExportTask]
program = "export"
timeout = "120m"
[executors.ExportTask.package."Usercube.AD@0000001"]
program = "bin/ad"
args = ["{{x}}={task.id}", "{task.entity-types}", { when = "task.attribute.IgnoreCookieFile", args = ["--all"] }]
env = { PASSWORD = "{secret.ad}" }
retries = 2
missing = ["--server"]
[executors.secrets]
ad = { setting = "Connections.AD.Password" }
key = { env = "KEY" }
[schedule]
time-zone = "Europe/Oslo"
[schedule.on-failure]
program = "page"
"#;
    let project = Project::new().configuration("a.xml", "").file("jobwright.toml", written);
    let printed = project.run(&["check", "--print-config"]);
    insta::assert_snapshot!(printed, @r#"
    exit 0
    --- stdout
    # jobwright.toml
    [check]
    fail-on = "error"

    [executors.ExportTask]
    grace = "10s"
    output-limit = 10485760
    program = "export"
    restart = "ask"
    timeout = "2h"

    [executors.ExportTask.package."usercube.ad@0000001"]
    args = [
        "{{x}}={task.id}",
        "{task.entity-types}",
        { args = ["--all"], when = "task.attribute.IgnoreCookieFile" },
    ]
    backoff = "5s"
    grace = "10s"
    missing = ["--server"]
    output-limit = 10485760
    program = "bin/ad"
    restart = "ask"
    retries = 2

    [executors.ExportTask.package."usercube.ad@0000001".env]
    PASSWORD = "{secret.ad}"

    [executors.secrets.ad]
    setting = "Connections.AD.Password"

    [executors.secrets.key]
    env = "KEY"

    [schedule]
    time-zone = "Europe/Oslo"

    [schedule.on-failure]
    grace = "10s"
    output-limit = 10485760
    program = "page"
    restart = "ask"
    "#);
    // What is printed says the same again.
    let again = project.file("jobwright.toml", printed.stdout.clone());
    assert_eq!(again.run(&["check", "--print-config"]).stdout, printed.stdout);
}
