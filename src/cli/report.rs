//! `--report FILE`: a run written to files, in the forms that their names ask for.

use std::path::{Path, PathBuf};

use super::{Error, Exit, compiled};
use crate::engine::RunDetail;
use crate::output::{RunFormat, render_run};

/// Files to write a report to.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Reports {
    /// Write a report of the run to FILE, whose name says how: .html, .md, .json, .junit or .xml
    #[arg(long = "report", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Reports {
    /// Refuses a name that asks for no form and a folder that does not exist, before anything is run.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.files.iter().try_for_each(|file| {
            format(file)?;
            if file.is_dir() {
                return Err(
                    Error::usage(format!("`{}` is a folder", file.display())).help("name the file to write the report to")
                );
            }
            let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
            match folder.filter(|folder| !folder.is_dir()) {
                Some(folder) => Err(Error::usage(format!("`{}` is no folder", folder.display()))
                    .help(format!("make it, or write the report `{}` elsewhere", file.display()))),
                None => Ok(()),
            }
        })
    }

    /// Whether none was asked for.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Writes the files, each of them whole or not at all.
    pub(super) fn write(&self, run: &RunDetail) -> Result<(), Error> {
        self.files.iter().try_for_each(|file| {
            let mut bytes = Vec::new();
            render_run(format(file)?, run, &mut bytes)?;
            compiled::write(file, &bytes)
        })
    }
}

fn format(file: &Path) -> Result<RunFormat, Error> {
    RunFormat::of(file).ok_or_else(|| {
        let endings: Vec<String> = RunFormat::ENDINGS.iter().map(|(ending, _)| format!(".{ending}")).collect();
        Error::new(Exit::Usage, format!("the name of `{}` says no form of report", file.display()))
            .help(format!("let it end in one of {}", endings.join(", ")))
    })
}
