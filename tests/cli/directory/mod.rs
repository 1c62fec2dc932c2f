//! People in, accounts out in a real directory: joiners, changes, renames, leavers, memberships, values changed by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod company;
mod faults;
mod windows;

use std::fs;

use jobwright::connectors::ldap::{Change, LdapFailure, Search};

use crate::support::slapd::{ADMINISTRATOR, PASSWORD, SUFFIX};
use company::Company;

#[test]
fn accounts_follow_people_and_every_change_is_verified_by_the_next_run() {
    let Some(mut company) = Company::new() else { return };
    assert_eq!(company.run("Night"), "completed completed completed completed 3/0/0");
    insta::assert_snapshot!(company.accounts(), @r"
    cn=Ana Roux,ou=Deck 1 11 Crew
    cn=Bo Lund,ou=Deck 2 22 Crew
    cn=Cy Hale,ou=Shore 3 33 Office
    ");
    // Everything below is incremental: a joiner, one who marries, one who changes unit and team, one who leaves.
    assert_eq!(company.run("Hour"), "completed completed unchanged not-launched 0/0/0", "the accounts come back");
    assert_eq!(company.counter("Hour_Model", "verified"), 3);
    assert_eq!(company.run("Hour"), "not-launched not-launched unchanged not-launched 0/0/0");

    company.people("1,Ana,Meyer,Deck,Crew,11\n2,Bo,Lund,Shore,Office,22\n4,Di,Voss,Deck,Crew,\n");
    assert_eq!(company.run("Hour"), "completed completed completed completed 1/2/1");
    insta::assert_snapshot!(company.accounts(), @r"
    cn=Ana Meyer,ou=Deck 1 11 Crew
    cn=Bo Lund,ou=Shore 2 22 Office
    cn=Di Voss,ou=Deck 4 - Crew
    ");
    assert_eq!(company.run("Hour"), "completed completed unchanged not-launched 0/0/0");
    let written = company.written();
    assert_eq!(company.run("Hour"), "not-launched not-launched unchanged not-launched 0/0/0");
    assert_eq!(company.run("Night"), "unchanged unchanged unchanged not-launched 0/0/0", "nothing is left to do");
    assert_eq!(company.written(), written);
    for (change, times) in [("add cn=Ana Roux", 1), ("add cn=Di Voss", 1), ("modrdn cn=Ana Roux", 1), ("delete cn=Cy Hale", 1)] {
        assert_eq!(written.iter().filter(|line| *line == change).count(), times, "{change} in {written:?}");
    }
}

#[test]
fn what_is_changed_by_hand_is_told_and_not_overwritten() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    company.run("Night");
    let dn = format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}");
    company.modify(&dn, &[Change::Replace("telephoneNumber".to_owned(), vec![b"99".to_vec()])]);
    assert_eq!(company.run("Hour"), "unchanged completed unchanged not-launched 0/0/0");
    assert_eq!(company.counter("Hour_Model", "nonconforming"), 1);
    assert!(company.accounts().contains("cn=Bo Lund,ou=Deck 2 99 Crew"), "{}", company.accounts());
    // What people's data asks for anew is done, the rest stays.
    company.people("1,Ana,Roux,Deck,Crew,11\n2,Bo,Lund,Shore,Crew,22\n3,Cy,Hale,Shore,Office,33\n");
    assert_eq!(company.run("Hour"), "unchanged completed completed completed 0/1/0");
    assert!(company.accounts().contains("cn=Bo Lund,ou=Shore 2 99 Crew"), "{}", company.accounts());
}

