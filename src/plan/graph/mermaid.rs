//! Jobs for Mermaid.

use std::fmt::Write;

use super::{edges, levels, second_line, short};
use crate::plan::model::{Job, Plan, Side};

/// One flowchart; with several jobs each is a subgraph of its own.
pub fn mermaid(plan: &Plan) -> String {
    let mut out = String::from("flowchart TB\n");
    for (number, job) in plan.jobs.iter().enumerate() {
        self::job(&mut out, number, job);
    }
    out.push_str("  classDef agent fill:#e3eefa,stroke:#7a9cc6\n");
    out
}

fn job(out: &mut String, job_number: usize, job: &Job) {
    _ = writeln!(out, "  subgraph j{job_number}[\"{}\"]", escaped(&job.id));
    let levels = levels(job);
    let mut number = 0;
    for (level, tasks) in levels.iter().enumerate() {
        _ = writeln!(out, "    subgraph j{job_number}_l{level}[\"level {level}\"]");
        for task in *tasks {
            let class = if task.side == Side::Agent { ":::agent" } else { "" };
            let (first, second) = (escaped(short(job, &task.id)), escaped(&second_line(task)));
            _ = writeln!(out, "      j{job_number}_t{number}[\"{first}<br/>{second}\"]{class}");
            number += 1;
        }
        out.push_str("    end\n");
    }
    for level in 1..levels.len() {
        _ = writeln!(out, "    j{job_number}_l{} -.-> j{job_number}_l{level}", level - 1);
    }
    for (parent, child) in edges(job) {
        _ = writeln!(out, "    j{job_number}_t{parent} --> j{job_number}_t{child}");
    }
    out.push_str("  end\n");
}

/// What has a meaning in labels as entities, which Mermaid writes with `#`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '#' | '&' | '<' | '>' | '`' | ';' | '\\' => _ = write!(out, "#{};", character as u32),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
