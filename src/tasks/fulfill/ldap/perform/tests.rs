//! Orders carried out in a directory of the test's own, which can break off at any operation.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::*;
use crate::grammar::Dialect;
use crate::ir::Program;
use crate::plan::model::Model;
use crate::source::{SourceFile, Sources};
use crate::tasks::fulfill::Order;
use crate::tasks::fulfill::ldap::shape::Shape;
use crate::tasks::settings::Settings;

const CONFIGURATION: &str = r#"<ConfigurationFile xmlns="urn:schemas-usercube-com:configuration">
  <Connector Identifier="Dir" DisplayName_L1="Dir" Agent="Local" />
  <Connection Identifier="Dir" DisplayName_L1="Dir" Connector="Dir" Package="Usercube.LDAP@0000001" />
  <EntityType Identifier="Entry" DisplayName_L1="Entry">
    <Property Identifier="uuid" DisplayName_L1="u" IsKey="true" TargetColumnIndex="4" Type="String" />
    <Property Identifier="dn" DisplayName_L1="d" TargetColumnIndex="5" Type="String" />
    <Property Identifier="cn" DisplayName_L1="c" TargetColumnIndex="6" Type="String" />
    <Property Identifier="uid" DisplayName_L1="u" TargetColumnIndex="7" Type="String" />
    <Property Identifier="phones" DisplayName_L1="p" TargetColumnIndex="8" Type="String" />
    <Property Identifier="active" DisplayName_L1="a" TargetColumnIndex="9" Type="Bool" />
    <Property Identifier="control" DisplayName_L1="a" TargetColumnIndex="10" Type="String" />
    <Property Identifier="disabled" DisplayName_L1="a" TargetColumnIndex="11" Type="String" />
    <Property Identifier="parent" DisplayName_L1="p" Type="ForeignKey" TargetColumnIndex="128" />
    <Property Identifier="children" DisplayName_L1="c" Type="ForeignKey" />
    <Property Identifier="boss" DisplayName_L1="b" Type="ForeignKey" TargetColumnIndex="129" />
    <Property Identifier="staff" DisplayName_L1="s" Type="ForeignKey" />
    <Property Identifier="members" DisplayName_L1="m" Type="ForeignKey" />
    <Property Identifier="groups" DisplayName_L1="g" Type="ForeignKey" />
  </EntityType>
  <EntityTypeMapping Identifier="Entry" Connector="Dir" ConnectionTable="Dir_entries">
    <Property Identifier="uuid" ConnectionColumn="entryUUID" IsPrimaryKey="true" />
    <Property Identifier="dn" ConnectionColumn="dn" IsUniqueKey="true" />
    <Property Identifier="cn" ConnectionColumn="cn" />
    <Property Identifier="uid" ConnectionColumn="uid" />
    <Property Identifier="phones" ConnectionColumn="telephoneNumber" Format="multivaluedtext" />
    <Property Identifier="active" ConnectionColumn="active" />
    <Property Identifier="control" ConnectionColumn="userAccountControl" />
    <Property Identifier="disabled" ConnectionColumn="bit_userAccountControl_2" Format="bit:control:2" />
  </EntityTypeMapping>
  <EntityAssociation Identifier="Entry_parent" DisplayName_L1="p" IsProperty1Collection="true" Property1="Entry:children" Property2="Entry:parent" />
  <EntityAssociation Identifier="Entry_boss" DisplayName_L1="b" IsProperty1Collection="true" Property1="Entry:staff" Property2="Entry:boss" />
  <EntityAssociation Identifier="Entry_member" DisplayName_L1="m" IsProperty1Collection="true" IsProperty2Collection="true" Property1="Entry:members" Property2="Entry:groups" />
  <EntityAssociationMapping Identifier="Entry_parent" Connector="Dir" ConnectionTable="Dir_entries" Column1="parentdn" EntityPropertyMapping1="Entry:dn" Column2="dn" EntityPropertyMapping2="Entry:dn" />
  <EntityAssociationMapping Identifier="Entry_boss" Connector="Dir" ConnectionTable="Dir_entries" Column1="manager" EntityPropertyMapping1="Entry:dn" Column2="dn" EntityPropertyMapping2="Entry:dn" />
  <EntityAssociationMapping Identifier="Entry_member" Connector="Dir" ConnectionTable="Dir_member" Column1="dn" EntityPropertyMapping1="Entry:dn" Column2="member" EntityPropertyMapping2="Entry:dn" />
  <ResourceType Identifier="Account" DisplayName_L1="A" Policy="P" Category="C" SourceEntityType="Person" TargetEntityType="Entry" />
  <PasswordResetSettings Identifier="New" AutoGenerate="true" MustChange="true" />
  <LdapResourceTypeMapping Identifier="Account" Connection="Dir" DefaultObjectClass="inetOrgPerson&#xA;top" RDNAttributeIdentifier="cn" PASSWORD>
    <Property Property="dn" IsDNProperty="true" />
    <Property Property="parent" IsParentProperty="true" />
    <Property Property="cn" IsRDNProperty="true" />
    <Property Property="control" IsUserAccountControlProperty="true" />
  </LdapResourceTypeMapping>
