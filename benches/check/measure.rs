//! One run of a program, seen from outside: wall time, processor time, peak memory.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// What a run took.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Cost {
    /// Seconds from start to end.
    pub(crate) wall: f64,
    /// Seconds of processor time, user and system.
    pub(crate) cpu: f64,
    /// Most memory held at once, in bytes; 0 where it cannot be told.
    pub(crate) peak: u64,
}

/// GNU time tells what a child took; std alone does not.
const TIME: &str = "/usr/bin/time";

/// Runs `program` in `folder` and waits for it. Its output is thrown away; an exit code other than 0 is an error.
pub(crate) fn run<A: AsRef<OsStr>>(program: &Path, arguments: &[A], folder: &Path) -> io::Result<Cost> {
    // The note is named by whoever waits as well as by the program, which stands elsewhere.
    let note = std::path::absolute(folder)?.join("cost.txt");
    let timed = Path::new(TIME).exists();
    let mut command = if timed {
        let mut command = Command::new(TIME);
        command.args(["-f", "%U %S %M", "-o"]).arg(&note).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    let wall = start.elapsed().as_secs_f64();
    if !status.success() {
        return Err(io::Error::other(format!("{} ended with {status}", program.display())));
    }
    let mut cost = Cost { wall, ..Cost::default() };
    if timed {
        let text = fs::read_to_string(&note)?;
        let mut numbers = text.lines().last().unwrap_or_default().split(' ').filter_map(|word| word.parse::<f64>().ok());
        cost.cpu = numbers.next().unwrap_or_default() + numbers.next().unwrap_or_default();
        cost.peak = numbers.next().unwrap_or_default() as u64 * 1024;
    }
    Ok(cost)
}

/// Costs of runs one after the other.
pub(crate) fn total(costs: &[Cost]) -> Cost {
    costs.iter().fold(Cost::default(), |sum, cost| Cost {
        wall: sum.wall + cost.wall,
        cpu: sum.cpu + cost.cpu,
        peak: sum.peak.max(cost.peak),
    })
}

/// The median of each number.
pub(crate) fn median(costs: &[Cost]) -> Cost {
    fn middle<T: Copy + PartialOrd>(mut all: Vec<T>) -> Option<T> {
        all.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        all.get(all.len() / 2).copied()
    }
    Cost {
        wall: middle(costs.iter().map(|cost| cost.wall).collect()).unwrap_or_default(),
        cpu: middle(costs.iter().map(|cost| cost.cpu).collect()).unwrap_or_default(),
        peak: middle(costs.iter().map(|cost| cost.peak).collect()).unwrap_or_default(),
    }
}
