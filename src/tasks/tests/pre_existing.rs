//! What was there before the rules, accepted as it is.

use super::*;

fn save() -> Task {
    task("SavePreExistingAccessRightsTask", &[])
}

#[test]
fn differences_that_were_there_before_are_accepted_and_not_ordered() {
    let mut bench = roles::bench();
    bench.whole(false);
    assert_eq!(bench.assignments()[1], "2 2 calculated Modified 1");
    let report = bench.run(&save()).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "settled 1, values 1"));
    assert_eq!(bench.assignments(), ["1 1 calculated  4", "2 2 calculated Modified 4", "3 - calculated Added 1"]);
    assert_eq!(bench.run(&save()).unwrap().outcome, TaskEnd::Unchanged);
    let report = bench.role_model(false).unwrap();
    assert_eq!((report.outcome, report.counters["nonconforming"]), (TaskEnd::Unchanged, 0));
    // Changed in the system once more, it is a finding; wanted otherwise, it is ordered.
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Robert\n9,Zoe\n");
    assert_eq!(bench.whole(true).counters["nonconforming"], 1);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,\n2,Bobby,bo@x,\n3,Cy,cy@x,\n");
    bench.whole(true);
    assert_eq!(bench.assignments()[1], "2 2 calculated Modified 1");
}

#[test]
fn assignments_that_no_rule_gives_are_accepted_until_their_owner_is_gone() {
    let mut bench = roles::bench();
    bench.plan.model.resource_types[0].rules.clear();
    assert_eq!(bench.whole(false).counters["nonconforming"], 2);
    assert_eq!(counted(&bench.run(&save()).unwrap()), "assignments 2");
    let report = bench.role_model(false).unwrap();
    assert_eq!((report.outcome, report.counters["nonconforming"]), (TaskEnd::Unchanged, 0));
    assert_eq!(bench.assignments(), ["1 1 pre-existing  0", "2 2 pre-existing  0"]);
    bench.write("people.csv", "id,name,mail,org\n2,Bo,bo@x,\n");
    bench.whole(true);
    assert_eq!(bench.assignments(), ["2 2 pre-existing  0"]);
    bench.plan.model.resource_types[0].rules = vec![roles::rule("TypeRule", &[("Type", text("Required"))])];
    bench.role_model(false).unwrap();
    assert_eq!(bench.assignments(), ["2 2 calculated  4"], "a rule gives it");
}

#[test]
fn a_choice_by_sql_is_refused() {
    let mut bench = roles::bench();
    bench.whole(false);
    let choice = task("SavePreExistingAccessRightsTask", &[("AssignedResourceTypeSQL", text("SELECT 1"))]);
    let error = bench.run(&choice).err().unwrap().to_string();
    assert!(error.starts_with("AssignedResourceTypeSQL of task SavePreExistingAccessRightsTask has no embedded form"), "{error}");
}
