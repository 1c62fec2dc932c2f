//! A whole configuration: texts, trees, typed items, symbol table.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::grammar::{self, Dialect, ElementKind, names};
use crate::source::{FileId, Location, SourceFile, Sources, Span};
use crate::syntax::{AttributeId, Document, ElementId, NameId};

use super::items::{EntityType, Job, JobEntry, Task};
use super::lower::{Items, Lowered};
use super::references::Occurrences;
use super::{
    At, Declarations, Field, Generated, GeneratedElement, GeneratedJob, Id, Index, Origin, Reading, Ref, Shared, Symbol, Unit,
    resolve,
};

/// A configuration, read and resolved. Scaffoldings are expanded into it afterwards.
#[derive(Debug)]
pub struct Program {
    /// The version of the dialect it is judged by.
    pub dialect: Dialect,
    /// The texts.
    pub sources: Sources,
    /// The trees, by file.
    pub documents: Vec<Arc<Document>>,
    /// The kind of each element, by file and element.
    kinds: Vec<Arc<Vec<Option<ElementKind>>>>,
    present: OnceLock<Vec<ElementKind>>,
    /// The typed items.
    pub items: Shared<Items>,
    /// Who declares which identifier.
    pub declarations: Shared<Declarations>,
    /// Typed items by identifier.
    pub index: Shared<Index>,
    /// Elements that scaffoldings generated.
    pub generated: Shared<Vec<GeneratedElement>>,
    /// Jobs that scaffoldings generated.
    pub generated_jobs: Shared<Vec<GeneratedJob>>,
    /// Written jobs and tasks that became part of generated ones, or deleted them: they are no items of their own.
    pub taken: Shared<rustc_hash::FxHashSet<(FileId, ElementId)>>,
    /// Those of them that were to delete a generated item and found none, in the order of files and places.
    pub unmatched: Shared<Vec<Origin>>,
    /// Scaffoldings that generate nothing, for there is nothing to do.
    pub idle: Shared<Vec<Id<super::Scaffolding>>>,
    connections: OnceLock<Shared<ConnectionsOf>>,
    navigation: OnceLock<Shared<Navigation>>,
    occurrences: OnceLock<Occurrences>,
    pub(super) association_ends: OnceLock<Shared<super::model::AssociationEnds>>,
}

/// The trees of files, in their order.
struct Trees {
    documents: Vec<Arc<Document>>,
    kinds: Vec<Arc<Vec<Option<ElementKind>>>>,
}

impl Trees {
    fn with_capacity(files: usize) -> Self {
        Self { documents: Vec::with_capacity(files), kinds: Vec::with_capacity(files) }
    }

    fn push(&mut self, document: Arc<Document>, kinds: Arc<Vec<Option<ElementKind>>>) {
        self.documents.push(document);
        self.kinds.push(kinds);
    }
}

/// The connections of each connector.
type ConnectionsOf = FxHashMap<Id<super::Connector>, Vec<Id<super::Connection>>>;

/// Where a navigation property of an entity type leads.
type Navigation = FxHashMap<(Symbol, Symbol), Symbol>;

/// A task in the place where a job runs it.
#[derive(Clone, Copy, Debug)]
pub struct JobTask {
    /// The task; for an override, its changed copy.
    pub task: Id<Task>,
    /// How the job names it.
    pub entry: JobEntry,
    /// Its level in this job; `None` where none is written.
    pub level: Option<i32>,
}

impl Program {
    /// Parses, lowers, merges and resolves. Files are treated in parallel; the result does not depend on it.
    pub fn build(sources: Sources, dialect: Dialect) -> Self {
        Self::read(sources, dialect, Reading::Meant)
    }

    /// As [`Program::build`], of what is written, where that differs.
    #[must_use]
    pub fn as_written(&self) -> Option<Self> {
        let is_guessed = self.documents.iter().any(|document| document.is_guessed());
        is_guessed.then(|| Self::read(self.sources.clone(), self.dialect, Reading::Written))
    }

    /// As [`Program::build`], with misspelt attributes read as asked for.
    pub fn read(sources: Sources, dialect: Dialect, reading: Reading) -> Self {
        let (trees, items, declared) = read(&sources, reading);
        Self::merged(sources, dialect, trees, items, declared)
    }

