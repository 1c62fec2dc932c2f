//! Changes of generated jobs, for a person and as data.

use std::io::{self, Write};

use serde::Serialize;

use crate::scaffold::compare::{AttributeChange, Change, JobChange, SetChange, TaskChange};

/// Writes the changes, a block for each job.
pub fn difference(changes: &[JobChange], out: &mut dyn Write) -> io::Result<()> {
    if changes.is_empty() {
        return writeln!(out, "the generated jobs stay as they are");
    }
    for (number, change) in changes.iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        job(change, out)?;
    }
    Ok(())
}

/// Writes the changes as JSON.
pub fn difference_json(changes: &[JobChange], out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Difference<'c> {
        version: u32,
        jobs: &'c [JobChange],
    }
    serde_json::to_writer_pretty(&mut *out, &Difference { version: 1, jobs: changes })?;
    out.write_all(b"\n")
}

fn sign(change: Change) -> char {
    match change {
        Change::Added => '+',
        Change::Removed => '-',
        Change::Changed => '~',
    }
}

fn job(change: &JobChange, out: &mut dyn Write) -> io::Result<()> {
    let sign = sign(change.change);
    match &change.job {
        Some(job) => writeln!(out, "{sign} job {job} ({})", change.scaffolding)?,
        None => writeln!(out, "{sign} tasks at top level ({})", change.scaffolding)?,
    }
    if change.change == Change::Changed {
        attributes(&change.attributes, "  ", out)?;
    }
    change.tasks.iter().try_for_each(|change| task(change, out))
}

fn task(change: &TaskChange, out: &mut dyn Write) -> io::Result<()> {
    let level = match (change.change, &change.old_level, &change.new_level) {
        (Change::Changed, Some(old), Some(new)) if old != new => format!(" (level {old} → {new})"),
        (Change::Changed, ..) | (_, None, None) => String::new(),
        (_, old, new) => format!(" (level {})", new.as_ref().or(old.as_ref()).map_or("", String::as_str)),
    };
    let moved = if change.moved { " moved" } else { "" };
    writeln!(out, "  {} {} {}{moved}{level}", sign(change.change), change.element, change.task)?;
    attributes(&change.attributes, "      ", out)?;
    set("after", &change.depends_on, out)?;
    set("entity types", &change.entity_types, out)?;
    set("resource types", &change.resource_types, out)
}

fn attributes(changes: &[AttributeChange], indent: &str, out: &mut dyn Write) -> io::Result<()> {
    changes.iter().try_for_each(|change| match (&change.old, &change.new) {
        (Some(old), Some(new)) => writeln!(out, "{indent}{}: \"{old}\" → \"{new}\"", change.name),
        (Some(old), None) => writeln!(out, "{indent}{}: \"{old}\" → none", change.name),
        (None, new) => writeln!(out, "{indent}{}: none → \"{}\"", change.name, new.as_deref().unwrap_or_default()),
    })
}

fn set(word: &str, change: &SetChange, out: &mut dyn Write) -> io::Result<()> {
    let signed = |sign: char, names: &[String]| names.iter().map(|name| format!("{sign}{name}")).collect::<Vec<_>>();
    let names = [signed('+', &change.added), signed('-', &change.removed)].concat();
    if names.is_empty() { Ok(()) } else { writeln!(out, "      {word}: {}", names.join(" ")) }
}