</ConfigurationFile>
"#;

fn model(mapping: &str) -> Model {
    let file = SourceFile::new("a.xml".to_owned(), CONFIGURATION.replace("PASSWORD", mapping));
    crate::plan::build(&Program::build(Sources::new(vec![file]), Dialect::Saas)).model
}

fn shape(mapping: &str) -> Shape {
    let model = model(mapping);
    Shape::read(&model, &Settings::without_file(Path::new("").to_owned()), &model.resource_types[0]).unwrap()
}

fn order(command: &str, resource: Value, changes: Value) -> Order {
    let body = json!({ "ChangeType": command, "Resource": resource, "Changes": changes });
    Order { id: "o".to_owned(), assignment: 1, resource_type: "Account".to_owned(), command: command.to_owned(), body }
}

/// When a directory breaks off.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Break {
    Before(usize),
    After(usize),
}

#[derive(Clone, Default, Debug)]
struct Fake {
    /// Names and attributes, by name as compared.
    entries: BTreeMap<String, Entry>,
    /// Operations that changed something.
    written: Vec<String>,
    asked: usize,
    broken: Option<Break>,
    tree_control: bool,
}

fn folded(dn: &str) -> String {
    dn.to_lowercase()
}

fn above(dn: &str) -> String {
    Dn::parse(dn).unwrap().parent().unwrap().to_string()
}

fn no(code: u32) -> LdapFailure {
    LdapFailure::Refused { code, matched: String::new(), text: String::new(), referrals: Vec::new() }
}

impl Fake {
    fn of(entries: &[(&str, &[(&str, &str)])]) -> Self {
        let mut fake = Self::default();
        for (dn, values) in entries {
            let mut entry = Entry { dn: (*dn).to_owned(), attributes: Vec::new() };
            for (name, value) in *values {
                put(&mut entry, name, value.as_bytes());
            }
            put(&mut entry, "objectClass", b"top");
            put(&mut entry, "objectClass", b"inetOrgPerson");
            fake.entries.insert(folded(dn), entry);
        }
        fake
    }

    /// One operation; it breaks off where the test says.
    fn ask<T>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T, LdapFailure>) -> Result<T, LdapFailure> {
        let lost = LdapFailure::Unreachable { server: "fake".to_owned(), reason: "gone".to_owned() };
        self.asked += 1;
        if self.broken == Some(Break::Before(self.asked)) {
            return Err(lost);
        }
        let result = operation(self);
        if self.broken == Some(Break::After(self.asked)) { Err(lost) } else { result }
    }

    fn entry(&mut self, dn: &str) -> Result<&mut Entry, LdapFailure> {
        self.entries.get_mut(&folded(dn)).ok_or_else(|| no(code::NO_SUCH_OBJECT))
    }

    fn shown(&self, dn: &str) -> String {
        let entry = &self.entries[&folded(dn)];
        let mut lines: Vec<String> = entry
            .attributes
            .iter()
            .filter(|(name, _)| name != "objectClass")
            .flat_map(|(name, values)| values.iter().map(move |value| format!("{name}={}", String::from_utf8_lossy(value))))
            .collect();
        lines.sort();
        lines.join(" ")
    }

    fn names(&self) -> Vec<&str> {
        self.entries.values().map(|entry| entry.dn.as_str()).collect()
    }

    fn perform(&mut self, shape: &Shape, order: &Order) -> Result<(), Stop> {
        let work = shape.work(order).map_err(Stop::Refused)?;
        let passwords = shape.password.as_ref().map(|policy| Passwords { policy, windows: false });
        Performer { directory: self, permissive: false, passwords, set: 0 }.perform(&work)
    }
}

