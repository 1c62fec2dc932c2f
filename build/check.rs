//! Contradictions in the grammar that are not found while names are resolved.

use crate::model::{DIALECTS, Row, Value, duplicates, place};
use crate::pattern;
use crate::raw;
use crate::reference::{Reference, Source};

/// Checks the rows against each other and themselves.
pub(crate) fn rows(rows: &[Row], kinds: &[raw::Kind], problems: &mut Vec<String>) {
    if rows.iter().filter(|row| row.raw.parents.is_empty()).count() != 1 {
        problems.push("grammar/: exactly one element, the root, has no parents".to_owned());
    }
    for (number, row) in rows.iter().enumerate() {
        let at = place(row);
        let mut say = |problem: String| problems.push(format!("{at}: {problem}"));
        for &parent in &row.parents {
            if rows[parent].children.iter().any(|&other| other != number && rows[other].raw.name == row.raw.name) {
                say(format!("stands twice below {}", rows[parent].raw.name));
            }
        }
        if let Some(kind) = &row.raw.declares {
            if !kinds.iter().any(|one| one.id == *kind && one.declared) {
                say(format!("declares `{kind}`, which is no kind that can be declared"));
            }
            let key = row.raw.key.as_deref().unwrap_or("Identifier");
            if !has(row, key) && !row.raw.open {
                say(format!("declares a {kind} but has no attribute {key}"));
            }
        }
        if let Some(side) = &row.raw.task
            && !["agent", "server", "either"].contains(&side.as_str())
        {
            say(format!("`{side}` is no side of a task"));
        }
        if let Some(kind) = &row.raw.scaffolding
            && !["job", "other"].contains(&kind.as_str())
        {
            say(format!("`{kind}` is no kind of scaffolding"));
        }
        for child in &row.raw.expects {
            if !row.children.iter().any(|&one| rows[one].raw.name == *child) {
                say(format!("expects a child {child}, which it cannot have"));
            }
        }
        for included in &row.raw.includes {
            if !rows.iter().any(|one| one.raw.name == *included && one.raw.scaffolding.as_deref() == Some("other")) {
                say(format!("includes {included}, which is no scaffolding"));
            }
        }
        for child in &row.raw.required_children {
            if !row.children.iter().any(|&one| rows[one].raw.name == child.name) {
                say(format!("requires a child {}, which it cannot have", child.name));
            }
        }
        let dialects = row.raw.withdrawn.iter().chain(row.raw.required_children.iter().flat_map(|child| &child.dialects));
        for dialect in dialects.chain(row.attributes.iter().flat_map(|attribute| &attribute.raw.withdrawn)) {
            if !DIALECTS.contains(&dialect.as_str()) {
                say(format!("`{dialect}` is no dialect"));
            }
        }
        relations(row, &mut say);
        if let Some(renamed) = &row.raw.renamed
            && (!rows.iter().any(|other| other.raw.name == renamed.to) || !DIALECTS.contains(&renamed.since.as_str()))
        {
            say(format!("is renamed to `{}` since `{}`, which is no element or no dialect", renamed.to, renamed.since));
        }
        for (wrong, right) in &row.raw.misspellings {
            if has(row, wrong) || !has(row, right) {
                say(format!("the misspelling {wrong} of {right} needs the second attribute and not the first"));
            }
        }
        attributes(rows, row, problems);
    }
    for kind in kinds {
        if kind.generated_like.as_ref().is_some_and(|like| !kinds.iter().any(|one| one.id == *like)) {
            problems.push(format!("grammar/items.toml: a {} is generated like what is no kind", kind.id));
        }
        if kind.declared && !rows.iter().any(|row| row.raw.declares.as_deref() == Some(&kind.id)) {
            problems.push(format!("grammar/items.toml: no element declares a {}", kind.id));
        }
    }
}

