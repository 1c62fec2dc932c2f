//! `jobwright fmt`.

use clap::Args;
use rayon::prelude::*;

use super::arguments::Global;
use super::input::{Input, Paths};
use super::{Error, Exit, compiled, terminal};
use crate::compile::{self, Outside};
use crate::config::Config;
use crate::finding::Category;
use crate::fix;
use crate::fmt::{self, Formatted};
use crate::source::{FileId, Loaded, ReadProblem, SourceFile, Sources, encode_like, rewrite};

/// Format a configuration; its meaning, its findings and its plan stay the same
#[derive(Debug, Args)]
pub(super) struct Fmt {
    #[command(flatten)]
    paths: Paths,
    /// List the files that are not formatted, change nothing, and end with 1 where there is one
    #[arg(long)]
    check: bool,
    /// Print what formatting would change, and change nothing; ends with 1 only with --check
    #[arg(long)]
    diff: bool,
}

impl Fmt {
    pub(super) fn execute(&self, global: &Global) -> Result<Exit, Error> {
        let standard_input = self.paths.standard_input_alone()?;
        let Input { loaded, config, given } = self.paths.load(global)?;
        let Loaded { sources, problems, named } = loaded;
        let style = config.fmt;
        let files: Vec<(FileId, &SourceFile)> = sources.iter().collect();
        let formatted: Vec<(FileId, Formatted)> =
            files.into_par_iter().map(|(id, file)| (id, fmt::format_file(file, named[id.index()], &style))).collect();
        let unread = |id: FileId| problems.iter().any(|problem| problem.file == id);
        let broken: Vec<FileId> =
            formatted.iter().filter(|(id, one)| unread(*id) || *one == Formatted::Broken).map(|(id, _)| *id).collect();
        let changed: Vec<(&SourceFile, &str)> = formatted
            .iter()
            .filter(|(id, _)| !unread(*id))
            .filter_map(|(id, one)| Some((sources.get(*id), one.changed()?)))
            .collect();
        if self.diff {
            let diffs = changed.iter().map(|(file, text)| fix::unified_file(&file.path, &file.text, text));
            let diff: String = diffs.collect();
            terminal::print(|out| out.write_all(diff.as_bytes()))?;
        } else if self.check {
            terminal::print(|out| changed.iter().try_for_each(|(file, _)| writeln!(out, "{}", file.path)))?;
        } else if standard_input {
            if broken.is_empty() {
                let Some((_, file)) = sources.iter().next() else { return Ok(Exit::Done) };
                print(file, changed.first().map_or(&file.text, |(_, text)| text), &given.unwrap_or_default())?;
            }
        } else {
            for (file, text) in &changed {
                rewrite(file, text)
                    .map_err(|error| Error::operational(format!("`{}` cannot be formatted: {error}", file.path)))?;
            }
        }
        let count = changed.len();
        let total = formatted.iter().filter(|(_, one)| *one != Formatted::Foreign).count() - broken.len();
        let writes = !(self.check || self.diff);
        if !global.quiet && !standard_input {
            tell(count, total, writes);
        }
        let failed = !broken.is_empty();
        if failed {
            tell_broken(&sources, &problems, &broken, config, global);
        }
        Ok(if failed || self.check && count > 0 { Exit::Findings } else { Exit::Done })
    }
}

/// The text on standard output in the encoding in which it came.
fn print(file: &SourceFile, text: &str, given: &[u8]) -> Result<(), Error> {
    let bytes = encode_like(given, text)
        .ok_or_else(|| Error::operational(format!("`{}` cannot be written in its own encoding", file.path)))?;
    Ok(terminal::print(|out| out.write_all(&bytes))?)
}

fn tell(changed: usize, total: usize, written: bool) {
    let plural = |count: usize| if count == 1 { "1 file".to_owned() } else { format!("{count} files") };
    let verb = if written { "formatted" } else { "would format" };
    match changed {
        0 if total == 0 => {}
        0 => terminal::say(&format!("{} already formatted", plural(total))),
        _ if changed == total => terminal::say(&format!("{verb} {}", plural(changed))),
        _ => terminal::say(&format!("{verb} {}, {} already formatted", plural(changed), plural(total - changed))),
    }
}

/// Why files were left alone: their errors of syntax.
fn tell_broken(sources: &Sources, problems: &[ReadProblem], broken: &[FileId], config: Config, global: &Global) {
    let mut loaded = Loaded::default();
    for &id in broken {
        let file = loaded.sources.push(sources.get(id).clone());
        loaded.named.push(true);
        let unread = problems.iter().filter(|problem| problem.file == id);
        loaded.problems.extend(unread.map(|problem| ReadProblem { file, ..problem.clone() }));
    }
    let judged = compile::compile(loaded, config, Outside::default());
    let syntax = judged.report.findings.iter().filter(|finding| finding.rule.category == Category::Syntax);
    compiled::tell(&judged.program, syntax.cloned().collect(), global);
    terminal::say(&match broken.len() {
        1 => "1 file is left as it is: broken XML is not formatted".to_owned(),
        count => format!("{count} files are left as they are: broken XML is not formatted"),
    });
}
