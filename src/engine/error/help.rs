//! What errors say to do next, where that depends.

use crate::tasks::RunId;

/// The known name that is nearest to the one asked for, if any is near.
pub(in crate::engine) fn nearest<'n>(asked: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let asked = asked.to_lowercase();
    known
        .map(|name| (strsim::jaro_winkler(&asked, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name.to_owned())
}

/// What has interrupted a run, and how it goes on.
pub(super) fn cut(run: RunId, text: &str) -> String {
    let (message, help) = text.rsplit_once("; ").unwrap_or((text, "correct that"));
    let then = if help.contains('\n') { "" } else { ", then go on with the run that this has interrupted:" };
    format!("{message}; {help}{then}\njobwright run --resume {}", run.0)
}

/// What to do about a program that is still at work.
pub(super) fn at_work(run: RunId, by: Option<u32>) -> String {
    match by {
        None => format!("; wait for its end, or end it:\njobwright cancel {}", run.0),
        Some(by) => format!(
            ", which process {by} has started and waits for: this store is a copy of the one in which the run goes on; wait for its end, or cancel it there"
        ),
    }
}

/// What to do once the cause is gone.
pub(super) fn after(run: Option<RunId>) -> String {
    run.map_or_else(|| "try again".to_owned(), |run| format!("continue:\njobwright run --resume {}", run.0))
}

/// The nearest name, if there is one.
pub(super) fn did_you_mean(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// The valid names, but for long lists.
pub(super) fn among(known: &[String]) -> String {
    const SHOWN: usize = 12;
    match known.len() {
        0 => "; it has none".to_owned(),
        1..=SHOWN => format!("; it has {}", known.join(", ")),
        more => format!("; it has {} and {} more", known[..SHOWN].join(", "), more - SHOWN),
    }
}
