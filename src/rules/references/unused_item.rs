//! `unused-item`: a connection, policy, category or similar that nothing refers to.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Finding, Severity};
use crate::grammar::{ItemKind, Reference, kinds, names};
use crate::ir::references::{Naming, each_naming};
use crate::ir::{Connection, Declaration, Program, ResourceType, Symbol};
use crate::rules::engine::pieces_of_all;
use crate::rules::suggest::perhaps_meant;
use crate::rules::{Check, Facts, Rule, Sink, element, lost};
use crate::source::FileId;
use crate::syntax::{NameId, Namespace};

use super::certainty::Certainty;
use super::suggestions::written_name;

/// The rule.
pub(crate) static RULE: Rule = super::rule(
    "unused-item",
    Severity::Note,
    "a connection, policy, category or similar that nothing refers to",
    Check::Facts(check),
);

/// Kinds whose items do nothing by themselves. What the product or its users may reach without the configuration's help
/// (roles, profiles, screens, API clients) is not among them.
const KINDS: [ItemKind; 7] = [
    ItemKind::AccessControlPropertyGroup,
    ItemKind::Category,
    ItemKind::Connection,
    ItemKind::Form,
    ItemKind::HomonymEntityLink,
    ItemKind::PasswordResetSettings,
    ItemKind::Policy,
];

fn check(program: &Program, facts: &Facts, sink: &mut Sink) {
    let certainty = Certainty::new(program);
    let candidates: Vec<&Declaration> = program
        .declarations
        .all()
        .iter()
        .filter(|one| KINDS.contains(&one.kind) && one.generated.is_none())
        .filter(|one| !certainty.may_be_generated(one.kind))
        .filter(|one| one.kind != ItemKind::Form || is_only_embedded(program, one))
        .collect();
    if candidates.is_empty() {
        return;
    }
    let used = used(program, facts, &candidates);
    let meant = meant(program, &used.unresolved);
    for one in candidates {
        let name = written_name(program, one);
        let document = program.document(one.file);
        let consolidated = document.find(one.element, names::CONSOLIDATION_MODE).is_some();
        let fulfils = || one.kind == ItemKind::Connection && used.fulfils(program, one.symbol);
        if consolidated || used.names(one.kind, one.symbol) || fulfils() || meant.contains(&(one.kind, one.symbol)) {
            continue;
        }
        let place = document
            .find(one.element, names::IDENTIFIER)
            .map_or_else(|| document.name_location(one.element), |attribute| document.value_location(attribute));
        sink.push(
            Finding::new(&RULE.info, place, format!("nothing refers to the {} `{name}`", one.kind))
                .label("unused")
                .note("it does nothing by itself, so it is left over, or what should name it names something else")
                .help("refer to it, or remove it")
                .anchor(element::anchor(program, one.file, one.element)),
        );
    }
}

/// Whether a form is good for nothing but to stand in others: it has no kind of its own, and no place.
fn is_only_embedded(program: &Program, form: &Declaration) -> bool {
    const PLACES: [NameId; 6] = [
        names::ACTIVITY,
        names::FORM_TYPE,
        names::IS_DEFAULT_SELF_FORM,
        names::IS_DEFAULT_VIEW_FORM,
        names::MENU,
        names::WORKFLOW_REQUEST_TYPE,
    ];
    let document = program.document(form.file);
    program.kind(form.file, form.element) == Some(kinds::FORM)
        && PLACES.iter().all(|&place| document.find(form.element, place).is_none())
}

/// How many parts of a table's name are looked at: an end to what a name can cost.
const MAX_PARTS: usize = 64;

/// What is named anywhere.
#[derive(Default)]
struct Used {
    /// The items that may be unused, and whether something names them.
    items: FxHashMap<(ItemKind, Symbol), AtomicBool>,
    /// Connectors that some fulfil task provisions through whatever connection of theirs can.
    fulfilled: FxHashSet<Symbol>,
    /// Whether the target of some resource type is not known: it may be fulfilled through any connector.
    fulfils_unknown: bool,
    /// Names that nothing is declared by: each is a finding of its own.
    unresolved: Vec<(ItemKind, String)>,
}

/// Unresolved names of a kind that are compared with the declared ones.
const COMPARED: usize = 100;

impl Used {
    fn fulfils(&self, program: &Program, connection: Symbol) -> bool {
        let connection = program.index.find::<Connection>(connection).map(|id| &program.items.connections[id]);
        // A package that nobody knows may do anything.
        let Some(connection) = connection.filter(|one| one.package().is_none() || one.fulfils()) else { return false };
        self.fulfils_unknown || connection.connector.is_some_and(|connector| self.fulfilled.contains(&connector.value.name))
    }

