//! Profiles given by rules, within the decks that people belong to.

use super::*;

fn rule(profile: &str, list: &[(&str, Value)]) -> Item {
    let mut all = vec![("Profile", text(profile))];
    all.extend(list.iter().cloned());
    item("ProfileRule", None, &all, Vec::new())
}

fn frame(list: &[(&str, Value)], rules: Vec<Item>) -> Item {
    item("ProfileRuleContext", None, list, rules)
}

fn of_users(rules: Vec<Item>) -> Item {
    frame(&[("EntityType", text("User"))], rules)
}

fn company(frames: Vec<Item>) -> Bench {
    let mut bench = roles::bench();
    bench.write("orgs.csv", "code,name\n1,Ana\n2,Bob\nA,Alpha\nB,Beta\n");
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,A\n2,Bo,bo@x,B\n3,Cy,cy@x,\n");
    bench.plan.model.items =
        vec![item("Dimension", Some("Deck"), &[("ColumnMapping", Value::Int(0)), ("EntityType", text("Org"))], Vec::new())];
    bench.plan.model.items.extend(frames);
    bench.whole(false);
    bench
}

impl Bench {
    fn profiles(&mut self) -> Result<TaskReport, TaskError> {
        self.run(&task("SetInternalUserProfilesTask", &[]))
    }

    fn given(&self) -> Vec<String> {
        let sql = "SELECT r.key || ' ' || p.profile || ' ' || p.context FROM assigned_profile p
                   JOIN resource r ON r.id = p.resource ORDER BY r.key, p.profile, p.context";
        self.query(sql)
    }
}

const DECK_A: &str = r#"{"dimensions":{"Deck":"A"}}"#;
const DECK_B: &str = r#"{"dimensions":{"Deck":"B"}}"#;

#[test]
fn a_profile_is_given_within_the_values_of_its_dimensions() {
    let captain = rule("Captain", &[("RootExpression", text("C#:u:return u.Name.Length == 3;")), ("B0", text("User:Org"))]);
    let crew = rule("Crew", &[("B0", text("Org:Code"))]);
    let guest = rule("Guest", &[]);
    let mut bench = company(vec![of_users(vec![captain, crew, guest])]);
    let report = bench.profiles().unwrap();
    assert_eq!((report.outcome, counted(&report).as_str()), (TaskEnd::Completed, "changed 6, profiles 6, users 3"));
    let given = bench.given();
    assert_eq!(given[..3], [format!("1 Captain {DECK_A}"), format!("1 Crew {DECK_A}"), "1 Guest {}".to_owned()]);
    assert_eq!(
        given[3..],
        [format!("2 Crew {DECK_B}"), "2 Guest {}".to_owned(), "3 Guest {}".to_owned()],
        "no deck, no limit to give"
    );
    assert_eq!(bench.profiles().unwrap().outcome, TaskEnd::Unchanged);
    bench.write("people.csv", "id,name,mail,org\n1,Ana,ana@x,B\n3,Cy,cy@x,\n");
    bench.whole(true);
    let report = bench.profiles().unwrap();
    assert_eq!(report.outcome, TaskEnd::Completed);
    assert_eq!(
        bench.given(),
        [format!("1 Captain {DECK_B}"), format!("1 Crew {DECK_B}"), "1 Guest {}".to_owned(), "3 Guest {}".to_owned()]
    );
    assert_eq!(bench.query("SELECT count(*) || '' FROM assigned_profile"), ["4"], "who is gone has none");
}

#[test]
fn rules_of_a_resource_type_are_about_the_owners_of_such_resources() {
    let frame_of =
        |applied: bool, rules| frame(&[("ResourceType", text("Account")), ("IsAppliedToRoot", Value::Bool(applied))], rules);
    let named = rule("Named", &[("SubExpression", text("C#:account:return account.Name == \"Ana\";")), ("B0", text("Id"))]);
    // An expression over the user where the documentation says the resource.
    let mailed = rule("Mailed", &[("SubExpression", text("C#:user:return user.Mail != null;"))]);
    let mut bench = company(vec![frame_of(false, vec![named, mailed])]);
    bench.profiles().unwrap();
    let own = r#"{"dimensions":{"Deck":"1"}}"#;
    assert_eq!(bench.given(), ["1 Mailed {}".to_owned(), format!("1 Named {own}"), "2 Mailed {}".to_owned()]);
}

