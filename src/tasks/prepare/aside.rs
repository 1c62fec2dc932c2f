//! Rows of an export that are not taken, kept for a person to look at.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::files::persist;
use super::rows::{Shape, header_line};

/// A file for rows put aside, made only when there is one.
pub(super) struct Aside<'a> {
    folder: &'a Path,
    header: &'a [String],
    output: Option<BufWriter<tempfile::NamedTempFile>>,
    name: String,
}

impl<'a> Aside<'a> {
    pub(super) fn new(folder: &'a Path, shape: &'a Shape, ending: &str) -> Self {
        let name = format!("{}.{ending}.csv", shape.name.replace(['/', '\\'], "_"));
        Self { folder, header: &shape.header, output: None, name }
    }

    pub(super) fn push(&mut self, line: &[u8]) -> io::Result<()> {
        let output = match &mut self.output {
            Some(output) => output,
            slot => {
                let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(self.folder)?);
                output.write_all(&header_line(self.header))?;
                slot.insert(output)
            }
        };
        output.write_all(line)
    }

    /// Gives the file its name; without any row a file of an earlier run goes.
    pub(super) fn finish(self) -> io::Result<()> {
        let target = self.folder.join(&self.name);
        match self.output {
            Some(output) => persist(output, &target),
            None => match std::fs::remove_file(&target) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        }
    }
}
