//! What all commands on a store share: which file, which run, which settings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::arguments::Global;
use super::{Error, Exit};
use crate::config::Config;
use crate::engine::{DEFAULT_STORE, Engine, EngineError};
use crate::tasks::{RunId, Settings};

/// Keys of what is kept with a run, for whoever continues it.
const SETTINGS: &str = "settings";
const DATA: &str = "data";
const CONFIG: &str = "config";
const FOLDER: &str = "folder";

/// The store named, or the default one.
pub(super) fn file(store: Option<&PathBuf>) -> PathBuf {
    store.cloned().unwrap_or_else(|| PathBuf::from(DEFAULT_STORE))
}

/// A store that must exist.
pub(super) fn existing(store: Option<&PathBuf>) -> Result<Engine, Error> {
    Ok(Engine::open_existing(&file(store))?)
}

/// The number of a run.
pub(super) fn run(text: &str) -> Result<RunId, Error> {
    let number = text.trim_start_matches('#').parse::<i64>().ok().filter(|&number| number > 0);
    number.map(RunId).ok_or_else(|| {
        Error::usage(format!("`{text}` is not the number of a run")).help("`jobwright runs` lists the runs with their numbers")
    })
}

/// Where settings and data are.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    pub(super) settings: Option<PathBuf>,
    pub(super) data: Option<PathBuf>,
    /// jobwright's own configuration.
    pub(super) config: Option<PathBuf>,
    /// The folder that the run was begun in, where its programs start.
    folder: Option<PathBuf>,
}

impl Places {
    /// As named; settings that are not named are looked for beside the configuration.
    pub(super) fn find(settings: Option<&PathBuf>, data: Option<&PathBuf>, beside: &Path) -> Result<Self, Error> {
        if let Some(file) = settings.filter(|file| !file.is_file()) {
            return Err(
                Error::usage(format!("`{}` does not exist", file.display())).help("name the settings file that the agent uses")
            );
        }
        if let Some(folder) = data.filter(|folder| !folder.is_dir()) {
            return Err(Error::usage(format!("`{}` is no folder", folder.display()))
                .help("--data names the folder that relative paths start from"));
        }
        let folder = if beside.is_dir() { beside } else { beside.parent().unwrap_or(Path::new("")) };
        let usual = folder.join("appsettings.agent.json");
        let settings = settings.cloned().or_else(|| usual.is_file().then_some(usual));
        Ok(Self { settings, data: data.cloned(), config: None, folder: None })
    }

    /// What is kept with a run, as absolute paths.
    pub(super) fn context(&self) -> BTreeMap<String, String> {
        let absolute = |path: &PathBuf| std::path::absolute(path).unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned();
        let settings = self.settings.iter().map(|path| (SETTINGS.to_owned(), absolute(path)));
        let data = self.data.iter().map(|path| (DATA.to_owned(), absolute(path)));
        let config = self.config.iter().map(|path| (CONFIG.to_owned(), absolute(path)));
        let folder = std::env::current_dir().ok().map(|path| (FOLDER.to_owned(), path.to_string_lossy().into_owned()));
        settings.chain(data).chain(config).chain(folder).collect()
    }

    /// What was kept with a run; what is named now wins.
    pub(super) fn continued(context: &BTreeMap<String, String>, settings: Option<&PathBuf>, data: Option<&PathBuf>) -> Self {
        let kept = |key: &str| context.get(key).map(PathBuf::from);
        Self {
            settings: settings.cloned().or_else(|| kept(SETTINGS)),
            data: data.cloned().or_else(|| kept(DATA)),
            config: kept(CONFIG),
            folder: kept(FOLDER),
        }
    }

    /// Where the programs of a run that goes on start: as they did when it began, wherever somebody continues it.
    pub(super) fn program_folder(&self) -> Result<Option<PathBuf>, Error> {
        let here = std::env::current_dir().ok();
        let Some(folder) = self.folder.as_ref().filter(|folder| Some(*folder) != here.as_ref()) else { return Ok(None) };
        if folder.is_dir() {
            return Ok(Some(folder.clone()));
        }
        let message = format!("the folder `{}`, in which the run began and its programs start, is not there", folder.display());
        Err(Error::usage(message).help("make it again, or start the job anew"))
    }

    /// With the file that jobwright's own configuration was read from.
    pub(super) fn with_config(self, config: &Config) -> Self {
        Self { config: config.path.clone(), ..self }
    }

    /// jobwright's own configuration as it is now: the file named, or the one that the run began with.
    pub(super) fn load_config(&self, global: &Global) -> Result<Config, Error> {
        if let (None, Some(file)) = (&global.config, self.config.as_ref().filter(|file| !file.is_file())) {
            let message = format!("the configuration file `{}` that the run began with is not there", file.display());
            return Err(Error::usage(message).help("put it back, or name the one to go on with: --config FILE"));
        }
        match global.config.as_ref().or(self.config.as_ref()) {
            // Programs that lie beside it start in another folder than this one, perhaps.
            Some(file) => {
                let file = std::path::absolute(file).unwrap_or_else(|_| file.clone());
                Ok(Config::load(&file, crate::rules::catalogue())?)
            }
            None => Ok(Config::default()),
        }
    }

    /// Reads the settings, with what jobwright's own configuration says of connections; none where there is no file.
    pub(super) fn load(&self, config: &Config) -> Result<Settings, Error> {
        let mut settings = self.load_file()?;
        settings.fulfilment.clone_from(&config.fulfilment);
        Ok(settings)
    }

    fn load_file(&self) -> Result<Settings, Error> {
        match &self.settings {
            Some(file) => Settings::load(file, self.data.as_deref()).map_err(|error| {
                let help = if file.is_file() {
                    "correct the settings file and start again"
                } else {
                    "put the settings file back, or name another one with --appsettings"
                };
                Error::new(Exit::Operational, error.to_string()).help(help)
            }),
            None => Ok(Settings::without_file(self.data.clone().unwrap_or_default())),
        }
    }
}

impl From<EngineError> for Error {
    fn from(error: EngineError) -> Self {
        let exit = match error.exit_code() {
            2 => Exit::Usage,
            12 => Exit::JobBlocked,
            13 => Exit::JobCancelled,
            _ => Exit::Operational,
        };
        // The message says what is wrong before its last semicolon, and what to do after it.
        let text = error.to_string();
        match text.rsplit_once("; ") {
            Some((message, help)) => Self::new(exit, message).help(help),
            None => Self::new(exit, text),
        }
    }
}