#[test]
fn a_denial_counts_whatever_gives_the_profile() {
    let denial = |list: &[(&str, Value)]| {
        let mut all = vec![("IsDenied", Value::Bool(true)), ("RootExpression", text("C#:u:return u.Code == \"1\";"))];
        all.extend(list.iter().cloned());
        rule("Crew", &all)
    };
    let crew = || rule("Crew", &[("B0", text("Org"))]);
    let mut bench = company(vec![of_users(vec![denial(&[])]), of_users(vec![crew()])]);
    bench.profiles().unwrap();
    assert_eq!(bench.given(), [format!("2 Crew {DECK_B}")]);
    let mut bench = company(vec![of_users(vec![denial(&[("B0", text("Org"))]), crew(), rule("Crew", &[])])]);
    bench.profiles().unwrap();
    assert_eq!(
        bench.given(),
        ["1 Crew {}".to_owned(), format!("2 Crew {DECK_B}"), "2 Crew {}".to_owned(), "3 Crew {}".to_owned()]
    );
}

#[test]
fn nobody_has_more_than_ten_profiles_and_those_there_are_come_first() {
    let rules = |from: usize, to: usize| (from..to).map(|number| rule(&format!("P{number:02}"), &[])).collect::<Vec<_>>();
    let mut bench = company(vec![of_users(rules(2, 12))]);
    bench.plan.model.items.push(item("AssignedProfile", None, &[("User", text("2")), ("Profile", text("Job"))], Vec::new()));
    let report = bench.profiles().unwrap();
    assert_eq!(counted(&report), "changed 29, excess 1, profiles 29, users 3");
    assert!(report.message.unwrap().ends_with("1 profiles left out, since a user has 10 at most: P11 of 2"));
    bench.plan.model.items[1] = of_users(rules(0, 12));
    let report = bench.profiles().unwrap();
    assert_eq!((report.outcome, report.counters["excess"]), (TaskEnd::Unchanged, 7));
}

#[test]
fn a_task_leaves_alone_what_other_frames_gave() {
    let of_accounts = frame(&[("ResourceType", text("Account"))], vec![rule("Holder", &[])]);
    let mut bench = company(vec![of_users(vec![rule("Guest", &[]), rule("Holder", &[])]), of_accounts]);
    bench.profiles().unwrap();
    assert_eq!(bench.given().len(), 6);
    bench.plan.model.items[1] = of_users(vec![rule("Guest", &[])]);
    let users =
        Task { entity_types: vec!["User".to_owned()], resource_types: Vec::new(), ..task("SetInternalUserProfilesTask", &[]) };
    let accounts = Task { resource_types: vec!["Account".to_owned()], entity_types: Vec::new(), ..users.clone() };
    assert_eq!(bench.run(&accounts).unwrap().outcome, TaskEnd::Unchanged);
    let only = Task { entity_types: vec!["User".to_owned()], resource_types: vec!["Other".to_owned()], ..users };
    assert_eq!(bench.run(&only).unwrap().outcome, TaskEnd::Completed);
    let because =
        "SELECT r.key || ' ' || p.because FROM assigned_profile p JOIN resource r ON r.id = p.resource WHERE profile = 'Holder'";
    assert_eq!(bench.query(because), [r#"1 ["Account"]"#, r#"2 ["Account"]"#]);
}

#[test]
fn rules_without_embedded_form_are_told_together() {
    let wrong = rule("Crew", &[("RootExpression", text("C#:u:return u.Nothing;"))]);
    let lost = rule("Mate", &[("B0", text("User:Nothing"))]);
    let mut bench = company(vec![of_users(vec![wrong, lost]), frame(&[("ResourceType", text("None"))], Vec::new())]);
    let error = bench.profiles().err().unwrap().to_string();
    for part in ["User, profile Crew, RootExpression (", "User, profile Mate, B0 (User has no property Nothing)", "that exists"] {
        assert!(error.contains(part), "{part} in {error}");
    }
}
