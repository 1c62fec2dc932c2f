//! Streams with a thread each, where the system cannot wait for several at once.

use std::io::{self, Read, Write};
use std::process::{Child, ChildStdin};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use super::{PIECE, Stream};

/// What is read from a program.
enum Said {
    Piece(Stream, Vec<u8>),
    Closed,
}

/// The open streams of a program.
pub(in super::super) struct Streams {
    said: Receiver<Said>,
    open: usize,
}

impl Streams {
    /// Takes over the streams of the program and tells it `input`. A program need not read it.
    pub(in super::super) fn of(child: &mut Child, input: Vec<u8>) -> Self {
        // Few pieces wait: a program that writes faster than the disk takes it waits too.
        let (sender, said) = sync_channel(8);
        if let Some(stdin) = child.stdin.take() {
            feed(stdin, input);
        }
        let mut open = 0;
        if let Some(stream) = child.stdout.take() {
            read(stream, sender.clone(), Stream::Out);
            open += 1;
        }
        if let Some(stream) = child.stderr.take() {
            read(stream, sender, Stream::Error);
            open += 1;
        }
        Self { said, open }
    }

    /// Waits until something is said, but not longer than `patience`; hands it to `hear`.
    pub(in super::super) fn wait(
        &mut self,
        patience: Duration,
        mut hear: impl FnMut(Stream, &[u8]) -> io::Result<()>,
    ) -> io::Result<()> {
        match self.said.recv_timeout(patience) {
            Ok(Said::Piece(stream, bytes)) => return hear(stream, &bytes),
            Ok(Said::Closed) => self.open = self.open.saturating_sub(1),
            // Nothing more can come: not to turn round and round until the program ends.
            Err(RecvTimeoutError::Disconnected) => thread::sleep(Duration::from_millis(1)),
            Err(RecvTimeoutError::Timeout) => {}
        }
        Ok(())
    }

    /// Whether nothing more can be said.
    pub(in super::super) fn are_closed(&self) -> bool {
        self.open == 0
    }

    /// Whether it is worth asking if the program has ended.
    pub(in super::super) fn may_have_ended(&self) -> bool {
        true
    }
}

/// Writes `input` and closes the stream, beside everything else.
fn feed(mut stdin: ChildStdin, input: Vec<u8>) {
    thread::spawn(move || {
        // A program that ends without having read it is none of ours to judge.
        let _ = stdin.write_all(&input);
    });
}

/// Reads a stream to its end, beside everything else. Ends by itself also when nobody listens any more.
fn read(mut stream: impl Read + Send + 'static, to: SyncSender<Said>, which: Stream) {
    thread::spawn(move || {
        let mut bytes = vec![0; PIECE];
        loop {
            match stream.read(&mut bytes) {
                Ok(0) => break,
                Ok(count) => {
                    if to.send(Said::Piece(which, bytes[..count].to_vec())).is_err() {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        // Nobody may be there to hear it.
        let _ = to.send(Said::Closed);
    });
}
