//! A job drawn: levels as rows, tasks as boxes, declared edges as curves.

#![allow(clippy::cast_possible_wrap, reason = "a drawing of that size is never reached")]

use std::fmt::Write;

use rustc_hash::FxHashMap;

use super::text;
use crate::plan::model::{EdgeKind, Job, Parents, Side, Task};

/// The least and the greatest width of a box; the longest name of the job says which it is.
const NARROW: i64 = 240;
const WIDE: i64 = 420;
/// Width of a character of a name, somewhat more than the mean of the font.
const CHARACTER: i64 = 7;
const HEIGHT: i64 = 42;
const GAP_X: i64 = 24;
const GAP_Y: i64 = 46;
const LEFT: i64 = 44;

/// The SVG of a job; `number` keeps its names apart from those of other jobs of the page.
pub(super) fn svg(number: usize, job: &Job) -> String {
    let rows = rows(job);
    let names = names(job);
    let box_width = width(&names);
    let widest = rows.iter().map(Vec::len).max().unwrap_or(0) as i64;
    let mut boxes: FxHashMap<usize, (i64, i64, usize)> = FxHashMap::default();
    for (level, row) in rows.iter().enumerate() {
        // Short rows stand in the middle.
        let indent = (widest - row.len() as i64) * (box_width + GAP_X) / 2;
        for (column, &task) in row.iter().enumerate() {
            let x = LEFT + indent + column as i64 * (box_width + GAP_X);
            boxes.insert(task, (x, 10 + level as i64 * (HEIGHT + GAP_Y), level));
        }
    }
    let edges = edges(job);
    let aside = edges.iter().filter_map(|&(parent, child)| bulge(box_width, boxes[&parent], boxes[&child])).max().unwrap_or(0);
    let width = LEFT + widest * (box_width + GAP_X) + aside;
    let height = 20 + rows.len() as i64 * (HEIGHT + GAP_Y) - GAP_Y.min(rows.len() as i64 * GAP_Y);
    let mut out = format!(
        "<svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\
         <defs><marker id=\"arrow{number}\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0 0L8 4L0 8z\"/></marker></defs>",
        text(&format!("Tasks of {}", job.id))
    );
    for level in 0..rows.len() as i64 {
        let y = 10 + level * (HEIGHT + GAP_Y);
        _ = write!(out, "<text class=\"small\" x=\"6\" y=\"{}\">{level}</text>", y + HEIGHT / 2 + 4);
        if level > 0 {
            let y = y - GAP_Y / 2;
            _ = write!(out, "<line x1=\"0\" y1=\"{y}\" x2=\"{width}\" y2=\"{y}\"/>");
        }
    }
    for &(parent, child) in &edges {
        curve(&mut out, number, box_width, boxes[&parent], boxes[&child]);
    }
    for (index, task) in job.tasks.iter().enumerate() {
        let (x, y, _) = boxes[&index];
        self::task(&mut out, task, names[index], box_width, x, y);
    }
    out.push_str("</svg>");
    out
}

fn task(out: &mut String, task: &Task, name: &str, width: i64, x: i64, y: i64) {
    let mut class = String::from("task");
    if task.side == Side::Agent {
        class.push_str(" agent");
    }
    if task.parents == Parents::Any {
        class.push_str(" any");
    }
    let fits = usize::try_from((width - 16) / CHARACTER).unwrap_or_default();
    _ = write!(
        out,
        "<g class=\"{class}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{HEIGHT}\" rx=\"5\"/>\
         <text x=\"{}\" y=\"{}\">{}</text><text class=\"small\" x=\"{}\" y=\"{}\">{}</text></g>",
        text(&task.id),
        x + 8,
        y + 17,
        text(&both_ends(name, fits)),
        x + 8,
        y + 33,
        text(&super::head(&task.element, fits)),
    );
}

/// How far an edge bends aside so that it does not run through the boxes between.
fn bulge(width: i64, (x1, _, from): (i64, i64, usize), (x2, _, to): (i64, i64, usize)) -> Option<i64> {
    let span = to.abs_diff(from) as i64;
    (span > 1 && (x1 - x2).abs() < width).then(|| (width / 2 + 10 * span).min(width + 90))
}

