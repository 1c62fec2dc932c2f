//! Lines and columns, cheap even where a whole file is one line.

use crate::source::{FileId, Position, Sources};

/// Bytes between two known columns.
const STEP: usize = 4096;

/// Positions of many offsets. Asking for any number of them costs one pass over each file plus a constant each.
pub(super) struct Positions<'s> {
    sources: &'s Sources,
    /// Per file: how many characters begin before each multiple of [`STEP`]; empty until needed.
    counts: Vec<Vec<u32>>,
}

impl<'s> Positions<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self { sources, counts: vec![Vec::new(); sources.len()] }
    }

    /// Line and column of a byte offset.
    pub(super) fn at(&mut self, file: FileId, offset: u32) -> Position {
        let source = self.sources.get(file);
        let text = source.text.as_str();
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let line = source.lines().line_of(at as u32);
        let start = source.lines().start(line, text) as usize;
        if at - start <= STEP {
            return source.position(offset);
        }
        let counts = &mut self.counts[file.index()];
        if counts.is_empty() {
            counts.extend(count_blocks(text.as_bytes()));
        }
        let before = |at: usize| counts[at / STEP] + characters(&text.as_bytes()[at / STEP * STEP..at]);
        Position { offset, line: line as u32 + 1, column: before(at) - before(start) + 1 }
    }
}

/// How many characters begin before each block, the end of the text included.
fn count_blocks(bytes: &[u8]) -> impl Iterator<Item = u32> {
    let after_each = bytes.chunks(STEP).scan(0, |sum, block| {
        *sum += characters(block);
        Some(*sum)
    });
    std::iter::once(0).chain(after_each)
}

/// How many characters begin in `bytes`.
fn characters(bytes: &[u8]) -> u32 {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn the_quick_way_and_the_plain_way_agree() {
        let text = format!("<a>\r\n{}\n<b/>é", "é<漢/>".repeat(3000));
        let sources = Sources::new(vec![SourceFile::new("a.xml", text.as_str())]);
        let mut positions = Positions::new(&sources);
        for offset in (0..text.len() as u32 + 3).step_by(7).chain([text.len() as u32]) {
            assert_eq!(positions.at(FileId(0), offset), sources.get(FileId(0)).position(offset), "offset {offset}");
        }
    }
}
