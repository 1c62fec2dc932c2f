//! What git is asked, and how its answers are read.

use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::Error;

/// The folder of the working tree.
pub(super) fn top() -> Result<PathBuf, Error> {
    let output = git(None, &["rev-parse", "--show-toplevel"])?;
    Ok(path(output.strip_suffix(b"\n").unwrap_or(&output)))
}

/// One line of an answer.
pub(super) fn word(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}

/// A path as git writes it with `-z`.
#[cfg(unix)]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A path as git writes it with `-z`.
#[cfg(not(unix))]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(AsRef::<OsStr>::as_ref(&*String::from_utf8_lossy(bytes)))
}

/// Runs git and returns its standard output.
pub(super) fn git(folder: Option<&Path>, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    git_reading(folder, arguments, Vec::new())
}

/// As [`git`], with `input` on its standard input.
pub(super) fn git_reading(folder: Option<&Path>, arguments: &[&str], input: Vec<u8>) -> Result<Vec<u8>, Error> {
    let mut command = Command::new("git");
    command.args(arguments).env("LC_ALL", "C");
    command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::usage("git is not installed").help("--changed-since and --staged ask git what changed"),
        _ => Error::usage(format!("git cannot be started: {error}")),
    })?;
    // git answers while it reads: both ends must move, or both wait for ever.
    let writer = child.stdin.take().map(|mut pipe| thread::spawn(move || pipe.write_all(&input)));
    let output = child.wait_with_output().map_err(|error| Error::operational(format!("git broke off: {error}")))?;
    // Where git stopped reading, its own words say why.
    _ = writer.map(thread::JoinHandle::join);
    if output.status.success() {
        return Ok(output.stdout);
    }
    let words = word(&output.stderr);
    if words.contains("not a git repository") {
        return Err(
            Error::usage("the current folder is in no git repository").help("--changed-since and --staged ask git what changed")
        );
    }
    Err(Error::usage(format!("git {}: {}", arguments[0], words.lines().next().unwrap_or("failed without a word"))))
}
