//! All configurations of the workspace and the documents that are open.

use std::path::PathBuf;

use super::analysis::{Analysis, Judgement};
use super::checking::Poke;
use super::configuration::{Configuration, Place};
use super::documents::Documents;
use super::encoding::Encoding;
use super::uri;
use super::view::View;
use crate::config::{Config, FILE_NAME};

/// What the server knows of the client's world.
#[derive(Debug, Default)]
pub(super) struct Workspace {
    /// The unit of columns.
    pub(super) encoding: Encoding,
    /// What is open.
    pub(super) documents: Documents,
    /// Who is told when a configuration is judged.
    poke: Poke,
    configurations: Vec<Configuration>,
}

impl Workspace {
    /// An empty one. `poke` is told when a configuration is judged.
    pub(super) fn new(poke: Poke) -> Self {
        Self { poke, ..Self::default() }
    }

    /// Adds a folder.
    pub(super) fn add_folder(&mut self, folder: PathBuf) {
        let place = Place::Folder(folder);
        if !self.configurations.iter().any(|known| known.place == place) {
            self.configurations.push(Configuration::new(place));
            self.drop_lone();
            self.reload();
        }
    }

    /// Removes a folder.
    pub(super) fn remove_folder(&mut self, folder: &std::path::Path) {
        self.configurations.retain(|known| !matches!(&known.place, Place::Folder(own) if own == folder));
    }

    /// Opens a document.
    pub(super) fn open(&mut self, address: &str, version: i32, text: String) {
        self.documents.open(address, version, text);
        if let Some(index) = self.index_of(address) {
            self.configurations[index].opened(uri::path(address).as_deref());
        }
    }

    /// Closes a document: its file counts again.
    pub(super) fn close(&mut self, address: &str) {
        let index = self.index_of(address);
        if self.documents.close(address)
            && let Some(index) = index
        {
            match uri::path(address) {
                Some(path) => self.configurations[index].reload_file(&path),
                None => self.configurations[index].reload(),
            }
        }
        self.drop_lone();
    }

    /// A document has another text.
    pub(super) fn changed(&mut self, address: &str) {
        if let Some(index) = self.index_of(address) {
            self.configurations[index].changed();
        }
    }

    /// A file was made, changed or removed. The text of an open document counts, whatever its file holds.
    pub(super) fn file_changed(&mut self, address: &str, gone_or_new: bool) {
        let Some(path) = uri::path(address) else { return };
        if path.file_name().is_some_and(|name| name == FILE_NAME) {
            self.configurations.iter_mut().for_each(Configuration::reconfigure);
        } else if gone_or_new || self.documents.of_path(&path).is_none() {
            for one in &mut self.configurations {
                let is_baseline = one.config.check.baseline.as_deref() == Some(&path);
                if is_baseline {
                    one.changed();
                } else if one.holds(&path) {
                    if gone_or_new { one.reload() } else { one.reload_file(&path) }
                }
            }
        }
    }

    /// Looks whether files have changed, for a client that does not tell.
    pub(super) fn look(&mut self) {
        self.configurations.iter_mut().for_each(Configuration::look);
    }

    /// Reads everything again.
    pub(super) fn reload(&mut self) {
        self.configurations.iter_mut().for_each(Configuration::reload);
    }

    /// Configurations of documents that are closed, or lie in a folder by now, are forgotten.
    fn drop_lone(&mut self) {
        let folders: Vec<PathBuf> = self.folders();
        let documents = &self.documents;
        self.configurations.retain(|one| match &one.place {
            Place::Folder(_) => true,
            Place::Document(address) => {
                let inside = uri::path(address).is_some_and(|path| folders.iter().any(|folder| path.starts_with(folder)));
                documents.get(address).is_some() && !inside
            }
        });
    }

    fn folders(&self) -> Vec<PathBuf> {
        let folder = |one: &Configuration| if let Place::Folder(folder) = &one.place { Some(folder.clone()) } else { None };
        self.configurations.iter().filter_map(folder).collect()
    }

