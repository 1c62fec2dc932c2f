//! SARIF 2.1.0, the form that code-scanning pages read.
//!
//! The words for severities are SARIF's levels. Columns count Unicode scalar values, as everywhere here, and the run says so (`columnKind`).

use std::collections::BTreeMap;
use std::io::{self, Write};

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::model::{Document, Item, Patch, Place, Replacement, Tool};
use super::positions::Positions;
use super::{Context, escape};
use crate::finding::{RuleInfo, Safety};
use crate::source::Sources;

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: ToolComponent<'a>,
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

#[derive(Serialize)]
struct ToolComponent<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'static str,
    // No `informationUri`: there is no page to point at that is sure to be there.
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Descriptor<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor<'a> {
    id: &'a str,
    short_description: Text<'a>,
    help: Help<'a>,
    default_configuration: Configuration,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Properties<'a> {
    category: &'a str,
    tags: [&'a str; 1],
}

#[derive(Serialize)]
struct Text<'a> {
    text: std::borrow::Cow<'a, str>,
}

#[derive(Serialize)]
struct Help<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    markdown: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Text<'a>,
    locations: [Spot<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Spot<'a>>,
    partial_fingerprints: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Repair<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spot<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: Physical,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Physical {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Repair<'a> {
    description: Text<'a>,
    artifact_changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Change<'a> {
    artifact_location: Artifact,
    replacements: Vec<Swap<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Swap<'a> {
    deleted_region: Region,
    inserted_content: Text<'a>,
}

pub(super) fn render(document: &Document<'_>, sources: &Sources, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let index: FxHashMap<&str, usize> = context.rules.iter().enumerate().map(|(at, rule)| (rule.name, at)).collect();
    let mut positions = Positions::new(sources);
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: ToolComponent {
                driver: Driver {
                    name: Tool::THIS.name,
                    version: Tool::THIS.version,
                    semantic_version: Tool::THIS.version,
                    rules: context.rules.iter().map(|rule| descriptor(rule, context)).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: document.findings.iter().map(|item| outcome(item, index.get(item.rule).copied(), &mut positions)).collect(),
        }],
    };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

fn descriptor<'a>(rule: &RuleInfo, context: &Context<'a>) -> Descriptor<'a> {
    let category = rule.category.name();
    Descriptor {
        id: rule.name,
        short_description: Text { text: rule.summary.into() },
        help: Help { text: rule.summary, markdown: (context.page)(rule.name) },
        default_configuration: Configuration { level: rule.severity.name() },
        properties: Properties { category, tags: [category] },
    }
}

fn outcome<'a>(item: &'a Item<'a>, rule_index: Option<usize>, positions: &mut Positions<'_>) -> Outcome<'a> {
    let mut related = Vec::with_capacity(item.related.len());
    for (at, other) in item.related.iter().enumerate() {
        let message = Some(Text { text: other.message.into() });
        related.push(Spot { id: Some(at + 1), physical_location: physical(&other.place), message });
    }
    let label = (!item.label.is_empty()).then_some(Text { text: item.label.into() });
    Outcome {
        rule_id: item.rule,
        rule_index,
        level: item.severity.name(),
        message: Text { text: message(item).into() },
        locations: [Spot { id: None, physical_location: physical(&item.place), message: label }],
        related_locations: related,
        partial_fingerprints: BTreeMap::from([("jobwright/v1", item.fingerprint.to_string())]),
        fixes: item.fix.iter().map(|fix| repair(fix, positions)).collect(),
    }
}

/// Headline, notes and help: the page shows nothing else of a result.
fn message(item: &Item<'_>) -> String {
    let notes = item.notes.iter().map(String::as_str);
    std::iter::once(item.message).chain(notes).chain(item.help).collect::<Vec<_>>().join("\n\n")
}

fn physical(place: &Place<'_>) -> Physical {
    let (start, end) = (place.start, place.end);
    Physical {
        artifact_location: Artifact { uri: escape::uri(place.file) },
        region: Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column },
    }
}

/// A fix with its edits grouped by file, in their order.
fn repair<'a>(fix: &'a Patch<'a>, positions: &mut Positions<'_>) -> Repair<'a> {
    let text = match fix.safety {
        Safety::Safe => "safe to apply",
        Safety::Unsafe => "look at the result before keeping it",
    };
    let mut changes: Vec<(&str, Change<'a>)> = Vec::new();
    for edit in &fix.edits {
        let at = changes.iter().position(|(file, _)| *file == edit.file).unwrap_or_else(|| {
            let artifact_location = Artifact { uri: escape::uri(edit.file) };
            changes.push((edit.file, Change { artifact_location, replacements: Vec::new() }));
            changes.len() - 1
        });
        changes[at].1.replacements.push(swap(edit, positions));
    }
    Repair { description: Text { text: text.into() }, artifact_changes: changes.into_iter().map(|(_, change)| change).collect() }
}

fn swap<'a>(edit: &Replacement<'a>, positions: &mut Positions<'_>) -> Swap<'a> {
    let (start, end) = (positions.at(edit.id, edit.start), positions.at(edit.id, edit.end));
    Swap {
        deleted_region: Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column },
        inserted_content: Text { text: edit.text.into() },
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, testing};

    #[test]
    fn a_result_carries_rule_places_fingerprint_and_fix() {
        let text = testing::rendered(Format::Sarif);
        let log: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(log["runs"][0]["tool"]["driver"]["rules"][2]["help"]["markdown"], "# unused-task\n\nRuns never.\n");
        assert_eq!(
            log["runs"][0]["results"][0]["relatedLocations"][1]["physicalLocation"]["artifactLocation"]["uri"],
            "AD/Role%20Model.xml"
        );
        insta::assert_snapshot!(serde_json::to_string_pretty(&log["runs"][0]["results"][1]).unwrap(), @r#"
        {
          "fixes": [
            {
              "artifactChanges": [
                {
                  "artifactLocation": {
                    "uri": "AD/Role%20Model.xml"
                  },
                  "replacements": [
                    {
                      "deletedRegion": {
                        "endColumn": 32,
                        "endLine": 1,
                        "startColumn": 23,
                        "startLine": 1
                      },
                      "insertedContent": {
                        "text": "Identifier"
                      }
                    }
                  ]
                }
              ],
              "description": {
                "text": "safe to apply"
              }
            }
          ],
          "level": "error",
          "locations": [
            {
              "message": {
                "text": "not an attribute"
              },
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "AD/Role%20Model.xml"
                },
                "region": {
                  "endColumn": 32,
                  "endLine": 1,
                  "startColumn": 23,
                  "startLine": 1
                }
              }
            }
          ],
          "message": {
            "text": "InvokeExpressionTask has no attribute `Identifer`\n\nwrite `Identifier`"
          },
          "partialFingerprints": {
            "jobwright/v1": "9852cba600663bec53ee550ba0ca3fa5"
          },
          "ruleId": "unknown-attribute",
          "ruleIndex": 1
        }
        "#);
    }
}
