//! One configuration of the workspace: its files, the texts that count, what was found in them.
//!
//! Files are read when something outside may have changed them; the text of an open document stands for its file. What
//! was computed is kept until a text changes, and computed again only when somebody asks.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::documents::Documents;
use super::uri;
use crate::compile::{self, Compiled, Outside};
use crate::config::{Config, ConfigError, FILE_NAME};
use crate::finding::{Finding, Fingerprint};
use crate::plan::{self, Plan};
use crate::rules::baseline::Baseline;
use crate::rules::{Policy, catalogue};
use crate::source::discovery::{Found, discover};
use crate::source::{FileId, Loaded, read};

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
    files: Option<Loaded>,
    analysis: Option<Analysis>,
    sound: Sound,
}

/// What was found when every text was last well-formed, and which texts have changed since.
#[derive(Debug, Default)]
struct Sound {
    known: FxHashSet<Fingerprint>,
    /// Files, as shown, with the texts they had.
    texts: BTreeMap<String, u64>,
}

/// What the texts come to.
#[derive(Debug)]
pub(super) struct Analysis {
    /// The program and its findings.
    pub(super) compiled: Compiled,
    /// Findings that are not shown for now, by their place among all.
    pub(super) held_back: BTreeSet<usize>,
    addresses: Vec<Option<String>>,
    plan: OnceCell<Plan>,
}

impl Analysis {
    /// The address of a file.
    pub(super) fn address(&self, file: FileId) -> Option<&str> {
        self.addresses.get(file.index())?.as_deref()
    }

    /// The file of an address.
    pub(super) fn file(&self, address: &str) -> Option<FileId> {
        let index = self.addresses.iter().position(|known| known.as_deref() == Some(address))?;
        // What stands behind the documents is no configuration: a baseline.
        (index < self.compiled.program.documents.len()).then_some(FileId(index as u32))
    }

    /// The plan, made when first asked for.
    pub(super) fn plan(&self) -> &Plan {
        self.plan.get_or_init(|| plan::build(&self.compiled.program))
    }

    /// The findings to show with their fingerprints.
    pub(super) fn findings(&self) -> impl Iterator<Item = (&Finding, &Fingerprint)> {
        let report = &self.compiled.report;
        let all = report.findings.iter().zip(&report.fingerprints).enumerate();
        all.filter(|(index, _)| !self.held_back.contains(index)).map(|(_, finding)| finding)
    }
}

impl Configuration {
    /// The configuration of that place, of which nothing is known yet.
    pub(super) fn new(place: Place) -> Self {
        let mut made =
            Self { place, config: Config::default(), refused: None, files: None, analysis: None, sound: Sound::default() };
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
        self.reload();
    }

    /// Files may have changed on disk.
    pub(super) fn reload(&mut self) {
        self.files = None;
        self.changed();
    }

    /// The text of an open document changed.
    pub(super) fn changed(&mut self) {
        self.analysis = None;
    }

    /// Whether the texts have changed since they were last looked at.
    pub(super) fn is_stale(&self) -> bool {
        self.analysis.is_none()
    }

    /// Whether the file lies in the folder.
    pub(super) fn holds(&self, path: &Path) -> bool {
        matches!(&self.place, Place::Folder(folder) if path.starts_with(folder))
    }

    /// What the texts come to now. None where computing it fails, which is a bug of the compiler and no reason to end.
    pub(super) fn analysis(&mut self, documents: &Documents) -> Option<&Analysis> {
        if self.analysis.is_none() {
            let loaded = self.load(documents);
            let config = self.config.clone();
            let compiled = panic::catch_unwind(AssertUnwindSafe(|| judge(loaded, config, &self.folder()))).ok()?;
            let held_back = self.sound.held_back(&compiled);
            let sources = &compiled.program.sources;
            let address = |path: &Path| match documents.of_path(path) {
                Some((address, _)) => Some(address.to_owned()),
                None => uri::of_path(path).map(|uri| uri.as_str().to_owned()),
            };
            let addresses = sources.iter().map(|(_, file)| match (&self.place, &file.disk) {
                (Place::Document(own), _) if file.path == *own => Some(own.clone()),
                (_, Some(path)) => address(path),
                _ => None,
            });
            let addresses = addresses.collect();
            self.analysis = Some(Analysis { compiled, held_back, addresses, plan: OnceCell::new() });
        }
        self.analysis.as_ref()
    }

