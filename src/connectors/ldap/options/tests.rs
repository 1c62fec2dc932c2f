use std::path::Path;

use super::*;
use crate::tasks::Settings;

fn read_as(package: &str, settings: &str) -> Result<LdapOptions, String> {
    let text = format!("{{\"Connections\": {{\"Dir\":\n{settings}\n}}}}");
    let settings = Settings::parse(&text, Path::new("s.json"), None).map_err(|error| error.to_string())?;
    LdapOptions::read(settings.connection("Dir").unwrap(), package).map_err(|error| error.to_string())
}

fn read(settings: &str) -> Result<LdapOptions, String> {
    read_as("Usercube.LDAP@0000001", settings)
}

/// A connection with a server of these settings.
fn server(settings: &str) -> Result<LdapOptions, String> {
    read(&format!("{{\"Servers\": [{{{settings}}}], \"Tables\": [{{\"Table\": \"entries\", \"BaseDN\": \"dc=x\"}}]}}"))
}

#[test]
fn reads_servers_and_tables_in_the_generic_way() {
    let options = read(
        r#"{"Servers": [{"Server": "a.example", "AuthType": "Basic", "Login": "cn=a", "Password": "p",
                         "Controls": ["PagedResult", "DomainScope"], "EnableSSL": true, "NoSigning": false},
                        {"Server": "ldap://b.example:1389", "AuthType": "anonymous"}],
            "Tables": [{"Table": "member", "BaseDN": "dc=x", "Filter": "(member=*)", "Scope": "OneLevel"},
                       {"Table": "entries", "BaseDN": "dc=x"}],
            "SizeLimit": 5000, "TimeLimit": 5, "TimeOut": 7}"#,
    )
    .unwrap();
    let urls: Vec<_> = options.servers.iter().map(|server| server.url.as_str()).collect();
    assert_eq!(urls, ["ldaps://a.example:636", "ldap://b.example:1389"]);
    assert!(options.servers[0].paged && options.servers[0].domain_scope && options.servers[1].login.is_none());
    assert_eq!(options.entries().name, "entries");
    assert_eq!(options.table("MEMBER").unwrap().scope, Scope::OneLevel);
    assert_eq!((options.size_limit, options.time_limit, options.timeout.as_secs()), (5000, 5, 7));
    assert!(!format!("{options:?}").contains("\"p\""));
}

#[test]
fn reads_the_ways_of_the_other_packages() {
    let text = r#"{"Server": "c.example", "DistinguishedName": "dc=x", "Login": "cn=a", "Password": "p",
                   "Filter": "(cn=*)", "Scope": "SubTree", "SSL": "true"}"#;
    let options = read_as("Usercube.OpenLDAP@0000001", text).unwrap();
    assert_eq!(options.servers[0].url, "ldaps://c.example:636");
    assert_eq!(options.entries().base, "dc=x");
    let text = r#"{"Filter": "(objectclass=*)", "Servers": [{"Server": "d", "BaseDN": "DC=x"}], "AuthType": "Basic",
                   "AsAdLds": false, "EnableSSL": true, "Login": "a", "NoSigning": false, "Password": "p", "RetryDelay": 10}"#;
    let options = read_as("Usercube.AD@0000001", text).unwrap();
    assert_eq!((options.servers[0].url.as_str(), options.entries().base.as_str()), ("ldaps://d:636", "DC=x"));
    assert!(options.servers[0].login.is_some() && !options.lists_tables);
}

#[test]
fn says_what_is_wrong_and_where() {
    for (settings, expected) in [
        ("{\"Servers\": [], \"Tables\": []}", "s.json:2:13: Servers of connection Dir: no server is named"),
        ("{\"Serves\": []}", "s.json:2:2: unknown setting Serves of connection Dir; did you mean Servers?"),
        ("{\"Servers\": [3]}", "s.json:2:14: Servers of connection Dir must hold objects"),
    ] {
        assert_eq!(read(settings).unwrap_err(), expected);
    }
    for (settings, expected) in [
        (r#""Server": "a""#, "AuthType of connection Dir: it is not set, which means Negotiate"),
        (r#""Server": "a", "AuthType": "Negotiate""#, "AuthType of connection Dir: Negotiate has no embedded form"),
        (r#""Server": "a", "AuthType": "Baisc""#, "Baisc is none of Anonymous, Basic and Negotiate"),
        (r#""Server": "a", "AuthType": "Basic""#, "Login of connection Dir: it is missing"),
        (r#""Server": "a", "AuthType": "Basic", "Login": "x", "Password": """#, "Password of connection Dir: it is missing"),
        (r#""Server": "a", "AuthType": "Anonymous", "Controls": ["Paged"]"#, "Paged is none of DomainScope and PagedResult"),
        (r#""Server": "http://a", "AuthType": "Anonymous""#, "http:// is no scheme of a directory"),
        (r#""Server": "a:0", "AuthType": "Anonymous""#, "\"0\" is no port"),
        (r#""Server": "a b", "AuthType": "Anonymous""#, "a b is no address"),
        (r#""Server": "ldap://a", "AuthType": "Anonymous", "EnableSSL": true"#, "ldap://a is a plain address"),
        (
            r#""Server": "a", "AuthType": "Anonymous", "Pasword": "x""#,
            "unknown setting Pasword of connection Dir; did you mean Password?",
        ),
    ] {
        let error = server(settings).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
    for (tables, expected) in [
        (r#"{"Table": "member", "BaseDN": "dc=x"}"#, "there must be a table named entries"),
        (r#"{"Table": "entries"}"#, "BaseDN of connection Dir: it is missing in table entries"),
        (r#"{"Table": "entries", "BaseDN": "dc=x", "Scope": "All"}"#, "All is none of Base, OneLevel and Subtree"),
        (r#"{"Table": "entries", "BaseDN": "dc=x"}, {"Table": "Entries", "BaseDN": "dc=x"}"#, "Entries is listed twice"),
    ] {
        let text = format!("{{\"Servers\": [{{\"Server\": \"a\", \"AuthType\": \"Anonymous\"}}], \"Tables\": [{tables}]}}");
        let error = read(&text).unwrap_err();
        assert!(error.contains(expected), "{error}");
    }
}

#[cfg(feature = "ldap")]
#[test]
fn a_filter_is_judged_before_anything_runs() {
    let text = r#"{"Servers": [{"Server": "a", "AuthType": "Anonymous"}],
                   "Tables": [{"Table": "entries", "BaseDN": "dc=x", "Filter": "(cn=*"}]}"#;
    let error = read(text).unwrap_err();
    assert!(error.contains("s.json:3:80: Filter of connection Dir: (cn=* is no search filter"), "{error}");
}

#[test]
fn addresses_are_read_in_every_way() {
    for (address, encrypted, expected) in [
        ("host", false, "ldap://host:389"),
        ("Host:636", true, "ldaps://host:636"),
        ("ldaps://host/", false, "ldaps://host:636"),
        ("[::1]:3389", false, "ldap://[::1]:3389"),
        ("127.0.0.1", false, "ldap://127.0.0.1:389"),
    ] {
        assert_eq!(url(address, encrypted).as_deref(), Ok(expected));
    }
}
