//! The same company in Active Directory: values in bytes and in parts, references, numbers that count on one domain
//! controller only, and answers that mean something else than those of other directories.

use super::company::{Company, Entries, HR, PEOPLE, job};
use crate::support::active_directory::{Controller, DOMAIN, LOGIN, PASSWORD};
use crate::support::{AGENT, POLICY, Project, task};

const ENTRIES: Entries = Entries {
    package: "Usercube.AD@0000001",
    members: "DirLdap_members",
    properties: &[
        ("objectGuid", "objectGuid", "guid"),
        ("dn", "dn", ""),
        ("cn", "cn", ""),
        ("sAMAccountName", "sAMAccountName", ""),
        ("ou", "ou", ""),
        ("telephoneNumber", "telephoneNumber", ""),
        ("userAccountControl", "userAccountControl", ""),
        ("disabled", "bit_userAccountControl_2", "bit:userAccountControl:2"),
        ("objectSid", "objectSid", "sid"),
    ],
    number: "sAMAccountName",
    rules: r#"<ScalarRule Policy="Default" Property="disabled" Expression="C#:person:return string.IsNullOrEmpty(person.Phone) ? &quot;1&quot; : &quot;0&quot;;" />"#,
    mapping: r#"DefaultObjectClass="user" RDNAttributeIdentifier="cn""#,
    mapped: r#"<Property Property="userAccountControl" IsUserAccountControlProperty="true" />"#,
};

/// Members of the crew that nobody's data tells of: more than one answer holds.
const OLD: [&str; 7] = [
    "CN=Old1,DC=skerrylight,DC=example",
    "CN=Old2,DC=skerrylight,DC=example",
    "CN=Old3,DC=skerrylight,DC=example",
    "CN=Old4,DC=skerrylight,DC=example",
    "CN=Old5,DC=skerrylight,DC=example",
    "CN=Old6,DC=skerrylight,DC=example",
    "CN=Old7,DC=skerrylight,DC=example",
];

const UNIT: &[(&str, &str)] = &[("objectClass", "organizationalUnit")];
const CONTACT: &[(&str, &str)] = &[("objectClass", "contact")];

/// The incremental job, which this package prepares from changes.
fn hour() -> String {
    let prepared = r#"Connector="Dir" OpenIdClient="Job" SynchronizationMode="#;
    let whole = format!("{prepared}\"Complete\"");
    job("Hour", true).replace(&whole, &format!("{prepared}\"Incremental\""))
}

/// The company in a domain.
fn domain() -> Company<Controller> {
    let units = ["OU=Deck,DC=skerrylight,DC=example", "OU=Shore,DC=skerrylight,DC=example"];
    let crew: Vec<(&str, &str)> = [("objectClass", "group")].into_iter().chain(OLD.map(|old| ("member", old))).collect();
    let mut objects: Vec<(&str, &[(&str, &str)])> = vec![(DOMAIN, &[("objectClass", "domainDNS")])];
    objects.extend(units.map(|unit| (unit, UNIT)));
    objects.extend(OLD.map(|old| (old, CONTACT)));
    objects.push(("CN=Crew,DC=skerrylight,DC=example", &crew));
    objects.push(("CN=Office,DC=skerrylight,DC=example", &[("objectClass", "group")]));
    let controller = Controller::start(&objects);
    let settings = format!(
        r#"{{"SourcesRootPaths": ["../data"], "Connections": {{
             "HRPeople": {{"Path": "../data/people.csv", "Separator": ","}},
             "DirLdap": {{"Servers": [{{"Server": "{}", "BaseDN": "{DOMAIN}"}}], "AuthType": "Basic", "RequestTimeout": 20,
                          "Login": "{}", "Password": "{PASSWORD}", "Filter": "(objectClass=*)"}}}}}}"#,
        controller.address(),
        LOGIN.replace('\\', "\\\\"),
    );
    let project = Project::new()
        .configuration(
            "conf/All.xml",
            &format!("{AGENT}{POLICY}{HR}{}{}{}", ENTRIES.configuration(), job("Night", false), hour()),
        )
        .file("conf/appsettings.agent.json", settings)
        .file("data/people.csv", PEOPLE);
    Company { project, directory: controller, runs: 0 }
}

