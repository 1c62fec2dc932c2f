//! `lsp`: sessions of an editor.

mod completion;
mod edits;
mod files;
mod findings;
mod names;
mod neovim;
mod session;
mod typing;
mod views;

use super::support::Project;

const JOBS: &str = r#"  <Agent Identifier="Harbour" DisplayName_L1="Harbour" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" Profile="Administrator" HashedSecret="x" />
  <Job Identifier="Night" DisplayName_L1="Night" Agent="Harbour" CronTabExpression="30 2 * * *">
    <ExportTask Identifier="First" DisplayName_L1="First" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="0" />
    <ExportTask Identifier="Second" DisplayName_L1="Second" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="1">
      <TaskDependsOnTask ParentTask="First" />
    </ExportTask>
    <ExportTask Identifier="Third" DisplayName_L1="Third" Agent="Harbour" Connection="People" OpenIdClient="Job" Level="2">
      <TaskDependsOnTask ParentTask="Second" />
    </ExportTask>
  </Job>"#;

const MODEL: &str = r#"  <Connector Identifier="HR" DisplayName_L1="HR" Agent="Harbour" />
  <Connection Identifier="People" DisplayName_L1="People" Connector="HR" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Person" DisplayName_L1="Person">
    <Property Identifier="Code" DisplayName_L1="Code" TargetColumnIndex="0" Type="String" />
    <Property Identifier="Site" DisplayName_L1="Site" TargetColumnIndex="128" Type="ForeignKey" />
  </EntityType>
  <EntityType Identifier="Site" DisplayName_L1="Site">
    <Property Identifier="Town" DisplayName_L1="Town" TargetColumnIndex="0" Type="String" />
    <Property Identifier="People" DisplayName_L1="People" TargetColumnIndex="-1" Type="ForeignKey" />
  </EntityType>
  <EntityAssociation Identifier="Person_Site" DisplayName_L1="Site" Property1="Person:Site" Property2="Site:People" IsProperty2Collection="true" />
  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />"#;

fn project() -> Project {
    Project::new().configuration("Jobs.xml", JOBS).configuration("Model.xml", MODEL)
}