    /// Merges and resolves what was read before: the same program as [`Program::build`] gives of the same texts. The
    /// units are those of the sources, in their order.
    pub fn assemble(sources: Sources, dialect: Dialect, units: &[&Unit]) -> Self {
        let mut trees = Trees::with_capacity(units.len());
        for unit in units {
            trees.push(Arc::clone(&unit.document), Arc::clone(&unit.kinds));
        }
        let part = |units: &[&Unit]| {
            let mut items = Items::default();
            let mut declared = Vec::new();
            for unit in units {
                declared.extend_from_slice(&unit.lowered.declarations);
                items.merge(unit.lowered.items.clone());
            }
            (items, declared)
        };
        let length = units.len().div_ceil(rayon::current_num_threads()).max(1);
        let parts: Vec<(Items, Vec<super::Declaration>)> = units.par_chunks(length).map(part).collect();
        let mut items = Items::default();
        let mut declared = Vec::new();
        for (more, mut declarations) in parts {
            items.merge(more);
            declared.append(&mut declarations);
        }
        Self::merged(sources, dialect, trees, items, declared)
    }

    fn merged(sources: Sources, dialect: Dialect, trees: Trees, mut items: Items, declared: Vec<super::Declaration>) -> Self {
        let generated = items.expected();
        let (declarations, index) = rayon::join(|| Declarations::new(declared, generated), || resolve::resolve(&mut items));
        Self {
            dialect,
            sources,
            documents: trees.documents,
            kinds: trees.kinds,
            present: OnceLock::new(),
            items: Shared::new(items),
            declarations: Shared::new(declarations),
            index: Shared::new(index),
            generated: Shared::default(),
            generated_jobs: Shared::default(),
            taken: Shared::default(),
            unmatched: Shared::default(),
            idle: Shared::default(),
            connections: OnceLock::new(),
            navigation: OnceLock::new(),
            occurrences: OnceLock::new(),
            association_ends: OnceLock::new(),
        }
    }

    /// The same program of other texts. They give the same items and declarations, and nothing that was generated from
    /// them has changed: whoever calls this has made sure of it. The units are those of the sources, in their order.
    #[must_use]
    pub fn of_other_texts(&self, sources: Sources, units: &[&Unit]) -> Self {
        let mut trees = Trees::with_capacity(units.len());
        for unit in units {
            trees.push(Arc::clone(&unit.document), Arc::clone(&unit.kinds));
        }
        self.sharing(sources, trees)
    }

    /// The same program with one more file, which adds nothing to it but its text and tree: what else the file holds is
    /// not known here. Costs next to nothing, for all else is shared.
    #[must_use]
    pub fn beside(&self, source: SourceFile) -> (Self, FileId) {
        let mut sources = self.sources.clone();
        let file = sources.push(source);
        let unit = Unit::read(file, &sources.get(file).text, Reading::Meant);
        let mut trees = Trees { documents: self.documents.clone(), kinds: self.kinds.clone() };
        trees.push(unit.document, unit.kinds);
        let program = self.sharing(sources, trees);
        (program, file)
    }

    /// Other texts and trees with all else of this program.
    fn sharing(&self, sources: Sources, trees: Trees) -> Self {
        Self {
            dialect: self.dialect,
            sources,
            documents: trees.documents,
            kinds: trees.kinds,
            present: OnceLock::new(),
            items: self.items.clone(),
            declarations: self.declarations.clone(),
            index: self.index.clone(),
            generated: self.generated.clone(),
            generated_jobs: self.generated_jobs.clone(),
            taken: self.taken.clone(),
            unmatched: self.unmatched.clone(),
            idle: self.idle.clone(),
            connections: self.connections.clone(),
            navigation: self.navigation.clone(),
            occurrences: OnceLock::new(),
            association_ends: self.association_ends.clone(),
        }
    }

    /// The tree of a file.
    pub fn document(&self, file: FileId) -> &Document {
        &self.documents[file.index()]
    }

    /// The text of a file.
    pub fn text(&self, file: FileId) -> &str {
        &self.sources.get(file).text
    }

    /// What the elements of a file are, in document order.
    pub fn kinds(&self, file: FileId) -> &[Option<ElementKind>] {
        &self.kinds[file.index()]
    }

    /// The kind of an element; `None` for what the dialect does not have there.
    pub fn kind(&self, file: FileId, element: ElementId) -> Option<ElementKind> {
        self.kinds[file.index()][element.0 as usize]
    }

