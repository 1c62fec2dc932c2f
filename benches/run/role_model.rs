//! The role model over many people: is the time for an assignment the same however many there are?
//!
//! Measured with 100,000 people and 200 resource types on two cores of a shared machine: a million new assignments with two
//! values each in 22 s, 22 µs each (a quarter of the people: 27 µs each); again with nothing to change 9 µs each (11); never
//! more than 65 MB.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use super::embedded::renew;
use super::{Options, jobwright};

/// Resource types of the configuration, and how many of them each person has.
const TYPES: usize = 200;
const EACH: usize = 10;
/// Organizations, each with its own resource types.
const ORGANIZATIONS: usize = 200;

fn entity_type(name: &str, properties: &[&str]) -> String {
    let mut text = format!("<EntityType Identifier=\"{name}\" DisplayName_L1=\"{name}\">\n");
    for (index, property) in properties.iter().enumerate() {
        let key = if index == 0 { " IsKey=\"true\"" } else { "" };
        let _ = writeln!(
            text,
            "<Property Identifier=\"{property}\" DisplayName_L1=\"{property}\" TargetColumnIndex=\"{index}\" Type=\"String\"{key} />"
        );
    }
    text
}

fn configuration() -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n\
        <Agent Identifier=\"Local\" DisplayName_L1=\"Local\" URI=\"http://localhost:6001\" />\n\
        <Profile Identifier=\"Administrator\" DisplayName_L1=\"Administrator\" />\n\
        <OpenIdClient Identifier=\"Job\" DisplayName_L1=\"Job\" HashedSecret=\"x\" Profile=\"Administrator\" />\n\
        <Policy Identifier=\"Default\" DisplayName_L1=\"Default\" IsProvisioningEnabled=\"true\" />\n\
        <Category Identifier=\"Accounts\" DisplayName_L1=\"Accounts\" Policy=\"Default\" />\n\
        <Connector Identifier=\"HR\" DisplayName_L1=\"HR\" Agent=\"Local\" MaximumInsertedLines=\"0\" MaximumLinkInsertedLines=\"0\" />\n\
        <Connection Identifier=\"People\" DisplayName_L1=\"People\" Connector=\"HR\" Package=\"Usercube.CSV@0000001\" />\n\
        <Connection Identifier=\"Organizations\" DisplayName_L1=\"Organizations\" Connector=\"HR\" Package=\"Usercube.CSV@0000001\" />\n"
        .to_owned();
    text += &entity_type("Person", &["Number", "Name"]);
    text += "<Property Identifier=\"Organization\" DisplayName_L1=\"Organization\" TargetColumnIndex=\"128\" Type=\"ForeignKey\" />\n</EntityType>\n";
    text += &entity_type("Organization", &["Code"]);
    text += "<Property Identifier=\"People\" DisplayName_L1=\"People\" Type=\"ForeignKey\" />\n</EntityType>\n";
    text += &entity_type("Account", &["login", "display"]);
    text += "</EntityType>\n\
        <EntityAssociation Identifier=\"Person_Organization\" DisplayName_L1=\"Organization\" IsProperty2Collection=\"true\" Property1=\"Person:Organization\" Property2=\"Organization:People\" />\n\
        <EntityTypeMapping Identifier=\"Person\" Connector=\"HR\" ConnectionTable=\"People\">\n\
        <Property Identifier=\"Number\" ConnectionColumn=\"id\" IsPrimaryKey=\"true\" /><Property Identifier=\"Name\" ConnectionColumn=\"name\" />\n\
        </EntityTypeMapping>\n\
        <EntityTypeMapping Identifier=\"Organization\" Connector=\"HR\" ConnectionTable=\"Organizations\">\n\
        <Property Identifier=\"Code\" ConnectionColumn=\"code\" IsPrimaryKey=\"true\" />\n\
        </EntityTypeMapping>\n\
        <EntityAssociationMapping Identifier=\"Person_Organization\" Connector=\"HR\" ConnectionTable=\"People\" Column1=\"id\" \
        EntityPropertyMapping1=\"Person:Number\" Column2=\"org\" EntityPropertyMapping2=\"Organization:Code\" />\n\
        <Dimension Identifier=\"Organization\" DisplayName_L1=\"Organization\" ColumnMapping=\"0\" EntityType=\"Organization\" />\n\
        <ContextRule Identifier=\"Person\" DisplayName_L1=\"Person\" Policy=\"Default\" SourceEntityType=\"Person\" B0=\"Person:Organization\" />\n";
    for number in 0..ORGANIZATIONS {
        let _ = writeln!(
            text,
            "<SingleRole Identifier=\"Role{number:03}\" DisplayName_L1=\"Role\" Policy=\"Default\" Category=\"Accounts\" EntityType=\"Person\" />\n\
             <SingleRoleRule Policy=\"Default\" Role=\"Role{number:03}\" D0=\"{number:03}\" />"
        );
    }
    for number in 0..TYPES {
        let _ = writeln!(
            text,
            "<ResourceType Identifier=\"Type{number:03}\" DisplayName_L1=\"Type\" Policy=\"Default\" Category=\"Accounts\" \
             SourceEntityType=\"Person\" TargetEntityType=\"Account\" BlockProvisioning=\"false\">\n\
             <ScalarRule Policy=\"Default\" Property=\"login\" Binding=\"Number\" />\n\
             <ScalarRule Policy=\"Default\" Property=\"display\" Binding=\"Name\" />"
        );
        for step in 0..EACH {
            let role = (number + step * (ORGANIZATIONS / EACH)) % ORGANIZATIONS;
            let _ = writeln!(text, "<TypeRule Policy=\"Default\" SingleRole=\"Role{role:03}\" />");
        }
        text += "</ResourceType>\n";
    }
    text += "<Job Identifier=\"Load\" DisplayName_L1=\"Load\" Agent=\"Local\">\n";
    for (number, connection) in ["Organizations", "People"].into_iter().enumerate() {
        let _ = writeln!(
            text,
            "<ExportTask Identifier=\"E{number}\" DisplayName_L1=\"e\" Agent=\"Local\" Connection=\"{connection}\" OpenIdClient=\"Job\" IgnoreCookieFile=\"true\" />"
        );
    }
    text + "<PrepareSynchronizationTask Identifier=\"P\" DisplayName_L1=\"p\" Agent=\"Local\" Connector=\"HR\" OpenIdClient=\"Job\" SynchronizationMode=\"Complete\" />\n\
        <SynchronizeTask Identifier=\"S\" DisplayName_L1=\"s\" Connector=\"HR\" />\n</Job>\n\
        <Job Identifier=\"Model\" DisplayName_L1=\"Model\" Agent=\"Local\">\n\
        <ComputeRoleModelTask Identifier=\"M\" DisplayName_L1=\"m\"><TaskEntityType EntityType=\"Person\" /></ComputeRoleModelTask>\n</Job>\n\
        </ConfigurationFile>\n"
}

