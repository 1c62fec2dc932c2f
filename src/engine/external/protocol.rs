//! What jobwright and a program say to each other: JSON on standard input, lines on standard output, an exit code.

use std::collections::BTreeMap;
use std::process::ExitStatus;

use serde::Deserialize;
use serde_json::{Value, json};

use super::values::{Values, absolute};
use crate::engine::state::TaskState;

/// The version of what is said.
const VERSION: u32 = 1;

/// What stands on standard input.
pub(super) fn input(values: &Values<'_>, approval: Option<&str>) -> Value {
    json!({
        "version": VERSION,
        "run": {"id": values.run.0, "work": absolute(values.work), "store": absolute(values.store), "settings": values.settings_file().map(absolute), "data": absolute(&values.settings.data_base)},
        "job": {"id": values.job.id, "mode": values.job.mode, "agent": values.job.agent},
        "task": values.task,
        "connector": values.connector(),
        "package": values.package(),
        "attempt": values.attempt,
        "approval": approval,
    })
}

/// A line that a program writes to be understood: `{"jobwright": 1, …}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    jobwright: u32,
    #[serde(default)]
    effect: bool,
    #[serde(default)]
    outcome: Option<String>,
    #[serde(default)]
    counts: BTreeMap<String, u64>,
    #[serde(default)]
    message: Option<String>,
    #[serde(default)]
    progress: Option<Progress>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Progress {
    pub(super) done: u64,
    #[serde(default)]
    pub(super) of: Option<u64>,
}

/// What a program has told of itself so far.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Whether it took effect.
    pub(super) effect: bool,
    pub(super) counts: BTreeMap<String, u64>,
    pub(super) message: Option<String>,
    outcome: Option<String>,
    /// What it told that has no meaning.
    misread: Option<String>,
}

/// How a program ended by itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Well.
    Good(TaskState),
    /// Badly, in words.
    Bad(String),
}

impl Told {
    /// Takes in a line of standard output, if it is meant for jobwright; gives back progress.
    pub(super) fn hear(&mut self, line: &[u8]) -> Option<Progress> {
        let line = line.trim_ascii();
        // Other programs' JSON is none of ours.
        if !line.starts_with(b"{") || !line.windows(11).any(|bytes| bytes == b"\"jobwright\"") {
            return None;
        }
        match serde_json::from_slice::<Line>(line) {
            Ok(said) if said.jobwright == VERSION => {
                self.effect |= said.effect;
                self.counts.extend(said.counts);
                self.message = said.message.or(self.message.take());
                self.outcome = said.outcome.or(self.outcome.take());
                said.progress
            }
            Ok(said) => {
                self.misread = Some(format!("it speaks version {} of the protocol, not {VERSION}", said.jobwright));
                None
            }
            Err(error) => {
                self.misread = Some(format!("a result line that cannot be read: {error}"));
                None
            }
        }
    }

    /// Has every text that it told without what `conceal` takes out of it.
    pub(super) fn conceal(&mut self, conceal: impl Fn(&str) -> String) {
        for text in [&mut self.message, &mut self.outcome, &mut self.misread].into_iter().flatten() {
            *text = conceal(text);
        }
        for (name, count) in std::mem::take(&mut self.counts) {
            let sum = self.counts.entry(conceal(&name)).or_default();
            *sum = sum.saturating_add(count);
        }
    }

    /// How the program ended, by its exit code and by what it told.
    pub(super) fn verdict(&self, status: ExitStatus) -> Verdict {
        let by_code = match status.code() {
            Some(0) => TaskState::Completed,
            Some(99) => TaskState::Unchanged,
            Some(75) => TaskState::Blocked,
            Some(code) => return Verdict::Bad(self.bad(&format!("exit code {code}"))),
            None => return Verdict::Bad(self.bad(&signal(status))),
        };
        if let Some(misread) = &self.misread {
            return Verdict::Bad(misread.clone());
        }
        let told = match self.outcome.as_deref() {
            None => return Verdict::Good(by_code),
            Some("completed") => TaskState::Completed,
            Some("unchanged") => TaskState::Unchanged,
            Some("blocked") => TaskState::Blocked,
            Some("errored") => return Verdict::Bad(self.bad("it told that it ended in error")),
            Some(other) => return Verdict::Bad(format!("it told the outcome `{other}`, which there is not")),
        };
        // Exit code 0 leaves the word to the result line; the others have said it.
        if by_code == TaskState::Completed || by_code == told {
            Verdict::Good(told)
        } else {
            Verdict::Bad(format!("it ended with exit code {} but told the outcome {told}", status.code().unwrap_or(0)))
        }
    }

