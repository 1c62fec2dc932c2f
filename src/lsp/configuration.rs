//! One configuration of the workspace: its files, the texts that count, what was found in them.
//!
//! Each change of a text makes a new state, with a number. The work on a state is done beside the loop, see
//! [`super::checking`]; whoever asks for what is not known yet waits for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::analysis::{Analysis, Judgement};
use super::checking::{Checking, Made, Poke, Task};
use super::documents::Documents;
use super::encoding::Encoding;
use super::sound::Sound;
use super::texts::{Stamp, Texts};
use super::uri;
use super::view::View;
use crate::config::{Config, ConfigError, FILE_NAME};
use crate::ir::Program;
use crate::rules::catalogue;
use crate::source::{FileId, Loaded, Sources};

/// Where a configuration lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a folder, with everything in it.
    Folder(PathBuf),
    /// In one document, which lies in no folder of the workspace.
    Document(String),
}

/// A configuration.
#[derive(Debug)]
pub(super) struct Configuration {
    /// Where it lies.
    pub(super) place: Place,
    /// jobwright's own configuration.
    pub(super) config: Config,
    /// Why jobwright's own configuration is not used.
    pub(super) refused: Option<ConfigError>,
    texts: Option<Texts>,
    /// The number of this state of the texts.
    state: u64,
    /// The newest program; nothing where making it failed, which is a bug of the compiler and no reason to end.
    analysis: Option<Arc<Analysis>>,
    /// The state that it is of.
    analysis_of: u64,
    judgement: Option<Judgement>,
    checking: Checking,
    sound: Sound,
    glanced: Option<Glanced>,
    /// What the files looked like when somebody last looked.
    stamp: Option<Stamp>,
}

/// A document as it is, beside the files of a program that has not seen it yet.
#[derive(Debug)]
struct Glanced {
    address: String,
    version: i32,
    of: Arc<Analysis>,
    program: Program,
    file: FileId,
}

impl Configuration {
    /// The configuration of that place, of which nothing is known yet.
    pub(super) fn new(place: Place) -> Self {
        let mut made = Self {
            place,
            config: Config::default(),
            refused: None,
            texts: None,
            state: 1,
            analysis: None,
            analysis_of: 0,
            judgement: None,
            checking: Checking::default(),
            sound: Sound::default(),
            glanced: None,
            stamp: None,
        };
        made.reconfigure();
        made
    }

    /// The folder that file names are relative to.
    pub(super) fn folder(&self) -> PathBuf {
        match &self.place {
            Place::Folder(folder) => folder.clone(),
            Place::Document(address) => uri::path(address).and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default(),
        }
    }

    /// The file that jobwright's own configuration is read from; where there is none, that it would be.
    pub(super) fn config_file(&self) -> PathBuf {
        let folder = self.folder();
        Config::find(&folder).map_or_else(|| folder.join(FILE_NAME), |found| folder.join(found))
    }

    /// Reads jobwright's own configuration again.
    pub(super) fn reconfigure(&mut self) {
        let folder = self.folder();
        let found = if folder.as_os_str().is_empty() { None } else { Config::find(&folder) };
        let loaded = found.map(|file| Config::load(&file, catalogue()));
        let (config, refused) = match loaded {
            None => (Config::default(), None),
            Some(Ok(config)) => (config.seen_from(&folder), None),
            Some(Err(error)) => (Config::default(), Some(error)),
        };
        self.config = config;
        if self.config.path.is_none() {
            self.config.files.base = folder;
        }
        self.refused = refused;
        // What was found was found by other rules.
        self.sound = Sound::default();
        self.reload();
    }

    /// Files may have come, changed or gone.
    pub(super) fn reload(&mut self) {
        self.texts = None;
        self.changed();
    }

    /// Looks whether files have come, changed or gone since the last look; reads all again where they have.
    pub(super) fn look(&mut self) {
        let Place::Folder(folder) = &self.place else { return };
        let beside = [Some(self.config_file()), self.config.check.baseline.clone()].into_iter().flatten();
        let now = Stamp::of(folder, &self.config.files, beside);
        let has_changed = self.stamp.as_ref().is_some_and(|before| *before != now);
        self.stamp = Some(now);
        if has_changed {
            self.reconfigure();
        }
    }

    /// One file may have changed.
    pub(super) fn reload_file(&mut self, path: &Path) {
        if !self.texts.as_mut().is_some_and(|texts| texts.read_again(path)) {
            self.texts = None;
        }
        self.changed();
    }

    /// A document was opened. One that has no file yet has no place among the texts that were read.
    pub(super) fn opened(&mut self, path: Option<&Path>) {
        if !path.is_some_and(|path| self.texts.as_ref().is_some_and(|texts| texts.has(path))) {
            self.texts = None;
        }
        self.changed();
    }

    /// The text of an open document changed.
    pub(super) fn changed(&mut self) {
        self.state += 1;
        self.checking.stop();
    }

    /// Whether the file lies in the folder.
    pub(super) fn holds(&self, path: &Path) -> bool {
        matches!(&self.place, Place::Folder(folder) if path.starts_with(folder))
    }

