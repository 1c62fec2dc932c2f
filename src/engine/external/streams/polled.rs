//! Streams that are waited for all at once, together with the end of the program where the system tells of it.

use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::{PIECE, Stream};

/// What a pipe takes without waiting once it is ready to be written: `PIPE_BUF`, or as little as a system may have.
const WRITTEN: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };
/// How long the end of a program is waited for that has closed its streams, where the system does not tell of it.
#[cfg(not(target_os = "linux"))]
const SOON: Duration = Duration::from_millis(1);

/// The open streams of a program.
pub(in super::super) struct Streams {
    input: Option<ChildStdin>,
    /// What is still to be written.
    rest: Vec<u8>,
    out: Option<ChildStdout>,
    error: Option<ChildStderr>,
    /// Readable once the program has ended; none where the system has no such thing.
    end: Option<OwnedFd>,
    ended: bool,
    bytes: Vec<u8>,
}

impl Streams {
    /// Takes over the streams of the program and tells it `input`. A program need not read it.
    pub(in super::super) fn of(child: &mut Child, input: Vec<u8>) -> Self {
        let (stdin, out, error) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let end = told_of(child);
        let mut streams = Self { input: stdin, rest: input, out, error, end, ended: false, bytes: vec![0; PIECE] };
        // The pipe is empty as yet.
        streams.feed();
        streams
    }

    /// Waits until something is said, or the program has ended, but not longer than `patience`; hands what was said to
    /// `hear`.
    pub(in super::super) fn wait(
        &mut self,
        patience: Duration,
        mut hear: impl FnMut(Stream, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        let [input, out, error] = self.ready(patience)?;
        if input {
            self.feed();
        }
        if out && read(&mut self.out, &mut self.bytes, |bytes| hear(Stream::Out, bytes))? {
            self.out = None;
        }
        if error && read(&mut self.error, &mut self.bytes, |bytes| hear(Stream::Error, bytes))? {
            self.error = None;
        }
        Ok(())
    }

    /// Which streams have something to do: the one that is written, and the two that are read.
    fn ready(&mut self, patience: Duration) -> io::Result<[bool; 3]> {
        let mut asked = Vec::with_capacity(4);
        let reads = PollFlags::IN;
        let end = self.end.as_ref().filter(|_| !self.ended).map(AsFd::as_fd);
        let streams = [
            (self.input.as_ref().map(AsFd::as_fd), PollFlags::OUT),
            (self.out.as_ref().map(AsFd::as_fd), reads),
            (self.error.as_ref().map(AsFd::as_fd), reads),
            (end, reads),
        ];
        asked.extend(streams.iter().filter_map(|(stream, flags)| Some(PollFd::from_borrowed_fd((*stream)?, *flags))));
        #[cfg(not(target_os = "linux"))]
        let patience = if self.are_closed() { patience.min(SOON) } else { patience };
        let patience = Timespec { tv_sec: patience.as_secs().cast_signed(), tv_nsec: patience.subsec_nanos().into() };
        match poll(&mut asked, Some(&patience)) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok([false; 3]),
            Err(error) => return Err(error.into()),
        }
        let mut answers = asked.iter().map(|one| !one.revents().is_empty());
        let mut answer = |(stream, _): (Option<_>, _)| stream.is_some() && answers.next().unwrap_or(false);
        let [input, out, error, ended] = streams.map(&mut answer);
        self.ended |= ended;
        Ok([input, out, error])
    }

    /// Whether nothing more can be said.
    pub(in super::super) fn are_closed(&self) -> bool {
        self.out.is_none() && self.error.is_none()
    }

    /// Whether it is worth asking if the program has ended.
    pub(in super::super) fn may_have_ended(&self) -> bool {
        self.ended || self.end.is_none()
    }

    /// Writes a piece into the pipe, which is ready for it, and closes the stream behind the last one.
    fn feed(&mut self) {
        let Some(input) = &mut self.input else { return };
        match input.write(&self.rest[..self.rest.len().min(WRITTEN)]) {
            Ok(written) => drop(self.rest.drain(..written)),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // It does not want to know.
            Err(_) => self.rest.clear(),
        }
        if self.rest.is_empty() {
            self.input = None;
        }
    }
}

/// Hands over what one read gives; true at the end of the stream.
fn read(stream: &mut Option<impl Read>, bytes: &mut [u8], hear: impl FnOnce(&[u8]) -> io::Result<()>) -> io::Result<bool> {
    let Some(stream) = stream else { return Ok(false) };
    match stream.read(bytes) {
        Ok(0) => Ok(true),
        Ok(count) => hear(&bytes[..count]).map(|()| false),
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(false),
        Err(_) => Ok(true),
    }
}

/// What becomes readable when the program ends; none from a system that is too old.
#[cfg(target_os = "linux")]
fn told_of(child: &Child) -> Option<OwnedFd> {
    use rustix::process::{Pid, PidfdFlags, pidfd_open};
    pidfd_open(Pid::from_child(child), PidfdFlags::empty()).ok()
}

#[cfg(not(target_os = "linux"))]
fn told_of(_child: &Child) -> Option<OwnedFd> {
    None
}
