//! Tests of the tables and their lookup.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test stops by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use super::*;

fn def(kind: ElementKind) -> &'static ElementDef {
    kind.def()
}

fn id(name: &str) -> NameId {
    name_id(name).unwrap_or_else(|| panic!("{name} is a known name"))
}

/// One line per row: element, parents, attributes; families by their first member and their last number.
fn listing() -> String {
    let mut out = String::new();
    for kind in elements() {
        let def = def(kind);
        let parents: Vec<&str> = def.parents.iter().map(|parent| parent.def().name).collect();
        let attributes: Vec<String> = def
            .attributes
            .iter()
            .map(|attribute| match attribute.family {
                Some(family) => format!("{}..{}", attribute.name, family.member(family.last)),
                None => attribute.name.to_owned(),
            })
            .collect();
        let _ = writeln!(out, "{}\t{}\t{}", def.name, parents.join(" "), attributes.join(" "));
    }
    out
}

#[test]
fn the_list_of_elements_is_that_of_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/elements.txt");
    let listing = listing();
    if std::env::var_os("JOBWRIGHT_BLESS").is_some() {
        std::fs::write(&path, &listing).expect("the working copy is writable");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let changed: Vec<&str> = listing.lines().filter(|line| !kept.lines().any(|one| one == *line)).collect();
    assert!(
        kept == listing,
        "grammar/elements.txt is not what the grammar gives; set JOBWRIGHT_BLESS=1 to write it. New or changed: {changed:#?}"
    );
}

#[test]
fn names_are_sorted_and_found() {
    assert!(NAMES.windows(2).all(|pair| pair[0] < pair[1]));
    for (index, name) in NAMES.iter().enumerate() {
        assert_eq!(name_id(name), Some(NameId(index as u32)));
        assert_eq!(name_text(NameId(index as u32)), Some(*name));
    }
    assert_eq!(name_id("Nonsense"), None);
    assert_eq!(name_text(NameId(u32::MAX)), None);
    assert_eq!(NAMES[names::IDENTIFIER.0 as usize], "Identifier");
    assert_eq!(NAMES[names::OPEN_ID_CLIENT.0 as usize], "OpenIdClient");
    assert_eq!(NAMES[names::DISPLAY_NAME_L16.0 as usize], "DisplayName_L16");
}

#[test]
fn children_know_their_parents() {
    assert_eq!(root(), kinds::CONFIGURATION_FILE);
    for kind in elements() {
        for &parent in def(kind).parents {
            assert_eq!(child(parent, def(kind).name_id), Some(kind), "{} in {}", def(kind).name, def(parent).name);
        }
        for &inner in def(kind).children {
            assert!(def(inner).parents.contains(&kind));
        }
        assert!(kinds_named(def(kind).name_id).contains(&kind));
    }
}

#[test]
fn a_name_below_several_parents_has_several_rows() {
    let property = id("Property");
    assert_eq!(child(kinds::ENTITY_TYPE, property), Some(kinds::ENTITY_TYPE_PROPERTY));
    assert_eq!(child(kinds::ENTITY_TYPE_MAPPING, property), Some(kinds::ENTITY_TYPE_MAPPING_PROPERTY));
    assert_eq!(child(kinds::LDAP_RESOURCE_TYPE_MAPPING, property), Some(kinds::RESOURCE_TYPE_MAPPING_PROPERTY));
    assert_eq!(child(kinds::JOB, property), None);
    assert!(kinds_named(property).len() > 5);
    assert!(kinds_named(id("DisplayName_L1")).is_empty());
    assert!(kinds_named(NameId(u32::MAX)).is_empty());
    assert_eq!(child(kinds::RISK_RULE, id("Item")), Some(kinds::RISK_RULE_ITEM));
    assert_eq!(child(kinds::ROLE_MAPPING_RULE, id("Item")), Some(kinds::ROLE_MAPPING_RULE_ITEM));
}

