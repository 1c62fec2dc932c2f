//! Where the tasks of a job stand in a drawing: rows from top to bottom, few crossings, short edges.
//!
//! A level is one row, a wide one several. An edge that passes over rows has a place of its own in each of them, so that
//! it never runs through a box. The order in the rows comes from the middles of the neighbours, swept down and up; the
//! places from the same wish, met as closely as order and distances allow. All of it is bounded, and the same on every
//! machine.

#![allow(clippy::cast_precision_loss, reason = "places and rows of a drawing are small numbers")]

use super::edges;
use crate::plan::model::Job;

/// Columns that a box takes.
pub(super) const WIDTH: f64 = 212.0;
/// Rows that a box takes.
pub(super) const HEIGHT: f64 = 62.0;
const GAP: f64 = 22.0;
/// What an edge takes that passes a row.
const LANE: f64 = 14.0;
/// Boxes in a row at most.
const MOST: usize = 6;
/// Sweeps for the order and for the places.
const SWEEPS: usize = 12;
/// Jobs with more passing edges than this have them drawn straight: nobody reads such a drawing anyway.
const MOST_PASSING: usize = 20_000;

/// A drawing without its looks.
pub(super) struct Layout {
    /// For each task its left edge.
    pub(super) x: Vec<f64>,
    /// For each task its row.
    pub(super) row: Vec<usize>,
    /// For each row its level.
    pub(super) levels: Vec<u32>,
    /// For each edge parent, child, and the middle of its place in each row between.
    pub(super) edges: Vec<(usize, usize, Vec<f64>)>,
    /// How wide everything is.
    pub(super) width: f64,
}

/// Something that has a place in a row: a task, or an edge that passes.
struct Node {
    width: f64,
    above: Vec<usize>,
    below: Vec<usize>,
}

/// Places the tasks of a job.
pub(super) fn layout(job: &Job) -> Layout {
    let (row, levels) = rows(job);
    let count = job.tasks.len();
    let mut nodes: Vec<Node> = (0..count).map(|_| Node { width: WIDTH, above: Vec::new(), below: Vec::new() }).collect();
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); levels.len()];
    for (task, &row) in row.iter().enumerate() {
        order[row].push(task);
    }
    let mut passing = 0;
    let mut routes = Vec::new();
    for (parent, child) in edges(job) {
        let between = row[parent] + 1..row[child].max(row[parent] + 1);
        passing += between.len();
        let mut route = Vec::new();
        let mut last = parent;
        for between in between.filter(|_| passing <= MOST_PASSING) {
            let node = nodes.len();
            nodes.push(Node { width: LANE, above: vec![last], below: Vec::new() });
            nodes[last].below.push(node);
            order[between].push(node);
            route.push(node);
            last = node;
        }
        if row[child] > row[parent] {
            nodes[last].below.push(child);
            nodes[child].above.push(last);
        }
        routes.push((parent, child, route));
    }
    untangle(&nodes, &mut order);
    let x = places(&nodes, &order);
    let width = x.iter().zip(&nodes).map(|(x, node)| x + node.width).fold(0.0, f64::max);
    let middle = |node: usize| x[node] + nodes[node].width / 2.0;
    let edges =
        routes.into_iter().map(|(parent, child, route)| (parent, child, route.into_iter().map(middle).collect())).collect();
    Layout { x: x[..count].to_vec(), row, levels, edges, width }
}

/// The row of each task and the level of each row. A wide level is broken into rows of nearly the same length.
fn rows(job: &Job) -> (Vec<usize>, Vec<u32>) {
    let mut rows = Vec::with_capacity(job.tasks.len());
    let mut levels = Vec::new();
    for level in super::levels(job) {
        let parts = level.len().div_ceil(MOST);
        let long = level.len().div_ceil(parts.max(1));
        rows.extend((0..level.len()).map(|index| levels.len() + index / long));
        levels.extend(level.first().map(|task| vec![task.level; parts]).unwrap_or_default());
    }
    (rows, levels)
}

