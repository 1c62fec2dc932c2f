//! A company whose people come from a file and whose accounts stand in a directory.

use std::fmt::Write;
use std::fs;

use jobwright::connectors::ldap::{Change, LdapFailure, Search};

use crate::support::slapd::{BASE, PASSWORD, SUFFIX, Slapd, Wanted};
use crate::support::{AGENT, Outcome, POLICY, Project, task};

/// People where there have to be many.
pub(super) const MANY: usize = 40;

/// Executes what is transmitted.
pub(super) const FULFIL: [&str; 7] = ["run", "conf", "--job", "Night", "--only", "Night_Fulfil", "-q"];

/// Who works there, and the file that tells of them.
pub(super) const HR: &str = r#"
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
"#;

/// What tells one directory from another.
pub(super) struct Entries {
    pub(super) package: &'static str,
    /// The table of memberships.
    pub(super) members: &'static str,
    /// Property, column and format of everything that is read; the key first, then the name.
    pub(super) properties: &'static [(&'static str, &'static str, &'static str)],
    /// The property that holds the number of a person.
    pub(super) number: &'static str,
    /// Further rules of an account.
    pub(super) rules: &'static str,
    /// Attributes of the resource type mapping.
    pub(super) mapping: &'static str,
    /// Further properties of it.
    pub(super) mapped: &'static str,
}

const ENTRIES: Entries = Entries {
    package: "Usercube.LDAP@0000001",
    members: "DirLdap_member",
    properties: &[
        ("entryUUID", "entryUUID", ""),
        ("dn", "dn", ""),
        ("cn", "cn", ""),
        ("sn", "sn", ""),
        ("uid", "uid", ""),
        ("ou", "ou", ""),
        ("telephoneNumber", "telephoneNumber", "multivaluedtext"),
    ],
    number: "uid",
    rules: r#"<ScalarRule Policy="Default" Property="sn" Binding="Last" />"#,
    mapping: r#"DefaultObjectClass="inetOrgPerson" RDNAttributeIdentifier="cn" PasswordResetSetting="New""#,
    mapped: "",
};

impl Entries {
    /// The directory, and the accounts in it that follow the people.
    pub(super) fn configuration(&self) -> String {
        let Self { package, members, number, rules, mapping, mapped, .. } = self;
        let (mut declared, mut columns) = (String::new(), String::new());
        for (index, (property, column, format)) in self.properties.iter().enumerate() {
            let at = index + 4;
            let key = if index < 2 { " IsKey=\"true\"" } else { "" };
            let _ = writeln!(
                declared,
                r#"<Property Identifier="{property}" DisplayName_L1="{property}"{key} TargetColumnIndex="{at}" Type="String" />"#
            );
            let key = [" IsPrimaryKey=\"true\"", " IsUniqueKey=\"true\""].get(index).unwrap_or(&"");
            let format = if format.is_empty() { String::new() } else { format!(" Format=\"{format}\"") };
            let _ = writeln!(columns, r#"<Property Identifier="{property}" ConnectionColumn="{column}"{key}{format} />"#);
        }
        format!(
            r#"
  <Connector Identifier="Dir" DisplayName_L1="Directory" Agent="Local" MaximumInsertedLines="1000" MaxPercentageInsertedLines="0" MaxPercentageUpdatedLines="0" MaxPercentageDeletedLines="0" MaxLinkPercentageInsertedLines="0" MaxLinkPercentageDeletedLines="0" />
  <Connection Identifier="DirLdap" DisplayName_L1="Directory" Connector="Dir" Package="{package}" />
  <EntityType Identifier="Entry" DisplayName_L1="Entry">
    {declared}
    <Property Identifier="parentdn" DisplayName_L1="parent" Type="ForeignKey" TargetColumnIndex="128" />
    <Property Identifier="children" DisplayName_L1="children" Type="ForeignKey" />
    <Property Identifier="member" DisplayName_L1="member" Type="ForeignKey" />
    <Property Identifier="memberOf" DisplayName_L1="memberOf" Type="ForeignKey" />
  </EntityType>
  <EntityTypeMapping Identifier="Entry" Connector="Dir" ConnectionTable="DirLdap_entries">
    {columns}
  </EntityTypeMapping>
  <EntityAssociation Identifier="Entry_parent" DisplayName_L1="parent" IsProperty1Collection="true" Property1="Entry:children" Property2="Entry:parentdn" />
  <EntityAssociation Identifier="Entry_member" DisplayName_L1="member" IsProperty1Collection="true" IsProperty2Collection="true" Property1="Entry:member" Property2="Entry:memberOf" />
  <EntityAssociationMapping Identifier="Entry_parent" Connector="Dir" ConnectionTable="DirLdap_entries" Column1="parentdn" EntityPropertyMapping1="Entry:dn" Column2="dn" EntityPropertyMapping2="Entry:dn" />
  <EntityAssociationMapping Identifier="Entry_member" Connector="Dir" ConnectionTable="{members}" Column1="dn" EntityPropertyMapping1="Entry:dn" Column2="member" EntityPropertyMapping2="Entry:dn" />
  <ResourceType Identifier="Account" DisplayName_L1="Account" Policy="Default" Category="Accounts" SourceEntityType="Person" TargetEntityType="Entry" BlockProvisioning="false" MaximumInsertPercent="0" MaximumDeletePercent="0" MaximumUpdatePercent="0">
    <TypeRule Policy="Default" />
    <ScalarRule Policy="Default" Property="{number}" Binding="Number" />
    <ScalarRule Policy="Default" Property="cn" Expression="C#:person:return person.First + &quot; &quot; + person.Last;" />
    <ScalarRule Policy="Default" Property="telephoneNumber" Binding="Phone" />
    {rules}
    <QueryRule Policy="Default" Property="parentdn" SourceBinding="Unit" TargetBinding="ou" TargetMatchedConfidenceLevel="100" />
    <QueryRule Policy="Default" Property="memberOf" SourceBinding="Team" TargetBinding="cn" TargetMatchedConfidenceLevel="100" />
  </ResourceType>
  <ResourceCorrelationRule Policy="Default" ResourceType="Account" SourceBinding="Number" TargetBinding="{number}" SourceMatchedConfidenceLevel="100" />
  <PasswordResetSettings Identifier="New" AutoGenerate="true" GeneratedLength="24" />
  <LdapResourceTypeMapping Identifier="Account" Connection="DirLdap" {mapping}>
    <Property Property="dn" IsDNProperty="true" />
    <Property Property="parentdn" IsParentProperty="true" />
    <Property Property="cn" IsRDNProperty="true" />
    {mapped}
  </LdapResourceTypeMapping>
"#
        )
    }
}

/// A complete job, and one that treats what changed.
pub(super) fn job(id: &str, incremental: bool) -> String {
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
    <ExportTask Identifier="{id}_E2" DisplayName_L1="e" Agent="Local" Connection="DirLdap" OpenIdClient="Job" ContinueOnError="true"{cookies} />
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
        let _ = write!(text, "\ndn: ou={unit},ou=people,{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n");
    }
    for group in ["Crew", "Office"] {
        let _ = write!(
            text,
            "\ndn: cn={group},ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {group}\nmember: cn=admin,{SUFFIX}\n"
        );
    }
    text
}

