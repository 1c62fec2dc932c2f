//! Tags with nothing but blanks between them: read without quick-xml, which would look for their ends first.

use std::io::BufRead;

use super::chars;
use super::parser::{MAX_RESTARTS, Parser};

impl Parser<'_> {
    /// Reads tags one behind the other, as long as nothing but blanks stands between them, and lets the reader pass them by.
    pub(super) fn tags(&mut self) {
        let from = self.position();
        let mut at = from;
        while self.restarts <= MAX_RESTARTS {
            let tag = chars::skip_blanks(self.bytes, at);
            let next = match self.bytes.get(tag..tag + 2) {
                Some(&[b'<', b'/']) => self.usual_end_tag(tag),
                Some(&[b'<', first]) if chars::is(first, chars::START) => Some(self.any_start_tag(tag)),
                _ => None,
            };
            let Some(next) = next else { break };
            at = next;
        }
        self.reader.stream().consume(at - from);
    }

    /// Reads a start tag that the reader has not seen. Gives the place after it.
    #[inline]
    fn any_start_tag(&mut self, start: usize) -> usize {
        let reported = self.reported;
        let end = self.start_tag(start);
        if self.reported != reported && end != self.token_end(start) {
            // The reader would have had to start anew: the work on a hostile file is bounded by how often that happens.
            self.restarts += 1;
        }
        end
    }

    /// Where quick-xml takes a tag to end: after the next `>` that is not between quotes; `usize::MAX` without one.
    #[cold]
    fn token_end(&self, start: usize) -> usize {
        let mut at = start + 1;
        while let Some(found) = memchr::memchr3(b'>', b'"', b'\'', &self.bytes[at..]) {
            let quote = self.bytes[at + found];
            at += found + 1;
            if quote == b'>' {
                return at;
            }
            match memchr::memchr(quote, &self.bytes[at..]) {
                Some(closing) => at += closing + 1,
                None => break,
            }
        }
        usize::MAX
    }
}