fn curve(out: &mut String, number: usize, width: i64, from: (i64, i64, usize), to: (i64, i64, usize)) {
    let ((x1, y1, _), (x2, y2, _)) = (from, to);
    let arrow = format!("marker-end=\"url(#arrow{number})\"");
    if let Some(aside) = bulge(width, from, to) {
        // From side to side, around what stands between.
        let (right1, right2) = (x1 + width, x2 + width);
        let (y1, y2) = (y1 + HEIGHT / 2, y2 + HEIGHT / 2);
        let far = right1.max(right2) + aside - width / 2;
        _ = write!(out, "<path {arrow} d=\"M{right1} {y1}C{far} {y1} {far} {y2} {right2} {y2}\"/>");
        return;
    }
    let (x1, y1, x2) = (x1 + width / 2, y1 + HEIGHT, x2 + width / 2);
    let middle = i64::midpoint(y1, y2);
    _ = write!(out, "<path {arrow} d=\"M{x1} {y1}C{x1} {middle} {x2} {middle} {x2} {y2}\"/>");
}

/// What tells the tasks of a job apart: their names without the job's, and without the words that all begin with. The
/// whole name is the box's tooltip.
fn names(job: &Job) -> Vec<&str> {
    let own = |task: &'_ Task| {
        let rest = task.id.strip_prefix(job.id.as_str()).and_then(|rest| rest.strip_prefix('_'));
        task.id.len() - rest.filter(|rest| !rest.is_empty()).map_or(task.id.len(), str::len)
    };
    let mut names: Vec<&str> = job.tasks.iter().map(|task| &task.id[own(task)..]).collect();
    let [first, rest @ ..] = names.as_mut_slice() else { return names };
    let common = rest.iter().fold(*first, |common, name| {
        let differs = common.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
        &common[..differs.map_or(common.len().min(name.len()), |((at, _), _)| at)]
    });
    let words = common.rfind('_').map_or(0, |last| last + 1);
    if !rest.is_empty() && names.iter().all(|name| name.len() > words) {
        for name in &mut names {
            *name = &name[words..];
        }
    }
    names
}

/// The width of the boxes that show those names.
fn width(names: &[&str]) -> i64 {
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as i64;
    (longest * CHARACTER + 16).clamp(NARROW, WIDE)
}

/// A name that is too long without its middle: long names differ at their ends.
fn both_ends(name: &str, most: usize) -> String {
    if name.chars().count() <= most {
        return name.to_owned();
    }
    let kept = most.saturating_sub(2) / 2;
    super::head(name, kept) + super::tail(name, kept).trim_start_matches('…')
}

/// Declared edges as parent and child.
fn edges(job: &Job) -> Vec<(usize, usize)> {
    let numbers: FxHashMap<&str, usize> = job.tasks.iter().enumerate().map(|(at, task)| (task.id.as_str(), at)).collect();
    let mut edges = Vec::new();
    for (child, task) in job.tasks.iter().enumerate() {
        let declared = task.depends_on.iter().filter(|edge| edge.kind == EdgeKind::Declared);
        edges.extend(declared.filter_map(|edge| Some((*numbers.get(edge.parent.as_str())?, child))));
    }
    edges
}

/// The tasks of each level, each below the middle of its parents as far as the order of a row goes.
fn rows(job: &Job) -> Vec<Vec<usize>> {
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut last = None;
    for (index, task) in job.tasks.iter().enumerate() {
        if last != Some(task.level) {
            rows.push(Vec::new());
            last = Some(task.level);
        }
        if let Some(row) = rows.last_mut() {
            row.push(index);
        }
    }
    let mut parents: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (parent, child) in edges(job) {
        parents.entry(child).or_default().push(parent);
    }
    let mut columns = vec![0_usize; job.tasks.len()];
    for row in &mut rows {
        let key = |task: usize| {
            let above = parents.get(&task).map_or(&[][..], Vec::as_slice);
            let sum: usize = above.iter().map(|&parent| columns[parent] * 1000).sum();
            if above.is_empty() { usize::MAX } else { sum / above.len() }
        };
        let mut sorted: Vec<(usize, usize)> = row.iter().map(|&task| (key(task), task)).collect();
        // Tasks without parents keep to the right, in document order.
        sorted.sort_unstable();
        *row = sorted.into_iter().map(|(_, task)| task).collect();
        for (column, &task) in row.iter().enumerate() {
            columns[task] = column;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::both_ends;

    #[test]
    fn a_long_name_keeps_both_ends() {
        assert_eq!(both_ends("Export_Directory_1", 18), "Export_Directory_1");
        assert_eq!(both_ends("Export_Directory_1", 12), "Expor…ory_1");
        assert_eq!(both_ends("Ééééééééé_É", 6), "Éé…_É");
    }
}
