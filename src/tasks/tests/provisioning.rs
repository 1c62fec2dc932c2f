//! Orders out of assignments, and what becomes of them in files.

use super::*;
use crate::plan::model::{ResourceType, Value as Attribute};
use crate::tasks::{change_list, held_list, order_list_name};

/// People of the bench are owners and targets at once; `Files` fulfils them.
fn provisioned() -> Bench {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    let mut fulfils = bench.plan.model.connections[0].clone();
    fulfils.id = "Files".to_owned();
    fulfils.package = "Usercube.FulfillToFile@0000001".to_owned();
    (fulfils.exports, fulfils.fulfils) = (false, true);
    bench.plan.model.connections.push(fulfils);
    bench.plan.model.resource_types.push(ResourceType {
        id: "Account".to_owned(),
        source: "User".to_owned(),
        target: "User".to_owned(),
        attributes: [("MaximumInsertPercent", Attribute::Int(0)), ("MaximumUpdatePercent", Attribute::Int(0))]
            .into_iter()
            .chain([("MaximumDelete", Attribute::Int(1)), ("MaximumDeletePercent", Attribute::Int(0))])
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        rules: Vec::new(),
    });
    bench
}

fn sources() -> Bench {
    let mut bench = provisioned();
    bench.written_back = vec!["Files"];
    bench
}

impl Bench {
    fn id(&self, key: &str) -> i64 {
        self.store.query_row("SELECT id FROM resource WHERE key = ?1", [key], |row| row.get(0)).unwrap()
    }

    /// An assignment of user `owner` that is pending.
    fn assign(&self, owner: &str, command: &str, values: &[(&str, &str)], links: &[(&str, &str)]) -> i64 {
        let resource = (command != "Added").then(|| self.id(owner));
        let sql = "INSERT INTO assigned_type (owner, resource_type, resource, state, command, origin, valid_from)
                   VALUES (?1, 'Account', ?2, 1, ?3, 'calculated', 1)";
        self.store.execute(sql, rusqlite::params![self.id(owner), resource, command]).unwrap();
        let id = self.store.last_insert_rowid();
        for (property, wanted) in values {
            let sql = "INSERT INTO assigned_value VALUES (?1, ?2, ?3, NULL, 1, 'calculated')";
            self.store.execute(sql, rusqlite::params![id, property, wanted]).unwrap();
        }
        for (target, command) in links {
            let sql = "INSERT INTO assigned_link VALUES (?1, 'Groups', ?2, ?3, 1, 'calculated')";
            self.store.execute(sql, rusqlite::params![id, self.id(target), command]).unwrap();
        }
        id
    }

    fn orders(&mut self) -> Result<TaskReport, TaskError> {
        self.run(&orders_task())
    }

    fn fulfill(&mut self) -> TaskReport {
        self.run(&task("FulfillTask", &[("Connector", text("HR"))])).unwrap()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn states(&self) -> String {
        self.query("SELECT state || '' FROM assigned_type ORDER BY id").join(" ")
    }
}

fn orders_task() -> Task {
    task("GenerateProvisioningOrdersTask", &[("Connector", text("HR"))])
}

/// A joiner in a group, one who is renamed and changes groups, one who leaves.
fn three(bench: &Bench) {
    bench.assign("2", "Added", &[("Code", "4"), ("Name", "Dee; \"D\""), ("Mail", "dee@x")], &[("A", "add")]);
    bench.assign("1", "Modified", &[("Code", "9"), ("Mail", "ann@x")], &[("A", "remove")]);
    bench.assign("3", "Deleted", &[], &[]);
}

const PEOPLE: &str = "id,name,mail,org\n9,Ana,ann@x,A\n2,Bo,bo@x,A\n4,\"Dee; \"\"D\"\"\",dee@x,\n";
const MEMBERS: &str = "mail,code\nann@x,B\ndee@x,A\n";

#[test]
fn pending_assignments_become_orders_once() {
    let mut bench = sources();
    three(&bench);
    let report = bench.orders().unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "added 1, deleted 1, modified 1"));
    assert_eq!(bench.states(), "2 2 2");
    let file = bench.query("SELECT DISTINCT file FROM provisioning_order").concat();
    let text = bench.read(&format!("work/ProvisioningOrders/{file}"));
    let written: serde_json::Value = serde_json::from_str(&text).unwrap();
    let modified = &written["ProvisioningOrdersList"][1];
    assert_eq!(modified["ChangeType"], "Modified");
    assert_eq!(modified["Changes"], serde_json::json!({"Code": "9", "Groups_remove": ["A"], "Mail": "ann@x"}));
    assert_eq!(modified["Resource"]["Mail"], "ana@x");
    assert_eq!(modified["ResourceType"]["TargetEntityType"]["Identifier"], "User");
    assert_eq!(written["ProvisioningOrdersList"][2].get("Changes"), None);
    // What was not executed yet waits, and lets fulfilment go on; no order is made again.
    let again = bench.orders().unwrap();
    assert_eq!((again.outcome, again.message.as_deref()), (TaskEnd::Completed, Some("3 orders wait from before")));
    assert_eq!(bench.query("SELECT count(*) || '' FROM provisioning_order"), ["3"]);
}