impl Company<Controller> {
    /// The accounts: name, login, control, groups.
    fn domain_accounts(&self) -> String {
        let content = self.directory.content();
        let holds = |group: &str, dn: &str| {
            let group = content.objects.iter().find(|object| object.dn.starts_with(group)).unwrap();
            group.values("member").iter().any(|member| member.eq_ignore_ascii_case(dn.as_bytes()))
        };
        let accounts = content.objects.iter().filter(|object| !object.text("sAMAccountName").is_empty());
        let mut lines: Vec<String> = accounts
            .map(|account| {
                let groups = ["CN=Crew", "CN=Office"].into_iter().filter(|group| holds(group, &account.dn));
                let dn = account.dn.strip_suffix(&format!(",{DOMAIN}")).unwrap();
                let of = |name: &str| account.text(name);
                format!("{dn} {} {} {}", of("sAMAccountName"), of("userAccountControl"), groups.collect::<Vec<_>>().join(" "))
            })
            .collect();
        lines.sort();
        lines.join("\n")
    }

    fn export(&self, job: &str) -> String {
        let shown = self.project.show(self.runs);
        let message = task(&shown, &format!("{job}_E2"))["message"].as_str().unwrap_or_default().to_owned();
        message.replace(&self.directory.address(), "domain")
    }
}

