//! The digest: SHA-256 over the canonical JSON of what a plan means.
//!
//! Canonical JSON is the object of the members `dialect`, `jobs`, `model` and `version`, with the members of every object
//! sorted by code point and no white space, as UTF-8. What a reader does not know is covered too, so a plan written by a
//! later minor version keeps its digest.

use std::io;

use rustc_hash::FxHashSet;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::PlanError;
use super::model::{Job, Model, PLAN_VERSION, Plan};

/// The members of a plan that the digest covers.
const COVERED: [&str; 4] = ["dialect", "jobs", "model", "version"];

/// Bytes on their way into a digest.
#[derive(Default)]
struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Hashing {
    fn finish(self) -> String {
        use std::fmt::Write;
        self.0.finalize().iter().fold(String::from("sha256:"), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// The digest of a plan as JSON.
pub(super) fn of_json(plan: &Map<String, Value>) -> String {
    let mut covered = Map::new();
    for member in COVERED {
        if let Some(value) = plan.get(member) {
            covered.insert(member.to_owned(), value.clone());
        }
    }
    of_value(Value::Object(covered))
}

/// The digest of the parts of a plan.
pub(super) fn of_parts(dialect: &str, jobs: &[Job], model: &Model, version: u32) -> String {
    let part = |value: Result<Value, serde_json::Error>| value.unwrap_or(Value::Null);
    let mut covered = Map::new();
    covered.insert("dialect".to_owned(), Value::from(dialect));
    covered.insert("jobs".to_owned(), part(serde_json::to_value(jobs)));
    covered.insert("model".to_owned(), part(serde_json::to_value(model)));
    covered.insert("version".to_owned(), Value::from(version));
    of_value(Value::Object(covered))
}

fn of_value(mut value: Value) -> String {
    // The order of members must not hang on how serde_json was compiled.
    value.sort_all_objects();
    let mut hashing = Hashing::default();
    // Writing a value into a digest has nothing that could fail.
    _ = serde_json::to_writer(&mut hashing, &value);
    hashing.finish()
}

/// The digest over texts with their paths, in the order given.
pub(super) fn of_sources<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hashing = Hashing::default();
    for (path, text) in files {
        for part in [path, text] {
            // The length keeps two neighbouring parts from running into each other.
            hashing.0.update((part.len() as u64).to_le_bytes());
            hashing.0.update(part.as_bytes());
        }
    }
    hashing.finish()
}

impl Plan {
    /// Whether the content is what was compiled.
    pub fn verify(&self) -> Result<(), PlanError> {
        match self.version {
            PLAN_VERSION => {}
            newer if newer > PLAN_VERSION => return Err(PlanError::Newer { found: u64::from(newer) }),
            older => return Err(PlanError::Older { found: u64::from(older) }),
        }
        let computed = of_parts(&self.dialect, &self.jobs, &self.model, self.version);
        if computed == self.digest { Ok(()) } else { Err(PlanError::Digest { stated: self.digest.clone(), computed }) }
    }

    /// Keeps some jobs only, and takes the digest anew.
    pub fn retain_jobs(&mut self, mut keep: impl FnMut(&Job) -> bool) {
        self.jobs.retain(|job| keep(job));
        let kept: FxHashSet<&str> = self.jobs.iter().map(|job| job.id.as_str()).collect();
        // A job's identifier may be the beginning of another's, but holds no slash.
        self.origins.items.retain(|item, _| kept.contains(item.split_once('/').map_or(item.as_str(), |(job, _)| job)));
        self.digest = of_parts(&self.dialect, &self.jobs, &self.model, self.version);
    }
}
