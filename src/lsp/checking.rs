//! Builds and judges a configuration beside the loop, so that what somebody asks meanwhile is answered at once.
//!
//! Two steps, for they take differently long and most answers need the first alone: the program of the texts, then what
//! the rules say of it. Where the texts have changed, the work on those before is told to stop; rules never run for two
//! states of a configuration at a time. Work that nobody waits for begins only when that before it has ended: however
//! many changes come, one program is made at a time, and the next is of the newest texts.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};

use super::analysis::{Analysis, Judgement};
use super::server::Event;
use crate::compile::Built;
use crate::config::Config;
use crate::source::Loaded;

/// Who is told when work has ended.
#[derive(Clone, Debug, Default)]
pub(super) struct Poke(Option<Sender<Event>>);

impl Poke {
    /// The loop.
    pub(super) fn of(sender: Sender<Event>) -> Self {
        Self(Some(sender))
    }

    fn poke(&self) {
        if let Some(sender) = &self.0 {
            // A loop that has ended needs no telling.
            let _ = sender.send(Event::Checked);
        }
    }
}

/// What there is to work on.
#[derive(Debug)]
pub(super) struct Task {
    /// The number of this state of the texts.
    pub(super) state: u64,
    /// The texts, and the addresses of their files.
    pub(super) texts: (Loaded, Vec<Option<String>>),
    /// jobwright's own configuration.
    pub(super) config: Config,
    /// The folder that file names are relative to.
    pub(super) folder: PathBuf,
    /// The program before.
    pub(super) before: Option<Arc<Analysis>>,
}

/// What has come of it.
#[derive(Debug)]
pub(super) enum Made {
    /// The program.
    Analysis(Arc<Analysis>),
    /// What the rules say of it.
    Judgement(Box<Judgement>),
    /// Making the program failed, which is a bug of the compiler.
    Nothing,
}

/// The work that is under way, if any is.
#[derive(Debug, Default)]
pub(super) struct Checking {
    running: Option<Running>,
    /// The work that was told to stop last.
    stopped: Option<Stopped>,
    /// Programs that nobody needs any more: taking them apart takes a while.
    discarded: Vec<Arc<Analysis>>,
}

#[derive(Debug)]
struct Running {
    state: u64,
    stop: Arc<AtomicBool>,
    made: Receiver<Made>,
    thread: Stopped,
}

/// Work that was told to stop, or is going to be.
#[derive(Debug)]
struct Stopped {
    thread: JoinHandle<()>,
    ended: Arc<AtomicBool>,
}

/// Says at the end of some work that it has ended, however it does.
struct Ending {
    ended: Arc<AtomicBool>,
    poke: Poke,
}

impl Drop for Ending {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Release);
        self.poke.poke();
    }
}

impl Checking {
    /// Whether a state of the texts is worked on.
    pub(super) fn is_on(&self, state: u64) -> bool {
        self.running.as_ref().is_some_and(|running| running.state == state)
    }

    /// Whether work that was told to stop still goes on. The loop is told when it has ended.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopped.as_ref().is_some_and(|stopped| !stopped.ended.load(Ordering::Acquire))
    }

    /// Starts to work; what comes of it is asked for with [`Checking::made`]. `poke` is called when it is known what the
    /// rules say, and at the end.
    pub(super) fn start(&mut self, task: Task, poke: &Poke) {
        self.stop();
        let state = task.state;
        let stop = Arc::new(AtomicBool::new(false));
        let (sender, made) = channel();
        let work = Work {
            task,
            stop: Arc::clone(&stop),
            sender,
            stopped: self.stopped.take().map(|stopped| stopped.thread),
            discarded: std::mem::take(&mut self.discarded),
            poke: poke.clone(),
        };
        let ended = Arc::new(AtomicBool::new(false));
        let (ends, poke) = (Arc::clone(&ended), poke.clone());
        let thread = thread::Builder::new().name("lsp-checks".to_owned()).spawn(move || {
            let _ending = Ending { ended: ends, poke };
            work.run();
        });
        // Without a thread nothing comes of it; the next message tries again.
        self.running = thread.ok().map(|thread| Running { state, stop, made, thread: Stopped { thread, ended } });
    }

    /// Tells the work that is under way to stop.
    pub(super) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop.store(true, Ordering::Relaxed);
            self.stopped = Some(running.thread);
        }
    }

    /// What has come of the work, one after the other.
    pub(super) fn made(&mut self) -> Option<Made> {
        self.running.as_ref()?.made.try_recv().ok()
    }

    /// As [`Checking::made`], but waits for it; nothing where nothing more comes.
    pub(super) fn wait(&mut self) -> Option<Made> {
        self.running.as_ref()?.made.recv().ok()
    }

    /// Takes a program that nobody needs any more.
    pub(super) fn discard(&mut self, analysis: Option<Arc<Analysis>>) {
        self.discarded.extend(analysis);
    }
}

impl Drop for Checking {
    fn drop(&mut self) {
        self.stop();
    }
}

/// One piece of work, on its thread.
struct Work {
    task: Task,
    stop: Arc<AtomicBool>,
    sender: Sender<Made>,
    stopped: Option<JoinHandle<()>>,
    discarded: Vec<Arc<Analysis>>,
    poke: Poke,
}

impl Work {
    fn run(self) {
        let Self { task, stop, sender, stopped, discarded, poke } = self;
        let Task { texts: (loaded, addresses), config, folder, before, .. } = task;
        let built = panic::catch_unwind(AssertUnwindSafe(|| Built::new(loaded, &config, before.as_deref().map(Analysis::built))));
        drop(before);
        let analysis = built.ok().map(|built| Arc::new(Analysis::new(built, addresses)));
        let first = analysis.clone().map_or(Made::Nothing, Made::Analysis);
        // Whoever no longer listens does not need it.
        let _ = sender.send(first);
        if let Some(stopped) = stopped {
            // How it ended does not matter here.
            let _ = stopped.join();
        }
        if let Some(analysis) = analysis {
            let judged = panic::catch_unwind(AssertUnwindSafe(|| Judgement::new(Arc::clone(&analysis), config, &folder, &stop)));
            // What fails is a bug of a rule, and no reason to end.
            let judged = judged.unwrap_or_else(|_| Some(Judgement::none(Arc::clone(&analysis))));
            if let Some(judged) = judged {
                let _ = sender.send(Made::Judgement(Box::new(judged)));
                poke.poke();
            }
        }
        drop(discarded);
    }
}
