//! The role model over time and by hand: dates, offsets, hierarchies, decisions of people, and what failed.

use crate::plan::model::Item;
use crate::tasks::decide::{Author, Chosen, InspectError, Subject, Verdict, approve, confirm, decide, restore, retry, withdraw};
use crate::tasks::identity::now;
use crate::tasks::inspect;

use super::roles::{attributes, bench, correlation, rule};
use super::*;

const DAY: i64 = 86_400_000;

fn item(element: &str, id: Option<&str>, list: &[(&str, Value)]) -> Item {
    Item {
        element: element.to_owned(),
        id: id.map(str::to_owned),
        label: None,
        attributes: attributes(list),
        children: Vec::new(),
    }
}

fn author() -> Author {
    Author { who: "ines".to_owned(), reason: "she said so".to_owned(), at: now() }
}

/// A date so many days from now, as files have it.
fn day(offset: i64) -> String {
    inspect::date(now() + offset * DAY)[..10].to_owned()
}

/// Organizations are a hierarchy by a second association; the first dimension holds them.
fn with_dimension() -> Bench {
    let mut bench = bench();
    bench.write("orgs.csv", "code,name\nA,Alpha\nB,Beta\n");
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,B\n");
    bench.plan.model.items = vec![
        item("ContextRule", Some("Users"), &[("SourceEntityType", text("User")), ("B0", text("User:Org"))]),
        item("Dimension", Some("Org"), &[("ColumnMapping", Value::Int(0)), ("EntityType", text("Org"))]),
    ];
    bench.plan.model.correlation_rules.clear();
    bench
}

/// People have a date in `mail` at which they begin.
fn dated() -> Bench {
    let mut bench = bench();
    bench.write("orgs.csv", "code,name\n");
    let people = format!("id,name,mail,org\n1,Ana,{},\n2,Bo,{},\n", day(-10), day(10));
    bench.write("people.csv", people);
    let context = [("SourceEntityType", text("User")), ("ResourcesStartBinding", text("Mail"))];
    bench.plan.model.items = vec![item("ContextRule", Some("Users"), &context)];
    bench
}

impl Bench {
    fn roles(&self) -> Vec<String> {
        self.query(
            "SELECT r.key || ' ' || a.role || ' ' || a.origin FROM assigned_role a JOIN resource r ON r.id = a.owner
             WHERE a.valid_to IS NULL ORDER BY 1",
        )
    }

    fn decide(&self, key: &str, verdict: Verdict<'_>) -> Result<(), InspectError> {
        decide(&self.store, Some(&self.plan.model), ("User", key), verdict, &author()).map(|_| ())
    }

    /// As if the clock of the store had gone on by so many days: what is due is due.
    fn later(&self) {
        self.store.execute("UPDATE due SET at = 0", []).unwrap();
    }
}

fn role(name: &str, denied: bool) -> Verdict<'_> {
    Verdict { subject: Subject::SingleRole(name), denied, from: None, until: None }
}

#[test]
fn a_value_of_a_hierarchy_counts_for_those_below_it_where_the_rule_says_so() {
    let mut bench = with_dimension();
    // Beta is below Alpha.
    bench.plan.model.associations.push(Association {
        id: "Org_Parent".to_owned(),
        first: end("Org", "Parent", false),
        second: end("Org", "Children", true),
    });
    let properties = &mut bench.plan.model.entity_types[0].properties;
    for id in ["Children", "Parent"] {
        properties.push(Property { id: id.to_owned(), kind: "ForeignKey".to_owned(), key: false });
    }
    bench.plan.model.items[1].attributes.insert("ParentProperty".to_owned(), text("Parent"));
    bench.plan.model.items.push(item("SingleRoleRule", None, &[("Role", text("Here")), ("D0", text("A"))]));
    let below = [("Role", text("Below")), ("D0", text("A")), ("L0", Value::Bool(true))];
    bench.plan.model.items.push(item("SingleRoleRule", None, &below));
    bench.load(false).unwrap();
    bench.store.execute_batch("INSERT OR IGNORE INTO association (name) VALUES ('Org_Parent')").unwrap();
    bench
        .store
        .execute_batch(
            "INSERT INTO link SELECT a.id, b.id, p.id, 1 FROM association a, resource b, resource p
             WHERE a.name = 'Org_Parent' AND b.key = 'B' AND p.key = 'A'",
        )
        .unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.roles(), ["1 Below calculated", "1 Here calculated", "2 Below calculated"]);
}

