//! The captured output of a task: bounded, and without the secrets that were passed to its program.
//!
//! The beginning is kept and, where there is more than fits, the end: the first shows what was tried, the last why it
//! failed.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::tasks::settings::Secret;

/// What is kept of the end.
const TAIL: u64 = 64 << 10;
/// The longest line that is looked at as a whole.
const LINE: usize = 64 << 10;

/// One of the two streams of a program, cut into lines and rid of secrets.
pub(super) struct Lines {
    rest: Vec<u8>,
    /// It is the standard error, where programs say what went wrong.
    errors: bool,
    /// The end of a line that was too long has not come yet.
    broken: bool,
}

/// The file that both streams go to, made for the first of what they say.
pub(super) struct Output {
    path: PathBuf,
    file: Option<File>,
    room: u64,
    tail: VecDeque<u8>,
    /// How much of the end is kept.
    most: u64,
    left_out: u64,
    secrets: Vec<Vec<u8>>,
    /// The last lines with something in them: of the standard output, and of the standard error.
    last: [String; 2],
}

impl Output {
    /// To the file of an attempt, after what earlier tries of it left.
    pub(super) fn new(path: PathBuf, limit: u64, secrets: &[&Secret]) -> io::Result<Self> {
        let used = match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            known => known?.len(),
        };
        // A secret of several lines never stands in one line.
        let lines = secrets.iter().flat_map(|secret| secret.expose().lines().map(str::trim)).filter(|line| line.len() > 3);
        // As it is, and as it stands in JSON.
        let in_json = |line: &str| {
            let quoted = serde_json::Value::from(line).to_string();
            quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(line).to_owned()
        };
        let forms = lines.flat_map(|line| [line.to_owned(), in_json(line)]);
        let mut secrets: Vec<Vec<u8>> = forms.map(String::into_bytes).collect();
        // The longest first, should one hold another.
        secrets.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        secrets.dedup();
        let most = TAIL.min(limit / 2);
        let room = (limit - most).saturating_sub(used);
        Ok(Self { path, file: None, room, tail: VecDeque::new(), most, left_out: 0, secrets, last: Default::default() })
    }

    /// The line that the program wrote last: to the standard error, if there is one. Which of two streams a line came
    /// from first, nobody knows.
    pub(super) fn last_line(&self) -> &str {
        let [out, error] = &self.last;
        if error.is_empty() { out } else { error }
    }

    /// A line of jobwright's own.
    pub(super) fn note(&mut self, text: &str) -> io::Result<()> {
        self.write(format!("[jobwright: {text}]\n").as_bytes())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        match &mut self.file {
            Some(file) => file.write_all(bytes),
            none => none.insert(OpenOptions::new().create(true).append(true).open(&self.path)?).write_all(bytes),
        }
    }

    /// Takes in a piece of a stream; tells `hear` each whole line.
    pub(super) fn take(&mut self, lines: &mut Lines, bytes: &[u8], mut hear: impl FnMut(&[u8])) -> io::Result<()> {
        lines.rest.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(end) = memchr::memchr(b'\n', &lines.rest[start..]) {
            let line = &lines.rest[start..=start + end];
            if !lines.broken {
                hear(line);
            }
            lines.broken = false;
            let kept = self.without_secrets(line);
            start += end + 1;
            self.keep(&kept, lines.errors)?;
        }
        lines.rest.drain(..start);
        let longest = self.secrets.first().map_or(0, Vec::len);
        if lines.rest.len() > LINE + longest {
            // What may be the beginning of a secret waits for its end.
            let cleaned = self.without_secrets(&lines.rest);
            let cut = cleaned.len().saturating_sub(longest);
            self.keep(&cleaned[..cut], lines.errors)?;
            lines.rest = cleaned[cut..].to_vec();
            lines.broken = true;
        }
        Ok(())
    }

    /// Takes in the end of a stream.
    pub(super) fn close(&mut self, lines: &mut Lines, hear: impl FnOnce(&[u8])) -> io::Result<()> {
        if lines.rest.is_empty() {
            return Ok(());
        }
        let line = std::mem::take(&mut lines.rest);
        if !lines.broken {
            hear(&line);
        }
        let mut kept = self.without_secrets(&line);
        kept.push(b'\n');
        self.keep(&kept, lines.errors)
    }

    /// Writes what was kept of the end.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let left_out = self.left_out - self.tail.len() as u64;
        if left_out > 0 {
            self.write(format!("\n[jobwright: {left_out} bytes left out]\n").as_bytes())?;
        }
        let tail = std::mem::take(&mut self.tail);
        let (first, second) = tail.as_slices();
        self.write(first)?;
        self.write(second)?;
        self.left_out = 0;
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8], errors: bool) -> io::Result<()> {
        let text = String::from_utf8_lossy(bytes);
        if !text.trim().is_empty() {
            self.last[usize::from(errors)] = text.trim().chars().take(500).collect();
        }
        let now = usize::try_from(self.room).unwrap_or(usize::MAX).min(bytes.len());
        self.write(&bytes[..now])?;
        self.room -= now as u64;
        let rest = &bytes[now..];
        if !rest.is_empty() {
            self.room = 0;
            self.left_out += rest.len() as u64;
            self.tail.extend(rest);
            let surplus = (self.tail.len() as u64).saturating_sub(self.most);
            self.tail.drain(..usize::try_from(surplus).unwrap_or(0));
        }
        Ok(())
    }

    /// The text without the secrets.
    pub(super) fn conceal(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.without_secrets(text.as_bytes())).into_owned()
    }

    fn without_secrets(&self, line: &[u8]) -> Vec<u8> {
        let mut line = line.to_vec();
        for secret in &self.secrets {
            let mut from = 0;
            while let Some(at) = memchr::memmem::find(&line[from..], secret) {
                let at = from + at;
                line.splice(at..at + secret.len(), *b"***");
                from = at + 3;
            }
        }
        line
    }
}

