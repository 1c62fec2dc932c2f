//! Writes the model as Rust.

use std::fmt::Write as _;

use crate::model::{Attribute, DIALECTS, Model, Row, Value, screaming};
use crate::pattern;
use crate::reference::{Reference, Source};
use crate::{expressions, raw};

struct Names<'m>(&'m [String]);

impl Names<'_> {
    fn id(&self, name: &str) -> String {
        format!("NameId({})", self.number(name))
    }

    fn number(&self, name: &str) -> usize {
        self.0.binary_search_by(|one| one.as_str().cmp(name)).expect("every name was collected before")
    }
}

/// The whole of `grammar.rs`.
pub(crate) fn write(model: &Model) -> String {
    let names = Names(&model.names);
    let mut out = String::from("// Generated from grammar/*.toml by build.rs.\n\n");
    let _ =
        writeln!(out, "/// Every name of an element or attribute, sorted; a [`NameId`] below its length is an index into it.");
    let _ = writeln!(out, "pub static NAMES: &[&str] = &{:?};\n", model.names);
    let root = model.rows.iter().position(|row| row.parents.is_empty()).expect("checked: there is a root");
    let _ = writeln!(out, "const ROOT: ElementKind = ElementKind({root});\n");
    elements(&mut out, model, &names);
    named(&mut out, model);
    enums(&mut out, model);
    kinds(&mut out, model);
    packages(&mut out, model);
    expressions::write(&mut out, model, |name| names.id(name), |from| source(from, &names));
    let _ = writeln!(out, "/// Words refused, in any case, as identifier of an entity type or of its properties.");
    let _ = writeln!(out, "pub static RESERVED_IDENTIFIERS: &[&str] = &{:?};\n", model.reserved);
    constants(&mut out, model);
    out
}

fn elements(out: &mut String, model: &Model, names: &Names<'_>) {
    let _ = writeln!(out, "static ELEMENTS: [ElementDef; {}] = [", model.rows.len());
    for row in &model.rows {
        element(out, model, row, names);
    }
    out.push_str("];\n\n");
}

fn element(out: &mut String, model: &Model, row: &Row, names: &Names<'_>) {
    let raw = &row.raw;
    let kind_list = |rows: &[usize]| rows.iter().map(|row| format!("ElementKind({row})")).collect::<Vec<_>>().join(", ");
    let option = |row: Option<usize>| row.map_or("None".to_owned(), |row| format!("Some(ElementKind({row}))"));
    let mut children = row.children.clone();
    children.sort_by_key(|&child| names.number(&model.rows[child].raw.name));
    let child_names: Vec<String> = children.iter().map(|&child| names.id(&model.rows[child].raw.name)).collect();
    let required: Vec<String> = raw
        .required_children
        .iter()
        .map(|child| format!("RequiredChild {{ name: {}, dialects: &[{}] }}", names.id(&child.name), dialects(&child.dialects)))
        .collect();
    let misspellings: Vec<String> = raw.misspellings.iter().map(|(wrong, right)| format!("({wrong:?}, {right:?})")).collect();
    let (index, families) = attribute_index(row, names);
    let _ = writeln!(out, "    ElementDef {{");
    let _ = writeln!(
        out,
        "        name: {:?}, name_id: {}, area: {:?}, summary: {:?},",
        raw.name,
        names.id(&raw.name),
        row.area,
        raw.summary
    );
    let _ = writeln!(out, "        parents: &[{}],", kind_list(&row.parents));
    let _ = writeln!(out, "        children: &[{}], child_names: &[{}],", kind_list(&children), child_names.join(", "));
    let expected: Vec<String> = raw.expects.iter().map(|child| names.id(child)).collect();
    let _ =
        writeln!(out, "        required_children: &[{}], expected_children: &[{}],", required.join(", "), expected.join(", "));
    let _ = writeln!(out, "        attributes: &[");
    for (order, attribute) in row.attributes.iter().enumerate() {
        write_attribute(out, model, order, attribute, names);
    }
    let _ = writeln!(out, "        ],");
    let _ = writeln!(
        out,
        "        attribute_names: &[{}],",
        index.iter().map(|(name, _)| format!("NameId({name})")).collect::<Vec<_>>().join(", ")
    );
    let _ = writeln!(out, "        attribute_slots: &{:?},", index.iter().map(|&(_, slot)| slot).collect::<Vec<_>>());
    let _ = writeln!(out, "        family_slots: &{families:?},");
    let declares = raw.declares.as_ref().map_or("None".to_owned(), |kind| format!("Some(ItemKind::{})", variant(kind)));
    let key = raw
        .declares
        .as_ref()
        .map_or("None".to_owned(), |_| format!("Some({})", names.id(raw.key.as_deref().unwrap_or("Identifier"))));
    let _ = writeln!(out, "        declares: {declares}, key: {key}, scoped: {},", raw.scoped);
    let task = raw.task.as_deref().map_or("None".to_owned(), |side| format!("Some(Side::{})", variant(side)));
    let scaffolding =
        raw.scaffolding.as_deref().map_or("None".to_owned(), |kind| format!("Some(ScaffoldingKind::{})", variant(kind)));
    let _ = writeln!(out, "        task: {task}, scaffolding: {scaffolding}, model_prefix: {:?},", raw.model_prefix);
    let included: Vec<String> = raw.includes.iter().map(|one| names.id(one)).collect();
    let _ = writeln!(out, "        includes: &[{}],", included.join(", "));
    let _ = writeln!(out, "        overrides: {}, overridden_by: {},", option(row.overrides), option(row.overridden_by));
    let _ = writeln!(out, "        withdrawn: &[{}], misspellings: &[{}],", dialects(&raw.withdrawn), misspellings.join(", "));
    relations(out, raw, names);
    let _ = writeln!(out, "        open: {}, text: {},", raw.open, raw.text);
    let _ = writeln!(out, "    }},");
}

