//! `--changed-since` and `--staged`: which files git says have changed.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::Error;
use crate::source::{FileId, Sources};

/// Which files findings are reported of.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Changed {
    /// Only findings in files that differ from where the work left REV; everything is judged
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    changed_since: Option<String>,
    /// Only findings in files staged for the next commit; everything is judged
    #[arg(long)]
    staged: bool,
}

/// The files that changed.
#[derive(Debug)]
pub(super) struct Files {
    paths: BTreeSet<PathBuf>,
    /// Since when, in words.
    pub(super) since: String,
}

impl Changed {
    /// Asks git; `None` where nothing was asked.
    pub(super) fn files(&self) -> Result<Option<Files>, Error> {
        if self.changed_since.is_none() && !self.staged {
            return Ok(None);
        }
        // Also tells where there is no repository.
        let top = top()?;
        let (list, since) = match &self.changed_since {
            None => (git(Some(&top), &["diff", "--cached", "--name-only", "-z", "--diff-filter=d"])?, "staged".to_owned()),
            Some(revision) => {
                let commit = format!("{revision}^{{commit}}");
                let commit = git(None, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
                    .map_err(|_| unknown(revision))?;
                let commit = word(&commit);
                // What others did on REV since the work left it is not of this work.
                let base = git(None, &["merge-base", &commit, "HEAD"]).map_or(commit, |base| word(&base));
                let mut list = git(Some(&top), &["diff", "--name-only", "-z", "--diff-filter=d", &base])?;
                list.extend(git(Some(&top), &["ls-files", "--others", "--exclude-standard", "-z"])?);
                (list, format!("changed since {revision}"))
            }
        };
        let names = list.split(|&byte| byte == 0).filter(|name| !name.is_empty());
        let paths = names.filter_map(|name| fs::canonicalize(top.join(path(name))).ok()).collect();
        Ok(Some(Files { paths, since }))
    }
}

impl Files {
    /// Which of the texts are those of changed files.
    pub(super) fn among(&self, sources: &Sources) -> BTreeSet<FileId> {
        let has = |file: &Path| fs::canonicalize(file).is_ok_and(|real| self.paths.contains(&real));
        let of = |(id, file): (FileId, &crate::source::SourceFile)| {
            has(file.disk.as_deref().unwrap_or(Path::new(&file.path))).then_some(id)
        };
        sources.iter().filter_map(of).collect()
    }
}

fn unknown(revision: &str) -> Error {
    Error::usage(format!("git knows no commit `{revision}`"))
        .help("name a branch, a tag or a commit; a shallow clone may lack it")
}

fn top() -> Result<PathBuf, Error> {
    let output = git(None, &["rev-parse", "--show-toplevel"])?;
    Ok(path(output.strip_suffix(b"\n").unwrap_or(&output)))
}

fn word(output: &[u8]) -> String {
    String::from_utf8_lossy(output).trim().to_owned()
}

#[cfg(unix)]
fn path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(AsRef::<OsStr>::as_ref(&*String::from_utf8_lossy(bytes)))
}

/// Runs git and returns its standard output.
fn git(folder: Option<&Path>, arguments: &[&str]) -> Result<Vec<u8>, Error> {
    let mut command = Command::new("git");
    command.args(arguments).env("LC_ALL", "C");
    if let Some(folder) = folder {
        command.current_dir(folder);
    }
    let output = command.output().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::usage("git is not installed").help("--changed-since and --staged ask git what changed"),
        _ => Error::usage(format!("git cannot be started: {error}")),
    })?;
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
