//! Resources without owner on a small company: organizations stand for accounts.

use crate::plan::model::ClassificationRule;

use super::*;

fn rule(confidence: i64, expression: Option<&str>) -> ClassificationRule {
    let mut attributes = BTreeMap::from([("ResourceTypeIdentificationConfidenceLevel".to_owned(), Value::Int(confidence))]);
    attributes.extend(expression.map(|expression| ("TargetExpression".to_owned(), text(expression))));
    ClassificationRule { resource_type: "Account".to_owned(), attributes }
}

/// Accounts 1 and 2 have owners, 8 and 9 have none.
fn company() -> Bench {
    let mut bench = roles::bench();
    bench.plan.model.resource_types[0].rules.clear();
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n8,Svc\n9,Zoe\n");
    bench.plan.model.classification_rules =
        vec![rule(60, None), rule(100, Some("C#:account:return account.Name.StartsWith(\"Z\");"))];
    bench
}

impl Bench {
    fn classify(&mut self, dirty: bool) -> Result<TaskReport, TaskError> {
        let mut task = task("UpdateClassificationTask", &[("Dirty", Value::Bool(dirty))]);
        task.entity_types = vec!["Org".to_owned()];
        self.run(&task)
    }

    fn classes(&self) -> Vec<String> {
        let sql = "SELECT r.key || ' ' || c.resource_type || ' ' || c.confidence FROM classification c
                   JOIN resource r ON r.id = c.resource ORDER BY r.key";
        self.query(sql)
    }
}

#[test]
fn the_most_confident_rule_that_holds_counts_for_what_has_no_owner() {
    let mut bench = company();
    bench.whole(false);
    let report = bench.classify(false).unwrap();
    assert_eq!(
        (report.outcome, counted(&report).as_str()),
        (TaskEnd::Completed, "changed 2, classified 1, computed 2, suggested 1")
    );
    assert_eq!(report.message.as_deref(), Some("of the resources without owner, 1 are classified and 1 have a suggestion"));
    assert_eq!(bench.classes(), ["8 Account 60", "9 Account 100"]);
    assert_eq!(counted(&bench.classify(false).unwrap()), "classified 1, computed 2, suggested 1");
    assert_eq!(bench.classify(true).unwrap().outcome, TaskEnd::Unchanged);
    bench.plan.model.classification_rules[0]
        .attributes
        .insert("ResourceTypeIdentificationConfidenceLevel".to_owned(), Value::Int(70));
    assert_eq!(bench.classify(true).unwrap().counters["changed"], 1, "other rules are asked about everything");
    bench.plan.model.classification_rules.clear();
    let report = bench.classify(false).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "changed 2"));
}

#[test]
fn an_incremental_run_follows_resources_and_their_owners() {
    let mut bench = company();
    bench.whole(false);
    bench.classify(false).unwrap();
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n7,Zed\n8,Zvc\n9,Zoe\n");
    bench.whole(true);
    assert_eq!(counted(&bench.classify(true).unwrap()), "changed 2, classified 3, computed 2");
    // An owner appears for one, and one loses its owner.
    bench.write("people.csv", "id,name,mail,org\n2,Bo,bo@x,\n9,Zoe,zoe@x,\n");
    bench.whole(true);
    bench.classify(true).unwrap();
    assert_eq!(bench.classes(), ["1 Account 60", "7 Account 100", "8 Account 100"]);
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n9,Zoe\n");
    bench.whole(true);
    assert_eq!(bench.classify(true).unwrap().outcome, TaskEnd::Completed);
    assert_eq!(bench.classes(), ["1 Account 60"]);
}

#[test]
fn a_rule_that_fails_leaves_the_resource_as_it_was() {
    let mut bench = company();
    bench.whole(false);
    bench.classify(false).unwrap();
    bench.plan.model.classification_rules.push(rule(150, Some("C#:account:return account.Name.Substring(1, 9) == \"x\";")));
    let report = bench.classify(false).unwrap();
    assert_eq!((report.outcome, report.counters["failed"]), (TaskEnd::Unchanged, 2));
    assert!(report.message.unwrap().contains("2 could not be judged and stay as they were: Org 8: `Substring`"));
    assert_eq!(bench.classes(), ["8 Account 60", "9 Account 100"]);
    bench.plan.model.classification_rules.push(rule(90, Some("C#:account:return account.Nothing;")));
    let error = bench.classify(false).err().unwrap().to_string();
    assert!(error.starts_with("these classification rules have no embedded form: Account ("), "{error}");
}
