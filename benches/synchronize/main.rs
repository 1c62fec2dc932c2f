//! How long it takes to synchronize a file of people and one of links: completely into an empty store, beside the
//! `sqlite3` shell importing the same files into plain tables in the same run, and incrementally after some changes.
//!
//!     cargo bench --bench synchronize -- [--rows N] [--runs N] [--order key|none]
//!
//! The default is a million rows of each; the files are written once, under `target/`.

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

use data::{Order, State};
use measure::{Cost, median, run};

struct Options {
    rows: u64,
    runs: usize,
    order: Order,
}

fn main() -> io::Result<()> {
    let options = options()?;
    let order = if options.order == Order::Key { "by key" } else { "in no order" };
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-synchronize-{}", options.rows));
    let base = base.join(order.replace(' ', "-"));
    generate(&base, &options)?;
    let bytes = |file: &str| -> io::Result<f64> { Ok(fs::metadata(base.join("before").join(file))?.len() as f64 / 1e6) };
    println!(
        "{0} people ({1:.0} MB) and {0} links ({2:.0} MB), {order}:",
        options.rows,
        bytes("people.csv")?,
        bytes("links.csv")?
    );
    let shell = Path::new("/usr/bin/sqlite3");
    let (mut imports, mut completes, mut incrementals) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..options.runs {
        renew(&base.join("run"))?;
        if shell.exists() {
            let imported = ["plain.db", ".mode csv", ".import people.csv person", ".import links.csv link"];
            // Its file is removed first: importing into one that has rows would add to them.
            let _ = fs::remove_file(base.join("before/plain.db"));
            imports.push(run(shell, &imported, &base.join("before"))?);
        }
        completes.push(job(&base, "Complete", "before")?);
        incrementals.push(job(&base, "Incremental", "after")?);
    }
    let (complete, incremental) = (median(&completes), median(&incrementals));
    tell("complete", complete);
    tell("incremental, 1 % changed", incremental);
    if imports.is_empty() {
        println!("  sqlite3: not measured, it is not installed");
    } else {
        let import = median(&imports);
        tell("sqlite3 .import", import);
        println!("  complete / import: {:.2} wall, {:.2} processor", complete.wall / import.wall, complete.cpu / import.cpu);
    }
    println!("  incremental / complete: {:.3} wall", incremental.wall / complete.wall);
    Ok(())
}

fn tell(what: &str, cost: Cost) {
    println!("  {what}: {:.2} s wall, {:.2} s processor, {:.0} MB peak", cost.wall, cost.cpu, cost.peak as f64 / 1e6);
}

/// Runs a job on the data of one state.
fn job(base: &Path, job: &str, state: &str) -> io::Result<Cost> {
    let arguments = ["run", "../crew.xml", "--job", job, "--data"];
    let data = base.join(state);
    let settings = base.join("appsettings.agent.json");
    let words = arguments.iter().map(Path::new).chain([data.as_path(), Path::new("--appsettings"), &settings, Path::new("-q")]);
    run(Path::new(env!("CARGO_BIN_EXE_jobwright")), &words.collect::<Vec<_>>(), &base.join("run"))
}

fn options() -> io::Result<Options> {
    let mut options = Options { rows: 1_000_000, runs: 3, order: Order::None };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| io::Error::other(format!("{word} needs a value")));
        let number = |text: String| text.parse().map_err(|_| io::Error::other(format!("`{text}` is no number")));
        match word.as_str() {
            "--rows" => options.rows = number(value()?)?,
            "--runs" => options.runs = number(value()?)? as usize,
            "--order" => options.order = if value()? == "key" { Order::Key } else { Order::None },
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
    data::write(&base.join("before"), options.rows, options.order, State::Before)?;
    data::write(&base.join("after"), options.rows, options.order, State::After)?;
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
