//! jobwright: compiler, linter and runner for the XML configuration of Netwrix Identity Manager.
//!
//! Layers, top to bottom; a module imports only from those below it: `cli` > `lsp`, `output` > `engine`, `tasks`,
//! `connectors` > `plan` > `rules` > `scaffold` > `ir` > `grammar` > `syntax` > `finding` > `source`; `expr`
//! and `fmt` stand beside `ir`, `config` beside `rules`. The compiler half (up to `plan`) is synchronous, does no I/O outside
//! `source`, and gives the same bytes for the same input whatever the file order or thread count.

pub mod cli;
pub mod compile;
pub mod config;
pub mod connectors;
pub mod demo;
pub mod engine;
pub mod expr;
pub mod finding;
pub mod fix;
pub mod fmt;
pub mod grammar;
pub mod init;
pub mod ir;
pub mod lsp;
pub mod output;
pub mod plan;
pub mod rules;
pub mod scaffold;
pub mod source;
pub mod syntax;
pub mod tasks;
