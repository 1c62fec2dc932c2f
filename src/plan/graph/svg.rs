//! Jobs as pictures, drawn without any other program.

#![allow(clippy::cast_precision_loss, reason = "lines and rows of a drawing are small numbers")]

use std::fmt::Write;

use unicode_width::UnicodeWidthChar;

use super::layout::{HEIGHT, Layout, WIDTH, layout};
use super::{second_line, short, wrapped, xml};
use crate::plan::model::{Job, OnFailure, Parents, Plan, Side, Task};

const GAP: f64 = 40.0;
/// Where the numbers of the levels stand.
const LEFT: f64 = 56.0;
const MARGIN: f64 = 14.0;
const TITLE: f64 = 34.0;
/// Characters of a line in a box.
const LINE: usize = 27;
/// Lines of a name in a box.
const LINES: usize = 3;

/// The looks. A page around a picture may set the colours by the names of the variables.
pub const STYLE: &str = "\
.jobs text{font:12px Helvetica,Arial,sans-serif;fill:var(--ink,#1d2329)}\
.jobs .title{font-size:16px;font-weight:600}\
.jobs .small{font-size:10px;fill:var(--dim,#5d6873)}\
.jobs .band{fill:var(--panel,#f5f7f9)}\
.jobs .box{fill:var(--server,#fff);stroke:var(--edge,#9aa5b1)}\
.jobs .agent .box{fill:var(--agent,#e3eefa);stroke:var(--agent-edge,#7a9cc6)}\
.jobs .any .box{stroke-dasharray:5 3;stroke-width:1.5}\
.jobs .edge{fill:none;stroke:var(--dim,#5d6873);stroke-width:1.1}\
.jobs .head{fill:var(--dim,#5d6873)}\
.jobs a:hover .box{stroke:var(--note,#1f5fa8);stroke-width:2}";

/// One picture of all jobs, below each other.
pub fn svg(plan: &Plan) -> String {
    let drawings: Vec<(f64, f64, String)> =
        plan.jobs.iter().enumerate().map(|(number, job)| drawing(number, job, None)).collect();
    let width = drawings.iter().map(|drawing| drawing.0).fold(200.0, f64::max);
    let height = drawings.iter().map(|drawing| drawing.1 + TITLE).sum::<f64>().max(TITLE);
    let mut out = String::new();
    // Writing to a string does not fail.
    _ = writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"jobs\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">"
    );
    _ = writeln!(out, "<style>{STYLE}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>");
    let mut top = 0.0;
    for (job, (_, height, drawing)) in plan.jobs.iter().zip(&drawings) {
        _ = writeln!(out, "<g transform=\"translate(0 {top})\">");
        _ = writeln!(out, "<text class=\"title\" x=\"{MARGIN}\" y=\"23\">{}</text>", xml(&job.id));
        _ = writeln!(out, "<g transform=\"translate(0 {TITLE})\">\n{drawing}</g>\n</g>");
        top += height + TITLE;
    }
    out.push_str("</svg>\n");
    out
}

/// The picture of one job for a page that has [`STYLE`]. `number` keeps its names apart from those of other jobs of the
/// page; with `link` each task leads to the place of that name, followed by its position.
pub fn of_job(number: usize, job: &Job, link: Option<&str>) -> String {
    let (width, height, drawing) = drawing(number, job, link);
    let label = xml(&format!("Tasks of {}", job.id));
    format!(
        "<svg class=\"jobs\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{label}\">\n{drawing}</svg>"
    )
}

/// Width, height, and what is drawn.
fn drawing(number: usize, job: &Job, link: Option<&str>) -> (f64, f64, String) {
    let layout = layout(job);
    let width = LEFT + layout.width + MARGIN;
    let height = top(layout.levels.len()) - GAP + 2.0 * MARGIN;
    let mut out = format!(
        "<defs><marker id=\"head{number}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path class=\"head\" d=\"M0 0L8 4L0 8z\"/></marker></defs>\n"
    );
    bands(&mut out, &layout, width);
    for (parent, child, route) in &layout.edges {
        edge(&mut out, number, &layout, *parent, *child, route);
    }
    for (index, task) in job.tasks.iter().enumerate() {
        let (x, y) = (LEFT + layout.x[index], top(layout.row[index]));
        if let Some(link) = link {
            _ = write!(out, "<a href=\"#{link}{}\">", task.position);
        }
        self::task(&mut out, job, task, x, y);
        out.push_str(if link.is_some() { "</a>\n" } else { "\n" });
    }
    (width, height.max(2.0 * MARGIN), out)
}

