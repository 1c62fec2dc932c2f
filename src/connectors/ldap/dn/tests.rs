//! Names as RFC 4514 has them, its own examples among them.

use proptest::prelude::*;

use super::*;

fn dn(text: &str) -> Dn {
    Dn::parse(text).unwrap()
}

/// Attributes and values of every part.
fn read(text: &str) -> Vec<String> {
    let pair = |(name, value): &(String, Vec<u8>)| format!("{name}: {}", String::from_utf8_lossy(value));
    dn(text).parts.iter().map(|part| part.pairs.iter().map(pair).collect::<Vec<_>>().join(" + ")).collect()
}

#[test]
fn the_examples_of_the_standard_are_read() {
    assert_eq!(read("UID=jsmith,DC=example,DC=net"), ["UID: jsmith", "DC: example", "DC: net"]);
    assert_eq!(read("OU=Sales+CN=J.  Smith,DC=example"), ["OU: Sales + CN: J.  Smith", "DC: example"]);
    assert_eq!(read(r#"CN=James \"Jim\" Smith\, III,DC=net"#), [r#"CN: James "Jim" Smith, III"#, "DC: net"]);
    assert_eq!(read(r"CN=Before\0dAfter,DC=net"), ["CN: Before\rAfter", "DC: net"]);
    assert_eq!(read("1.3.6.1.4.1.1466.0=#04024869"), ["1.3.6.1.4.1.1466.0: Hi"]);
    assert_eq!(read(r"CN=Lu\C4\8Di\C4\87"), ["CN: Lučić"]);
}

#[test]
fn what_stands_at_the_ends_of_a_value_counts_if_it_is_escaped() {
    assert_eq!(read(r"cn= \ a\ \  ,dc= x "), ["cn:  a  ", "dc: x"]);
    assert_eq!(read(r"cn=\20a\20,dc=x"), ["cn:  a ", "dc: x"]);
    assert_eq!(read(r"cn=\#1,dc=x"), ["cn: #1", "dc: x"]);
    assert_eq!(read(r"cn=a\\ ,dc=x"), [r"cn: a\", "dc: x"]);
    assert_eq!(read("cn=,dc=x"), ["cn: ", "dc: x"]);
    // As it is written, it goes back to the server.
    assert_eq!(dn(r"cn=a\ , dc=x").to_string(), r"cn=a\ ,dc=x");
    assert_eq!(split_rdn(r"cn=a\  ,dc=x"), Some((r"cn=a\ ", "dc=x")));
}

#[test]
fn separators_inside_of_values_separate_nothing() {
    assert_eq!(split_rdn("uid=a,ou=b,dc=c"), Some(("uid=a", "ou=b,dc=c")));
    assert_eq!(split_rdn(r"cn=Roux\, Ana,ou=b"), Some((r"cn=Roux\, Ana", "ou=b")));
    assert_eq!(split_rdn("cn=\"a,b\",ou=c"), Some(("cn=\"a,b\"", "ou=c")));
    assert_eq!(split_rdn("dc=c"), Some(("dc=c", "")));
    assert_eq!(split_rdn(" "), None);
    assert_eq!(parent("uid=a, ou=b"), "ou=b");
    assert_eq!(read(r"cn=1\+1=2,dc=x"), ["cn: 1+1=2", "dc: x"]);
    assert_eq!(read("cn=\"a;b=\\\"c\\\"\";dc=x"), ["cn: a;b=\"c\"", "dc: x"]);
}

#[test]
fn what_separates_parts_is_escaped_in_values() {
    let ou = dn("ou=People,dc=example,dc=org");
    let of = |value: &str| Dn::under(Part::new("cn", value), &ou).to_string();
    assert_eq!(of("Field, Mara"), "cn=Field\\, Mara,ou=People,dc=example,dc=org");
    assert_eq!(of("#1 + \"<a>\" = b; "), "cn=\\#1 \\+ \\\"\\<a\\>\\\" \\= b\\;\\ ,ou=People,dc=example,dc=org");
    assert_eq!(of(" x\\y"), "cn=\\ x\\\\y,ou=People,dc=example,dc=org");
    assert_eq!(of("a\0b\n"), "cn=a\\00b\\0A,ou=People,dc=example,dc=org");
}

#[test]
fn one_entry_has_many_spellings() {
    assert!(dn("CN=Mara\\2C Field, OU=People,DC=example").is(&dn("cn=mara\\, field,ou=people,dc=EXAMPLE")));
    assert!(dn("cn=\"a, b\",dc=x").is(&dn("cn=a\\, b;dc=x")));
    assert!(dn("uid=1+cn=a,dc=x").is(&dn("CN=A+UID=1,dc=x")));
    assert!(dn("cn=a   b,dc=x").is(&dn("cn= a b ,dc=x")));
    assert!(dn("2.5.4.3=a,OID.0.9.2342.19200300.100.1.25=x").is(&dn("cn=a,dc=x")));
    assert!(dn("cn=#0c0141,dc=x").is(&dn("cn=a,dc=x")));
    assert!(dn("cn=L\\C3\\BCB,dc=x").is(&dn("cn=lÜb,dc=x")));
    assert!(!dn("cn=a,dc=x").is(&dn("cn=a,dc=y")));
    assert!(!dn("cn=a,dc=x").is(&dn("dc=x")));
    assert!(!dn("cn=a,dc=x").is(&dn("sn=a,dc=x")));
    assert!(!dn("cn=\\ff,dc=x").is(&dn("cn=\\fe,dc=x")));
    assert_eq!(dn("cn=L\\c3\\bcb,dc=x").first().value("2.5.4.3"), Some("Lüb".as_bytes()));
    assert!(same_dn("UID=a, ou=People", "uid=A,OU=people") && !same_dn("uid=a,ou=people", "uid=a,ou=groups"));
    assert!(same_dn("", " ") && !same_dn("", "dc=x"));
}

#[test]
fn what_lies_below_moves_along() {
    let (from, to) = (dn("ou=Old,dc=x"), dn("ou=New,o=y,dc=x"));
    assert_eq!(dn("cn=a,ou=old, dc=x").moved(&from, &to).unwrap().to_string(), "cn=a,ou=New,o=y,dc=x");
    assert_eq!(dn("cn=a,dc=x").moved(&from, &to), None);
    assert_eq!(from.parent().unwrap().to_string(), "dc=x");
    assert_eq!(dn("dc=x").parent(), None);
}

#[test]
fn what_is_no_name_is_refused_with_the_reason() {
    let told = |text: &str| Dn::parse(text).unwrap_err().split_once("name: ").unwrap().1.to_owned();
    assert_eq!(told(""), "it is empty");
    assert_eq!(told("people"), "\"people\" has no `=`");
    assert_eq!(told("cn=a,"), "\"\" has no `=`");
    assert_eq!(told("cn=a+,dc=x"), "\"\" has no `=`");
    assert_eq!(told("=a,dc=x"), "\"\" is no attribute");
    assert_eq!(told("c n=a"), "\"c n\" is no attribute");
    assert_eq!(told("1a=a"), "\"1a\" is no attribute");
    assert_eq!(told("cn=a\\"), "an escape in it is none");
    assert_eq!(told("cn=a\\q,dc=x"), "an escape in it is none");
    assert_eq!(told("cn=a\\4,dc=x"), "an escape in it is none");
    assert_eq!(told("cn=\"a,dc=x"), "a quote in it is not closed");
    assert_eq!(told("cn=a\"b\",dc=x"), "a quote in the middle of a value has to be escaped");
    assert_eq!(told("cn=#4,dc=x"), "\"#4\" is no value in hexadecimal digits");
}

proptest! {
    #[test]
    fn any_value_comes_back_out_of_a_name(value in "\\PC{1,12}|[ ,+\"\\\\<>;=#\n\r\0]{1,6}") {
        let name = Dn::under(Part::new("cn", &value), &dn("ou=a,dc=x")).to_string();
        let read = dn(&name);
        prop_assert_eq!(read.first().value("cn"), Some(value.as_bytes()));
        prop_assert_eq!(read.depth(), 3);
        // Written once more it is the same, and as a text it is split at the same place.
        prop_assert_eq!(read.to_string(), name.clone());
        prop_assert_eq!(split_rdn(&name), Some((read.rdn(), "ou=a,dc=x")));
    }

    #[test]
    fn no_text_makes_the_reader_fail(text in "[a-z0-9=,+;\"\\\\ #é]{0,24}") {
        if let Ok(name) = Dn::parse(&text) {
            prop_assert!(name.is(&dn(&name.to_string())));
        }
    }
}