    /// The program that the texts make now, waited for where it is not known yet.
    pub(super) fn analysis(&mut self, documents: &Documents, poke: &Poke) -> Option<&Arc<Analysis>> {
        self.begin(documents, poke);
        while !self.is_current() {
            self.wait();
        }
        self.analysis.as_ref()
    }

    /// What the rules say of the texts as they are, waited for where it is not known yet.
    pub(super) fn judgement(&mut self, documents: &Documents, poke: &Poke) -> Option<&Judgement> {
        self.begin(documents, poke);
        while !self.is_judged() {
            self.wait();
        }
        self.judged()
    }

    /// What the rules say of the texts as they are, where it is known.
    pub(super) fn judged(&self) -> Option<&Judgement> {
        self.judgement.as_ref().filter(|_| self.analysis.is_some() && self.is_judged())
    }

    /// Has the texts built and judged, beside the loop, where that is not known or under way: once work on texts before has
    /// ended, so that while somebody types faster than programs are built, there is one in the making.
    pub(super) fn check(&mut self, documents: &Documents, poke: &Poke) {
        if !self.checking.is_stopping() {
            self.begin(documents, poke);
        }
    }

    /// As [`Configuration::check`], at once: somebody waits for it.
    fn begin(&mut self, documents: &Documents, poke: &Poke) {
        while let Some(made) = self.checking.made() {
            self.accept(made);
        }
        if self.is_judged() || self.checking.is_on(self.state) {
            return;
        }
        let before = self.analysis.clone();
        let sources = before.as_ref().map(|before| &before.program().sources);
        let texts = Self::load(&self.place, &self.config, &mut self.texts, documents, sources);
        let task = Task { state: self.state, texts, config: self.config.clone(), folder: self.folder(), before };
        self.checking.start(task, poke);
    }

    /// Waits for what comes next of the work that is under way.
    fn wait(&mut self) {
        // Without a thread there is no work, and nothing is known.
        let made = self.checking.wait().unwrap_or(Made::Nothing);
        self.accept(made);
    }

    /// Takes over what has come of the work on the texts as they are: what comes of others is never asked for.
    fn accept(&mut self, made: Made) {
        match made {
            Made::Analysis(analysis) => {
                let before = self.analysis.replace(analysis);
                self.analysis_of = self.state;
                self.checking.discard(before);
            }
            Made::Judgement(mut judgement) => {
                self.sound.apply(&mut judgement);
                let before = self.judgement.replace(*judgement);
                self.checking.discard(before.map(|before| before.of));
            }
            Made::Nothing => {
                self.analysis = None;
                self.analysis_of = self.state;
            }
        }
    }

    /// Whether the program is that of the texts as they are.
    pub(super) fn is_current(&self) -> bool {
        self.analysis_of == self.state
    }

    /// Whether it is known what the rules say of the texts as they are.
    pub(super) fn is_judged(&self) -> bool {
        let of = self.judgement.as_ref().map(|judgement| &judgement.of);
        self.is_current() && self.analysis.as_ref().is_none_or(|analysis| of.is_some_and(|of| Arc::ptr_eq(analysis, of)))
    }

    /// An open document as it is, for answers that are worth nothing if they are late. Where the program takes a while to
    /// build, its newest state before is looked at beside the document: what the last keystroke declares is missing.
    pub(super) fn glance(&mut self, documents: &Documents, poke: &Poke, encoding: Encoding, address: &str) -> Option<View<'_>> {
        self.check(documents, poke);
        let large = self.analysis.clone().filter(|analysis| !self.is_current() && !analysis.is_small());
        let (Some(of), Some(document)) = (large, documents.get(address)) else {
            self.glanced = None;
            return View::of(encoding, self.analysis(documents, poke)?, address);
        };
        let version = document.version;
        let same = |one: &Glanced| one.address == address && one.version == version && Arc::ptr_eq(&one.of, &of);
        if !self.glanced.as_ref().is_some_and(same) {
            let (program, file) = of.program().beside(document.source.clone());
            self.glanced = Some(Glanced { address: address.to_owned(), version, of, program, file });
        }
        let Glanced { of, program, file, .. } = self.glanced.as_ref()?;
        Some(View::beside(encoding, of, program, *file))
    }

    /// The texts that count, and the addresses of their files.
    fn load(
        place: &Place,
        config: &Config,
        texts: &mut Option<Texts>,
        documents: &Documents,
        before: Option<&Sources>,
    ) -> (Loaded, Vec<Option<String>>) {
        match place {
            Place::Folder(folder) => {
                let texts = texts.get_or_insert_with(|| Texts::of_folder(folder, &config.files, documents));
                texts.now(documents, before)
            }
            Place::Document(address) => {
                let mut loaded = Loaded::default();
                let Some(document) = documents.get(address) else { return (loaded, Vec::new()) };
                let mut file = document.source.clone();
                file.disk.clone_from(&document.path);
                loaded.sources.push(file);
                loaded.named.push(true);
                (loaded, vec![Some(address.clone())])
            }
        }
    }
}
