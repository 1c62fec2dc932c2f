//! Jobs for Graphviz.

use std::fmt::Write;

use super::{edges, levels, second_line, short, wrapped};
use crate::plan::model::{Job, Parents, Plan, Side};

/// One digraph; with several jobs each is a frame of its own.
pub fn dot(plan: &Plan) -> String {
    let mut out = String::from("digraph jobs {\n");
    out.push_str("  graph [rankdir=TB, newrank=true, ranksep=0.35, nodesep=0.12, fontname=\"Helvetica\"]\n");
    out.push_str("  node [shape=box, style=\"rounded,filled\", fillcolor=\"#f4f4f4\", fontname=\"Helvetica\", fontsize=9, margin=\"0.08,0.04\"]\n");
    out.push_str("  edge [color=\"#444444\", arrowsize=0.7]\n");
    for (number, job) in plan.jobs.iter().enumerate() {
        self::job(&mut out, number, job);
    }
    out.push_str("}\n");
    out
}

fn job(out: &mut String, job_number: usize, job: &Job) {
    _ = writeln!(out, "  subgraph cluster_{job_number} {{");
    _ = writeln!(out, "    label={}; labeljust=l; color=\"#bbbbbb\";", quoted(&[&job.id]));
    let levels = levels(job);
    let mut number = 0;
    for (level, tasks) in levels.iter().enumerate() {
        _ = writeln!(out, "    {{ rank=same;");
        _ = writeln!(
            out,
            "      j{job_number}_l{level} [label=\"{level}\", shape=plaintext, style=\"\", fontcolor=\"#888888\"];"
        );
        for task in *tasks {
            let element = second_line(task);
            let mut lines = wrapped(short(job, &task.id), 24);
            lines.push(&element);
            let label = quoted(&lines);
            let mut more = String::new();
            if task.side == Side::Agent {
                more.push_str(", fillcolor=\"#e3eefa\"");
            }
            if task.parents == Parents::Any {
                more.push_str(", peripheries=2");
            }
            _ = writeln!(out, "      j{job_number}_t{number} [label={label}{more}];");
            number += 1;
        }
        // Unseen edges keep the order of the plan, with the level's number on the left.
        let row: Vec<String> = (number - tasks.len()..number).map(|task| format!("j{job_number}_t{task}")).collect();
        _ = writeln!(out, "      j{job_number}_l{level} -> {} [style=invis];", row.join(" -> "));
        out.push_str("    }\n");
    }
    if levels.len() > 1 {
        let chain: Vec<String> = (0..levels.len()).map(|level| format!("j{job_number}_l{level}")).collect();
        _ = writeln!(out, "    {} [color=\"#bbbbbb\", style=dashed, weight=100];", chain.join(" -> "));
    }
    for (parent, child) in edges(job) {
        _ = writeln!(out, "    j{job_number}_t{parent} -> j{job_number}_t{child};");
    }
    out.push_str("  }\n");
}

/// Lines as a quoted label.
fn quoted(lines: &[&str]) -> String {
    let mut out = String::from("\"");
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.push_str("\\n");
        }
        for character in line.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
        }
    }
    out.push('"');
    out
}
