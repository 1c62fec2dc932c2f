//! How long the language server takes to answer while somebody types, and what it holds.
//!
//!     cargo bench --bench lsp -- [--elements N]… [--plays N] [--edits N] [--limits]
//!
//! A recorded session is played against the server, over its standard streams, on a generated configuration of about N
//! elements (10,000 and 200,000): how long from a keystroke to its findings, from a question to its answer. Then it is
//! played on until there were as many edits as asked for, to see that the memory held stays what it was. With `--limits`
//! it is an error where one of the numbers the project promises is not kept.

#![allow(clippy::print_stdout, reason = "a bench prints what it measured")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    missing_docs,
    unreachable_pub,
    reason = "numbers to read, in a program of its own"
)]

mod client;
#[allow(dead_code, reason = "one layout is used here")]
#[path = "../check/configuration.rs"]
mod configuration;
mod play;
mod session;

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use client::Client;
use configuration::{Layout, Size};
use play::Times;

/// Elements of one generated system, on average.
const ELEMENTS_PER_SYSTEM: usize = 79;

struct Options {
    elements: Vec<usize>,
    plays: usize,
    edits: usize,
    limits: bool,
}

/// What is promised for a size: milliseconds to findings, milliseconds to an answer.
fn promised(elements: usize) -> (f64, f64) {
    if elements > 10_000 { (300.0, 50.0) } else { (50.0, 20.0) }
}

fn main() -> io::Result<()> {
    let options = options()?;
    let mut kept = true;
    for (number, &elements) in options.elements.iter().enumerate() {
        let folder = generated(elements)?;
        let mut client = Client::start(Path::new(env!("CARGO_BIN_EXE_jobwright")), &folder)?;
        let start = play::open(&mut client)?;
        println!("{elements} elements: ready after {:.0} ms, {} findings", milliseconds(start), client.findings());
        let mut times = Times::default();
        play::play(&mut client, &mut Times::default())?;
        for _ in 0..options.plays {
            play::play(&mut client, &mut times)?;
        }
        let (findings, answers) = promised(elements);
        for (what, times, promise) in [
            ("keystroke to findings", &times.findings, findings),
            ("completion", &times.completion, answers),
            ("completion right behind a keystroke", &times.completion_at_once, answers),
            ("hover", &times.hover, answers),
        ] {
            let (median, high) = (percentile(times, 50), percentile(times, 95));
            println!("  {what}: median {median:.1} ms, 95th percentile {high:.1} ms ({} times)", times.len());
            kept &= high <= promise;
        }
        // The smallest is enough to see whether something is kept that nobody needs.
        if number == 0 && options.edits > 0 {
            kept &= memory(&mut client, options.edits)?;
        } else {
            println!("  memory: {:.0} MB", megabytes(client.memory()));
        }
        client.end()?;
    }
    if options.limits && !kept {
        return Err(io::Error::other("a promise is not kept"));
    }
    Ok(())
}

/// Plays on; whether the second half of the session holds no more memory than the first.
fn memory(client: &mut Client, edits: usize) -> io::Result<bool> {
    let mut done = 0;
    let mut held = Vec::new();
    while done < edits {
        let until = done + edits.div_ceil(10);
        while done < until {
            done += play::play(client, &mut Times::default())?;
        }
        held.push(client.memory());
    }
    let shown: Vec<String> = held.iter().map(|&bytes| format!("{:.0}", megabytes(bytes))).collect();
    println!("  memory over {done} edits: {} MB", shown.join(", "));
    let (first, second) = held.split_at(held.len() / 2);
    let most = |held: &[u64]| held.iter().copied().max().unwrap_or_default() as f64;
    Ok(most(second) <= most(first) * 1.1)
}

fn options() -> io::Result<Options> {
    let mut options = Options { elements: Vec::new(), plays: 3, edits: 10_000, limits: false };
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || {
            let text = words.next().ok_or_else(|| io::Error::other(format!("{word} needs a value")))?;
            text.parse::<usize>().map_err(|_| io::Error::other(format!("`{text}` is no number")))
        };
        match word.as_str() {
            "--elements" => options.elements.push(value()?),
            "--plays" => options.plays = value()?,
            "--edits" => options.edits = value()?,
            "--limits" => options.limits = true,
            // Cargo adds `--bench`.
            _ => {}
        }
    }
    if options.elements.is_empty() {
        options.elements = vec![10_000, 200_000];
    }
    Ok(options)
}

/// The folder of a configuration of that size, written anew.
fn generated(elements: usize) -> io::Result<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-lsp-{elements}"));
    if folder.is_dir() {
        fs::remove_dir_all(&folder)?;
    }
    let size = Size { connectors: elements.div_ceil(ELEMENTS_PER_SYSTEM), scaffolded_every: 5 };
    configuration::write(&folder, size, Layout::Folders)?;
    fs::canonicalize(folder)
}

fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let index = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(index).copied().map(milliseconds).unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