    /// The texts that count.
    fn load(&mut self, documents: &Documents) -> Loaded {
        if let Place::Document(address) = &self.place {
            let mut loaded = Loaded::default();
            if let Some(document) = documents.get(address) {
                let mut file = document.source.clone();
                file.disk.clone_from(&document.path);
                loaded.sources.push(file);
                loaded.named.push(true);
            }
            return loaded;
        }
        let mut loaded = self.files(documents).clone();
        let open: Vec<(FileId, String)> = loaded
            .sources
            .iter()
            .filter_map(|(file, source)| {
                let (_, document) = documents.of_path(source.disk.as_deref()?)?;
                Some((file, document.source.text.clone()))
            })
            .collect();
        for (file, text) in open {
            loaded.sources.replace(file, text);
            loaded.problems.retain(|problem| problem.file != file);
        }
        loaded
    }

    /// What the files held when they were last read, with a place for each open document that has no file yet.
    fn files(&mut self, documents: &Documents) -> &Loaded {
        let folder = self.folder();
        let (config, place) = (&self.config, &self.place);
        self.files.get_or_insert_with(|| {
            let mut found = discover(std::slice::from_ref(&folder), &folder, &config.files).unwrap_or_default();
            for (_, document) in documents.iter() {
                let Some(path) = document.path.as_ref().filter(|path| path.starts_with(&folder)) else { continue };
                let known = found.files.iter().any(|one| one.path == *path);
                let is_xml = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml"));
                if !known && is_xml && !path.exists() && matches!(place, Place::Folder(_)) {
                    let mut given = Found::given(path, Vec::new(), &folder);
                    given.placed = true;
                    found.files.push(given);
                }
            }
            read(found)
        })
    }
}

impl Sound {
    /// The findings that a broken text elsewhere may have brought about, and that are therefore not to be shown: those
    /// that nobody knew when all texts were well-formed, in files that did not change since.
    fn held_back(&mut self, compiled: &Compiled) -> BTreeSet<usize> {
        let program = &compiled.program;
        let texts = || program.sources.iter().map(|(_, file)| (file.path.clone(), hash(&file.text)));
        if program.documents.iter().all(|document| document.errors().is_empty()) {
            self.known = compiled.report.fingerprints.iter().copied().collect();
            self.texts = texts().collect();
            return BTreeSet::new();
        }
        let unchanged: Vec<bool> = texts().map(|(path, hash)| self.texts.get(&path) == Some(&hash)).collect();
        let findings = compiled.report.findings.iter().zip(&compiled.report.fingerprints).enumerate();
        let held_back = findings.filter(|(_, (finding, fingerprint))| {
            unchanged.get(finding.location.file.index()).copied().unwrap_or(false) && !self.known.contains(fingerprint)
        });
        held_back.map(|(index, _)| index).collect()
    }
}

/// Compiles, and takes out what the baseline knows.
fn judge(loaded: Loaded, config: Config, seen_from: &Path) -> Compiled {
    let baseline =
        config.check.baseline.clone().and_then(|file| Some((Baseline::load(&file).ok()?.seen_from(&file, seen_from), file)));
    let policy = Policy::new(config.clone());
    let mut compiled = compile::compile(loaded, config, Outside::default());
    if let Some((baseline, file)) = baseline {
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let (report, sources) = (&mut compiled.report, &mut compiled.program.sources);
        let matched = baseline.apply(report, sources, |file| folder.join(file).exists());
        baseline.report_stale(&matched, report, sources, &policy);
    }
    compiled
}

fn hash(text: &str) -> u64 {
    use std::hash::Hasher;
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}
