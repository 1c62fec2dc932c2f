//! Values that are not of their property's type.

use super::*;

/// People with the day on which they began.
fn bench() -> Bench {
    let mut bench = Bench::filled();
    let people = &mut bench.plan.model.entity_types[1].properties;
    people.push(Property { id: "Began".to_owned(), kind: "DateTime".to_owned(), key: false });
    people.push(Property { id: "Badges".to_owned(), kind: "Int32".to_owned(), key: false });
    let mapped = &mut bench.plan.model.entity_type_mappings[1].properties;
    for (property, column) in [("Began", "began"), ("Badges", "badges")] {
        let (property, column) = (property.to_owned(), column.to_owned());
        mapped.push(PropertyMapping { property, column, primary_key: false, unique_key: false, format: None });
    }
    bench.write("people.csv", "id,name,mail,org,began,badges\n1,Ana,ana@x,A,2024-02-01,2\n2,Bo,bo@x,A,,\n");
    bench.write("members.csv", "mail,code\n");
    bench
}

fn people(bench: &Bench) -> Vec<String> {
    bench.query("SELECT body FROM resource WHERE key IN ('1', '2', '3') AND body LIKE '%@x%' ORDER BY key")
}

#[test]
fn a_value_of_another_type_is_told_and_the_known_one_stays() {
    let mut bench = bench();
    assert!(bench.load(false).unwrap().message.is_none());
    let rows = "2,Bo,bo@x,A,soon,3000000000\n1,Anna,ana@x,A,31/02/2024,2\n3,Cy,cy@x,B,yesterday,1\n";
    bench.write("people.csv", format!("id,name,mail,org,began,badges\n{rows}"));
    let report = bench.load(false).unwrap();
    assert_eq!(counted(&report), "inserted 1, links_inserted 1, refused_values 4, updated 1");
    let said = bench.local(&report.message.unwrap());
    assert!(said.starts_with("4 values are not of their properties' types and were not taken: "), "{said}");
    let first = "people.csv, row 3, column began: `31/02/2024` is no DateTime, Began of User 1 stays `2024-02-01`;";
    assert!(said.contains(first) && said.contains("Badges of User 2 stays empty"), "{said}");
    assert_eq!(
        people(&bench),
        [r#"["1","ana@x","Anna","2024-02-01","2"]"#, r#"["2","bo@x","Bo"]"#, r#"["3","cy@x","Cy",null,"1"]"#]
    );
    let listed = std::fs::read_to_string(bench.path("work/Synchronization/HR.values.csv")).unwrap();
    assert!(bench.local(&listed).contains("people.csv,2,badges,3000000000,User,2,Badges,Int32,\n"), "{listed}");

    // The same again changes nothing, and is told again; corrected, it is taken.
    let report = bench.load(false).unwrap();
    assert_eq!((report.outcome, report.counters["refused_values"]), (TaskEnd::Unchanged, 4));
    bench.write("people.csv", "id,name,mail,org,began,badges\n1,Anna,ana@x,A,20240229,2\n2,Bo,bo@x,A,,\n3,Cy,cy@x,B,,1\n");
    assert_eq!(counted(&bench.load(true).unwrap()), "updated 1");
    let list = bench.path("work/Synchronization/HR.values.csv");
    assert!(list.exists(), "changes tell nothing of the rows that stay as they were");
    bench.load(false).unwrap();
    assert!(!list.exists());
}

#[test]
fn an_incremental_run_keeps_what_is_known_as_well() {
    let mut bench = bench();
    bench.load(false).unwrap();
    bench.write("people.csv", "id,name,mail,org,began,badges\n1,Ana,ana@x,A,soon,2\n2,Bob,bo@x,A,2024-03-01,x\n");
    let report = bench.load(true).unwrap();
    assert_eq!(counted(&report), "refused_values 2, updated 1");
    assert_eq!(people(&bench), [r#"["1","ana@x","Ana","2024-02-01","2"]"#, r#"["2","bo@x","Bob","2024-03-01"]"#]);
}

#[test]
fn a_text_with_a_format_of_its_own_is_left_alone() {
    let mut bench = bench();
    bench.plan.model.entity_type_mappings[1].properties[3].format = Some("1601Date".to_owned());
    bench.write("people.csv", "id,name,mail,org,began,badges\n1,Ana,ana@x,A,133485408000000000,2\n");
    assert!(bench.load(false).unwrap().message.is_none());
    assert_eq!(people(&bench), [r#"["1","ana@x","Ana","133485408000000000","2"]"#]);
}

/// The role model's company, where the name of an account is of a type.
fn accounts(kind: &str) -> Bench {
    let mut bench = roles::bench();
    bench.plan.model.entity_types[0].properties[1].kind = kind.to_owned();
    bench
}

/// State of the account's name: what a rule wants from what people's mail says, held against what the account shows.
fn state(kind: &str, people: &str, account: &str, rule: &[(&str, Value)]) -> String {
    let mut bench = accounts(kind);
    let rule = [&[("Property", text("Name"))], rule].concat();
    bench.plan.model.resource_types[0].rules[0] = roles::rule("ScalarRule", &rule);
    bench.write("people.csv", format!("id,name,mail,org\n1,Ana,{people},\n"));
    bench.write("orgs.csv", format!("code,name\n1,{account}\n"));
    bench.whole(false);
    bench.query("SELECT ifnull(wanted, '-') || ' ' || state FROM assigned_value").join("")
}

#[test]
fn what_a_rule_wants_is_written_as_the_store_writes_it() {
    for (kind, people, account, verified) in [
        ("Bool", "1", "TRUE", "true 4"),
        ("DateTime", "2024-02-29", "20240229000000Z", "20240229000000 4"),
        ("Double", "1.50", "1.5", "1.5 4"),
        ("Int32", "007", "7", "7 4"),
        ("String", "007", "007", "007 4"),
        ("Int32", "seven", "7", "- 7"),
    ] {
        assert_eq!(state(kind, people, account, &[("Binding", text("Mail"))]), verified, "{kind} {people}");
    }
    assert_eq!(state("Int32", "", "7", &[("Expression", text("Literal:007"))]), "7 4");
}

#[test]
fn an_empty_text_is_no_value() {
    assert_eq!(state("String", "", "", &[("Expression", text("Literal:"))]), "- 4");
    assert_eq!(state("String", "...", "", &[("Binding", text("Mail")), ("Expression", text("Simplify"))]), "- 4");
}

#[test]
fn keys_of_one_type_are_compared_as_values_of_it() {
    for (kind, found) in [("Int32", "1 7"), ("String", "1 -")] {
        let mut bench = accounts(kind);
        bench.plan.model.entity_types[1].properties[2].kind = kind.to_owned();
        bench.plan.model.correlation_rules = vec![roles::correlation("Mail", "Name", 100)];
        bench.plan.model.resource_types[0].rules.remove(0);
        bench.write("people.csv", "id,name,mail,org\n1,Ana,007,\n");
        bench.write("orgs.csv", "code,name\n7,7\n");
        bench.whole(false);
        assert!(bench.assignments()[0].starts_with(found), "{kind}: {:?}", bench.assignments());
    }
}