#[test]
fn a_group_that_must_have_a_member_keeps_its_last_one_or_gets_what_stands_for_nobody() {
    let Some(mut company) = Company::new() else { return };
    let office = format!("cn=Office,ou=groups,{SUFFIX}");
    company.run("Night");
    company.run("Night");
    // Cy is the only one left in the office, and moves to the crew.
    company.modify(&office, &[Change::Delete("member".to_owned(), vec![ADMINISTRATOR.as_bytes().to_vec()])]);
    company.people("1,Ana,Roux,Deck,Crew,11\n2,Bo,Lund,Deck,Crew,22\n3,Cy,Hale,Shore,Crew,34\n");
    company.orders();
    assert_eq!(company.fulfil().code, Some(10));
    let message = company.message("Night");
    let told = format!("{office} would have no member left, and must have one: give it another member first, or name in");
    assert!(message.contains("0 orders executed, 1 refused") && message.contains(&told), "{message}");
    assert!(message.contains("jobwright.toml an entry that stands for nobody: [fulfilment] DirLdap = "), "{message}");
    // What else the order asks for is done.
    assert!(company.accounts().contains("cn=Cy Hale,ou=Shore 3 34 Crew+Office"), "{}", company.accounts());

    // With an entry for it the order that is put again is executed, and with the first member that one goes.
    let nobody = format!("cn=nobody,{SUFFIX}");
    let configuration = format!("[fulfilment]\nDirLdap = {{ placeholder-member = \"{nobody}\" }}\n");
    fs::write(company.project.path("jobwright.toml"), configuration).unwrap();
    let again = company.project.run(&["decide", "retry", "--resource-type", "Account", "--reason", "it may be empty now"]);
    assert_eq!(again.code, Some(0), "{again}");
    assert_eq!(company.run("Night").split(' ').next_back(), Some("0/1/0"));
    assert_eq!(company.members(&office), [nobody]);
    assert_eq!(company.run("Night").split(' ').next_back(), Some("0/0/0"));
    company.people("1,Ana,Roux,Deck,Crew,11\n2,Bo,Lund,Deck,Office,22\n3,Cy,Hale,Shore,Crew,34\n");
    assert_eq!(company.run("Night").split(' ').next_back(), Some("0/1/0"));
    assert_eq!(company.members(&office), [format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}")]);
}

#[test]
fn what_stands_for_nobody_is_judged_before_the_job_starts() {
    let Some(company) = Company::new() else { return };
    for (written, told) in [
        ("DirLdap = { placeholder-member = \"nobody\" }", "\"nobody\" is no distinguished name: \"nobody\" has no `=`"),
        ("DirLdap = \"sources\"", "says \"sources\" of DirLdap, which is a directory"),
        ("HRPeople = { placeholder-member = \"cn=a\" }", "names HRPeople, which is no directory"),
        ("DirLdap = { placeholder = \"cn=a\" }", "[fulfilment.DirLdap] takes `placeholder-member`"),
        ("DirLdap = 7", "for a directory { placeholder-member = "),
    ] {
        fs::write(company.project.path("jobwright.toml"), format!("[fulfilment]\n{written}\n")).unwrap();
        let refused = company.project.run(&["run", "conf", "--job", "Night"]);
        let said = refused.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(refused.code != Some(0) && said.contains(told), "{written}: {refused}");
    }
}

#[test]
fn a_password_is_in_the_directory_and_nowhere_else() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    let mut passwords = Vec::new();
    let search = Search::below(SUFFIX, "(userPassword=*)", &["userPassword"]);
    let mut client = company.directory.client();
    client
        .search::<LdapFailure>(&search, |entry| {
            passwords.push(entry.text("userPassword").unwrap().to_owned());
            Ok(())
        })
        .unwrap();
    assert_eq!(passwords.len(), 3);
    assert!(passwords.iter().all(|password| password.len() == 24));
    passwords.push(PASSWORD.to_owned());
    let mut searched = 0;
    let mut folders = vec![company.project.path(".jobwright")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            searched += bytes.len();
            for password in &passwords {
                assert!(!bytes.windows(password.len()).any(|window| window == password.as_bytes()), "{}", path.display());
            }
        }
    }
    assert!(searched > 10_000);
    let shown = company.project.run(&["show", "1", "--format", "json"]);
    let logs = company.project.run(&["logs", "1", "Night_Fulfil"]);
    assert!(passwords.iter().all(|password| !format!("{shown}{logs}").contains(password)));
    assert!(company.message("Night").ends_with("3 passwords were set, and mailed to nobody"), "{}", company.message("Night"));
}

#[test]
fn settings_are_judged_before_the_job_starts() {
    let Some(company) = Company::new() else { return };
    company.project.replace("conf/appsettings.agent.json", "\"IsLdapPasswordReset\": true", "\"IsLdapPasswordReset\": false");
    let refused = company.project.run(&["run", "conf", "--job", "Night"]);
    assert_eq!(refused.code, Some(6), "{refused}");
    let told = refused.stderr.split_whitespace().filter(|word| *word != "│").collect::<Vec<_>>().join(" ");
    assert!(told.contains("appsettings.agent.json:2:"), "{refused}");
    assert!(told.contains("IsLdapPasswordReset of connection DirLdap: it is not true, and resource type Account"), "{refused}");
}
