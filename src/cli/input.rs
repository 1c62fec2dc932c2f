//! PATH…: from the arguments to the texts of one configuration.

use std::env;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::Global;
use super::index::Index;
use super::{Error, Exit};
use crate::config::Config;
use crate::rules::catalogue;
use crate::source::discovery::{Discovery, Found, Selection, discover, discover_listed};
use crate::source::{Loaded, read};

/// Where the configuration is.
#[derive(Clone, Debug, Args)]
pub(super) struct Paths {
    /// Files and folders that make up one configuration, or `-` for standard input [default: the current folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The file that standard input stands for
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,
}

/// The texts of a configuration, with jobwright's own.
#[derive(Debug)]
pub(super) struct Input {
    /// The texts.
    pub(super) loaded: Loaded,
    /// jobwright's configuration, with what the command line says instead.
    pub(super) config: Config,
    /// The bytes of standard input, where it was read.
    pub(super) given: Option<Vec<u8>>,
}

impl Paths {
    /// Paths given elsewhere.
    pub(super) fn of(paths: Vec<PathBuf>) -> Self {
        Self { paths, stdin_filename: None }
    }

    /// Whether none is given.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The one path given, where it is one.
    pub(super) fn single(&self) -> Option<&Path> {
        if let [path] = self.paths.as_slice() { Some(path) } else { None }
    }

    /// Whether standard input is all there is, as a command that answers on standard output wants it.
    pub(super) fn standard_input_alone(&self) -> Result<bool, Error> {
        let standard = self.paths.iter().any(|path| path == Path::new("-"));
        if standard && self.paths.len() > 1 {
            return Err(Error::usage("`-` beside other paths").help("format standard input on its own"));
        }
        Ok(standard)
    }

    /// jobwright's own configuration alone.
    pub(super) fn config_only(&self, global: &Global) -> Result<Config, Error> {
        let here = PathBuf::from(".");
        self.config(global, Some(self.paths.first().unwrap_or(&here)), None)
    }

    /// Finds and reads everything.
    pub(super) fn load(&self, global: &Global) -> Result<Input, Error> {
        self.load_from(None, global)
    }

    /// As [`Paths::load`], of what is staged where that is judged.
    pub(super) fn load_from(&self, index: Option<&Index>, global: &Global) -> Result<Input, Error> {
        let working_folder =
            env::current_dir().map_err(|error| Error::operational(format!("the current folder is gone: {error}")))?;
        let (standard, mut places): (Vec<PathBuf>, Vec<PathBuf>) =
            self.paths.iter().cloned().partition(|path| path == Path::new("-"));
        if index.is_some() && !standard.is_empty() {
            return Err(Error::usage("`-` with --staged").help("what is staged is judged: name files and folders"));
        }
        let given = self.standard_input(!standard.is_empty(), &working_folder)?;
        if places.is_empty() && given.is_none() {
            places.push(PathBuf::from("."));
        }
        let bytes = given.as_ref().and_then(|given| given.content.clone());
        let config = self.config(global, places.first(), index)?;
        let mut discovery = match index {
            Some(index) => staged(index, &places, &working_folder, &config.files)?,
            None if places.is_empty() => Discovery::default(),
            None => discover(&places, &working_folder, &config.files)?,
        };
        if let Some(given) = given {
            // An editor's unsaved text stands for the file it will become.
            discovery.files.retain(|found| found.shown != given.shown);
            discovery.files.push(given);
        }
        if discovery.files.is_empty() && discovery.unlisted.is_empty() {
            return Err(no_files(&places));
        }
        if global.verbose {
            let file = config.path.as_ref().map_or("none".to_owned(), |path| path.display().to_string());
            super::terminal::say(&format!("configuration file: {file}; {} files", discovery.files.len()));
        }
        Ok(Input { loaded: read(discovery), config, given: bytes })
    }

    fn standard_input(&self, asked: bool, working_folder: &Path) -> Result<Option<Found>, Error> {
        match (&self.stdin_filename, asked) {
            (None, false) => Ok(None),
            (Some(_), false) => {
                Err(Error::usage("--stdin-filename without `-`").help("add `-` to the paths to read standard input"))
            }
            (None, true) => {
                Err(Error::usage("`-` without --stdin-filename").help("name the file that standard input stands for"))
            }
            (Some(name), true) => {
                let mut bytes = Vec::new();
                let read = io::stdin().lock().read_to_end(&mut bytes);
                read.map_err(|error| Error::operational(format!("standard input cannot be read: {error}")))?;
                Ok(Some(Found::given(name, bytes, working_folder)))
            }
        }
    }

    fn config(&self, global: &Global, first: Option<&PathBuf>, index: Option<&Index>) -> Result<Config, Error> {
        let beside = || {
            let stdin = self.stdin_filename.as_deref().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty());
            first.map(PathBuf::as_path).or(stdin).unwrap_or(Path::new("."))
        };
        let file = global.config.clone().or_else(|| Config::find(beside()));
        let mut config = match (file, index) {
            (None, _) => Config::default(),
            (Some(file), None) => Config::load(&file, catalogue())?,
            (Some(file), Some(index)) => match index.contents(&[&file])?.pop().flatten() {
                Some(bytes) => Config::of_bytes(&file, bytes, catalogue())?,
                None => Config::load(&file, catalogue())?,
            },
        };
        if let Some(dialect) = &global.dialect {
            config.check.dialect = crate::config::DIALECTS.into_iter().find(|known| known == dialect);
        }
        if config.path.is_none() {
            config.files.base = PathBuf::from(".");
        }
        Ok(config)
    }
}

/// The files that the next commit will hold below `places`, with their staged bytes. Where it holds none, those on disk:
/// none of them is staged, and that is what is told.
fn staged(index: &Index, places: &[PathBuf], working_folder: &Path, selection: &Selection) -> Result<Discovery, Error> {
    let mut discovery = discover_listed(&index.files(), places, working_folder, selection);
    for place in places {
        // What is neither staged nor on disk is a slip; what was removed from disk alone is still committed.
        if !place.exists() && !discovery.files.iter().any(|found| found.path.starts_with(place)) {
            discover(std::slice::from_ref(place), working_folder, selection)?;
        }
    }
    if discovery.files.is_empty() {
        return Ok(discover(places, working_folder, selection)?);
    }
    let paths: Vec<&Path> = discovery.files.iter().map(|found| found.path.as_path()).collect();
    let contents = index.contents(&paths)?;
    for (found, content) in discovery.files.iter_mut().zip(contents) {
        found.content = content;
    }
    Ok(discovery)
}

fn no_files(places: &[PathBuf]) -> Error {
    let places: Vec<_> = places.iter().map(|place| format!("`{}`", place.display())).collect();
    Error::new(Exit::NoFiles, format!("no XML file under {}", places.join(", ")))
        .help("name the folder that holds the configuration; hidden folders and the product's own copies are skipped")
}