    fn names(&self, kind: ItemKind, name: Symbol) -> bool {
        self.items.get(&(kind, name)).is_some_and(|named| named.load(Ordering::Relaxed))
    }

    /// Takes down that something names an item; false where the item is none that may be unused.
    fn name(&self, kind: ItemKind, name: Symbol) -> bool {
        let item = self.items.get(&(kind, name));
        item.inspect(|named| named.store(true, Ordering::Relaxed)).is_some()
    }

    /// A table is named `<connection>_<table>`, and either part may hold the separator.
    fn export(&self, table: &str) {
        let table = table.trim();
        for end in memchr::memchr_iter(b'_', table.as_bytes()).take(MAX_PARTS).chain([table.len()]) {
            self.name(ItemKind::Connection, Symbol::new(&table[..end]));
        }
    }
}

fn used(program: &Program, facts: &Facts, candidates: &[&Declaration]) -> Used {
    let items = candidates.iter().map(|one| ((one.kind, one.symbol), AtomicBool::new(false))).collect();
    let mut used = Used { items, ..Used::default() };
    let naming = Naming::of(|reference| match reference {
        Reference::Item(kind) => KINDS.contains(&kind),
        other => other == Reference::DataSource,
    });
    let look = |(file, elements): (FileId, Range<u32>)| {
        let mut unresolved = Vec::new();
        each_naming(program, file, elements, &naming, &mut |site| {
            let name = program.attribute_value(file, site.attribute);
            let Reference::Item(kind) = site.reference else { return used.export(&name) };
            let symbol = Symbol::new(&name);
            if !used.name(kind, symbol) && program.declarations.find(kind, None, symbol).is_none() {
                unresolved.push((kind, name.trim().to_owned()));
            }
        });
        unresolved
    };
    let mut unresolved: Vec<(ItemKind, String)> = pieces_of_all(program).into_par_iter().flat_map_iter(look).collect();
    let mut seen = FxHashSet::default();
    unresolved.retain(|(kind, name)| seen.insert((*kind, Symbol::new(name))));
    used.unresolved = unresolved;
    for connection in program.generated.iter().filter_map(|element| element.value(names::CONNECTION)) {
        used.name(ItemKind::Connection, Symbol::new(connection));
    }
    fulfilled(program, facts, &mut used);
    named_by_strangers(program, &used);
    used
}

/// Takes down what elements name that the dialect does not have where they stand: such an element is the finding.
fn named_by_strangers(program: &Program, used: &Used) {
    for (file, _) in program.sources.iter() {
        let (document, elements) = (program.document(file), program.kinds(file));
        let is_unread = |element, kind: Option<_>| kind.is_none() && document.namespace(element) == Namespace::Dialect;
        let unread =
            document.elements().zip(elements).filter(|(element, kind)| is_unread(*element, **kind)).map(|(element, _)| element);
        for attribute in unread.flat_map(|element| document.attributes(element)) {
            let name = Symbol::new(&program.attribute_value(file, attribute));
            for kind in KINDS {
                used.name(kind, name);
            }
        }
    }
}

/// The items that names which nothing is declared by come nearest to: they are named, and misspelt.
fn meant(program: &Program, unresolved: &[(ItemKind, String)]) -> FxHashSet<(ItemKind, Symbol)> {
    let mut found = FxHashSet::default();
    for kind in KINDS {
        let mut wrong = unresolved.iter().filter(|(of, _)| *of == kind).take(COMPARED).peekable();
        if wrong.peek().is_none() {
            continue;
        }
        let declared = program.declarations.all().iter().filter(|one| one.kind == kind);
        let declared: Vec<_> = declared.map(|one| written_name(program, one)).collect();
        let near = wrong.filter_map(|(_, wrong)| perhaps_meant(wrong, declared.iter().map(|name| name.trim())));
        found.extend(near.map(|name| (kind, Symbol::new(name))));
    }
    found
}