/// Sorts each row by the middles of the neighbours in the row swept from, and keeps the order with the fewest crossings.
fn untangle(nodes: &[Node], order: &mut Vec<Vec<usize>>) {
    let mut best = (crossings(nodes, order), order.clone());
    let mut at = vec![0.0; nodes.len()];
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let down = sweep % 2 == 0;
        let indices: Vec<usize> = if down { (0..order.len()).collect() } else { (0..order.len()).rev().collect() };
        for row in indices {
            for (place, &node) in order[row].iter().enumerate() {
                at[node] = place as f64;
            }
            let wish = |node: usize| {
                let neighbours = if down { &nodes[node].above } else { &nodes[node].below };
                middle(neighbours, &at).unwrap_or(at[node])
            };
            let mut sorted: Vec<(f64, usize)> = order[row].iter().map(|&node| (wish(node), node)).collect();
            sorted.sort_by(|left, right| left.0.total_cmp(&right.0));
            order[row] = sorted.into_iter().map(|(_, node)| node).collect();
            for (place, &node) in order[row].iter().enumerate() {
                at[node] = place as f64;
            }
        }
        let found = crossings(nodes, order);
        if found < best.0 {
            best = (found, order.clone());
        }
    }
    *order = best.1;
}

fn middle(neighbours: &[usize], at: &[f64]) -> Option<f64> {
    (!neighbours.is_empty()).then(|| neighbours.iter().map(|&node| at[node]).sum::<f64>() / neighbours.len() as f64)
}

/// How many pairs of edges between neighbouring rows cross.
fn crossings(nodes: &[Node], order: &[Vec<usize>]) -> u64 {
    let mut place = vec![0_usize; nodes.len()];
    let mut count = 0;
    for pair in order.windows(2) {
        for (at, &node) in pair[1].iter().enumerate() {
            place[node] = at;
        }
        let ends = pair[0].iter().flat_map(|&node| {
            let mut ends: Vec<usize> = nodes[node].below.iter().map(|&below| place[below]).collect();
            ends.sort_unstable();
            ends
        });
        // Inversions, counted with a tree of sums over the places.
        let mut sums = vec![0_u64; pair[1].len() + 1];
        for (seen, end) in (0_u64..).zip(ends) {
            let (mut at, mut before) = (end + 1, 0);
            while at > 0 {
                before += sums[at];
                at &= at - 1;
            }
            count += seen - before;
            at = end + 1;
            while at < sums.len() {
                sums[at] += 1;
                at += at & at.wrapping_neg();
            }
        }
    }
    count
}

/// The left edge of each node: as near to the middle of its neighbours as its row allows.
fn places(nodes: &[Node], order: &[Vec<usize>]) -> Vec<f64> {
    let mut middles = vec![0.0; nodes.len()];
    for row in order {
        let total: f64 = row.iter().map(|&node| nodes[node].width + GAP).sum();
        let mut left = -total / 2.0;
        for &node in row {
            middles[node] = left + nodes[node].width / 2.0;
            left += nodes[node].width + GAP;
        }
    }
    for sweep in 0..=SWEEPS {
        let rows: Box<dyn Iterator<Item = &Vec<usize>>> =
            if sweep % 2 == 0 { Box::new(order.iter()) } else { Box::new(order.iter().rev()) };
        for row in rows {
            settle(nodes, row, &mut middles);
        }
    }
    let least = nodes.iter().zip(&middles).map(|(node, middle)| middle - node.width / 2.0).fold(f64::INFINITY, f64::min);
    nodes.iter().zip(&middles).map(|(node, middle)| (middle - node.width / 2.0 - least).round()).collect()
}

