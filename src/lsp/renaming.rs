//! Another name for an item, wherever it is named.
//!
//! What a scaffolding generates is named after its `JobIdentifier`: the job is given another name there, its tasks follow,
//! and with them everything that names them.

use lsp_types::{Position, PrepareRenameResponse, WorkspaceEdit};

use super::navigation::{in_expressions, occurrence, workspace_edit};
use super::server::Refusal;
use super::view::View;
use crate::finding::{article, with_article};
use crate::grammar::{ElementKind, ItemKind, Reference, ValueProblem, kinds, names};
use crate::ir::references::{NotRenamed, Occurrence, Target, trimmed};
use crate::ir::{Generated, GeneratedEntry, GeneratedJob, Origin, Symbol};
use crate::source::{FileId, Location};
use crate::syntax::{AttributeId, ElementId, escape_attribute};

/// The name at a place, where it can be another.
pub(super) fn prepare(view: &View<'_>, at: Position) -> Result<Option<PrepareRenameResponse>, Refusal> {
    let Some(named) = occurrence(view, at) else { return Ok(None) };
    let program = view.program();
    let name = program.sources.slice(named.place);
    match program.occurrences().rename(program, named.target) {
        Ok(_) => {}
        Err(NotRenamed::Generated) => _ = GeneratedName::of(view, &named)?,
        Err(error) => return Err(refused(name, &error.to_string())),
    }
    let range = view.range(named.place.span);
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.to_owned() }))
}

fn refused(name: &str, why: &str) -> Refusal {
    Refusal::new(format!("`{name}` cannot be renamed: {why}"))
}

/// What renaming comes to.
pub(super) struct Renamed {
    /// The edits of all files.
    pub(super) edit: WorkspaceEdit,
    /// In how many other places the old name stands, which may mean the item or not.
    pub(super) mentions: usize,
}

/// Gives the item named at a place another name, everywhere.
pub(super) fn rename(view: &View<'_>, at: Position, name: &str) -> Result<Renamed, Refusal> {
    let program = view.program();
    let named = occurrence(view, at).ok_or_else(|| Refusal::new("here is no identifier to rename"))?;
    let old = program.sources.slice(named.place);
    let name = name.trim();
    if name.is_empty() || name.chars().any(char::is_control) {
        return Err(Refusal::new("an identifier has at least one character and no line breaks"));
    }
    malformed(view, named.target, name)?;
    free(view, named.target, name)?;
    match program.occurrences().rename(program, named.target) {
        Ok(renaming) => {
            let escaped = escape_attribute(name);
            let more = in_expressions(view, named.target, &renaming.mentions);
            let edits = renaming.places.iter().chain(&more).map(|place| (*place, escaped.to_string()));
            Ok(Renamed { edit: workspace_edit(view, edits), mentions: renaming.mentions.len() - more.len() })
        }
        Err(NotRenamed::Generated) => GeneratedName::of(view, &named)?.rename(view, name),
        Err(error) => Err(refused(old, &error.to_string())),
    }
}

/// Refuses a name that another item of the kind has.
fn free(view: &View<'_>, target: Target, name: &str) -> Result<(), Refusal> {
    let symbol = Symbol::new(name);
    let taken = view.program().declarations.find(target.kind, target.scope, symbol);
    if taken.is_some() && symbol != target.symbol {
        return Err(Refusal::new(format!("there is already {} `{name}`", with_article(target.kind.def().name))));
    }
    Ok(())
}

/// Refuses a name that the deployment refuses: what `malformed-identifier` would say of every declaration.
fn malformed(view: &View<'_>, target: Target, name: &str) -> Result<(), Refusal> {
    let program = view.program();
    for declared in program.occurrences().declarations(target) {
        let kind: Option<ElementKind> = match declared.generated {
            Some(Generated(number)) => Some(program.generated[number as usize].kind),
            None => program.kind(declared.place.file, declared.element),
        };
        let Some(kind) = kind else { continue };
        let key = kind.def().key.and_then(|key| kind.def().attribute(key, ""));
        let Some(key) = key.filter(|key| key.pattern.is_some()) else { continue };
        if let Err(ValueProblem::OffPattern(pattern)) = key.check(name) {
            let (attribute, element) = (key.name, kind.def().name);
            let text = format!(
                "`{name}` cannot be the {attribute} of {} `{element}`: it must follow `{}`",
                article(element),
                pattern.text
            );
            return Err(Refusal::new(text));
        }
    }
    Ok(())
}

/// The name of a generated job, as its scaffolding has it.
struct GeneratedName<'a> {
    job: &'a GeneratedJob,
    scaffolding: Origin,
    attribute: AttributeId,
    /// The job.
    target: Target,
    /// Its identifier.
    old: &'a str,
}

