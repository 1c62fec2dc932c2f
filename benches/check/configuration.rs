//! Configurations of any size for a fictional insurer, always the same ones for the same size.
//!
//! One shared Directory holds the users who own the accounts of every other connector; each of those has its
//! connections, entity types, mappings, a resource type and a complete and an incremental job, written by hand or by
//! scaffoldings. `jobwright check` finds no error and no warning in them.

use std::fmt::{self, Write};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the configuration lies in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One folder per connector with its `Connector.xml` and `Jobs.xml`, as integrators keep them.
    Folders,
    /// Everything in one file.
    Single,
}

/// What to write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Connectors beside the Directory.
    pub(crate) connectors: usize,
    /// One connector of this many has its jobs made by scaffoldings.
    pub(crate) scaffolded_every: usize,
}

/// Writes a configuration below `folder`, which is made; returns its files.
pub(crate) fn write(folder: &Path, size: Size, layout: Layout) -> io::Result<Vec<PathBuf>> {
    let mut output = Output { folder, layout, text: String::new(), files: Vec::new() };
    fs::create_dir_all(folder)?;
    let words = |_: fmt::Error| io::Error::other("a text could not be written");
    output.file("Common/Common.xml", |text| common(text).map_err(words))?;
    output.file("Directory/Connector.xml", |text| directory(text).map_err(words))?;
    for number in 0..size.connectors {
        let system = System::new(number);
        let scaffolded = number % size.scaffolded_every.max(1) == 0;
        output.file(&format!("{}/Connector.xml", system.name), |text| connector(text, &system).map_err(words))?;
        output.file(&format!("{}/Jobs.xml", system.name), |text| {
            if scaffolded { scaffoldings(text, &system) } else { jobs(text, &system) }.map_err(words)
        })?;
    }
    output.end()?;
    Ok(output.files)
}

const HEAD: &str =
    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n";
const TAIL: &str = "</ConfigurationFile>\n";

struct Output<'f> {
    folder: &'f Path,
    layout: Layout,
    text: String,
    files: Vec<PathBuf>,
}

impl Output<'_> {
    fn file(&mut self, name: &str, fill: impl FnOnce(&mut String) -> io::Result<()>) -> io::Result<()> {
        if self.layout == Layout::Single {
            return fill(&mut self.text);
        }
        fill(&mut self.text)?;
        self.save(name)
    }

    fn end(&mut self) -> io::Result<()> {
        if self.layout == Layout::Single { self.save("Configuration.xml") } else { Ok(()) }
    }

    fn save(&mut self, name: &str) -> io::Result<()> {
        let path = self.folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, [HEAD, &self.text, TAIL].concat())?;
        self.text.clear();
        self.files.push(path);
        Ok(())
    }
}

/// One system to connect.
struct System {
    name: String,
    label: &'static str,
    label2: &'static str,
}

impl System {
    fn new(number: usize) -> Self {
        const KINDS: [(&str, &str, &str); 6] = [
            ("Claims", "Claims desk", "Gestion des sinistres"),
            ("Ledger", "General ledger", "Comptabilité générale"),
            ("Fleet", "Car fleet & leases", "Flotte automobile"),
            ("Archive", "Policy archive", "Archive des polices"),
            ("Broker", "Broker portal", "Portail des courtiers"),
            ("Badge", "Badges & doors", "Badges et portes"),
        ];
        let (name, label, label2) = KINDS[number % KINDS.len()];
        Self { name: format!("{name}{number:05}"), label, label2 }
    }

    /// A label in both languages, escaped.
    fn labels(&self, what: &str) -> String {
        let escape = |text: &str| text.replace('&', "&amp;");
        format!("DisplayName_L1=\"{}: {what}\" DisplayName_L2=\"{}\"", escape(self.label), escape(self.label2))
    }
}