pub(super) const PEOPLE: &str =
    "id,first,last,unit,team,phone\n1,Ana,Roux,Deck,Crew,11\n2,Bo,Lund,Deck,Crew,22\n3,Cy,Hale,Shore,Office,33\n";

/// A company with a directory.
pub(super) struct Company<D = Slapd> {
    pub(super) project: Project,
    pub(super) directory: D,
    /// Runs begun so far.
    pub(super) runs: u32,
}

impl Company {
    pub(super) fn new() -> Option<Self> {
        let project = Project::new();
        let audit = project.path("audit.ldif");
        let more = format!("moduleload auditlog\noverlay auditlog\nauditlog {}", audit.display());
        let slapd = Slapd::wanted(&Wanted { content: &content(), more: &more, ..Wanted::default() })?;
        let jobs = [job("Night", false), job("Hour", true)].concat();
        let configuration = format!("{AGENT}{POLICY}{HR}{}{jobs}", ENTRIES.configuration());
        let project = project.configuration("conf/All.xml", &configuration).file("data/people.csv", PEOPLE);
        let company = Self { project, directory: slapd, runs: 0 };
        company.settle(20, PASSWORD);
        Some(company)
    }

    /// Writes the settings anew.
    pub(super) fn settle(&self, timeout: u32, password: &str) {
        let tables = format!(
            r#"{{"Table": "entries", "BaseDN": "{SUFFIX}", "Filter": "(|(objectClass=inetOrgPerson)(objectClass=organizationalUnit)(objectClass=groupOfNames))"}},
               {{"Table": "member", "BaseDN": "{SUFFIX}", "Filter": "(member=*)"}}"#
        );
        let mut connection = self.directory.connection(&tables, timeout).replace(PASSWORD, password);
        connection.insert_str(1, "\"IsLdapPasswordReset\": true, ");
        let settings = format!(
            r#"{{"SourcesRootPaths": ["../data"], "Connections": {{
                 "HRPeople": {{"Path": "../data/people.csv", "Separator": ","}}, "DirLdap": {connection}}}}}"#
        );
        fs::write(self.project.path("conf/appsettings.agent.json"), settings).unwrap();
    }

    /// The people of the directory: name, number, phone, groups.
    pub(super) fn accounts(&self) -> String {
        let mut lines = Vec::new();
        let search = Search::below(SUFFIX, "(objectClass=inetOrgPerson)", &["uid", "telephoneNumber", "memberOf"]);
        self.directory
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
    pub(super) fn written(&self) -> Vec<String> {
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

    /// The members of a group.
    pub(super) fn members(&self, group: &str) -> Vec<String> {
        let found = self.directory.client().read(group, &["member"]).unwrap().unwrap();
        found.values("member").iter().map(|member| String::from_utf8(member.clone()).unwrap()).collect()
    }

    pub(super) fn modify(&self, dn: &str, changes: &[Change]) {
        self.directory.client().modify(dn, changes, false).unwrap();
    }

    /// Waits until the directory was written to so often, or until nobody writes any more.
    pub(super) fn until_written(&self, number: usize, mut over: impl FnMut() -> bool) {
        while self.audited() < number && !over() {
            std::thread::yield_now();
        }
    }

    pub(super) fn all_executed_once(&self, whence: &str) {
        self.all_executed(whence, 0);
    }

    /// As [`Self::all_executed_once`], of a directory that was killed: it may have done one thing that it did not log any more.
    pub(super) fn all_executed_once_though_killed(&self, whence: &str) {
        self.all_executed(whence, 1);
    }

    fn all_executed(&self, whence: &str, unlogged: usize) {
        assert_eq!(self.states(), [8; MANY], "{whence}");
        // What is written is the group; what the server makes of it in other entries it may owe after a break.
        let crew = self.members(&format!("cn=Crew,ou=groups,{SUFFIX}"));
        let members = crew.iter().filter(|member| member.ends_with(&format!("ou=people,{SUFFIX}"))).count();
        assert_eq!((self.accounts().lines().count(), members), (MANY, MANY), "{whence}");
        let written = self.written();
        let added = written.iter().filter(|line| line.starts_with("add")).count();
        // One for the entry, one for its membership; the server adds one to the entry by itself.
        let log = fs::read_to_string(self.project.path("audit.ldif")).unwrap();
        let memberships = log.lines().filter(|line| *line == "add: member").count();
        assert!(added <= MANY && memberships <= MANY, "{whence}: {written:?}");
        assert!(added + memberships + unlogged >= 2 * MANY, "{whence}: {written:?}");
    }

    /// How often the directory was written to.
    pub(super) fn audited(&self) -> usize {
        let log = fs::read_to_string(self.project.path("audit.ldif")).unwrap_or_default();
        log.lines().filter(|line| line.starts_with("dn: ")).count()
    }
}

impl<D> Company<D> {
    pub(super) fn people(&self, rows: &str) {
        fs::write(self.project.path("data/people.csv"), format!("id,first,last,unit,team,phone\n{rows}")).unwrap();
    }

    /// Runs a job; how its last four tasks ended, and what the orders were.
    pub(super) fn run(&mut self, job: &str) -> String {
        let outcome = self.project.run(&["run", "conf", "--job", job, "-q"]);
        self.runs += 1;
        assert_eq!(outcome.code, Some(0), "{outcome} {}", self.message(job));
        self.ended(job)
    }

    pub(super) fn ended(&self, job: &str) -> String {
        let shown = self.project.show(self.runs);
        let state = |name: &str| task(&shown, &format!("{job}_{name}"))["state"].as_str().unwrap_or_default().to_owned();
        let orders = task(&shown, &format!("{job}_Orders"))["counters"].clone();
        let orders = ["added", "modified", "deleted"].map(|name| orders[name].as_u64().unwrap_or(0).to_string()).join("/");
        format!("{} {orders}", ["Keys", "Model", "Orders", "Fulfil"].map(state).join(" "))
    }

    pub(super) fn counter(&self, task_name: &str, counter: &str) -> u64 {
        task(&self.project.show(self.runs), task_name)["counters"][counter].as_u64().unwrap_or(0)
    }

    pub(super) fn states(&self) -> Vec<i64> {
        let store = rusqlite::Connection::open(self.project.path(".jobwright/store.db")).unwrap();
        let mut statement = store.prepare("SELECT state FROM provisioning_order ORDER BY moment, assignment").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    pub(super) fn message(&self, job: &str) -> String {
        let shown = self.project.show(self.runs);
        task(&shown, &format!("{job}_Fulfil"))["message"].as_str().unwrap_or_default().to_owned()
    }

    /// Everything up to the orders.
    pub(super) fn orders(&mut self) {
        let prepared = self.project.run(&["run", "conf", "--job", "Night", "--to", "Night_Orders", "-q"]);
        assert_eq!(prepared.code, Some(0), "{prepared}");
        self.runs += 1;
    }

    /// Executes what is transmitted.
    pub(super) fn fulfil(&mut self) -> Outcome {
        self.runs += 1;
        self.project.run(&FULFIL)
    }

    /// Goes on after a kill.
    pub(super) fn finish(&mut self) {
        let runs = self.project.run(&["runs", "--format", "json"]).json();
        let last = runs["runs"][0].clone();
        let outcome =
            if last["state"] == "interrupted" { self.project.run(&["run", "--resume", "-q"]) } else { self.project.run(&FULFIL) };
        assert_eq!(outcome.code, Some(0), "{outcome}");
    }

    /// More people, so that there is a middle.
    pub(super) fn many(&self) {
        let row = |number: usize| format!("{number},P{number},Roux,Deck,Crew,\n");
        self.people(&(1..=MANY).map(row).collect::<String>());
    }
}