#[test]
fn an_expression_can_give_the_records_of_an_owner() {
    let mut bench = with_dimension();
    let expression = "C#:user:return user.Org.Users.Where(other => other.Name != \"Bo\");";
    bench.plan.model.items[0].attributes.insert("ResourcesExpression".to_owned(), text(expression));
    for org in ["A", "B"] {
        bench.plan.model.items.push(item("SingleRoleRule", None, &[("Role", text("Mail")), ("D0", text(org))]));
    }
    bench.load(false).unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.roles(), ["1 Mail calculated"], "Bo has no record, so no value of a dimension");
    bench.plan.model.items[0].attributes.insert("ResourcesExpression".to_owned(), text("C#:user:return user.Name;"));
    let refused = bench.role_model(false).err().unwrap().to_string();
    assert!(
        refused.contains("ContextRule Users, ResourcesExpression (what it gives is no resource of a known type)"),
        "{refused}"
    );
}

#[test]
fn every_assignment_knows_the_rules_that_gave_it() {
    let mut bench = with_dimension();
    bench.plan.model.items.push(item("SingleRoleRule", None, &[("Role", text("Mail")), ("D0", text("A"))]));
    bench.plan.model.resource_types[0].rules.push(rule("TypeRule", &[("SingleRole", text("Mail"))]));
    bench.load(false).unwrap();
    bench.role_model(false).unwrap();
    let found = inspect::assignments(&bench.store, "User", "1", 9).unwrap();
    assert_eq!(found.roles[0].rules, [r#"SingleRoleRule D0="A""#]);
    assert_eq!(found.resource_types[0].rules, ["TypeRule", r#"TypeRule SingleRole="Mail""#]);
    assert_eq!(found.resource_types[0].values[0].rules, [r#"ScalarRule Binding="Name""#]);
    // A rule less, and the assignment says so.
    bench.plan.model.resource_types[0].rules.pop();
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged, "what is assigned is the same");
    assert_eq!(inspect::assignments(&bench.store, "User", "1", 9).unwrap().resource_types[0].rules, ["TypeRule"]);
}

#[test]
fn a_context_begins_at_its_date_and_the_owner_is_looked_at_then() {
    let mut bench = dated();
    bench.whole(false);
    assert_eq!(bench.assignments(), ["1 - calculated Added 1"]);
    assert_eq!(bench.query("SELECT count(*) || '' FROM due"), ["1"]);
    assert_eq!(counted(&bench.role_model(true).unwrap()), "", "its time has not come");
    // The start was moved to the past without anything else being changed, as if time had passed.
    let moved = format!("UPDATE resource SET body = replace(body, '{}', '{}')", day(10), day(-1));
    bench.store.execute(&moved, []).unwrap();
    bench.later();
    assert_eq!(counted(&bench.role_model(true).unwrap()), "assigned 1, owners 1, pending 1");
    assert_eq!(bench.query("SELECT count(*) || '' FROM due"), ["0"]);
}

#[test]
fn a_rule_can_begin_before_its_reference() {
    let mut bench = dated();
    let minutes = Value::Int(-15 * 24 * 60);
    let early = [("TimeOffsetReference", text("Around")), ("TimeOffsetBeforeReference", minutes)];
    bench.plan.model.resource_types[0].rules[1] = rule("TypeRule", &early);
    bench.whole(false);
    assert_eq!(bench.assignments(), ["1 - calculated Added 1", "2 - calculated Added 1"]);
    // Hours ahead of time do the same for a whole resource type.
    bench.plan.model.resource_types[0].rules[1] = rule("TypeRule", &[]);
    bench.role_model(false).unwrap();
    assert_eq!(bench.assignments(), ["1 - calculated Added 1"]);
    bench.plan.model.resource_types[0].attributes.insert("FulfillHoursAheadOfTime".to_owned(), Value::Int(15 * 24));
    bench.role_model(false).unwrap();
    assert_eq!(bench.assignments().len(), 2);
}

#[test]
fn a_value_can_be_another_one_after_the_end() {
    let mut bench = dated();
    let context = [("SourceEntityType", text("User")), ("ResourcesEndBinding", text("Mail"))];
    bench.plan.model.items = vec![item("ContextRule", Some("Users"), &context)];
    let around =
        |after: i64| [("TimeOffsetReference", text("Around")), ("TimeOffsetAfterReference", Value::Int(after * 24 * 60))];
    let after = [("TimeOffsetReference", text("After")), ("TimeOffsetAfterReference", Value::Int(30 * 24 * 60))];
    let name = |expression: &str, offset: &[(&str, Value)]| {
        let own = [("Property", text("Name")), ("Expression", text(expression))];
        rule("ScalarRule", &own.iter().chain(offset).cloned().collect::<Vec<_>>())
    };
    bench.plan.model.resource_types[0].rules =
        vec![name("Literal:on", &around(0)), name("Literal:off", &after), rule("TypeRule", &around(30))];
    bench.whole(false);
    assert_eq!(bench.query("SELECT wanted FROM assigned_value ORDER BY assignment"), ["off", "on"]);
}

#[test]
fn an_owner_whose_dates_cannot_be_read_is_named_and_left_as_it_is() {
    let mut bench = dated();
    bench.whole(false);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,soon,\n");
    let report = bench.whole(false);
    assert_eq!(report.counters["failed"], 1);
    assert!(report.message.unwrap().contains("User 1 was left as it is: the dates of a context: `soon` is no date"));
    assert_eq!(bench.assignments(), ["1 - calculated Added 1"]);
}

#[test]
fn a_role_gives_its_holders_values_of_dimensions() {
    let mut bench = with_dimension();
    bench.plan.model.items.push(item("SingleRole", Some("Guest"), &[("EntityType", text("User")), ("D0", text("B"))]));
    bench.plan.model.items.push(item("SingleRoleRule", None, &[("Role", text("Guest")), ("D0", text("A"))]));
    bench.plan.model.resource_types[0].rules = vec![rule("TypeRule", &[("D0", text("B"))])];
    bench.load(false).unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.assignments(), ["1 - calculated Added 1", "2 - calculated Added 1"]);
}

#[test]
fn a_person_gives_and_denies_between_dates() {
    let mut bench = with_dimension();
    bench.plan.model.items.push(item("SingleRoleRule", None, &[("Role", text("Mail")), ("D0", text("A"))]));
    for name in ["Badge", "Mail"] {
        bench.plan.model.items.push(item("SingleRole", Some(name), &[("EntityType", text("User"))]));
    }
    bench.plan.model.resource_types[0].rules[1] = rule("TypeRule", &[("SingleRole", text("Mail"))]);
    bench.load(false).unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.roles(), ["1 Mail calculated"]);
    bench.decide("2", Verdict { until: Some(now() + DAY), ..role("mail", false) }).unwrap();
    bench.decide("1", role("Mail", true)).unwrap();
    bench.decide("1", Verdict { from: Some(now() + DAY), ..role("Badge", false) }).unwrap();
    assert_eq!(counted(&bench.role_model(true).unwrap()), "assigned 1, owners 2, pending 1, removed 1");
    assert_eq!(bench.roles(), ["1 Mail denied", "2 Mail manual"]);
    assert_eq!(bench.assignments(), ["2 - calculated Added 1"]);
    // The dates pass.
    bench.store.execute("UPDATE decision SET ends = 1 WHERE ends IS NOT NULL", []).unwrap();
    bench.store.execute("UPDATE decision SET starts = 1 WHERE starts IS NOT NULL", []).unwrap();
    bench.later();
    bench.role_model(true).unwrap();
    assert_eq!(bench.roles(), ["1 Badge manual", "1 Mail denied"]);
    withdraw(&bench.store, None, ("User", "1"), Subject::SingleRole("Mail"), &author()).unwrap();
    bench.role_model(true).unwrap();
    assert_eq!(bench.roles(), ["1 Badge manual", "1 Mail calculated"]);
}

#[test]
fn a_decision_of_what_there_is_not_is_refused_with_what_there_is() {
    let mut bench = with_dimension();
    bench.plan.model.items.push(item("SingleRole", Some("Mail"), &[("EntityType", text("Org"))]));
    bench.load(false).unwrap();
    let refused = |verdict| bench.decide("1", verdict).unwrap_err().to_string();
    assert_eq!(refused(role("Mial", false)), "the store holds no single role `Mial`; did you mean Mail?");
    assert_eq!(refused(role("Mail", false)), "Mail is for Org, not for User; name one of those");
    let composite = Verdict { subject: Subject::CompositeRole("mail"), ..role("Mail", false) };
    assert_eq!(refused(composite), "Mail is a single role; name it with --role Mail");
    let over = Verdict { until: Some(1), subject: Subject::ResourceType("Account"), ..role("Mail", false) };
    assert_eq!(refused(over), "it would have ended already; name a later date with --until");
}

#[test]
fn a_resource_type_by_hand_is_ordered_and_one_denied_is_taken_away() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].rules.pop();
    bench.whole(false);
    assert_eq!(bench.assignments(), ["1 1 found  0", "2 2 found  0"], "they are there, and no rule gives them");
    let account = |denied| Verdict { subject: Subject::ResourceType("Account"), denied, from: None, until: None };
    bench.decide("1", account(true)).unwrap();
    bench.decide("2", account(false)).unwrap();
    bench.decide("3", account(false)).unwrap();
    bench.role_model(true).unwrap();
    assert_eq!(bench.assignments(), ["1 1 denied Deleted 1", "2 2 manual Modified 1", "3 - manual Added 1"]);
}

#[test]
fn what_waits_is_approved_and_stays_so() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].attributes.clear();
    bench.whole(false);
    let chosen = Chosen { owner: Some(("User".to_owned(), "2".to_owned())), ..Chosen::default() };
    assert_eq!(approve(&bench.store, &chosen, &author()).unwrap(), [("2".to_owned(), "Account".to_owned())]);
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 1", "3 - calculated Added 5"]);
    bench.role_model(false).unwrap();
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 1", "3 - calculated Added 5"]);
    assert!(approve(&bench.store, &chosen, &author()).is_err(), "nothing waits any more");
    let found = inspect::assignments(&bench.store, "User", "2", 9).unwrap();
    assert_eq!((found.decisions[0].verdict.as_str(), found.decisions[0].reason.as_str()), ("approved", "she said so"));
}

