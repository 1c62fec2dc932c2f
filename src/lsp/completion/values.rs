//! What an attribute can hold: values of its type, names of the right kind, properties along a path, parents of a task.

use std::collections::{BTreeMap, BTreeSet};

use lsp_types::{CompletionItem, CompletionItemKind};
use rustc_hash::FxHashSet;

use super::super::symbols::{matches, name};
use super::super::view::{Spot, View};
use super::item;
use crate::grammar::{AttributeDef, ElementKind, ItemKind, Reference, ValueType, kinds, names, packages};
use crate::ir::references::{Site, starts};
use crate::ir::{Id, Origin, Override, Program, Symbol, Task};
use crate::source::Span;
use crate::syntax::{ElementId, escape_attribute};

/// The most names that are offered: of more, those that hold the letters typed.
pub(super) const MOST: usize = 2000;

/// What the attribute can hold.
pub(super) fn of(view: &View<'_>, kind: ElementKind, attribute: &str, value: Span, offset: u32) -> Vec<CompletionItem> {
    let Some(def) = kind.def().attribute_named(attribute) else { return Vec::new() };
    match def.value {
        ValueType::Enum(id) => {
            let values = id.def().values.iter();
            return values
                .map(|one| item(view, one.name, CompletionItemKind::ENUM_MEMBER, one.summary, value, one.name.to_owned()))
                .collect();
        }
        ValueType::Boolean => {
            return ["true", "false"]
                .map(|word| {
                    // Nobody writes an attribute to say what holds without it.
                    let (detail, order) = if def.default == Some(word) { ("default", "1") } else { ("", "0") };
                    let one = item(view, word, CompletionItemKind::KEYWORD, detail, value, word.to_owned());
                    CompletionItem { sort_text: Some(order.to_owned()), ..one }
                })
                .to_vec();
        }
        ValueType::Package => {
            return packages::all()
                .iter()
                .map(|one| item(view, one.id, CompletionItemKind::VALUE, "", value, one.id.to_owned()))
                .collect();
        }
        _ => {}
    }
    let program = view.program();
    match def.reference {
        Some(Reference::Item(ItemKind::Task)) if kind == kinds::TASK_DEPENDS_ON_TASK => parents(view, value, offset),
        Some(Reference::Item(kind)) => {
            let scope = site(view, def, offset).and_then(|site| starts(program, &site).iter().next().flatten());
            identifiers(view, kind, |declared| scope.is_none() || declared.is_none() || declared == scope, (value, offset), "")
        }
        Some(Reference::Property(_)) => {
            let site = site(view, def, offset);
            let owners: Vec<Symbol> = site.iter().flat_map(|site| starts(program, site).iter().flatten()).collect();
            properties(view, &owners, (value, offset))
        }
        Some(Reference::QualifiedProperty) => qualified(view, ItemKind::EntityType, ItemKind::Property, value, offset),
        Some(Reference::Activity) => qualified(view, ItemKind::Workflow, ItemKind::Activity, value, offset),
        Some(Reference::Binding(_)) => binding(view, def, value, offset),
        Some(Reference::DataSource) => identifiers(view, ItemKind::ConnectionTable, |_| true, (value, offset), ""),
        _ => Vec::new(),
    }
}

/// The attribute in the tree; none where the tag is not finished enough to be in it.
fn site(view: &View<'_>, def: &AttributeDef, offset: u32) -> Option<Site> {
    let Some(Spot::Value(element, attribute)) = view.spot(offset) else { return None };
    Some(Site { file: view.file, element, kind: view.kind(element)?, attribute, reference: def.reference? })
}

/// The names of all items of a kind whose scope is right, each once.
fn identifiers(
    view: &View<'_>,
    kind: ItemKind,
    fits: impl Fn(Option<Symbol>) -> bool,
    (word, offset): (Span, u32),
    behind: &str,
) -> Vec<CompletionItem> {
    let program = view.program();
    let declared = program.declarations.of_kind(kind).filter(|one| fits(one.scope));
    let mut found: BTreeMap<String, &str> = BTreeMap::new();
    for one in declared {
        if let Some(name) = name(program, one) {
            found.entry(name).or_insert_with(|| program.document(one.file).name_text(one.element));
        }
    }
    for name in kind.def().predeclared {
        found.entry((*name).to_owned()).or_insert("predeclared");
    }
    if found.len() > MOST {
        let typed = Span::new(word.start, offset).of(view.text());
        found.retain(|name, _| matches(name, typed));
    }
    let item = |(name, element): (String, &str)| {
        let text = format!("{}{behind}", escape_attribute(&name));
        item(view, &name, CompletionItemKind::REFERENCE, element, word, text)
    };
    found.into_iter().take(MOST).map(item).collect()
}

fn properties(view: &View<'_>, owners: &[Symbol], word: (Span, u32)) -> Vec<CompletionItem> {
    identifiers(view, ItemKind::Property, |scope| scope.is_some_and(|scope| owners.contains(&scope)), word, "")
}

/// `Outer:Inner`.
fn qualified(view: &View<'_>, outer: ItemKind, inner: ItemKind, value: Span, offset: u32) -> Vec<CompletionItem> {
    let before = Span::new(value.start, offset).of(view.text());
    match before.split_once(':') {
        None => identifiers(view, outer, |_| true, (value, offset), ":"),
        Some((first, _)) => {
            let word = Span::new(value.start + first.len() as u32 + 1, value.end);
            let scope = Symbol::new(first);
            identifiers(view, inner, |declared| declared == Some(scope), (word, offset), "")
        }
    }
}

