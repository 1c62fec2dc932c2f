//! Embedded tasks that find nothing to do.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Options, flushes, jobwright, median};

/// A file system without a disk.
pub const MEMORY: &str = "/dev/shm";
const JOB: &str = "Bench_Nothing";

/// A job of tasks that compute the properties of an entity type that has no computed ones and no resources.
fn configuration(options: &Options) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n\
        <EntityType Identifier=\"Bench_Person\" DisplayName_L1=\"Person\">\n\
        <Property Identifier=\"Employee\" DisplayName_L1=\"Employee\" TargetColumnIndex=\"0\" Type=\"String\" IsKey=\"true\" />\n\
        </EntityType>\n"
        .to_owned();
    let _ = writeln!(text, "<Job Identifier=\"{JOB}\" DisplayName_L1=\"Nothing to do\">");
    for number in 0..options.tasks {
        let level = number * options.levels / options.tasks;
        let _ = writeln!(
            text,
            "<UpdateEntityPropertyExpressionsTask Identifier=\"Bench_{number:05}\" DisplayName_L1=\"Nothing {number}\" Level=\"{level}\">\
             <TaskEntityType EntityType=\"Bench_Person\" /></UpdateEntityPropertyExpressionsTask>"
        );
    }
    text + "</Job>\n</ConfigurationFile>\n"
}

/// Runs the job once on a new store in a new folder beside that of the plan; gives back how long the engine says that it took, in milliseconds.
fn run(folder: &Path) -> io::Result<f64> {
    renew(folder)?;
    let arguments = ["run", "../plan.json", "--job", JOB, "-q", "--report", "report.json"];
    let ended = Command::new(jobwright()).args(arguments).current_dir(folder).stdin(Stdio::null()).output()?;
    if !ended.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).into_owned()));
    }
    let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("report.json"))?)?;
    report["duration_ms"].as_f64().ok_or_else(|| io::Error::other("the report has no duration"))
}

/// Empties a folder.
pub fn renew(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir_all(folder)
}

/// Compiles the plan beside the folder of the runs.
fn prepare(base: &Path, options: &Options) -> io::Result<()> {
    renew(base)?;
    fs::write(base.join("bench.xml"), configuration(options))?;
    let compiled = Command::new(jobwright()).args(["plan", "bench.xml", "-o", "plan.json"]).current_dir(base).output()?;
    if compiled.status.success() { Ok(()) } else { Err(io::Error::other(String::from_utf8_lossy(&compiled.stderr).into_owned())) }
}

/// Runs the job so often, each time on a store of its own beside the plan; the median of the times.
fn repeated(folder: &Path, runs: usize) -> io::Result<f64> {
    let all: io::Result<Vec<f64>> = (0..runs).map(|number| run(&folder.join(format!("store-{number}")))).collect();
    Ok(median(all?))
}

/// Measures and prints.
pub fn measure(base: &Path, options: &Options) -> io::Result<()> {
    let per_task = |milliseconds: f64| milliseconds / options.tasks as f64;
    println!("{} embedded tasks that end unchanged, {} levels:", options.tasks, options.levels);
    prepare(base, options)?;
    let on_disk = repeated(base, options.runs)?;
    println!("  on disk: {on_disk:.0} ms, {:.3} ms a task", per_task(on_disk));
    let folder = base.join("counted");
    renew(&folder)?;
    match flushes::count(jobwright(), &["run", "../plan.json", "--job", JOB, "-q"], &folder)? {
        Some(number) => {
            let timed: io::Result<Vec<f64>> = (0..options.runs).map(|_| flushes::time(number, base)).collect();
            let timed = median(timed?);
            println!("  flushes: {number}, {:.2} a task; as many by themselves: {timed:.0} ms", per_task(number as f64));
            println!("  on disk without flushes: {:.3} ms a task", per_task((on_disk - timed).max(0.0)));
        }
        None => println!("  flushes: not counted, strace is not installed or not permitted"),
    }
    if Path::new(MEMORY).is_dir() {
        let memory = tempfile::tempdir_in(MEMORY)?;
        prepare(&memory.path().join("bench"), options)?;
        let in_memory = repeated(&memory.path().join("bench"), options.runs)?;
        println!("  in memory: {in_memory:.0} ms, engine time {:.3} ms a task", per_task(in_memory));
    }
    Ok(())
}
