//! What is to be told, told once.
//!
//! The ledger of the store says what was told to whom. A mail goes out before the commit that says so; a journal of files
//! beside the store remembers it in between: `<id>.sending` is on disk before a mail is handed over, `<id>.sent` after it was
//! taken. A kill leaves at most one mail of which nobody knows whether it was taken: it is sent again, under the same
//! Message-ID, and the task says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use crate::expr::date::DateTime;
use crate::tasks::expressions::clock;
use crate::tasks::identity::{hex, next_moment};
use crate::tasks::{TaskContext, TaskEnd, TaskError, TaskReport};

use super::mail::{Mail, is_address};
use super::settings::MailSettings;
use super::transport::{Failure, Transport};

/// Something to tell somebody: one mail about several things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    /// What kind of thing; with the key it names the thing in the ledger.
    pub(super) kind: String,
    pub(super) recipient: String,
    /// The things it is about; it is due if one of them is.
    pub(super) keys: BTreeSet<String>,
    pub(super) subject: String,
    pub(super) text: String,
    /// Minutes after which it is told again; 0 for never.
    pub(super) reminder: i64,
}

/// Ticks of a minute.
const MINUTE: i64 = 60 * crate::expr::date::SECOND;
/// Refusals that are told one by one.
const SHOWN: usize = 5;

/// Sends what is due of `notices`, which are all there is to tell about `kinds`, but for the things of `spared`, of which
/// nobody knows.
pub(super) fn deliver(
    context: &TaskContext<'_>,
    kinds: &BTreeSet<String>,
    notices: &[Notice],
    spared: &BTreeSet<(String, String)>,
) -> Result<TaskReport, TaskError> {
    let store: &Connection = context.transaction;
    let settings = MailSettings::read(context.settings, context.work.join("Mails"))?;
    if !settings.enabled {
        let message = "mail is switched off: Enabled of MailSettings is false";
        return Ok(TaskReport::new(TaskEnd::Unchanged).message(message));
    }
    let moment = next_moment(store, context.run)?;
    let now = clock(store, moment)?.unwrap_or(DateTime::MIN);
    let forgotten = forget(store, kinds, notices, spared)?;
    let mut sending = Sending {
        context,
        journal: Journal::of(context),
        transport: Transport::new(&settings.target),
        settings: &settings,
        moment,
        now,
        sent: 0,
        again: 0,
        unaddressed: 0,
        refused: Vec::new(),
        recorded: Vec::new(),
    };
    let mut lost = None;
    for (done, notice) in notices.iter().enumerate() {
        if (context.cancelled)() {
            return Err(TaskError::cancelled());
        }
        (context.progress)(done as u64, Some(notices.len() as u64));
        let Some(last) = due(store, notice, now)? else { continue };
        if let Err(reason) = sending.send(notice, last)? {
            // Nothing else will reach the server either.
            lost = Some((reason, waiting(store, &notices[done..], now)?));
            break;
        }
    }
    Ok(sending.report(lost, forgotten))
}

struct Sending<'s, 'a> {
    context: &'s TaskContext<'a>,
    journal: Journal,
    transport: Transport,
    settings: &'s MailSettings,
    moment: i64,
    now: DateTime,
    sent: u64,
    again: u64,
    unaddressed: u64,
    refused: Vec<String>,
    recorded: Vec<String>,
}

impl Sending<'_, '_> {
    /// Sends one mail; the inner error says why nothing can be sent at all.
    fn send(&mut self, notice: &Notice, last: i64) -> Result<Result<(), String>, TaskError> {
        let addressed = Some(notice.recipient.as_str()).filter(|to| is_address(to)).and_then(|to| self.settings.address(to));
        let Some(addressed) = addressed else {
            self.unaddressed += 1;
            return Ok(Ok(()));
        };
        let mail = Mail {
            id: id(notice, last),
            from: self.settings.from.clone(),
            to: addressed.to,
            copy: addressed.copy,
            subject: notice.subject.clone(),
            text: notice.text.clone(),
            date: self.now,
        };
        let before = self.journal.state(&mail.id);
        if before != Known::Sent {
            self.journal.sending(&mail.id)?;
            match self.transport.send(&mail) {
                Ok(()) => self.journal.sent(&mail.id)?,
                Err(Failure::Refused(reason)) => {
                    self.journal.forget(&mail.id)?;
                    self.refused.push(format!("{}: {reason}", mail.to));
                    return Ok(Ok(()));
                }
                Err(Failure::Unreachable(reason)) => {
                    self.journal.forget(&mail.id)?;
                    return Ok(Err(reason));
                }
                // Whether it was taken nobody knows: its mark stays.
                Err(Failure::CutOff(reason)) => return Ok(Err(reason)),
            }
            self.again += u64::from(before == Known::Doubtful);
        }
        self.sent += 1;
        self.recorded.push(mail.id);
        let store = self.context.transaction;
        let mut record = store.prepare_cached("INSERT OR REPLACE INTO notification VALUES (?1, ?2, ?3, ?4)")?;
        for key in &notice.keys {
            record.execute(params![notice.kind, notice.recipient, key, self.moment])?;
        }
        Ok(Ok(()))
    }