/// How the attributes of an element depend on each other, and its newer name.
fn relations(out: &mut String, raw: &raw::Element, names: &Names<'_>) {
    let list = |attributes: &[String]| attributes.iter().map(|one| names.id(one)).collect::<Vec<_>>().join(", ");
    let mut written: Vec<String> = Vec::new();
    for (condition, attributes) in &raw.only_with {
        let (other, values) = condition.split_once('=').expect("checked: a condition has `=`");
        let values: Vec<&str> = values.split('|').collect();
        let (other, attributes) = (names.id(other), list(attributes));
        written.push(format!("Relation::OnlyWith {{ other: {other}, values: &{values:?}, attributes: &[{attributes}] }}"));
    }
    for (attribute, others) in &raw.needs {
        let attribute = names.id(attribute);
        written.push(format!("Relation::Needs {{ attribute: {attribute}, others: &[{}] }}", list(others)));
    }
    for (groups, variant) in [(&raw.together, "Together"), (&raw.exclusive, "Exclusive"), (&raw.any_of, "AnyOf")] {
        written.extend(groups.iter().map(|group| format!("Relation::{variant}(&[{}])", list(group))));
    }
    let renamed = raw.renamed.as_ref().map_or("None".to_owned(), |renamed| {
        format!("Some(({:?}, {}))", renamed.to, dialects(std::slice::from_ref(&renamed.since)))
    });
    let _ = writeln!(out, "        relations: &[{}], renamed: {renamed},", written.join(", "));
}

/// Name numbers with attribute numbers, sorted; and the numbers of the families that have members outside it.
fn attribute_index(row: &Row, names: &Names<'_>) -> (Vec<(usize, usize)>, Vec<usize>) {
    let (mut index, mut families) = (Vec::new(), Vec::new());
    for (slot, attribute) in row.attributes.iter().enumerate() {
        match &attribute.family {
            Some(family) if !family.base32hex => index.extend(family.members().map(|member| (names.number(&member), slot))),
            Some(_) => {
                index.push((names.number(&attribute.raw.name), slot));
                families.push(slot);
            }
            None => index.push((names.number(&attribute.raw.name), slot)),
        }
    }
    index.sort_unstable();
    (index, families)
}