#[test]
fn tasks_stand_in_jobs_and_at_top_level_and_have_overrides() {
    let tasks: Vec<ElementKind> = elements().filter(|kind| def(*kind).is_task()).collect();
    assert_eq!(tasks.len(), 34);
    for task in tasks {
        assert_eq!(def(task).parents, [kinds::CONFIGURATION_FILE, kinds::JOB]);
        assert_eq!(def(task).declares, Some(ItemKind::Task));
        let over = def(task).overridden_by.expect("every task has its override");
        assert_eq!(def(over).overrides, Some(task));
        assert_eq!(def(over).name, format!("{}Override", def(task).name));
        assert_eq!(def(over).parents, [kinds::JOB]);
        assert_eq!(def(over).children, def(task).children);
        assert_eq!(def(over).attributes.len(), def(task).attributes.len());
        assert_eq!(def(over).declares, None);
        for attribute in def(over).attributes {
            assert_eq!(
                attribute.required == Required::Yes,
                attribute.name == "Identifier",
                "{} of {}",
                attribute.name,
                def(over).name
            );
        }
        let identifier = def(over).attribute_named("Identifier").expect("an override names its task");
        assert_eq!(identifier.reference, Some(Reference::Item(ItemKind::Task)));
        assert!(child(task, id("TaskDependsOnTask")).is_some());
    }
    assert_eq!(def(kinds::EXPORT_TASK).task, Some(Side::Agent));
    assert_eq!(def(kinds::FULFILL_TASK).task, Some(Side::Either));
    assert_eq!(def(kinds::SYNCHRONIZE_TASK).task, Some(Side::Server));
}

#[test]
fn attributes_are_found_by_name_and_by_family() {
    let job = def(kinds::JOB);
    for name in ["Identifier", "DisplayName_L1", "DisplayName_L2", "DisplayName_L16", "ConsolidationMode"] {
        let found = job.attribute(id(name), name).unwrap_or_else(|| panic!("{name} on Job"));
        assert_eq!(found.name_id == id(name), found.family.is_none() || name == "DisplayName_L1");
        assert!(std::ptr::eq(found, job.attribute_named(name).expect("the same by text")));
    }
    for name in [
        "DisplayName_L0",
        "DisplayName_L17",
        "DisplayName_L01",
        "DisplayName_L",
        "DisplayName_l1",
        "displayname_L1",
        "DisplayName",
        "D0",
        "",
    ] {
        assert!(job.attribute_named(name).is_none(), "{name} on Job");
    }
    let role = def(kinds::SINGLE_ROLE);
    for name in ["D0", "DA", "D1A", "D3V", "R0", "R3V"] {
        assert!(role.attribute(NameId(u32::MAX), name).is_some() || role.attribute_named(name).is_some(), "{name} on SingleRole");
    }
    for name in ["D40", "Da", "DW", "D", "D00", "D-1", "D+1", "Description_L17"] {
        assert!(role.attribute_named(name).is_none(), "{name} on SingleRole");
    }
    let resource = def(kinds::RESOURCE);
    assert!(resource.attribute_named("I40").is_some() && resource.attribute_named("I4O").is_some());
    assert!(resource.attribute_named("I3V").is_none() && resource.attribute_named("I4P").is_none());
    assert!(def(kinds::DISPLAY_ENTITY_TYPE).attribute_named("DAIsActive").is_some());
    assert!(def(kinds::TRANSFORMATION).attribute_named("InputColumn").is_some_and(|found| found.family.is_none()));
    assert!(def(kinds::TRANSFORMATION).attribute_named("InputColumn5").is_some_and(|found| found.family.is_some()));
    assert!(def(kinds::TRANSFORMATION).attribute_named("InputColumn6").is_none());
}

