//! `SendNotificationsTask` and `SendRoleModelNotificationsTask`: mail to people about what waits for them.
//!
//! Each thing is told to each person once, and again when its reminder is due.

mod custom;
mod mail;
mod outbox;
mod recipients;
mod reviews;
mod settings;
mod smtp;
mod squery;
mod transport;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use rusqlite::Connection;

use crate::expr::date::DateTime;
use crate::plan::model::{Plan, Task};

use super::attribute::items;
use super::expressions::PlanSchema;
use super::{EmbeddedTask, Settings, TaskContext, TaskError, TaskReport};
use outbox::{Notice, deliver};
use recipients::Directory;
use reviews::Review;
use settings::MailSettings;

/// The embedded `SendNotificationsTask`.
pub(super) struct SendNotifications;

/// The embedded `SendRoleModelNotificationsTask`.
pub(super) struct SendRoleModelNotifications;

/// Things in one mail; the others are counted.
const LISTED: usize = 100;

impl EmbeddedTask for SendNotifications {
    fn check_settings(&self, _plan: &Plan, _task: &Task, settings: &Settings) -> Result<(), TaskError> {
        MailSettings::read(settings, std::path::PathBuf::new()).map(drop)
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let mut told = Told::default();
        let model = &context.plan.model;
        for entity_type in covered(context) {
            for review in [Review::ManualProvisioning, Review::Provisioning, Review::Roles { once: false }] {
                if review.declared(model, entity_type).is_some() {
                    told.review(context, review, entity_type)?;
                }
            }
        }
        custom::gather(context, &mut told)?;
        told.certification = items(model, "AccessCertificationNotification").next().is_some();
        told.deliver(context)
    }
}

impl EmbeddedTask for SendRoleModelNotifications {
    fn check_settings(&self, _plan: &Plan, _task: &Task, settings: &Settings) -> Result<(), TaskError> {
        MailSettings::read(settings, std::path::PathBuf::new()).map(drop)
    }

    fn run(&self, context: &mut TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let mut told = Told::default();
        for entity_type in covered(context) {
            told.review(context, Review::Roles { once: true }, entity_type)?;
        }
        told.deliver(context)
    }
}

/// What there is to tell.
#[derive(Default)]
struct Told {
    kinds: BTreeSet<String>,
    notices: Vec<Notice>,
    waiting: usize,
    /// What waits and has nobody to be told.
    untold: usize,
    without_addresses: bool,
    /// Things whose condition could not be evaluated: what was told of them stays on record.
    spared: BTreeSet<(String, String)>,
    failed: u64,
    /// The first of them.
    failures: Vec<String>,
    /// A notification of access certification is declared, of which nothing is known here.
    certification: bool,
}

impl Told {
    /// Gathers what waits for the reviewers of an entity type.
    fn review(&mut self, context: &TaskContext<'_>, review: Review, entity_type: &str) -> Result<(), TaskError> {
        let store: &Connection = context.transaction;
        let model = &context.plan.model;
        let kind = format!("{}:{entity_type}", review.kind());
        self.kinds.insert(kind.clone());
        if !review.is_on(model) {
            return Ok(());
        }
        let schema = PlanSchema::new(model);
        let waiting = review.waiting(store, &schema, entity_type)?;
        self.waiting += waiting.len();
        if waiting.is_empty() {
            return Ok(());
        }
        let directory = Directory::new(store, &schema, now());
        self.without_addresses |= !directory.knows_addresses();
        let mut known: BTreeSet<&str> = BTreeSet::new();
        for (recipient, limits) in directory.recipients(review.permission(), entity_type)? {
            let mut lines = Vec::new();
            let mut keys = BTreeSet::new();
            for thing in &waiting {
                let about: Vec<(&str, &str)> = thing.about.iter().map(|(element, id)| (*element, id.as_str())).collect();
                if directory.within(&limits, entity_type, thing.owner, &about)? {
                    known.insert(&thing.key);
                    keys.insert(thing.key.clone());
                    lines.push(thing.line.as_str());
                }
            }
            if keys.is_empty() {
                continue;
            }
            let subject = review.subject(lines.len());
            let text = body(&subject, &lines);
            let reminder = review.reminder(model, entity_type);
            self.notices.push(Notice { kind: kind.clone(), recipient, keys, subject, text, reminder });
        }
        self.untold += waiting.len() - known.len();
        Ok(())
    }

    /// Sends what is due.
    fn deliver(self, context: &TaskContext<'_>) -> Result<TaskReport, TaskError> {
        let mut report = deliver(context, &self.kinds, &self.notices, &self.spared)?;
        report.counters.insert("pending".to_owned(), self.waiting as u64);
        report.counters.insert("untold".to_owned(), self.untold as u64);
        let mut said: Vec<String> = report.message.take().into_iter().collect();
        if self.untold > 0 {
            let why = if self.without_addresses {
                "no MailSetting says which property holds mail addresses"
            } else {
                "nobody with an address is meant"
            };
            said.push(format!("of what waits, {} has nobody to be told: {why}", self.untold));
        } else if self.waiting == 0 && said.is_empty() {
            said.push("nothing waits for anybody".to_owned());
        }
        if self.failed > 0 {
            report.counters.insert("failed".to_owned(), self.failed);
            said.push(format!("{} conditions could not be evaluated: {}", self.failed, self.failures.join("; ")));
        }
        if self.certification {
            said.push("access certification has no embedded form, so nobody is told of it".to_owned());
        }
        report.message = (!said.is_empty()).then(|| said.join("; "));
        Ok(report)
    }
}

/// The entity types of the task; without any, all.
fn covered<'a>(context: &TaskContext<'a>) -> Vec<&'a str> {
    let (task, model) = (context.task, &context.plan.model);
    if task.entity_types.is_empty() {
        return model.entity_types.iter().map(|found| found.id.as_str()).collect();
    }
    task.entity_types.iter().map(String::as_str).collect()
}

fn body(subject: &str, lines: &[&str]) -> String {
    let mut text = format!("{subject}:\n\n");
    for line in lines.iter().take(LISTED) {
        text.push_str("- ");
        text.push_str(line);
        text.push('\n');
    }
    if lines.len() > LISTED {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "and {} more", lines.len() - LISTED);
    }
    text
}

/// The time by the clock of the machine.
fn now() -> DateTime {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.ok().and_then(|since| DateTime::from_unix(since.as_millis() as i64)).unwrap_or(DateTime::MIN)
}
