//! One tree to typed items: a pure function of the tree, so that files can be lowered in parallel and in any order.

use std::ops::Range;
use std::sync::OnceLock;

use crate::grammar::{self, ElementKind, kinds, names};
use crate::source::FileId;
use crate::syntax::{AttributeId, Document, ElementId, NameId, Namespace};

use super::declarations::Declaration;
use super::field::FromValue;
use super::items::{
    Agent, Connection, ConnectionTable, Connector, EntityAssociation, EntityAssociationMapping, EntityPropertyExpression,
    EntityType, EntityTypeMapping, Item, Job, JobEntry, OpenIdClient, Override, Profile, ProfileRuleContext,
    ResourceClassificationRule, ResourceCorrelationRule, ResourceRule, ResourceType, ResourceTypeMapping, Scaffolding, Step,
    Task,
};
use super::{Arena, At, Field, Id, Origin, Ref, Symbol};

macro_rules! arenas {
    ($( $(#[$meta:meta])* $field:ident: $item:ident ),* $(,)?) => {
        /// The typed items of one file, or of all files.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Items {
            $( $(#[$meta])* pub $field: Arena<$item>, )*
        }

        impl Items {
            pub(super) fn append(&mut self, other: &mut Self) {
                $( self.$field.append(&mut other.$field); )*
            }

            /// Makes room for `times` as many items as there are, of each kind no more than take `most` bytes.
            pub(super) fn reserve(&mut self, times: usize, most: usize) {
                $( {
                    let more = self.$field.len().saturating_mul(times);
                    self.$field.reserve(more.min(most / size_of::<$item>()));
                } )*
            }

            /// Runs `visit` over the items of every kind, kinds in parallel.
            pub(super) fn resolve(&mut self, index: &super::Index) {
                use rayon::prelude::*;
                $( self.$field.as_mut_slice().par_iter_mut().for_each(|item| item.resolve(index)); )*
            }
        }
    };
}

arenas! {
    /// Agents.
    agents: Agent,
    /// Connections.
    connections: Connection,
    /// Tables of connections.
    connection_tables: ConnectionTable,
    /// Connectors.
    connectors: Connector,
    /// Associations.
    entity_associations: EntityAssociation,
    /// Mappings of associations.
    entity_association_mappings: EntityAssociationMapping,
    /// Computed properties.
    entity_property_expressions: EntityPropertyExpression,
    /// Entity types, merged ones included.
    entity_types: EntityType,
    /// Mappings of entity types.
    entity_type_mappings: EntityTypeMapping,
    /// Jobs.
    jobs: Job,
    /// Clients that agents authenticate with.
    open_id_clients: OpenIdClient,
    /// Overrides.
    overrides: Override,
    /// Profiles.
    profiles: Profile,
    /// Contexts of profile rules.
    profile_rule_contexts: ProfileRuleContext,
    /// Classification rules.
    resource_classification_rules: ResourceClassificationRule,
    /// Correlation rules.
    resource_correlation_rules: ResourceCorrelationRule,
    /// Rules inside resource types.
    resource_rules: ResourceRule,
    /// Resource types.
    resource_types: ResourceType,
    /// Mappings of resource types.
    resource_type_mappings: ResourceTypeMapping,
    /// Job scaffoldings.
    scaffoldings: Scaffolding,
    /// Steps.
    steps: Step,
    /// Tasks, those inside jobs and those at top level.
    tasks: Task,
}

/// What lowering does with an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Generic,
    Agent,
    Connection,
    ConnectionTable,
    Connector,
    EntityAssociation,
    EntityAssociationMapping,
    EntityPropertyExpression,
    EntityType,
    EntityTypeMapping,
    Job,
    OpenIdClient,
    Override,
    Profile,
    ProfileRuleContext,
    ResourceClassificationRule,
    ResourceCorrelationRule,
    ResourceRule,
    ResourceType,
    ResourceTypeMapping,
    Scaffolding,
    Step,
    Task,
    TaskDependsOnTask,
    TaskEntityType,
    TaskResourceType,
}

fn role(kind: ElementKind) -> Role {
    static ROLES: OnceLock<Vec<Role>> = OnceLock::new();
    let roles = ROLES.get_or_init(|| grammar::elements().map(role_of).collect());
    roles.get(usize::from(kind.0)).copied().unwrap_or(Role::Generic)
}

fn role_of(kind: ElementKind) -> Role {
    let def = kind.def();
    if def.is_task() {
        return Role::Task;
    }
    if def.overrides.is_some() {
        return Role::Override;
    }
    if def.is_job_scaffolding() {
        return Role::Scaffolding;
    }
    let top = def.parents.contains(&grammar::root());
    match (def.name, top) {
        ("Agent", true) => Role::Agent,
        ("Connection", true) => Role::Connection,
        ("ConnectionTable", true) => Role::ConnectionTable,
        ("Connector", true) => Role::Connector,
        ("EntityAssociation", true) => Role::EntityAssociation,
        ("EntityAssociationMapping", true) => Role::EntityAssociationMapping,
        ("EntityPropertyExpression", true) => Role::EntityPropertyExpression,
        ("EntityType", true) => Role::EntityType,
        ("EntityTypeMapping", true) => Role::EntityTypeMapping,
        ("Job", true) => Role::Job,
        ("OpenIdClient", true) => Role::OpenIdClient,
        ("Profile", true) => Role::Profile,
        ("ProfileRuleContext", true) => Role::ProfileRuleContext,
        ("ResourceClassificationRule", true) => Role::ResourceClassificationRule,
        ("ResourceCorrelationRule", true) => Role::ResourceCorrelationRule,
        ("ResourceType", true) => Role::ResourceType,
        (name, true) if name.ends_with("ResourceTypeMapping") => Role::ResourceTypeMapping,
        ("BinaryRule" | "NavigationRule" | "QueryRule" | "ScalarRule" | "TypeRule", false)
            if def.parents.contains(&kinds::RESOURCE_TYPE) =>
        {
            Role::ResourceRule
        }
        ("Step", false) => Role::Step,
        ("TaskDependsOnTask", _) => Role::TaskDependsOnTask,
        ("TaskEntityType", _) => Role::TaskEntityType,
        ("TaskResourceType", _) => Role::TaskResourceType,
        _ => Role::Generic,
    }
}

/// What one file gives.
#[derive(Debug, Default)]
pub struct Lowered {
    /// The typed items.
    pub items: Items,
    /// What declares an identifier.
    pub declarations: Vec<Declaration>,
}

impl Lowered {
    /// Makes room for `times` as much as there is, and for what scaffoldings will generate; of each kind no more than take
    /// `most` bytes. Room that nothing fills takes no memory; to make it when the items are there would copy all of them.
    pub(super) fn reserve(&mut self, times: usize, most: usize) {
        let generated = self.items.expected().saturating_mul(times + 1);
        let tasks = self.items.tasks.len().saturating_mul(times).saturating_add(generated);
        self.items.tasks.reserve(tasks.min(most / size_of::<Task>()));
        self.items.reserve(times + times.div_ceil(4), most);
        let declarations = self.declarations.len().saturating_mul(times).saturating_add(generated);
        self.declarations.reserve(declarations.min(most / size_of::<Declaration>()));
    }
}

/// How many elements are lowered at once, about: a file may be as large as the whole configuration.
const PART: usize = 16_384;

/// How many parts are lowered before they are merged.
const WAVE: usize = 4;

/// Lowers one tree. Ids in the result are relative to the file until they are merged.
pub fn lower(document: &Document, text: &str, kinds: &[Option<ElementKind>]) -> Lowered {
    lower_in_parts(document, text, kinds, PART)
}

/// As [`lower`], about so many elements at once.
fn lower_in_parts(document: &Document, text: &str, kinds: &[Option<ElementKind>], size: usize) -> Lowered {
    use rayon::prelude::*;
    let parts = parts(document, size);
    if let [part] = parts.as_slice() {
        lower_part(document, text, kinds, part.clone())
    } else {
        let lower = |parts: &[Range<u32>]| -> Vec<Lowered> {
            parts.par_iter().with_max_len(1).map(|part| lower_part(document, text, kinds, part.clone())).collect()
        };
        // A few parts at a time, so that what each gives is not held for all of them at once.
        let mut all = Lowered::default();
        let mut waves = parts.chunks(WAVE);
        let mut ready = waves.next().map(lower);
        while let Some(wave) = ready {
            let is_first = all.declarations.is_empty();
            let merge = || {
                for mut part in wave {
                    all.declarations.append(&mut part.declarations);
                    all.items.merge(part.items);
                }
                if is_first {
                    // The rest is taken to be like the beginning: growing by steps would copy all items again.
                    all.reserve(parts.len().div_ceil(WAVE), text.len());
                }
            };
            ((), ready) = rayon::join(merge, || waves.next().map(lower));
        }
        all
    }
}

/// The elements of a tree in parts that begin with a child of the root, so that none depends on another.
fn parts(document: &Document, size: usize) -> Vec<Range<u32>> {
    let end = document.len() as u32;
    let (mut parts, mut start, mut next) = (Vec::new(), 0, 1);
    while next < end {
        if (next - start) as usize >= size {
            parts.push(start..next);
            start = next;
        }
        next = document.end_of(ElementId(next)).max(next + 1);
    }
    parts.push(start..end);
    parts
}

fn lower_part(document: &Document, text: &str, kinds: &[Option<ElementKind>], part: Range<u32>) -> Lowered {
    let mut lowering =
        Lowering { document, text, kinds, file: document.file(), out: Lowered::default(), job: None, task: None, scope: None };
    for element in part.map(ElementId) {
        if let Some(kind) = kinds[element.0 as usize] {
            lowering.element(element, kind);
        }
    }
    lowering.out
}

/// The task that children belong to: a task, or what an override writes.
#[derive(Clone, Copy)]
enum Holder {
    Task(Id<Task>),
    Override(Id<Override>),
}

struct Lowering<'a> {
    document: &'a Document,
    text: &'a str,
    kinds: &'a [Option<ElementKind>],
    file: FileId,
    out: Lowered,
    /// The job around, and the first element after it.
    job: Option<(Id<Job>, u32)>,
    task: Option<(Holder, u32)>,
    /// The item around that scopes identifiers.
    scope: Option<(Symbol, Option<Id<ResourceType>>, u32)>,
}

impl Lowering<'_> {
    fn item<T: Item>(&self, element: ElementId) -> T {
        let mut item = T::new(Origin::written(self.file, element));
        for attribute in self.document.attributes(element) {
            if self.document.attribute_namespace(attribute) == Namespace::Dialect {
                let value = self.document.value(attribute, self.text);
                item.set(self.document.attribute_name(attribute), &value, At::attribute(attribute));
            }
        }
        item
    }

    fn attribute(&self, element: ElementId, name: NameId) -> Option<(AttributeId, Symbol)> {
        let attribute = self.document.find(element, name)?;
        Symbol::from_value(&self.document.value(attribute, self.text)).map(|symbol| (attribute, symbol))
    }

    fn end_of(&self, element: ElementId) -> u32 {
        self.document.end_of(element)
    }

    fn reference<T>(&self, element: ElementId, name: NameId) -> Option<Field<Ref<T>>> {
        let (attribute, name) = self.attribute(element, name)?;
        Some(Field { value: Ref { name, target: None }, at: At::attribute(attribute) })
    }

    fn holder(&mut self, element: ElementId) -> Option<&mut Task> {
        let (holder, end) = self.task?;
        if element.0 >= end {
            return None;
        }
        match holder {
            Holder::Task(task) => Some(&mut self.out.items.tasks[task]),
            Holder::Override(id) => self.out.items.overrides[id].written.as_deref_mut(),
        }
    }

    fn current_job(&self, element: ElementId) -> Option<Id<Job>> {
        self.job.filter(|&(_, end)| element.0 < end).map(|(job, _)| job)
    }

    fn declare(&mut self, element: ElementId, kind: ElementKind) {
        let def = kind.def();
        let Some(declares) = def.declares else { return };
        let Some((_, symbol)) = self.attribute(element, def.key.unwrap_or(names::IDENTIFIER)) else { return };
        let scope = if def.scoped { self.scope.filter(|&(_, _, end)| element.0 < end).map(|(scope, _, _)| scope) } else { None };
        let consolidated = self.document.find(element, names::CONSOLIDATION_MODE).is_some();
        let (file, generated) = (self.file, None);
        self.out.declarations.push(Declaration { kind: declares, scope, symbol, file, element, generated, consolidated });
        if !def.scoped && !def.children.is_empty() {
            self.scope = Some((symbol, None, self.end_of(element)));
        }
    }

    fn element(&mut self, element: ElementId, kind: ElementKind) {
        self.declare(element, kind);
        match role(kind) {
            Role::Generic => {}
            Role::Agent => _ = self.out.items.agents.push(self.item(element)),
            Role::Connection => _ = self.out.items.connections.push(self.item(element)),
            Role::ConnectionTable => _ = self.out.items.connection_tables.push(self.item(element)),
            Role::Connector => _ = self.out.items.connectors.push(self.item(element)),
            Role::EntityAssociation => _ = self.out.items.entity_associations.push(self.item(element)),
            Role::EntityAssociationMapping => _ = self.out.items.entity_association_mappings.push(self.item(element)),
            Role::EntityPropertyExpression => _ = self.out.items.entity_property_expressions.push(self.item(element)),
            Role::EntityType => _ = self.out.items.entity_types.push(self.item(element)),
            Role::EntityTypeMapping => _ = self.out.items.entity_type_mappings.push(self.item(element)),
            Role::OpenIdClient => _ = self.out.items.open_id_clients.push(self.item(element)),
            Role::Profile => _ = self.out.items.profiles.push(self.item(element)),
            Role::ProfileRuleContext => _ = self.out.items.profile_rule_contexts.push(self.item(element)),
            Role::ResourceClassificationRule => _ = self.out.items.resource_classification_rules.push(self.item(element)),
            Role::ResourceCorrelationRule => _ = self.out.items.resource_correlation_rules.push(self.item(element)),
            Role::ResourceType => {
                let id = self.out.items.resource_types.push(self.item(element));
                let symbol = self.attribute(element, names::IDENTIFIER).map_or(Symbol::new(""), |(_, symbol)| symbol);
                self.scope = Some((symbol, Some(id), self.end_of(element)));
            }
            Role::ResourceRule => {
                let mut rule: ResourceRule = self.item(element);
                rule.kind = kind;
                rule.resource_type = self.scope.filter(|&(_, _, end)| element.0 < end).and_then(|(_, id, _)| id);
                self.out.items.resource_rules.push(rule);
            }
            Role::ResourceTypeMapping => {
                let mut mapping: ResourceTypeMapping = self.item(element);
                mapping.kind = kind;
                self.out.items.resource_type_mappings.push(mapping);
            }
            Role::Scaffolding => {
                let mut scaffolding: Scaffolding = self.item(element);
                scaffolding.kind = kind;
                self.out.items.scaffoldings.push(scaffolding);
            }
            Role::Job => {
                let id = self.out.items.jobs.push(self.item(element));
                self.job = Some((id, self.end_of(element)));
            }
            Role::Step => {
                let step = self.out.items.steps.push(self.item(element));
                if let Some(job) = self.current_job(element) {
                    self.out.items.jobs[job].entries.push(JobEntry::Step(step));
                }
            }
            Role::Task => self.task(element, kind),
            Role::Override => self.override_(element, kind),
            Role::TaskDependsOnTask => {
                let reference = self.reference(element, names::PARENT_TASK);
                if let Some(task) = self.holder(element) {
                    task.link_unread |= reference.is_none();
                    task.depends_on.extend(reference);
                }
            }
            Role::TaskEntityType => {
                let reference = self.reference(element, names::ENTITY_TYPE);
                if let Some(task) = self.holder(element) {
                    task.unread |= reference.is_none();
                    task.entity_types.extend(reference);
                }
            }
            Role::TaskResourceType => {
                let reference = self.reference(element, names::RESOURCE_TYPE);
                if let Some(task) = self.holder(element) {
                    task.unread |= reference.is_none();
                    task.resource_types.extend(reference);
                }
            }
        }
    }

    /// Whether an element directly inside is none that the dialect has, or may follow where the file is cut off: what it was
    /// meant to say is not known.
    fn has_stranger(&self, element: ElementId) -> bool {
        let is_stranger =
            |child: ElementId| self.kinds[child.0 as usize].is_none() && self.document.namespace(child) == Namespace::Dialect;
        self.document.is_cut(element) || self.document.children(element).any(is_stranger)
    }

    fn task(&mut self, element: ElementId, kind: ElementKind) {
        let mut task: Task = self.item(element);
        let job = self.current_job(element);
        task.kind = kind;
        task.job = job;
        task.unread = self.has_stranger(element);
        let id = self.out.items.tasks.push(task);
        self.task = Some((Holder::Task(id), self.end_of(element)));
        if let Some(job) = job {
            self.out.items.jobs[job].entries.push(JobEntry::Task(id));
        }
    }

    fn override_(&mut self, element: ElementId, kind: ElementKind) {
        let mut item: Override = self.item(element);
        let job = self.current_job(element);
        let mut written: Task = self.item(element);
        written.kind = kind.def().overrides.unwrap_or(kind);
        written.job = job;
        written.unread = self.has_stranger(element);
        item.kind = kind;
        item.written = Some(Box::new(written));
        let id = self.out.items.overrides.push(item);
        self.task = Some((Holder::Override(id), self.end_of(element)));
        if let Some(job) = job {
            self.out.items.jobs[job].entries.push(JobEntry::Override(id));
        }
    }
}

