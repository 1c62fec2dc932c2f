//! Where mails go: a folder that another program picks them up from, or a mail server.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::tasks::prepare::persist;

use super::mail::Mail;
use super::settings::{Server, Target};
use super::smtp::Session;

/// Why a mail did not go out.
#[derive(Debug)]
pub(super) enum Failure {
    /// This mail is not taken; others may be.
    Refused(String),
    /// No mail can be handed over.
    Unreachable(String),
    /// The connection ended before the answer came: perhaps it was taken.
    CutOff(String),
}

/// Takes mails.
pub(super) enum Transport {
    /// As files, each whole at any moment.
    Folder(PathBuf),
    /// By a server; the session is opened with the first mail.
    Server(Server, Option<Session>),
}

impl Transport {
    pub(super) fn new(target: &Target) -> Self {
        match target {
            Target::Folder(folder) => Self::Folder(folder.clone()),
            Target::Server(server) => Self::Server(server.clone(), None),
        }
    }

    /// Where mails go, for a person.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Folder(folder) => format!("to {}", folder.display()),
            Self::Server(server, _) => format!("by {}", server.host),
        }
    }

    /// Hands a mail over.
    pub(super) fn send(&mut self, mail: &Mail) -> Result<(), Failure> {
        match self {
            Self::Folder(folder) => write(folder, mail)
                .map_err(|error| Failure::Unreachable(format!("{} cannot be written: {error}", folder.display()))),
            Self::Server(server, session) => {
                let open = match session {
                    Some(open) => open,
                    None => session.insert(Session::open(server)?),
                };
                let sent = open.send(mail);
                if matches!(sent, Err(Failure::Unreachable(_) | Failure::CutOff(_))) {
                    *session = None;
                }
                sent
            }
        }
    }
}

/// A mail has one name, so writing it twice is the same as once.
fn write(folder: &Path, mail: &Mail) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut output = BufWriter::new(tempfile::NamedTempFile::new_in(folder)?);
    output.write_all(mail.render().as_bytes())?;
    persist(output, &folder.join(format!("{}.eml", mail.id)))
}
