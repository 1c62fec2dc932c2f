//! Why a question has no answer.

/// Why a question has no answer. A message says what is wrong before its last semicolon, and what to do after it.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// Nothing of that name is there.
    #[error("the store holds no {what} `{asked}`{}", suggested(near))]
    Unknown {
        /// What was asked for, as `entity type`.
        what: String,
        /// Its name as it was given.
        asked: String,
        /// The names that are there, the nearest first, or all where there are few.
        near: Vec<String>,
    },
    /// Several things have that name.
    #[error("`{asked}` is a value of {} {what}; name one of them: {}", found.len(), found.join(", "))]
    Ambiguous {
        /// What was asked for, as `resources of HR_Person`.
        what: String,
        /// The value that was given.
        asked: String,
        /// The keys of those that have it.
        found: Vec<String>,
    },
    /// The store was written by an earlier version and has not what is asked for.
    #[error("the store is of an earlier version; bring it up to date first:\njobwright store check")]
    Older,
    /// Something that was asked for cannot be done.
    #[error("{0}")]
    Refused(String),
    /// What is stored cannot be read.
    #[error("the store holds something unreadable for {0}; look for the damage:\njobwright store check")]
    Damaged(String),
    /// The database fails.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
}

fn suggested(near: &[String]) -> String {
    match near {
        [] => String::new(),
        [one] => format!("; did you mean {one}?"),
        several => format!("; there are {}", several.join(", ")),
    }
}
