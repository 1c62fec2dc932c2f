//! The language server: what the compiler knows, told to an editor while its user types.
//!
//! Above `output`, `fix` and `fmt`. One thread reads messages, one answers them in their order, and one runs the rules
//! meanwhile. Texts of open documents count before files; nothing is computed twice for messages that already wait, what a
//! client has withdrawn is not computed at all, and what a later edit makes worthless is given up. Nothing that a client sends ends the server but its own word, the end of its stream, or bytes of which
//! nobody can say where the next message begins.

mod actions;
mod analysis;
mod capabilities;
mod checking;
mod commands;
mod completion;
mod configuration;
mod diagnostics;
mod documents;
mod encoding;
mod folding;
mod formatting;
mod hints;
mod hover;
mod lenses;
mod navigation;
mod renaming;
mod requests;
mod server;
mod sound;
mod symbols;
#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test fails by panicking
mod tests;
mod texts;
mod tokens;
mod transport;
mod uri;
mod view;
mod virtual_documents;
mod workspace;

pub use server::{Ended, serve};