#[test]
fn accounts_follow_people_in_active_directory() {
    let mut company = domain();
    assert_eq!(company.run("Night"), "completed completed completed completed 3/0/0");
    insta::assert_snapshot!(company.domain_accounts(), @r"
    cn=Ana Roux,OU=Deck 1 512 CN=Crew
    cn=Bo Lund,OU=Deck 2 512 CN=Crew
    cn=Cy Hale,OU=Shore 3 512 CN=Office
    ");
    assert_eq!(company.run("Hour"), "completed completed unchanged not-launched 0/0/0", "the accounts come back");
    assert_eq!(company.counter("Hour_Model", "verified"), 3);
    assert_eq!(company.run("Hour"), "not-launched not-launched unchanged not-launched 0/0/0");

    // One is called otherwise and has no phone any more, one changes unit and team, one leaves, one comes.
    company.people("1,Ana,Meyer,Deck,Crew,\n2,Bo,Lund,Shore,Office,22\n4,Di,Voss,Deck,Crew,\n");
    assert_eq!(company.run("Hour"), "completed completed completed completed 1/2/1");
    insta::assert_snapshot!(company.domain_accounts(), @r"
    cn=Ana Meyer,OU=Deck 1 514 CN=Crew
    cn=Bo Lund,OU=Shore 2 512 CN=Office
    cn=Di Voss,OU=Deck 4 514 CN=Crew
    ");
    assert_eq!(company.run("Hour"), "completed completed unchanged not-launched 0/0/0");
    let written = company.directory.content().written.clone();
    company.run("Hour");
    assert_eq!(company.run("Hour"), "not-launched not-launched unchanged not-launched 0/0/0");
    assert_eq!(company.run("Night"), "unchanged unchanged unchanged not-launched 0/0/0");
    assert_eq!(company.directory.content().written, written, "nothing is written twice");

    // Another spelling of a name is a name to Active Directory.
    company.people("1,Ana,MEYER,Deck,Crew,\n2,Bo,Lund,Shore,Office,22\n4,Di,Voss,Deck,Crew,\n");
    company.run("Hour");
    assert!(company.domain_accounts().contains("cn=Ana MEYER,OU=Deck 1 514 CN=Crew"), "{}", company.domain_accounts());
}

#[test]
fn values_in_bytes_and_in_parts_are_read_whole_and_references_left_out() {
    let mut company = domain();
    company.run("Night");
    let links = company.project.read(".jobwright/store-work/ExportOutput/DirLdap_members.csv");
    let crew = links.lines().filter(|line| line.contains("CN=Crew")).count();
    // Two of them were added by this run, after the export.
    assert_eq!((crew, company.directory.content().parts), (OLD.len(), 2), "{links}");
    let entries = company.project.read(".jobwright/store-work/ExportOutput/DirLdap_entries.csv");
    let office = entries.lines().find(|line| line.contains("CN=Office")).unwrap();
    assert!(office.contains(",fcfdfeff") && office.contains(",S-1-5-21-1"), "{office}");
    company.run("Night");
    let links = company.project.read(".jobwright/store-work/ExportOutput/DirLdap_members.csv");
    assert_eq!(links.lines().filter(|line| line.contains("CN=Crew")).count(), OLD.len() + 2, "{links}");
}

#[test]
fn numbers_of_changes_count_on_the_controller_that_gave_them() {
    let mut company = domain();
    company.run("Night");
    company.run("Night");
    // New names are read once more.
    company.run("Hour");
    let bo = format!("CN=Bo Lund,OU=Deck,{DOMAIN}");
    let phone = |number: &str| vec![(2, "telephoneNumber".to_owned(), vec![number.as_bytes().to_vec()])];
    company.directory.content().modify(&bo, phone("98"));
    company.run("Hour");
    assert_eq!(company.export("Hour"), "25 rows, with 1 changed entry of ldap://domain");
    assert_eq!(company.counter("Hour_Model", "nonconforming"), 1);
    company.run("Hour");
    assert_eq!(company.export("Hour"), "ldap://domain holds what was last synchronized");

    // Another controller, or this one after it was restored, may have the same number for another state.
    for (service, invocation) in
        [("CN=NTDS Settings,CN=DC2,CN=Configuration", "first"), ("CN=NTDS Settings,CN=DC2,CN=Configuration", "restored")]
    {
        let mut content = company.directory.content();
        let number = content.object(&bo).unwrap().text("uSNChanged");
        content.modify(&bo, phone(invocation));
        content.object(&bo).unwrap().set("uSNChanged", &number);
        content.controller = (service.to_owned(), invocation.as_bytes().to_vec());
        drop(content);
        company.run("Hour");
        assert_eq!(company.export("Hour"), "25 rows of ldap://domain", "{invocation}");
        assert_eq!(company.counter("Hour_S2", "updated"), 1, "{invocation}");
    }
}

#[test]
fn passwords_over_a_plain_connection_are_refused_before_the_job_starts() {
    let company = domain();
    company.project.replace(
        "conf/All.xml",
        "RDNAttributeIdentifier=\"cn\"",
        "RDNAttributeIdentifier=\"cn\" PasswordResetSetting=\"New\"",
    );
    let refused = company.project.run(&["run", "conf", "--job", "Night"]);
    assert_eq!(refused.code, Some(6), "{refused}");
    let told = refused.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("appsettings.agent.json:3:"), "{refused}");
    assert!(
        told.contains("is a plain address, and Active Directory takes the passwords that resource type Account sets"),
        "{refused}"
    );
    assert!(company.directory.content().written.is_empty());
}

#[test]
fn what_active_directory_means_by_its_codes_is_told() {
    let mut company = domain();
    company.orders();
    company.directory.content().refuses = "775";
    assert_eq!(company.fulfil().code, Some(10));
    let message = company.message("Night");
    assert!(message.contains("3 orders wait for the next run: the directory answers 49 (invalid credentials)"), "{message}");
    assert!(message.ends_with("(the account of Login is locked)"), "{message}");
    company.directory.content().refuses = "";

    // Somebody else gets the login meanwhile.
    let other = vec![("sAMAccountName".to_owned(), vec![b"2".to_vec()])];
    company.directory.content().add(&format!("CN=Somebody,{DOMAIN}"), other);
    assert_eq!(company.fulfil().code, Some(10));
    let message = company.message("Night");
    assert!(message.contains("2 orders executed, 1 refused"), "{message}");
    assert!(
        message.contains("68 (entry already exists): 00000524: ") && message.contains("another account has this sAMAccountName"),
        "{message}"
    );
}
