//! The grammar with every name resolved and checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::article::with_article;
use crate::reference::{self, Reference};
use crate::{Sources, check, expressions, raw};

/// One row of the element table: an element below the parents it may stand in.
pub(crate) struct Row {
    pub(crate) file: String,
    pub(crate) area: String,
    pub(crate) raw: raw::Element,
    pub(crate) constant: String,
    /// Numbers of rows.
    pub(crate) parents: Vec<usize>,
    /// Numbers of rows.
    pub(crate) children: Vec<usize>,
    pub(crate) attributes: Vec<Attribute>,
    /// The task that an override row is of.
    pub(crate) overrides: Option<usize>,
    /// The override row of a task.
    pub(crate) overridden_by: Option<usize>,
}

/// One attribute of a row.
pub(crate) struct Attribute {
    pub(crate) raw: raw::Attribute,
    pub(crate) value: Value,
    pub(crate) family: Option<Family>,
    pub(crate) reference: Option<Reference>,
}

/// The type of an attribute's value.
pub(crate) enum Value {
    /// A variant of `ValueType` without content.
    Plain(&'static str),
    /// Number of an enumeration.
    Enum(usize),
}

/// A run of attributes told apart by a number in their name.
pub(crate) struct Family {
    pub(crate) prefix: String,
    pub(crate) suffix: String,
    pub base32hex: bool,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

/// Everything that is written out.
pub(crate) struct Model {
    /// Sorted by name, then by first parent.
    pub(crate) rows: Vec<Row>,
    /// Sorted.
    pub(crate) names: Vec<String>,
    pub(crate) enums: Vec<raw::Enum>,
    pub(crate) kinds: Vec<raw::Kind>,
    pub(crate) expressions: expressions::Resolved,
    pub(crate) reserved: Vec<String>,
    pub(crate) packages: Vec<raw::Package>,
}

/// The dialects as written.
pub(crate) const DIALECTS: [&str; 3] = ["6.1", "6.2", "saas"];

/// Resolves and checks; the errors name file and element.
pub(crate) fn build(sources: Sources) -> Result<Model, Vec<String>> {
    let mut problems = Vec::new();
    let Sources { areas, enums, expressions, items, packages } = sources;
    let mut enums = enums.enums;
    enums.sort_by(|a, b| a.name.cmp(&b.name));
    duplicates("enums.toml", "enumeration", enums.iter().map(|one| one.name.as_str()), &mut problems);
    for one in &enums {
        duplicates(
            "enums.toml",
            &format!("{}: value", one.name),
            one.values.iter().map(|value| value.name.as_str()),
            &mut problems,
        );
    }
    let kinds = items.kinds;
    duplicates("items.toml", "kind", kinds.iter().map(|kind| kind.id.as_str()), &mut problems);
    let (mut rows, shared) = rows(areas);
    add_overrides(&mut rows);
    rows.sort_by(|a, b| (&a.raw.name, a.raw.parents.first()).cmp(&(&b.raw.name, b.raw.parents.first())));
    link(&mut rows, &mut problems);
    resolve_attributes(&mut rows, &shared, &enums, &kinds, &mut problems);
    check::rows(&rows, &kinds, &mut problems);
    check::packages(&packages.packages, &rows, &enums, &mut problems);
    let expressions = expressions::resolve(expressions, &rows, &mut problems);
    constants(&mut rows, &mut problems);
    let names = names(&rows);
    if problems.is_empty() {
        Ok(Model { rows, names, enums, kinds, expressions, reserved: items.reserved, packages: packages.packages })
    } else {
        Err(problems)
    }
}

pub(crate) fn duplicates<'a>(file: &str, what: &str, names: impl Iterator<Item = &'a str>, problems: &mut Vec<String>) {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name.to_ascii_lowercase()) {
            problems.push(format!("grammar/{file}: {what} `{name}` stands twice"));
        }
    }
}

/// Attributes that are written once for many elements.
#[derive(Default)]
struct Shared {
    below_root: Vec<raw::Attribute>,
    on_scaffoldings: Vec<raw::Attribute>,
}

fn rows(areas: Vec<(String, raw::Area)>) -> (Vec<Row>, Shared) {
    let (mut rows, mut shared) = (Vec::new(), Shared::default());
    for (file, area) in areas {
        shared.below_root.extend(area.common);
        shared.on_scaffoldings.extend(area.on_scaffoldings);
        for element in area.elements {
            rows.push(Row {
                file: file.clone(),
                area: area.name.clone(),
                raw: element,
                constant: String::new(),
                parents: Vec::new(),
                children: Vec::new(),
                attributes: Vec::new(),
                overrides: None,
                overridden_by: None,
            });
        }
    }
    (rows, shared)
}