    /// The kinds of elements that stand in the configuration, each once, in the order of the dialect.
    pub fn present_kinds(&self) -> &[ElementKind] {
        self.present.get_or_init(|| {
            let mut present = vec![false; grammar::elements().len()];
            for kind in self.kinds.iter().flat_map(|kinds| kinds.iter()).flatten() {
                present[usize::from(kind.0)] = true;
            }
            grammar::elements().filter(|kind| present[usize::from(kind.0)]).collect()
        })
    }

    /// The value of an attribute.
    pub fn attribute_value(&self, file: FileId, attribute: AttributeId) -> Cow<'_, str> {
        self.document(file).value(attribute, self.text(file))
    }

    /// An attribute's value as it is to be written again: as XML gives it, but for the line breaks of code with a comment,
    /// which ends with its line.
    pub fn kept_value(&self, file: FileId, attribute: AttributeId) -> Cow<'_, str> {
        let value = self.attribute_value(file, attribute);
        if value.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("C#:")) && value.contains("//") {
            return crate::syntax::code(self.document(file).value_span(attribute).of(self.text(file)));
        }
        value
    }

    /// The value of an item's attribute, written or generated; of the task overridden where an override does not write it.
    pub fn value(&self, origin: Origin, name: NameId) -> Option<Cow<'_, str>> {
        if let Some(Generated(number)) = origin.generated {
            return self.generated[number as usize].value(name).map(Cow::Borrowed);
        }
        let attribute = self.document(origin.file).find(origin.element, name)?;
        Some(self.attribute_value(origin.file, attribute))
    }

    /// The value of a task's attribute, that of the task overridden where an override does not write it.
    pub fn task_value(&self, task: Id<Task>, name: NameId) -> Option<Cow<'_, str>> {
        let task = &self.items.tasks[task];
        self.value(task.origin, name).or_else(|| self.value(self.items.tasks[task.base?].origin, name))
    }

    /// The identifier as written; empty where there is none.
    pub fn identifier(&self, origin: Origin) -> Cow<'_, str> {
        self.value(origin, names::IDENTIFIER).unwrap_or_default()
    }

    /// The name to call a task by: its identifier, else its element.
    pub fn task_name(&self, task: Id<Task>) -> Cow<'_, str> {
        match self.task_value(task, names::IDENTIFIER) {
            Some(name) if !name.trim().is_empty() => name,
            _ => Cow::Borrowed(self.items.tasks[task].kind.def().name),
        }
    }

    /// The place of an item's name: of its element, or of the scaffolding that generated it.
    pub fn place(&self, origin: Origin) -> Location {
        self.document(origin.file).name_location(origin.element)
    }

    /// The place of an item's identifier; of its name where it has none.
    pub fn identifier_place(&self, origin: Origin) -> Location {
        match origin.generated {
            Some(_) => self.place(origin),
            None => self.attribute_place(origin, names::IDENTIFIER).unwrap_or_else(|| self.place(origin)),
        }
    }

    /// The element that says what was written by hand of an item: its own; of a generated one, that of the item that was
    /// brought together with it.
    pub fn written(&self, origin: Origin) -> Option<Origin> {
        match origin.generated {
            None => Some(origin),
            Some(Generated(number)) => self.generated[number as usize].consolidated.map(|one| one.origin),
        }
    }

    /// The place of the value of an item's attribute, where it was written by hand.
    pub fn attribute_place(&self, origin: Origin, name: NameId) -> Option<Location> {
        let written = self.written(origin)?;
        let document = self.document(written.file);
        document.find(written.element, name).map(|attribute| document.value_location(attribute))
    }

    /// The place of a field's value; of the item's name where the value was generated.
    pub fn field_place(&self, origin: Origin, base: Option<Id<Task>>, at: At) -> Location {
        match self.field_attribute(origin, base, at) {
            Some((file, attribute)) => self.document(file).value_location(attribute),
            None => self.place(origin),
        }
    }

    /// The place of a link of a task: where it is written, if only as a `LinkDependTask` of the scaffolding that made the task.
    pub fn link_place(&self, task: Id<Task>, link: &Field<Ref<Task>>) -> Location {
        let task = &self.items.tasks[task];
        let made = task.base.filter(|_| link.at == At::GENERATED).map_or(task.origin, |base| self.items.tasks[base].origin);
        let links = made.generated.map_or(&[][..], |Generated(number)| &self.generated[number as usize].links);
        match links.iter().find(|(parent, _)| *parent == link.value.name) {
            Some(&(_, by)) => self.document(made.file).name_location(by),
            None => self.field_place(task.origin, task.base, link.at),
        }
    }

    /// The attribute that a field was read from; nothing where it was generated.
    pub fn field_attribute(&self, origin: Origin, base: Option<Id<Task>>, at: At) -> Option<(FileId, AttributeId)> {
        let (attribute, of_base) = at.get()?;
        let base = base.filter(|_| of_base).map(|base| self.items.tasks[base].origin);
        Some((self.written(base.unwrap_or(origin))?.file, attribute))
    }

    /// The place of an item that lacks an attribute: its name. Where written attributes took the place of all generated
    /// ones, it is the written item that lacks it.
    pub fn absence_place(&self, origin: Origin) -> Location {
        let replacing = |Generated(number): Generated| self.generated[number as usize].replacing();
        self.place(origin.generated.and_then(replacing).unwrap_or(origin))
    }

    /// What a job runs, in its order. Steps and overrides that name nothing are left out.
    pub fn job_tasks(&self, job: Id<Job>) -> Vec<JobTask> {
        let job = &self.items.jobs[job];
        let mut tasks = Vec::with_capacity(job.entries.len());
        for &entry in &job.entries {
            let found = match entry {
                JobEntry::Task(task) => Some((task, self.items.tasks[task].written_level())),
                JobEntry::Step(step) => {
                    let step = &self.items.steps[step];
                    let level = step.level.map(|field| field.value).filter(|&level| level >= 0);
                    step.task
                        .and_then(|task| task.value.target)
                        .map(|task| (task, level.or(self.items.tasks[task].written_level())))
                }
                JobEntry::Override(item) => {
                    self.items.overrides[item].copy.map(|task| (task, self.items.tasks[task].written_level()))
                }
            };
            if let Some((task, level)) = found {
                tasks.push(JobTask { task, entry, level });
            }
        }
        tasks
    }

    /// Where a job names a task: the step, the override, or the task itself.
    pub fn entry_origin(&self, entry: JobEntry) -> Origin {
        match entry {
            JobEntry::Task(task) => self.items.tasks[task].origin,
            JobEntry::Step(step) => self.items.steps[step].origin,
            JobEntry::Override(item) => self.items.overrides[item].origin,
        }
    }

    /// Entity types by the connector whose mapping fills them, each list ordinal by identifier and without repetition.
    pub fn entity_types_by_connector(&self) -> FxHashMap<Symbol, Vec<Id<EntityType>>> {
        let mut map: FxHashMap<Symbol, Vec<Id<EntityType>>> = FxHashMap::default();
        for mapping in self.items.entity_type_mappings.values() {
            let (Some(connector), Some(entity_type)) = (mapping.connector, mapping.entity_type) else { continue };
            if let Some(entity_type) = entity_type.value.target {
                map.entry(connector.value.name).or_default().push(entity_type);
            }
        }
        map
    }

    /// The connections of a connector, in document order.
    pub fn connections_of(&self, connector: Id<super::Connector>) -> Vec<&super::Connection> {
        let map = self.connections.get_or_init(|| {
            let mut map: FxHashMap<Id<super::Connector>, Vec<Id<super::Connection>>> = FxHashMap::default();
            for (id, connection) in self.items.connections.iter() {
                if let Some(owner) = connection.connector.and_then(|connector| connector.value.target) {
                    map.entry(owner).or_default().push(id);
                }
            }
            Shared::new(map)
        });
        map.get(&connector).into_iter().flatten().map(|&id| &self.items.connections[id]).collect()
    }

    /// The elements of one kind directly inside another element.
    pub fn children_of(&self, origin: Origin, kind: ElementKind) -> impl Iterator<Item = ElementId> + '_ {
        self.document(origin.file).children(origin.element).filter(move |&child| self.kind(origin.file, child) == Some(kind))
    }

    /// The start of an element's start tag, for suppressions.
    pub fn element_span(&self, file: FileId, element: ElementId) -> Span {
        self.document(file).span(element)
    }
}