fn put(entry: &mut Entry, name: &str, value: &[u8]) {
    match entry.attributes.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
        Some((_, values)) => values.push(value.to_vec()),
        None => entry.attributes.push((name.to_owned(), vec![value.to_vec()])),
    }
}

fn equal(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

impl Directory for Fake {
    fn read(&mut self, dn: &str, _: &[&str]) -> Result<Option<Entry>, LdapFailure> {
        self.ask(|fake| Ok(fake.entries.get(&folded(dn)).cloned()))
    }

    fn holds(&mut self, dn: &str, attribute: &str, value: &[u8]) -> Result<Option<bool>, LdapFailure> {
        self.ask(|fake| {
            Ok(fake.entries.get(&folded(dn)).map(|entry| entry.values(attribute).iter().any(|known| equal(known, value))))
        })
    }

    fn having(&mut self, attribute: &str, value: &[u8]) -> Result<Vec<String>, LdapFailure> {
        self.ask(|fake| {
            let has = |entry: &&Entry| entry.values(attribute).iter().any(|known| equal(known, value));
            Ok(fake.entries.values().filter(has).map(|entry| entry.dn.clone()).collect())
        })
    }

    fn below(&mut self, dn: &str) -> Result<Vec<String>, LdapFailure> {
        let end = folded(dn);
        self.ask(|fake| Ok(fake.entries.values().filter(|e| folded(&e.dn).ends_with(&end)).map(|e| e.dn.clone()).collect()))
    }

    fn add(&mut self, dn: &str, values: &[Values]) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            if fake.entries.contains_key(&folded(dn)) {
                return Err(no(code::ENTRY_EXISTS));
            }
            if !fake.entries.contains_key(&folded(&above(dn))) {
                return Err(no(code::NO_SUCH_OBJECT));
            }
            fake.entries.insert(folded(dn), Entry { dn: dn.to_owned(), attributes: values.to_vec() });
            fake.written.push(format!("add {dn}"));
            Ok(())
        })
    }

    fn modify(&mut self, dn: &str, changes: &[Change], _: bool) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            let mut entry = fake.entry(dn)?.clone();
            for change in changes {
                let (Change::Add(name, values) | Change::Delete(name, values) | Change::Replace(name, values)) = change;
                let known = entry.values(name).to_vec();
                let has = |value: &Vec<u8>| known.iter().any(|known| equal(known, value));
                let now: Vec<Vec<u8>> = match change {
                    Change::Add(..) if values.iter().any(has) => return Err(no(code::VALUE_EXISTS)),
                    Change::Add(..) => known.iter().chain(values).cloned().collect(),
                    Change::Delete(..) if !values.iter().all(has) => return Err(no(code::NO_SUCH_ATTRIBUTE)),
                    Change::Delete(..) => {
                        known.iter().filter(|known| !values.iter().any(|value| equal(known, value))).cloned().collect()
                    }
                    Change::Replace(..) => values.clone(),
                };
                if now.is_empty() && name == "member" {
                    return Err(no(65));
                }
                entry.attributes.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
                if !now.is_empty() {
                    entry.attributes.push((name.clone(), now));
                }
            }
            *fake.entry(dn)? = entry;
            fake.written.push(format!("modify {dn}"));
            Ok(())
        })
    }

    fn rename(&mut self, dn: &str, rdn: &str, parent: Option<&str>) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            let above = parent.map_or_else(|| above(dn), str::to_owned);
            let target = format!("{rdn},{above}");
            if fake.entries.contains_key(&folded(&target)) {
                return Err(no(code::ENTRY_EXISTS));
            }
            if !fake.entries.contains_key(&folded(&above)) {
                return Err(no(code::NO_SUCH_OBJECT));
            }
            fake.entry(dn)?;
            let (old, ends) = (dn.len(), folded(dn));
            let moved: Vec<String> = fake.entries.keys().filter(|key| key.ends_with(&ends)).cloned().collect();
            for key in moved {
                let mut entry = fake.entries.remove(&key).unwrap();
                if entry.dn.len() == old {
                    let (name, value) = rdn.split_once('=').unwrap();
                    entry.attributes.retain(|(known, _)| known != name);
                    put(&mut entry, name, value.as_bytes());
                }
                entry.dn = format!("{}{target}", &entry.dn[..entry.dn.len() - old]);
                fake.entries.insert(folded(&entry.dn), entry);
            }
            fake.written.push(format!("rename {dn}"));
            Ok(())
        })
    }

    fn delete(&mut self, dn: &str, tree: bool) -> Result<(), LdapFailure> {
        self.ask(|fake| {
            if tree && !fake.tree_control {
                return Err(no(code::UNKNOWN_CONTROL));
            }
            fake.entry(dn)?;
            let end = format!(",{}", folded(dn));
            if fake.entries.keys().any(|key| key.ends_with(&end)) && !tree {
                return Err(no(code::NOT_LEAF));
            }
            fake.entries.retain(|key, _| *key != folded(dn) && !key.ends_with(&end));
            fake.written.push(format!("delete {dn}"));
            Ok(())
        })
    }
}

