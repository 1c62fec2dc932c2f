//! The demo as the program writes it, with its directory in files and on a server.

use std::fs;

use crate::support::{Project, repository};

/// All files below a folder, relative to it, with their content.
fn files(folder: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_demo_is_written_as_it_is_in_the_sources() {
    let project = Project::new();
    let written = project.run(&["demo", "Ferries"]);
    assert_eq!(written.code, Some(0), "{written}");
    assert!(written.stderr.ends_with("next: `jobwright run Ferries --job Demo_Complete`\n"), "{written}");
    assert_eq!(files(&project.path("Ferries")), files(&repository().join("examples/demo")));
    let again = project.run(&["demo", "Ferries"]);
    assert_eq!(again.code, Some(2), "{again}");
    assert!(again.stderr.contains("`Ferries` is there already and is not an empty folder"), "{again}");
    let check = project.run(&["check", "Ferries", "-q"]);
    assert_eq!((check.code, check.stdout.as_str()), (Some(0), ""), "{check}");
    assert_eq!(project.run(&["run", "Ferries", "--job", "Demo_Complete", "-q"]).code, Some(0));
}

#[test]
fn the_demo_with_a_directory_has_nothing_to_find_and_a_password_of_its_own() {
    let project = Project::new();
    let mut passwords = Vec::new();
    for folder in ["One", "Two"] {
        let written = project.run(&["demo", folder, "--target", "ldap"]);
        assert_eq!(written.code, Some(0), "{written}");
        assert!(written.stderr.contains(&format!("next: `jobwright demo ldap {folder}` starts its directory")), "{written}");
        for settings in ["agent", "changes"].map(|name| format!("{folder}/appsettings.{name}.json")) {
            let check = project.run(&["check", folder, "--appsettings", &settings, "-q"]);
            assert_eq!((check.code, check.stdout.as_str()), (Some(0), ""), "{check}");
            let text = project.read(&settings);
            let password = text.split("\"Password\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
            assert!(!written.to_string().contains(&password));
            passwords.push(password);
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(fs::metadata(project.path(&settings)).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
        let format = project.run(&["fmt", "--check", folder, "-q"]);
        assert_eq!((format.code, format.stdout.as_str()), (Some(0), ""), "{format}");
    }
    assert_eq!((&passwords[0], &passwords[2]), (&passwords[1], &passwords[3]), "both settings are of one directory");
    assert_ne!(passwords[0], passwords[2]);
    assert!(passwords.iter().all(|password| password.len() == 24), "{passwords:?}");
}

#[cfg(all(unix, feature = "ldap"))]
mod directory {
    use std::io::{BufRead, BufReader};
    use std::net::TcpListener;
    use std::process::Child;

    use jobwright::connectors::ldap::{Change, Entry, LdapClient, LdapFailure, LdapOptions, Search};
    use jobwright::tasks::Settings;
    use rustix::process::{Pid, Signal, kill_process};
    use serde_json::{Value, json};

    use super::Project;
    use crate::support::slapd::{SUFFIX, Slapd, free_port};
    use crate::support::task;

    const COMPLETE: [&str; 4] = ["run", "Ferries", "--job", "Demo_Complete"];
    const INCREMENTAL: [&str; 4] = ["run", "Ferries", "--job", "Demo_Incremental"];
    const CHANGES: [&str; 2] = ["--appsettings", "Ferries/appsettings.changes.json"];
    const ORDERS: &str = "GenerateProvisioningOrders1";

    /// The directory of a demo; it ends with the test.
    struct Running(Child);

    impl Running {
        /// Starts it; it is there when this returns.
        fn start(project: &Project) -> Self {
            let mut running = Self(project.command(&["demo", "ldap", "Ferries"]).spawn().unwrap());
            let mut lines = BufReader::new(running.0.stderr.as_mut().unwrap()).lines();
            let said = lines.next().unwrap_or_else(|| panic!("it said nothing")).unwrap();
            assert!(said.starts_with("the directory listens on ldap://127.0.0.1:"), "{said}");
            let next = lines.next().unwrap().unwrap();
            assert_eq!(next, "next, in another terminal: `jobwright run Ferries --job Demo_Complete`");
            running
        }

        fn interrupt(mut self) {
            kill_process(Pid::from_child(&self.0), Signal::INT).unwrap();
            assert_eq!(self.0.wait().unwrap().code(), Some(0));
        }
    }

    impl Drop for Running {
        fn drop(&mut self) {
            if matches!(self.0.try_wait(), Ok(None)) {
                kill_process(Pid::from_child(&self.0), Signal::INT).unwrap();
                self.0.wait().unwrap();
            }
        }
    }

    /// A demo on a port of its own; none where slapd is not installed.
    fn ferries() -> Option<Project> {
        // Asked first, so that a machine without it says so and passes.
        Slapd::start(crate::support::slapd::BASE)?;
        let project = Project::new();
        assert_eq!(project.run(&["demo", "Ferries", "--target", "ldap"]).code, Some(0));
        let port = free_port();
        for settings in ["agent", "changes"] {
            let file = format!("Ferries/appsettings.{settings}.json");
            project.replace(&file, "127.0.0.1:3389", &format!("127.0.0.1:{port}"));
        }
        Some(project)
    }

    /// A client with the rights of the demo.
    fn client(project: &Project) -> LdapClient {
        let file = project.path("Ferries/appsettings.agent.json");
        let settings = Settings::parse(&project.read("Ferries/appsettings.agent.json"), &file, None).unwrap();
        let options = LdapOptions::read(settings.connection("DirectoryLdap").unwrap(), "Usercube.OpenLDAP").unwrap();
        LdapClient::open(&options).unwrap()
    }

    /// The entries that a filter finds, with these attributes.
    fn entries(project: &Project, filter: &str, attributes: &[&str]) -> Vec<Entry> {
        let mut found = Vec::new();
        client(project)
            .search::<LdapFailure>(&Search::below(SUFFIX, filter, attributes), |entry| {
                found.push(entry);
                Ok(())
            })
            .unwrap();
        found
    }

    /// The accounts that a filter finds: login, department, whether there is a password, groups.
    fn accounts(project: &Project, filter: &str) -> String {
        let groups = entries(project, "(objectClass=skerrylightGroup)", &["cn", "member"]);
        let mut lines: Vec<String> = Vec::new();
        for entry in entries(project, filter, &["departmentNumber", "uid", "userPassword"]) {
            let joined = groups.iter().filter(|group| group.values("member").contains(&entry.dn.clone().into_bytes()));
            let mut joined: Vec<&str> = joined.map(|group| group.text("cn").unwrap()).collect();
            joined.sort_unstable();
            let of = |name: &str| entry.text(name).unwrap_or_default().to_owned();
            assert_eq!(entry.dn, format!("uid={},ou=people,{SUFFIX}", of("uid")));
            let password = if of("userPassword").len() == 24 { ", a password" } else { "" };
            lines.push(format!("{}, {}{password}: {}", of("uid"), of("departmentNumber"), joined.join(" ")));
        }
        lines.sort();
        lines.join("\n")
    }

    /// What stays the same when an entry gets another name.
    fn identity(project: &Project, filter: &str) -> String {
        let found = entries(project, filter, &["entryUUID"]);
        assert_eq!(found.len(), 1);
        found[0].text("entryUUID").unwrap().to_owned()
    }

    /// The counters of a task that are not zero.
    fn counters(project: &Project, run: u32, name: &str) -> Value {
        let mut counters = task(&project.show(run), name)["counters"].clone();
        counters.as_object_mut().unwrap().retain(|_, number| *number != 0);
        counters
    }

    fn runs(project: &Project, arguments: &[&[&str]]) {
        let run = project.run(&arguments.concat());
        assert_eq!(run.code, Some(0), "{run}");
    }

    #[test]
    fn the_directory_holds_the_company_and_gets_the_accounts_that_it_lacks() {
        let Some(project) = ferries() else { return };
        let directory = Running::start(&project);
        assert_eq!(accounts(&project, "(uid=fjalla.tidewarden)"), "");
        runs(&project, &[&COMPLETE]);
        let loaded = counters(&project, 1, "Demo_Complete_Synchronize_Directory");
        assert_eq!(loaded, json!({ "inserted": 339, "links_inserted": 812 }));
        assert_eq!(counters(&project, 1, &format!("Demo_Complete_{ORDERS}")), json!({ "added": 4, "modified": 1 }));
        assert_eq!(counters(&project, 1, "Demo_Complete_Fulfill1"), json!({ "executed": 5 }));
        insta::assert_snapshot!(accounts(&project, "(|(uid=fjalla.tidewarden)(userPassword=*))"), @r"
        astree.rochegrise, Hulls, a password: app-lamps org-ya1 site-st09
        fjalla.brassewind, Lamps & Lenses, a password: app-timetable org-li2 site-st02
        fjalla.tidewarden, Lamps & Lenses, a password: org-li2 site-st10
        severance.kelpgard, Night Crossings, a password: app-stores org-fe3 site-st02
        ");

        // The next run sees what became of them, and the one after it nothing new.
        runs(&project, &[&COMPLETE]);
        assert_eq!(task(&project.show(2), "Demo_Complete_ComputeRoleModel1")["counters"]["verified"], 5);
        assert_eq!(task(&project.show(2), "Demo_Complete_Fulfill1")["state"], "not-launched");
        let before = project.content();
        runs(&project, &[&COMPLETE]);
        assert_eq!(project.content(), before);
        runs(&project, &[&INCREMENTAL]);
        let export = "Demo_Incremental_Export_Directory_Incremental_DirectoryLdap";
        assert_eq!(task(&project.show(4), export)["state"], "unchanged");

        directory.interrupt();
        let down = project.run(&[&COMPLETE[..], &["--fail-on", "warning"]].concat());
        assert_eq!(down.code, Some(11), "{down}");
        // It goes on with what it holds.
        let directory = Running::start(&project);
        runs(&project, &[&COMPLETE]);
        assert_eq!(project.content(), before);
        directory.interrupt();
    }

    #[test]
    fn joiners_leavers_and_new_names_reach_the_directory_and_a_mass_change_waits() {
        let Some(project) = ferries() else { return };
        let _directory = Running::start(&project);
        runs(&project, &[&COMPLETE]);
        runs(&project, &[&COMPLETE]);
        // One person changes line: one order, and what it leaves is gone.
        let person = "corentin.quaybright@skerrylight.example;20230914000000;";
        insta::assert_snapshot!(accounts(&project, "(uid=corentin.quaybright)"), @"corentin.quaybright, Night Crossings: app-lamps org-fe3 site-st03");
        project.replace("Ferries/data/people.csv", &format!("{person}FE3"), &format!("{person}LI1"));
        runs(&project, &[&INCREMENTAL]);
        assert_eq!(counters(&project, 3, &format!("Demo_Incremental_{ORDERS}")), json!({ "modified": 1 }));
        insta::assert_snapshot!(accounts(&project, "(uid=corentin.quaybright)"), @"corentin.quaybright, Keepers: app-lamps org-li1 site-st03");

        // The other data set: five came, three left, one has another name, and an organization too.
        project.replace("Ferries/changes/people.csv", &format!("{person}FE3"), &format!("{person}LI1"));
        let (leaver, renamed) = ("(uid=dorte.lanternby)", "(employeeNumber=E0010)");
        assert!(!accounts(&project, leaver).is_empty());
        let known = identity(&project, renamed);
        runs(&project, &[&INCREMENTAL, &CHANGES]);
        let orders = counters(&project, 4, &format!("Demo_Incremental_{ORDERS}"));
        assert_eq!(orders, json!({ "added": 5, "deleted": 3, "modified": 20 }));
        assert_eq!(counters(&project, 4, "Demo_Incremental_Fulfill1"), json!({ "executed": 28 }));
        assert_eq!(accounts(&project, leaver), "");
        insta::assert_snapshot!(accounts(&project, &format!("(|{renamed}(employeeNumber=E0301))")), @r"
        jorunn.otide, Keepers, a password: app-roster org-li1 site-st09
        liora.stormhemlumiere, Stores: app-charts org-ya3 site-st03
        ");
        assert_eq!(identity(&project, renamed), known, "the entry was moved, not made anew");
        runs(&project, &[&INCREMENTAL, &CHANGES]);
        assert_eq!(task(&project.show(5), &format!("Demo_Incremental_{ORDERS}"))["state"], "unchanged");
        assert_eq!(task(&project.show(5), "Demo_Incremental_ComputeRoleModel1_WithDirty")["counters"]["verified"], 28);

        // Two lines become one: more people than may change at once.
        let before = accounts(&project, "(objectClass=inetOrgPerson)");
        for line in ["FE1", "FE2"] {
            project.replace("Ferries/changes/people.csv", &format!(";{line};"), ";FE4;");
        }
        let blocked = project.run(&[&INCREMENTAL[..], &CHANGES].concat());
        assert_eq!(blocked.code, Some(12), "{blocked}");
        assert_eq!(accounts(&project, "(objectClass=inetOrgPerson)"), before);
        let orders = format!("Demo_Incremental_{ORDERS}");
        assert_eq!(project.run(&["approve", "6", &orders, "--reason", "two lines become one"]).code, Some(0));
        runs(&project, &[&["run", "--resume", "6"]]);
        assert_eq!(counters(&project, 6, "Demo_Incremental_Fulfill1"), json!({ "executed": 39 }));
        assert!(!accounts(&project, "(objectClass=inetOrgPerson)").contains("org-fe1"), "a group may be without members");
    }

    #[test]
    fn what_is_changed_by_hand_in_the_directory_stays_and_is_told() {
        let Some(project) = ferries() else { return };
        let _directory = Running::start(&project);
        runs(&project, &[&COMPLETE]);
        runs(&project, &[&COMPLETE]);
        let told = task(&project.show(2), "Demo_Complete_ComputeRoleModel1")["counters"]["nonconforming"].as_u64().unwrap();
        let dn = format!("uid=corentin.quaybright,ou=people,{SUFFIX}");
        let change = Change::Replace("departmentNumber".to_owned(), vec![b"Bridge".to_vec()]);
        client(&project).modify(&dn, &[change], false).unwrap();
        runs(&project, &[&INCREMENTAL]);
        assert_eq!(counters(&project, 3, "Demo_Incremental_SynchronizeChanges_Directory_DoNotDeleteChanges")["updated"], 1);
        assert_eq!(task(&project.show(3), &format!("Demo_Incremental_{ORDERS}"))["state"], "unchanged");
        runs(&project, &[&COMPLETE]);
        assert_eq!(task(&project.show(4), "Demo_Complete_ComputeRoleModel1")["counters"]["nonconforming"], told + 1);
        assert!(accounts(&project, "(uid=corentin.quaybright)").starts_with("corentin.quaybright, Bridge: "));
    }

    /// What `demo ldap` says that cannot start, in one line.
    fn unstarted(project: &Project) -> String {
        let refused = project.run(&["demo", "ldap", "Ferries"]);
        assert_eq!(refused.code, Some(6), "{refused}");
        refused.stderr.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_port_that_is_taken_is_told_with_who_has_it() {
        let Some(project) = ferries() else { return };
        let directory = Running::start(&project);
        let settings = project.read("Ferries/appsettings.agent.json");
        let port = settings.split("127.0.0.1:").nth(1).unwrap().split('"').next().unwrap();
        let process = project.read("Ferries/directory/slapd.pid");
        let process = process.trim();
        let told = unstarted(&project);
        assert!(
            told.contains(&format!("the directory of `Ferries` runs already, on ldap://127.0.0.1:{port} (process {process})")),
            "{told}"
        );
        assert!(told.contains(&format!("Ctrl-C in its terminal, else `kill {process}`")), "{told}");
        // The one that runs goes on.
        assert!(!entries(&project, "(uid=corentin.quaybright)", &["uid"]).is_empty());

        // That of another demo takes another password.
        let other = Project::new();
        assert_eq!(other.run(&["demo", "Ferries", "--target", "ldap"]).code, Some(0));
        for settings in ["agent", "changes"] {
            other.replace(&format!("Ferries/appsettings.{settings}.json"), "127.0.0.1:3389", &format!("127.0.0.1:{port}"));
        }
        let told = unstarted(&other);
        assert!(told.contains("another directory has the port"), "{told}");
        assert!(told.contains("write another port into `appsettings.agent.json` and `appsettings.changes.json`"), "{told}");
        directory.interrupt();

        let listener = TcpListener::bind(format!("127.0.0.1:{port}")).unwrap();
        std::thread::spawn(move || listener.incoming().for_each(drop));
        let told = unstarted(&project);
        assert!(told.contains("another program has the port"), "{told}");
        assert!(!told.contains("errno"), "{told}");
    }

    #[test]
    fn a_folder_without_a_directory_is_told() {
        let project = Project::new();
        let none = project.run(&["demo", "ldap", "Ferries"]);
        assert_eq!(none.code, Some(2), "{none}");
        assert!(none.stderr.contains("`Ferries` holds no demo with a directory"), "{none}");
        assert!(none.stderr.contains("jobwright demo Ferries --target ldap"), "{none}");
    }
}

#[test]
fn what_to_type_next_can_be_typed_whatever_the_folder_is_called() {
    let project = Project::new();
    let outcome = project.run(&["demo", "My Ferries"]);
    assert!(outcome.stderr.ends_with("next: `jobwright run 'My Ferries' --job Demo_Complete`\n"), "{outcome}");
}