/// What the texts give, in their order.
fn read(sources: &Sources, reading: Reading) -> (Trees, Items, Vec<super::Declaration>) {
    let files: Vec<_> = sources.iter().map(|(id, file)| (id, file.text.as_str())).collect();
    let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
    let mut trees = Trees::with_capacity(files.len());
    let mut all = Lowered::default();
    let read = |stretch: &[(FileId, &str)]| -> Vec<Unit> {
        stretch.par_iter().with_max_len(1).map(|&(id, text)| Unit::read(id, text, reading)).collect()
    };
    // A stretch of files at a time, so that what each file gives on its own is not held for all of them at once; it is
    // merged while the next one is read.
    let mut stretches = stretches(&files);
    let mut units = stretches.next().map(read);
    while let Some(ready) = units {
        let is_first = trees.documents.is_empty();
        let merge = || {
            let mut merged = 0;
            for mut unit in ready {
                merged += files[trees.documents.len()].1.len();
                all.declarations.append(&mut unit.lowered.declarations);
                all.items.merge(unit.lowered.items);
                trees.push(unit.document, unit.kinds);
            }
            if is_first && merged > 0 {
                // The other files are taken to be like the first ones: growing by steps would copy all items again.
                all.reserve((bytes - merged).div_ceil(merged), bytes);
            }
        };
        ((), units) = rayon::join(merge, || stretches.next().map(read));
    }
    (trees, all.items, all.declarations)
}

