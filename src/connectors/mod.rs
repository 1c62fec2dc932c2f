//! Where embedded export and fulfil tasks read and write.

pub mod base64;
pub mod csv;
pub mod http;
pub mod ldap;
pub mod sql;
