//! The embedded tasks on small companies: a store, a folder of CSV files, a plan made by hand.

mod affected;
mod classification;
mod code;
mod databases;
mod decided;
mod export;
mod governance;
mod laws;
mod notify;
mod pipeline;
mod pre_existing;
mod profiles;
mod provisioning;
mod roles;
mod thresholds;
mod transformations;
mod typed;
mod upkeep;

use std::collections::BTreeMap;
use std::path::PathBuf;

use rusqlite::Connection as Store;

use crate::config::Fulfilment;
use crate::plan::model::{
    Association, AssociationEnd, AssociationMapping, Connection, Connector, EntityType, EntityTypeMapping, Item, Job, JobMode,
    Limit, Model, OnFailure, Origins, Parents, Plan, Property, PropertyExpression, PropertyMapping, Side, Task, Thresholds,
    Value,
};

use super::{RunId, Settings, TaskContext, TaskEnd, TaskError, TaskReport, content_digest, find, migrate_identity};

/// A store, its files, and a plan to run on them.
struct Bench {
    folder: tempfile::TempDir,
    store: Store,
    plan: Plan,
    settings: String,
    /// Connections whose orders are executed in the files that exports read.
    written_back: Vec<&'static str>,
    run: i64,
    /// Whether tasks are killed before their commit.
    killed: bool,
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn task(element: &str, attributes: &[(&str, Value)]) -> Task {
    Task {
        id: element.to_owned(),
        element: element.to_owned(),
        display_names: BTreeMap::new(),
        side: Side::Agent,
        position: 0,
        level: 0,
        attributes: attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        entity_types: vec!["Org".to_owned(), "User".to_owned()],
        resource_types: Vec::new(),
        depends_on: Vec::new(),
        parents: Parents::All,
        on_failure: OnFailure::Stop,
    }
}

/// An item with its children.
fn item(element: &str, id: Option<&str>, list: &[(&str, Value)], children: Vec<Item>) -> Item {
    Item {
        element: element.to_owned(),
        id: id.map(str::to_owned),
        label: id.map(|id| format!("the {id}")),
        attributes: list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        children,
    }
}

fn entity_type(id: &str, properties: &[(&str, &str)]) -> EntityType {
    let property = |(id, kind): &(&str, &str)| Property { id: (*id).to_owned(), kind: (*kind).to_owned(), key: *id == "Code" };
    EntityType { id: id.to_owned(), properties: properties.iter().map(property).collect() }
}

fn mapping(entity_type: &str, table: &str, properties: &[(&str, &str)]) -> EntityTypeMapping {
    EntityTypeMapping {
        entity_type: entity_type.to_owned(),
        connector: "HR".to_owned(),
        table: Some(table.to_owned()),
        properties: properties
            .iter()
            .map(|(property, column)| PropertyMapping {
                property: (*property).to_owned(),
                column: (*column).to_owned(),
                primary_key: *property == "Code",
                unique_key: false,
                format: None,
            })
            .collect(),
        thresholds: Thresholds::default(),
    }
}

fn end(entity_type: &str, property: &str, collection: bool) -> AssociationEnd {
    AssociationEnd { entity_type: entity_type.to_owned(), property: property.to_owned(), collection }
}

fn association_mapping(id: &str, table: &str, columns: [&str; 2], keys: [(&str, &str); 2]) -> AssociationMapping {
    let key = |(entity_type, property): (&str, &str)| (entity_type.to_owned(), property.to_owned());
    AssociationMapping {
        association: id.to_owned(),
        connector: "HR".to_owned(),
        table: Some(table.to_owned()),
        column1: columns[0].to_owned(),
        column2: columns[1].to_owned(),
        key1: key(keys[0]),
        key2: key(keys[1]),
        thresholds: Thresholds::default(),
    }
}

/// People in organizations, and groups that hold people, named by their mail.
fn model() -> Model {
    let connection = |id: &str| Connection {
        id: id.to_owned(),
        connector: "HR".to_owned(),
        package: "Usercube.CSV@0000001".to_owned(),
        exports: true,
        fulfils: false,
        incremental: true,
        transformations: Vec::new(),
    };
    let expression = |property: &str, binding: Option<&str>, expression: Option<&str>, priority| PropertyExpression {
        id: format!("User_{property}"),
        entity_type: "User".to_owned(),
        property: property.to_owned(),
        binding: binding.map(str::to_owned),
        expression: expression.map(str::to_owned),
        criteria: None,
        priority,
    };
    Model {
        connectors: vec![Connector {
            id: "HR".to_owned(),
            agent: None,
            deactivated: false,
            thresholds: Thresholds::default(),
            link_thresholds: Thresholds::default(),
        }],
        connections: vec![connection("Members"), connection("Orgs"), connection("People")],
        entity_types: vec![
            entity_type("Org", &[("Code", "String"), ("Name", "String"), ("Users", "ForeignKey"), ("Groups", "ForeignKey")]),
            entity_type(
                "User",
                &[
                    ("Code", "String"),
                    ("Name", "String"),
                    ("Mail", "String"),
                    ("Org", "ForeignKey"),
                    ("Groups", "ForeignKey"),
                    ("OrgName", "String"),
                    ("Shout", "String"),
                    ("Kind", "String"),
                ],
            ),
        ],
        associations: vec![
            Association { id: "Org_Members".to_owned(), first: end("User", "Groups", true), second: end("Org", "Groups", true) },
            Association { id: "User_Org".to_owned(), first: end("User", "Org", false), second: end("Org", "Users", true) },
        ],
        entity_type_mappings: vec![
            mapping("Org", "Orgs", &[("Code", "code"), ("Name", "name")]),
            mapping("User", "People", &[("Code", "id"), ("Mail", "mail"), ("Name", "name")]),
        ],
        association_mappings: vec![
            association_mapping("Org_Members", "Members", ["mail", "code"], [("User", "Mail"), ("Org", "Code")]),
            association_mapping("User_Org", "People", ["id", "org"], [("User", "Code"), ("Org", "Code")]),
        ],
        property_expressions: vec![
            expression("OrgName", Some("User:Org.Name"), None, 1),
            expression("Kind", None, Some("Literal:person"), 2),
            expression("Shout", Some("OrgName"), Some("ToUpper"), 3),
        ],
        ..Model::default()
    }
}

impl Bench {
    fn new() -> Self {
        let mut store = Store::open_in_memory().unwrap();
        let transaction = store.transaction().unwrap();
        migrate_identity(&transaction).unwrap();
        transaction.commit().unwrap();
        let plan = Plan {
            version: 1,
            generator: String::new(),
            dialect: "saas".to_owned(),
            digest: String::new(),
            jobs: vec![Job {
                id: "Job".to_owned(),
                display_names: BTreeMap::new(),
                agent: None,
                mode: JobMode::Other,
                schedule: None,
                user_start_denied: false,
                connector_job: false,
                log_level: "None".to_owned(),
                tasks: ["People", "Orgs", "Members"].map(|id| task("ExportTask", &[("Connection", text(id))])).to_vec(),
            }],
            model: model(),
            origins: Origins::default(),
        };
        let settings = "{\"Connections\": {\"People\": {\"Path\": \"people.csv\"}, \"Orgs\": {\"Path\": \"orgs.csv\"}, \
                        \"Members\": {\"Path\": \"members.csv\"}}}";
        Self {
            folder: tempfile::tempdir().unwrap(),
            store,
            plan,
            settings: settings.to_owned(),
            written_back: Vec::new(),
            run: 0,
            killed: false,
        }
    }