fn top(row: usize) -> f64 {
    MARGIN + row as f64 * (HEIGHT + GAP)
}

/// A stripe behind each level, with its number.
fn bands(out: &mut String, layout: &Layout, width: f64) {
    let mut row = 0;
    for (index, level) in layout.levels.chunk_by(|a, b| a == b).enumerate() {
        let (y, height) = (top(row) - GAP / 2.0, level.len() as f64 * (HEIGHT + GAP));
        if index % 2 == 0 {
            _ = writeln!(out, "<rect class=\"band\" x=\"0\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>");
        }
        _ = writeln!(
            out,
            "<text class=\"small\" x=\"{MARGIN}\" y=\"{}\">level {}</text>",
            y + height / 2.0 + 4.0,
            level.first().copied().unwrap_or_default()
        );
        row += level.len();
    }
}

fn edge(out: &mut String, number: usize, layout: &Layout, parent: usize, child: usize, route: &[f64]) {
    let middle = |task: usize| LEFT + layout.x[task] + WIDTH / 2.0;
    let (mut x, mut y) = (middle(parent), top(layout.row[parent]) + HEIGHT);
    let mut path = format!("M{x} {y}");
    let bend = |path: &mut String, (x, y): (f64, f64), (to_x, to_y): (f64, f64)| {
        if (x - to_x).abs() < 0.5 {
            _ = write!(path, "V{to_y}");
        } else {
            let half = f64::midpoint(y, to_y);
            _ = write!(path, "C{x} {half} {to_x} {half} {to_x} {to_y}");
        }
    };
    for (between, lane) in route.iter().enumerate() {
        let (to_x, to_y) = (LEFT + lane.round(), top(layout.row[parent] + 1 + between));
        bend(&mut path, (x, y), (to_x, to_y));
        (x, y) = (to_x, to_y + HEIGHT);
        _ = write!(path, "V{y}");
    }
    bend(&mut path, (x, y), (middle(child), top(layout.row[child])));
    _ = writeln!(out, "<path class=\"edge\" marker-end=\"url(#head{number})\" d=\"{path}\"/>");
}

fn task(out: &mut String, job: &Job, task: &Task, x: f64, y: f64) {
    let mut class = String::from("task");
    for (applies, name) in [(task.side == Side::Agent, " agent"), (task.parents == Parents::Any, " any")] {
        if applies {
            class.push_str(name);
        }
    }
    _ = write!(out, "<g class=\"{class}\"><title>{}</title>", xml(&title(task)));
    _ = write!(out, "<rect class=\"box\" x=\"{x}\" y=\"{y}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" rx=\"6\"/>");
    let lines = wrapped(short(job, &task.id), LINE);
    let first = 28.0 - 6.5 * (lines.len().clamp(1, LINES) - 1) as f64;
    for (index, line) in lines.iter().take(LINES).enumerate() {
        let cut = index + 1 == LINES && lines.len() > LINES;
        let text = cut_off(line, LINE, cut);
        _ = write!(out, "<text x=\"{}\" y=\"{}\">{}</text>", x + 9.0, y + first + 13.0 * index as f64, xml(&text));
    }
    let below = cut_off(&second_line(task), LINE + 7, false);
    _ = write!(out, "<text class=\"small\" x=\"{}\" y=\"{}\">{}</text></g>", x + 9.0, y + HEIGHT - 8.0, xml(&below));
}

/// What a pointer that rests on the box is told.
fn title(task: &Task) -> String {
    let mut title = format!("{}, {}", task.id, second_line(task));
    if task.on_failure == OnFailure::Continue {
        title.push_str(", goes on after an error");
    }
    if task.parents == Parents::Any {
        title.push_str(", waits for any of its parents");
    }
    title
}

/// The beginning of a text, as far as it has room.
fn cut_off(text: &str, most: usize, always: bool) -> String {
    let mut width = 0;
    for (at, character) in text.char_indices() {
        width += character.width().unwrap_or(0);
        if width > most {
            let end = text[..at].char_indices().next_back().map_or(0, |(end, _)| end);
            return format!("{}…", &text[..end]);
        }
    }
    if always { format!("{text}…") } else { text.to_owned() }
}