#[test]
fn orders_take_arguments_along() {
    let mut bench = sources();
    let code = "C#:resource: if (provisioningOrder == null || provisioningOrder.ChangeType.IsNone()) { return null; }
        var arguments = new System.Collections.Generic.Dictionary<string, string>();
        var flow = \"Update\";
        if (provisioningOrder.ChangeType.IsAdded() || provisioningOrder.HasChanged(\"Groups\")) { flow = \"Start\"; }
        else if (provisioningOrder.ChangeType.IsDeleted()) { flow = \"End\"; }
        arguments.Add(\"Flow\", flow);
        if (provisioningOrder.TryGetScalar(\"Mail\", out var mail) && mail != null) {
          var others = queryHandler.Select<User>(\"Select Id Where Mail=\\\"\" + mail.ToString() + \"\\\"\");
          if (others.Any()) { arguments[\"Copy\"] = others.First().Code; }
        }
        return arguments;";
    let with = |bench: &mut Bench, code: &str| {
        let attributes = &mut bench.plan.model.resource_types[0].attributes;
        attributes.insert("ArgumentsExpression".to_owned(), Attribute::Text(code.to_owned()));
    };
    with(&mut bench, code);
    bench.assign("1", "Added", &[("Mail", "cy@x")], &[]);
    bench.assign("2", "Modified", &[("Mail", "new@x")], &[]);
    bench.assign("3", "Deleted", &[], &[]);
    let task = orders_task();
    with(&mut bench, "C#:resource: return resource.Code;");
    let error = bench.run(&task).err().unwrap().to_string();
    assert!(
        error.contains("ArgumentsExpression of Account (its input, which no page describes) has no embedded form"),
        "{error}"
    );
    with(&mut bench, "C#:resource: return 3;");
    let error = bench.run(&task).err().unwrap().to_string();
    assert!(error.contains("order Added 1, of resource type Account, cannot be computed: it gives whole number"), "{error}");
    with(&mut bench, code);
    bench.orders().unwrap();
    let arguments = bench
        .query("SELECT json_extract(body, '$.Arguments') FROM provisioning_order ORDER BY json_extract(body, '$.ChangeType')");
    assert_eq!(arguments, [r#"{"Copy":"3","Flow":"Start"}"#, r#"{"Flow":"End"}"#, r#"{"Flow":"Update"}"#]);
}

#[test]
fn orders_are_executed_in_the_files_that_exports_read() {
    let mut bench = sources();
    three(&bench);
    bench.orders().unwrap();
    let report = bench.fulfill();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "executed 3"));
    assert_eq!((bench.read("people.csv").as_str(), bench.read("members.csv").as_str()), (PEOPLE, MEMBERS));
    assert_eq!(bench.states(), "8 8 8");
    assert_eq!(bench.query("SELECT state || '' FROM assigned_link UNION SELECT state || '' FROM assigned_value"), ["8"]);
    assert!(bench.read("work/FulfillResults/FulfillTask.csv").contains("executed"));
    let file = bench.query("SELECT DISTINCT file FROM provisioning_order").concat();
    assert!(bench.path("work/ProvisioningOrders/Downloaded").join(file).exists());
    assert_eq!(bench.fulfill().outcome, TaskEnd::Unchanged);
    // The next synchronization reads what was written.
    bench.load(false).unwrap();
    assert_eq!(bench.links(), ["Org_Members 4 A", "Org_Members 9 B", "User_Org 2 A", "User_Org 9 A"]);
}

#[test]
fn a_kill_after_the_files_are_written_changes_nothing() {
    let mut bench = sources();
    three(&bench);
    bench.orders().unwrap();
    bench.killed = true;
    bench.fulfill();
    assert_eq!(bench.states(), "2 2 2");
    bench.killed = false;
    assert_eq!(counted(&bench.fulfill()), "executed 3");
    assert_eq!((bench.read("people.csv").as_str(), bench.read("members.csv").as_str()), (PEOPLE, MEMBERS));
}

#[test]
fn a_kill_between_two_files_is_made_good() {
    let (people, members) =
        ("id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n", "mail,code\nana@x,A\nana@x,B\ncy@x,B\n");
    for (people, members) in [(people, MEMBERS), (PEOPLE, members)] {
        let mut bench = sources();
        three(&bench);
        bench.orders().unwrap();
        bench.write("people.csv", people);
        bench.write("members.csv", members);
        assert_eq!(counted(&bench.fulfill()), "executed 3");
        assert_eq!(bench.read("people.csv"), PEOPLE);
        assert!(bench.read("members.csv").starts_with("mail,code\nann@x,B\n"), "{}", bench.read("members.csv"));
    }
}

/// Organizations are owners and targets; people name theirs in a column of their own table.
fn organizations() -> Bench {
    let mut bench = sources();
    let organizations = &mut bench.plan.model.resource_types[0];
    (organizations.source, organizations.target) = ("Org".to_owned(), "Org".to_owned());
    bench
}

#[test]
fn people_stay_when_what_they_name_goes_and_follow_its_name() {
    for killed in [false, true] {
        let mut bench = organizations();
        bench.assign("A", "Deleted", &[], &[]);
        bench.assign("B", "Modified", &[("Code", "B2")], &[]);
        bench.orders().unwrap();
        if killed {
            // Between two files: the organizations are written, the people are not.
            bench.write("orgs.csv", "code,name\nB2,Beta\n");
        }
        assert_eq!(counted(&bench.fulfill()), "executed 2");
        assert_eq!(bench.read("orgs.csv"), "code,name\nB2,Beta\n");
        assert_eq!(bench.read("people.csv"), "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\n3,Cy,cy@x,B2\n");
        assert_eq!(bench.read("members.csv"), "mail,code\nana@x,B2\ncy@x,B2\n");
    }
}

/// Organizations of which one gives a person up and another one takes the person.
fn passed_on(user: &str, from: &str, to: &str) -> Bench {
    let mut bench = organizations();
    for organization in ["A", "B"] {
        let assignment = bench.assign(organization, "Modified", &[], &[]);
        let command = if organization == from { "remove" } else { "add" };
        assert!(organization == from || organization == to);
        let sql = "INSERT INTO assigned_link VALUES (?1, 'Users', ?2, ?3, 1, 'calculated')";
        bench.store.execute(sql, rusqlite::params![assignment, bench.id(user), command]).unwrap();
    }
    bench.orders().unwrap();
    bench
}

#[test]
fn a_link_from_the_other_end_is_written_where_it_stands() {
    // The place is free once the other order is executed, whichever comes first.
    for (user, from, to, rows) in [
        ("1", "A", "B", "1,Ana,ana@x,B\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n"),
        ("3", "B", "A", "1,Ana,ana@x,A\n2,Bo,bo@x,A\n3,Cy,cy@x,A\n"),
    ] {
        let mut bench = passed_on(user, from, to);
        let report = bench.fulfill();
        assert_eq!(counted(&report), "executed 2", "{:?}", report.message);
        assert_eq!(bench.read("people.csv"), format!("id,name,mail,org\n{rows}"));
    }
    // Another one stands there.
    let mut bench = organizations();
    let to_a = bench.assign("A", "Modified", &[], &[]);
    let sql = "INSERT INTO assigned_link VALUES (?1, 'Users', ?2, 'add', 1, 'calculated')";
    bench.store.execute(sql, [to_a, bench.id("3")]).unwrap();
    bench.orders().unwrap();
    let report = bench.fulfill();
    assert_eq!((counted(&report).as_str(), bench.states().as_str()), ("errored 1", "3"));
    let message = report.message.unwrap();
    assert!(message.contains("People has one place for a link of User_Org, and B stands there"), "{message}");
    assert_eq!(bench.read("people.csv"), "id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n");
}

#[test]
fn names_are_passed_on_within_one_list_of_orders() {
    let mut bench = sources();
    // One takes the name of the next, that one another name; a new one takes the name of who goes.
    bench.assign("1", "Modified", &[("Code", "2"), ("Name", "Ann")], &[]);
    bench.assign("2", "Modified", &[("Code", "4")], &[]);
    bench
        .store
        .execute(
            "INSERT INTO resource (type, key, body, valid_from) SELECT type, 'new', '[]', 1 FROM resource WHERE key = '1'",
            [],
        )
        .unwrap();
    bench.assign("new", "Added", &[("Code", "3"), ("Name", "Eve")], &[]);
    bench.assign("3", "Deleted", &[], &[]);
    bench.orders().unwrap();
    let report = bench.fulfill();
    assert_eq!(counted(&report), "executed 4", "{:?}", report.message);
    assert_eq!(bench.read("people.csv"), "id,name,mail,org\n2,Ann,ana@x,A\n4,Bo,bo@x,A\n3,Eve,,\n");
}

#[test]
fn an_order_that_is_refused_is_told_and_leaves_the_others() {
    let mut bench = sources();
    bench.assign("1", "Added", &[("Code", "2"), ("Name", "Someone else")], &[]);
    bench.assign("2", "Modified", &[("Name", "Bob")], &[]);
    bench.assign("3", "Modified", &[("Code", "1")], &[("B", "remove")]);
    bench.orders().unwrap();
    let report = bench.fulfill();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Failed, "errored 2, executed 1"));
    assert!(report.message.unwrap().starts_with("1 order executed, 2 refused"));
    assert_eq!(bench.states(), "3 8 3");
    assert_eq!(
        bench.query("SELECT message FROM assigned_type WHERE state = 3 ORDER BY id"),
        ["2 is there already, with another value of name", "1 is the key of another resource"]
    );
    assert_eq!(bench.read("people.csv"), "id,name,mail,org\n1,Ana,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n");
    assert_eq!(bench.read("members.csv"), "mail,code\nana@x,A\nana@x,B\ncy@x,B\n");
}

#[test]
fn a_file_that_is_away_keeps_the_orders_waiting() {
    let mut bench = sources();
    three(&bench);
    bench.orders().unwrap();
    std::fs::rename(bench.path("members.csv"), bench.path("away.csv")).unwrap();
    let report = bench.fulfill();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Failed, "waiting 3"));
    assert_eq!(bench.states(), "2 2 2");
    std::fs::rename(bench.path("away.csv"), bench.path("members.csv")).unwrap();
    assert_eq!(counted(&bench.fulfill()), "executed 3");
}

#[test]
fn orders_for_people_are_put_into_a_folder() {
    let mut bench = provisioned();
    bench.settings = bench.settings.replace("\"People\":", "\"Files\": {\"OutputPath\": \"desk\"}, \"People\":");
    three(&bench);
    bench.orders().unwrap();
    assert_eq!(counted(&bench.fulfill()), "executed 3");
    for id in bench.query("SELECT id FROM provisioning_order") {
        let order: serde_json::Value = serde_json::from_str(&bench.read(&format!("desk/{id}.json"))).unwrap();
        assert_eq!(order["ProvisioningOrdersList"][0]["OrderId"], id);
    }
    assert_eq!(bench.read("members.csv"), "mail,code\nana@x,A\nana@x,B\ncy@x,B\n");
}

#[test]
fn thresholds_hold_orders_back_until_exactly_they_are_approved() {
    let mut bench = sources();
    for owner in ["1", "2"] {
        bench.assign(owner, "Deleted", &[], &[]);
    }
    let report = bench.orders().unwrap();
    assert_eq!(report.outcome, TaskEnd::Blocked);
    assert!(report.message.unwrap().contains("2 resources deleted, more than the 1 of resource type Account"));
    assert_eq!(bench.states(), "1 1");
    let list = |bench: &Bench| held_list(&bench.store, &order_list_name(Some("HR"))).unwrap().unwrap();
    let name = list(&bench);
    let shown = change_list(&bench.store, &name, true).unwrap().unwrap();
    assert_eq!(shown.counts["Account"].deleted, 2);
    assert!(bench.approve(&orders_task(), Some("orders:HR-999")).is_err());
    // Another assignment is not part of what was approved.
    bench.assign("3", "Deleted", &[], &[]);
    assert_eq!(bench.approve(&orders_task(), Some(&name)).unwrap().outcome, TaskEnd::Completed);
    assert_eq!(bench.states(), "2 2 1");
    assert!(bench.approve(&orders_task(), Some(&name)).is_err(), "approved once is applied once");
}

#[test]
fn an_approved_list_that_says_something_else_by_now_is_refused() {
    let mut bench = sources();
    bench.plan.model.resource_types[0].attributes.insert("MaximumUpdate".to_owned(), Attribute::Int(1));
    bench.assign("1", "Modified", &[("Name", "Ann")], &[]);
    bench.assign("2", "Modified", &[("Name", "Bob")], &[]);
    assert_eq!(bench.orders().unwrap().outcome, TaskEnd::Blocked);
    let name = held_list(&bench.store, &order_list_name(Some("HR"))).unwrap().unwrap();
    let shown = change_list(&bench.store, &name, true).unwrap().unwrap().changes.unwrap();
    assert_eq!(shown[0].values["Name"], [serde_json::json!("Ana"), serde_json::json!("Ann")]);
    assert_eq!((shown[0].key.as_str(), shown[0].label.as_deref()), ("1", Some("Ana")));
    bench.store.execute("UPDATE assigned_value SET wanted = 'Bert' WHERE wanted = 'Bob'", []).unwrap();
    let error = bench.approve(&orders_task(), Some(&name)).err().unwrap().to_string();
    assert!(error.contains("1 of the 2 orders that were approved would say something else now"), "{error}");
}

#[test]
fn settings_that_cannot_be_written_back_are_refused_with_their_place() {
    let mut bench = sources();
    bench.settings = bench.settings.replace("\"Path\": \"people.csv\"", "\"Path\": \"people.csv\", \"ValuesToTrim\": [\"*\"]");
    let fulfill = task("FulfillTask", &[("Connection", text("Files"))]);
    let refused = |bench: &Bench| {
        find("FulfillTask").unwrap().check_settings(&bench.plan, &fulfill, &bench.read_settings()).unwrap_err().to_string()
    };
    let error = refused(&bench);
    assert!(error.contains("appsettings.agent.json:1:") && error.contains("ValuesToTrim of connection People"), "{error}");
    bench.written_back = vec!["Flies"];
    assert_eq!(
        refused(&bench),
        "[fulfilment] in jobwright.toml names Flies, which is no connection to files (did you mean Files?)"
    );
}