const ANA: &str = "cn=Ana,ou=Deck,dc=x";

fn company() -> Fake {
    Fake::of(&[
        ("dc=x", &[]),
        ("ou=Deck,dc=x", &[]),
        ("ou=Shore,dc=x", &[]),
        (ANA, &[("cn", "Ana"), ("uid", "1"), ("entryUUID", "u1"), ("telephoneNumber", "7"), ("manager", "cn=Bo,ou=Deck,dc=x")]),
        ("cn=Bo,ou=Deck,dc=x", &[("cn", "Bo"), ("entryUUID", "u2"), ("manager", ANA)]),
        ("cn=Crew,dc=x", &[("cn", "Crew"), ("member", ANA), ("member", "cn=Bo,ou=Deck,dc=x")]),
        ("cn=Office,dc=x", &[("cn", "Office"), ("member", "cn=Bo,ou=Deck,dc=x")]),
    ])
}

fn ana() -> Value {
    json!({ "uuid": "u1", "dn": ANA, "cn": "Ana", "uid": "1" })
}

/// The orders whose repetition has to be harmless, and what an unbroken one leaves.
fn orders() -> Vec<Order> {
    vec![
        order(
            "Added",
            Value::Null,
            json!({ "cn": "Cy, Jr.", "parent": "ou=Shore,dc=x", "uid": "3", "phones": "1\n2", "active": "true",
                    "boss": ANA, "groups_add": ["cn=Crew,dc=x", "cn=Office,dc=x"] }),
        ),
        order(
            "Modified",
            ana(),
            json!({ "cn": "Anna", "parent": "ou=Shore,dc=x", "uid": "9", "phones": null, "boss": null, "disabled": "true",
                    "groups_add": ["cn=Office,dc=x"], "groups_remove": ["cn=Crew,dc=x"] }),
        ),
        order("Deleted", ana(), Value::Null),
    ]
}

#[test]
fn an_order_that_breaks_off_anywhere_and_comes_again_is_executed_once() {
    let shape = shape("");
    for order in orders() {
        let mut whole = company();
        whole.perform(&shape, &order).unwrap();
        assert!(whole.asked > 2, "{}", order.command);
        for number in 1..=whole.asked {
            for broken in [Break::Before(number), Break::After(number)] {
                let mut fake = company();
                fake.broken = Some(broken);
                let first = fake.perform(&shape, &order);
                assert!(matches!(first, Err(Stop::Lost(_))), "{first:?}");
                fake.broken = None;
                fake.perform(&shape, &order).unwrap();
                assert_eq!(fake.entries, whole.entries, "{} broken at {number}", order.command);
                assert_eq!(fake.written, whole.written, "{}: nothing is written twice", order.command);
            }
        }
        let written = whole.written.len();
        whole.perform(&shape, &order).unwrap();
        assert_eq!(whole.written.len(), written, "{} again writes nothing", order.command);
    }
}

#[test]
fn a_new_entry_is_named_classed_and_linked() {
    let mut fake = company();
    fake.perform(&shape(""), &orders()[0]).unwrap();
    let dn = "cn=Cy\\, Jr.,ou=Shore,dc=x";
    assert_eq!(fake.shown(dn), format!("active=TRUE cn=Cy, Jr. manager={ANA} telephoneNumber=1 telephoneNumber=2 uid=3"));
    let classes = fake.entries[&folded(dn)].values("objectClass").concat();
    assert_eq!(String::from_utf8(classes).unwrap(), "inetOrgPersontop");
    assert!(fake.shown("cn=Office,dc=x").contains(&format!("member={dn}")));
    assert_eq!(fake.written, [format!("add {dn}"), "modify cn=Crew,dc=x".to_owned(), "modify cn=Office,dc=x".to_owned()]);
}