/// The connectors of the fulfil tasks that name no connection.
fn fulfilled(program: &Program, facts: &Facts, used: &mut Used) {
    let items = &program.items;
    // One that is consolidated has the target of the other.
    let lacks_target = |one: &ResourceType| match one.target {
        Some(target) => target.value.target.is_none(),
        None => program.value(one.origin, names::CONSOLIDATION_MODE).is_none(),
    };
    let model = [kinds::CONNECTOR, kinds::ENTITY_TYPE_MAPPING, kinds::RESOURCE_TYPE];
    used.fulfils_unknown =
        items.resource_types.values().any(lacks_target) || model.into_iter().any(|kind| lost::may_hold(program, kind));
    for (id, task) in items.tasks.iter() {
        if task.kind != kinds::FULFILL_TASK || program.task_value(id, names::CONNECTION).is_some() {
            continue;
        }
        used.fulfilled.extend(task.connector.map(|connector| connector.value.name));
        for id in task.resource_types.iter().filter_map(|named| named.value.target) {
            let connector = facts.connector_of_resource_type(program, id);
            used.fulfilled.extend(connector.map(|id| Symbol::new(&program.identifier(items.connectors[id].origin))));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::lines;

    const NAME: &str = "unused-item";

    #[test]
    fn what_an_unknown_element_names_is_used() {
        let category = "<Category Identifier=\"C\" Policy=\"P\"/>";
        assert_eq!(lines(category, NAME), [1]);
        assert!(lines(&format!("{category}<ResourceTye Identifier=\"R\" Category=\"C\"/>"), NAME).is_empty());
        assert_eq!(lines(&format!("{category}<ResourceTye Identifier=\"R\" Category=\"D\"/>"), NAME), [1]);
    }

    #[test]
    fn items_nothing_names_are_found() {
        assert_eq!(lines("\n<Connection Identifier=\"A\"/>", NAME), [2]);
        assert_eq!(
            lines("<Policy Identifier=\"P\"/><SingleRole Identifier=\"R\" Policy=\"P\"/>\n<Category Identifier=\"C\"/>", NAME),
            [2]
        );
        let export = "<Connection Identifier=\"A\" Connector=\"C\" Package=\"Usercube.CSV@0000001\" DeactivationExportFulfill=\"Fulfill\"/>";
        assert_eq!(lines(&format!("<FulfillTask Connector=\"C\"/>\n{export}"), NAME), [2]);
        assert_eq!(lines("\n\n<Policy Identifier=\"P\"/>", NAME), [3]);
        assert_eq!(lines("\n<HomonymEntityLink Identifier=\"H\" FormEntityType=\"P\"/>", NAME), [2]);
        assert_eq!(lines("\n<Form Identifier=\"F\" EntityType=\"P\"/>", NAME), [2], "a form that stands in no other");
    }

    #[test]
    fn what_a_mistake_elsewhere_leaves_over_is_not_told() {
        let category = "<Category Identifier=\"Accounts\"/>";
        assert!(lines(&format!("{category}<ResourceType Identifier=\"R\" Category=\"Acounts\"/>"), NAME).is_empty());
        assert_eq!(lines(&format!("{category}<ResourceType Identifier=\"R\" Category=\"Persons\"/>"), NAME), [1]);
        let both = "<Category Identifier=\"Accounts\"/>\n<Category Identifier=\"Account\"/><SingleRole Category=\"Accounts\"/>";
        let near = format!("{both}<ResourceType Identifier=\"R\" Category=\"Acounts\"/>");
        assert_eq!(lines(&near, NAME), [2], "another one is nearer");
        let fulfils = "<Connection Identifier=\"A\" Connector=\"C\" Package=\"Usercube.FulfillToFile@0000001\"/>\
            <FulfillTask Identifier=\"F\"><TaskResourceType ResourceType=\"R\"/></FulfillTask>";
        assert!(lines(&format!("{fulfils}<ResourceType Identifier=\"R\" TargetEntityType=\"Gone\"/>"), NAME).is_empty());
        let whole = "<EntityType Identifier=\"E\"/><ResourceType Identifier=\"R\" TargetEntityType=\"E\"/>";
        let merged = "<ResourceType Identifier=\"R\" ConsolidationMode=\"Merge\"/>";
        assert_eq!(lines(&format!("{fulfils}{whole}{merged}"), NAME), [1], "the target stands elsewhere");
    }

    #[test]
    fn items_something_names_are_not() {
        assert!(lines("<Connection Identifier=\"A\"/><ExportTask Connection=\"a\"/>", NAME).is_empty());
        assert!(
            lines("<Connection Identifier=\"A\"/><EntityTypeMapping Identifier=\"E\" ConnectionTable=\"A_users\"/>", NAME)
                .is_empty()
        );
        assert!(lines("<Connection Identifier=\"A\" Connector=\"C\"/><FulfillTask Connector=\"C\"/>", NAME).is_empty());
        assert!(lines("<SingleRole Identifier=\"R\"/><Profile Identifier=\"P\"/>", NAME).is_empty());
        let table = "<DisplayTable Identifier=\"T\" HomonymEntityLink=\"h\"/>";
        assert!(lines(&format!("<HomonymEntityLink Identifier=\"H\"/>{table}"), NAME).is_empty());
        let embedded = "<WorkflowEditEntityForm Identifier=\"W\"><MainControl EmbeddedForm=\"F\"/></WorkflowEditEntityForm>";
        assert!(lines(&format!("<Form Identifier=\"F\"/>{embedded}"), NAME).is_empty());
        assert!(
            lines("<Form Identifier=\"F\" IsDefaultViewForm=\"true\"/><Form Identifier=\"G\" FormType=\"X\"/>", NAME).is_empty()
        );
    }
}
