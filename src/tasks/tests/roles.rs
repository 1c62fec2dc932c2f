//! The role model on a small company: people, and accounts that a second table shows.

use crate::plan::model::{CorrelationRule, ResourceType, Rule};

use super::*;

fn attributes(list: &[(&str, Value)]) -> BTreeMap<String, Value> {
    list.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

fn correlation(source: &str, target: &str, confidence: i64) -> CorrelationRule {
    CorrelationRule {
        resource_type: "Account".to_owned(),
        attributes: attributes(&[
            ("SourceBinding", text(source)),
            ("TargetBinding", text(target)),
            ("SourceMatchedConfidenceLevel", Value::Int(confidence)),
        ]),
    }
}

fn rule(element: &str, list: &[(&str, Value)]) -> Rule {
    Rule { element: element.to_owned(), attributes: attributes(list) }
}

/// Organizations stand for accounts: their code is that of their owner, their name is kept equal to the owner's.
fn bench() -> Bench {
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
    fn keys(&mut self, dirty: bool) -> Result<TaskReport, TaskError> {
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
