//! A run as JSON: what `show --format json` prints as well.

use std::io::{self, Write};

use serde::Serialize;

use super::super::model::Tool;
use crate::engine::RunDetail;
use crate::tasks::ChangeList;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    #[serde(flatten)]
    run: &'a RunDetail,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    change_lists: Vec<Waiting<'a>>,
}

/// The changes of a task that wait for approval.
#[derive(Serialize)]
struct Waiting<'a> {
    task: &'a str,
    list: &'a ChangeList,
}

pub(super) fn render(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    render_waiting(run, &[], out)
}

/// The report with the changes that wait for approval, by task.
pub fn render_waiting(run: &RunDetail, lists: &[(String, ChangeList)], out: &mut dyn Write) -> io::Result<()> {
    let change_lists = lists.iter().map(|(task, list)| Waiting { task, list }).collect();
    serde_json::to_writer_pretty(&mut *out, &Document { version: 1, tool: Tool::THIS, run, change_lists })?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::super::schema::{REPORT, check};
    use super::super::{RunFormat, testing};
    use crate::engine::{JobState, TaskState};

    #[test]
    fn what_is_written_is_what_the_schema_says() {
        let schema: Value = serde_json::from_str(REPORT).unwrap();
        let mut document: Value = serde_json::from_str(&testing::rendered(RunFormat::Json)).unwrap();
        check(&schema, &schema, &document, "").unwrap();
        let states: Vec<&str> = TaskState::ALL.into_iter().map(TaskState::name).collect();
        assert_eq!(schema["$defs"]["task-state"]["enum"], serde_json::json!(states));
        let states: Vec<&str> = JobState::ALL.into_iter().map(JobState::name).collect();
        assert_eq!(schema["$defs"]["job-state"]["enum"], serde_json::json!(states));

        document["tasks"][0]["state"] = "done".into();
        assert!(check(&schema, &schema, &document, "").is_err());
    }
}
