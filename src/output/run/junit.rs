//! A run as `JUnit` XML: a task is a case. Failed and blocked tasks are failures, tasks that were ended before they were
//! done are errors, tasks that did not run are skipped; a tolerated failure passes, as it does in the run.

use std::io::{self, Write};

use super::super::escape::xml;
use super::{counted, said};
use crate::engine::{JobState, RunDetail, TaskRecord, TaskState};

/// How a case is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Passed,
    Failure,
    Error,
    Skipped,
}

fn kind(state: TaskState) -> Kind {
    match state {
        TaskState::Completed | TaskState::Unchanged | TaskState::Warning => Kind::Passed,
        TaskState::Errored | TaskState::Blocked => Kind::Failure,
        TaskState::Cancelled | TaskState::Interrupted => Kind::Error,
        TaskState::Waiting
        | TaskState::Granted
        | TaskState::Running
        | TaskState::NotLaunched
        | TaskState::NotStarted
        | TaskState::NotSelected => Kind::Skipped,
    }
}

pub(super) fn render(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    let count = |wanted| run.tasks.iter().filter(|task| kind(task.state) == wanted).count();
    let (mut tests, failures, mut errors) = (run.tasks.len(), count(Kind::Failure), count(Kind::Error));
    // A run can end badly between two tasks, and no reader must take it for a good one.
    let broken = failures + errors == 0 && !matches!(run.run.state, JobState::Completed | JobState::CompletedWithWarnings);
    if broken {
        (tests, errors) = (tests + 1, errors + 1);
    }
    let skipped = count(Kind::Skipped);
    let job = xml(&run.run.job);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"jobwright\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\">")?;
    writeln!(
        out,
        "  <testsuite name=\"{job}\" id=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" timestamp=\"{}\" time=\"{}\">",
        run.run.id,
        run.run.started,
        seconds(run.run.duration_ms)
    )?;
    for task in &run.tasks {
        case(&job, task, out)?;
    }
    if broken {
        let state = run.run.state;
        let message = format!("the run is {state}");
        writeln!(
            out,
            "    <testcase classname=\"{job}\" name=\"{job}\" time=\"0.000\"><error type=\"{}\" message=\"{message}\"/></testcase>",
            state.name()
        )?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn case(job: &str, task: &TaskRecord, out: &mut dyn Write) -> io::Result<()> {
    let (name, time, state) = (xml(&task.task), seconds(task.duration_ms), task.state);
    write!(out, "    <testcase classname=\"{job}\" name=\"{name}\" time=\"{time}\"")?;
    let (message, counts) = (xml(&said(task)), xml(&counted(task)));
    match kind(state) {
        Kind::Skipped => {
            let message = if message.is_empty() { state.to_string() } else { format!("{state}: {message}") };
            writeln!(out, "><skipped message=\"{message}\"/></testcase>")
        }
        Kind::Passed => match [state.name(), &counts, &message].map(str::to_owned) {
            [_, counts, message] if counts.is_empty() && message.is_empty() && state == TaskState::Completed => {
                writeln!(out, "/>")
            }
            told => {
                let told: Vec<String> = told.into_iter().filter(|part| !part.is_empty()).collect();
                writeln!(out, "><system-out>{}</system-out></testcase>", told.join(": "))
            }
        },
        kind => {
            let element = if kind == Kind::Failure { "failure" } else { "error" };
            writeln!(out, "><{element} type=\"{}\" message=\"{message}\">{counts}</{element}></testcase>", state.name())
        }
    }
}

fn seconds(milliseconds: Option<u64>) -> String {
    let milliseconds = milliseconds.unwrap_or(0);
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

#[cfg(test)]
mod tests {
    use super::super::{RunFormat, testing};

    #[test]
    fn a_case_a_task() {
        insta::assert_snapshot!(testing::rendered(RunFormat::Junit), @r#"
        <?xml version="1.0" encoding="UTF-8"?>
        <testsuites name="jobwright" tests="6" failures="2" errors="1">
          <testsuite name="Été &amp; &lt;Co&gt;" id="7" tests="6" failures="2" errors="1" skipped="1" timestamp="2023-11-14T22:13:20.000Z" time="3.007">
            <testcase classname="Été &amp; &lt;Co&gt;" name="Export" time="1.500"><system-out>completed: rows 300</system-out></testcase>
            <testcase classname="Été &amp; &lt;Co&gt;" name="Other|Export" time="0.007"><system-out>warning: row 7 of &quot;users.csv&quot; has 3 columns, &lt;b&gt;not 4&lt;/b&gt;</system-out></testcase>
            <testcase classname="Été &amp; &lt;Co&gt;" name="Synchronize" time="1.500"><failure type="blocked" message="held back: 40 resources deleted"></failure></testcase>
            <testcase classname="Été &amp; &lt;Co&gt;" name="Compute" time="0.000"><skipped message="not started: Synchronize was blocked"/></testcase>
            <testcase classname="Été &amp; &lt;Co&gt;" name="Broken" time="1.500"><failure type="errored" message="the disk is on fire"></failure></testcase>
            <testcase classname="Été &amp; &lt;Co&gt;" name="Half" time="1.500"><error type="interrupted" message=""></error></testcase>
          </testsuite>
        </testsuites>
        "#);
    }
}