#[test]
fn families_name_their_members() {
    let family = Family { prefix: "D", suffix: "IsActive", numbering: Numbering::Base32Hex, first: 0, last: 127 };
    for number in 0..=127 {
        assert_eq!(family.number(&family.member(number)), Some(number));
    }
    assert_eq!(family.member(10), "DAIsActive");
    assert_eq!(family.member(127), "D3VIsActive");
    assert_eq!(family.number("DIsActive"), None);
    assert_eq!(family.number("IsActive"), None);
}

#[test]
fn attributes_stand_in_the_canonical_order() {
    for kind in elements() {
        let orders: Vec<usize> = def(kind).attributes.iter().map(|attribute| usize::from(attribute.order)).collect();
        assert_eq!(orders, (0..orders.len()).collect::<Vec<_>>());
        assert!(def(kind).attributes.iter().all(|attribute| !attribute.summary.is_empty()));
    }
    let first: Vec<&str> =
        def(kinds::PREPARE_SYNCHRONIZATION_TASK).attributes.iter().map(|attribute| attribute.name).take(8).collect();
    assert_eq!(
        first,
        ["Identifier", "DisplayName_L1", "Agent", "Connector", "Level", "OpenIdClient", "SynchronizationMode", "Type"]
    );
}

#[test]
fn enumerations_take_name_or_number() {
    let modes = enums::JOB_INTEGRATION_RULE.def();
    assert_eq!(modes.parse("NotUsed"), Some("NotUsed"));
    assert_eq!(modes.parse("1"), Some("NotUsed"));
    assert_eq!(modes.parse("4"), None);
    assert_eq!(modes.parse("notused"), None);
    assert!(!modes.open);
    assert!(enums::OUTPUT_TYPE.def().open && enums::PREPARE_SYNCHRONIZATION_TYPE.def().open);
    for one in EnumId::all() {
        for value in one.def().values {
            assert_eq!(one.def().parse(value.name), Some(value.name), "{}", one.def().name);
            if let Some(number) = value.number {
                assert!(one.def().parse(&number.to_string()).is_some());
            }
        }
    }
}

#[test]
fn defaults_are_values() {
    for kind in elements() {
        for attribute in def(kind).attributes {
            if let Some(default) = attribute.default {
                assert!(attribute.value.check(default).is_ok(), "{} of {}: {default}", attribute.name, def(kind).name);
            }
        }
    }
}

#[test]
fn values_are_checked_against_their_type() {
    let ok = |kind: ValueType, value: &str| kind.check(value).is_ok();
    for value in ["true", "false", "1", "0", " true\n"] {
        assert!(ok(ValueType::Boolean, value), "{value:?}");
    }
    for value in ["True", "TRUE", "yes", "", "01", "\u{a0}true"] {
        assert_eq!(ValueType::Boolean.check(value), Err(ValueProblem::NotBoolean), "{value:?}");
    }
    assert!(ok(ValueType::Int32, "-1") && ok(ValueType::Int32, "+7") && ok(ValueType::Int32, "2147483647"));
    assert_eq!(
        ValueType::Int32.check("2147483648"),
        Err(ValueProblem::OutOfRange { low: i64::from(i32::MIN), high: i64::from(i32::MAX) })
    );
    assert_eq!(ValueType::Int32.check("1.0"), Err(ValueProblem::NotInteger));
    assert_eq!(ValueType::Int32.check(""), Err(ValueProblem::NotInteger));
    assert_eq!(ValueType::Int64.check("99999999999999999999"), Err(ValueProblem::OutOfRange { low: i64::MIN, high: i64::MAX }));
    assert!(ok(ValueType::Byte, "255") && !ok(ValueType::Byte, "256") && !ok(ValueType::Byte, "-1"));
    assert!(
        ok(ValueType::Float, "97.0") && ok(ValueType::Float, "-0.5") && ok(ValueType::Float, "1e3") && ok(ValueType::Float, ".5")
    );
    assert!(
        !ok(ValueType::Float, "97,0") && !ok(ValueType::Float, ".") && !ok(ValueType::Float, "1e") && !ok(ValueType::Float, "")
    );
    assert!(ok(ValueType::Color, "#0aF9c2") && !ok(ValueType::Color, "0aF9c2") && !ok(ValueType::Color, "#0aF9c"));
    assert!(ok(ValueType::DateTime, "20790606") && ok(ValueType::DateTime, "20240102030405"));
    assert!(ok(ValueType::DateTime, "2024-01-02") && ok(ValueType::DateTime, "2024-01-02T03:04:05Z"));
    assert!(!ok(ValueType::DateTime, "2024") && !ok(ValueType::DateTime, "tomorrow") && !ok(ValueType::DateTime, "éééé-01-02T"));
    assert!(ok(ValueType::Package, "usercube.ad@0000001") && !ok(ValueType::Package, "Usercube.AD"));
    let index = def(kinds::DIMENSION).attribute_named("ColumnMapping").expect("on the page");
    assert!(index.check("127").is_ok());
    assert_eq!(index.check("128"), Err(ValueProblem::OutOfRange { low: 0, high: 127 }));
}

