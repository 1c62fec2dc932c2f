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
        let check = project.run(&["check", folder, "--appsettings", &format!("{folder}/appsettings.agent.json"), "-q"]);
        assert_eq!((check.code, check.stdout.as_str()), (Some(0), ""), "{check}");
        let settings = project.read(&format!("{folder}/appsettings.agent.json"));
        let password = settings.split("\"Password\": \"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        assert!(!written.to_string().contains(&password));
        passwords.push(password);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(project.path(&format!("{folder}/appsettings.agent.json"))).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    assert_ne!(passwords[0], passwords[1]);
    assert!(passwords.iter().all(|password| password.len() == 24), "{passwords:?}");
}

#[cfg(all(unix, feature = "ldap"))]
mod directory {
    use std::io::{BufRead, BufReader};
    use std::process::Child;

    use rustix::process::{Pid, Signal, kill_process};
    use serde_json::json;

    use super::Project;
    use crate::support::slapd::{Slapd, free_port};
    use crate::support::task;

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

    #[test]
    fn the_directory_holds_the_company_and_is_read_by_the_jobs() {
        // Asked first, so that a machine without it says so and passes.
        if Slapd::start(crate::support::slapd::BASE).is_none() {
            return;
        }
        let project = Project::new();
        project.run(&["demo", "Ferries", "--target", "ldap"]);
        project.replace("Ferries/appsettings.agent.json", "127.0.0.1:3389", &format!("127.0.0.1:{}", free_port()));
        let directory = Running::start(&project);
        let run = project.run(&["run", "Ferries", "--job", "Demo_Complete"]);
        assert_eq!(run.code, Some(0), "{run}");
        let shown = project.show(1);
        let counters = &task(&shown, "Demo_Complete_Synchronize_Directory")["counters"];
        assert_eq!((&counters["inserted"], &counters["links_inserted"]), (&json!(343), &json!(732)), "{counters}");
        let run = project.run(&["run", "Ferries", "--job", "Demo_Incremental"]);
        assert_eq!(run.code, Some(0), "{run}");
        assert_eq!(task(&project.show(2), "Demo_Incremental_Export_DirectoryLdap")["state"], "unchanged");
        directory.interrupt();
        let down = project.run(&["run", "Ferries", "--job", "Demo_Complete", "--fail-on", "warning"]);
        assert_eq!(down.code, Some(11), "{down}");
        // It goes on with what it holds.
        let directory = Running::start(&project);
        let run = project.run(&["run", "Ferries", "--job", "Demo_Complete", "-q"]);
        assert_eq!(run.code, Some(0), "{run}");
        directory.interrupt();
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
