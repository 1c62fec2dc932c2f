//! Differences between two sorted files, and a sorted file brought up to date by changes.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::Path;

use crate::tasks::TaskError;
use crate::tasks::identity::Command;

use super::files::push_value;
use super::sorted_file::SortedFile;
use super::whole::Whole;

/// How many rows a delta holds, by command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) inserted: u64,
    pub(super) updated: u64,
    pub(super) deleted: u64,
}

impl Counts {
    pub(super) fn total(self) -> u64 {
        self.inserted + self.updated + self.deleted
    }

    pub(super) fn add(&mut self, command: Command) {
        match command {
            Command::Insert => self.inserted += 1,
            Command::Update => self.updated += 1,
            Command::Delete => self.deleted += 1,
        }
    }
}

/// A delta line: the command, then the row.
fn line(command: Command, file: &SortedFile) -> Vec<u8> {
    let mut line = Vec::new();
    push_value(&mut line, 0, command.name().as_bytes());
    file.push_to(&mut line, 1);
    line
}

/// Gives `sink` the delta lines that make `new` of `old`.
pub(super) fn difference(
    folder: &Path,
    old: &Whole,
    new: &Whole,
    key: &[usize],
    mut sink: impl FnMut(&[u8]) -> Result<(), TaskError>,
) -> Result<Counts, TaskError> {
    let (mut old, mut new) = (SortedFile::open_whole(folder, old, key)?, SortedFile::open_whole(folder, new, key)?);
    let (mut more_old, mut more_new) = (old.advance()?, new.advance()?);
    let mut counts = Counts::default();
    while more_old || more_new {
        let order = match (more_old, more_new) {
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            _ => old.key().cmp(new.key()),
        };
        let change = match order {
            Ordering::Less => Some((Command::Delete, &old)),
            Ordering::Greater => Some((Command::Insert, &new)),
            Ordering::Equal if !old.is_same(&new) => Some((Command::Update, &new)),
            Ordering::Equal => None,
        };
        if let Some((command, file)) = change {
            counts.add(command);
            sink(&line(command, file))?;
        }
        if order != Ordering::Greater {
            more_old = old.advance()?;
        }
        if order != Ordering::Less {
            more_new = new.advance()?;
        }
    }
    Ok(counts)
}

/// Rows by key: what a row becomes, or that it goes.
pub(super) type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// Gives `sink` the rows of `old` brought up to date by `changes`; rows whose key has a part in `dropped` go too.
pub(super) fn update(
    folder: &Path,
    old: &Whole,
    key: &[usize],
    changes: &Changes,
    dropped: impl Fn(&SortedFile) -> bool,
    mut sink: impl FnMut(&[u8]) -> Result<(), TaskError>,
) -> Result<(), TaskError> {
    let mut old = SortedFile::open_whole(folder, old, key)?;
    let mut changes = changes.iter().peekable();
    let mut row = Vec::new();
    while old.advance()? {
        while let Some((_, text)) = changes.next_if(|(key, _)| key.as_slice() < old.key()) {
            if let Some(text) = text {
                sink(text)?;
            }
        }
        if let Some((_, text)) = changes.next_if(|(key, _)| key.as_slice() == old.key()) {
            if let Some(text) = text {
                sink(text)?;
            }
            continue;
        }
        if dropped(&old) {
            continue;
        }
        row.clear();
        old.push_to(&mut row, 0);
        sink(&row)?;
    }
    for text in changes.filter_map(|(_, text)| text.as_ref()) {
        sink(text)?;
    }
    Ok(())
}
