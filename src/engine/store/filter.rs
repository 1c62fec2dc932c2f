//! Which runs of the history somebody wants to see.

use crate::engine::clock::Timestamp;
use crate::engine::state::JobState;

/// What a run must be to be listed; by default anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this job, whatever the case.
    pub job: Option<String>,
    /// In one of these states; none named: in any.
    pub states: Vec<JobState>,
    /// Begun at this time or later.
    pub since: Option<Timestamp>,
    /// At most so many, the latest.
    pub limit: Option<usize>,
}

impl Filter {
    /// Whether the state is one that was asked for.
    pub(super) fn wants(&self, state: JobState) -> bool {
        self.states.is_empty() || self.states.contains(&state)
    }
}