/// A `…Override` row for every task: the task's attributes, of which only the `Identifier` is required. It names the task.
fn add_overrides(rows: &mut Vec<Row>) {
    let tasks: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].raw.task.is_some()).collect();
    for task in tasks {
        let of = &rows[task];
        let attributes = of.raw.attributes.iter().cloned().map(|mut attribute| {
            attribute.required = attribute.name == "Identifier";
            attribute.required_unless = None;
            attribute.required_when = None;
            attribute.expected_when = None;
            if attribute.name == "Identifier" {
                attribute.reference = Some("item:task".to_owned());
                "Task whose attributes are changed.".clone_into(&mut attribute.summary);
            }
            attribute
        });
        let element = raw::Element {
            name: format!("{}Override", of.raw.name),
            parents: vec!["Job".to_owned()],
            summary: format!("Runs {} that is declared elsewhere, with other attributes.", with_article(&of.raw.name)),
            constant: None,
            declares: None,
            key: None,
            scoped: false,
            task: None,
            scaffolding: None,
            model_prefix: None,
            expects: Vec::new(),
            includes: Vec::new(),
            required_children: Vec::new(),
            withdrawn: of.raw.withdrawn.clone(),
            misspellings: of.raw.misspellings.clone(),
            // What an override leaves out, the task has.
            only_with: BTreeMap::new(),
            needs: BTreeMap::new(),
            together: Vec::new(),
            exclusive: Vec::new(),
            any_of: Vec::new(),
            renamed: None,
            inherits: None,
            open: of.raw.open,
            text: false,
            attributes: attributes.collect(),
        };
        let (file, area) = (of.file.clone(), of.area.clone());
        rows.push(Row {
            file,
            area,
            raw: element,
            constant: String::new(),
            parents: Vec::new(),
            children: Vec::new(),
            attributes: Vec::new(),
            // Numbers change with sorting; `link` fills them in.
            overrides: None,
            overridden_by: None,
        });
    }
}

/// Parents, children, and what overrides what.
fn link(rows: &mut [Row], problems: &mut Vec<String>) {
    let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        by_name.entry(row.raw.name.clone()).or_default().push(number);
    }
    let tasks: Vec<usize> = (0..rows.len()).filter(|&row| rows[row].raw.task.is_some()).collect();
    for &task in &tasks {
        if let Some(&[over]) = by_name.get(&format!("{}Override", rows[task].raw.name)).map(Vec::as_slice) {
            rows[over].overrides = Some(task);
            rows[task].overridden_by = Some(over);
        }
    }
    for number in 0..rows.len() {
        let mut parents = BTreeSet::new();
        for written in rows[number].raw.parents.clone() {
            if written == "@task" {
                parents.extend(tasks.iter().copied());
                continue;
            }
            let (outer, name) = match written.rsplit_once('/') {
                Some((outer, name)) => (Some(outer), name),
                None => (None, written.as_str()),
            };
            let candidates: Vec<usize> = by_name
                .get(name)
                .into_iter()
                .flatten()
                .copied()
                .filter(|&row| outer.is_none_or(|outer| rows[row].raw.parents.iter().any(|parent| parent == outer)))
                .collect();
            match candidates[..] {
                [parent] => {
                    parents.insert(parent);
                }
                [] => problems.push(format!("{}: no element is its parent `{written}`", place(&rows[number]))),
                _ => problems
                    .push(format!("{}: `{written}` is more than one element; write `Parent/{name}`", place(&rows[number]))),
            }
        }
        // What stands in a task stands in its override.
        let overrides: Vec<usize> = parents.iter().filter_map(|&parent| rows[parent].overridden_by).collect();
        parents.extend(overrides);
        for &parent in &parents {
            rows[parent].children.push(number);
        }
        rows[number].parents = parents.into_iter().collect();
    }
}

fn resolve_attributes(rows: &mut [Row], shared: &Shared, enums: &[raw::Enum], kinds: &[raw::Kind], problems: &mut Vec<String>) {
    for number in 0..rows.len() {
        let mut written = rows[number].raw.attributes.clone();
        if let Some(from) = rows[number].raw.inherits.clone() {
            match rows.iter().find(|row| row.raw.name == from) {
                Some(other) => {
                    let own: BTreeSet<String> = written.iter().map(|attribute| attribute.name.clone()).collect();
                    written.extend(other.raw.attributes.iter().filter(|attribute| !own.contains(&attribute.name)).cloned());
                }
                None => problems.push(format!("{}: inherits from `{from}`, which is no element", place(&rows[number]))),
            }
        }
        if rows[number].raw.scaffolding.is_some() {
            written.extend(shared.on_scaffoldings.iter().cloned());
        }
        if !rows[number].parents.is_empty() {
            written.extend(shared.below_root.iter().cloned());
        }
        let at = place(&rows[number]);
        let mut resolved = Vec::with_capacity(written.len());
        for attribute in written {
            match resolve_attribute(&attribute, enums, kinds) {
                Ok((value, family, reference)) => resolved.push(Attribute { raw: attribute, value, family, reference }),
                Err(problem) => problems.push(format!("{at}, attribute {}: {problem}", attribute.name)),
            }
        }
        rows[number].attributes = resolved;
    }
}

