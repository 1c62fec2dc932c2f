//! Risks, and the names of contexts, on a small company: organizations stand for accounts, groups are theirs.

use super::roles::rule;
use super::*;

/// Accounts 1 and 2 belong to Ana and Bo; group 9 has 1 as a member, group 8 both.
fn company() -> Bench {
    let mut bench = roles::bench();
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n8,Pay\n9,Audit\n");
    // `Org.Users` of an account: the people linked to it stand for its entitlements.
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\nP,Pay,p@x,1\nA,Audit,a@x,1\n");
    bench.plan.model.resource_types[0].rules = vec![rule("ScalarRule", &[("Property", text("Name")), ("Binding", text("Name"))])];
    bench
}

fn entitlement(property: &str, resource: Option<&str>) -> Item {
    let mut list = vec![("ResourceType", text("Account")), ("Property", text(property))];
    list.extend(resource.map(|resource| ("Resource", text(resource))));
    item("Item", None, &list, Vec::new())
}

fn risk(id: &str, level: i64, rules: Vec<Vec<Item>>) -> Item {
    let rules = rules.into_iter().map(|items| item("Rule", None, &[], items)).collect();
    item("Risk", Some(id), &[("EntityType", text("User")), ("Level", Value::Int(level))], rules)
}

impl Bench {
    fn scores(&mut self, dirty: bool) -> Result<TaskReport, TaskError> {
        let mut task = task("ComputeRiskScoresTask", &[("Dirty", Value::Bool(dirty))]);
        task.entity_types = vec!["User".to_owned()];
        self.run(&task)
    }

    fn at_risk(&self) -> Vec<String> {
        self.query("SELECT r.key || ' ' || s.score || ' ' || s.because FROM risk_score s JOIN resource r ON r.id = s.resource ORDER BY r.key")
    }
}

#[test]
fn a_risk_holds_where_one_of_its_rules_has_all_it_asks_for() {
    let mut bench = company();
    bench.plan.model.items = vec![
        risk("Both", 80, vec![vec![entitlement("Users", Some("P")), entitlement("Users", Some("A"))]]),
        risk("Nobody", 90, vec![vec![entitlement("Users", Some("P")), entitlement("Users", Some("2"))], Vec::new()]),
        risk("Paid", 21, vec![vec![entitlement("Users", Some("2"))], vec![entitlement("Users", Some("P"))]]),
    ];
    bench.whole(false);
    let report = bench.scores(false).unwrap();
    assert_eq!(counted(&report), "at_risk 1, changed 1, identified 2, owners 4");
    assert_eq!(report.message.as_deref(), Some("1 at risk, the highest score is 80"));
    let both = r#"{"entitlements":["Account.Users = P","Account.Users = A"],"level":80,"risk":"Both"}"#;
    let paid = r#"{"entitlements":["Account.Users = P"],"level":21,"risk":"Paid"}"#;
    assert_eq!(bench.at_risk(), [format!("1 80 [{both},{paid}]")]);
    assert_eq!(bench.scores(false).unwrap().outcome, TaskEnd::Unchanged);
    assert_eq!(bench.scores(true).unwrap().outcome, TaskEnd::Unchanged);
    // The mean of 80 and 21 is rounded to the nearest.
    let average = [("SourceEntityType", text("User")), ("RiskFactorType", text("Average"))];
    bench.plan.model.items.push(item("ContextRule", Some("Users"), &average, Vec::new()));
    assert_eq!(bench.scores(true).unwrap().outcome, TaskEnd::Completed, "other rules: all owners, even in an incremental run");
    assert!(bench.at_risk()[0].starts_with("1 51 "));
}

