//! The elements of some kinds, gathered in one pass for all rules that look at a kind as a whole.

use crate::grammar::{self, ElementKind, ItemKind, ScaffoldingKind, kinds};
use crate::ir::{Origin, Program};
use crate::syntax::ElementId;

/// The kinds that some rule asks for.
const KINDS: [ElementKind; 41] = [
    kinds::ACCESS_CERTIFICATION_NOTIFICATION,
    kinds::ACCESS_CONTROL_RULE_FILTER,
    kinds::ACTIVITY,
    kinds::ASSIGNED_PROFILE,
    kinds::ASSOCIATION_INSTANCE,
    kinds::BUILD_UNIQUE_VALUE_ASPECT,
    kinds::CONTROL,
    kinds::DISPLAY_TABLE,
    kinds::ENTRY,
    kinds::FORM,
    kinds::INVOKE_SCRIPT_ASPECT,
    kinds::MAIN_CONTROL,
    kinds::MAIN_SUMMARY_CONTROL,
    kinds::MENU_ITEM,
    kinds::PROFILE_CONTEXT,
    kinds::RECIPIENT,
    kinds::RECORD_CONTROL,
    kinds::RECORD_ITEM_CONTROL,
    kinds::RECORD_SECTION,
    kinds::RECORD_SLAVE_CONTROL,
    kinds::RECORD_SLAVE_UNIQUE_ITEM_CONTROL,
    kinds::RECORD_SUMMARY_CONTROL,
    kinds::RECORD_UNIQUE_ITEM_CONTROL,
    kinds::REPORT_QUERY,
    kinds::RESOURCE,
    kinds::RESOURCE_VIEW_ENTITY_FORM,
    kinds::RESOURCE_VIEW_RECORD_ENTITY_FORM,
    kinds::SEARCH_BAR,
    kinds::SELECT_USER_BY_IDENTITY_QUERY_HANDLER_SETTING,
    kinds::SUMMARY_CONTROL,
    kinds::UNICITY_CHECK,
    kinds::UNIVERSE_DATA_MODEL,
    kinds::WORKFLOW_ADD_AND_END_RECORD_ENTITY_FORM,
    kinds::WORKFLOW_ADD_RECORD_ENTITY_FORM,
    kinds::WORKFLOW_CREATE_ENTITY_FORM,
    kinds::WORKFLOW_CREATE_RECORD_ENTITY_FORM,
    kinds::WORKFLOW_CREATE_SEVERAL_RECORDS_ENTITY_FORM,
    kinds::WORKFLOW_EDIT_ENTITY_FORM,
    kinds::WORKFLOW_UPDATE_RECORD_ENTITIES_FORM,
    kinds::WORKFLOW_UPDATE_RECORD_ENTITY_FORM,
    kinds::WORKFLOW_UPDATE_SEVERAL_RECORDS_ENTITY_FORM,
];

/// The elements of those kinds, in document order.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    lists: Vec<Vec<Origin>>,
    others: Vec<Origin>,
    settings: bool,
}

/// Where an element goes.
#[derive(Clone, Copy)]
enum Place {
    Nowhere,
    List(usize),
    Others,
    Settings,
}

impl Gathered {
    /// Costs one pass over the kinds of all elements.
    pub(super) fn new(program: &Program) -> Self {
        let place = |kind: ElementKind| match KINDS.iter().position(|&one| one == kind) {
            Some(list) => Place::List(list),
            None if kind.def().scaffolding == Some(ScaffoldingKind::Other) => Place::Others,
            None if kind.def().declares == Some(ItemKind::Setting) => Place::Settings,
            None => Place::Nowhere,
        };
        let places: Vec<Place> = grammar::elements().map(place).collect();
        let mut gathered = Self { lists: vec![Vec::new(); KINDS.len()], ..Self::default() };
        for (file, _) in program.sources.iter() {
            for (number, kind) in program.kinds(file).iter().enumerate() {
                let Some(kind) = kind else { continue };
                let origin = || Origin::written(file, ElementId(number as u32));
                match places[usize::from(kind.0)] {
                    Place::Nowhere => {}
                    Place::List(list) => gathered.lists[list].push(origin()),
                    Place::Others => gathered.others.push(origin()),
                    Place::Settings => gathered.settings = true,
                }
            }
        }
        gathered
    }

    pub(super) fn of(&self, kind: ElementKind) -> &[Origin] {
        let list = KINDS.iter().position(|&one| one == kind);
        debug_assert!(list.is_some(), "{} is not gathered", kind.def().name);
        list.and_then(|list| self.lists.get(list)).map_or(&[], Vec::as_slice)
    }

    pub(super) fn has_settings(&self) -> bool {
        self.settings
    }

    pub(super) fn other_scaffoldings(&self) -> &[Origin] {
        &self.others
    }
}