#[test]
fn what_was_approved_is_ordered_again_unasked() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].attributes.clear();
    bench.whole(false);
    let all = Chosen { resource_type: Some("Account".to_owned()), ..Chosen::default() };
    approve(&bench.store, &all, &author()).unwrap();
    bench.execute();
    // Executed, says the system, and the next synchronization shows nothing of it.
    bench.load(false).unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 1", "3 - calculated Added 1"]);
    assert_eq!(bench.query("SELECT DISTINCT state || '' FROM assigned_value WHERE state <> 4"), ["1"]);
}

#[test]
fn what_is_taken_away_is_counted_once() {
    let mut bench = bench();
    bench.whole(false);
    bench.decide("1", Verdict { subject: Subject::ResourceType("Account"), denied: true, from: None, until: None }).unwrap();
    assert_eq!(bench.role_model(true).unwrap().counters["removed"], 1);
    bench.execute();
    bench.write("orgs.csv", "code,name\n2,Bob\n9,Zoe\n");
    let report = bench.whole(false);
    assert_eq!((report.counters["removed"], report.counters["verified"]), (0, 1), "it is gone, as was ordered");
}

#[test]
fn a_suggestion_is_confirmed() {
    let mut bench = bench();
    bench.plan.model.correlation_rules = vec![correlation("Name", "Name", 80)];
    bench.whole(false);
    let found = inspect::assignments(&bench.store, "User", "1", 9).unwrap();
    assert_eq!((found.suggestions[0].resource.key.as_str(), found.suggestions[0].confidence), ("1", 80));
    confirm(&bench.store, ("User", "1"), "Account", None, &author()).unwrap();
    bench.role_model(true).unwrap();
    assert_eq!(bench.assignments()[0], "1 1 calculated  4");
    assert!(confirm(&bench.store, ("User", "1"), "Account", None, &author()).is_err());
}

