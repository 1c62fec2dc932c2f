//! The client, against a real directory: what it does, and what it says when the directory does not do it.

use std::time::Instant;

use jobwright::connectors::ldap::{Change, LdapClient, LdapFailure, Search, code};

use crate::support::slapd::{self, BASE, PASSWORD, SUFFIX, Slapd, Wanted};

fn text(values: &[&str]) -> Vec<Vec<u8>> {
    values.iter().map(|value| value.as_bytes().to_vec()).collect()
}

fn person(uid: &str) -> Vec<(String, Vec<Vec<u8>>)> {
    [("objectClass", "inetOrgPerson"), ("uid", uid), ("cn", uid), ("sn", "Roux")]
        .map(|(name, value)| (name.to_owned(), text(&[value])))
        .to_vec()
}

fn dn(uid: &str) -> String {
    format!("uid={uid},ou=people,{SUFFIX}")
}

#[test]
fn entries_are_added_changed_renamed_found_and_deleted() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let mut client = slapd.client();
    client.add(&dn("aroux"), &person("aroux")).unwrap();
    let again = client.add(&dn("aroux"), &person("aroux")).unwrap_err();
    assert_eq!(again.code(), Some(code::ENTRY_EXISTS));
    assert_eq!(again.to_string(), "the directory answers 68 (entry already exists)");

    let mail = |address: &str| Change::Add("mail".to_owned(), text(&[address]));
    client.modify(&dn("aroux"), &[mail("a@skerrylight.example")], false).unwrap();
    let twice = client.modify(&dn("aroux"), &[mail("a@skerrylight.example")], false).unwrap_err();
    assert_eq!(twice.code(), Some(code::VALUE_EXISTS));
    client.modify(&dn("aroux"), &[mail("a@skerrylight.example")], true).unwrap();
    let photo = Change::Replace("jpegPhoto".to_owned(), vec![vec![0xff, 0xd8, 0, 1]]);
    client.modify(&dn("aroux"), &[photo, Change::Delete("mail".to_owned(), Vec::new())], false).unwrap();

    client.modify_dn(&dn("aroux"), "uid=anaroux", true, None).unwrap();
    assert_eq!(client.read(&dn("aroux"), &["uid"]).unwrap(), None);
    let entry = client.read(&dn("anaroux"), &["*"]).unwrap().unwrap();
    assert_eq!(entry.text("UID"), Some("anaroux"));
    assert_eq!(entry.values("jpegPhoto"), [vec![0xff, 0xd8, 0, 1]]);
    assert_eq!(entry.values("mail").len(), 0);

    let full = client.delete(&format!("ou=people,{SUFFIX}"), false).unwrap_err();
    assert_eq!(full.code(), Some(code::NOT_LEAF));
    let tree = client.delete(&format!("ou=people,{SUFFIX}"), true);
    assert!(tree.is_ok() || tree.unwrap_err().code() == Some(code::UNKNOWN_CONTROL));
    let absent = client.delete("uid=nobody,ou=groups,dc=skerrylight,dc=example", false).unwrap_err();
    let LdapFailure::Refused { code: 32, matched, .. } = absent else { panic!("{absent}") };
    assert_eq!(matched, format!("ou=groups,{SUFFIX}"));
}

#[test]
fn a_search_gives_all_pages() {
    let people: String = (0..2500)
        .map(|n| format!("\ndn: uid=p{n},ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: p{n}\ncn: p{n}\nsn: p\n"))
        .collect();
    // A limit that holds for the whole search is one that pages get around, for who may do everything.
    let Some(slapd) = Slapd::start(&format!("{BASE}{people}")) else { return };
    let mut found = 0;
    let search = Search::below(SUFFIX, "(objectClass=inetOrgPerson)", &["uid"]);
    slapd
        .client()
        .search::<LdapFailure>(&search, |_| {
            found += 1;
            Ok(())
        })
        .unwrap();
    assert_eq!(found, 2500);
    // A reader can stop it.
    let stopped = slapd.client().search(&search, |_| Err(LdapFailure::Unusable("enough".to_owned())));
    assert_eq!(stopped, Err(LdapFailure::Unusable("enough".to_owned())));
    // Without pages the limit counts.
    let mut options = slapd.options(20);
    options.servers[0].paged = false;
    let limited = Search { paged: false, size_limit: 10, ..search };
    let failure = LdapClient::open(&options).unwrap().search::<LdapFailure>(&limited, |_| Ok(())).unwrap_err();
    assert_eq!(failure.to_string(), "the directory answers 4 (size limit exceeded)");
    assert!(failure.help().unwrap().contains("raise SizeLimit"));
}

