//! One start of a program: its streams, its time, its end.
//!
//! The program heads a group of processes. The group is ended as a whole when the run gives up, when time is up, and
//! when its head has ended, so that nothing works on unseen.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::output::{Lines, Output};
use super::protocol::{Progress, Told};
use crate::engine::control::Control;
use crate::engine::group::{End, Groups, Live};
use crate::engine::process::System;

/// How often a program that says nothing is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How long streams are waited for that something outside the group holds open.
const DRAIN: Duration = Duration::from_secs(1);
/// How long a group that was ended by force may take to go.
const LAST: Duration = Duration::from_secs(5);

/// How a program ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// By itself.
    Status(ExitStatus),
    /// It took too long.
    TimedOut,
    /// The run gave up.
    GaveUp,
}

/// What is read from a program.
enum Said {
    Out(Vec<u8>),
    Error(Vec<u8>),
    OutClosed,
    ErrorClosed,
}

/// A started program.
pub(super) struct Running {
    child: Child,
    _live: Live,
    said: Receiver<Said>,
    begun: Instant,
}

/// How long a program may take, and to end.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    pub(super) timeout: Option<Duration>,
    pub(super) grace: Duration,
}

impl Running {
    /// Starts the program and tells it `input`.
    pub(super) fn start(mut command: Command, input: Vec<u8>) -> io::Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        System.lead(&mut command);
        let mut child = command.spawn()?;
        let live = Live::note(child.id());
        // Few pieces wait: a program that writes faster than the disk takes it waits too.
        let (sender, said) = sync_channel(8);
        if let Some(stdin) = child.stdin.take() {
            feed(stdin, input);
        }
        if let Some(stream) = child.stdout.take() {
            read(stream, sender.clone(), Said::Out, Said::OutClosed);
        }
        if let Some(stream) = child.stderr.take() {
            read(stream, sender, Said::Error, Said::ErrorClosed);
        }
        Ok(Self { child, _live: live, said, begun: Instant::now() })
    }

    /// Its number.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sees it to its end.
    pub(super) fn watch(
        mut self,
        patience: Patience,
        control: &Control,
        output: &mut Output,
        told: &mut Told,
        mut progress: impl FnMut(Progress),
    ) -> io::Result<Ended> {
        let group = self.pid();
        let (mut out, mut error) = (Lines::of_output(), Lines::of_errors());
        let mut open = 2;
        let mut status: Option<ExitStatus> = None;
        let mut cut: Option<Ended> = None;
        let mut ending: Option<(Instant, bool)> = None;
        let mut gone: Option<Instant> = None;
        loop {
            match self.said.recv_timeout(LOOK) {
                Ok(Said::Out(bytes)) => {
                    let mut hear = |line: &[u8]| {
                        if let Some(how_far) = told.hear(line) {
                            progress(how_far);
                        }
                    };
                    output.take(&mut out, &bytes, &mut hear)?;
                }
                Ok(Said::Error(bytes)) => output.take(&mut error, &bytes, |_| {})?,
                Ok(Said::OutClosed | Said::ErrorClosed) => open -= 1,
                // Nothing more can come, and nothing waits: not to turn round and round.
                Err(RecvTimeoutError::Disconnected) if gone.is_none() => thread::sleep(Duration::from_millis(1)),
                Err(_) => {}
            }
            if status.is_none() && System.has_ended(&mut self.child)? {
                status = Some(self.child.wait()?);
            }
            if status.is_some() && gone.is_none() && !System.is_alive(group) {
                gone = Some(Instant::now());
            }
            if let Some(since) = gone {
                if open <= 0 || since.elapsed() > DRAIN {
                    break;
                }
                continue;
            }
            match ending {
                None => {
                    let late = patience.timeout.is_some_and(|timeout| self.begun.elapsed() >= timeout);
                    // What a program leaves behind ends with it.
                    if control.is_aborted() || late || status.is_some() {
                        if status.is_none() {
                            cut = Some(if control.is_aborted() { Ended::GaveUp } else { Ended::TimedOut });
                        }
                        System.end(group, End::Ask);
                        ending = Some((Instant::now(), false));
                    }
                }
                Some((since, false)) if since.elapsed() >= patience.grace => {
                    System.end(group, End::Force);
                    ending = Some((Instant::now(), true));
                }
                Some((since, true)) if since.elapsed() >= LAST => {
                    output.note("processes of the program could not be ended")?;
                    break;
                }
                Some(_) => {}
            }
        }
        output.close(&mut out, |line| {
            let _ = told.hear(line);
        })?;
        output.close(&mut error, |_| {})?;
        output.finish()?;
        Ok(match (cut, status) {
            (Some(cut), _) => cut,
            (None, Some(status)) => Ended::Status(status),
            (None, None) => Ended::TimedOut,
        })
    }
}

impl Drop for Running {
    /// Leaves nothing behind when jobwright itself fails.
    fn drop(&mut self) {
        if !matches!(self.child.try_wait(), Ok(Some(_))) {
            System.end(self.child.id(), End::Force);
            let _ = self.child.wait();
        }
    }
}

/// Writes `input` and closes the stream, beside everything else: a program need not read it.
fn feed(mut stdin: ChildStdin, input: Vec<u8>) {
    thread::spawn(move || {
        let _ = stdin.write_all(&input);
    });
}

/// Reads a stream to its end, beside everything else. Ends by itself also when nobody listens any more.
fn read(mut stream: impl Read + Send + 'static, to: SyncSender<Said>, piece: fn(Vec<u8>) -> Said, end: Said) {
    thread::spawn(move || {
        let mut bytes = vec![0; 16 << 10];
        loop {
            match stream.read(&mut bytes) {
                Ok(0) => break,
                Ok(count) => {
                    if to.send(piece(bytes[..count].to_vec())).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        let _ = to.send(end);
    });
}