fn common(out: &mut String) -> fmt::Result {
    out.write_str(
        r#"  <Language Code="en-US" IndicatorNumber="1" />
  <Language Code="fr-FR" IndicatorNumber="2" />
  <Agent Identifier="Headquarters" DisplayName_L1="Headquarters" DisplayName_L2="Siège" />
  <Profile Identifier="Job" DisplayName_L1="Jobs" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Jobs" HashedSecret="BENCH+OL0wNhqoVWhr3g6s1xYv72ol/pe/UnolsBENCH" Profile="Job" />
  <Policy Identifier="Default" DisplayName_L1="Default" DisplayName_L2="Défaut" />
  <Category Identifier="Accounts" DisplayName_L1="Accounts" DisplayName_L2="Comptes" Policy="Default" />
"#,
    )
}

/// Properties of users, with what fills the property of the same place of an account.
const USER: [(&str, &str, &str); 8] = [
    ("EmployeeId", "Employee number", "Matricule"),
    ("FirstName", "First name", "Prénom"),
    ("LastName", "Last name", "Nom"),
    ("DisplayName", "Display name", "Nom affiché"),
    ("Mail", "Mail address", "Adresse électronique"),
    ("Department", "Department", "Service"),
    ("Location", "Branch office", "Agence"),
    ("Title", "Job title", "Fonction"),
];

fn directory(out: &mut String) -> fmt::Result {
    out.write_str(
        r#"  <Connector Identifier="Directory" DisplayName_L1="Directory" DisplayName_L2="Annuaire" Agent="Headquarters" />
  <Connection Identifier="DirectoryExport" DisplayName_L1="Directory export" Connector="Directory" Package="Usercube.CSV@0000001" />
  <EntityType Identifier="Directory_User" DisplayName_L1="User" DisplayName_L2="Utilisateur">
"#,
    )?;
    for (column, (name, label, label2)) in USER.iter().enumerate() {
        let key = if column == 0 { " IsKey=\"true\"" } else { "" };
        writeln!(
            out,
            "    <Property Identifier=\"{name}\" DisplayName_L1=\"{label}\" DisplayName_L2=\"{label2}\"{key} TargetColumnIndex=\"{}\" Type=\"String\" />",
            column + 4
        )?;
    }
    out.write_str("  </EntityType>\n  <EntityTypeMapping Identifier=\"Directory_User\" Connector=\"Directory\" ConnectionTable=\"DirectoryExport\">\n")?;
    for (column, (name, ..)) in USER.iter().enumerate() {
        let key = if column == 0 { " IsPrimaryKey=\"true\"" } else { "" };
        writeln!(out, "    <Property Identifier=\"{name}\" ConnectionColumn=\"{}\"{key} />", name.to_lowercase())?;
    }
    out.write_str("  </EntityTypeMapping>\n")
}