fn data(folder: &Path, people: usize) -> io::Result<()> {
    let mut text = "id,name,org\n".to_owned();
    for number in 0..people {
        let _ = writeln!(text, "P{number:07},Person {number},{:03}", number % ORGANIZATIONS);
    }
    fs::write(folder.join("people.csv"), text)?;
    let codes: String = (0..ORGANIZATIONS).map(|number| format!("{number:03}\n")).collect();
    fs::write(folder.join("organizations.csv"), format!("code\n{codes}"))?;
    let settings = "{\"Connections\": {\"People\": {\"Path\": \"people.csv\", \"Separator\": \",\"}, \
                    \"Organizations\": {\"Path\": \"organizations.csv\", \"Separator\": \",\"}}}";
    fs::write(folder.join("appsettings.agent.json"), settings)
}

/// Runs a job; gives milliseconds and counts of its last task, and the most memory that the process held, in kB.
fn run(folder: &Path, job: &str) -> io::Result<(f64, u64, u64)> {
    let arguments = ["run", "bench.xml", "--job", job, "-q", "--report", "report.json"];
    let mut child =
        Command::new(jobwright()).args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut most = 0;
    let ended = loop {
        let held = fs::read_to_string(&status).unwrap_or_default();
        let held = held.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        most = held.trim().trim_end_matches(" kB").parse().unwrap_or(0).max(most);
        if let Some(ended) = child.try_wait()? {
            break ended;
        }
        thread::sleep(Duration::from_millis(20));
    };
    if !ended.success() {
        return Err(io::Error::other(format!("{job} failed: {ended}")));
    }
    let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("report.json"))?)?;
    let task = report["tasks"].as_array().and_then(|tasks| tasks.last()).cloned().unwrap_or_default();
    Ok((task["duration_ms"].as_f64().unwrap_or_default(), task["counters"]["assigned"].as_u64().unwrap_or_default(), most))
}

/// Measures and prints.
pub fn measure(base: &Path, options: &Options) -> io::Result<()> {
    println!("role model, {TYPES} resource types, {EACH} for each person:");
    for people in [options.people / 4, options.people / 2, options.people] {
        renew(base)?;
        fs::write(base.join("bench.xml"), configuration())?;
        data(base, people)?;
        run(base, "Load")?;
        for what in ["everything new", "nothing changes"] {
            let (took, assigned, memory) = run(base, "Model")?;
            let each = took * 1000.0 / (assigned.max(1) as f64);
            println!(
                "  {people} people, {what}: {:.1} s, {assigned} assignments, {each:.1} µs each, {} MB",
                took / 1000.0,
                memory / 1024
            );
        }
    }
    renew(base)
}