#[test]
fn what_was_changed_by_hand_is_set_again_on_demand() {
    let mut bench = bench();
    bench.whole(false);
    bench.write("orgs.csv", "code,name\n1,Anna\n2,Bob\n9,Zoe\n");
    bench.whole(true);
    let value = |bench: &Bench| bench.query("SELECT state || ' ' || origin FROM assigned_value WHERE wanted = 'Ana'");
    assert_eq!(value(&bench), ["0 non-conforming"]);
    let chosen = Chosen { resource_type: Some("account".to_owned()), ..Chosen::default() };
    let refused = restore(&bench.store, &chosen, Some("Nmae"), &author()).unwrap_err().to_string();
    let said = "the store holds no property filled by rules of those assignments `Nmae`; did you mean Name?";
    assert_eq!(refused, said);
    assert_eq!(restore(&bench.store, &chosen, Some("name"), &author()).unwrap().len(), 1);
    bench.role_model(false).unwrap();
    assert_eq!(value(&bench), ["1 calculated"]);
    assert_eq!(bench.assignments()[0], "1 1 calculated Modified 1");
}

impl Bench {
    /// As if the systems had refused all orders.
    fn refuse(&mut self) {
        self.execute();
        self.store
            .execute_batch(
                "UPDATE provisioning_order SET state = 3, message = 'no' WHERE state = 8;
                 UPDATE assigned_value SET state = 3 WHERE state = 8;
                 UPDATE assigned_type SET state = 3, message = 'no' WHERE state = 8;",
            )
            .unwrap();
    }
}