    fn report(self, lost: Option<(String, u64)>, forgotten: u64) -> TaskReport {
        let mut said = Vec::new();
        if self.sent > 0 {
            said.push(format!("{} sent {}", mails(self.sent), self.transport.place()));
        }
        if self.again > 0 {
            said.push(format!("{} of them perhaps for the second time, because the last attempt was cut off", self.again));
        }
        if self.unaddressed > 0 {
            said.push(format!(
                "{} not sent, because their address is none or its domain is not allowed",
                mails(self.unaddressed)
            ));
        }
        if !self.refused.is_empty() {
            let shown = self.refused.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("; ");
            said.push(format!("{} refused: {shown}", mails(self.refused.len() as u64)));
        }
        let mut waiting = self.refused.len() as u64;
        if let Some((reason, others)) = lost {
            said.push(format!("{} left for the next run: {reason}", mails(others)));
            waiting += others;
        }
        let end = match (waiting, self.sent + forgotten) {
            (0, 0) => TaskEnd::Unchanged,
            (0, _) => TaskEnd::Completed,
            _ => TaskEnd::Failed,
        };
        let mut report = TaskReport::new(end).count("sent", self.sent).count("again", self.again).count("waiting", waiting);
        report = report.count("unaddressed", self.unaddressed);
        if !said.is_empty() {
            report = report.message(said.join("; "));
        }
        let (journal, recorded) = (self.journal, self.recorded);
        report.after_commit.push(Box::new(move || recorded.iter().try_for_each(|id| journal.forget(id))));
        report
    }
}

fn mails(count: u64) -> String {
    if count == 1 { "1 mail".to_owned() } else { format!("{count} mails") }
}

/// Whether a notice is due; then the moment of the last one about these things, or 0.
fn due(store: &Connection, notice: &Notice, now: DateTime) -> Result<Option<i64>, TaskError> {
    let sql = "SELECT n.moment, m.at FROM notification n LEFT JOIN moment m ON m.seq = n.moment
               WHERE n.kind = ?1 AND n.recipient = ?2 AND n.key = ?3";
    let mut statement = store.prepare_cached(sql)?;
    let (mut is_due, mut last) = (false, 0);
    for key in &notice.keys {
        let known = statement
            .query_row(params![notice.kind, notice.recipient, key], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, Option<i64>>(1)?))
            })
            .optional()?;
        match known {
            None => is_due = true,
            Some((moment, at)) => {
                last = last.max(moment);
                let told = at.and_then(DateTime::from_unix).unwrap_or(DateTime::MIN);
                let minutes = (now.ticks() - told.ticks()) / MINUTE;
                is_due |= notice.reminder > 0 && minutes >= notice.reminder;
            }
        }
    }
    Ok(is_due.then_some(last))
}

fn waiting(store: &Connection, notices: &[Notice], now: DateTime) -> Result<u64, TaskError> {
    let mut waiting = 0;
    for notice in notices {
        waiting += u64::from(due(store, notice, now)?.is_some());
    }
    Ok(waiting)
}

/// The same for the same notice, and another one for its reminder.
fn id(notice: &Notice, last: i64) -> String {
    let said = serde_json::json!([notice.kind, notice.recipient, notice.keys, last]).to_string();
    hex(&Sha256::digest(said))[..32].to_owned()
}

/// Takes out of the ledger what there is nothing to tell about any more, so that it is told anew if it comes back.
fn forget(
    store: &Connection,
    kinds: &BTreeSet<String>,
    notices: &[Notice],
    spared: &BTreeSet<(String, String)>,
) -> Result<u64, TaskError> {
    let mut present: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for notice in notices {
        let entry = present.entry((&notice.kind, &notice.recipient)).or_default();
        entry.extend(notice.keys.iter().map(String::as_str));
    }
    let names = serde_json::to_string(kinds).unwrap_or_default();
    let sql = "SELECT kind, recipient, key FROM notification WHERE kind IN (SELECT value FROM json_each(?1))";
    let mut statement = store.prepare(sql)?;
    let rows =
        statement.query_map([names], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?)))?;
    let mut forgotten = 0;
    for (kind, recipient, key) in rows.collect::<Result<Vec<_>, _>>()? {
        let known = present.get(&(kind.as_str(), recipient.as_str())).is_some_and(|keys| keys.contains(key.as_str()));
        if !known && !spared.contains(&(kind.clone(), key.clone())) {
            let sql = "DELETE FROM notification WHERE kind = ?1 AND recipient = ?2 AND key = ?3";
            forgotten += store.prepare_cached(sql)?.execute(params![kind, recipient, key])? as u64;
        }
    }
    Ok(forgotten)
}

/// What is known of a mail that the store does not know of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    Nothing,
    Doubtful,
    Sent,
}

/// Files that remember mails until the store does.
struct Journal {
    folder: PathBuf,
}

impl Journal {
    fn of(context: &TaskContext<'_>) -> Self {
        Self { folder: context.work.join("MailJournal") }
    }

    fn file(&self, id: &str, state: &str) -> PathBuf {
        self.folder.join(format!("{id}.{state}"))
    }

    fn state(&self, id: &str) -> Known {
        if self.file(id, "sent").exists() {
            Known::Sent
        } else if self.file(id, "sending").exists() {
            Known::Doubtful
        } else {
            Known::Nothing
        }
    }

    fn sending(&self, id: &str) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        File::create(self.file(id, "sending"))?.sync_all()?;
        self.sync()
    }

    fn sent(&self, id: &str) -> io::Result<()> {
        fs::rename(self.file(id, "sending"), self.file(id, "sent"))?;
        self.sync()
    }

    fn forget(&self, id: &str) -> io::Result<()> {
        for state in ["sending", "sent"] {
            remove(&self.file(id, state))?;
        }
        Ok(())
    }

    /// Names of files are on disk as well.
    fn sync(&self) -> io::Result<()> {
        #[cfg(unix)]
        File::open(&self.folder)?.sync_all()?;
        Ok(())
    }
}

fn remove(file: &Path) -> io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}
