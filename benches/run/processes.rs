//! Tasks that are programs which do nothing, beside `make -j2` running the same programs.

use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::embedded::{MEMORY, renew};
use super::{Options, flushes, jobwright, median};

const JOB: &str = "Bench_Programs";
const PROGRAM: &str = "true";

/// A job of tasks of one level, each a program that ends at once.
fn configuration(options: &Options) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
        <ConfigurationFile xmlns=\"urn:schemas-usercube-com:configuration\">\n"
        .to_owned();
    let _ = writeln!(text, "<Job Identifier=\"{JOB}\" DisplayName_L1=\"Programs\">");
    for number in 0..options.tasks {
        let _ =
            writeln!(text, "<MaintainIndexesTask Identifier=\"Bench_{number:05}\" DisplayName_L1=\"{number}\" Level=\"0\" />");
    }
    text + "</Job>\n</ConfigurationFile>\n"
}

fn makefile(options: &Options) -> String {
    let goals: Vec<String> = (0..options.tasks).map(|number| format!("t{number}")).collect();
    format!(".PHONY: all {0}\nall: {0}\n{0}:\n\t@{PROGRAM} $@\n", goals.join(" "))
}

fn timed(command: &mut Command) -> io::Result<f64> {
    let begun = Instant::now();
    let ended = command.stdin(Stdio::null()).output()?;
    if !ended.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).into_owned()));
    }
    Ok(begun.elapsed().as_secs_f64() * 1000.0)
}

/// Measures and prints. A run and make take turns, so that both meet the same machine.
pub fn measure(base: &Path, options: &Options) -> io::Result<()> {
    println!("{} tasks executed by the program `{PROGRAM}`, two at a time:", options.tasks);
    renew(base)?;
    fs::write(base.join("bench.xml"), configuration(options))?;
    fs::write(base.join("jobwright.toml"), format!("[executors.MaintainIndexesTask]\nprogram = \"{PROGRAM}\"\n"))?;
    fs::write(base.join("Makefile"), makefile(options))?;
    let (mut runs, mut unflushed, mut makes) = (Vec::new(), Vec::new(), Vec::new());
    let memory = Path::new(MEMORY).is_dir().then(|| tempfile::tempdir_in(MEMORY)).transpose()?;
    let arguments = ["run", "bench.xml", "--job", JOB, "--jobs", "2", "-q", "--store"];
    for number in 0..options.runs {
        let run = |store: &Path| timed(Command::new(jobwright()).args(arguments).arg(store).current_dir(base));
        let store = format!("{number}/store.db");
        runs.push(run(Path::new(&store))?);
        if let Some(memory) = &memory {
            unflushed.push(run(&memory.path().join(&store))?);
        }
        match timed(Command::new("make").args(["-s", "-j2"]).current_dir(base)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            measured => makes.push(measured?),
        }
    }
    let run = median(runs);
    println!("  jobwright run, on disk: {run:.0} ms, {:.3} ms a task", run / options.tasks as f64);
    if makes.is_empty() {
        println!("  make -j2: not measured, make is not installed");
    } else {
        let make = median(makes);
        println!("  make -j2: {make:.0} ms\n  run / make: {:.2} with the flushes of the disk", run / make);
        let counted: Vec<&str> = arguments.into_iter().chain(["counted/store.db"]).collect();
        match flushes::count(jobwright(), &counted, base)? {
            Some(number) => {
                let alone: io::Result<Vec<f64>> = (0..options.runs).map(|_| flushes::time(number, base)).collect();
                let alone = median(alone?);
                let each = number as f64 / options.tasks as f64;
                println!("  flushes: {number}, {each:.2} a task; as many by themselves: {alone:.0} ms");
                println!("  run / make: {:.2} beside the disk's own flushes", (run - alone).max(0.0) / make);
            }
            None => println!("  flushes: not counted, strace is not installed or not permitted"),
        }
        if !unflushed.is_empty() {
            println!("  run / make: {:.2} with the store in memory, without flushes", median(unflushed) / make);
        }
    }
    Ok(())
}
