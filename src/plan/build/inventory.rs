//! Everything a configuration declares, normalized: what `diff` compares beside the jobs.
//!
//! The plan holds what embedded tasks read; roles, rules, forms and settings are no part of it. Here every element below
//! the root is an item, but jobs, the tasks that they run, and scaffoldings that generate jobs: of those the plan says what
//! they mean. Attributes are as in the plan: typed, with their defaults, references in the spelling of what they name.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::grammar::{ElementDef, ElementKind, Reference, Required, names};
use crate::ir::{Origin, Program};
use crate::plan::diff::Item;
use crate::source::FileId;
use crate::syntax::ElementId;

use super::attributes::{Absent, Written, values};
use super::spelling::Spelling;

/// Areas in which the order of elements is what a person sees.
const ORDERED: [&str; 2] = ["user-interface", "workflows"];
/// How deep elements are taken apart; what lies deeper is compared as text.
const DEPTH: usize = 64;

type Place = (FileId, ElementId);

/// The items of a configuration whose scaffoldings are expanded, by kind and identifier.
pub fn inventory(program: &Program) -> Vec<Item> {
    let spelling = Spelling::new(program);
    let mut inventory = Inventory { program, spelling: &spelling, run: run(program), groups: BTreeMap::new() };
    for document in &program.documents {
        for child in document.roots().flat_map(|root| document.children(root)) {
            inventory.enter((document.file(), child), None, 0);
        }
    }
    inventory.groups.iter().map(|(key, group)| inventory.item(key, group)).collect()
}

/// The tasks that jobs run, and those of which they run an override.
fn run(program: &Program) -> BTreeSet<Place> {
    let tasks = program.items.jobs.iter().flat_map(|(job, _)| program.job_tasks(job));
    let with_base = tasks.flat_map(|run| [Some(run.task), program.items.tasks[run.task].base]);
    with_base.flatten().map(|task| program.items.tasks[task].origin).map(|origin| (origin.file, origin.element)).collect()
}

/// Kind, identifier without regard to case, and the key of the item around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: &'static str,
    id: String,
    around: Option<Box<Key>>,
}

/// The elements that declare one item (an entity type may be opened again), or share what tells them from others.
#[derive(Debug)]
struct Group {
    /// The identifier in its ordinal first spelling.
    id: String,
    declared: bool,
    elements: Vec<Place>,
}

struct Inventory<'p> {
    program: &'p Program,
    spelling: &'p Spelling<'p>,
    run: BTreeSet<Place>,
    groups: BTreeMap<Key, Group>,
}

impl<'p> Inventory<'p> {
    fn enter(&mut self, place: Place, around: Option<&Key>, depth: usize) {
        let Some(kind) = self.program.kind(place.0, place.1) else { return };
        let def = kind.def();
        let elsewhere = def.name == "Job" || def.is_job_scaffolding() || self.run.contains(&place);
        if elsewhere || self.program.taken.contains(&place) {
            return;
        }
        let own = self.written(place);
        let declared = identifier(def, &own);
        let id = declared.clone().unwrap_or_else(|| self.distinction(def, &own, None));
        let kind = def.declares.filter(|_| declared.is_some()).map_or(def.name, |item| item.def().name);
        let key = Key { kind, id: id.to_lowercase(), around: around.cloned().map(Box::new) };
        let group = self.groups.entry(key.clone()).or_insert_with(|| Group {
            id: id.clone(),
            declared: declared.is_some(),
            elements: Vec::new(),
        });
        group.elements.push(place);
        if id < group.id {
            group.id = id;
        }
        let children: Vec<ElementId> = self.program.document(place.0).children(place.1).collect();
        for child in children {
            if self.is_item((place.0, child), depth + 1) {
                self.enter((place.0, child), Some(&key), depth + 1);
            }
        }
    }

    /// Whether a child is an item of its own, not a part of what is around it.
    fn is_item(&self, place: Place, depth: usize) -> bool {
        let known =
            || self.program.kind(place.0, place.1).is_some_and(|kind| identifier(kind.def(), &self.written(place)).is_some());
        depth < DEPTH && known()
    }

