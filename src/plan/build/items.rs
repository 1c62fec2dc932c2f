//! Items of which the compiler itself needs no type of its own, and which embedded tasks read.

use crate::grammar::{ElementKind, kinds, names};
use crate::ir::{Origin, Program};
use crate::plan::model::{Item, Value};
use crate::source::FileId;
use crate::syntax::ElementId;

use super::attributes::{Absent, Written, is_apart, values};
use super::spelling::Spelling;

/// Roles and what assigns them, contexts, profiles, risks, mappings of resource types, notifications and who gets them.
const KINDS: &[ElementKind] = &[
    kinds::ACCESS_CERTIFICATION_NOTIFICATION,
    kinds::ACCESS_CONTROL_RULE,
    kinds::ASSIGNED_PROFILE,
    kinds::AUTOMATION_RULE,
    kinds::AZURE_AD_RESOURCE_TYPE_MAPPING,
    kinds::CATEGORY,
    kinds::CATEGORY_AUTOMATION_RULE,
    kinds::COMPOSITE_ROLE,
    kinds::COMPOSITE_ROLE_AUTOMATION_RULE,
    kinds::COMPOSITE_ROLE_RULE,
    kinds::CONTEXT,
    kinds::CONTEXT_RULE,
    kinds::DIMENSION,
    kinds::EASY_VISTA_RESOURCE_TYPE_MAPPING,
    kinds::INDIRECT_RESOURCE_RULE,
    kinds::LDAP_RESOURCE_TYPE_MAPPING,
    kinds::MAIL_SETTING,
    kinds::MANUAL_PROVISIONING_NOTIFICATION,
    kinds::MANUAL_PROVISIONING_RESOURCE_TYPE_MAPPING,
    kinds::MICROSOFT_ENTRA_ID_RESOURCE_TYPE_MAPPING,
    kinds::NOTIFICATION,
    kinds::OKTA_RESOURCE_TYPE_MAPPING,
    kinds::PASSWORD_RESET_SETTINGS,
    kinds::PERFORM_MANUAL_PROVISIONING_ACCESS_CONTROL_RULES,
    kinds::POLICY,
    kinds::POLICY_AUTOMATION_RULE,
    kinds::PROFILE,
    kinds::PROFILE_CONTEXT,
    kinds::PROFILE_RULE_CONTEXT,
    kinds::PROVISIONING_REVIEW_NOTIFICATION,
    kinds::RECORD_SECTION,
    kinds::RESOURCE_TYPE_AUTOMATION_RULE,
    kinds::REVIEW_PROVISIONING_ACCESS_CONTROL_RULES,
    kinds::REVIEW_ROLES_ACCESS_CONTROL_RULES,
    kinds::RISK,
    kinds::ROLE_MAPPING,
    kinds::ROLE_POLICY_NOTIFICATION,
    kinds::ROLE_REVIEW_NOTIFICATION,
    kinds::SAP_RESOURCE_TYPE_MAPPING,
    kinds::SCIM_RESOURCE_TYPE_MAPPING,
    kinds::SERVICE_NOW_RESOURCE_TYPE_MAPPING,
    kinds::SHARE_POINT_RESOURCE_TYPE_MAPPING,
    kinds::SINGLE_ROLE,
    kinds::SINGLE_ROLE_RULE,
];

/// A password in clear: no plan tells it on.
const SECRET: &str = "DefaultPassword";

/// Children inside children that are taken along; the dialect nests these items two deep.
const DEPTH: usize = 4;

/// By element, then identifier, then content.
pub(super) fn items(program: &Program, spelling: &Spelling<'_>) -> Vec<Item> {
    let mut found = Vec::new();
    for (file, _) in program.sources.iter() {
        let document = program.document(file);
        let Some(root) = document.root() else { continue };
        for element in document.children(root) {
            if let Some(kind) = program.kind(file, element).filter(|kind| KINDS.contains(kind)) {
                let item = item(program, spelling, file, (element, kind), None, DEPTH);
                // A configuration has thousands of these rules; few give what somebody is notified of.
                if kind != kinds::ACCESS_CONTROL_RULE || item.children.iter().any(is_notified) {
                    found.push(item);
                }
            }
        }
    }
    sort(&mut found);
    found
}

fn item(
    program: &Program,
    spelling: &Spelling<'_>,
    file: FileId,
    (element, kind): (ElementId, ElementKind),
    parent: Option<&Written<'_>>,
    depth: usize,
) -> Item {
    let def = kind.def();
    let written = Written::of(program, Origin::written(file, element));
    // The level of a risk is its score; only tasks have theirs elsewhere.
    let skip = |name: &str| name == SECRET || is_apart(name) && !matches!(name, "Identifier" | "Level");
    let mut attributes = values(spelling, def, &written, parent, Absent::LeftOut, skip);
    let id = match attributes.remove("Identifier") {
        Some(Value::Text(id)) => Some(id.trim().to_owned()),
        Some(other) => serde_json::to_string(&other).ok(),
        None => None,
    };
    let inside = program.document(file).children(element).filter(|_| depth > 0);
    let inside = inside.filter_map(|child| Some((child, program.kind(file, child)?)));
    let mut children: Vec<Item> = inside.map(|child| item(program, spelling, file, child, Some(&written), depth - 1)).collect();
    sort(&mut children);
    let display_name = program.value(Origin::written(file, element), names::DISPLAY_NAME_L1);
    let label = display_name.map(|label| label.trim().to_owned()).filter(|label| !label.is_empty());
    Item { element: def.name.to_owned(), id, label, attributes, children }
}

/// Whether an entry gives a permission whose holders are notified of what waits.
fn is_notified(entry: &Item) -> bool {
    let Some(Value::Text(path)) = entry.attributes.get("Permission") else { return false };
    let path = path.to_lowercase();
    let path = path.strip_prefix("/custom").unwrap_or(&path);
    ["performmanualprovisioning", "reviewprovisioning", "reviewroles"]
        .iter()
        .any(|name| path.strip_prefix("/provisioningpolicy/").is_some_and(|rest| rest.starts_with(&format!("{name}/"))))
}

fn sort(items: &mut [Item]) {
    let content = |item: &Item| serde_json::to_string(&(&item.attributes, &item.children)).unwrap_or_default();
    items.sort_by_cached_key(|item| (item.element.clone(), item.id.clone(), content(item)));
}
