//! `jobwright lsp`.

use std::io::{self, BufReader};

use clap::Args;

use super::{Error, Exit};
use crate::lsp::{self, Ended};

/// Serve an editor over standard input and output (Language Server Protocol)
#[derive(Debug, Args)]
pub(super) struct Lsp {
    /// Accepted because editors pass it; nothing else is spoken
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    #[allow(clippy::unused_self, reason = "all commands are called alike")]
    pub(super) fn execute(&self) -> Result<Exit, Error> {
        let ended = lsp::serve(BufReader::new(io::stdin()), &mut io::stdout().lock());
        match ended {
            Ok(Ended::Orderly | Ended::Gone) => Ok(Exit::Done),
            // The protocol asks for this number.
            Ok(Ended::Abrupt) => Ok(Exit::Findings),
            Err(error) => Err(Error::operational(format!("the editor cannot be understood: {error}"))
                .help("this command is started by editors: see the folder `editors`")),
        }
    }
}