#[test]
fn values_have_one_canonical_form() {
    let form = |kind, name, value| def(kind).attribute_named(name).expect("known").canonical(value);
    assert_eq!(form(kinds::JOB, "UserStartDenied", "1"), "true");
    assert_eq!(form(kinds::JOB, "UserStartDenied", "yes"), "yes");
    assert_eq!(form(kinds::JOB, "CronTimeZone", "1"), "ServerTime");
    assert_eq!(form(kinds::STEP, "Level", " 3 "), "3");
    assert_eq!(form(kinds::CONNECTION, "Package", "usercube.ad@0000001"), "Usercube.AD@0000001");
}

#[test]
fn every_scaffolding_takes_what_exports_write() {
    for kind in elements().filter(|kind| def(*kind).scaffolding.is_some()) {
        assert!(def(kind).attribute_named("Id").is_some(), "{}", def(kind).name);
    }
    assert!(def(kinds::JOB).attribute_named("Id").is_none());
}

#[test]
fn packages_are_found_without_case() {
    assert_eq!(packages::all().len(), 48);
    assert_eq!(packages::all().iter().filter(|package| package.catalogued).count(), 47);
    let ad = packages::find("usercube.ad@0000001").expect("in the catalogue");
    assert!(ad.exports() && ad.fulfills() && ad.incremental && ad.prepare_type_always);
    assert_eq!((ad.prepare_type, ad.resource_type_mapping), (Some("ActiveDirectory"), Some("LdapResourceTypeMapping")));
    let ldap = packages::find("Usercube.LDAP@0000001").expect("in the catalogue");
    assert!(!ldap.incremental && ldap.prepare_type.is_none());
    assert!(packages::find("Usercube.CSV.Complete@0000001").is_some_and(|one| !one.incremental && !one.catalogued));
    assert!(packages::find("Usercube.AD").is_none());
}

#[test]
fn dialects_read_what_they_write() {
    for dialect in Dialect::ALL {
        assert_eq!(dialect.to_string().parse(), Ok(dialect));
    }
    assert_eq!(Dialect::default(), Dialect::Saas);
    assert_eq!("6.3".parse::<Dialect>().unwrap_err().to_string(), "`6.3` is no dialect: write 6.1, 6.2 or saas");
}