impl<'a> GeneratedName<'a> {
    /// That of the job that an occurrence names; a refusal that says what to do where there is none to change.
    fn of(view: &View<'a>, named: &Occurrence) -> Result<Self, Refusal> {
        let program = view.program();
        let written = program.sources.slice(named.place);
        let found = program.occurrences().declarations(named.target).find_map(|one| one.generated);
        let Some(Generated(number)) = found else { return Err(refused(written, &NotRenamed::Generated.to_string())) };
        let scaffolding = program.items.scaffoldings[program.generated[number as usize].scaffolding].origin;
        let document = program.document(scaffolding.file);
        let element = document.name_text(scaffolding.element);
        let line = program.sources.get(scaffolding.file).position(document.name_span(scaffolding.element).start).line;
        let place = format!("{}:{line}", program.sources.get(scaffolding.file).path);
        let attribute = document.find(scaffolding.element, names::JOB_IDENTIFIER);
        let identifier = attribute.map(|attribute| program.attribute_value(scaffolding.file, attribute));
        let identifier = identifier.as_deref().map(str::trim).filter(|identifier| !identifier.is_empty());
        if named.target.kind != ItemKind::Job {
            let what = match identifier {
                Some(identifier) => format!("rename the job, `{identifier}`, and its tasks follow"),
                None => "its name is the product's choice".to_owned(),
            };
            return Err(refused(written, &format!("`{element}` in {place} generates it and names it after its job; {what}")));
        }
        let job = program.generated_jobs.iter().find(|one| one.job.is_some_and(|(one, _)| one == Generated(number)));
        let (Some(job), Some(attribute), Some(_)) = (job, attribute, identifier) else {
            let takes_one = program.kind(scaffolding.file, scaffolding.element);
            let takes_one = takes_one.is_some_and(|kind| kind.def().attribute_named("JobIdentifier").is_some());
            let what = if takes_one { "give it a JobIdentifier" } else { "write the job by hand to name it yourself" };
            return Err(refused(written, &format!("`{element}` in {place} generates it and makes up its name; {what}")));
        };
        let old = program.generated[number as usize].value(names::IDENTIFIER).unwrap_or_default();
        Ok(Self { job, scaffolding, attribute, target: named.target, old })
    }

    fn rename(&self, view: &View<'_>, name: &str) -> Result<Renamed, Refusal> {
        let program = view.program();
        let occurrences = program.occurrences();
        let mut edits = vec![(trimmed(program, self.scaffolding.file, self.attribute), name.to_owned())];
        let mut renamed = vec![(self.target, name.to_owned())];
        for entry in &self.job.entries {
            let GeneratedEntry::Task(Generated(number), _) = *entry else { continue };
            let identifier = program.generated[number as usize].value(names::IDENTIFIER).unwrap_or_default();
            // What a written task put in its place has a name of its own.
            let Some(rest) = identifier.strip_prefix(self.old).filter(|rest| rest.starts_with('_')) else { continue };
            let target = Target { kind: ItemKind::Task, scope: None, symbol: Symbol::new(identifier) };
            let new = format!("{name}{rest}");
            free(view, target, &new)?;
            renamed.push((target, new));
        }
        for (target, new) in &renamed {
            let written = occurrences.named(*target).filter(|one| one.generated.is_none());
            edits.extend(written.map(|one| (one.place, new.clone())));
        }
        edits.extend(self.arguments(view, &renamed));
        edits.extend(consolidated(view, &renamed));
        edits.sort_by_key(|(place, _)| *place);
        edits.dedup_by_key(|(place, _)| *place);
        let edits = edits.into_iter().map(|(place, text)| (place, escape_attribute(&text).into_owned()));
        Ok(Renamed { edit: workspace_edit(view, edits), mentions: 0 })
    }

    /// Where the scaffolding's own arguments name its tasks in whole.
    fn arguments(&self, view: &View<'_>, renamed: &[(Target, String)]) -> Vec<(Location, String)> {
        let (program, file) = (view.program(), self.scaffolding.file);
        let document = program.document(file);
        let mut found = Vec::new();
        for element in document.descendants(self.scaffolding.element) {
            let Some(kind) = program.kind(file, element) else { continue };
            for attribute in document.attributes(element) {
                let def = kind.def().attribute(document.attribute_name(attribute), document.attribute_name_text(attribute));
                if def.is_some_and(|def| def.reference == Some(Reference::GeneratedTask)) {
                    found.extend(new_name(view, file, attribute, ItemKind::Task, renamed));
                }
            }
        }
        found
    }
}

/// Where written jobs and tasks that are brought together with generated ones say their names.
fn consolidated(view: &View<'_>, renamed: &[(Target, String)]) -> Vec<(Location, String)> {
    let program = view.program();
    let mut found = Vec::new();
    for (file, _) in program.sources.iter() {
        for element in program.document(file).elements() {
            if let Some((kind, attribute)) = taken(view, file, element) {
                found.extend(new_name(view, file, attribute, kind, renamed));
            }
        }
    }
    found
}

/// The identifier of a written job or task that became part of a generated one.
pub(super) fn taken(view: &View<'_>, file: FileId, element: ElementId) -> Option<(ItemKind, AttributeId)> {
    let program = view.program();
    if !program.taken.contains(&(file, element)) {
        return None;
    }
    let is_job = program.kind(file, element) == Some(kinds::JOB);
    let attribute = program.document(file).find(element, names::IDENTIFIER)?;
    Some((if is_job { ItemKind::Job } else { ItemKind::Task }, attribute))
}

/// The edit that gives a value its new name, where it is one of the old ones.
fn new_name(
    view: &View<'_>,
    file: FileId,
    attribute: AttributeId,
    kind: ItemKind,
    renamed: &[(Target, String)],
) -> Option<(Location, String)> {
    let symbol = Symbol::new(&view.program().attribute_value(file, attribute));
    let (_, new) = renamed.iter().find(|(target, _)| target.kind == kind && target.symbol == symbol)?;
    Some((trimmed(view.program(), file, attribute), new.clone()))
}
