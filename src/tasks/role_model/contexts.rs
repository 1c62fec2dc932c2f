//! Contexts: which dimension values an owner has, and when.

use std::collections::BTreeMap;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::expr::Binding;
use crate::expr::date::DateTime;
use crate::expr::schema::{EntityId, Schema};
use crate::plan::model::{Item, Value};
use crate::tasks::TaskError;
use crate::tasks::attribute::{Attributes, base32, flag, text};
use crate::tasks::expressions::Records;

use super::compile::Compiler;
use super::compute::Run;
use super::owner::{Context, Owner};
use super::rules::{Chain, Contexts, Dates, Sources};
use super::walk::{Walk, chain};
use super::window::Window;

impl Compiler<'_, '_> {
    /// By entity type of the owners.
    pub(super) fn contexts(&mut self) -> Result<FxHashMap<String, Contexts>, TaskError> {
        let mut contexts = FxHashMap::default();
        for item in self.items("ContextRule") {
            let source = text(&item.attributes, "SourceEntityType").unwrap_or_default();
            if let Some(entity) = self.schema.entity(source) {
                contexts.insert(source.to_owned(), self.context(item, source, entity)?);
            }
        }
        Ok(contexts)
    }

    fn context(&mut self, item: &Item, source: &str, mut entity: EntityId) -> Result<Contexts, TaskError> {
        let name = format!("ContextRule {}", item.id.as_deref().unwrap_or_default());
        let attributes = &item.attributes;
        let mut found = Contexts {
            records: Sources::Owner,
            dates: Dates::default(),
            values: Vec::new(),
            sections: Vec::new(),
            exclude: None,
        };
        if let Some(binding) = text(attributes, "ResourcesBinding") {
            match Walk::along(self.store, self.schema, entity, binding)? {
                Ok((walk, end)) => (found.records, entity) = (Sources::Walk(walk), end),
                Err(reason) => self.refused.push(format!("{name}, ResourcesBinding ({reason})")),
            }
        } else if let Some(expression) = text(attributes, "ResourcesExpression") {
            match Records::compile(self.schema, "ContextRule", entity, expression) {
                Ok(records) => (entity, found.records) = (records.end, Sources::Code(Box::new(records))),
                Err(reason) => self.refused.push(format!("{name}, ResourcesExpression ({reason})")),
            }
        }
        let record = self.schema.entity_name(entity);
        let sections: Vec<&Item> =
            self.items("RecordSection").filter(|item| text(&item.attributes, "SourceEntityType") == Some(source)).collect();
        let (parts, whole): (Vec<&Item>, Vec<&Item>) = sections.into_iter().partition(|section| !section.children.is_empty());
        for section in &parts {
            let dates = self.section(section, &record)?;
            found.sections.push(dates);
        }
        let bounding = |item: &&Item| flag(&item.attributes, "IsDefaultBoundariesSection");
        found.dates = match parts.iter().copied().find(bounding).or(whole.first().copied()) {
            Some(section) => self.section(section, &record)?,
            None => self.dates(attributes, &name, &record)?,
        };
        for index in 0..self.dimensions.len() {
            let attribute = format!("B{}", base32(self.dimensions[index].number));
            let Some(binding) = text(attributes, &attribute) else { continue };
            match Walk::along(self.store, self.schema, entity, binding)? {
                Ok((walk, _)) => found.values.push((index, walk, section_of(&parts, binding))),
                Err(reason) => self.refused.push(format!("{name}, {attribute} ({reason})")),
            }
        }
        if let Some(expression) = text(attributes, "ExcludeExpression") {
            let attributes = BTreeMap::from([("Expression".to_owned(), Value::Text(expression.to_owned()))]);
            let place = format!("{name}, ExcludeExpression");
            found.exclude = self.value("ContextRule", &place, &record, "Bool", &attributes, "")?;
        }
        Ok(found)
    }

    /// The dates that a context rule says itself.
    fn dates(&mut self, attributes: &Attributes, name: &str, record: &str) -> Result<Dates, TaskError> {
        let mut dates = Dates::default();
        for (prefix, date) in [("ResourcesStart", &mut dates.start), ("ResourcesEnd", &mut dates.end)] {
            let said = ["Binding", "Expression"].iter().any(|end| text(attributes, &format!("{prefix}{end}")).is_some());
            if said {
                *date = self.value("ContextRule", &format!("{name}, {prefix}"), record, "DateTime", attributes, prefix)?;
            }
        }
        Ok(dates)
    }

