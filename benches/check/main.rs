//! How long `jobwright check` takes and what it holds, beside `xmllint --noout` on the same files in the same run.
//!
//!     cargo bench --bench check -- [--connectors N] [--runs N] [--layout folders|single|both] [--generate FOLDER]
//!
//! The files are written once, under `target/`. With `--generate` they are only written, to another folder.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    missing_docs,
    unreachable_pub,
    reason = "numbers to read, in a program of its own"
)]

mod configuration;
mod measure;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use configuration::{Layout, Size};
use measure::{Cost, median, run, total};

/// Files per call of xmllint: argument lists have a limit.
const FILES_PER_CALL: usize = 2_000;

struct Options {
    size: Size,
    runs: usize,
    layouts: Vec<Layout>,
    generate: Option<PathBuf>,
}

fn main() -> io::Result<()> {
    let options = options()?;
    if let Some(folder) = &options.generate {
        for &layout in &options.layouts {
            configuration::write(folder, options.size, layout)?;
        }
        return Ok(());
    }
    let base = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", options.size.connectors));
    startup(&base)?;
    for &layout in &options.layouts {
        let folder = base.join(if layout == Layout::Single { "single" } else { "folders" });
        compare(&folder, layout, &options)?;
    }
    Ok(())
}

fn options() -> io::Result<Options> {
    let mut options = Options {
        size: Size { connectors: 10_000, scaffolded_every: 5 },
        runs: 5,
        layouts: vec![Layout::Folders, Layout::Single],
        generate: None,
    };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| io::Error::other(format!("{word} needs a value")));
        let number = |text: String| text.parse().map_err(|_| io::Error::other(format!("`{text}` is no number")));
        match word.as_str() {
            "--connectors" => options.size.connectors = number(value()?)?,
            "--runs" => options.runs = number(value()?)?,
            "--generate" => options.generate = Some(PathBuf::from(value()?)),
            "--layout" => {
                options.layouts = match value()?.as_str() {
                    "folders" => vec![Layout::Folders],
                    "single" => vec![Layout::Single],
                    _ => vec![Layout::Folders, Layout::Single],
                }
            }
            // Cargo adds `--bench`.
            _ => {}
        }
    }
    Ok(options)
}

fn jobwright() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_jobwright"))
}

/// Commands that a person waits for.
fn startup(base: &Path) -> io::Result<()> {
    fs::create_dir_all(base)?;
    let repeat = |arguments: &[&str]| -> io::Result<Cost> {
        let costs: io::Result<Vec<Cost>> = (0..21).map(|_| run(jobwright(), arguments, base)).collect();
        Ok(median(&costs?))
    };
    println!("start-up: `rules` {:.1} ms", repeat(&["rules"])?.wall * 1e3);
    let demo = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/demo");
    if Path::new(demo).is_dir() {
        println!("start-up: `check examples/demo` {:.1} ms", repeat(&["check", demo])?.wall * 1e3);
    }
    Ok(())
}

fn compare(folder: &Path, layout: Layout, options: &Options) -> io::Result<()> {
    let files = files(folder, options.size, layout)?;
    let mut bytes = 0;
    for file in &files {
        bytes += fs::metadata(file)?.len();
    }
    let check =
        [Path::new("check"), Path::new("--format"), Path::new("json"), Path::new("--fail-on"), Path::new("warning"), folder];
    let base = folder.parent().unwrap_or(folder);
    let ours = || run(jobwright(), &check, base);
    let theirs = || -> io::Result<Cost> {
        let calls: io::Result<Vec<Cost>> = files
            .chunks(FILES_PER_CALL)
            .map(|files| {
                let arguments: Vec<&Path> =
                    ["--noout", "--huge"].map(Path::new).into_iter().chain(files.iter().map(PathBuf::as_path)).collect();
                run(Path::new("xmllint"), &arguments, base)
            })
            .collect();
        Ok(total(&calls?))
    };
    // Files into the cache, whoever comes first.
    ours()?;
    let xmllint = Path::new("/usr/bin/xmllint").exists();
    let (mut checks, mut parses) = (Vec::new(), Vec::new());
    for _ in 0..options.runs {
        checks.push(ours()?);
        if xmllint {
            parses.push(theirs()?);
        }
    }
    let (check, parse) = (median(&checks), median(&parses));
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    println!("{:.1} MB in {} files:", megabytes(bytes), files.len());
    for (name, cost) in [("jobwright check", check), ("xmllint --noout", parse)] {
        println!("  {name}: {:.3} s wall, {:.3} s processor, {:.0} MB peak", cost.wall, cost.cpu, megabytes(cost.peak));
    }
    println!("  check / xmllint: {:.2} wall, {:.2} processor", check.wall / parse.wall, check.cpu / parse.cpu);
    println!("  peak / input: {:.2}", check.peak as f64 / bytes as f64);
    Ok(())
}

/// The files of the configuration, written anew where they are not complete.
fn files(folder: &Path, size: Size, layout: Layout) -> io::Result<Vec<PathBuf>> {
    // Removed by whatever changes the generator: the folder lies in `target/`.
    let list = folder.with_extension("list");
    let source = include_str!("configuration.rs").len();
    let head = format!("{source}\n");
    if let Ok(text) = fs::read_to_string(&list)
        && let Some(names) = text.strip_prefix(&head)
    {
        return Ok(names.lines().map(PathBuf::from).collect());
    }
    if folder.is_dir() {
        fs::remove_dir_all(folder)?;
    }
    let files = configuration::write(folder, size, layout)?;
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    fs::write(&list, format!("{head}{}\n", names.join("\n")))?;
    Ok(files)
}