fn write_attribute(out: &mut String, model: &Model, order: usize, attribute: &Attribute, names: &Names<'_>) {
    let raw = &attribute.raw;
    let value = match &attribute.value {
        Value::Plain(plain) => format!("ValueType::{plain}"),
        Value::Enum(number) => format!("ValueType::Enum(EnumId({number}))"),
    };
    let condition = |written: &str, variant: &str| {
        let (other, value) = written.split_once('=').expect("checked: a condition has `=`");
        format!("Required::{variant} {{ attribute: {}, value: {value:?} }}", names.id(other))
    };
    let required = match (raw.required, &raw.required_unless, &raw.required_when, &raw.expected_when) {
        (true, ..) => "Required::Yes".to_owned(),
        (_, Some(unless), ..) => condition(unless, "Unless"),
        (_, _, Some(when), _) => condition(when, "When"),
        (_, _, _, Some(when)) => condition(when, "ExpectedWhen"),
        _ => "Required::No".to_owned(),
    };
    let family = attribute.family.as_ref().map_or("None".to_owned(), |family| {
        let numbering = if family.base32hex { "Base32Hex" } else { "Decimal" };
        format!(
            "Some(Family {{ prefix: {:?}, suffix: {:?}, numbering: Numbering::{numbering}, first: {}, last: {} }})",
            family.prefix, family.suffix, family.first, family.last
        )
    });
    let reference =
        attribute.reference.as_ref().map_or("None".to_owned(), |one| format!("Some({})", reference(one, model, names)));
    let pattern = raw.pattern.as_ref().map_or("None".to_owned(), |written| {
        let pieces = pattern::parse(written).expect("checked: the pattern parses");
        let pieces: Vec<String> =
            pieces.iter().map(|piece| format!("Piece::new(&{:?}, {}, {})", piece.ranges, piece.least, piece.most)).collect();
        format!("Some(Pattern {{ text: {written:?}, pieces: &[{}] }})", pieces.join(", "))
    });
    let unique = raw.unique.as_deref().map_or("None".to_owned(), |scope| format!("Some(Scope::{})", variant(scope)));
    let range = raw.range.map_or("None".to_owned(), |[low, high]| format!("Some(({low}, {high}))"));
    let _ = writeln!(
        out,
        "            AttributeDef {{ name: {:?}, name_id: {}, family: {family}, value: {value}, required: {required}, \
         default: {:?}, reference: {reference}, range: {range}, pattern: {pattern}, unique: {unique}, lines: {}, withdrawn: &[{}], documented: {}, order: {order}, summary: {:?} }},",
        raw.name,
        names.id(&raw.name),
        raw.default,
        raw.lines,
        dialects(&raw.withdrawn),
        raw.documented,
        raw.summary,
    );
}

fn reference(reference: &Reference, model: &Model, names: &Names<'_>) -> String {
    match reference {
        Reference::Item(kind) => format!("Reference::Item(ItemKind::{})", variant(&model.kinds[*kind].id)),
        Reference::Property(from) => format!("Reference::Property({})", source(from, names)),
        Reference::Binding(from) => format!("Reference::Binding({})", source(from, names)),
        Reference::Plain(plain) => format!("Reference::{plain}"),
    }
}

fn source(source: &Source, names: &Names<'_>) -> String {
    match source {
        Source::Written => "TypeSource::Written".to_owned(),
        Source::Unknown => "TypeSource::Unknown".to_owned(),
        Source::BuiltIn(name) => format!("TypeSource::BuiltIn({name:?})"),
        Source::Enclosing => "TypeSource::Enclosing".to_owned(),
        Source::Pointed => "TypeSource::Pointed".to_owned(),
        Source::Attribute { of_parent, attribute, side } => format!(
            "TypeSource::Attribute {{ holder: Holder::{}, attribute: {}, through: {} }}",
            if *of_parent { "Parent" } else { "Element" },
            names.id(attribute),
            side.map_or("None".to_owned(), |side| format!("Some(ResourceTypeEnd::{side})"))
        ),
    }
}