    fn bad(&self, how: &str) -> String {
        self.message.as_ref().map_or_else(|| how.to_owned(), |message| format!("{how}: {message}"))
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    status.signal().map_or_else(|| status.to_string(), |signal| format!("ended by signal {signal}"))
}

#[cfg(not(unix))]
fn signal(status: ExitStatus) -> String {
    status.to_string()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn verdict(code: i32, lines: &[&str]) -> Verdict {
        let mut told = Told::default();
        for line in lines {
            told.hear(line.as_bytes());
        }
        told.verdict(ExitStatus::from_raw(code << 8))
    }

    #[test]
    fn the_exit_code_decides_and_the_result_line_refines_it() {
        let good = Verdict::Good;
        assert_eq!(verdict(0, &[]), good(TaskState::Completed));
        assert_eq!(verdict(99, &[]), good(TaskState::Unchanged));
        assert_eq!(verdict(75, &["{\"jobwright\": 1, \"outcome\": \"blocked\"}"]), good(TaskState::Blocked));
        assert_eq!(verdict(0, &["{\"jobwright\": 1, \"outcome\": \"unchanged\"}"]), good(TaskState::Unchanged));
        assert_eq!(verdict(0, &["{\"jobwrong\": 7}", "{\"jobwright", "done"]), good(TaskState::Completed));
        assert_eq!(verdict(3, &["{\"jobwright\": 1, \"message\": \"no host\"}"]), Verdict::Bad("exit code 3: no host".into()));
        for (code, line) in [
            (99, "{\"jobwright\": 1, \"outcome\": \"completed\"}"),
            (0, "{\"jobwright\": 1, \"outcome\": \"fine\"}"),
            (0, "{\"jobwright\": 1, \"outcome\": \"errored\"}"),
            (0, "{\"jobwright\": 1, \"outcom\": \"completed\"}"),
            (0, "{\"jobwright\": 2}"),
        ] {
            assert!(matches!(verdict(code, &[line]), Verdict::Bad(_)), "{code} {line}");
        }
        let killed = Told::default().verdict(ExitStatus::from_raw(9));
        assert_eq!(killed, Verdict::Bad("ended by signal 9".into()));
    }

    #[test]
    fn nothing_that_is_to_be_concealed_is_told_on() {
        for line in [
            r#"{"jobwright": 1, "message": "bad key hunter\u00322"}"#,
            r#"{"jobwright": 1, "outcome": "hunter22"}"#,
            r#"{"jobwright": 1, "hunter22": 1}"#,
            r#"{"jobwright": 1, "counts": {"hunter22": 1}}"#,
        ] {
            let mut told = Told::default();
            told.hear(line.as_bytes());
            told.conceal(|text| text.replace("hunter22", "***"));
            let said = format!("{:?} {told:?}", told.verdict(ExitStatus::from_raw(0)));
            assert!(said.contains("***") && !said.contains("hunter22"), "{said}");
        }
    }

    #[test]
    fn effect_and_counts_add_up() {
        let mut told = Told::default();
        told.hear(b"{\"jobwright\": 1, \"effect\": true, \"counts\": {\"rows\": 3}}");
        told.hear(b"{\"jobwright\": 1, \"counts\": {\"rows\": 4}, \"message\": \"four\"}");
        assert!(told.effect);
        assert_eq!(told.counts["rows"], 4);
        let progress = told.hear(b" {\"jobwright\": 1, \"progress\": {\"done\": 2, \"of\": 9}}").unwrap();
        assert_eq!((progress.done, progress.of), (2, Some(9)));
    }
}
