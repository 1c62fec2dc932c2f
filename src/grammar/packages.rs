//! The catalogue of connection packages: what a connection can export and fulfil.

use super::tables;

/// A connection package.
#[derive(Debug)]
pub struct Package {
    /// As `Connection/@Package` names it: `Usercube.AD@0000001`.
    pub id: &'static str,
    /// The label that the product shows.
    pub name: &'static str,
    /// The library that exports; `None` where the package exports nothing.
    pub export: Option<&'static str>,
    /// The libraries that fulfil; none where the package fulfils nothing.
    pub fulfill: &'static [&'static str],
    /// Whether the export can give changes only.
    pub incremental: bool,
    /// The type of the prepare and synchronize tasks of an incremental job.
    pub prepare_type: Option<&'static str>,
    /// That type holds in complete and initialization jobs too; else it is `None` there.
    pub prepare_type_always: bool,
    /// The element that a resource type fulfilled through this package needs.
    pub resource_type_mapping: Option<&'static str>,
    /// Whether the product's catalogue lists it; else it was seen in an example only.
    pub catalogued: bool,
}

impl Package {
    /// Whether it exports.
    pub fn exports(&self) -> bool {
        self.export.is_some()
    }

    /// Whether it fulfils by tickets: the part of the label before the slash is the kind of system.
    pub fn makes_tickets(&self) -> bool {
        self.name.starts_with("Ticket/")
    }

    /// Whether it fulfils.
    pub fn fulfills(&self) -> bool {
        !self.fulfill.is_empty()
    }
}

/// Every package, sorted by identifier without regard to case.
pub fn all() -> &'static [Package] {
    tables::packages()
}

/// The package of that identifier, compared without case.
pub fn find(id: &str) -> Option<&'static Package> {
    all().iter().find(|package| package.id.eq_ignore_ascii_case(id))
}
