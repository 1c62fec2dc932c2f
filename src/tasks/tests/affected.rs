//! Owners of whom nothing changed, and who have something else to get all the same.

use super::roles::{bench, correlation, rule};
use super::*;
use crate::plan::model::Rule;

const LINKS: &str = "SELECT o.key || ' ' || l.command || ' ' || r.key FROM assigned_link l JOIN resource r ON r.id = l.target
                     JOIN assigned_type a ON a.id = l.assignment JOIN resource o ON o.id = a.owner ORDER BY 1";

/// Links an account to whoever is called what its owner's mail says.
fn mails_by_name() -> Rule {
    let query = [
        ("Property", text("Groups")),
        ("SourceBinding", text("Mail")),
        ("TargetBinding", text("Name")),
        ("TargetMatchedConfidenceLevel", Value::Int(100)),
    ];
    rule("QueryRule", &query)
}

#[test]
fn an_incremental_run_sees_that_a_query_rule_finds_another_resource() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].rules.push(mails_by_name());
    let people = |last: &str| format!("id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\n3,Cy,pool,\n{last}");
    bench.write("people.csv", people(""));
    bench.whole(false);
    assert_eq!(bench.query(LINKS), [""; 0]);
    bench.write("people.csv", people("4,pool,d@x,\n"));
    assert_eq!(bench.whole(true).counters["owners"], 2, "the one who came, and the one whom the rule leads there");
    assert_eq!(bench.query(LINKS), ["3 add 4"]);
    bench.write("people.csv", people("4,bo@x,d@x,\n"));
    assert_eq!(bench.whole(true).counters["owners"], 3, "who had it is looked at as well");
    assert_eq!(bench.query(LINKS), ["2 add 4"]);
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn an_incremental_run_sees_that_what_a_query_rule_reads_behind_a_link_is_another() {
    let mut bench = bench();
    let query = [
        ("Property", text("Groups")),
        ("SourceBinding", text("Mail")),
        ("TargetBinding", text("Org.Name")),
        ("TargetMatchedConfidenceLevel", Value::Int(100)),
    ];
    bench.plan.model.resource_types[0].rules.push(rule("QueryRule", &query));
    bench.write("people.csv", "id,name,mail,org\n3,Cy,pool,\n4,Di,d@x,9\n");
    bench.whole(false);
    assert_eq!(bench.query(LINKS), [""; 0]);
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\n9,pool\n");
    bench.whole(true);
    assert_eq!(bench.query(LINKS), ["3 add 4"]);
}

#[test]
fn an_incremental_run_sees_that_what_a_rule_names_is_there_now() {
    let mut bench = bench();
    bench.plan.model.resource_types[0]
        .rules
        .push(rule("NavigationRule", &[("Property", text("Groups")), ("Resource", text("4"))]));
    bench.whole(false);
    assert_eq!(bench.query(LINKS), [""; 0]);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\n3,Cy,cy@x,\n4,Di,di@x,\n");
    bench.whole(true);
    assert_eq!(bench.query(LINKS), ["1 add 4", "2 add 4", "3 add 4", "4 add 4"]);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\n3,Cy,cy@x,\n4,Dina,di@x,\n");
    assert_eq!(bench.whole(true).counters["owners"], 1, "another value is no reason to look at everybody");
}

#[test]
fn what_depends_on_an_account_that_is_found_by_the_same_run_does_not_wait() {
    let mut bench = bench();
    let mut second = bench.plan.model.resource_types[0].clone();
    second.id = "Mailbox".to_owned();
    second.attributes.insert("DependsOn".to_owned(), text("Account"));
    // Declared before what it depends on; of that nobody is given one by rules, or everybody.
    bench.plan.model.resource_types.insert(0, second);
    let given = bench.plan.model.resource_types[1].rules.pop();
    let mailboxes = "SELECT r.key || ' ' || a.state FROM assigned_type a JOIN resource r ON r.id = a.owner
                     WHERE a.resource_type = 'Mailbox' ORDER BY 1";
    bench.whole(false);
    assert_eq!(bench.query(mailboxes), ["1 1", "2 1", "3 0"]);
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged);
    bench.plan.model.resource_types[1].rules.extend(given);
    bench.store.execute_batch("DELETE FROM assigned_type; DELETE FROM assigned_value").unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.query(mailboxes), ["1 1", "2 1", "3 0"]);
}

#[test]
fn an_incremental_run_sees_that_what_a_link_was_ordered_to_is_gone() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].rules.push(mails_by_name());
    bench.write("people.csv", "id,name,mail,org\n3,Cy,pool,\n4,pool,d@x,\n");
    bench.whole(false);
    assert_eq!(bench.query(LINKS), ["3 add 4"]);
    // The account does not exist yet, so that there is no link that could end.
    bench.write("people.csv", "id,name,mail,org\n3,Cy,pool,\n");
    bench.whole(true);
    assert_eq!(bench.query("SELECT target || '' FROM assigned_link"), [""; 0]);
}

#[test]
fn an_incremental_run_orders_again_what_a_synchronization_does_not_show() {
    let mut bench = bench();
    bench.whole(false);
    bench.execute();
    // Something else is read of the system.
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bo\n9,Zoe\nX,Xu\n");
    bench.whole(true);
    assert_eq!(bench.assignments(), ["1 1 calculated  4", "2 2 calculated Modified 4", "3 - calculated Added 1"]);
}

#[test]
fn a_resource_that_became_somebody_elses_is_suggested_no_more() {
    let mut bench = bench();
    bench.plan.model.correlation_rules = vec![correlation("Code", "Code", 100), correlation("Name", "Name", 80)];
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Ana,bo@x,\n");
    bench.write("orgs.csv", "code,name\n2,Ana\n");
    // The account could be that of the first, and is that of the second, who is looked at later.
    bench.whole(false);
    assert_eq!(bench.assignments(), ["1 - calculated Added 1", "2 2 calculated  4"]);
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn who_is_gone_is_looked_at_as_one_who_is_gone() {
    let mut bench = bench();
    bench.whole(false);
    bench.execute();
    // The account of the second is to be deleted, and the next synchronization shows that it was.
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n3,Cy,cy@x,\n");
    bench.whole(true);
    bench.execute();
    bench.write("orgs.csv", "code,name\n1,Ana\n3,Cy\n9,Zoe\n");
    let report = bench.whole(true);
    assert_eq!((report.message, report.counters.get("failed")), (None, None));
    assert_eq!(bench.assignments(), ["1 1 calculated  4", "3 3 calculated Added 4"]);
}
