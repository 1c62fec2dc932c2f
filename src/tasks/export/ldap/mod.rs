//! Exports of LDAP directories: `<connection>_entries.csv` and a file of links for each table of an attribute.
//!
//! The output is always a whole extract, and preparing holds it against what was last synchronized, as with a CSV file
//! that is read anew. So a delta that blocked or failed is found again by itself, and what a rename does to the links of
//! others is seen. What is incremental is the reading: a snapshot of each search is kept with what stands for that state
//! on the server, and the entries that changed since are put into it. The snapshot is recorded in the transaction of the
//! export, so it always goes with its cookie. The export is unchanged only if the content is what the last *consumed*
//! batch was made of.
//!
//! What changed is asked in one of two ways:
//!
//! - by content synchronization (RFC 4533) where the server offers it and the cookie is still good,
//! - else by listing every entry with the number that each change of it raises (`entryCSN`, `uSNChanged`, `entryusn`), and
//!   reading those that are new or have another one. Numbers are only compared for being the same, never by order, so
//!   that clocks do not matter; those of domain controllers stand for one controller each, which is kept with them.
//!
//! Everything is read anew where neither is possible, where the search, the columns or the server are other ones, and
//! after a deletion or a rename: servers then change references in other entries, such as members of groups, and names
//! of entries below without telling (`OpenLDAP`'s `refint` marks its changes so). It may do so a moment later; a snapshot
//! whose names changed is therefore unsettled, and the next export reads everything once more. Searches that read
//! attributes computed by the server, as `memberOf`, are read anew after any change.

mod changes;
mod output;
mod snapshot;
mod tables;

use sha2::{Digest, Sha256};

use crate::connectors::ldap::{Dn, LdapClient, LdapFailure, LdapOptions, Search};
use crate::plan::model::{Connection, Model};
use crate::tasks::fulfill::placeholder;
use crate::tasks::identity::hex;
use crate::tasks::{Settings, TaskContext, TaskEnd, TaskError, TaskReport};

use super::ExportRecord;

use changes::{Delta, Marks};
use output::{Output, Written};
use snapshot::{Snapshot, State};
use tables::Source;

/// Checks, before the job starts, that a connection can be exported.
pub(super) fn check(model: &Model, connection: &Connection, settings: &Settings) -> Result<(), TaskError> {
    let options = options(settings, connection)?;
    if cfg!(not(feature = "ldap")) {
        return Err(LdapFailure::Absent.into());
    }
    tables::sources(model, connection, &options, &[]).map(|_| ())
}

fn options(settings: &Settings, connection: &Connection) -> Result<LdapOptions, TaskError> {
    let own = settings.connection(&connection.id).ok_or_else(|| {
        let file = settings.file.display().to_string();
        let place = if file.is_empty() { "(no settings file)".to_owned() } else { file };
        TaskError::new(format!("connection {} has no settings under Connections in {place}", connection.id))
            .help("add an entry with its Servers and Tables")
    })?;
    LdapOptions::read(own, &connection.package).map_err(|error| TaskError::new(error.to_string()))
}

/// What stands for nobody in the groups that the connections of a connector write.
fn nobody(context: &TaskContext<'_>, connector: &str) -> Result<Vec<Dn>, TaskError> {
    let connections = context.plan.model.connections.iter().filter(|one| one.connector == connector);
    connections.filter_map(|one| placeholder(context.settings, one).transpose()).collect()
}

/// What the searches of an export gave.
struct Content {
    written: Vec<(Written, Option<Vec<u8>>, bool)>,
    changed: Option<u64>,
}

/// Exports a connection.
pub(super) fn export(context: &TaskContext<'_>, connection: &Connection, complete: bool) -> Result<TaskReport, TaskError> {
    let run = || {
        let options = options(context.settings, connection)?;
        let nobody = nobody(context, &connection.connector)?;
        let sources = tables::sources(&context.plan.model, connection, &options, &nobody)?;
        if sources.is_empty() {
            let message = format!("no mapping reads connection {}", connection.id);
            return Ok(TaskReport::new(TaskEnd::Unchanged).message(message));
        }
        Export::new(context, connection, &options, sources)?.run(complete)
    };
    // The place in a file says more than the name of the connection.
    run().map_err(|error| match &error.file {
        None if !error.message.contains(&connection.id) => {
            TaskError { message: format!("connection {}: {}", connection.id, error.message), ..error }
        }
        _ => error,
    })
}

struct Export<'a> {
    context: &'a TaskContext<'a>,
    connection: &'a Connection,
    options: &'a LdapOptions,
    sources: Vec<Source>,
    client: LdapClient,
    marks: Marks,
    states: Vec<Option<State>>,
}

impl<'a> Export<'a> {
    fn new(
        context: &'a TaskContext<'a>,
        connection: &'a Connection,
        options: &'a LdapOptions,
        sources: Vec<Source>,
    ) -> Result<Self, TaskError> {
        let mut client = LdapClient::open(options)?;
        let marks = Marks::of(&mut client, &connection.package)?;
        let states = sources.iter().map(|source| State::load(context.transaction, &connection.id, &source.name));
        let states = states.collect::<Result<_, _>>()?;
        Ok(Self { context, connection, options, sources, client, marks, states })
    }

