//! JSON: one document, or one object a line.

use std::io::{self, Write};

use serde::Serialize;

use super::model::{Document, Tool};
use crate::finding::Summary;

/// The last line of `jsonl`.
#[derive(Serialize)]
struct Closing {
    version: u32,
    tool: Tool,
    summary: Summary,
}

pub(super) fn render(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}

pub(super) fn render_lines(document: &Document<'_>, out: &mut dyn Write) -> io::Result<()> {
    for finding in &document.findings {
        serde_json::to_writer(&mut *out, finding)?;
        writeln!(out)?;
    }
    serde_json::to_writer(&mut *out, &Closing { version: document.version, tool: document.tool, summary: document.summary })?;
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};

    #[test]
    fn json_has_the_keys_of_version_1() {
        insta::assert_snapshot!(testing::rendered(Format::Json), @r##"
        {
          "version": 1,
          "tool": {
            "name": "jobwright",
            "version": "[version]"
          },
          "summary": {
            "files": 2,
            "elements": 3,
            "errors": 2,
            "warnings": 1,
            "notes": 0,
            "suppressed": 1,
            "baseline": 0
          },
          "findings": [
            {
              "rule": "dirty-without-flag",
              "severity": "error",
              "message": "Dirty without a flag task before it in job `Été`",
              "file": "AD/Jobs.xml",
              "start": {
                "offset": 66,
                "line": 2,
                "column": 36
              },
              "end": {
                "offset": 71,
                "line": 2,
                "column": 41
              },
              "label": "nothing is flagged here",
              "notes": [
                "The task computes only what was flagged; with no SetRecentlyModifiedFlagTask before it that is nothing, so every change of the day is lost without a word."
              ],
              "help": "put a SetRecentlyModifiedFlagTask before it:\n    <SetRecentlyModifiedFlagTask Identifier=\"Flag\"/>",
              "related": [
                {
                  "file": "AD/Jobs.xml",
                  "start": {
                    "offset": 1,
                    "line": 1,
                    "column": 2
                  },
                  "end": {
                    "offset": 4,
                    "line": 1,
                    "column": 5
                  },
                  "message": "the job"
                },
                {
                  "file": "AD/Role Model.xml",
                  "start": {
                    "offset": 1,
                    "line": 1,
                    "column": 2
                  },
                  "end": {
                    "offset": 21,
                    "line": 1,
                    "column": 22
                  },
                  "message": "the only task before it"
                }
              ],
              "fix": null,
              "fingerprint": "ea499ae578a295c564b346bbe89289e4"
            },
            {
              "rule": "unknown-attribute",
              "severity": "error",
              "message": "InvokeExpressionTask has no attribute `Identifer`",
              "file": "AD/Role Model.xml",
              "start": {
                "offset": 22,
                "line": 1,
                "column": 23
              },
              "end": {
                "offset": 31,
                "line": 1,
                "column": 32
              },
              "label": "not an attribute",
              "notes": [],
              "help": "write `Identifier`",
              "related": [],
              "fix": {
                "safety": "safe",
                "edits": [
                  {
                    "file": "AD/Role Model.xml",
                    "start": 22,
                    "end": 31,
                    "text": "Identifier"
                  }
                ]
              },
              "fingerprint": "9852cba600663bec53ee550ba0ca3fa5"
            },
            {
              "rule": "unused-task",
              "severity": "warning",
              "message": "no job runs `Nettoyé`",
              "file": "AD/Role Model.xml",
              "start": {
                "offset": 33,
                "line": 1,
                "column": 34
              },
              "end": {
                "offset": 41,
                "line": 1,
                "column": 41
              },
              "label": "",
              "notes": [],
              "help": null,
              "related": [],
              "fix": null,
              "fingerprint": "78a0682a8d7be6df37432c32c7b50f1b"
            }
          ]
        }
        "##);
    }

    #[test]
    fn jsonl_ends_with_the_summary() {
        let text = testing::rendered(Format::Jsonl);
        assert_eq!(text.lines().count(), 4);
        for line in text.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        insta::assert_snapshot!(text.lines().last().unwrap(), @r##"{"version":1,"tool":{"name":"jobwright","version":"[version]"},"summary":{"files":2,"elements":3,"errors":2,"warnings":1,"notes":0,"suppressed":1,"baseline":0}}"##);
    }
}