fn connector(out: &mut String, system: &System) -> fmt::Result {
    let c = &system.name;
    writeln!(
        out,
        "  <Connector Identifier=\"{c}\" {} Agent=\"Headquarters\" MaximumInsertedLines=\"1000\" />",
        system.labels("system")
    )?;
    writeln!(
        out,
        "  <Connection Identifier=\"{c}Export\" {} Connector=\"{c}\" Package=\"Usercube.CSV@0000001\" />",
        system.labels("extract of accounts")
    )?;
    writeln!(
        out,
        "  <Connection Identifier=\"{c}Fulfillment\" {} Connector=\"{c}\" Package=\"Usercube.FulfillToFile@0000001\" />",
        system.labels("orders to carry out")
    )?;
    writeln!(
        out,
        "  <!-- Accounts and the permissions they hold. -->\n  <EntityType Identifier=\"{c}_Account\" {}>",
        system.labels("account")
    )?;
    for (column, (name, label, label2)) in USER.iter().enumerate() {
        let key = if column == 0 { " IsKey=\"true\"" } else { "" };
        writeln!(
            out,
            "    <Property Identifier=\"account{name}\" DisplayName_L1=\"{label}\" DisplayName_L2=\"{label2}\"{key} TargetColumnIndex=\"{}\" Type=\"String\" />",
            column + 4
        )?;
    }
    writeln!(
        out,
        "    <Property Identifier=\"permissions\" DisplayName_L1=\"Permissions\" Type=\"ForeignKey\" />\n  </EntityType>"
    )?;
    writeln!(
        out,
        r#"  <EntityType Identifier="{c}_Permission" {}>
    <Property Identifier="code" DisplayName_L1="Code" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="description" DisplayName_L1="Description" TargetColumnIndex="5" Type="String" />
    <Property Identifier="holders" DisplayName_L1="Holders" DisplayName_L2="Détenteurs" Type="ForeignKey" />
  </EntityType>
  <EntityAssociation Identifier="{c}_Holders" DisplayName_L1="Holders" IsProperty1Collection="true" IsProperty2Collection="true" Property1="{c}_Permission:holders" Property2="{c}_Account:permissions" />
  <EntityTypeMapping Identifier="{c}_Account" Connector="{c}" ConnectionTable="{c}Export_accounts">"#,
        system.labels("permission")
    )?;
    for (column, (name, ..)) in USER.iter().enumerate() {
        let key = if column == 0 { " IsPrimaryKey=\"true\"" } else { "" };
        writeln!(out, "    <Property Identifier=\"account{name}\" ConnectionColumn=\"{}\"{key} />", name.to_lowercase())?;
    }
    writeln!(
        out,
        r#"  </EntityTypeMapping>
  <EntityTypeMapping Identifier="{c}_Permission" Connector="{c}" ConnectionTable="{c}Export_permissions">
    <Property Identifier="code" ConnectionColumn="code" IsPrimaryKey="true" />
    <Property Identifier="description" ConnectionColumn="description" />
  </EntityTypeMapping>
  <EntityAssociationMapping Identifier="{c}_Holders" Connector="{c}" ConnectionTable="{c}Export_holders" Column1="permission" EntityPropertyMapping1="{c}_Permission:code" Column2="account" EntityPropertyMapping2="{c}_Account:accountEmployeeId" />
  <ResourceType Identifier="{c}_Account_Standard" {} Policy="Default" Category="Accounts" SourceEntityType="Directory_User" TargetEntityType="{c}_Account">
    <TypeRule Policy="Default" />"#,
        system.labels("standard account")
    )?;
    for (name, ..) in USER {
        if name == "DisplayName" {
            writeln!(
                out,
                "    <ScalarRule Policy=\"Default\" Property=\"account{name}\" Expression=\"C#:user:return user.LastName + &quot;, &quot; + user.FirstName;\" />"
            )?;
        } else {
            writeln!(out, "    <ScalarRule Policy=\"Default\" Property=\"account{name}\" Binding=\"{name}\" />")?;
        }
    }
    writeln!(
        out,
        r#"  </ResourceType>
  <ResourceCorrelationRule Policy="Default" ResourceType="{c}_Account_Standard" SourceBinding="EmployeeId" TargetBinding="accountEmployeeId" SourceMatchedConfidenceLevel="100" />"#
    )
}

fn scaffoldings(out: &mut String, system: &System) -> fmt::Result {
    let c = &system.name;
    writeln!(
        out,
        r#"  <CreateConnectorSynchroComplete Connector="{c}" JobIdentifier="{c}_Complete" {}>
    <OpenIdIdentifier Identifier="Job" />
  </CreateConnectorSynchroComplete>
  <CreateConnectorSynchroIncremental Connector="{c}" JobIdentifier="{c}_Incremental" {}>
    <OpenIdIdentifier Identifier="Job" />
  </CreateConnectorSynchroIncremental>"#,
        system.labels("everything"),
        system.labels("changes")
    )
}

