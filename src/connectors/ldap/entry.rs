//! What is asked of a directory, and what it answers.

/// An entry, or the part of it that was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name.
    pub dn: String,
    /// Attributes and their values, sorted by name without case, then by value: servers keep no order.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
}

impl Entry {
    /// Brings attributes and values into their order.
    #[cfg(feature = "ldap")]
    pub(super) fn sort(&mut self) {
        self.attributes.sort_by_cached_key(|(name, _)| name.to_ascii_lowercase());
        for (_, values) in &mut self.attributes {
            values.sort_unstable();
            // Parts of one attribute may overlap where it changes between them.
            values.dedup();
        }
    }

    /// The values of an attribute, whose name compares without case; none where it is absent.
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        let found = self.attributes.iter().find(|(attribute, _)| attribute.eq_ignore_ascii_case(name));
        found.map_or(&[], |(_, values)| values)
    }

    /// The first value of an attribute, where it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name).first().and_then(|value| std::str::from_utf8(value).ok())
    }
}

/// How far below its base a search goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// The base entry alone.
    Base,
    /// The entries directly below it.
    OneLevel,
    /// It and everything below.
    #[default]
    Subtree,
}

impl Scope {
    /// The scope of a name as settings write it.
    pub fn named(name: &str) -> Option<Self> {
        [("base", Self::Base), ("onelevel", Self::OneLevel), ("subtree", Self::Subtree)]
            .into_iter()
            .find_map(|(known, scope)| known.eq_ignore_ascii_case(name).then_some(scope))
    }
}

/// A search.
#[derive(Clone, Copy, Debug)]
pub struct Search<'a> {
    /// The entry it starts from.
    pub base: &'a str,
    /// How far it goes.
    pub scope: Scope,
    /// Which entries it gives.
    pub filter: &'a str,
    /// Which attributes it gives; `1.1` alone stands for none.
    pub attributes: &'a [&'a str],
    /// Whether it is asked for page by page; then the limit of entries does not count.
    pub paged: bool,
    /// Whether the server is to leave out references to other servers.
    pub domain_scope: bool,
    /// Entries that the server is to give at most; 0: as many as it will.
    pub size_limit: u32,
    /// Seconds that the server is to search at most; 0: as long as it will.
    pub time_limit: u32,
}

impl<'a> Search<'a> {
    /// Everything at and below an entry, page by page.
    pub fn below(base: &'a str, filter: &'a str, attributes: &'a [&'a str]) -> Self {
        let scope = Scope::Subtree;
        Self { base, scope, filter, attributes, paged: true, domain_scope: false, size_limit: 0, time_limit: 0 }
    }

    /// One entry.
    pub fn of(dn: &'a str, attributes: &'a [&'a str]) -> Self {
        let (scope, filter) = (Scope::Base, "(objectClass=*)");
        Self { base: dn, scope, filter, attributes, paged: false, domain_scope: false, size_limit: 0, time_limit: 0 }
    }
}

/// A change of one attribute of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Values come; there must be one.
    Add(String, Vec<Vec<u8>>),
    /// Values go; none written: all of them.
    Delete(String, Vec<Vec<u8>>),
    /// The values become these; none written: the attribute goes.
    Replace(String, Vec<Vec<u8>>),
}
