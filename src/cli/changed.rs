//! `--changed-since` and `--staged`: which files git says have changed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Error;
use super::git::{git, path, top, word};
use super::index::Index;
use crate::source::{FileId, Sources};

/// Which files findings are reported of.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct Changed {
    /// Only findings in files that differ from where the work left REV; everything is judged
    #[arg(long, value_name = "REV", conflicts_with = "staged")]
    changed_since: Option<String>,
    /// Only findings in files staged for the next commit; everything is judged as it would be committed
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
        let paths = names.map(|name| real(&top.join(path(name)))).collect();
        Ok(Some(Files { paths, since }))
    }

    /// What the next commit will hold, where that is what is judged.
    pub(super) fn index(&self) -> Result<Option<Index>, Error> {
        self.staged.then(Index::read).transpose()
    }
}

impl Files {
    /// Which of the texts are those of changed files.
    pub(super) fn among(&self, sources: &Sources) -> BTreeSet<FileId> {
        let has = |file: &Path| self.paths.contains(&real(file));
        let of = |(id, file): (FileId, &crate::source::SourceFile)| {
            has(file.disk.as_deref().unwrap_or(Path::new(&file.path))).then_some(id)
        };
        sources.iter().filter_map(of).collect()
    }
}

/// Without links; a file that is staged but no longer on disk by its name.
fn real(file: &Path) -> PathBuf {
    fs::canonicalize(file).or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned())
}

fn unknown(revision: &str) -> Error {
    Error::usage(format!("git knows no commit `{revision}`"))
        .help("name a branch, a tag or a commit; a shallow clone may lack it")
}
