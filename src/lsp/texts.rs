//! The texts of a configuration: what its files held when they were last read, and open documents in their stead.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rustc_hash::FxHashMap;

use super::documents::Documents;
use super::uri;
use crate::source::discovery::{Discovery, Found, Selection, discover};
use crate::source::{FileId, Loaded, Sources, read};

/// The files of a folder as they were last read.
#[derive(Debug)]
pub(super) struct Texts {
    read: Loaded,
    by_path: FxHashMap<PathBuf, FileId>,
    /// The addresses of the files, as this side spells them.
    addresses: Vec<Option<String>>,
}

impl Texts {
    /// Reads a folder, with a place for each open document in it that has no file yet.
    pub(super) fn of_folder(folder: &Path, selection: &Selection, documents: &Documents) -> Self {
        let mut found = discover(&[folder.to_owned()], folder, selection).unwrap_or_default();
        for (_, document) in documents.iter() {
            let Some(path) = document.path.as_ref().filter(|path| path.starts_with(folder)) else { continue };
            let is_known = found.files.iter().any(|one| one.path == *path);
            let is_xml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
            if !is_known && is_xml && !path.exists() {
                let mut given = Found::given(path, Vec::new(), folder);
                given.placed = true;
                found.files.push(given);
            }
        }
        let read = read(found);
        let places = read.sources.iter().filter_map(|(file, source)| Some((source.disk.clone()?, file)));
        let address = |path: &PathBuf| uri::of_path(path).map(|uri| uri.as_str().to_owned());
        let addresses = read.sources.iter().map(|(_, source)| source.disk.as_ref().and_then(address)).collect();
        Self { by_path: places.collect(), addresses, read }
    }

    /// Reads one file again; false where it has no place here, or is gone.
    pub(super) fn read_again(&mut self, path: &Path) -> bool {
        let Some(&file) = self.by_path.get(path).filter(|_| path.is_file()) else { return false };
        let old = self.read.sources.get(file);
        let named = self.read.named.get(file.index()).copied().unwrap_or(false);
        let one = Found { shown: old.path.clone(), path: path.to_owned(), named, content: None, placed: true };
        let again = read(Discovery { files: vec![one], unlisted: Vec::new() });
        self.read.problems.retain(|problem| problem.file != file);
        for mut problem in again.problems {
            problem.file = file;
            self.read.problems.push(problem);
        }
        self.read.problems.sort_by_key(|problem| problem.file);
        self.read.sources.put(file, Arc::clone(again.sources.shared(FileId(0))));
        true
    }

    /// Whether a file has a place here.
    pub(super) fn has(&self, path: &Path) -> bool {
        self.by_path.contains_key(path)
    }

    /// The texts that count, and the addresses of their files. What is the same as `before` is shared with it.
    pub(super) fn now(&self, documents: &Documents, before: Option<&Sources>) -> (Loaded, Vec<Option<String>>) {
        let (mut loaded, mut addresses) = (self.read.clone(), self.addresses.clone());
        for (address, document) in documents.iter() {
            let Some(&file) = document.path.as_ref().and_then(|path| self.by_path.get(path)) else { continue };
            addresses[file.index()] = Some(address.to_owned());
            loaded.problems.retain(|problem| problem.file != file);
            let known = before.filter(|before| file.index() < before.len()).map(|before| before.shared(file));
            let place = loaded.sources.get(file);
            match known.filter(|known| known.path == place.path && known.text == document.source.text) {
                Some(known) => loaded.sources.put(file, Arc::clone(known)),
                None if place.text == document.source.text => {}
                None => loaded.sources.replace(file, document.source.text.clone()),
            }
        }
        (loaded, addresses)
    }
}

/// What files there are, of what size and how old: what differs when one has come, changed or gone.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp(Vec<(PathBuf, Seen)>);

/// Size and age of a file; nothing where there is none.
type Seen = Option<(u64, Option<SystemTime>)>;

impl Stamp {
    /// That of a folder, and of some files beside.
    pub(super) fn of(folder: &Path, selection: &Selection, beside: impl Iterator<Item = PathBuf>) -> Self {
        let found = discover(&[folder.to_owned()], folder, selection).unwrap_or_default();
        let paths = found.files.into_iter().map(|file| file.path).chain(beside);
        let stamped = paths.map(|path| {
            let stamp = fs::metadata(&path).ok().map(|data| (data.len(), data.modified().ok()));
            (path, stamp)
        });
        Self(stamped.collect())
    }
}
