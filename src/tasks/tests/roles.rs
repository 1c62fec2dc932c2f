//! The role model on a small company: people, and accounts that a second table shows.

use crate::plan::model::{CorrelationRule, Item, ResourceType, Rule};

use super::*;

pub(super) fn attributes(list: &[(&str, Value)]) -> BTreeMap<String, Value> {
    list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

pub(super) fn correlation(source: &str, target: &str, confidence: i64) -> CorrelationRule {
    CorrelationRule {
        resource_type: "Account".to_owned(),
        attributes: attributes(&[
            ("SourceBinding", text(source)),
            ("TargetBinding", text(target)),
            ("SourceMatchedConfidenceLevel", Value::Int(confidence)),
        ]),
    }
}

pub(super) fn rule(element: &str, list: &[(&str, Value)]) -> Rule {
    Rule { element: element.to_owned(), attributes: attributes(list) }
}

/// Organizations stand for accounts: their code is that of their owner, their name is kept equal to the owner's.
pub(super) fn bench() -> Bench {
    let mut bench = Bench::filled();
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n9,Zoe\n");
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\n3,Cy,cy@x,\n");
    bench.write("members.csv", "mail,code\n");
    bench.plan.model.correlation_rules = vec![correlation("Code", "Code", 100)];
    bench.plan.model.resource_types = vec![ResourceType {
        id: "Account".to_owned(),
        source: "User".to_owned(),
        target: "Org".to_owned(),
        attributes: attributes(&[("BlockProvisioning", Value::Bool(false))]),
        rules: vec![
            rule("ScalarRule", &[("Property", text("Name")), ("Binding", text("Name"))]),
            rule("TypeRule", &[("Type", text("Required"))]),
        ],
    }];
    bench
}

impl Bench {
    pub(super) fn keys(&mut self, dirty: bool) -> Result<TaskReport, TaskError> {
        self.run(&task("ComputeCorrelationKeysTask", &[("Dirty", Value::Bool(dirty))]))
    }
}

#[test]
fn keys_are_computed_once_and_a_changed_key_flags_both_sides() {
    let mut bench = bench();
    bench.load(false).unwrap();
    let report = bench.keys(false).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "changed 6, computed 6"));
    assert_eq!(counted(&bench.keys(false).unwrap()), "computed 6");
    assert_eq!(bench.keys(true).unwrap().outcome, TaskEnd::Unchanged);
    // An account appears for Cy, whom nothing links to it.
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n3,Cy\n");
    bench.load(true).unwrap();
    bench.flag();
    assert_eq!(counted(&bench.keys(true).unwrap()), "changed 2, computed 1");
    let flagged = "SELECT t.name || r.key FROM resource r JOIN entity_type t ON t.id = r.type WHERE r.seq > 0 ORDER BY 1";
    assert_eq!(bench.query(flagged), ["Org3", "User3"]);
}

#[test]
fn correlation_rules_without_embedded_form_are_refused_together() {
    let mut bench = bench();
    bench.plan.model.correlation_rules.push(correlation("Nothing", "Groups.Name", 90));
    bench.load(false).unwrap();
    let error = bench.keys(false).err().unwrap().to_string();
    assert!(error.contains("source side of Account (User has no scalar property Nothing)"), "{error}");
    assert!(error.contains("target side of Account (binding through Groups"), "{error}");
    assert_eq!(bench.query("SELECT key FROM correlation_key"), [""; 0]);
}

impl Bench {
    pub(super) fn role_model(&mut self, dirty: bool) -> Result<TaskReport, TaskError> {
        let mut task = task("ComputeRoleModelTask", &[("Dirty", Value::Bool(dirty))]);
        task.entity_types = vec!["User".to_owned()];
        self.run(&task)
    }

    /// Everything but provisioning.
    pub(super) fn whole(&mut self, incremental: bool) -> TaskReport {
        self.load(incremental).unwrap();
        if incremental {
            self.flag();
        }
        self.keys(incremental).unwrap();
        self.role_model(incremental).unwrap()
    }

    pub(super) fn assignments(&self) -> Vec<String> {
        self.query(
            "SELECT ifnull(o.key, '-') || ' ' || ifnull(t.key, '-') || ' ' || a.origin || ' ' || a.command || ' ' || a.state
             FROM assigned_type a LEFT JOIN resource o ON o.id = a.owner LEFT JOIN resource t ON t.id = a.resource
             WHERE a.valid_to IS NULL ORDER BY a.owner",
        )
    }

    /// As if orders had been transmitted and executed.
    pub(super) fn execute(&mut self) {
        self.run += 1;
        self.store.execute("INSERT INTO moment (run, at) VALUES (?1, 0)", [self.run]).unwrap();
        self.store
            .execute_batch(
                "INSERT OR REPLACE INTO provisioning_order SELECT 'o' || id || max(seq), id, resource_type, NULL, command, NULL,
                   '{}', 8, NULL, 0, max(seq), max(seq) FROM assigned_type, moment WHERE state = 1 GROUP BY id;
                 UPDATE assigned_value SET state = 8 WHERE state = 1;
                 UPDATE assigned_link SET state = 8 WHERE state = 1;
                 UPDATE assigned_type SET state = 8 WHERE state = 1;",
            )
            .unwrap();
    }
}

