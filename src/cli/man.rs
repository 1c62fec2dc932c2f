//! `jobwright man`.

use std::fs;
use std::path::PathBuf;

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man as Page;

use super::arguments::Arguments;
use super::{Error, Exit, compiled, terminal};

/// Print the manual page, or write those of all commands
#[derive(Debug, Args)]
pub(super) struct Man {
    /// The folder to write the pages to, `jobwright-check.1` and so on
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Man {
    pub(super) fn execute(&self) -> Result<Exit, Error> {
        let mut root = Arguments::command().disable_help_subcommand(true);
        root.build();
        let Some(folder) = &self.output else {
            let mut text = Vec::new();
            Page::new(root).render(&mut text)?;
            terminal::print(|out| out.write_all(&text))?;
            return Ok(Exit::Done);
        };
        fs::create_dir_all(folder)
            .map_err(|error| Error::operational(format!("`{}` cannot be made: {error}", folder.display())))?;
        let mut pages = Vec::new();
        collect(&root, "jobwright", &mut pages);
        for (name, command) in pages {
            let mut text = Vec::new();
            Page::new(command).render(&mut text)?;
            compiled::write(&folder.join(format!("{name}.1")), &text)?;
        }
        Ok(Exit::Done)
    }
}

/// A page for the command and each one below it, under names joined by hyphens.
fn collect(command: &Command, name: &str, pages: &mut Vec<(String, Command)>) {
    pages.push((name.to_owned(), command.clone()));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set() && inner.get_name() != "help") {
        collect(inner, &format!("{name}-{}", inner.get_name()), pages);
    }
}
