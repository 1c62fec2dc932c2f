//! Findings counted by rule.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::model::{Tool, VERSION};
use super::{Context, Format, summary};
use crate::finding::{Report, Safety, Severity, Summary};

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    summary: Summary,
    statistics: &'a [Row],
}

/// The findings of one rule.
#[derive(Serialize)]
struct Row {
    rule: &'static str,
    /// The gravest of them.
    severity: Severity,
    count: usize,
    /// How many `--fix` removes.
    safe_fixes: usize,
    /// How many more `--unsafe-fixes` removes.
    unsafe_fixes: usize,
}

/// Writes how many findings each rule has, the most frequent first: as JSON for `json` and `jsonl`, else as a table.
pub fn statistics(format: Format, report: &Report, context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(report);
    if matches!(format, Format::Json | Format::Jsonl) {
        let document = Document { version: VERSION, tool: Tool::THIS, summary: report.summary, statistics: &rows };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        return writeln!(out);
    }
    let digits = rows.first().map_or(1, |row| row.count.to_string().len());
    let width = rows.iter().map(|row| row.rule.len()).max().unwrap_or(0);
    for row in &rows {
        let mut line = format!("{:>digits$}  {:7}  {:width$}", row.count, row.severity.name(), row.rule);
        for (count, words) in [(row.safe_fixes, "fixable"), (row.unsafe_fixes, "with an unsafe fix")] {
            if count > 0 {
                line = format!("{line}  {count} {words}");
            }
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    if context.summary { writeln!(out, "{}", summary::headline(&report.summary)) } else { Ok(()) }
}

fn rows(report: &Report) -> Vec<Row> {
    let mut rows: BTreeMap<&str, Row> = BTreeMap::new();
    for finding in &report.findings {
        let row = rows.entry(finding.rule.name).or_insert(Row {
            rule: finding.rule.name,
            severity: finding.severity,
            count: 0,
            safe_fixes: 0,
            unsafe_fixes: 0,
        });
        row.count += 1;
        row.severity = row.severity.max(finding.severity);
        match finding.fix.as_ref().map(|fix| fix.safety) {
            Some(Safety::Safe) => row.safe_fixes += 1,
            Some(Safety::Unsafe) => row.unsafe_fixes += 1,
            None => {}
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.sort_by(|a, b| b.count.cmp(&a.count).then(a.rule.cmp(b.rule)));
    rows
}
