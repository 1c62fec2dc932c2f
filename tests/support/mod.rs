//! Files in a folder of their own, and the built program run on them.
#![allow(dead_code, reason = "every test program uses a part of it")]
#![allow(unreachable_pub, reason = "shared by the test programs")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary folder with files, which is the working folder of the program.
pub struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// An empty folder.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
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

    /// Without what differs from one run or version to the next.
    fn redacted(&self, text: &[u8]) -> String {
        let folder = |path: &Path| path.to_str().unwrap().to_owned();
        let text = String::from_utf8(text.to_owned()).unwrap();
        let real = fs::canonicalize(self.folder.path()).unwrap();
        let text = text.replace(&folder(&real), "[folder]").replace(&folder(self.folder.path()), "[folder]");
        text.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"[version]\"")
    }
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