/// Moves the nodes of a row towards the middles of their neighbours, in their order and with their distances: the
/// nearest such places, found by pooling neighbours that would overlap.
fn settle(nodes: &[Node], row: &[usize], middles: &mut [f64]) {
    // First place of a pool, its weight, and the sum of its weighted wishes.
    let mut pools: Vec<(usize, f64, f64)> = Vec::new();
    let mut offsets = Vec::with_capacity(row.len());
    let mut offset = 0.0;
    for (place, &node) in row.iter().enumerate() {
        let before = place.checked_sub(1).map(|before| &nodes[row[before]]);
        offset += before.map_or(0.0, |before| before.width.midpoint(nodes[node].width) + GAP);
        offsets.push(offset);
        let neighbours: Vec<usize> = nodes[node].above.iter().chain(&nodes[node].below).copied().collect();
        let wish = middle(&neighbours, middles).unwrap_or(middles[node]);
        // Long edges are kept straight before boxes are kept in the middle; what has no edge gives way.
        let weight = match neighbours.len() {
            0 => 0.2,
            _ if nodes[node].width < WIDTH => 4.0,
            _ => 1.0,
        };
        let mut pool = (place, weight, weight * (wish - offset));
        while let Some(&(first, weight, sum)) = pools.last()
            && sum / weight > pool.2 / pool.1
        {
            pool = (first, weight + pool.1, sum + pool.2);
            pools.pop();
        }
        pools.push(pool);
    }
    let ends = pools.iter().skip(1).map(|pool| pool.0).chain([row.len()]);
    for ((first, weight, sum), end) in pools.iter().copied().zip(ends) {
        for place in first..end {
            middles[row[place]] = sum / weight + offsets[place];
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan::tests::compile;

    fn layout_of(levels: &[u8], edges: &[(usize, usize)]) -> Layout {
        let mut job = String::from("<Job Identifier=\"J\" DisplayName_L1=\"J\">");
        for (child, level) in levels.iter().enumerate() {
            let parents =
                edges.iter().filter(|(parent, to)| *to == child && levels.get(*parent).is_some_and(|above| above < level));
            let parents = parents.map(|(parent, _)| format!("<TaskDependsOnTask ParentTask=\"T{parent}\" />"));
            let parents: String = parents.collect();
            let start = format!("<MaintainIndexesTask Identifier=\"T{child}\" DisplayName_L1=\"T\" Level=\"{level}\">");
            job.extend([start.as_str(), &parents, "</MaintainIndexesTask>"]);
        }
        layout(&compile(&[&(job + "</Job>")]).jobs[0])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn nothing_is_drawn_over_anything_else(
            levels in prop::collection::vec(0_u8..6, 1..30),
            edges in prop::collection::vec((0_usize..30, 0_usize..30), 0..40),
        ) {
            let drawn = layout_of(&levels, &edges);
            // Left and right of all that stands in a row.
            let mut rows: Vec<Vec<(f64, f64)>> = vec![Vec::new(); drawn.levels.len()];
            for (x, row) in drawn.x.iter().zip(&drawn.row) {
                rows[*row].push((*x, x + WIDTH));
            }
            for (parent, child, route) in &drawn.edges {
                prop_assert_eq!(route.len(), drawn.row[*child] - drawn.row[*parent] - 1);
                for (between, middle) in route.iter().enumerate() {
                    rows[drawn.row[*parent] + 1 + between].push((middle - LANE / 2.0, middle + LANE / 2.0));
                }
            }
            for row in &mut rows {
                row.sort_by(|a, b| a.0.total_cmp(&b.0));
                prop_assert!(row.windows(2).all(|pair| pair[0].1 < pair[1].0), "{:?}", row);
                prop_assert!(row.iter().all(|(left, right)| *left >= 0.0 && *right <= drawn.width));
            }
        }
    }

    #[test]
    fn crossings_that_can_be_avoided_are_avoided() {
        // Two chains whose tasks are listed crosswise.
        let drawn = layout_of(&[0, 0, 1, 1, 2, 2], &[(0, 3), (1, 2), (2, 5), (3, 4)]);
        let left = |a: usize, b: usize| drawn.x[a] < drawn.x[b];
        assert_eq!(left(0, 1), left(3, 2));
        assert_eq!(left(3, 2), left(4, 5));
    }

    #[test]
    fn a_wide_level_is_broken_into_even_rows() {
        let drawn = layout_of(&[0; 14], &[]);
        assert_eq!(drawn.levels, [0, 0, 0]);
        assert_eq!((0..3).map(|row| drawn.row.iter().filter(|own| **own == row).count()).collect::<Vec<_>>(), [5, 5, 4]);
        assert_eq!(layout_of(&[], &[]).levels, [0_u32; 0]);
    }
}