    fn written(&self, place: Place) -> Written<'p> {
        let origin = Origin { file: place.0, element: place.1, generated: None };
        Written::of_element(self.program, origin, place.1)
    }

    /// What tells an element without identifier from others of its kind: what it must say, else what it refers to.
    fn distinction(&self, def: &ElementDef, own: &Written<'_>, parent: Option<&Written<'_>>) -> String {
        let words = |takes: &dyn Fn(&crate::grammar::AttributeDef) -> bool| -> Vec<String> {
            let taken = def.attributes.iter().filter(|attribute| attribute.family.is_none() && takes(attribute));
            taken
                .filter_map(|attribute| {
                    let value = own.get(attribute.name)?;
                    let spelled = attribute.reference.and_then(|to| self.spelling.reference(to, value, own, parent));
                    Some(spelled.unwrap_or_else(|| attribute.canonical(value).to_owned()))
                })
                .collect()
        };
        let named = own.get("Identifier").map(|name| vec![name.trim().to_owned()]);
        let required = named.unwrap_or_else(|| words(&|attribute| attribute.required == Required::Yes));
        let parts = if required.is_empty() {
            words(&|attribute| {
                matches!(attribute.reference, Some(Reference::Item(_) | Reference::Property(_) | Reference::Binding(_)))
            })
        } else {
            required
        };
        parts.join(".")
    }

    fn item(&self, key: &Key, group: &Group) -> Item {
        let depth = std::iter::successors(key.around.as_deref(), |around| around.around.as_deref()).count();
        let value = if group.declared {
            self.value(&group.elements, None, depth)
        } else {
            let mut all: Vec<Value> = group.elements.iter().map(|&place| self.value(&[place], None, depth)).collect();
            all.sort_by_cached_key(Value::to_string);
            if all.len() == 1 { all.swap_remove(0) } else { Value::Array(all) }
        };
        Item { kind: key.kind, id: self.full(key, group), path: path(key), around: key.around.as_deref().map(path), value }
    }

    /// The identifier with those of the items around it.
    fn full(&self, key: &Key, group: &Group) -> String {
        let outer = key.around.as_deref().and_then(|around| Some((around, self.groups.get(around)?)));
        match outer {
            Some((around, outer)) => format!("{}.{}", self.full(around, outer), group.id),
            None => group.id.clone(),
        }
    }

    /// What elements say that declare one item.
    fn value(&self, elements: &[Place], parent: Option<&Written<'_>>, depth: usize) -> Value {
        if depth > DEPTH {
            let texts =
                elements.iter().map(|&(file, element)| self.program.document(file).span(element).of(self.program.text(file)));
            return texts.collect::<String>().into();
        }
        let Some(kind) = elements.first().and_then(|place| self.program.kind(place.0, place.1)) else { return Value::Null };
        let def = kind.def();
        let mut own = Written::default();
        for &place in elements {
            own.add(self.written(place));
        }
        let key = def.key.and_then(crate::grammar::name_text);
        let listed = values(self.spelling, def, &own, parent, Absent::LeftOut, |name| {
            name == "ConsolidationMode" || (Some(name) == key && identifier(def, &own).is_some())
        });
        let mut value: Map<String, Value> = Map::new();
        for (name, said) in listed {
            value.insert(name, serde_json::to_value(said).unwrap_or_default());
        }
        let mut parts: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for &place in elements {
            let document = self.program.document(place.0);
            for child in document.children(place.1).map(|child| (place.0, child)).filter(|&child| !self.is_item(child, depth + 1))
            {
                let Some(kind) = self.program.kind(child.0, child.1) else { continue };
                parts.entry(self.part(kind, child, &own)).or_default().push(self.value(&[child], Some(&own), depth + 1));
            }
            for text in document.texts().iter().filter(|text| def.text && text.inside == place.1) {
                value.insert("text".to_owned(), text.span.of(self.program.text(place.0)).into());
            }
        }
        for (name, mut all) in parts {
            if !ORDERED.contains(&def.area) {
                all.sort_by_cached_key(Value::to_string);
            }
            value.insert(name, if all.len() == 1 { all.swap_remove(0) } else { Value::Array(all) });
        }
        Value::Object(value)
    }

    /// How a part of an item is called: its element, and what tells it from its sisters.
    fn part(&self, kind: ElementKind, place: Place, parent: &Written<'_>) -> String {
        let def = kind.def();
        let words =
            if ORDERED.contains(&def.area) { String::new() } else { self.distinction(def, &self.written(place), Some(parent)) };
        if words.is_empty() { def.name.to_owned() } else { format!("{}[{words}]", def.name) }
    }
}

/// The identifier that an element declares.
fn identifier(def: &ElementDef, own: &Written<'_>) -> Option<String> {
    def.declares?;
    let key = crate::grammar::name_text(def.key.unwrap_or(names::IDENTIFIER))?;
    own.get(key).map(|id| id.trim().to_owned())
}

/// Kind and identifiers of an item and those around it, as a key.
fn path(key: &Key) -> String {
    let outer = key.around.as_deref().map(path).unwrap_or_default();
    format!("{outer}/{} {}", key.kind, key.id)
}