type Resolved = (Value, Option<Family>, Option<Reference>);

fn resolve_attribute(attribute: &raw::Attribute, enums: &[raw::Enum], kinds: &[raw::Kind]) -> Result<Resolved, String> {
    let value = match attribute.kind.as_str() {
        "string" => Value::Plain("String"),
        "boolean" => Value::Plain("Boolean"),
        "byte" => Value::Plain("Byte"),
        "int32" => Value::Plain("Int32"),
        "int64" => Value::Plain("Int64"),
        "float" => Value::Plain("Float"),
        "date-time" => Value::Plain("DateTime"),
        "cron" => Value::Plain("Cron"),
        "color" => Value::Plain("Color"),
        "expression" => Value::Plain("Expression"),
        "package" => Value::Plain("Package"),
        other => match other.strip_prefix("enum:").map(|name| enums.iter().position(|one| one.name == name)) {
            Some(Some(number)) => Value::Enum(number),
            Some(None) => return Err(format!("`{other}` names no enumeration of enums.toml")),
            None => return Err(format!("`{other}` is no type of value")),
        },
    };
    let family = attribute.family.as_deref().map(family).transpose()?;
    if let Some(family) = &family
        && family.member(family.first) != attribute.name
    {
        return Err(format!("the family begins with {}", family.member(family.first)));
    }
    let reference = attribute.reference.as_deref().map(|written| reference::parse(written, kinds)).transpose()?;
    Ok((value, family, reference))
}

fn family(written: &str) -> Result<Family, String> {
    let wrong =
        || format!("`{written}` is no family: write Prefix{{1..16}}Suffix, with ` base32hex` after it where the numbers are");
    let (pattern, base32hex) = match written.strip_suffix(" base32hex") {
        Some(pattern) => (pattern, true),
        None => (written, false),
    };
    let (prefix, rest) = pattern.split_once('{').ok_or_else(wrong)?;
    let (range, suffix) = rest.split_once('}').ok_or_else(wrong)?;
    let (first, last) = range.split_once("..").ok_or_else(wrong)?;
    let radix = if base32hex { 32 } else { 10 };
    let number = |text: &str| u32::from_str_radix(text, radix).map_err(|_| wrong());
    Ok(Family { prefix: prefix.to_owned(), suffix: suffix.to_owned(), base32hex, first: number(first)?, last: number(last)? })
}

impl Family {
    /// The name of the attribute with that number.
    pub(crate) fn member(&self, number: u32) -> String {
        let digits = if self.base32hex { base32hex(number) } else { number.to_string() };
        format!("{}{digits}{}", self.prefix, self.suffix)
    }
}

fn base32hex(mut number: u32) -> String {
    let mut digits = Vec::new();
    loop {
        digits.push(char::from_digit(number % 32, 32).unwrap_or('0').to_ascii_uppercase());
        number /= 32;
        if number == 0 {
            return digits.iter().rev().collect();
        }
    }
}

/// `AddTask`, or `PARENT_NAME` where the name alone is ambiguous, in upper case.
fn constants(rows: &mut [Row], problems: &mut Vec<String>) {
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows.iter() {
        *count.entry(row.raw.name.clone()).or_default() += 1;
    }
    let mut seen = BTreeMap::new();
    for row in rows {
        row.constant = match (&row.raw.constant, count[&row.raw.name]) {
            (Some(written), _) => written.clone(),
            (None, 1) => screaming(&row.raw.name),
            (None, _) => {
                let parent = row.raw.parents.first().map_or("", String::as_str);
                screaming(&format!("{}{}", parent.replace('/', ""), row.raw.name))
            }
        };
        if let Some(other) = seen.insert(row.constant.clone(), place(row)) {
            problems.push(format!("{}: its constant {} is that of {other}", place(row), row.constant));
        }
    }
}

/// `OpenIdClient` as `OPEN_ID_CLIENT`.
pub(crate) fn screaming(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after_lower = before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit());
        let starts_word = before.is_some_and(|before| before.is_ascii_uppercase())
            && letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_lower || starts_word) {
            out.push('_');
        }
        out.push(letter.to_ascii_uppercase());
    }
    out
}

/// Every name of an element or attribute; of a family counted in decimal every member, of one in base32hex the first.
fn names(rows: &[Row]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for row in rows {
        names.insert(row.raw.name.clone());
        for attribute in &row.attributes {
            names.insert(attribute.raw.name.clone());
            names.extend(attribute.family.iter().filter(|family| !family.base32hex).flat_map(Family::members));
        }
    }
    names.into_iter().collect()
}

impl Family {
    /// The names of all its attributes.
    pub(crate) fn members(&self) -> impl Iterator<Item = String> + '_ {
        (self.first..=self.last).map(|number| self.member(number))
    }
}

/// File and element, for messages.
pub(crate) fn place(row: &Row) -> String {
    format!("grammar/{}, element {} in {}", row.file, row.raw.name, row.raw.parents.join(", "))
}
