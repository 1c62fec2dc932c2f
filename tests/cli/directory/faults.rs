//! Everything that can go wrong on the way into a directory. Its own log tells how often it was written to.

use std::fs;

use super::company::{Company, FULFIL, MANY};
use crate::support::slapd::{PASSWORD, SUFFIX, Slapd, Wanted};
use crate::support::task;

#[test]
fn a_directory_that_is_down_loses_no_order() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    company.directory.kill();
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    let message = company.message("Night");
    assert!(message.starts_with("0 orders executed; 3 orders wait for the next run: ldap://127.0.0.1:"), "{message}");
    assert_eq!(company.states(), [2, 2, 2]);
    company.directory.restart();
    let again = company.project.run(&["run", "--resume", "-q"]);
    assert_eq!(again.code, Some(0), "{again} {}", company.message("Night"));
    assert_eq!(company.states(), [8, 8, 8]);
    assert_eq!(company.written().iter().filter(|line| line.starts_with("add")).count(), 3);
}

#[test]
fn a_wrong_password_is_told_and_loses_no_order() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    company.settle(20, "not-the-one");
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    let message = company.message("Night");
    assert!(message.contains("3 orders wait for the next run: the directory answers 49 (invalid credentials)"), "{message}");
    assert!(message.contains("check Login") && !message.contains("not-the-one"), "{message}");
    assert_eq!(company.states(), [2, 2, 2]);
    company.settle(20, PASSWORD);
    assert_eq!(company.fulfil().code, Some(0));
    assert_eq!(company.states(), [8, 8, 8]);
}

#[test]
fn a_directory_that_does_not_answer_is_given_up_in_time() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    company.settle(1, PASSWORD);
    company.directory.freeze();
    let failed = company.fulfil();
    company.directory.thaw();
    assert_eq!(failed.code, Some(10), "{failed}");
    assert!(company.message("Night").contains("no answer within 1 second"), "{}", company.message("Night"));
    assert_eq!(company.fulfil().code, Some(0));
    assert_eq!(company.states(), [8, 8, 8]);
    assert_eq!(company.written().iter().filter(|line| line.starts_with("add")).count(), 3);
}

#[test]
fn a_limit_of_the_directory_stops_the_export_and_deletes_nobody() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    company.run("Night");
    let accounts = company.accounts();
    let settings = company.project.read("conf/appsettings.agent.json");
    let limited = settings
        .replace("\"TimeOut\"", "\"SizeLimit\": 2, \"TimeOut\"")
        .replace("\"Controls\": [\"PagedResult\"]", "\"Controls\": []");
    fs::write(company.project.path("conf/appsettings.agent.json"), limited).unwrap();
    company.people("1,Ana,Roux,Deck,Crew,12\n2,Bo,Lund,Deck,Crew,22\n3,Cy,Hale,Shore,Office,33\n");
    let warned = company.project.run(&["run", "conf", "--job", "Night", "-q", "--fail-on", "warning"]);
    company.runs += 1;
    assert_eq!(warned.code, Some(11), "{warned}");
    let shown = company.project.show(company.runs);
    let export = task(&shown, "Night_E2");
    assert_eq!(export["state"], "warning");
    assert!(export["message"].as_str().unwrap().contains("4 (size limit exceeded)"), "{export}");
    // What people's data asks for is done all the same, and nothing else.
    assert_eq!(company.ended("Night"), "unchanged completed completed completed 0/1/0");
    assert_eq!(company.accounts(), accounts.replace(" 11 ", " 12 "));
}

#[test]
fn an_entry_that_is_there_already_is_taken_or_told() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    // One as it is to be, one of somebody else.
    let entry = |name: &str, uid: &str, phone: &str| {
        let values = [("objectClass", "inetOrgPerson"), ("cn", name), ("sn", "Roux"), ("uid", uid), ("telephoneNumber", phone)];
        values.map(|(name, value)| (name.to_owned(), vec![value.as_bytes().to_vec()])).to_vec()
    };
    let mut client = company.directory.client();
    client.add(&format!("cn=Ana Roux,ou=Deck,ou=people,{SUFFIX}"), &entry("Ana Roux", "1", "11")).unwrap();
    client.add(&format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}"), &entry("Bo Lund", "77", "22")).unwrap();
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    assert_eq!(company.states(), [8, 3, 8]);
    let message = company.message("Night");
    assert!(message.contains("2 orders executed, 1 refused"), "{message}");
    assert!(message.contains("cn=Bo Lund,ou=Deck,ou=people,dc=skerrylight,dc=example is there already"), "{message}");
    assert!(company.accounts().contains("cn=Ana Roux,ou=Deck 1 11 Crew"));
    assert_eq!(company.written().iter().filter(|line| **line == "add cn=Ana Roux").count(), 1);
}