#[test]
fn everyone_gets_what_a_rule_without_criterion_gives() {
    let mut bench = bench();
    let report = bench.whole(false);
    assert_eq!(counted(&report), "assigned 3, owners 3, pending 2, verified 1");
    assert_eq!(bench.assignments(), ["1 1 calculated  4", "2 2 calculated Modified 1", "3 - calculated Added 1"]);
    assert_eq!(
        bench.query("SELECT wanted || ' ' || ifnull(shown, '-') || ' ' || state FROM assigned_value ORDER BY assignment"),
        ["Ana Ana 4", "Bo Bob 1", "Cy - 1"]
    );
    for dirty in [false, true] {
        assert_eq!(bench.role_model(dirty).unwrap().outcome, TaskEnd::Unchanged, "dirty: {dirty}");
    }
}

#[test]
fn what_was_executed_is_verified_by_the_next_synchronization() {
    let mut bench = bench();
    bench.whole(false);
    bench.execute();
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged, "nothing is ordered twice");
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bo\n3,Cy\n9,Zoe\n");
    let report = bench.whole(true);
    assert_eq!(counted(&report), "assigned 2, owners 2, verified 2");
    assert!(bench.assignments().iter().all(|line| line.ends_with(" 4")), "{:?}", bench.assignments());
}

#[test]
fn what_no_synchronization_shows_is_ordered_again_and_given_up() {
    let mut bench = bench();
    bench.whole(false);
    for state in ["1", "1", "3"] {
        bench.execute();
        bench.load(false).unwrap();
        bench.role_model(false).unwrap();
        assert_eq!(bench.assignments()[2], format!("3 - calculated Added {state}"));
        assert_eq!(bench.assignments()[1], format!("2 2 calculated Modified {state}"));
    }
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn a_value_changed_by_hand_is_reported_and_left_alone() {
    let mut bench = bench();
    bench.whole(false);
    bench.write("orgs.csv", "code,name\n1,Anna\n2,Bob\n9,Zoe\n");
    assert_eq!(counted(&bench.whole(true)), "assigned 1, nonconforming 1, owners 1");
    assert_eq!(bench.assignments()[0], "1 1 calculated  4");
    let value = "SELECT wanted || ' ' || shown || ' ' || state || ' ' || origin FROM assigned_value WHERE wanted = 'Ana'";
    assert_eq!(bench.query(value), ["Ana Anna 0 non-conforming"]);
    bench.plan.model.resource_types[0].attributes.insert("DiscardManualAssignments".to_owned(), Value::Bool(true));
    bench.role_model(false).unwrap();
    assert_eq!(bench.query(value), ["Ana Anna 1 calculated"]);
}

#[test]
fn a_leaver_loses_the_account_and_the_assignment_ends_with_it() {
    let mut bench = bench();
    bench.whole(false);
    bench.write("people.csv", "id,name,mail,org\n2,Bo,bo@x,\n");
    assert_eq!(counted(&bench.whole(true)), "pending 1, removed 2");
    assert_eq!(bench.assignments(), ["- 1 calculated Deleted 1", "2 2 calculated Modified 1"]);
    bench.execute();
    bench.write("orgs.csv", "code,name\n2,Bo\n9,Zoe\n");
    bench.whole(true);
    assert_eq!(bench.assignments(), ["2 2 calculated Modified 4"]);
    assert_eq!(bench.query("SELECT count(*) || '' FROM assigned_type WHERE valid_to IS NOT NULL AND state = 6"), ["2"]);
}

#[test]
fn what_waits_for_approval_is_not_pending() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].attributes.clear();
    assert_eq!(counted(&bench.whole(false)), "assigned 3, owners 3, verified 1");
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 5", "3 - calculated Added 5"]);
}

#[test]
fn a_weak_correlation_is_suggested_only() {
    let mut bench = bench();
    bench.plan.model.correlation_rules = vec![correlation("Name", "Name", 80)];
    bench.whole(false);
    assert_eq!(bench.assignments()[0], "1 - calculated Added 5");
    assert_eq!(bench.query("SELECT confidence || '' FROM suggested_correlation"), ["80"]);
}