    /// The number of the configuration that a document belongs to: that of the innermost folder; else that of the folder
    /// with a `jobwright.toml` above it; else one of its own.
    fn index_of(&mut self, address: &str) -> Option<usize> {
        let path = uri::path(address);
        if let Some(path) = &path {
            let inside = self.configurations.iter().enumerate().filter(|(_, one)| one.holds(path));
            if let Some((index, _)) = inside.max_by_key(|(_, one)| one.folder().components().count()) {
                return Some(index);
            }
        }
        let place = Place::Document(address.to_owned());
        if let Some(index) = self.configurations.iter().position(|one| one.place == place) {
            return Some(index);
        }
        self.documents.get(address)?;
        let above = path.as_deref().and_then(|path| Config::find(path.parent()?));
        let place = match above.as_deref().and_then(std::path::Path::parent).filter(|folder| folder.is_absolute()) {
            Some(folder) => Place::Folder(folder.to_owned()),
            None => place,
        };
        self.configurations.push(Configuration::new(place));
        Some(self.configurations.len() - 1)
    }

    /// The configuration that a document belongs to.
    pub(super) fn configuration_of(&mut self, address: &str) -> Option<&mut Configuration> {
        self.index_of(address).map(|index| &mut self.configurations[index])
    }

    /// A document seen in its configuration, computed anew where a text has changed.
    pub(super) fn view(&mut self, address: &str) -> Option<View<'_>> {
        let index = self.index_of(address)?;
        let analysis = self.configurations[index].analysis(&self.documents, &self.poke)?;
        View::of(self.encoding, analysis, address)
    }

    /// An open document seen in its configuration, without waiting for what the last keystrokes change in the others.
    pub(super) fn glance(&mut self, address: &str) -> Option<View<'_>> {
        let index = self.index_of(address)?;
        self.configurations[index].glance(&self.documents, &self.poke, self.encoding, address)
    }

    /// A document seen in its configuration, with what the rules say of it as it is.
    pub(super) fn judged_view(&mut self, address: &str) -> Option<(View<'_>, &Judgement)> {
        let index = self.index_of(address)?;
        let judgement = self.configurations[index].judgement(&self.documents, &self.poke)?;
        Some((View::of(self.encoding, &judgement.of, address)?, judgement))
    }

    /// Has everything judged that has changed; whether it is known already what is to be said of all of it.
    pub(super) fn check(&mut self) -> bool {
        self.settle();
        for one in &mut self.configurations {
            one.check(&self.documents, &self.poke);
        }
        self.is_judged()
    }

    /// Whether it is known what is to be said of everything as it is.
    pub(super) fn is_judged(&self) -> bool {
        self.configurations.iter().all(Configuration::is_judged)
    }

    /// Calls `visit` with each configuration and what its texts come to.
    pub(super) fn each(&mut self, mut visit: impl FnMut(Encoding, &Analysis)) {
        for one in &mut self.configurations {
            if let Some(analysis) = one.analysis(&self.documents, &self.poke) {
                visit(self.encoding, analysis);
            }
        }
    }

    /// The configurations as they are.
    pub(super) fn configurations(&self) -> &[Configuration] {
        &self.configurations
    }

    /// The configurations of all open documents exist.
    fn settle(&mut self) {
        let open: Vec<String> = self.documents.iter().map(|(address, _)| address.to_owned()).collect();
        for address in &open {
            self.index_of(address);
        }
    }
}

#[cfg(test)]
impl Workspace {
    /// What the rules say of a configuration.
    pub(super) fn judgement_of(&mut self, place: &Place) -> Option<&Judgement> {
        let one = self.configurations.iter_mut().find(|one| one.place == *place)?;
        one.judgement(&self.documents, &self.poke)
    }

    /// The program of a document's configuration.
    pub(super) fn analysis_of(&mut self, address: &str) -> Option<std::sync::Arc<Analysis>> {
        let index = self.index_of(address)?;
        self.configurations[index].analysis(&self.documents, &self.poke).cloned()
    }
}