#[test]
fn what_failed_is_ordered_again_when_the_rules_want_something_else_or_a_person_does() {
    let mut bench = bench();
    bench.whole(false);
    bench.refuse();
    assert_eq!(bench.role_model(false).unwrap().outcome, TaskEnd::Unchanged, "it failed, and would fail again");
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bea,bo@x,\n3,Cyn,cy@x,\n");
    bench.whole(false);
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 1", "3 - calculated Added 1"]);
    bench.refuse();
    // The orders of the first time are not what is in error any more.
    let listed = |word: &str| {
        let filter = inspect::OrderFilter { state: inspect::order_state(word), limit: 9, ..inspect::OrderFilter::default() };
        let found = inspect::orders(&bench.store, &filter).unwrap();
        found.orders.into_iter().map(|order| order.id).collect::<Vec<_>>()
    };
    assert_eq!((listed("errored").len(), listed("superseded").len()), (2, 2));
    let first = Chosen { orders: listed("superseded")[..1].to_vec(), ..Chosen::default() };
    let refused = retry(&bench.store, &first, &author()).unwrap_err().to_string();
    assert!(refused.contains("is superseded: a later one is in error; name that one:"), "{refused}");
    let chosen = Chosen { orders: listed("errored")[..1].to_vec(), ..Chosen::default() };
    assert_eq!(retry(&bench.store, &chosen, &author()).unwrap().len(), 1);
    assert_eq!(bench.query("SELECT count(*) || '' FROM assigned_type WHERE state = 1"), ["1"]);
    assert_eq!(
        retry(&bench.store, &Chosen { resource_type: Some("Account".to_owned()), ..Chosen::default() }, &author()).unwrap().len(),
        1
    );
    assert_eq!(bench.query("SELECT DISTINCT state || '' FROM assigned_value WHERE state <> 4"), ["1"]);
}