#[test]
fn roles_come_from_dimensions_and_bring_resource_types() {
    let mut bench = bench();
    bench.write("orgs.csv", "code,name\nA,Alpha\nB,Beta\n");
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n");
    let item = |element: &str, id: Option<&str>, list: &[(&str, Value)]| Item {
        element: element.to_owned(),
        id: id.map(str::to_owned),
        label: None,
        attributes: attributes(list),
        children: Vec::new(),
    };
    bench.plan.model.items = vec![
        item("CompositeRoleRule", None, &[("Role", text("Crew")), ("D0", text("A"))]),
        item("ContextRule", Some("Users"), &[("SourceEntityType", text("User")), ("B0", text("User:Org"))]),
        item("Dimension", Some("Org"), &[("ColumnMapping", Value::Int(0)), ("EntityType", text("Org"))]),
        item("SingleRoleRule", None, &[("Role", text("Mail")), ("CompositeRole", text("Crew"))]),
        item("SingleRoleRule", None, &[("Role", text("Badge")), ("Type", text("Suggested"))]),
    ];
    bench.plan.model.resource_types[0].rules = vec![
        rule("NavigationRule", &[("Property", text("Groups")), ("Resource", text("2")), ("SingleRole", text("Mail"))]),
        rule("TypeRule", &[("SingleRole", text("Mail"))]),
    ];
    bench.whole(false);
    let roles = "SELECT r.key || ' ' || a.role FROM assigned_role a JOIN resource r ON r.id = a.owner WHERE a.valid_to IS NULL ORDER BY 1";
    assert_eq!(bench.query(roles), ["1 Crew", "1 Mail", "2 Crew", "2 Mail"]);
    assert_eq!(bench.assignments(), ["1 - calculated Added 1", "2 - calculated Added 1"]);
    let links = "SELECT r.key || ' ' || l.command || ' ' || l.state FROM assigned_link l JOIN resource r ON r.id = l.target";
    assert_eq!(bench.query(links), ["2 add 1", "2 add 1"]);
    // One moves, and one is left out by a denial.
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,B\n2,Bo,bo@x,A\n3,Cy,cy@x,B\n");
    bench.whole(true);
    assert_eq!(bench.query(roles), ["2 Crew", "2 Mail"]);
    bench.plan.model.items.push(item("SingleRoleRule", None, &[("Role", text("Mail")), ("IsDenied", Value::Bool(true))]));
    bench.role_model(false).unwrap();
    assert_eq!(bench.query(roles), ["2 Crew"]);
    assert_eq!(bench.assignments(), [""; 0]);
}

#[test]
fn rules_without_embedded_form_are_told_together_before_anything_is_computed() {
    let mut bench = bench();
    let rules = &mut bench.plan.model.resource_types[0].rules;
    rules.push(rule("BinaryRule", &[("Property", text("Photo"))]));
    rules.push(rule("ScalarRule", &[("Property", text("Nothing")), ("Binding", text("Name"))]));
    bench.load(false).unwrap();
    let error = bench.role_model(false).err().unwrap().to_string();
    assert!(error.contains("BinaryRule Account.Photo (the property does not exist); ScalarRule Account.Nothing"), "{error}");
    assert_eq!(bench.assignments(), [""; 0]);
}

#[test]
fn views_are_named_after_entity_types_and_made_once() {
    let mut bench = bench();
    bench.load(false).unwrap();
    bench.expressions(false).unwrap();
    let make = task("CreateDatabaseViewsTask", &[]);
    assert_eq!(counted(&bench.run(&make).unwrap()), "changed 2, views 2");
    assert_eq!(bench.query("SELECT Name || ' ' || Kind FROM zz_User ORDER BY Code"), ["Ana person", "Bo person", "Cy person"]);
    assert_eq!(bench.run(&make).unwrap().outcome, TaskEnd::Unchanged);
    assert!(bench.run(&task("MaintainIndexesTask", &[("AllIndexes", Value::Bool(true))])).unwrap().counters["indexes"] > 5);
}

#[test]
fn of_a_policy_that_is_switched_off_nothing_is_computed_or_taken_away() {
    let mut bench = bench();
    let policy = |on: bool| Item {
        element: "Policy".to_owned(),
        id: Some("Crew".to_owned()),
        label: None,
        attributes: attributes(&[("IsProvisioningEnabled", Value::Bool(on))]),
        children: Vec::new(),
    };
    bench.plan.model.items = vec![policy(true)];
    bench.plan.model.resource_types[0].attributes.insert("Policy".to_owned(), text("Crew"));
    bench.whole(false);
    let before = bench.assignments();
    assert_eq!(before.len(), 3);
    bench.plan.model.items = vec![policy(false)];
    bench.write("people.csv", "id,name,mail,org\n2,Bea,bo@x,\n3,Cy,cy@x,\n");
    let report = bench.whole(false);
    assert_eq!(bench.query("SELECT state || command FROM assigned_type WHERE valid_to IS NULL ORDER BY owner").len(), 3);
    let said = report.message.unwrap();
    assert!(said.contains("policy Crew is switched off (IsProvisioningEnabled), so nothing of it was computed"), "{said}");
    let orders = task("GenerateProvisioningOrdersTask", &[]);
    assert_eq!(bench.run(&orders).unwrap().outcome, TaskEnd::Unchanged, "what was pending is not ordered");
    // Switched on again, everything goes on where it was.
    bench.plan.model.items = vec![policy(true)];
    bench.whole(false);
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 1", "3 - calculated Added 1"]);
}
