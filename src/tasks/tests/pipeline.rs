//! The way of data through the tasks.

use super::*;
use crate::tasks::inspect;

#[test]
fn a_complete_run_loads_everything_and_a_second_changes_nothing() {
    let mut bench = Bench::filled();
    let report = bench.load(false).unwrap();
    assert_eq!(report.outcome, TaskEnd::Completed);
    assert_eq!(counted(&report), "inserted 5, links_inserted 6");
    assert_eq!(
        bench.resources(),
        [
            r#"Org ["A","Alpha"]"#,
            r#"Org ["B","Beta"]"#,
            r#"User ["1","ana@x","Ana"]"#,
            r#"User ["2","bo@x","Bo"]"#,
            r#"User ["3","cy@x","Cy"]"#,
        ]
    );
    let links = ["Org_Members 1 A", "Org_Members 1 B", "Org_Members 3 B", "User_Org 1 A", "User_Org 2 A", "User_Org 3 B"];
    assert_eq!(bench.links(), links);
    let digest = bench.digest();
    let report = bench.load(false).unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Unchanged, ""));
    assert_eq!(bench.digest(), digest);
}

#[test]
fn an_incremental_run_touches_what_changed_and_keeps_the_changes() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.expressions(false).unwrap();
    assert_eq!(bench.load(true).unwrap().outcome, TaskEnd::Unchanged);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,B\n3,Cyd,cy@x,B\n4,Dee,dee@x,A\n");
    let report = bench.load(true).unwrap();
    assert_eq!(counted(&report), "deleted 1, inserted 1, links_deleted 2, links_inserted 2, updated 1");
    let links = ["Org_Members 1 A", "Org_Members 1 B", "Org_Members 3 B", "User_Org 1 B", "User_Org 3 B", "User_Org 4 A"];
    assert_eq!(bench.links(), links);
    assert_eq!(
        bench.query("SELECT body FROM resource_past WHERE computed IS NOT NULL"),
        [r#"["2","bo@x","Bo"]"#, r#"["3","cy@x","Cy"]"#]
    );
    assert_eq!(bench.flag().counters["flagged"], 5, "all but nobody is one hop away in this company");
    assert_eq!(bench.flag().outcome, TaskEnd::Unchanged);
    let report = bench.expressions(true).unwrap();
    assert_eq!(report.outcome, TaskEnd::Completed);
    let computed =
        bench.query("SELECT r.computed FROM resource r JOIN entity_type t ON t.id = r.type WHERE t.name = 'User' ORDER BY r.key");
    assert_eq!(computed[0], r#"{"Kind":"person","OrgName":"Beta","Shout":"BETA"}"#);
    assert_eq!(computed[2], r#"{"Kind":"person","OrgName":"Alpha","Shout":"ALPHA"}"#);
    assert_eq!(bench.expressions(true).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn dirty_expressions_look_at_flagged_resources_only() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.expressions(false).unwrap();
    bench.write("orgs.csv", "code,name\nA,Alpha\nB,Gamma\n");
    bench.load(true).unwrap();
    assert_eq!(bench.flag().counters["flagged"], 3, "B, its person Cy, and Ana who is in its group");
    let report = bench.expressions(true).unwrap();
    assert_eq!((report.counters["computed"], report.counters["changed"]), (6, 2));
    assert_eq!(
        bench.query("SELECT computed FROM resource WHERE key = '3'"),
        [r#"{"Kind":"person","OrgName":"Gamma","Shout":"GAMMA"}"#]
    );
}

#[test]
fn a_link_waits_for_its_resource() {
    let mut bench = Bench::filled();
    bench.write("orgs.csv", "code,name\nB,Beta\n");
    let report = bench.load(false).unwrap();
    assert_eq!(report.counters["orphans"], 3);
    let said = "3 links wait for resources that are not there: Org_Members ana@x → A, User_Org 1 → A, User_Org 2 → A; \
                `jobwright inspect changes 5` lists those that are new";
    assert_eq!(report.message.as_deref(), Some(said));
    let waiting = |bench: &Bench, run| {
        let groups = inspect::changes(&bench.store, run, 9).unwrap().groups;
        let groups = groups.into_iter().filter(|group| group.kind == "orphans");
        groups.map(|group| format!("{} {} {}", group.of, group.total, group.rows[0].resource.key)).collect::<Vec<_>>()
    };
    assert_eq!(waiting(&bench, 5), ["Org_Members 1 ana@x", "User_Org 2 1"]);
    assert_eq!(bench.links().len(), 3);
    // The same again is nothing new.
    bench.load(false).unwrap();
    assert_eq!((waiting(&bench, 5).len(), waiting(&bench, 10)), (2, Vec::new()));
    bench.write("orgs.csv", "code,name\nA,Alpha\nB,Beta\n");
    let report = bench.load(true).unwrap();
    assert_eq!(counted(&report), "inserted 1, links_inserted 3");
    // And is an orphan again when the resource goes.
    bench.write("orgs.csv", "code,name\nB,Beta\n");
    assert_eq!(counted(&bench.load(true).unwrap()), "deleted 1, links_deleted 3, orphans 3");
}

#[test]
fn a_link_of_another_connector_is_made_when_its_resource_comes() {
    // Organizations are synchronized later.
    let mut bench = Bench::structured();
    assert_eq!(bench.load(false).unwrap().counters["orphans"], 6);
    assert_eq!(bench.links().len(), 0);
    assert_eq!(counted(&bench.load_structure()), "inserted 2, links_healed 6");
    assert_eq!(bench.links().len(), 6);
    assert_eq!(bench.query("SELECT first FROM orphan"), [""; 0]);
}

#[test]
fn a_changed_name_moves_the_links_that_use_it() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@y,A\n2,Bo,ana@x,A\n3,Cy,cy@x,B\n");
    bench.load(true).unwrap();
    assert_eq!(bench.links()[..3], ["Org_Members 2 A", "Org_Members 2 B", "Org_Members 3 B"]);
}

#[test]
fn a_prepared_change_that_was_never_synchronized_is_not_lost() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n2,Bob,bo@x,A\n3,Cy,cy@x,B\n");
    bench.export("People", false).unwrap();
    assert_eq!(counted(&bench.prepare("Incremental").unwrap()), "rows 11, updated 1");
    // The synchronization never runs; the next run finds the change again.
    assert_eq!(counted(&bench.load(true).unwrap()), "updated 1");
    assert_eq!(bench.load(true).unwrap().outcome, TaskEnd::Unchanged);
}

#[test]
fn a_file_of_changes_is_merged_into_what_is_known() {
    let mut bench = Bench::filled();
    bench.load(false).unwrap();
    bench.settings = bench.settings.replace("\"people.csv\"", "\"people.csv\", \"PathIncremental\": \"changes.csv\"");
    bench.write("changes.csv", "command,id,name,mail,org\nupdate,1,Ana,ana@x,B\nDELETE,2,,,\nadd,4,Dee,dee@x,A\n");
    assert_eq!(counted(&bench.load(true).unwrap()), "deleted 1, inserted 1, links_deleted 2, links_inserted 2");
    assert_eq!(bench.links()[3..], ["User_Org 1 B", "User_Org 3 B", "User_Org 4 A"]);
    assert_eq!(bench.load(true).unwrap().outcome, TaskEnd::Unchanged);
    bench.write("changes.csv", "command,id,name,mail,org\nrename,1,Ana,ana@x,B\n");
    let error = bench.load(true).err().unwrap().to_string();
    assert!(error.contains("changes.csv, row 2: \"rename\" in column command is no command"), "{error}");
}

#[test]
fn a_file_of_changes_moves_links_mapped_the_other_way_round() {
    let mut bench = Bench::filled();
    let association = &mut bench.plan.model.associations[1];
    std::mem::swap(&mut association.first, &mut association.second);
    bench.plan.model.association_mappings[1] =
        association_mapping("User_Org", "People", ["org", "id"], [("Org", "Code"), ("User", "Code")]);
    bench.load(false).unwrap();
    bench.expressions(false).unwrap();
    assert_eq!(bench.links()[3..], ["User_Org A 1", "User_Org A 2", "User_Org B 3"]);
    bench.settings = bench.settings.replace("\"people.csv\"", "\"people.csv\", \"PathIncremental\": \"changes.csv\"");
    bench.write("changes.csv", "command,id,name,mail,org\nmerge,1,Ana,ana@x,B\nmerge,2,Bo,bo@x,\n");
    assert_eq!(counted(&bench.load(true).unwrap()), "links_deleted 2, links_inserted 1");
    assert_eq!(bench.links()[3..], ["User_Org B 1", "User_Org B 3"]);
    bench.flag();
    assert_eq!(bench.expressions(true).unwrap().counters["changed"], 4);
}

#[test]
fn who_has_a_dimension_value_is_flagged_when_that_or_one_above_it_moves() {
    let mut bench = Bench::filled();
    let model = &mut bench.plan.model;
    model.associations.insert(
        0,
        Association { id: "Org_Parent".to_owned(), first: end("Org", "Children", true), second: end("Org", "Parent", false) },
    );
    let parents = association_mapping("Org_Parent", "Orgs", ["parent", "code"], [("Org", "Code"), ("Org", "Code")]);
    model.association_mappings.insert(0, parents);
    let hierarchy = [("ColumnMapping", Value::Int(0)), ("EntityType", text("Org")), ("ParentProperty", text("Parent"))];
    model.items.push(item("Dimension", Some("Org"), &hierarchy, Vec::new()));
    bench.write("orgs.csv", "code,name,parent\nA,Alpha,B\nB,Beta,\nC,Gamma,\nD,Delta,\n");
    bench.write("members.csv", "mail,code\n");
    bench.load(false).unwrap();
    // Of what is linked nothing changed; a ring ends.
    bench.write("orgs.csv", "code,name,parent\nA,Alpha,B\nB,Beta,C\nC,Gamma,B\nD,Delta,\n");
    bench.load(true).unwrap();
    assert_eq!(bench.flag().counters["flagged"], 6, "A, B and C, and the three people in A and B");
}

#[test]
fn rows_without_key_are_put_aside_and_repeated_keys_are_an_error() {
    let mut bench = Bench::filled();
    bench.write("people.csv", "id,name,mail,org\n,Nobody,,\n1,Ana,ana@x,A\n");
    bench.export("People", true).unwrap();
    bench.export("Orgs", true).unwrap();
    bench.export("Members", true).unwrap();
    let report = bench.prepare("Complete").unwrap();
    assert_eq!(report.counters["null_keys"], 1);
    let aside = std::fs::read_to_string(bench.path("work/Collect/HR/User.nullpk.csv")).unwrap();
    assert_eq!(aside, "Code,Mail,Name\n\"\",,Nobody\n");
    let digest = bench.digest();
    for rows in ["1,Ana,ana@x,A\n2,Bo,,\n1,Eva,eva@x,B\n", "1,Ana,ana@x,A\n2,Bo,,\n1,Ana,ana@x,A\n"] {
        bench.write("people.csv", format!("id,name,mail,org\n{rows}"));
        bench.export("People", true).unwrap();
        let error = bench.prepare("Complete").err().unwrap().to_string();
        assert!(error.contains("people.csv, row 4: the key 1 of entity type User is used twice: here and in row 2"), "{error}");
    }
    assert_eq!(bench.digest(), digest);
}

#[test]
fn what_has_no_embedded_form_is_refused_with_its_name() {
    let mut bench = Bench::filled();
    bench.plan.model.property_expressions[1].expression = Some("C#:u:return u.Name.Normalize();".to_owned());
    bench.plan.model.property_expressions[0].binding = Some("User:Groups.Name".to_owned());
    bench.load(false).unwrap();
    let error = bench.expressions(false).err().unwrap().to_string();
    assert!(
        error.contains("User.Kind (String.Normalize(Any?))") && error.contains("User.OrgName (binding through Groups"),
        "{error}"
    );
}

#[test]
fn a_second_link_where_one_is_taken_is_refused_by_every_run() {
    let takes = |bench: &mut Bench, many: bool| bench.plan.model.associations[0].second.collection = many;
    let refused = |bench: &mut Bench| bench.load(true).err().map(|error| error.to_string()).unwrap_or_default();
    let said = "B of entity type Org has two links in Org_Members, which takes one";
    let mut bench = Bench::filled();
    bench.write("members.csv", "mail,code\nana@x,A\ncy@x,B\n");
    takes(&mut bench, false);
    bench.load(false).unwrap();
    // One that comes, and one that takes the place of another.
    bench.write("members.csv", "mail,code\nana@x,A\nbo@x,B\ncy@x,B\n");
    assert!(refused(&mut bench).contains(said));
    bench.write("members.csv", "mail,code\nana@x,A\nbo@x,B\n");
    assert_eq!(counted(&bench.load(true).unwrap()), "links_deleted 1, links_inserted 1");
    // Those that came while it took many are found by the first run for which it takes one, whatever that changes.
    takes(&mut bench, true);
    bench.write("members.csv", "mail,code\nana@x,A\nbo@x,B\ncy@x,B\n");
    bench.load(true).unwrap();
    takes(&mut bench, false);
    bench.write("members.csv", "mail,code\nbo@x,B\ncy@x,B\n");
    assert!(refused(&mut bench).contains(said));
    takes(&mut bench, true);
    assert_eq!(counted(&bench.load(true).unwrap()), "links_deleted 1");
}
