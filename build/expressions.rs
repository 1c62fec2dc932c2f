//! `grammar/expressions.toml`: read, checked and written as Rust.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::model::{Model, Row, Value};
use crate::reference::{self, Source};

/// The file as written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Raw {
    zones: Vec<[String; 2]>,
    #[serde(rename = "function")]
    functions: Vec<Function>,
    #[serde(rename = "variable")]
    variables: Vec<Variable>,
    #[serde(rename = "class")]
    classes: Vec<Class>,
    #[serde(rename = "sequence")]
    sequences: Vec<Sequence>,
    #[serde(rename = "input")]
    inputs: Vec<Input>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Function {
    name: String,
    #[serde(default)]
    arguments: Vec<String>,
    returns: String,
    #[serde(default = "yes")]
    embedded: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variable {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    elements: Vec<String>,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Class {
    #[serde(default)]
    names: Vec<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    standing: String,
    #[serde(default)]
    complete: bool,
    #[serde(default)]
    extensible: bool,
    #[serde(default)]
    members: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sequence {
    name: String,
    argument: String,
    returns: String,
    #[serde(default = "yes")]
    entities: bool,
    #[serde(default = "yes")]
    embedded: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    element: String,
    attributes: Vec<String>,
    over: Option<String>,
    path: Option<String>,
    #[serde(default)]
    needs_path: bool,
    #[serde(rename = "type")]
    kind: Option<String>,
    returns: Option<String>,
    literal: Option<bool>,
    language: Option<String>,
    task: Option<String>,
}

fn yes() -> bool {
    true
}

/// The file, checked, with the numbers of the rows that the inputs belong to.
pub(crate) struct Resolved {
    raw: Raw,
    rows: Vec<usize>,
}

/// Checks the file against the rows of the element table: every expression has an input.
pub(crate) fn resolve(raw: Raw, rows: &[Row], problems: &mut Vec<String>) -> Resolved {
    let mut say = |problem: String| problems.push(format!("grammar/expressions.toml: {problem}"));
    for class in &raw.classes {
        if !["Listed", "Methods", "Seen", "Instance"].contains(&title(&class.standing).as_str()) {
            say(format!("`{}` is no standing", class.standing));
        }
        for written in &class.members {
            if member(written).is_none() {
                say(format!("`{written}` is no member"));
            }
        }
    }
    let mut numbers = Vec::new();
    for input in &raw.inputs {
        let (parent, name) = input.element.split_once('/').map_or((None, input.element.as_str()), |(p, n)| (Some(p), n));
        let is = |row: &Row| row.raw.name == name && parent.is_none_or(|parent| row.raw.parents.iter().any(|one| one == parent));
        let number = rows.iter().position(is).unwrap_or_else(|| {
            say(format!("no element `{}`", input.element));
            0
        });
        let has = |name: &str| rows[number].attributes.iter().find(|attribute| attribute.raw.name == name);
        for attribute in &input.attributes {
            if !has(attribute).is_some_and(|attribute| matches!(attribute.value, Value::Plain("Expression"))) {
                say(format!("`{}` has no expression `{attribute}`", input.element));
            }
        }
        if let Some(task) = input.task.as_ref().filter(|task| !rows.iter().any(|row| row.raw.name == **task)) {
            say(format!("`{task}` is no task"));
        }
        if let Some(path) = input.path.as_ref().filter(|path| has(path).is_none()) {
            say(format!("`{}` has no attribute `{path}`", input.element));
        }
        numbers.push(number);
    }
    for (number, row) in rows.iter().enumerate() {
        for attribute in row.attributes.iter().filter(|attribute| matches!(attribute.value, Value::Plain("Expression"))) {
            let own = raw.inputs.iter().zip(&numbers).filter(|(_, row)| **row == number);
            if own.filter(|(input, _)| input.attributes.contains(&attribute.raw.name)).count() != 1 {
                say(format!("{} of {} needs one input", attribute.raw.name, row.raw.name));
            }
        }
    }
    Resolved { raw, rows: numbers }
}

/// `listed` as `Listed`, `predicate?` as `MaybePredicate`.
fn title(word: &str) -> String {
    let (prefix, word) = word.strip_suffix('?').map_or(("", word), |word| ("Maybe", word));
    let mut letters = word.chars();
    let first: String = letters.next().map(|first| first.to_ascii_uppercase()).into_iter().collect();
    format!("{prefix}{first}{}", letters.as_str())
}

/// A member as Rust; `None` where it is not written as the file says.
fn member(written: &str) -> Option<String> {
    let (mut rest, mut is_static, mut embedded, mut listed) = (written.trim(), false, true, true);
    loop {
        if let Some(next) = rest.strip_prefix("static ") {
            (rest, is_static) = (next, true);
        } else if let Some(next) = rest.strip_prefix('~') {
            (rest, embedded) = (next, false);
        } else if let Some(next) = rest.strip_prefix('!') {
            (rest, embedded, listed) = (next, false, false);
        } else {
            break;
        }
    }
    let (head, returns) = rest.rsplit_once(": ")?;
    let (name, parameters) = match head.split_once('(') {
        None => (head, "None".to_owned()),
        Some((name, parameters)) => {
            let parameters = parameters.strip_suffix(')')?;
            let parameters: Vec<String> =
                parameters.split(',').map(str::trim).filter(|one| !one.is_empty()).map(parameter).collect();
            (name, format!("Some(&[{}])", parameters.join(", ")))
        }
    };
    if !name.chars().all(|c| c.is_ascii_alphanumeric()) || name.is_empty() || returns.contains(['(', ',']) {
        return None;
    }
    Some(format!(
        "ClassMember {{ name: {name:?}, is_static: {is_static}, parameters: {parameters}, returns: {returns:?}, \
         embedded: {embedded}, listed: {listed} }}"
    ))
}

fn parameter(written: &str) -> String {
    let (types, optional) = written.strip_suffix('?').map_or((written, false), |types| (types, true));
    let (types, repeated) = types.strip_suffix("...").map_or((types, false), |types| (types, true));
    let types: Vec<&str> = types.split('|').collect();
    format!("Parameter {{ types: &{types:?}, optional: {}, repeated: {repeated} }}", optional || repeated)
}

/// Writes the tables. `id` gives the number of a name, `source` writes where an entity type is found.
pub(crate) fn write(out: &mut String, model: &Model, id: impl Fn(&str) -> String, source: impl Fn(&Source) -> String) {
    let Resolved { raw, rows } = &model.expressions;
    let _ = writeln!(out, "pub(super) static FUNCTIONS: &[PredefinedFunction] = &[");
    for Function { name, arguments, returns, embedded } in &raw.functions {
        let _ = writeln!(
            out,
            "    PredefinedFunction {{ name: {name:?}, arguments: &{arguments:?}, returns: {returns:?}, embedded: {embedded} }},"
        );
    }
    let _ = writeln!(out, "];\npub(super) static ZONES: &[(&str, &str)] = &[");
    for [windows, iana] in &raw.zones {
        let _ = writeln!(out, "    ({windows:?}, {iana:?}),");
    }
    let _ = writeln!(out, "];\npub(super) static VARIABLES: &[ImplicitVariable] = &[");
    for Variable { name, kind, elements, summary } in &raw.variables {
        let _ = writeln!(
            out,
            "    ImplicitVariable {{ name: {name:?}, kind: {kind:?}, elements: &{elements:?}, summary: {summary:?} }},"
        );
    }
    let _ = writeln!(out, "];\npub(super) static CLASSES: &[Class] = &[");
    for Class { names, kind, standing, complete, extensible, members } in &raw.classes {
        let members: Vec<String> = members.iter().filter_map(|written| member(written)).collect();
        let _ = writeln!(
            out,
            "    Class {{ names: &{names:?}, kind: {kind:?}, standing: Standing::{}, complete: {complete}, \
             extensible: {extensible}, members: &[{}] }},",
            title(standing),
            members.join(", ")
        );
    }
    let _ = writeln!(out, "];\npub(super) static SEQUENCES: &[SequenceMethod] = &[");
    for Sequence { name, argument, returns, entities, embedded } in &raw.sequences {
        let _ = writeln!(
            out,
            "    SequenceMethod {{ name: {name:?}, argument: SequenceArgument::{}, returns: SequenceReturn::{}, \
             entities: {entities}, embedded: {embedded} }},",
            title(argument),
            title(returns)
        );
    }
    let _ = writeln!(out, "];\npub(super) static INPUTS: &[(ElementKind, ExpressionInput)] = &[");
    for (input, row) in raw.inputs.iter().zip(rows) {
        let from = match (&input.kind, &input.over) {
            (Some(kind), _) => format!("InputSource::Type({kind:?})"),
            (None, Some(over)) => format!("InputSource::Entity({})", source(&reference::source(over))),
            (None, None) if input.path.is_some() => "InputSource::Entity(TypeSource::Written)".to_owned(),
            (None, None) => "InputSource::Entity(TypeSource::Unknown)".to_owned(),
        };
        let returns = match input.returns.as_deref() {
            None => "Returns::Anything".to_owned(),
            Some(written) => match written.strip_prefix("property@") {
                Some(at) => format!("Returns::Property({})", source(&reference::source(at))),
                None => format!("Returns::Type({written:?})"),
            },
        };
        let path = input.path.as_ref().map_or("None".to_owned(), |path| format!("Some({})", id(path)));
        let names = input.attributes.iter().map(|name| id(name)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(
            out,
            "    (ElementKind({row}), ExpressionInput {{ attributes: &[{names}], source: {from}, path: {path}, \
             needs_path: {}, returns: {returns}, literal: {:?}, sql: {}, task: {:?} }}),",
            input.needs_path,
            input.literal,
            input.language.as_deref() == Some("sql"),
            input.task
        );
    }
    out.push_str("];\n\n");
}