impl Items {
    /// How many tasks the scaffoldings will generate, about.
    pub(super) fn expected(&self) -> usize {
        const OF_A_SCAFFOLDING: usize = 16;
        self.scaffoldings.len().saturating_mul(OF_A_SCAFFOLDING)
    }

    /// Adds the items of the next file; its ids move up by what is there already.
    pub(super) fn merge(&mut self, mut next: Self) {
        let (jobs, tasks, steps) = (self.jobs.len() as u32, self.tasks.len() as u32, self.steps.len() as u32);
        let (overrides, resource_types) = (self.overrides.len() as u32, self.resource_types.len() as u32);
        for job in next.jobs.as_mut_slice() {
            for entry in &mut job.entries {
                *entry = match *entry {
                    JobEntry::Task(id) => JobEntry::Task(id.moved(tasks)),
                    JobEntry::Step(id) => JobEntry::Step(id.moved(steps)),
                    JobEntry::Override(id) => JobEntry::Override(id.moved(overrides)),
                };
            }
        }
        for task in next.tasks.as_mut_slice() {
            task.job = task.job.map(|job| job.moved(jobs));
        }
        for item in next.overrides.as_mut_slice() {
            if let Some(written) = item.written.as_deref_mut() {
                written.job = written.job.map(|job| job.moved(jobs));
            }
        }
        for rule in next.resource_rules.as_mut_slice() {
            rule.resource_type = rule.resource_type.map(|id| id.moved(resource_types));
        }
        self.append(&mut next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::classify::classify;

    #[test]
    fn parts_of_a_file_give_what_the_whole_gives() {
        let one = "<Connector Identifier='C'/><Job Identifier='J'><ExportTask Identifier='E' Connector='C'/><Step Identifier='T'/></Job>\
            <OverrideExportTask Identifier='E'/><ResourceType Identifier='R'><TypeRule/><ScalarRule/></ResourceType>";
        let text = format!("<ConfigurationFile>{}</ConfigurationFile>", one.repeat(20));
        let document = crate::syntax::parse(FileId(0), &text, grammar::seed());
        let kinds = classify(&document);
        let whole = lower_in_parts(&document, &text, &kinds, usize::MAX);
        assert!(whole.items.resource_rules.len() == 40 && whole.items.jobs.len() == 20 && whole.items.steps.len() == 20);
        for size in [1, 2, 7, 30] {
            let parts = lower_in_parts(&document, &text, &kinds, size);
            assert!(parts.items == whole.items && parts.declarations == whole.declarations, "{size}");
        }
    }
}