#[test]
fn a_wrong_password_is_refused_and_not_shown() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let wrong = slapd.connection(r#"{"Table": "entries", "BaseDN": "dc=x"}"#, 20).replace(PASSWORD, "wrong-password");
    let failure = LdapClient::open(&slapd::options(&wrong)).unwrap_err();
    assert_eq!(failure.code(), Some(49));
    assert!(!failure.is_unreachable());
    assert_eq!(failure.to_string(), "the directory answers 49 (invalid credentials)");
}

#[test]
fn a_server_that_is_down_or_silent_is_told_from_one_that_refuses() {
    let Some(mut slapd) = Slapd::start(BASE) else { return };
    let options = slapd.options(1);
    let mut client = LdapClient::open(&options).unwrap();
    slapd.freeze();
    let began = Instant::now();
    let failure = client.read(SUFFIX, &["*"]).unwrap_err();
    assert!(failure.is_unreachable() && began.elapsed().as_secs() < 10, "{failure}");
    assert!(failure.to_string().ends_with("cannot be reached: no answer within 1 seconds"), "{failure}");
    slapd.thaw();
    slapd.kill();
    let failure = LdapClient::open(&options).unwrap_err();
    assert!(failure.is_unreachable() && failure.to_string().contains("refused"), "{failure}");
    let failure = client.delete(&dn("a"), false).unwrap_err();
    assert!(failure.is_unreachable(), "{failure}");
    slapd.restart();
    assert!(LdapClient::open(&options).is_ok());
}

#[test]
fn the_next_server_is_tried_where_one_is_down() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let up = slapd.connection(r#"{"Table": "entries", "BaseDN": "dc=x"}"#, 20);
    let down = r#"{"Server": "ldap://127.0.0.1:1", "AuthType": "Anonymous"}, "#;
    let both = up.replace("\"Servers\": [", &format!("\"Servers\": [{down}"));
    let client = LdapClient::open(&slapd::options(&both)).unwrap();
    assert_eq!(client.server(), slapd.url());
    let neither = both.replace(&slapd.url(), "ldap://127.0.0.1:2");
    let failure = LdapClient::open(&slapd::options(&neither)).unwrap_err();
    assert!(failure.to_string().starts_with("ldap://127.0.0.1:1, ldap://127.0.0.1:2 cannot be reached: "), "{failure}");
}

#[test]
fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let Some(slapd) = Slapd::wanted(&Wanted { encrypted: true, ..Wanted::default() }) else { return };
    let failure = LdapClient::open(&slapd.options(20)).unwrap_err();
    let url = slapd.url();
    assert_eq!(
        failure.to_string(),
        format!("the certificate of {url} is not trusted: nobody whom this machine trusts vouches for it")
    );
    assert!(failure.is_unreachable() && failure.help().unwrap().contains("SSL_CERT_FILE"), "{failure}");
}

#[test]
fn an_encrypted_connection_to_a_plain_port_is_told() {
    let Some(slapd) = Slapd::start(BASE) else { return };
    let mut options = slapd.options(20);
    options.servers[0].url = options.servers[0].url.replace("ldap://", "ldaps://");
    let failure = LdapClient::open(&options).unwrap_err();
    assert!(failure.to_string().ends_with("no encrypted connection comes about; it may be the port for plain ones"), "{failure}");
}