fn jobs(out: &mut String, system: &System) -> fmt::Result {
    let c = &system.name;
    let all = system.labels("everything, every night");
    writeln!(
        out,
        r#"  <!-- Every night: everything is read, and the store made equal to it. -->
  <Job Identifier="{c}_Complete" {all} Agent="Headquarters" CronTabExpression="30 2 * * *">
    <ExportTask Identifier="{c}_Complete_Export" DisplayName_L1="Export" Agent="Headquarters" Connection="{c}Export" OpenIdClient="Job" Level="0" ContinueOnError="true" IgnoreCookieFile="true" />
    <PrepareSynchronizationTask Identifier="{c}_Complete_Prepare" DisplayName_L1="Prepare" Agent="Headquarters" Connector="{c}" OpenIdClient="Job" Level="1" SynchronizationMode="Complete">
      <TaskDependsOnTask ParentTask="{c}_Complete_Export" />
    </PrepareSynchronizationTask>
    <SynchronizeTask Identifier="{c}_Complete_Synchronize" DisplayName_L1="Synchronize" Connector="{c}" Level="2">
      <TaskDependsOnTask ParentTask="{c}_Complete_Prepare" />
    </SynchronizeTask>"#
    )?;
    compute(out, c, "Complete", "Synchronize", 3)?;
    let changes = system.labels("changes, every other hour");
    writeln!(
        out,
        r#"  </Job>
  <!-- By day: only what changed. -->
  <Job Identifier="{c}_Incremental" {changes} Agent="Headquarters" IsIncremental="true" CronTabExpression="0 6-20/2 * * *">
    <ExportTask Identifier="{c}_Incremental_Export" DisplayName_L1="Export" Agent="Headquarters" Connection="{c}Export" OpenIdClient="Job" Level="0" ContinueOnError="true" />
    <PrepareSynchronizationTask Identifier="{c}_Incremental_Prepare" DisplayName_L1="Prepare" Agent="Headquarters" Connector="{c}" OpenIdClient="Job" Level="1" SynchronizationMode="Incremental">
      <TaskDependsOnTask ParentTask="{c}_Incremental_Export" />
    </PrepareSynchronizationTask>
    <SynchronizeTask Identifier="{c}_Incremental_Synchronize" DisplayName_L1="Synchronize" Connector="{c}" Level="2" DoNotDeleteChanges="true">
      <TaskDependsOnTask ParentTask="{c}_Incremental_Prepare" />
    </SynchronizeTask>
    <SetRecentlyModifiedFlagTask Identifier="{c}_Incremental_Flag" DisplayName_L1="Flag what changed" Level="3">
      <TaskDependsOnTask ParentTask="{c}_Incremental_Synchronize" />
    </SetRecentlyModifiedFlagTask>"#
    )?;
    compute(out, c, "Incremental", "Flag", 4)?;
    writeln!(out, "  </Job>")
}

/// What follows the synchronization in both kinds of job.
fn compute(out: &mut String, c: &str, job: &str, after: &str, level: usize) -> fmt::Result {
    let dirty = if job == "Incremental" { " Dirty=\"true\"" } else { "" };
    let [keys, model, orders, fulfil] = [1, 2, 3, 4].map(|more| level + more);
    writeln!(
        out,
        r#"    <UpdateEntityPropertyExpressionsTask Identifier="{c}_{job}_Expressions" DisplayName_L1="Computed properties" Level="{level}"{dirty}>
      <TaskDependsOnTask ParentTask="{c}_{job}_{after}" />
      <TaskEntityType EntityType="{c}_Account" />
      <TaskEntityType EntityType="Directory_User" />
    </UpdateEntityPropertyExpressionsTask>
    <ComputeCorrelationKeysTask Identifier="{c}_{job}_Keys" DisplayName_L1="Correlation keys" Level="{keys}"{dirty}>
      <TaskDependsOnTask ParentTask="{c}_{job}_{after}" />
      <TaskEntityType EntityType="{c}_Account" />
      <TaskEntityType EntityType="Directory_User" />
    </ComputeCorrelationKeysTask>
    <ComputeRoleModelTask Identifier="{c}_{job}_RoleModel" DisplayName_L1="Role model" Level="{model}"{dirty}>
      <TaskDependsOnTask ParentTask="{c}_{job}_{after}" />
      <TaskEntityType EntityType="Directory_User" />
    </ComputeRoleModelTask>
    <GenerateProvisioningOrdersTask Identifier="{c}_{job}_Orders" DisplayName_L1="Provisioning orders" Connector="{c}" Level="{orders}">
      <TaskDependsOnTask ParentTask="{c}_{job}_RoleModel" />
    </GenerateProvisioningOrdersTask>
    <FulfillTask Identifier="{c}_{job}_Fulfill" DisplayName_L1="Fulfil" Agent="Headquarters" Connector="{c}" Connection="{c}Fulfillment" OpenIdClient="Job" Level="{fulfil}" ContinueOnError="true">
      <TaskDependsOnTask ParentTask="{c}_{job}_Orders" />
    </FulfillTask>"#
    )
}
