//! What the engine costs beside the work of the tasks: a job of many tasks that do nothing, with full durability.
//!
//!     cargo bench --bench run -- [--tasks N] [--levels N] [--runs N] [--people N]
//!
//! The same job runs on the disk and in memory; the flushes are counted with strace where it is installed, and as many
//! flushes are timed by themselves on the same disk. Engine time is what is left without them. Then as many tasks that are
//! programs, beside make running the same programs. With `--people` the role model alone, over so many people.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]
#![allow(clippy::cast_precision_loss, missing_docs, unreachable_pub, reason = "numbers to read, in a program of its own")]

mod embedded;
mod flushes;
mod processes;
mod role_model;

use std::env;
use std::io;
use std::path::Path;

/// How much is measured.
struct Options {
    tasks: usize,
    levels: usize,
    runs: usize,
    people: usize,
}

fn main() -> io::Result<()> {
    let options = options()?;
    // Removed at the end and not before: a file system that has just deleted thousands of files is slow to make new ones.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let base = folder.path().join("bench-run");
    if options.people > 0 {
        return role_model::measure(&base.join("people"), &options);
    }
    embedded::measure(&base, &options)?;
    processes::measure(&base.join("programs"), &options)
}

fn options() -> io::Result<Options> {
    let mut options = Options { tasks: 1000, levels: 12, runs: 5, people: 0 };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let target = match word.as_str() {
            "--tasks" => &mut options.tasks,
            "--levels" => &mut options.levels,
            "--people" => &mut options.people,
            "--runs" => &mut options.runs,
            // Cargo adds `--bench`.
            _ => continue,
        };
        let number = words.next().and_then(|word| word.parse().ok()).filter(|number| *number > 0);
        *target = number.ok_or_else(|| io::Error::other(format!("{word} needs a number")))?;
    }
    Ok(options)
}

fn jobwright() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_jobwright"))
}

/// The one in the middle.
fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