#[test]
fn a_rename_comes_before_values_and_everybody_follows_it() {
    let mut fake = company();
    fake.perform(&shape(""), &orders()[1]).unwrap();
    let dn = "cn=Anna,ou=Shore,dc=x";
    assert_eq!(fake.shown(dn), "cn=Anna entryUUID=u1 uid=9 userAccountControl=2");
    assert_eq!(fake.shown("cn=Crew,dc=x"), "cn=Crew member=cn=Bo,ou=Deck,dc=x", "it left, under its old name");
    assert_eq!(fake.shown("cn=Office,dc=x"), format!("cn=Office member={dn} member=cn=Bo,ou=Deck,dc=x"));
    assert_eq!(fake.shown("cn=Bo,ou=Deck,dc=x"), format!("cn=Bo entryUUID=u2 manager={dn}"));
    assert_eq!(fake.written[..2], [format!("rename {ANA}"), format!("modify {dn}")]);
}

#[test]
fn what_lies_below_a_renamed_entry_is_followed_too() {
    let mut fake = company();
    fake.entries.get_mut("ou=deck,dc=x").unwrap().attributes.push(("entryUUID".to_owned(), vec![b"u9".to_vec()]));
    let order = order("Modified", json!({ "uuid": "u9", "dn": "ou=Deck,dc=x" }), json!({ "dn": "ou=Bridge,dc=x" }));
    fake.perform(&shape(""), &order).unwrap();
    assert_eq!(fake.shown("cn=Office,dc=x"), "cn=Office member=cn=Bo,ou=Bridge,dc=x");
    assert_eq!(fake.shown("cn=Ana,ou=Bridge,dc=x"), "cn=Ana entryUUID=u1 manager=cn=Bo,ou=Bridge,dc=x telephoneNumber=7 uid=1");
}

#[test]
fn a_leaver_goes_with_what_names_it() {
    let mut fake = company();
    fake.perform(&shape(""), &orders()[2]).unwrap();
    assert!(!fake.names().contains(&ANA));
    assert_eq!(fake.shown("cn=Crew,dc=x"), "cn=Crew member=cn=Bo,ou=Deck,dc=x");
    assert_eq!(fake.shown("cn=Bo,ou=Deck,dc=x"), "cn=Bo entryUUID=u2");
}

#[test]
fn the_last_member_of_a_group_is_told_and_stays() {
    let mut fake = company();
    let bo = json!({ "uuid": "u2", "dn": "cn=Bo,ou=Deck,dc=x" });
    let told = fake.perform(&shape(""), &order("Modified", bo, json!({ "groups_remove": ["cn=Office,dc=x"] })));
    assert_eq!(
        told.unwrap_err().reason(),
        "cn=Office,dc=x: the directory answers 65 (object class violation); a group may need at least one member"
    );
}

#[test]
fn only_what_differs_is_written() {
    let mut fake = company();
    let same = json!({ "uid": "1", "phones": "7", "groups_add": ["cn=Crew,dc=x"], "groups_remove": ["cn=Office,dc=x"] });
    fake.perform(&shape(""), &order("Modified", ana(), same)).unwrap();
    assert_eq!(fake.written, [""; 0]);
}

#[test]
fn a_bit_is_set_without_touching_the_others() {
    let mut fake = company();
    put(fake.entries.get_mut(&folded(ANA)).unwrap(), "userAccountControl", b"66048");
    fake.perform(&shape(""), &order("Modified", ana(), json!({ "disabled": "true" }))).unwrap();
    assert!(fake.shown(ANA).contains("userAccountControl=66050"));
    fake.perform(&shape(""), &order("Modified", ana(), json!({ "disabled": "false" }))).unwrap();
    assert!(fake.shown(ANA).contains("userAccountControl=66048"));
    let new = json!({ "cn": "Di", "parent": "ou=Deck,dc=x", "disabled": "true" });
    fake.perform(&shape(""), &order("Added", Value::Null, new)).unwrap();
    assert_eq!(fake.shown("cn=Di,ou=Deck,dc=x"), "cn=Di userAccountControl=514");
}