impl Lines {
    pub(super) fn of_output() -> Self {
        Self { rest: Vec::new(), errors: false, broken: false }
    }

    pub(super) fn of_errors() -> Self {
        Self { errors: true, ..Self::of_output() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(limit: u64, secrets: &[&str], pieces: &[&[u8]]) -> (String, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("log");
        let secrets: Vec<Secret> = secrets.iter().map(|secret| Secret::new(*secret)).collect();
        let mut output = Output::new(file.clone(), limit, &secrets.iter().collect::<Vec<_>>()).unwrap();
        let mut lines = Lines::of_output();
        let mut heard = Vec::new();
        for piece in pieces {
            output.take(&mut lines, piece, |line| heard.push(String::from_utf8_lossy(line).into_owned())).unwrap();
        }
        output.close(&mut lines, |line| heard.push(String::from_utf8_lossy(line).into_owned())).unwrap();
        output.finish().unwrap();
        (fs::read_to_string(file).unwrap(), heard)
    }

    #[test]
    fn secrets_are_hidden_wherever_a_piece_ends() {
        for cut in 0..24 {
            let text = b"key=hunter22&x\nhunter22\n";
            let (kept, heard) = captured(1 << 20, &["hunter22"], &[&text[..cut], &text[cut..]]);
            assert_eq!(kept, "key=***&x\n***\n");
            assert_eq!(heard.len(), 2);
        }
    }

    #[test]
    fn secrets_are_hidden_in_json_too() {
        let (kept, _) = captured(1 << 20, &["pa\"ss\\word\""], &[br#"{"key": "pa\"ss\\word\"", "plain": "pa"ss\word""}"#]);
        assert_eq!(kept, "{\"key\": \"***\", \"plain\": \"***\"}\n");
    }

    #[test]
    fn a_line_without_end_neither_grows_for_ever_nor_shows_a_secret() {
        let piece = b"0123456789hunter22".repeat(1000);
        let pieces: Vec<&[u8]> = piece.chunks(4099).cycle().take(100).collect();
        let (kept, heard) = captured(1 << 30, &["hunter22"], &pieces);
        assert!(!kept.contains("hunter22"));
        assert!(heard.is_empty());
    }

    #[test]
    fn the_beginning_and_the_end_are_kept() {
        let lines: String = (0..100_000).map(|number| format!("line {number}\n")).collect();
        let (kept, _) = captured(200_000, &[], &[lines.as_bytes()]);
        assert!(kept.len() < 201_000, "{}", kept.len());
        assert!(kept.starts_with("line 0\n") && kept.ends_with("line 99999\n"), "the first and the last line");
        assert!(kept.contains(" bytes left out]"));
    }
}