#[test]
fn what_was_given_up_is_tried_anew_once_the_rules_want_something_else() {
    let mut bench = bench();
    bench.whole(false);
    for _ in 0..3 {
        bench.execute();
        bench.load(false).unwrap();
        bench.role_model(false).unwrap();
    }
    assert_eq!(bench.assignments()[1], "2 2 calculated Modified 3");
    let message = "SELECT DISTINCT message FROM assigned_type WHERE state = 3";
    assert_eq!(bench.query(message), ["executed several times, and no synchronization shows it"]);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bea,bo@x,\n3,Cyn,cy@x,\n");
    bench.whole(false);
    assert_eq!(bench.assignments()[1..], ["2 2 calculated Modified 1", "3 - calculated Added 1"]);
    assert_eq!(bench.query(message), [""; 0]);
}

#[test]
fn an_order_that_nothing_answers_is_in_error_after_its_time() {
    let mut bench = bench();
    bench.plan.model.resource_types[0].attributes.insert("TransmittedStateValidityPeriod".to_owned(), Value::Int(60));
    bench.whole(false);
    bench.execute();
    bench.store.execute("UPDATE moment SET at = ?1 WHERE at = 0", [now() - 30 * 60_000]).unwrap();
    assert_eq!(bench.role_model(true).unwrap().outcome, TaskEnd::Unchanged);
    bench.store.execute("UPDATE moment SET at = at - 3600000", []).unwrap();
    bench.role_model(true).unwrap();
    assert_eq!(bench.assignments()[2], "3 - calculated Added 3");
    assert_eq!(bench.query("SELECT DISTINCT message FROM assigned_type WHERE state = 3"), ["nothing answered within 60 minutes"]);
}

#[test]
fn a_query_rule_that_fails_is_named_and_leaves_the_links_alone() {
    let mut bench = bench();
    let query = |source: &str, confidence: i64| {
        let rule = [("Property", text("Groups")), ("SourceExpression", text(source)), ("TargetBinding", text("Name"))];
        rule.into_iter().chain([("TargetMatchedConfidenceLevel", Value::Int(confidence))]).collect::<Vec<_>>()
    };
    let rules = &mut bench.plan.model.resource_types[0].rules;
    rules.push(rule("QueryRule", &query("C#:user:return user.Org.Name;", 100)));
    rules.push(rule("QueryRule", &query("C#:user:return user.Name;", 90)));
    bench.write("orgs.csv", "code,name\n1,Ana\nA,Bo\n");
    let report = bench.whole(false);
    let message = report.message.unwrap();
    assert!(message.contains("Account.Groups of 1: "), "{message}");
    assert_eq!(report.counters["failed"], 3);
    assert_eq!(bench.assignments()[0], "1 1 calculated  7");
    assert_eq!(bench.query("SELECT target || '' FROM assigned_link"), [""; 0], "a weaker rule is not taken for it");
    let found = inspect::assignments(&bench.store, "User", "1", 9).unwrap();
    assert_eq!(found.resource_types[0].errors[0].0, "Groups");
    // Mended, it finds nothing for people without an organization, and the weaker rule counts.
    let rules = &mut bench.plan.model.resource_types[0].rules;
    rules[2] = rule("QueryRule", &query("C#:user:return user.Org?.Name;", 100));
    bench.role_model(false).unwrap();
    assert_eq!(bench.query("SELECT count(*) || '' FROM evaluation_error"), ["0"]);
    let links = "SELECT r.key || ' ' || l.command || ' ' || l.state FROM assigned_link l JOIN resource r ON r.id = l.target
                 JOIN assigned_type a ON a.id = l.assignment ORDER BY a.owner, l.target";
    assert_eq!(bench.query(links), ["1 add 5", "2 add 5", "3 add 5"], "below 100 a person decides");
}