#[test]
fn a_risk_ends_with_what_it_was_about() {
    let mut bench = company();
    bench.plan.model.items = vec![
        risk("Named", 40, vec![vec![entitlement("Name", None)]]),
        risk("Paid", 60, vec![vec![entitlement("Users", Some("P"))]]),
    ];
    bench.whole(false);
    bench.scores(false).unwrap();
    assert_eq!(bench.at_risk().len(), 2, "found accounts count");
    // The link goes, and the second account.
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\nP,Pay,p@x,\nA,Audit,a@x,1\n");
    bench.write("orgs.csv", "code,name\n1,Ana\n8,Pay\n9,Audit\n");
    bench.whole(true);
    assert_eq!(bench.scores(true).unwrap().outcome, TaskEnd::Completed);
    let scores: Vec<String> = bench.at_risk().iter().map(|line| line[..4].to_owned()).collect();
    assert_eq!(scores, ["1 40"]);
    bench.write("people.csv", "id,name,mail,org\n2,Bo,bo@x,\nP,Pay,p@x,\nA,Audit,a@x,1\n");
    bench.whole(true);
    bench.scores(true).unwrap();
    assert_eq!(bench.at_risk(), [""; 0], "the owner is gone");
}

#[test]
fn what_rules_want_counts_before_it_is_there() {
    let mut bench = company();
    bench.plan.model.resource_types[0].rules = vec![
        rule("NavigationRule", &[("Property", text("Users")), ("Resource", text("P"))]),
        rule("TypeRule", &[("Type", text("Required"))]),
    ];
    bench.plan.model.items = vec![risk("Paid", 60, vec![vec![entitlement("Users", Some("P"))]])];
    bench.whole(false);
    bench.scores(false).unwrap();
    assert_eq!(bench.at_risk().len(), 4);
}

#[test]
fn risks_that_name_what_is_not_there_are_told() {
    let mut bench = company();
    bench.plan.model.items = vec![risk("Gone", 60, vec![vec![entitlement("Users", Some("Z"))]])];
    bench.whole(false);
    let report = bench.scores(false).unwrap();
    assert_eq!(report.outcome, TaskEnd::Unchanged);
    let message = report.message.unwrap();
    assert_eq!(message, "nobody is at risk; resources that no entitlement can lead to are named by Gone");
    bench.plan.model.items.push(risk("Wrong", 60, vec![vec![entitlement("Nothing", None), entitlement("Name", Some("P"))]]));
    let error = bench.scores(false).err().unwrap().to_string();
    assert!(error.contains("Wrong (Org has no property Nothing); Wrong (Name is no navigation property"), "{error}");
    bench.plan.model.items.clear();
    assert_eq!(bench.scores(false).unwrap().message.as_deref(), Some("no risk is declared"));
}

#[test]
fn contexts_are_named_after_the_values_that_limit_them() {
    let mut bench = roles::bench();
    bench.load(false).unwrap();
    bench.plan.model.items = vec![
        item("Category", Some("Bridge"), &[], Vec::new()),
        item("Dimension", Some("Deck"), &[("ColumnMapping", Value::Int(33)), ("EntityType", text("Org"))], Vec::new()),
        item("ProfileContext", Some("-2"), &[("D11", text("1")), ("Category", text("Bridge"))], Vec::new()),
        item("ProfileContext", Some("-3"), &[], Vec::new()),
    ];
    let names = task("UpdateParametersContextDisplayNamesTask", &[]);
    assert_eq!(counted(&bench.run(&names).unwrap()), "changed 1, contexts 1");
    let stored = "SELECT context || ' ' || name FROM context_name";
    let context = r#"{"dimensions":{"Deck":"1"},"items":{"Category":"Bridge"}}"#;
    assert_eq!(bench.query(stored), [format!("{context} the Deck: 1, Category: the Bridge")]);
    assert_eq!(bench.run(&names).unwrap().outcome, TaskEnd::Unchanged);
    // A value that gets a display name.
    let store = &bench.store;
    store.execute("UPDATE resource SET computed = '{\"InternalDisplayName\":\"Upper\"}' WHERE key = '1'", []).unwrap();
    let kind = Property { id: "InternalDisplayName".to_owned(), kind: "String".to_owned(), key: false };
    bench.plan.model.entity_types[0].properties.push(kind);
    assert_eq!(counted(&bench.run(&names).unwrap()), "changed 1, contexts 1");
    assert!(bench.query(stored)[0].ends_with("the Deck: Upper, Category: the Bridge"));
    bench.plan.model.items.clear();
    assert_eq!(bench.run(&names).unwrap().outcome, TaskEnd::Completed);
    assert_eq!(bench.query(stored), [""; 0]);
}