fn relations(row: &Row, say: &mut impl FnMut(String)) {
    let raw = &row.raw;
    for (condition, attributes) in &raw.only_with {
        match condition.split_once('=') {
            Some((other, _)) if has(row, other) && attributes.iter().all(|one| has(row, one)) => {}
            _ => say(format!("only_with `{condition}` is not Attribute=Value of this element with attributes of it")),
        }
    }
    for (attribute, others) in &raw.needs {
        if !has(row, attribute) || others.is_empty() || !others.iter().all(|one| has(row, one)) {
            say(format!("needs `{attribute}` is not an attribute of this element with others of it"));
        }
    }
    let few = raw.any_of.iter().map(|group| (group, 1));
    for (group, least) in raw.together.iter().chain(&raw.exclusive).map(|group| (group, 2)).chain(few) {
        if group.len() < least || !group.iter().all(|one| has(row, one)) {
            say(format!("`{}` are not several attributes of the element", group.join(", ")));
        }
    }
}

fn attributes(rows: &[Row], row: &Row, problems: &mut Vec<String>) {
    let at = place(row);
    let names = row.attributes.iter().flat_map(|attribute| match &attribute.family {
        Some(family) => family.members().collect::<Vec<_>>(),
        None => vec![attribute.raw.name.clone()],
    });
    let names: Vec<String> = names.collect();
    // Attribute names differ by case only nowhere, so this finds copies too.
    duplicates(&row.file, &format!("element {}: attribute", row.raw.name), names.iter().map(String::as_str), problems);
    if row.attributes.len() > usize::from(u8::MAX) {
        problems.push(format!("{at}: too many attributes for the tables"));
    }
    for attribute in &row.attributes {
        let mut say = |problem: String| problems.push(format!("{at}, attribute {}: {problem}", attribute.raw.name));
        if attribute.raw.summary.is_empty() {
            say("has no summary".to_owned());
        }
        for condition in
            attribute.raw.required_unless.iter().chain(&attribute.raw.required_when).chain(&attribute.raw.expected_when)
        {
            match condition.split_once('=') {
                Some((other, _)) if has(row, other) => {}
                _ => say(format!("the condition `{condition}` is not Attribute=value of this element")),
            }
        }
        if attribute.raw.range.is_some() && matches!(attribute.value, Value::Enum(_) | Value::Plain("Boolean")) {
            say("a range needs a number".to_owned());
        }
        if let Some(unique) = &attribute.raw.unique
            && !["configuration", "parent"].contains(&unique.as_str())
        {
            say(format!("`{unique}` is no scope of unique values"));
        }
        if let Some(Err(problem)) = attribute.raw.pattern.as_deref().map(pattern::parse) {
            say(problem);
        }
        let Some(Reference::Property(source) | Reference::Binding(source)) = &attribute.reference else { continue };
        if let Source::Attribute { of_parent, attribute: from, .. } = source {
            let missing = if *of_parent { row.parents.iter().any(|&parent| !has(&rows[parent], from)) } else { !has(row, from) };
            if missing {
                say(format!("the entity type comes from an attribute {from} that does not exist"));
            }
        }
        if matches!(source, Source::Pointed) && !has(row, "Property") {
            say("there is no attribute Property to point anywhere".to_owned());
        }
    }
}

fn has(row: &Row, name: &str) -> bool {
    row.attributes.iter().any(|attribute| attribute.raw.name == name)
}

/// Checks the package catalogue.
pub(crate) fn packages(packages: &[raw::Package], rows: &[Row], enums: &[raw::Enum], problems: &mut Vec<String>) {
    duplicates("packages.toml", "package", packages.iter().map(|package| package.id.as_str()), problems);
    let types = enums.iter().find(|one| one.name == "PrepareSynchronizationType");
    for package in packages {
        let mut say = |problem: String| problems.push(format!("grammar/packages.toml, package {}: {problem}", package.id));
        if let Some(mapping) = &package.resource_type_mapping
            && !rows.iter().any(|row| row.raw.name == *mapping)
        {
            say(format!("`{mapping}` is no element"));
        }
        if let Some(kind) = &package.prepare_type
            && !types.is_some_and(|one| one.values.iter().any(|value| value.name == *kind))
        {
            say(format!("`{kind}` is no PrepareSynchronizationType"));
        }
        if package.incremental && package.export.is_none() {
            say("is incremental but exports nothing".to_owned());
        }
    }
}
