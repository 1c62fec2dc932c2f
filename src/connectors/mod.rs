//! Where embedded export and fulfil tasks read and write.

pub mod csv;
pub mod http;
pub mod sql;
