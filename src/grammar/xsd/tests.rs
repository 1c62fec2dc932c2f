//! Tests of the schema's text; what it accepts is tested with a validator.

use super::*;
use crate::grammar::{elements, name_id};

#[test]
fn every_element_of_the_dialect_has_its_type() {
    for dialect in Dialect::ALL {
        let schema = xsd(dialect);
        let kept = elements().filter(|kind| !kind.def().is_withdrawn(dialect)).count();
        assert_eq!(schema.matches("<xs:complexType ").count(), kept, "{dialect}");
        let mut names: Vec<&str> = schema.lines().filter(|line| line.contains("<xs:complexType ")).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{dialect}");
    }
}

#[test]
fn withdrawn_elements_and_attributes_are_those_of_other_dialects() {
    assert!(name_id("DoNotCreateJob").is_some());
    let (old, new) = (xsd(Dialect::V6_1), xsd(Dialect::Saas));
    assert!(old.contains("\"DoNotCreateJob\"") && !new.contains("\"DoNotCreateJob\""));
    assert!(old.matches("name=\"OldAlgorithm\"").count() > new.matches("name=\"OldAlgorithm\"").count());
}

#[test]
fn the_schema_is_well_formed_and_the_same_every_time() {
    let schema = xsd(Dialect::Saas);
    assert_eq!(schema, xsd(Dialect::Saas));
    let document = crate::syntax::parse(crate::source::FileId(0), &schema, crate::grammar::seed());
    assert!(document.errors().is_empty(), "{:?}", document.errors());
    assert!(schema.contains("<xs:element name=\"ConfigurationFile\" type=\"ConfigurationFile\" />"));
    assert!(schema.contains("name=\"EntityType.Property\"") && schema.contains("name=\"EntityTypeMapping.Property\""));
}