    /// With three people in two organizations.
    fn filled() -> Self {
        let bench = Self::new();
        bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n");
        bench.write("orgs.csv", "code,name\nA,Alpha\nB,Beta\n");
        bench.write("members.csv", "mail,code\nana@x,A\nana@x,B\ncy@x,B\n");
        bench
    }

    /// As [`Self::filled`], with organizations that come from a connector of their own.
    fn structured() -> Self {
        let mut bench = Self::filled();
        let model = &mut bench.plan.model;
        let connector = Connector { id: "Structure".to_owned(), ..model.connectors[0].clone() };
        model.connectors.push(connector);
        model.connections[1].connector = "Structure".to_owned();
        model.entity_type_mappings[0].connector = "Structure".to_owned();
        bench
    }

    /// Reads the organizations of that connector anew.
    fn load_structure(&mut self) -> TaskReport {
        let on = |element: &str| task(element, &[("Connector", text("Structure")), ("SynchronizationMode", text("Complete"))]);
        self.export("Orgs", true).unwrap();
        self.run(&on("PrepareSynchronizationTask")).unwrap();
        self.run(&on("SynchronizeTask")).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn read_settings(&self) -> Settings {
        let mut settings = Settings::parse(&self.settings, &self.path("appsettings.agent.json"), None).unwrap();
        let written_back = self.written_back.iter().map(|id| ((*id).to_owned(), Fulfilment::Sources));
        settings.fulfilment = written_back.collect();
        settings
    }

    /// What the task says of its settings before the job starts.
    fn refused(&self, task: &Task) -> String {
        let error = find(&task.element).unwrap().check_settings(&self.plan, task, &self.read_settings()).err();
        self.local(&error.map(|error| error.to_string()).unwrap_or_default())
    }

    /// A message without the folder of the test.
    fn local(&self, message: &str) -> String {
        message.replace(&format!("{}/", self.folder.path().display()), "")
    }

    fn run(&mut self, task: &Task) -> Result<TaskReport, TaskError> {
        self.approve(task, None)
    }

    fn approve(&mut self, task: &Task, approval: Option<&str>) -> Result<TaskReport, TaskError> {
        self.run_watched(task, approval, &|| false)
    }

    /// Runs a task that asks `cancelled` whether it is to give up.
    fn run_watched(
        &mut self,
        task: &Task,
        approval: Option<&str>,
        cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Result<TaskReport, TaskError> {
        self.run += 1;
        let settings = self.read_settings();
        let transaction = self.store.transaction().unwrap();
        let work = self.folder.path().join("work");
        let mut context = TaskContext {
            plan: &self.plan,
            job: &self.plan.jobs[0],
            task,
            transaction: &transaction,
            work: &work,
            settings: &settings,
            run: RunId(self.run),
            progress: &|_, _| {},
            cancelled,
            approval,
        };
        let mut report = find(&task.element).unwrap().run(&mut context)?;
        if self.killed {
            return Ok(report);
        }
        transaction.commit().unwrap();
        for step in report.after_commit.drain(..) {
            step().unwrap();
        }
        Ok(report)
    }

    /// Does something that is killed before its commit: the files stay, the store is as before.
    fn undone(&mut self, work: impl FnOnce(&mut Self) -> Result<(), TaskError>) {
        self.killed = true;
        work(self).unwrap();
        self.killed = false;
    }

    fn export(&mut self, connection: &str, complete: bool) -> Result<TaskReport, TaskError> {
        self.run(&task("ExportTask", &[("Connection", text(connection)), ("IgnoreCookieFile", Value::Bool(complete))]))
    }

    fn prepare(&mut self, mode: &str) -> Result<TaskReport, TaskError> {
        let attributes = [("Connector", text("HR")), ("SynchronizationMode", text(mode))];
        self.run(&task("PrepareSynchronizationTask", &attributes))
    }

    fn synchronize_task(incremental: bool) -> Task {
        task("SynchronizeTask", &[("Connector", text("HR")), ("DoNotDeleteChanges", Value::Bool(incremental))])
    }

    fn flag(&mut self) -> TaskReport {
        self.run(&task("SetRecentlyModifiedFlagTask", &[])).unwrap()
    }

    fn expressions(&mut self, dirty: bool) -> Result<TaskReport, TaskError> {
        self.run(&task("UpdateEntityPropertyExpressionsTask", &[("Dirty", Value::Bool(dirty))]))
    }

    /// Export, prepare, synchronize; as far as something changes.
    fn load(&mut self, incremental: bool) -> Result<TaskReport, TaskError> {
        let mut exported = Vec::new();
        for connection in ["People", "Orgs", "Members"] {
            exported.push(self.export(connection, !incremental)?);
        }
        if let Some(unchanged) = exported.into_iter().find(|report| report.outcome == TaskEnd::Unchanged) {
            return Ok(unchanged);
        }
        let prepared = self.prepare(if incremental { "Incremental" } else { "Complete" })?;
        if prepared.outcome == TaskEnd::Unchanged {
            return Ok(prepared);
        }
        self.run(&Self::synchronize_task(incremental))
    }

    fn query(&self, sql: &str) -> Vec<String> {
        let mut statement = self.store.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Option<String>>(0)).unwrap();
        rows.map(|row| row.unwrap().unwrap_or_default()).collect()
    }

    fn resources(&self) -> Vec<String> {
        self.query("SELECT t.name || ' ' || r.body FROM resource r JOIN entity_type t ON t.id = r.type ORDER BY t.name, r.key")
    }

    fn links(&self) -> Vec<String> {
        self.query(
            "SELECT a.name || ' ' || f.key || ' ' || t.key FROM link l JOIN association a ON a.id = l.association
             JOIN resource f ON f.id = l.from_id JOIN resource t ON t.id = l.to_id ORDER BY 1",
        )
    }

    fn digest(&self) -> String {
        content_digest(&self.store).unwrap()
    }
}

/// The counters that are not 0.
fn counted(report: &TaskReport) -> String {
    let counts = report.counters.iter().filter(|(_, count)| **count > 0);
    counts.map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
}
