//! What a run shows while it goes on. Reporters consume events; they never see the store.

mod changes;
mod plain;
mod summary;
mod terminal;

use super::event::Event;

pub use changes::changes;
pub use plain::Plain;
pub use summary::{counters, table};
pub use terminal::Terminal;

/// Somebody who is told what happens in a run, in order.
pub trait Reporter {
    /// One event.
    fn event(&mut self, event: &Event);

    /// Called a few times a second while nothing happens.
    fn tick(&mut self) {}

    /// Something beside the events, in one line.
    fn note(&mut self, _text: &str) {}
}

/// Shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Reporter for Silent {
    fn event(&mut self, _event: &Event) {}
}