fn dialects(written: &[String]) -> String {
    let variants = ["Dialect::V6_1", "Dialect::V6_2", "Dialect::Saas"];
    let of = |one: &String| DIALECTS.iter().position(|dialect| dialect == one).map_or("", |number| variants[number]);
    written.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// `entity-type` as `EntityType`.
fn variant(id: &str) -> String {
    let mut out = String::new();
    for word in id.split('-') {
        let mut letters = word.chars();
        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        out.push_str(letters.as_str());
    }
    out.replace("Openid", "OpenId")
}

fn named(out: &mut String, model: &Model) {
    let _ = writeln!(out, "static KINDS_NAMED: [&[ElementKind]; {}] = [", model.names.len());
    for name in &model.names {
        let kinds: Vec<String> = (0..model.rows.len())
            .filter(|&row| model.rows[row].raw.name == *name)
            .map(|row| format!("ElementKind({row})"))
            .collect();
        let _ = writeln!(out, "    &[{}],", kinds.join(", "));
    }
    out.push_str("];\n\n");
}

fn enums(out: &mut String, model: &Model) {
    let _ = writeln!(out, "static ENUMS: [EnumDef; {}] = [", model.enums.len());
    for one in &model.enums {
        let values: Vec<String> = one
            .values
            .iter()
            .map(|value| {
                format!("EnumValue {{ name: {:?}, number: {:?}, summary: {:?} }}", value.name, value.number, value.summary)
            })
            .collect();
        let _ = writeln!(out, "    EnumDef {{ name: {:?}, open: {}, values: &[{}] }},", one.name, one.open, values.join(", "));
    }
    out.push_str("];\n\n");
}

fn kinds(out: &mut String, model: &Model) {
    out.push_str(
        "/// The kinds of items that identifiers name.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n",
    );
    out.push_str("pub enum ItemKind {\n");
    for kind in &model.kinds {
        let _ = writeln!(out, "    /// {}.\n    {},", capital(&kind.plural), variant(&kind.id));
    }
    out.push_str("}\n\n");
    let _ = writeln!(out, "static ITEM_KINDS: [ItemDef; {}] = [", model.kinds.len());
    for kind in &model.kinds {
        let raw::Kind { id, name, plural, predeclared, generated, generated_prefix, implicit, generated_like, declared } = kind;
        let like = generated_like.as_ref().map_or("None".to_owned(), |kind| format!("Some(ItemKind::{})", variant(kind)));
        let _ = writeln!(
            out,
            "    ItemDef {{ kind: ItemKind::{}, name: {name:?}, plural: {plural:?}, predeclared: &{predeclared:?}, generated: {generated}, \
             generated_prefix: {generated_prefix:?}, generated_like: {like}, implicit: {implicit}, declared: {declared} }},",
            variant(id)
        );
    }
    out.push_str("];\n\n");
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

fn packages(out: &mut String, model: &Model) {
    let mut sorted: Vec<&raw::Package> = model.packages.iter().collect();
    sorted.sort_by_key(|package| package.id.to_ascii_lowercase());
    let _ = writeln!(out, "static PACKAGES: [Package; {}] = [", sorted.len());
    for package in sorted {
        let raw::Package {
            id,
            name,
            export,
            fulfill,
            incremental,
            prepare_type,
            prepare_type_always,
            resource_type_mapping,
            catalogued,
        } = package;
        let _ = writeln!(
            out,
            "    Package {{ id: {id:?}, name: {name:?}, export: {export:?}, fulfill: &{fulfill:?}, incremental: {incremental}, \
             prepare_type: {prepare_type:?}, prepare_type_always: {prepare_type_always}, resource_type_mapping: {resource_type_mapping:?}, \
             catalogued: {catalogued} }},"
        );
    }
    out.push_str("];\n\n");
}

/// The modules `names`, `kinds` and `enums`.
fn constants(out: &mut String, model: &Model) {
    out.push_str("/// The numbers of the known names.\npub mod names {\n    use crate::syntax::NameId;\n\n");
    for (number, name) in model.names.iter().enumerate() {
        let _ = writeln!(out, "    /// `{name}`\n    pub const {}: NameId = NameId({number});", screaming(name));
    }
    out.push_str("}\n\n/// The rows of the element table.\npub mod kinds {\n    use super::ElementKind;\n\n");
    for (number, row) in model.rows.iter().enumerate() {
        let parents = row.raw.parents.join("`, `");
        let below = if parents.is_empty() { String::new() } else { format!(" in `{parents}`") };
        let _ = writeln!(
            out,
            "    /// `{}`{below}: {}\n    pub const {}: ElementKind = ElementKind({number});",
            row.raw.name, row.raw.summary, row.constant
        );
    }
    out.push_str("}\n\n/// The enumerations.\npub mod enums {\n    use super::EnumId;\n\n");
    for (number, one) in model.enums.iter().enumerate() {
        let _ = writeln!(out, "    /// `{}`\n    pub const {}: EnumId = EnumId({number});", one.name, screaming(&one.name));
    }
    out.push_str("}\n");
}