#[test]
fn an_entry_moved_by_hand_is_found_by_its_key_and_another_in_its_place_is_left_alone() {
    let mut fake = company();
    fake.rename(ANA, "cn=Ana", Some("ou=Shore,dc=x")).unwrap();
    fake.add(ANA, &[("entryUUID".to_owned(), vec![b"u7".to_vec()])]).unwrap();
    fake.perform(&shape(""), &order("Modified", ana(), json!({ "uid": "5" }))).unwrap();
    assert!(fake.shown("cn=Ana,ou=Shore,dc=x").contains("uid=5"));
    fake.perform(&shape(""), &order("Deleted", ana(), Value::Null)).unwrap();
    assert!(fake.names().contains(&ANA) && !fake.names().contains(&"cn=Ana,ou=Shore,dc=x"));
}

#[test]
fn an_order_is_refused_with_a_reason_to_act_on() {
    let mut fake = company();
    let mut told = |command: &str, resource: Value, changes: Value| {
        fake.perform(&shape(""), &order(command, resource, changes)).unwrap_err().reason()
    };
    let new = |name: &str, parent: &str| json!({ "cn": name, "parent": parent, "uid": "5" });
    insta::assert_snapshot!(told("Added", Value::Null, new("Ana", "ou=Deck,dc=x")), @"cn=Ana,ou=Deck,dc=x is there already, with another value of uid; if it belongs to this owner, the next synchronization and a correlation rule bring them together, else one of them needs another name");
    insta::assert_snapshot!(told("Added", Value::Null, new("Di", "ou=Sky,dc=x")), @"cn=Di,ou=Sky,dc=x cannot be added: the entry ou=Sky,dc=x does not exist");
    insta::assert_snapshot!(told("Added", Value::Null, json!({ "cn": "Di" })), @"the order does not say below which entry the new one stands");
    insta::assert_snapshot!(told("Added", Value::Null, json!({ "parent": "ou=Deck,dc=x" })), @"the order has no value that the entry could be named by");
    insta::assert_snapshot!(told("Added", Value::Null, json!({ "cn": "Di", "dn": "cn=Do,dc=x" })), @r#"the rules disagree: cn=Do,dc=x is named by cn "Do", and cn is to be "Di""#);
    insta::assert_snapshot!(told("Added", Value::Null, new("Di", "deck")), @r#"parent: "deck" is no distinguished name: "deck" has no `=`"#);
    insta::assert_snapshot!(told("Modified", ana(), json!({ "cn": "Bo" })), @"cn=Ana,ou=Deck,dc=x cannot become cn=Bo,ou=Deck,dc=x: another entry has that name");
    insta::assert_snapshot!(told("Modified", ana(), json!({ "cn": null })), @"cn is to be emptied, and the entry is named by it");
    insta::assert_snapshot!(told("Modified", ana(), json!({ "hat": "x" })), @"hat is not mapped onto an attribute");
    insta::assert_snapshot!(told("Modified", ana(), json!({ "active": "perhaps" })), @r#"active: "perhaps" is no Boolean"#);
    insta::assert_snapshot!(told("Modified", ana(), json!({ "groups_add": ["Crew"] })), @r#"groups_add changes the entry at its other end, which has to be named by its distinguished name: "Crew" is no distinguished name: "Crew" has no `=`"#);
    insta::assert_snapshot!(told("Modified", ana(), json!({ "groups_add": ["cn=Sky,dc=x"] })), @"the entry cn=Sky,dc=x, which is to have a member more, does not exist");
    insta::assert_snapshot!(told("Modified", json!({ "uuid": "u5", "dn": "cn=No,dc=x" }), json!({ "uid": "5" })), @"the entry cn=No,dc=x does not exist any more; the next synchronization takes note of it");
    insta::assert_snapshot!(told("Modified", json!({}), json!({ "uid": "5" })), @"the order does not say which entry it is about: the store knows no dn of it");
    assert_eq!(fake.written, [""; 0]);
}

#[test]
fn what_another_order_may_bring_waits_for_it() {
    let mut fake = company();
    let new = json!({ "cn": "Di", "parent": "ou=Sky,dc=x" });
    assert!(matches!(fake.perform(&shape(""), &order("Added", Value::Null, new)), Err(Stop::Later(_))));
    assert!(matches!(
        fake.perform(&shape(""), &order("Deleted", json!({ "dn": "ou=Deck,dc=x" }), Value::Null)),
        Err(Stop::Later(_))
    ));
}

#[test]
fn a_tree_is_deleted_by_the_server_or_from_below() {
    for tree_control in [true, false] {
        let mut fake = company();
        fake.tree_control = tree_control;
        let order = order("Deleted", json!({ "dn": "ou=Deck,dc=x" }), Value::Null);
        fake.perform(&shape("UseTreeDelete=\"true\""), &order).unwrap();
        assert_eq!(fake.names(), ["cn=Crew,dc=x", "cn=Office,dc=x", "dc=x", "ou=Shore,dc=x"]);
        assert_eq!(fake.written.len(), if tree_control { 1 } else { 3 });
    }
}

#[test]
fn a_password_is_in_the_call_that_adds_the_entry_and_nowhere_else() {
    let shape = shape("PasswordResetSetting=\"New\"");
    let order = &orders()[0];
    let mut fake = company();
    fake.perform(&shape, order).unwrap();
    let entry = &fake.entries["cn=cy\\, jr.,ou=shore,dc=x"];
    let password = entry.text("userPassword").unwrap().to_owned();
    assert_eq!((password.len(), entry.text("pwdReset")), (12, Some("TRUE")));
    let work = shape.work(order).unwrap();
    assert!(!format!("{work:?} {shape:?}").contains(&password));
    // An entry that is there keeps its password.
    fake.perform(&shape, order).unwrap();
    assert_eq!(fake.entries["cn=cy\\, jr.,ou=shore,dc=x"].text("userPassword"), Some(password.as_str()));
}

#[test]
fn a_server_that_repeats_a_password_is_not_repeated() {
    let refused = Stop::Refused("userPassword: value Xy7#secret is too simple".to_owned()).without("Xy7#secret");
    assert_eq!(refused.reason(), "userPassword: value … is too simple");
}

#[test]
fn the_shape_of_a_mapping_tells_where_each_link_stands() {
    use crate::tasks::fulfill::ldap::shape::{Link, Name};
    let shape = shape("");
    let link = |attribute: &str, far: Option<Name>| Some(Link { attribute: attribute.to_owned(), far });
    assert_eq!(shape.links.get("groups").cloned(), link("member", Some(Name::Dn)));
    assert_eq!(shape.links.get("members").cloned(), link("member", None));
    assert_eq!(shape.links.get("boss").cloned(), link("manager", None));
    assert_eq!(shape.links.get("staff").cloned(), link("manager", Some(Name::Dn)));
    assert_eq!(shape.referring, [("manager".to_owned(), Name::Dn), ("member".to_owned(), Name::Dn)]);
    assert_eq!((shape.parent_property.as_deref(), shape.rdn.as_str()), (Some("parent"), "cn"));
}

#[test]
fn a_mapping_that_says_too_little_is_told_before_the_run() {
    let told = |change: &dyn Fn(&mut Model)| {
        let mut model = model("");
        change(&mut model);
        Shape::read(&model, &Settings::without_file(Path::new("").to_owned()), &model.resource_types[0]).unwrap_err()
    };
    assert!(told(&|model| model.items.clear()).contains("has no LdapResourceTypeMapping"));
    assert!(told(&|model| model.entity_type_mappings.clear()).contains("Entry is not mapped"));
    let mapping = |model: &mut Model, name: &str, value: &str| {
        let item = model.items.iter_mut().find(|item| item.element == "LdapResourceTypeMapping").unwrap();
        item.attributes.insert(name.to_owned(), crate::plan::model::Value::Text(value.to_owned()));
    };
    assert!(told(&|model| mapping(model, "RDNAttributeIdentifier", "c n")).contains("RDNAttributeIdentifier"));
    assert!(told(&|model| mapping(model, "DefaultObjectClass", " ")).contains("DefaultObjectClass"));
    assert!(told(&|model| mapping(model, "PasswordResetSetting", "Old")).contains("no PasswordResetSettings Old"));
    assert!(told(&|model| model.entity_type_mappings[0].properties[0].format = Some("Date".to_owned())).contains("unknown"));
}