/// Bytes of a stretch of files, about.
const STRETCH: usize = 4 << 20;

/// Cuts the files into stretches.
fn stretches<'f>(mut files: &'f [(FileId, &'f str)]) -> impl Iterator<Item = &'f [(FileId, &'f str)]> + Send {
    std::iter::from_fn(move || {
        let mut bytes = 0;
        let fits = |&&(_, text): &&(FileId, &str)| {
            let fits = bytes < STRETCH;
            bytes += text.len();
            fits
        };
        let count = files.iter().take_while(fits).count();
        let (stretch, rest) = files.split_at(count);
        files = rest;
        (count > 0).then_some(stretch)
    })
}

impl Program {
    /// Resolves references again after generated items were added: theirs, and those of written items that name them.
    pub(crate) fn resolve_again(&mut self) {
        let Self { items, index, .. } = self;
        items.tasks.as_mut_slice().par_iter_mut().for_each(|task| {
            if task.origin.generated.is_some() {
                super::Item::resolve(task, index);
            }
            resolve::resolve_children(task, index);
        });
        for job in items.jobs.as_mut_slice() {
            if job.origin.generated.is_some() {
                super::Item::resolve(job, index);
            }
        }
        for step in items.steps.as_mut_slice() {
            super::Item::resolve(step, index);
        }
        resolve::copy_late(items, index);
    }

    /// The value of an attribute by its text, for members of families that have no number of their own.
    pub fn family_value(&self, origin: Origin, name: &str) -> Option<Cow<'_, str>> {
        if let Some(Generated(number)) = origin.generated {
            let element = &self.generated[number as usize];
            return element
                .attributes
                .iter()
                .find(|(id, _)| grammar::NAMES.get(id.0 as usize) == Some(&name))
                .map(|(_, value)| Cow::Borrowed(&**value));
        }
        let attribute = self.document(origin.file).find_text(origin.element, name)?;
        Some(self.attribute_value(origin.file, attribute))
    }

    /// The entity type that a navigation property of an entity type leads to, through the association that has it.
    pub fn navigates_to(&self, entity_type: Id<EntityType>, property: Symbol) -> Option<Id<EntityType>> {
        let owner = self.items.entity_types[entity_type].identifier?.value;
        self.index.find::<EntityType>(self.leads_to(owner, property)?)
    }

    /// The name of the entity type that a navigation property leads to, whether that type is declared or not.
    pub fn leads_to(&self, entity_type: Symbol, property: Symbol) -> Option<Symbol> {
        self.navigation.get_or_init(|| Shared::new(self.read_navigation())).get(&(entity_type, property)).copied()
    }

    fn read_navigation(&self) -> Navigation {
        let mut map = Navigation::default();
        for item in self.items.entity_associations.values() {
            let end = |name| {
                let value = self.value(item.origin, name)?;
                let (entity_type, property) = value.split_once(':')?;
                Some((Symbol::new(entity_type), Symbol::new(property)))
            };
            let (Some(first), Some(second)) = (end(names::PROPERTY1), end(names::PROPERTY2)) else { continue };
            map.entry(first).or_insert(second.0);
            map.entry(second).or_insert(first.0);
        }
        map
    }

    /// Who names what, with every place.
    pub fn occurrences(&self) -> &Occurrences {
        self.occurrences.get_or_init(|| Occurrences::of(self))
    }

    /// As [`Program::occurrences`], where somebody has asked for them before.
    pub fn known_occurrences(&self) -> Option<&Occurrences> {
        self.occurrences.get()
    }
}