#[test]
fn an_entry_that_is_gone_is_deleted_already_and_cannot_be_changed() {
    let Some(mut company) = Company::new() else { return };
    company.run("Night");
    company.run("Night");
    company.people("2,Bo,Lund,Deck,Crew,44\n3,Cy,Hale,Shore,Office,33\n");
    company.orders();
    let mut client = company.directory.client();
    client.delete(&format!("cn=Ana Roux,ou=Deck,ou=people,{SUFFIX}"), false).unwrap();
    client.delete(&format!("cn=Bo Lund,ou=Deck,ou=people,{SUFFIX}"), false).unwrap();
    let failed = company.fulfil();
    assert_eq!(failed.code, Some(10), "{failed}");
    let message = company.message("Night");
    assert!(message.contains("1 order executed, 1 refused") && message.contains("does not exist any more"), "{message}");
    // The next synchronization takes note, and the one who is to have an account gets one.
    assert_eq!(company.run("Night"), "completed completed completed completed 1/0/0");
    assert_eq!(company.run("Night").split(' ').nth(2), Some("unchanged"));
    assert!(company.accounts().contains("cn=Bo Lund,ou=Deck 2 44 Crew"), "{}", company.accounts());
}

#[test]
fn a_process_that_is_killed_anywhere_in_fulfilment_ends_with_every_order_executed_once() {
    let mut point = 0;
    loop {
        point += 1;
        let Some(mut company) = Company::new() else { return };
        company.orders();
        let mut command = company.project.command(&FULFIL);
        let killed = command.env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        if killed.status.code().is_some() {
            break;
        }
        company.finish();
        assert_eq!(company.states(), [8, 8, 8], "killed at point {point}");
        let adds = company.written();
        assert_eq!(adds.iter().filter(|line| line.starts_with("add")).count(), 3, "killed at point {point}: {adds:?}");
    }
    assert!(point > 5, "only {point} points were passed");
}

#[test]
fn a_process_that_is_killed_between_two_orders_goes_on_where_it_was() {
    for number in [1, 20, 45, 70] {
        let Some(mut company) = Company::new() else { return };
        company.many();
        company.orders();
        let mut child = company.project.command(&FULFIL).spawn().unwrap();
        company.until_written(number, || child.try_wait().unwrap().is_some());
        child.kill().unwrap();
        child.wait_with_output().unwrap();
        company.finish();
        company.all_executed_once(&format!("killed after {number} writes"));
    }
}

#[test]
fn a_directory_that_goes_down_in_the_middle_keeps_what_was_done() {
    let Some(mut company) = Company::new() else { return };
    company.many();
    company.orders();
    let mut child = company.project.command(&FULFIL).spawn().unwrap();
    company.until_written(15, || child.try_wait().unwrap().is_some());
    company.directory.kill();
    let code = child.wait().unwrap().code();
    company.runs += 1;
    assert_eq!(code, Some(10), "{}", company.message("Night"));
    let (states, message) = (company.states(), company.message("Night"));
    let executed = states.iter().filter(|state| **state == 8).count();
    assert!(executed > 5 && executed < MANY && !states.contains(&3), "{states:?}");
    assert!(
        message.starts_with(&format!("{executed} orders executed; {} orders wait for the next run: ", MANY - executed)),
        "{message}"
    );
    let results = company.project.read(".jobwright/store-work/FulfillResults/Night_Fulfil.csv");
    assert_eq!(results.lines().filter(|line| line.ends_with("executed,")).count(), executed);
    company.directory.restart();
    let again = company.project.run(&["run", "--resume", "-q"]);
    assert_eq!(again.code, Some(0), "{again}");
    company.all_executed_once_though_killed("the directory was down");
}

#[test]
fn a_directory_that_falls_silent_in_the_middle_keeps_what_was_done() {
    let Some(mut company) = Company::new() else { return };
    company.many();
    company.orders();
    company.settle(1, PASSWORD);
    let mut child = company.project.command(&FULFIL).spawn().unwrap();
    company.until_written(15, || child.try_wait().unwrap().is_some());
    company.directory.freeze();
    let code = child.wait().unwrap().code();
    company.runs += 1;
    let (states, message) = (company.states(), company.message("Night"));
    let executed = states.iter().filter(|state| **state == 8).count();
    // What was asked last is done when it goes on, and nobody knows of it.
    company.directory.thaw();
    assert_eq!(code, Some(10), "{message}");
    assert!(executed > 5 && executed < MANY && !states.contains(&3), "{states:?}");
    assert!(message.contains(&format!("{} orders wait for the next run: ", MANY - executed)), "{message}");
    assert!(message.contains("no answer within 1 second"), "{message}");
    company.settle(20, PASSWORD);
    assert_eq!(company.fulfil().code, Some(0), "{}", company.message("Night"));
    company.all_executed_once("the directory was silent");
}

#[test]
fn a_certificate_that_is_not_trusted_loses_no_order() {
    let Some(mut company) = Company::new() else { return };
    company.orders();
    let Some(encrypted) = Slapd::wanted(&Wanted { encrypted: true, ..Wanted::default() }) else { return };
    company.project.replace("conf/appsettings.agent.json", &company.directory.url(), &encrypted.url());
    assert_eq!(company.fulfil().code, Some(10));
    let message = company.message("Night");
    assert!(message.contains("3 orders wait for the next run: the certificate of ldaps://localhost:"), "{message}");
    assert!(message.contains("is not trusted: nobody whom this machine trusts vouches for it"), "{message}");
    assert!(message.contains("SSL_CERT_FILE"), "{message}");
    assert_eq!(company.states(), [2, 2, 2]);
}