#[test]
fn assignments_of_a_resource_type_that_left_the_configuration_end() {
    let mut bench = bench();
    bench.whole(false);
    bench.plan.model.resource_types.clear();
    bench.plan.model.correlation_rules.clear();
    bench.role_model(true).unwrap();
    assert_eq!(bench.assignments(), [""; 0]);
    let message = "SELECT DISTINCT message FROM assigned_type WHERE state = 6";
    assert_eq!(bench.query(message), ["its resource type left the configuration"]);
}

#[test]
fn without_history_nothing_is_left_of_what_ends() {
    let mut bench = bench();
    bench.whole(false);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bo,bo@x,\n");
    bench.load(false).unwrap();
    let mut task = task("ComputeRoleModelTask", &[("IgnoreHistorization", Value::Bool(true))]);
    task.entity_types = vec!["User".to_owned()];
    bench.run(&task).unwrap();
    assert_eq!(bench.query("SELECT count(*) || '' FROM assigned_type"), ["2"]);
    assert_eq!(bench.query("SELECT count(DISTINCT assignment) || '' FROM assigned_value"), ["2"]);
}

#[test]
fn a_resource_type_waits_for_the_one_it_depends_on() {
    let mut bench = bench();
    let mut second = bench.plan.model.resource_types[0].clone();
    second.id = "Mailbox".to_owned();
    second.attributes.insert("DependsOn".to_owned(), text("Account"));
    bench.plan.model.resource_types.push(second);
    bench.whole(false);
    let mailboxes =
        "SELECT r.key || ' ' || a.state || ' ' || ifnull(a.message, '') FROM assigned_type a JOIN resource r ON r.id = a.owner
                     WHERE a.resource_type = 'Mailbox' ORDER BY 1";
    assert_eq!(bench.query(mailboxes), ["1 1 ", "2 1 ", "3 0 waits for a resource of type Account"]);
    bench.store.execute("UPDATE assigned_type SET state = 8 WHERE resource_type = 'Account' AND state = 1", []).unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.query(mailboxes)[2], "3 1 ");
}

#[test]
fn values_are_compared_as_the_rule_says_and_files_as_they_are() {
    let mut bench = bench();
    bench.write("orgs.csv", "code,name\n1,ána\n2,B-o\n3,Cy\n");
    let states = |bench: &mut Bench, comparison: &str| {
        let by = [("Property", text("Name")), ("Binding", text("Name")), ("ComparisonType", text(comparison))];
        bench.plan.model.resource_types[0].rules[0] = rule("ScalarRule", &by);
        bench.store.execute_batch("DELETE FROM assigned_value").unwrap();
        bench.role_model(false).unwrap();
        bench.query("SELECT state || '' FROM assigned_value ORDER BY assignment").join("")
    };
    bench.whole(false);
    assert_eq!(states(&mut bench, "CaseSensitive"), "114");
    assert_eq!(states(&mut bench, "IgnoreDiacritics"), "114", "a capital is another letter");
    assert_eq!(states(&mut bench, "Simplified"), "444");
    let rules = &mut bench.plan.model.resource_types[0].rules;
    rules[0] = rule("BinaryRule", &[("Property", text("Name")), ("Binding", text("Name"))]);
    bench.store.execute_batch("DELETE FROM assigned_value").unwrap();
    bench.role_model(false).unwrap();
    assert_eq!(bench.query("SELECT state || '' FROM assigned_value ORDER BY assignment").join(""), "114");
}

#[test]
fn an_account_that_was_taken_away_by_hand_is_made_anew_with_all_its_values() {
    let mut bench = bench();
    bench.whole(false);
    bench.write("orgs.csv", "code,name\n9,Zoe\n");
    bench.whole(false);
    assert_eq!(bench.assignments()[0], "1 - calculated Added 1");
    let value = "SELECT wanted || ' ' || state || ' ' || origin FROM assigned_value WHERE wanted = 'Ana'";
    assert_eq!(bench.query(value), ["Ana 1 calculated"]);
}
