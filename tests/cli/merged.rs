//! Tasks written by hand that are merged into generated ones: findings, comments and fixes stand where they are written.

use crate::support::{AGENT, Project};

const MODEL: &str = r#"
  <Connector Identifier="AD" DisplayName_L1="AD" Agent="Local" />
  <Connection Identifier="Forest" DisplayName_L1="Forest" Connector="AD" Package="Usercube.AD@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person" />
  <EntityType Identifier="Account" DisplayName_L1="Account" />
  <EntityTypeMapping Identifier="Account" Connector="AD" ConnectionTable="Forest_Entries" />
  <Policy Identifier="Default" DisplayName_L1="Default" />
  <Category Identifier="All" DisplayName_L1="All" Policy="Default" />
  <ResourceType Identifier="AccountOfPerson" DisplayName_L1="Account" Policy="Default" Category="All" SourceEntityType="Person" TargetEntityType="Account" />
  <LdapResourceTypeMapping Identifier="AccountOfPerson" Connection="Forest" DefaultObjectClass="user" RDNAttributeIdentifier="cn" />
  <CreateConnectorSynchroComplete Connector="AD" JobIdentifier="J" DisplayName_L1="J"><OpenIdIdentifier Identifier="Job" /></CreateConnectorSynchroComplete>
"#;

fn project(comment: &str) -> Project {
    let task = r#"<GenerateProvisioningOrdersTask Identifier="J_GenerateProvisioningOrders1" ConsolidationMode="Merge" ForceProvisioning="true" />"#;
    Project::new().configuration("a.xml", &format!("{AGENT}{MODEL}")).configuration("b.xml", &format!("{comment}\n{task}"))
}

#[test]
fn a_finding_stands_where_the_attribute_is_written() {
    let check = project("").run(&["check", "--select", "force-provisioning"]);
    insta::assert_snapshot!(check, @r#"
    exit 1
    --- stdout
    error[force-provisioning]: `J_GenerateProvisioningOrders1` generates all orders anew, but `J` is no initialization job
       ┌─ b.xml:4:121
       │
     4 │ …ntifier="J_GenerateProvisioningOrders1" ConsolidationMode="Merge" ForceProvisioning="true" />
       │                                                                                       ^^^^ for the first load only
       │
       ┌─ a.xml:16:4
       │
    16 │   <CreateConnectorSynchroComplete Connector="AD" JobIdentifier="J" DisplayName_L1="J"><OpenIdIdentifier Identifie…
       │    ------------------------------ merged into `J_GenerateProvisioningOrders1`, which this CreateConnectorSynchroComplete generates
       │
       = note: every assignment is provisioned again at every run: the managed systems are flooded with orders, and changes
         made there by hand are overwritten
       = help: remove `ForceProvisioning`
       = fix available: `true` becomes `false`

    1 error in 2 files (17 elements)
    "#);
}

#[test]
fn a_comment_before_the_merged_task_silences_it() {
    let check = project("<!-- jobwright: ignore[force-provisioning] the first load -->").run(&["check", "--format", "concise"]);
    assert_eq!(check.code, Some(0), "{check}");
    assert!(check.stdout.contains("1 suppressed"), "{check}");
}

#[test]
fn a_fix_edits_the_merged_task() {
    let project = project("");
    let before = project.read("b.xml");
    let fix = project.run(&["fix", "--select", "force-provisioning"]);
    assert_eq!(fix.code, Some(0), "{fix}");
    assert_eq!(project.read("b.xml"), before.replace("=\"true\"", "=\"false\""));
    // Only the orders task was changed: the scaffolding is as it was.
    assert!(
        project
            .read("a.xml")
            .contains("<CreateConnectorSynchroComplete Connector=\"AD\" JobIdentifier=\"J\" DisplayName_L1=\"J\">")
    );
}
