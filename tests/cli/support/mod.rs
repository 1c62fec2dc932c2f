//! Files in a folder of their own, and the built program run on them.
#![allow(unreachable_pub, reason = "a module of a test program has no other readers")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[cfg(all(unix, feature = "ldap"))]
pub mod active_directory;
pub mod editor;
pub mod schema;
#[cfg(all(unix, feature = "ldap"))]
pub mod slapd;

use std::fmt;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

/// The agent of jobs, and who they are to the server.
pub const AGENT: &str = r#"
  <Agent Identifier="Local" DisplayName_L1="Local" URI="http://localhost:6001" />
  <Profile Identifier="Administrator" DisplayName_L1="Administrator" />
  <OpenIdClient Identifier="Job" DisplayName_L1="Job" HashedSecret="x" Profile="Administrator" />"#;

/// The policy of rules, and a category for resource types.
pub const POLICY: &str = r#"
  <Policy Identifier="Default" DisplayName_L1="Default" IsProvisioningEnabled="true" />
  <Category Identifier="Accounts" DisplayName_L1="Accounts" Policy="Default" />"#;

/// A temporary folder with files, which is the working folder of the program.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// A folder with a copy of the demo in `examples/demo`.
    pub fn demo() -> Self {
        let project = Self::new();
        copy(&repository().join("examples/demo"), &project.path("examples/demo"));
        project
    }

    /// The demo with jobs that were written by hand: they end with what is computed, and an export that fails can be made
    /// to stop them.
    pub fn by_hand() -> Self {
        Self::demo().file("examples/demo/Common/Jobs.xml", include_str!("by_hand.xml"))
    }

    /// With a file of it changed; the text to replace must be there.
    pub fn replace(&self, path: &str, old: &str, new: &str) -> &Self {
        let text = self.read(path);
        assert!(text.contains(old), "{path} does not contain {old}");
        fs::write(self.path(path), text.replace(old, new)).unwrap();
        self
    }

    /// What `show` tells of a run, as JSON.
    pub fn show(&self, run: u32) -> serde_json::Value {
        self.run(&["show", &run.to_string(), "--format", "json"]).json()
    }

    /// The digest of what the default store holds.
    pub fn content(&self) -> String {
        content(&self.path(".jobwright/store.db"))
    }

    /// The resources and links that the default store holds.
    pub fn identities(&self) -> Vec<String> {
        let store = rusqlite::Connection::open(self.path(".jobwright/store.db")).unwrap();
        let mut statement = store
            .prepare(
                "SELECT json_array(type, key, body, computed, seq) FROM resource
                 UNION ALL SELECT json_array(association, from_id, to_id) FROM link ORDER BY 1",
            )
            .unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// With a file more.
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// With an XML file more: `content` inside a `ConfigurationFile`.
    pub fn configuration(self, path: &str, content: &str) -> Self {
        let text = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
             <ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n{content}\n</ConfigurationFile>\n"
        );
        self.file(path, text)
    }

    /// Where a file of the folder is.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap()
    }

    /// Runs the program in the folder.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with(arguments, b"")
    }

    /// Runs the program in the folder with `input` on standard input.
    pub fn run_with(&self, arguments: &[&str], input: &[u8]) -> Outcome {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_owned();
        // Written beside, so that a program that writes before it has read everything is not waited for in vain.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        Outcome { code: output.status.code(), stdout: self.redacted(&output.stdout), stderr: self.redacted(&output.stderr) }
    }

    /// The program, ready to start in the folder.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jobwright"));
        command.args(arguments).current_dir(self.folder.path()).env_remove("NO_COLOR");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Waits until nothing that a killed run has started works in the folder any more.
    #[cfg(target_os = "linux")]
    pub fn until_quiet(&self) {
        let folder = fs::canonicalize(self.path("")).unwrap();
        let works = || {
            let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
            processes.filter_map(|process| fs::read_link(process.path().join("cwd")).ok()).any(|place| place == folder)
        };
        let begun = std::time::Instant::now();
        while works() {
            assert!(begun.elapsed() < std::time::Duration::from_mins(1), "something still works in {}", folder.display());
            std::thread::yield_now();
        }
    }

    /// Without what differs from one run or version to the next.
    fn redacted(&self, text: &[u8]) -> String {
        let folder = |path: &Path| path.to_str().unwrap().to_owned();
        let text = String::from_utf8(text.to_owned()).unwrap();
        let real = fs::canonicalize(self.folder.path()).unwrap();
        let text = text.replace(&folder(&real), "[folder]").replace(&folder(self.folder.path()), "[folder]");
        text.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"[version]\"")
    }
}

/// The folder of the sources.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The digest of what a store holds.
pub fn content(store: &Path) -> String {
    let connection = rusqlite::Connection::open(store).unwrap();
    jobwright::tasks::content_digest(&connection).unwrap()
}

/// The task of that name in what `show` tells.
pub fn task<'s>(shown: &'s serde_json::Value, name: &str) -> &'s serde_json::Value {
    let of_name = |task: &&serde_json::Value| task["task"] == name;
    shown["tasks"].as_array().unwrap().iter().find(of_name).unwrap_or_else(|| panic!("no task {name} in {shown}"))
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Outcome {
    /// Standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in {self}"))
    }

    /// The findings of `--format json` as `file:line severity[rule]`.
    pub fn findings(&self) -> Vec<String> {
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let line = |f: &serde_json::Value| {
            format!("{}:{} {}[{}]", text(&f["file"]), f["start"]["line"], text(&f["severity"]), text(&f["rule"]))
        };
        self.json()["findings"].as_array().unwrap().iter().map(line).collect()
    }
}

impl fmt::Display for Outcome {
    /// Code and both streams, empty ones left out, for snapshots.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.code {
            Some(code) => writeln!(f, "exit {code}")?,
            None => writeln!(f, "ended by a signal")?,
        }
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                write!(f, "--- {name}\n{text}")?;
            }
        }
        Ok(())
    }
}

/// Reads standard error of a running program until a line is the one waited for, then lets it run on; what comes after
/// is read aside, so that the program never waits for a reader. Ends with the thread that reads.
pub fn until_line(child: &mut Child, wanted: impl Fn(&str) -> bool) -> JoinHandle<()> {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while let Some(Ok(line)) = lines.next() {
        if wanted(&line) {
            break;
        }
    }
    std::thread::spawn(move || lines.for_each(drop))
}

/// Runs git in a project, free of what a hook that runs the tests would say.
pub(crate) fn git(project: &Project, arguments: &[&str]) {
    let output = try_git(project, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// As [`git`], where it may fail.
pub(crate) fn try_git(project: &Project, arguments: &[&str]) -> std::process::Output {
    let mut command = Command::new("git");
    command.current_dir(project.path("")).args(["-c", "user.name=T", "-c", "user.email=t@example.org"]).args(arguments);
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    command.output().unwrap()
}
