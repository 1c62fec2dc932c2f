//! How long it takes to synchronize a file of people and one of links: completely into an empty store, beside the
//! `sqlite3` shell importing the same files into plain tables in the same run, and incrementally after some changes.
//!
//!     cargo bench --bench synchronize -- [--rows N] [--runs N] [--order key|none] [--moved]
//!
//! The default is a million rows of each, in no order; the files are written once, under `target/`. The incremental runs are
//! those of two days on each of which a hundredth changes; with `--moved` their files are in another order than the first.
//! The role model over 100,000 people is measured by `cargo bench --bench run -- --people 100000`.
//!
//! Printed are the medians of the runs, each number by itself: seconds, processor seconds of all threads, and most memory held.
//! Measured with the defaults on two cores of a shared machine, in one run of the bench:
//!
//! ```text
//! 1000000 people (240 MB) and 1000000 links (20 MB), in no order:
//!   complete: 14.47 s wall, 16.53 s processor, 309 MB peak
//!   incremental, 1 % changed: 1.08 s wall, 1.27 s processor, 181 MB peak
//!   incremental, the next 1 %: 1.22 s wall, 1.41 s processor, 202 MB peak
//!   sqlite3 .import: 6.25 s wall, 6.04 s processor, 6 MB peak
//!   complete / import: 2.32 wall, 2.74 processor
//!   incremental / complete: 0.075 wall, 0.077 processor
//!   the next / complete: 0.084 wall, 0.085 processor
//! ```
//!
//! Where an incremental run spends its time: 0.3 s in the export of people, 0.1 s in that of links, 0.1 s in the preparation,
//! 0.45 s in the synchronization. With 3,900,000 short rows and a million links that come in another order the process held
//! 390 MB at most.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    missing_docs,
    unreachable_pub,
    reason = "numbers to read, in a program of its own"
)]

mod data;
#[path = "../check/measure.rs"]
#[allow(dead_code, reason = "shared with another bench, which uses more of it")]
mod measure;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use data::{Day, Order};
use measure::{Cost, median, run};

struct Options {
    rows: u64,
    runs: usize,
    order: Order,
    /// Whether the files of later days are in another order.
    moved: bool,
}

impl Options {
    fn order(&self, day: Day) -> Order {
        match self.order {
            order if day == 0 || !self.moved => order,
            Order::Key => Order::None,
            Order::None => Order::Key,
        }
    }
}

fn main() -> io::Result<()> {
    let options = options()?;
    let order = if options.order == Order::Key { "by key" } else { "in no order" };
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-synchronize-{}", options.rows));
    let base = base.join(order.replace(' ', "-") + if options.moved { "-moved" } else { "" });
    generate(&base, &options)?;
    let bytes = |file: &str| -> io::Result<f64> { Ok(fs::metadata(base.join(folder(0)).join(file))?.len() as f64 / 1e6) };
    println!(
        "{0} people ({1:.0} MB) and {0} links ({2:.0} MB), {order}:",
        options.rows,
        bytes("people.csv")?,
        bytes("links.csv")?
    );
    let shell = Path::new("/usr/bin/sqlite3");
    let (mut imports, mut completes, mut incrementals, mut nexts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.runs {
        renew(&base.join("run"))?;
        if shell.exists() {
            let imported = ["plain.db", ".mode csv", ".import people.csv person", ".import links.csv link"];
            // Its file is removed first: importing into one that has rows would add to them.
            let _ = fs::remove_file(base.join(folder(0)).join("plain.db"));
            imports.push(run(shell, &imported, &base.join(folder(0)))?);
        }
        completes.push(job(&base, "Complete", 0)?);
        incrementals.push(job(&base, "Incremental", 1)?);
        nexts.push(job(&base, "Incremental", 2)?);
    }
    let (complete, incremental, next) = (median(&completes), median(&incrementals), median(&nexts));
    tell("complete", complete);
    tell("incremental, 1 % changed", incremental);
    tell("incremental, the next 1 %", next);
    if imports.is_empty() {
        println!("  sqlite3: not measured, it is not installed");
    } else {
        let import = median(&imports);
        tell("sqlite3 .import", import);
        println!("  complete / import: {:.2} wall, {:.2} processor", complete.wall / import.wall, complete.cpu / import.cpu);
    }
    println!(
        "  incremental / complete: {:.3} wall, {:.3} processor",
        incremental.wall / complete.wall,
        incremental.cpu / complete.cpu
    );
    println!("  the next / complete: {:.3} wall, {:.3} processor", next.wall / complete.wall, next.cpu / complete.cpu);
    Ok(())
}

/// Where the data of a day lie.
fn folder(day: Day) -> String {
    format!("day-{day}")
}

fn tell(what: &str, cost: Cost) {
    println!("  {what}: {:.2} s wall, {:.2} s processor, {:.0} MB peak", cost.wall, cost.cpu, cost.peak as f64 / 1e6);
}

/// Runs a job on the data of a day.
fn job(base: &Path, job: &str, day: Day) -> io::Result<Cost> {
    let arguments = ["run", "../crew.xml", "--job", job, "--data"];
    let data = base.join(folder(day));
    let settings = base.join("appsettings.agent.json");
    let words = arguments.iter().map(Path::new).chain([data.as_path(), Path::new("--appsettings"), &settings, Path::new("-q")]);
    run(Path::new(env!("CARGO_BIN_EXE_jobwright")), &words.collect::<Vec<_>>(), &base.join("run"))
}

fn options() -> io::Result<Options> {
    let mut options = Options { rows: 1_000_000, runs: 3, order: Order::None, moved: false };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| io::Error::other(format!("{word} needs a value")));
        let number = |text: String| text.parse().map_err(|_| io::Error::other(format!("`{text}` is no number")));
        match word.as_str() {
            "--rows" => options.rows = number(value()?)?,
            "--runs" => options.runs = number(value()?)? as usize,
            "--order" => options.order = if value()? == "key" { Order::Key } else { Order::None },
            "--moved" => options.moved = true,
            // Cargo adds `--bench`.
            _ => {}
        }
    }
    Ok(options)
}

/// Writes the files, unless an earlier run of the same generator has.
fn generate(base: &Path, options: &Options) -> io::Result<()> {
    let mark = base.join("generator");
    let generator = include_str!("data.rs");
    if fs::read_to_string(&mark).is_ok_and(|known| known == generator) {
        return Ok(());
    }
    renew(base)?;
    data::configure(base)?;
    for day in 0..3 {
        data::write(&base.join(folder(day)), options.rows, options.order(day), day)?;
    }
    fs::write(mark, generator)
}

/// Empties a folder.
fn renew(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(folder)
}