/// `[Type:]property.property…`: the properties of the type that the path has come to.
fn binding(view: &View<'_>, def: &AttributeDef, value: Span, offset: u32) -> Vec<CompletionItem> {
    let program = view.program();
    let before = Span::new(value.start, offset).of(view.text());
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':');
    if !before.chars().all(is_path) {
        return Vec::new();
    }
    let site = site(view, def, offset);
    let mut owners: Vec<Symbol> = site.iter().flat_map(|site| starts(program, site).iter().flatten()).collect();
    let mut segments = before.split('.').peekable();
    let mut typed = "";
    let first_only = !before.contains(['.', ':']);
    while let Some(segment) = segments.next() {
        let property = match segment.split_once(':') {
            Some((written, property)) => {
                if !written.is_empty() {
                    owners = vec![Symbol::new(written)];
                }
                property
            }
            None => segment,
        };
        if segments.peek().is_some() {
            let property = Symbol::new(property);
            owners = owners.iter().filter_map(|&owner| program.leads_to(owner, property)).collect();
        } else {
            typed = property;
        }
    }
    let after = Span::new(offset, value.end).of(view.text());
    let end = after.find(['.', ':']).unwrap_or(after.len()) as u32;
    let word = Span::new(offset - typed.len() as u32, offset + end);
    let mut items = properties(view, &owners, (word, offset));
    if first_only {
        items.extend(identifiers(view, ItemKind::EntityType, |_| true, (word, offset), ":"));
    }
    items
}

/// The tasks that a task may wait for: those of its job that do not, however far around, wait for it.
fn parents(view: &View<'_>, value: Span, offset: u32) -> Vec<CompletionItem> {
    let program = view.program();
    let document = view.document();
    // The link may not be in the tree yet; the task that it stands in is.
    let around = std::iter::successors(view.element(offset), |&element| document.parent(element));
    let own =
        around.filter(|&element| document.name_text(element) != "TaskDependsOnTask").find_map(|element| task_of(view, element));
    let Some(own) = own else { return identifiers(view, ItemKind::Task, |_| true, (value, offset), "") };
    let candidates: Vec<Id<Task>> = match program.items.tasks[own].job {
        Some(job) => program.job_tasks(job).into_iter().map(|one| one.task).collect(),
        None => program.items.tasks.iter().map(|(id, _)| id).collect(),
    };
    let written = Span::new(value.start, value.end).of(view.text());
    let known: FxHashSet<Symbol> = {
        let parents = program.items.tasks[own].depends_on.iter().map(|parent| parent.value.name);
        parents.filter(|name| written.is_empty() || *name != Symbol::new(written)).collect()
    };
    let waiting = waiting_for(program, own, &candidates);
    let mut found = BTreeSet::new();
    let mut items = Vec::new();
    for task in candidates.into_iter().filter(|task| *task != own && !waiting.contains(task)) {
        let name = program.task_name(task).trim().to_owned();
        let symbol = program.items.tasks[task].identifier.map(|identifier| identifier.value);
        if symbol.is_some_and(|symbol| !known.contains(&symbol)) && items.len() < MOST && found.insert(name.clone()) {
            let element = program.items.tasks[task].kind.def().name;
            let mut one = item(view, &name, CompletionItemKind::REFERENCE, element, value, escape_attribute(&name).into_owned());
            // In the order in which the job runs them.
            one.sort_text = Some(format!("{:06}", items.len()));
            items.push(one);
        }
    }
    items
}

/// The task that an element is: the item read from it; in a document that the program has not seen yet, the item of its
/// name.
fn task_of(view: &View<'_>, element: ElementId) -> Option<Id<Task>> {
    let program = view.program();
    let kind = view.kind(element)?;
    let identifier = view.document().find(element, names::IDENTIFIER);
    let symbol = identifier.map(|identifier| Symbol::new(&program.attribute_value(view.file, identifier)));
    let here = |origin: Origin| origin.file == view.file && origin.element == element && origin.generated.is_none();
    if kind.def().overrides.is_some() {
        let named = |one: &&Override| one.kind == kind && one.task.map(|task| task.value.name) == symbol;
        let overrides = || program.items.overrides.values().filter(named);
        return overrides().find(|one| here(one.origin)).or_else(|| overrides().next())?.copy;
    }
    let first = symbol.and_then(|symbol| program.index.find::<Task>(symbol));
    let first = first.filter(|&task| program.items.tasks[task].kind == kind);
    // Where two tasks have one name, it is the one that stands here.
    match first {
        Some(first) if here(program.items.tasks[first].origin) => Some(first),
        _ => program.items.tasks.iter().find(|(_, task)| here(task.origin)).map(|(id, _)| id).or(first),
    }
}

/// The tasks that wait for `own`, directly or through others.
fn waiting_for(program: &Program, own: Id<Task>, candidates: &[Id<Task>]) -> FxHashSet<Id<Task>> {
    let identifier = |task: Id<Task>| program.items.tasks[task].identifier.map(|identifier| identifier.value);
    let mut waiting = FxHashSet::default();
    let mut names: Vec<Symbol> = identifier(own).into_iter().collect();
    let mut children: rustc_hash::FxHashMap<Symbol, Vec<Id<Task>>> = rustc_hash::FxHashMap::default();
    for &task in candidates {
        for parent in &program.items.tasks[task].depends_on {
            children.entry(parent.value.name).or_default().push(task);
        }
    }
    while let Some(name) = names.pop() {
        for &task in children.get(&name).into_iter().flatten() {
            if waiting.insert(task) {
                names.extend(identifier(task));
            }
        }
    }
    waiting
}
