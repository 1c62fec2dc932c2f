//! A run as Markdown, in the form that GitHub, GitLab and most wikis read.

use std::io::{self, Write};

use super::super::escape::printable;
use super::{counted, said, tally};
use crate::engine::RunDetail;
use crate::engine::clock::duration;

pub(super) fn render(run: &RunDetail, out: &mut dyn Write) -> io::Result<()> {
    let head = &run.run;
    let took = head.duration_ms.map_or_else(String::new, |took| format!(" in {}", duration(took)));
    writeln!(out, "## {}: {}\n", text(&head.job), head.state)?;
    let attempt = if head.attempt > 1 { format!(", attempt {}", head.attempt) } else { String::new() };
    writeln!(out, "Run {} of {}{took}{attempt}: {}.\n", head.id, head.started, tally(run))?;
    writeln!(out, "| task | outcome | took | what |\n|---|---|---:|---|")?;
    for task in &run.tasks {
        let took = task.duration_ms.map_or_else(String::new, duration);
        let what: Vec<String> = [text(&counted(task)), text(&said(task))].into_iter().filter(|part| !part.is_empty()).collect();
        writeln!(out, "| {} | {} | {took} | {} |", text(&task.task), task.state, what.join("; "))?;
    }
    for approval in &run.approvals {
        let who = if approval.who.is_empty() { String::new() } else { format!(" by {}", text(&approval.who)) };
        writeln!(out, "\nApproved: {}{who} at {}: {}", text(&approval.task), approval.at, text(&approval.reason))?;
    }
    if !run.next.is_empty() {
        writeln!(out, "\nTo go on:\n\n```sh\n{}\n```", run.next.join("\n"))?;
    }
    Ok(())
}

/// Text in a line or a cell: nothing in it is markup.
fn text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in printable(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&') {
            escaped.push('\\');
        }
        escaped.push(if c == '\t' { ' ' } else { c });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::{RunFormat, testing};

    #[test]
    fn a_row_a_task() {
        insta::assert_snapshot!(testing::rendered(RunFormat::Markdown), @r#"
        ## Été \& \<Co\>: blocked

        Run 7 of 2023-11-14T22:13:20.000Z in 3.0 s, attempt 2: 1 completed, 1 warning, 1 errored, 1 blocked, 1 interrupted, 1 not started.

        | task | outcome | took | what |
        |---|---|---:|---|
        | Export | completed | 1.5 s | rows 300 |
        | Other\|Export | warning | 7 ms | row 7 of "users.csv" has 3 columns, \<b\>not 4\</b\> |
        | Synchronize | blocked | 1.5 s | held back: 40 resources deleted |
        | Compute | not started |  | Synchronize was blocked |
        | Broken | errored | 1.5 s | the disk is on fire |
        | Half | interrupted | 1.5 s |  |

        Approved: Synchronize by j.doe at 2023-11-14T22:13:22.000Z: the \*first\* load

        To go on:

        ```sh
        jobwright approve 7 Synchronize --reason "…"
        jobwright run --resume 7
        ```
        "#);
    }
}
