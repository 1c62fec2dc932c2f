//! Stands for the client where the program is built without it.

use std::convert::Infallible;

use super::{Change, Changes, Entry, LdapFailure, LdapOptions, Search};

/// A client that cannot exist.
#[derive(Debug)]
pub struct LdapClient(Infallible);

impl LdapClient {
    /// Always an error that says how to build the client in.
    pub fn open(_: &LdapOptions) -> Result<Self, LdapFailure> {
        Err(LdapFailure::Absent)
    }

    /// There is nothing to judge filters by.
    pub fn is_filter(_: &str) -> bool {
        true
    }

    /// Never called.
    pub fn server(&self) -> &str {
        match self.0 {}
    }

    /// Never called.
    pub fn search<E: From<LdapFailure>>(&mut self, _: &Search<'_>, _: impl FnMut(Entry) -> Result<(), E>) -> Result<(), E> {
        match self.0 {}
    }

    /// Never called.
    pub fn read(&mut self, _: &str, _: &[&str]) -> Result<Option<Entry>, LdapFailure> {
        match self.0 {}
    }

    /// Never called.
    pub fn add(&mut self, _: &str, _: &[(String, Vec<Vec<u8>>)]) -> Result<(), LdapFailure> {
        match self.0 {}
    }

    /// Never called.
    pub fn modify(&mut self, _: &str, _: &[Change], _: bool) -> Result<(), LdapFailure> {
        match self.0 {}
    }

    /// Never called.
    pub fn modify_dn(&mut self, _: &str, _: &str, _: bool, _: Option<&str>) -> Result<(), LdapFailure> {
        match self.0 {}
    }

    /// Never called.
    pub fn delete(&mut self, _: &str, _: bool) -> Result<(), LdapFailure> {
        match self.0 {}
    }

    /// Never called.
    pub fn changes(&mut self, _: &Search<'_>, _: &[u8]) -> Result<Changes, LdapFailure> {
        match self.0 {}
    }

    /// Never called.
    pub fn cookie(&mut self, _: &str) -> Result<Option<Vec<u8>>, LdapFailure> {
        match self.0 {}
    }
}
