//! Flushes to disk: how many a program asks for, and what one costs here.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How many flushes the program asks for; none where strace cannot tell.
pub fn count(program: &Path, arguments: &[&str], folder: &Path) -> io::Result<Option<usize>> {
    let note = folder.join("flushes.txt");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-e", "trace=fsync,fdatasync,msync,sync_file_range", "-o"]).arg(&note).arg(program);
    let traced = command.args(arguments).current_dir(folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    match traced.status() {
        Ok(status) if status.success() => {
            let text = std::fs::read_to_string(&note)?;
            // A call that another thread interrupts is told on two lines.
            Ok(Some(text.lines().filter(|line| line.contains("sync") && !line.contains("resumed>")).count()))
        }
        _ => Ok(None),
    }
}

/// Milliseconds that so many flushes take one after the other, each after a write of one page and its frame, which is
/// what a small transaction writes.
pub fn time(number: usize, folder: &Path) -> io::Result<f64> {
    let path = folder.join("flushed");
    let mut file = File::create(&path)?;
    let start = Instant::now();
    for _ in 0..number {
        file.write_all(&[0x5a; 4120])?;
        file.sync_data()?;
    }
    let took = start.elapsed().as_secs_f64() * 1e3;
    std::fs::remove_file(&path)?;
    Ok(took)
}
