//! Orders carried out, broken off at any operation, and carried out again.

use std::path::Path;

use serde_json::{Value, json};

use super::fake::{Break, Fake, folded, put};
use super::*;
use crate::connectors::ldap::Entry;
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

#[allow(clippy::needless_pass_by_value, reason = "what is written in place reads better without references")]
fn order(command: &str, resource: Value, changes: Value) -> Order {
    let body = json!({ "ChangeType": command, "Resource": resource, "Changes": changes });
    Order {
        id: "o".to_owned(),
        assignment: 1,
        resource_type: "Account".to_owned(),
        command: command.to_owned(),
        body,
        owner: None,
    }
}

impl Fake {
    fn perform(&mut self, shape: &Shape, order: &Order) -> Result<(), Stop> {
        let work = shape.work(order).map_err(Stop::Refused)?;
        let placeholder = self.placeholder.map(|name| Dn::parse(name).unwrap());
        let passwords = shape.password.as_ref().map(|policy| Passwords { policy, windows: self.windows });
        let placeholder = placeholder.as_ref();
        Performer { directory: self, connection: "Dir", permissive: false, placeholder, passwords, set: 0 }.perform(&work)
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
    insta::assert_snapshot!(told.unwrap_err().reason(), @r#"cn=Office,dc=x would have no member left, and must have one: give it another member first, or name in jobwright.toml an entry that stands for nobody: [fulfilment] Dir = { placeholder-member = "cn=…" }"#);
    assert_eq!(fake.written, [""; 0]);
    // What comes behind it is done all the same.
    let bo = json!({ "uuid": "u2", "dn": "cn=Bo,ou=Deck,dc=x" });
    let told = fake.perform(&shape(""), &order("Modified", bo, json!({ "groups_remove": ["cn=Office,dc=x", "cn=Crew,dc=x"] })));
    assert!(told.unwrap_err().reason().starts_with("cn=Office,dc=x would have no member left"));
    assert_eq!(fake.written, ["modify cn=Crew,dc=x"]);
}

#[test]
fn a_leaver_who_was_the_last_member_goes_and_the_group_that_still_names_them_is_told() {
    let mut fake = company();
    let bo = "cn=Bo,ou=Deck,dc=x";
    let mut bridge = Entry { dn: "cn=Bridge,dc=x".to_owned(), ..Entry::default() };
    put(&mut bridge, "member", bo.as_bytes());
    fake.entries.insert("cn=bridge,dc=x".to_owned(), bridge);
    let told = fake.perform(&shape(""), &order("Deleted", json!({ "uuid": "u2", "dn": bo }), Value::Null)).unwrap_err().reason();
    assert!(told.starts_with("cn=Bridge,dc=x would have no member left, and must have one: "), "{told}");
    assert!(told.ends_with("; cn=Bridge,dc=x still names an entry that is not there any more"), "{told}");
    assert!(!fake.names().contains(&bo));
    assert_eq!(fake.shown("cn=Crew,dc=x"), format!("cn=Crew member={ANA}"), "whoever can follow has followed");
    assert!(!fake.shown(ANA).contains("manager"));
}

#[test]
fn what_stands_for_nobody_comes_with_the_last_member_that_goes_and_goes_with_the_first_that_comes() {
    let mut fake = company();
    fake.placeholder = Some("cn=Nobody,dc=x");
    let bo = json!({ "uuid": "u2", "dn": "cn=Bo,ou=Deck,dc=x" });
    fake.perform(&shape(""), &order("Modified", bo, json!({ "groups_remove": ["cn=Office,dc=x"] }))).unwrap();
    assert_eq!(fake.shown("cn=Office,dc=x"), "cn=Office member=cn=Nobody,dc=x");
    fake.perform(&shape(""), &order("Modified", ana(), json!({ "groups_add": ["cn=Office,dc=x"] }))).unwrap();
    assert_eq!(fake.shown("cn=Office,dc=x"), format!("cn=Office member={ANA}"));
    assert_eq!(fake.written, ["modify cn=Office,dc=x"; 2], "each in one request");
    // Who is deleted was the last one.
    fake.perform(&shape(""), &order("Deleted", ana(), Value::Null)).unwrap();
    assert_eq!(fake.shown("cn=Office,dc=x"), "cn=Office member=cn=Nobody,dc=x");
    assert_eq!(fake.shown("cn=Crew,dc=x"), "cn=Crew member=cn=Bo,ou=Deck,dc=x");
}

#[test]
fn a_new_group_that_must_have_members_comes_with_them() {
    let shape = shape("");
    let group = |changes: Value| {
        let mut all = json!({ "cn": "Bridge", "dn": "cn=Bridge,dc=x" });
        all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        order("Added", Value::Null, all)
    };
    let mut fake = company();
    fake.member_wanted = true;
    fake.perform(&shape, &group(json!({ "members_add": [ANA] }))).unwrap();
    assert_eq!(fake.shown("cn=Bridge,dc=x"), format!("cn=Bridge member={ANA}"));
    assert_eq!(fake.written, ["add cn=Bridge,dc=x"]);

    let mut fake = company();
    fake.member_wanted = true;
    let told = fake.perform(&shape, &group(json!({}))).unwrap_err().reason();
    insta::assert_snapshot!(told, @r#"cn=Bridge,dc=x: the directory answers 65 (object class violation); if it is a group, give it another member first, or name in jobwright.toml an entry that stands for nobody: [fulfilment] Dir = { placeholder-member = "cn=…" }"#);
    fake.placeholder = Some("cn=Nobody,dc=x");
    fake.perform(&shape, &group(json!({}))).unwrap();
    assert_eq!(fake.shown("cn=Bridge,dc=x"), "cn=Bridge member=cn=Nobody,dc=x");
}

#[test]
fn what_stands_for_nobody_is_put_into_no_more_attributes_than_must_have_a_value() {
    let mut shape = shape("");
    let link = shape.links["members"].clone();
    for (property, attribute) in [("keepers", "keeper"), ("owners", "owner")] {
        shape.links.insert(
            property.to_owned(),
            crate::tasks::fulfill::ldap::shape::Link { attribute: attribute.to_owned(), ..link.clone() },
        );
    }
    let mut fake = company();
    fake.member_wanted = true;
    fake.placeholder = Some("cn=Nobody,dc=x");
    let all = json!({ "cn": "Bridge", "dn": "cn=Bridge,dc=x", "owners_add": [ANA] });
    fake.perform(&shape, &order("Added", Value::Null, all)).unwrap();
    assert_eq!(fake.shown("cn=Bridge,dc=x"), format!("cn=Bridge member=cn=Nobody,dc=x owner={ANA}"));
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
    assert!(fake.shown("cn=Crew,dc=x").contains(&format!("member={ANA}")));
    fake.perform(&shape(""), &order("Deleted", ana(), Value::Null)).unwrap();
    assert!(fake.shown("cn=Crew,dc=x").contains(&format!("member={ANA}")), "what names the other one stays");
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
fn a_limit_of_the_directory_refuses_the_order_and_the_next_time_does_what_is_left() {
    let mut fake = company();
    fake.limit = Some(code::SIZE_LIMIT);
    let told = fake.perform(&shape(""), &orders()[1]).unwrap_err();
    assert!(matches!(&told, Stop::Refused(reason) if reason.contains("4 (size limit exceeded) (raise SizeLimit")), "{told:?}");
    fake.limit = None;
    fake.perform(&shape(""), &orders()[1]).unwrap();
    let mut whole = company();
    whole.perform(&shape(""), &orders()[1]).unwrap();
    // What does not need the entry at the limit was done at once, the rest when there was room; nothing twice.
    fake.written.sort();
    whole.written.sort();
    assert_eq!((fake.entries, fake.written), (whole.entries, whole.written));
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
fn an_entry_that_active_directory_must_have_before_it_is_named_is_waited_for() {
    let mut fake = company();
    fake.windows = true;
    let later = |fake: &mut Fake, order: &Order| match fake.perform(&shape(""), order) {
        Err(Stop::Later(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let new = json!({ "cn": "Di", "parent": "ou=Deck,dc=x", "boss": "cn=Ed,ou=Deck,dc=x" });
    let told = later(&mut fake, &order("Added", Value::Null, new));
    insta::assert_snapshot!(told, @"cn=Di,ou=Deck,dc=x: the directory answers 32 (no such object); an entry that it is to name does not exist");
    let told = later(&mut fake, &order("Modified", ana(), json!({ "boss": "cn=Ed,ou=Deck,dc=x" })));
    assert!(told.starts_with(ANA) && told.ends_with("an entry that it is to name does not exist"), "{told}");
    let crew = json!({ "uuid": "u3", "dn": "cn=Crew,dc=x" });
    let told = later(&mut fake, &order("Modified", crew, json!({ "members_add": ["cn=Ed,ou=Deck,dc=x"] })));
    assert!(told.starts_with("cn=Crew,dc=x: ") && told.ends_with("an entry that it is to name does not exist"), "{told}");
    assert_eq!(fake.written, [""; 0]);
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
    // A server that stops in between is asked again.
    let mut fake = company();
    (fake.tree_control, fake.one_at_a_time) = (true, true);
    let order = order("Deleted", json!({ "dn": "ou=Deck,dc=x" }), Value::Null);
    fake.perform(&shape("UseTreeDelete=\"true\""), &order).unwrap();
    assert_eq!(fake.names(), ["cn=Crew,dc=x", "cn=Office,dc=x", "dc=x", "ou=Shore,dc=x"]);
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
fn active_directory_gets_a_password_in_quotes_and_two_bytes_a_sign() {
    let mut fake = company();
    fake.windows = true;
    fake.perform(&shape("PasswordResetSetting=\"New\""), &orders()[0]).unwrap();
    let entry = &fake.entries["cn=cy\\, jr.,ou=shore,dc=x"];
    let bytes = &entry.values("unicodePwd")[0];
    let signs: Vec<u16> = bytes.chunks_exact(2).map(|two| u16::from_le_bytes([two[0], two[1]])).collect();
    let text = String::from_utf16(&signs).unwrap();
    assert!(text.len() == 14 && text.starts_with('"') && text.ends_with('"'), "{text}");
    assert_eq!((bytes.len(), entry.text("pwdLastSet"), entry.values("userPassword").len()), (28, Some("0"), 0));
}

#[test]
fn a_name_in_another_spelling_is_written_by_the_way_that_the_server_takes() {
    for windows in [true, false] {
        let mut fake = company();
        fake.windows = windows;
        fake.perform(&shape(""), &order("Modified", ana(), json!({ "cn": "ANA" }))).unwrap();
        assert_eq!(fake.entries[&folded(ANA)].text("cn"), Some("ANA"));
        assert_eq!(fake.entries[&folded(ANA)].dn, if windows { "cn=ANA,ou=Deck,dc=x" } else { ANA });
        let done = if windows { format!("rename {ANA}") } else { format!("modify {ANA}") };
        assert_eq!(fake.written, std::slice::from_ref(&done));
        fake.perform(&shape(""), &order("Modified", ana(), json!({ "cn": "ANA" }))).unwrap();
        assert_eq!(fake.written, [done], "once");
    }
    let mut fake = company();
    fake.names_fixed = true;
    let told = fake.perform(&shape(""), &order("Modified", ana(), json!({ "cn": "ANA" }))).unwrap_err();
    let told = told.reason();
    assert!(told.contains("the directory answers 53"), "what no way does is told: {told}");
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
    let link = |attribute: &str, far: Option<Name>, many| Some(Link { attribute: attribute.to_owned(), far, many });
    assert_eq!(shape.links.get("groups").cloned(), link("member", Some(Name::Dn), true));
    assert_eq!(shape.links.get("members").cloned(), link("member", None, true));
    assert_eq!(shape.links.get("boss").cloned(), link("manager", None, false));
    assert_eq!(shape.links.get("staff").cloned(), link("manager", Some(Name::Dn), true));
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
