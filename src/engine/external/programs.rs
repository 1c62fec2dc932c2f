//! Which tasks of a job a program executes, checked before the job starts: the program is there, no option of it is
//! missing, its secrets are at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::values::package;
use crate::config::executors::{Command, Executors, Name, Piece, Restart, SecretSource};
use crate::plan::Plan;
use crate::plan::model::{Job, Task};
use crate::tasks::Settings;
use crate::tasks::settings::Secret;

/// The programs of a job's tasks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Programs<'a> {
    /// For each task of the job its command; none: it is embedded.
    commands: Vec<Option<&'a Command>>,
    /// Where those are that lie on the path: looked up once, not for each task.
    places: BTreeMap<&'a Path, PathBuf>,
    pub(super) secrets: BTreeMap<String, Secret>,
}

impl<'a> Programs<'a> {
    /// Which tasks of `job` a program executes; not whether it can.
    pub(crate) fn named(executors: &'a Executors, plan: &Plan, job: &Job) -> Self {
        let runner = executors.job_runner.as_ref().filter(|_| super::is_handed_over(job));
        let command = |task: &Task| runner.or_else(|| executors.command(&task.element, package(plan, task)));
        Self { commands: job.tasks.iter().map(command).collect(), ..Self::default() }
    }

    /// Of the tasks of `job` that `selected` names. Gives back everything that keeps them from starting, one line each.
    pub(crate) fn new(
        executors: &'a Executors,
        plan: &Plan,
        job: &Job,
        selected: &[bool],
        settings: &Settings,
    ) -> Result<Self, Vec<String>> {
        let Self { commands, .. } = Self::named(executors, plan, job);
        let mut problems = Vec::new();
        let mut told = BTreeSet::new();
        let mut wanted = BTreeSet::new();
        let mut places = BTreeMap::new();
        for ((task, selected), command) in job.tasks.iter().zip(selected).zip(&commands) {
            let Some(command) = command.filter(|_| *selected) else { continue };
            wanted.extend(secrets(command));
            // One word for all tasks of an element.
            if !told.insert(std::ptr::from_ref(command)) {
                continue;
            }
            if !command.missing.is_empty() {
                problems.push(format!("the command of {} ({}) lacks {}", task.id, task.element, command.missing.join(", ")));
                continue;
            }
            let Some(place) = find(&command.program) else {
                problems.push(format!(
                    "the program {} of {} ({}) is not there",
                    command.program.display(),
                    task.id,
                    task.element
                ));
                continue;
            };
            if !may_be_started(&place) {
                problems.push(format!("{} may not be executed (chmod +x), for {} ({})", place.display(), task.id, task.element));
                continue;
            }
            // A program that is given a path of its own is looked up on that one.
            if is_executable(&place) && !command.env.contains_key("PATH") {
                places.insert(command.program.as_path(), place);
            }
        }
        let mut secrets = BTreeMap::new();
        for name in wanted {
            match executors.secrets.get(name).map(|source| secret(source, settings)) {
                Some(Ok(secret)) => {
                    secrets.insert(name.to_owned(), secret);
                }
                Some(Err(problem)) => problems.push(format!("the secret {name} is not at hand: {problem}")),
                None => {}
            }
        }
        if problems.is_empty() { Ok(Self { commands, places, secrets }) } else { Err(problems) }
    }

    /// The places of those tasks whose program is not run again unasked, as the store keeps them with a run.
    pub(crate) fn asking(&self) -> String {
        let asks = |command: Option<&Command>| command.is_some_and(|command| command.restart == Restart::Ask);
        let places = self.commands.iter().enumerate().filter(|(_, command)| asks(**command));
        places.map(|(place, _)| place.to_string()).collect::<Vec<_>>().join(",")
    }

    /// How many tasks are not embedded.
    pub(crate) fn count(&self) -> usize {
        self.commands.iter().flatten().count()
    }

    /// The command of a task; none: it is embedded.
    pub(crate) fn command(&self, place: usize) -> Option<&'a Command> {
        self.commands.get(place).copied().flatten()
    }
}

impl Programs<'_> {
    /// The program of a command, by its place where that is certain.
    pub(super) fn place<'p>(&'p self, command: &'p Command) -> &'p Path {
        let known = self.places.get(command.program.as_path()).filter(|_| !command.env.contains_key("PATH"));
        known.map_or(&command.program, PathBuf::as_path)
    }
}

/// The secrets that a command uses.
pub(super) fn secrets(command: &Command) -> impl Iterator<Item = &str> {
    command.env.values().flat_map(|template| &template.0).filter_map(|piece| match piece {
        Piece::Value(Name::Secret(name)) => Some(name.as_str()),
        _ => None,
    })
}

/// A secret from where it lies; its value is never part of an error.
pub(super) fn secret(source: &SecretSource, settings: &Settings) -> Result<Secret, String> {
    let text = match source {
        SecretSource::Environment(variable) => {
            std::env::var(variable).map_err(|_| format!("the environment variable {variable} is not set"))?
        }
        SecretSource::File(file) => {
            std::fs::read_to_string(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))?
        }
        SecretSource::Setting(path) => settings.secret_at(path)?.expose().to_owned(),
    };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { Err("it is empty".to_owned()) } else { Ok(Secret::new(text)) }
}

/// Where a program is: as it is named, or on the path.
pub(super) fn find(program: &Path) -> Option<PathBuf> {
    let endings: &[&str] = if cfg!(windows) { &["", ".exe", ".cmd", ".bat"] } else { &[""] };
    let candidates = |base: PathBuf| {
        endings.iter().map(move |ending| {
            let mut name = base.clone().into_os_string();
            name.push(ending);
            PathBuf::from(name)
        })
    };
    if program.components().count() > 1 {
        return candidates(program.to_owned()).find(|file| file.is_file());
    }
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let all =
        || std::env::split_paths(&folders).flat_map(|folder| candidates(folder.join(program))).filter(|file| file.is_file());
    all().find(|file| may_be_started(file)).or_else(|| all().next())
}

/// Whether nothing is known that keeps the system from starting the file.
pub(super) fn may_be_started(file: &Path) -> bool {
    is_executable(file) || cfg!(not(unix))
}

/// Why a program cannot be started, in words that name what is missing.
pub(super) fn why_not(program: &Path, error: &std::io::Error) -> String {
    let is_there = || find(program).is_some_and(|file| file.is_file());
    let why = if error.kind() == std::io::ErrorKind::NotFound && is_there() {
        "what its first line names to execute it is not there".to_owned()
    } else {
        error.to_string()
    };
    format!("{} cannot be started: {why}", program.display())
}

/// Whether the system would start the file; if not, it goes on looking.
#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|data| data.permissions().mode() & 0o111 != 0)
}

/// The system has rules of its own for what a name stands for.
#[cfg(not(unix))]
fn is_executable(_file: &Path) -> bool {
    false
}
