//! git's index: the files as the next commit will hold them.
//!
//! What is judged with `--staged` is the commit to be, not the working tree: a mistake that was corrected but not staged
//! would be committed, and one that is not staged would not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::Error;
use super::git::{git, git_reading, path, top};

/// What is staged.
#[derive(Debug)]
pub(super) struct Index {
    top: PathBuf,
    /// The files by their absolute paths, with the path as git has it.
    entries: BTreeMap<PathBuf, Vec<u8>>,
}

impl Index {
    /// Lists what is staged. Links and submodules have no text of their own and are left out, and so is what is only
    /// announced (`git add --intent-to-add`).
    pub(super) fn read() -> Result<Self, Error> {
        let top = top()?;
        let split = |list: Vec<u8>| list.split(|&byte| byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>();
        let announced = git(Some(&top), &["diff", "--name-only", "-z", "--no-ext-diff", "--diff-filter=A"])?;
        let announced: BTreeSet<Vec<u8>> = split(announced).into_iter().collect();
        let mut entries = BTreeMap::new();
        for row in split(git(Some(&top), &["ls-files", "--stage", "-z"])?) {
            // MODE OBJECT STAGE<tab>PATH
            let Some(tab) = row.iter().position(|&byte| byte == b'\t') else { continue };
            let (head, name) = (String::from_utf8_lossy(&row[..tab]).into_owned(), &row[tab + 1..]);
            let [mode, _, stage] = head.split(' ').collect::<Vec<_>>()[..] else { continue };
            if stage != "0" {
                let name = String::from_utf8_lossy(name).into_owned();
                return Err(Error::usage(format!("`{name}` is not merged")).help("resolve the conflict and `git add` the file"));
            }
            if mode.starts_with("100") && !announced.contains(name) {
                entries.insert(top.join(path(name)), name.to_vec());
            }
        }
        Ok(Self { top, entries })
    }

    /// The files there are.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.entries.keys().cloned().collect()
    }

    /// The staged bytes of some files, in their order, in the form in which the working tree has them (line ends,
    /// encoding); `None` for a file that is not staged.
    pub(super) fn contents(&self, files: &[&Path]) -> Result<Vec<Option<Vec<u8>>>, Error> {
        let entries: Vec<Option<&Vec<u8>>> = files.iter().map(|file| self.entries.get(&real(file))).collect();
        let failed = |error: io::Error| Error::operational(format!("what is staged cannot be read: {error}"));
        // git alone knows the form: it writes the files as a checkout would, to a folder of their own.
        let folder = tempfile::tempdir().map_err(failed)?;
        let names: Vec<u8> = entries.iter().flatten().flat_map(|name| name.iter().copied().chain([0])).collect();
        if !names.is_empty() {
            let prefix = format!("--prefix={}/", folder.path().display());
            git_reading(Some(&self.top), &["checkout-index", "--quiet", "--stdin", "-z", &prefix], names)?;
        }
        let read = |name: &Vec<u8>| fs::read(folder.path().join(path(name))).map_err(failed);
        entries.into_iter().map(|entry| entry.map(read).transpose()).collect()
    }
}

/// Absolute and without links in the folders above; the file itself may be gone from disk.
fn real(file: &Path) -> PathBuf {
    let absolute = env::current_dir().map_or_else(|_| file.to_owned(), |folder| folder.join(file));
    let (Some(folder), Some(name)) = (absolute.parent(), absolute.file_name()) else { return absolute };
    fs::canonicalize(folder).map_or_else(|_| absolute.clone(), |folder| folder.join(name))
}