#[test]
fn withdrawn_arguments_are_those_of_the_pages() {
    let complete = def(kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE);
    let old = complete.attribute_named("OldAlgorithm").expect("known");
    assert!(old.is_withdrawn(Dialect::Saas) && old.is_withdrawn(Dialect::V6_2) && !old.is_withdrawn(Dialect::V6_1));
    assert!(
        def(kinds::CREATE_AGENT_SYNCHRO_COMPLETE).attribute_named("OldAlgorithm").is_some_and(|one| one.withdrawn.is_empty())
    );
    let copy =
        |parent| def(child(parent, id("AddTask")).expect("takes AddTask")).attribute_named("CopyOccurence").expect("known");
    assert!(copy(kinds::CREATE_CONNECTOR_SYNCHRO_COMPLETE).is_withdrawn(Dialect::Saas));
    assert!(!copy(kinds::CREATE_CONNECTOR_SYNCHRO_INCREMENTAL).is_withdrawn(Dialect::Saas));
    assert!(
        def(kinds::DO_NOT_CREATE_JOB).is_withdrawn(Dialect::V6_2) && !def(kinds::DO_NOT_CREATE_JOB).is_withdrawn(Dialect::V6_1)
    );
    assert_eq!(
        complete.required_children,
        [RequiredChild { name: id("OpenIdIdentifier"), dialects: &[Dialect::V6_2, Dialect::Saas] }]
    );
    assert_eq!(elements().filter(|kind| def(*kind).is_job_scaffolding()).count(), 8);
}

#[test]
fn references_say_where_types_come_from() {
    let reference = |kind, name| def(kind).attribute_named(name).and_then(|attribute| attribute.reference);
    assert_eq!(reference(kinds::STEP, "Identifier"), Some(Reference::Item(ItemKind::Task)));
    assert_eq!(reference(kinds::ENTITY_TYPE_MAPPING, "Identifier"), Some(Reference::Item(ItemKind::EntityType)));
    assert_eq!(def(kinds::ENTITY_TYPE_MAPPING).declares, None);
    assert_eq!(reference(kinds::ENTITY_ASSOCIATION, "Property1"), Some(Reference::QualifiedProperty));
    let implied = |holder, attribute, through| Some(Reference::Property(TypeSource::Attribute { holder, attribute, through }));
    assert_eq!(reference(kinds::ENTITY_TYPE_MAPPING_PROPERTY, "Identifier"), implied(Holder::Parent, names::IDENTIFIER, None));
    assert_eq!(reference(kinds::SCALAR_RULE, "Property"), implied(Holder::Parent, names::TARGET_ENTITY_TYPE, None));
    assert_eq!(
        reference(kinds::RESOURCE_TYPE_MAPPING_PROPERTY, "Property"),
        implied(Holder::Parent, names::IDENTIFIER, Some(ResourceTypeEnd::Target))
    );
    assert!(def(kinds::ENTITY_TYPE_PROPERTY).scoped);
    assert_eq!(def(kinds::LANGUAGE).key, Some(names::CODE));
}

#[test]
fn mistakes_of_the_documentation_have_their_cure() {
    assert_eq!(def(kinds::TASK_ENTITY_TYPE).misspelling("Identifier"), Some("EntityType"));
    assert_eq!(def(kinds::JOB).misspelling("CrontabExpression"), Some("CronTabExpression"));
    assert_eq!(def(kinds::STEP).misspelling("Task"), Some("Identifier"));
    assert_eq!(def(kinds::STEP).misspelling("Level"), None);
    let mode = def(kinds::PREPARE_SYNCHRONIZATION_TASK).attribute_named("SynchronizationMode").expect("on the page");
    assert_eq!(mode.required, Required::Unless { attribute: names::TYPE, value: "Changes" });
}

#[test]
fn items_have_words() {
    assert_eq!(ItemKind::EntityType.to_string(), "entity type");
    assert_eq!(ItemKind::Policy.plural(), "policies");
    assert_eq!(ItemKind::OpenIdClient.to_string(), "OpenID client");
    for kind in ItemKind::all() {
        assert_eq!(kind.def().kind, kind);
    }
    assert!(ItemKind::EntityType.is_predeclared("assignedSingleRole") && !ItemKind::EntityType.is_predeclared("Directory_User"));
    assert!(is_reserved_identifier("ID") && is_reserved_identifier("foreach") && !is_reserved_identifier("Identifier"));
}