    /// The dates of a record section.
    fn section(&mut self, item: &Item, record: &str) -> Result<Dates, TaskError> {
        let name = format!("RecordSection {}", item.id.as_deref().unwrap_or_default());
        let mut dates = Dates::default();
        for (property, date) in [("StartProperty", &mut dates.start), ("EndProperty", &mut dates.end)] {
            let Some(binding) = text(&item.attributes, property) else { continue };
            let attributes = BTreeMap::from([("Binding".to_owned(), Value::Text(binding.to_owned()))]);
            *date = self.value("RecordSection", &format!("{name}, {property}"), record, "DateTime", &attributes, "")?;
        }
        Ok(dates)
    }
}

/// The section that a binding's first property belongs to.
fn section_of(sections: &[&Item], binding: &str) -> Option<usize> {
    let binding = Binding::parse(binding).ok()?;
    let first = &binding.segments.first()?.property;
    let has = |section: &&Item| {
        let mut own = section.children.iter().filter_map(|child| text(&child.attributes, "Property"));
        own.any(|property| property.rsplit(':').next().unwrap_or(property).eq_ignore_ascii_case(first))
    };
    sections.iter().position(has)
}

impl Run<'_> {
    /// Reads the contexts of an owner; none where the owner is left out. An error says why they cannot be told.
    pub(super) fn read_owner(&mut self, source: &str, id: i64) -> Result<Result<Option<Owner>, String>, TaskError> {
        let rules = self.rules;
        let mut owner = Owner::default();
        let Some(contexts) = rules.contexts.get(source) else { return Ok(Ok(Some(owner))) };
        owner.dated = contexts.dated();
        let records = match &contexts.records {
            Sources::Code(records) => match records.of(id, &self.data, self.now) {
                Ok(records) => records,
                Err(reason) => return Ok(Err(format!("ResourcesExpression: {reason}"))),
            },
            Sources::Owner => vec![id],
            Sources::Walk(walk) => walk.from(self.store, id)?,
        };
        let mut left_out = false;
        for record in records {
            if let Some(exclude) = &contexts.exclude {
                match self.valued(exclude, record)? {
                    Err(reason) => return Ok(Err(format!("ExcludeExpression: {reason}"))),
                    Ok(Some(flag)) if flag == "true" => {
                        left_out = true;
                        continue;
                    }
                    Ok(_) => {}
                }
            }
            let window = match self.window(&contexts.dates, record)? {
                Ok(window) => window,
                Err(reason) => return Ok(Err(format!("the dates of a context: {reason}"))),
            };
            let mut values = Vec::new();
            for (dimension, walk, section) in &contexts.values {
                let within = match section.map(|section| self.window(&contexts.sections[section], record)).transpose()? {
                    Some(Err(reason)) => return Ok(Err(format!("the dates of a record section: {reason}"))),
                    Some(Ok(window)) => window,
                    None => Window::ALWAYS,
                };
                for value in walk.from(self.store, record)? {
                    values.push((*dimension, self.chain(*dimension, value)?, within));
                }
            }
            owner.contexts.push(Context { window, values });
        }
        Ok(Ok((!left_out || !owner.contexts.is_empty()).then_some(owner)))
    }

    fn window(&self, dates: &Dates, record: i64) -> Result<Result<Window, String>, TaskError> {
        let mut ends = [None, None];
        for (end, valuation) in ends.iter_mut().zip([&dates.start, &dates.end]) {
            let Some(valuation) = valuation else { continue };
            match self.valued(valuation, record)? {
                Err(reason) => return Ok(Err(reason)),
                Ok(None) => {}
                Ok(Some(text)) => match DateTime::stored(&text) {
                    Some(date) => *end = Some(date),
                    None => return Ok(Err(format!("`{text}` is no date"))),
                },
            }
        }
        Ok(Ok(Window::between(ends[0], ends[1])))
    }

    /// A value of a dimension with those above it; read once.
    fn chain(&mut self, dimension: usize, value: i64) -> Result<Chain, TaskError> {
        if let Some(known) = self.chains.get(&(dimension, value)) {
            return Ok(Rc::clone(known));
        }
        let found: Chain = Rc::from(chain(self.store, &self.rules.dimensions[dimension], value)?);
        self.chains.insert((dimension, value), Rc::clone(&found));
        Ok(found)
    }
}
