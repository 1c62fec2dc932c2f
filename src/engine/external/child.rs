//! One start of a program: its streams, its time, its end.
//!
//! The program heads a group of processes. The group is ended as a whole when the run gives up, when time is up, and
//! when its head has ended, so that nothing works on unseen.

use std::io;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::output::{Lines, Output};
use super::protocol::{Progress, Told};
use super::streams::{Stream, Streams};
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

/// A started program.
pub(super) struct Running {
    child: Child,
    _live: Live,
    streams: Streams,
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
        let streams = Streams::of(&mut child, input);
        Ok(Self { child, _live: live, streams, begun: Instant::now() })
    }

    /// Its number.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sees it to its end; calls `lasting` if that does not come at once.
    pub(super) fn watch(
        mut self,
        patience: Patience,
        control: &Control,
        output: &mut Output,
        told: &mut Told,
        mut progress: impl FnMut(Progress),
        lasting: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Ended> {
        let group = self.pid();
        let (mut out, mut error) = (Lines::of_output(), Lines::of_errors());
        let mut status: Option<ExitStatus> = None;
        let mut cut: Option<Ended> = None;
        let mut ending: Option<(Instant, bool)> = None;
        let mut gone: Option<Instant> = None;
        let mut lasting = Some(lasting);
        loop {
            self.streams.wait(LOOK, |stream, bytes| match stream {
                Stream::Out => output.take(&mut out, bytes, |line| {
                    if let Some(how_far) = told.hear(line) {
                        progress(how_far);
                    }
                }),
                Stream::Error => output.take(&mut error, bytes, |_| {}),
            })?;
            if let Some(lasting) = lasting.take_if(|_| status.is_none() && self.begun.elapsed() >= LOOK) {
                lasting()?;
            }
            if status.is_none() && self.streams.may_have_ended() && System.has_ended(&mut self.child)? {
                status = Some(self.child.wait()?);
            }
            if status.is_some() && gone.is_none() && !System.is_alive(group) {
                gone = Some(Instant::now());
            }
            if let Some(since) = gone {
                if self.streams.are_closed() || since.elapsed() > DRAIN {
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
