//! The dialect as an XML Schema 1.0, for editors and validators that know nothing of jobwright.
//!
//! Elements of one name that differ by parent are local elements of different types; a family of attributes is a group
//! that lists its members, since a schema has no patterns for names. What a schema of version 1.0 cannot say is left to
//! `check`: what refers to what, expressions and schedules, children that must be there, and attributes that are required
//! only as long as `ConsolidationMode` does not take them from what is generated.

mod attributes;
mod elements;
mod references;
#[cfg(test)]
mod tests;
mod types;
mod writer;

use self::writer::Writer;
use super::{Dialect, NAMESPACE};

const HEAD: &str = "\
The configuration of Netwrix Identity Manager, as far as its documentation is public; written by jobwright. \
It does not say what refers to what, what expressions and schedules mean, which children must be there, and which \
attributes are required as long as ConsolidationMode does not take them from generated items: `jobwright check` does.";

/// The schema of a dialect.
pub fn xsd(dialect: Dialect) -> String {
    let mut out = Writer::new();
    out.open(
        "xs:schema",
        &[
            ("xmlns:xs", "http://www.w3.org/2001/XMLSchema"),
            ("xmlns", NAMESPACE),
            ("targetNamespace", NAMESPACE),
            ("elementFormDefault", "qualified"),
            ("version", dialect.as_str()),
        ],
    );
    out.documentation(HEAD);
    let mut groups = attributes::Groups::default();
    let mut complex = Writer::within(1);
    elements::write(dialect, &mut groups, &mut complex);
    types::write(&mut out);
    groups.write(&mut out);
    out.append(&complex.finish());
    out.close("xs:schema");
    out.finish()
}