    fn run(&mut self, complete: bool) -> Result<TaskReport, TaskError> {
        let incremental = if complete { None } else { self.changed()? };
        let content = match incremental {
            Some(content) => content,
            None => self.whole()?,
        };
        let hash = self.hash(&content);
        let server = self.client.server().to_owned();
        let unchanged = !complete
            && self.context.is_consumed(&self.connection.id, &hash)?
            && !super::siblings_changed(self.context, self.connection);
        let rows = content.written.iter().map(|(written, ..)| written.rows).sum::<u64>();
        let mut kept = Vec::new();
        for ((source, (written, cookie, unsettled)), previous) in self.sources.iter().zip(content.written).zip(&self.states) {
            let state = State {
                server: server.clone(),
                how: source.how(&self.marks),
                cookie,
                file: written.snapshot_name(&source.name),
                content: written.content.clone(),
                names: written.names.clone(),
                unsettled,
            };
            kept.push(state.file.clone());
            written.persist(
                self.context.work,
                &snapshot::folder(self.context.work, &self.connection.id),
                &state.file,
                (!unchanged).then_some(hash.as_str()),
            )?;
            if previous.as_ref() != Some(&state) {
                state.save(self.context.transaction, &self.connection.id, &source.name)?;
            }
        }
        let report = if unchanged {
            TaskReport::new(TaskEnd::Unchanged).message(format!("{server} holds what was last synchronized"))
        } else {
            let record = ExportRecord { hash, delta: false, source: server.clone(), skipped: 0 };
            record.save(self.context.transaction, &self.connection.id)?;
            let message = match content.changed {
                Some(1) => format!("{rows} rows, with 1 changed entry of {server}"),
                Some(changed) => format!("{rows} rows, with {changed} changed entries of {server}"),
                None => format!("{rows} rows of {server}"),
            };
            let report = TaskReport::new(TaskEnd::Completed).count("rows", rows).message(message);
            match content.changed {
                Some(changed) => report.count("changed", changed),
                None => report,
            }
        };
        let mut report = report;
        report.after_commit.push(snapshot::sweep_after_commit(self.context.work, &self.connection.id, kept));
        Ok(report)
    }

    /// Of what was read and how.
    fn hash(&self, content: &Content) -> String {
        let mut hash = Sha256::new();
        for (source, (written, ..)) in self.sources.iter().zip(&content.written) {
            hash.update(format!("{} {} {}\n", source.name, source.how(&self.marks), written.content));
        }
        hex(&hash.finalize())
    }

    fn search<'s>(&self, source: &'s Source, attributes: &'s [&'s str]) -> Search<'s> {
        Search {
            scope: source.scope,
            paged: self.options.size_limit == 0,
            size_limit: self.options.size_limit,
            time_limit: self.options.time_limit,
            ..Search::below(&source.base, &source.filter, attributes)
        }
    }

    /// Reads everything.
    fn whole(&mut self) -> Result<Content, TaskError> {
        let mut written = Vec::new();
        let sources = std::mem::take(&mut self.sources);
        for (source, state) in sources.iter().zip(&self.states) {
            // Taken before, so that what changes meanwhile is told by the next export.
            let cookie = if self.marks.synchronizes { self.client.cookie(&source.base)? } else { None };
            let attributes = source.asked(&self.marks);
            let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
            let search = self.search(source, &attributes);
            let mut output = Output::new(self.context.work, &snapshot::folder(self.context.work, &self.connection.id), source)?;
            let (context, marks) = (self.context, &self.marks);
            self.client.search::<TaskError>(&search, |entry| {
                output.take(&snapshot::Record::of(&entry, source, marks))?;
                context.tick(output.records(), None)
            })?;
            let read = output.finish()?;
            let unsettled = state.as_ref().is_some_and(|state| state.names != read.names);
            written.push((read, cookie, unsettled));
        }
        self.sources = sources;
        Ok(Content { written, changed: None })
    }

    /// Puts what changed into the last snapshots; none where everything is to be read anew.
    fn changed(&mut self) -> Result<Option<Content>, TaskError> {
        let mut snapshots = Vec::new();
        for (source, state) in self.sources.iter().zip(&self.states) {
            let Some(state) = state else { return Ok(None) };
            if state.unsettled || state.how != source.how(&self.marks) || state.server != self.client.server() {
                return Ok(None);
            }
            let folder = snapshot::folder(self.context.work, &self.connection.id);
            snapshots.push(Snapshot::new(&folder, state, source));
        }
        let mut deltas = Vec::new();
        for (index, snapshot) in snapshots.iter().enumerate() {
            let source = &self.sources[index];
            let attributes = source.asked(&self.marks);
            let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
            let search = self.search(source, &attributes);
            let state = self.states[index].as_ref();
            let cookie = state.and_then(|state| state.cookie.as_deref()).filter(|_| self.marks.synchronizes);
            let delta = match cookie {
                Some(cookie) => Delta::synchronized(&mut self.client, &search, cookie)?,
                None => Delta::listed(self.context, &mut self.client, &search, &self.marks, snapshot)?,
            };
            let Some(delta) = delta else { return Ok(None) };
            deltas.push(delta);
        }
        let changed = deltas.iter().map(|delta| delta.entries.len() as u64).sum();
        if changed > 0 && self.sources.iter().any(Source::is_computed) {
            return Ok(None);
        }
        let mut written = Vec::new();
        for ((source, snapshot), delta) in self.sources.iter().zip(&snapshots).zip(deltas) {
            let cookie = delta.cookie.clone();
            let output = Output::new(self.context.work, &snapshot::folder(self.context.work, &self.connection.id), source)?;
            let Some(merged) = delta.merge(self.context, snapshot, output, source, &self.marks)? else { return Ok(None) };
            written.push((merged, cookie, false));
        }
        Ok(Some(Content { written, changed: Some(changed) }))
    }
}
