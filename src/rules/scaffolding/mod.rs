//! What scaffoldings would do better.

pub(super) mod hand_written_job;
