//! The rules of the plan, made ready: names looked up, values compiled, all that has no embedded form told at once.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::expr::schema::{EntityId, Schema};
use crate::plan::model::{Item, Model, ResourceType, Value};
use crate::tasks::TaskError;
use crate::tasks::attribute::{Attributes, base32, flag, items, number, text};
use crate::tasks::correlation::rule_name;
use crate::tasks::expressions::{Formula, PlanSchema, Valuation, compile_value};

use super::keys::Keys;
use super::walk::Walk;

/// What must hold of an owner for a rule to apply; nothing: of everyone.
#[derive(Debug, Default)]
pub(super) struct Criteria {
    /// The role that must be held.
    pub(super) role: Option<String>,
    /// Dimension, value, and whether the values below it count too.
    pub(super) dimensions: Vec<(usize, i64, bool)>,
    /// A value names a resource that does not exist: the rule applies to nobody.
    pub(super) nobody: bool,
}

/// A rule that gives a role or a resource type.
#[derive(Debug)]
pub(super) struct Grant {
    pub(super) criteria: Criteria,
    /// The role; unused for resource types.
    pub(super) role: String,
    pub(super) denied: bool,
    pub(super) priority: i64,
}

pub(super) struct Scalar {
    pub(super) property: String,
    pub(super) role: Option<String>,
    pub(super) valuation: Valuation,
    pub(super) mapped: bool,
    pub(super) ignore_case: bool,
}

pub(super) struct Navigation {
    pub(super) criteria: Criteria,
    pub(super) property: String,
    pub(super) target: Option<i64>,
    pub(super) denied: bool,
}

pub(super) struct Query {
    pub(super) property: String,
    pub(super) source: Valuation,
    pub(super) target: Valuation,
    pub(super) pointed: String,
    pub(super) confidence: i64,
}

/// A resource type with its rules.
#[allow(clippy::struct_excessive_bools, reason = "each is an attribute of the element")]
pub(super) struct Type<'p> {
    pub(super) id: &'p str,
    pub(super) source: &'p str,
    pub(super) target: &'p str,
    pub(super) entity: EntityId,
    pub(super) grants: Vec<Grant>,
    pub(super) scalars: Vec<Scalar>,
    pub(super) navigations: Vec<Navigation>,
    /// By falling confidence.
    pub(super) queries: Vec<Query>,
    /// Name and confidence of the correlation rules, by falling confidence.
    pub(super) correlations: Vec<(String, i64)>,
    pub(super) blocked: bool,
    pub(super) may_add: bool,
    pub(super) may_remove: bool,
    pub(super) discard: bool,
    /// Connector that fills the target entity type.
    pub(super) connector: Option<&'p str>,
}

/// A dimension: its number in rules, and how to go from a value to the one above it.
pub(super) struct Dimension {
    pub(super) number: i64,
    pub(super) entity_type: String,
    pub(super) parent: Option<Walk>,
}

/// How the dimension values of the owners of an entity type are found.
pub(super) struct Contexts {
    pub(super) records: Option<Walk>,
    pub(super) values: Vec<(usize, Walk)>,
    pub(super) exclude: Option<Valuation>,
}

/// Everything, made ready.
pub(super) struct Rules<'p> {
    pub(super) dimensions: Vec<Dimension>,
    pub(super) contexts: FxHashMap<String, Contexts>,
    pub(super) composite: Vec<Grant>,
    pub(super) single: Vec<Grant>,
    /// Entity type of the holders of a role, by kind and role.
    pub(super) holders: FxHashMap<(&'static str, String), String>,
    pub(super) types: Vec<Type<'p>>,
}

struct Compiler<'c, 'p> {
    store: &'c Connection,
    schema: &'c PlanSchema<'p>,
    model: &'p Model,
    keys: Keys<'c>,
    dimensions: Vec<Dimension>,
    refused: Vec<String>,
}

impl<'p> Rules<'p> {
    pub(super) fn compile(store: &Connection, schema: &PlanSchema<'p>, model: &'p Model) -> Result<Self, TaskError> {
        let keys = Keys::new(store, model);
        let mut compiler = Compiler { store, schema, model, keys, dimensions: Vec::new(), refused: Vec::new() };
        compiler.dimensions()?;
        let contexts = compiler.contexts()?;
        let composite = compiler.grants("CompositeRoleRule", "ParentRole")?;
        let single = compiler.grants("SingleRoleRule", "CompositeRole")?;
        let mut holders = FxHashMap::default();
        for (kind, item) in [("CompositeRole", "CompositeRole"), ("SingleRole", "SingleRole")] {
            for role in model.items.iter().filter(|found| found.element == item) {
                let id = role.id.clone().unwrap_or_default();
                if compiler.criteria(&role.attributes, None)?.dimensions.is_empty() {
                    let holder = text(&role.attributes, "EntityType").unwrap_or_default();
                    holders.insert((kind, id), holder.to_owned());
                } else {
                    compiler.refused.push(format!("{kind} {id} (a dimension value given to its holders)"));
                }
            }
        }
        let mut types = Vec::new();
        for resource_type in &model.resource_types {
            types.extend(compiler.resource_type(resource_type)?);
        }
        if compiler.refused.is_empty() {
            let dimensions = compiler.dimensions;
            return Ok(Self { dimensions, contexts, composite, single, holders, types });
        }
        let message = format!("these rules have no embedded form: {}", compiler.refused.join("; "));
        Err(TaskError::new(message).help("nothing was computed; leave their entity types to another executor"))
    }
}

impl<'p> Compiler<'_, 'p> {
    fn items(&self, element: &'static str) -> impl Iterator<Item = &'p Item> + use<'p> {
        items(self.model, element)
    }

    fn dimensions(&mut self) -> Result<(), TaskError> {
        for item in self.items("Dimension") {
            let entity_type = text(&item.attributes, "EntityType").unwrap_or_default().to_owned();
            let mut parent = None;
            if let (Some(property), Some(entity)) = (text(&item.attributes, "ParentProperty"), self.schema.entity(&entity_type)) {
                match Walk::along(self.store, self.schema, entity, property)? {
                    Ok((walk, _)) => parent = Some(walk),
                    Err(reason) => self.refused.push(format!("Dimension {} ({reason})", item.id.as_deref().unwrap_or_default())),
                }
            }
            self.dimensions.push(Dimension { number: number(&item.attributes, "ColumnMapping"), entity_type, parent });
        }
        Ok(())
    }

    fn contexts(&mut self) -> Result<FxHashMap<String, Contexts>, TaskError> {
        let mut contexts = FxHashMap::default();
        for item in self.items("ContextRule") {
            let name = format!("ContextRule {}", item.id.as_deref().unwrap_or_default());
            let source = text(&item.attributes, "SourceEntityType").unwrap_or_default();
            let Some(mut entity) = self.schema.entity(source) else { continue };
            let dated = ["ResourcesStartBinding", "ResourcesEndBinding", "ResourcesStartExpression", "ResourcesEndExpression"];
            for attribute in dated.into_iter().chain(["ResourcesExpression"]) {
                if text(&item.attributes, attribute).is_some() {
                    self.refused.push(format!("{name} ({attribute})"));
                }
            }
            let mut found = Contexts { records: None, values: Vec::new(), exclude: None };
            if let Some(binding) = text(&item.attributes, "ResourcesBinding") {
                match Walk::along(self.store, self.schema, entity, binding)? {
                    Ok((walk, end)) => (found.records, entity) = (Some(walk), end),
                    Err(reason) => self.refused.push(format!("{name}, ResourcesBinding ({reason})")),
                }
            }
            for (index, dimension) in self.dimensions.iter().enumerate() {
                let attribute = format!("B{}", base32(dimension.number));
                let Some(binding) = text(&item.attributes, &attribute) else { continue };
                match Walk::along(self.store, self.schema, entity, binding)? {
                    Ok((walk, _)) => found.values.push((index, walk)),
                    Err(reason) => self.refused.push(format!("{name}, {attribute} ({reason})")),
                }
            }
            if let Some(expression) = text(&item.attributes, "ExcludeExpression") {
                let attributes = BTreeMap::from([("Expression".to_owned(), Value::Text(expression.to_owned()))]);
                let place = format!("{name}, ExcludeExpression");
                found.exclude = self.value("ContextRule", &place, source, "Bool", &attributes, "")?;
            }
            contexts.insert(source.to_owned(), found);
        }
        Ok(contexts)
    }

    fn criteria(&mut self, attributes: &Attributes, role: Option<&str>) -> Result<Criteria, TaskError> {
        let role = role.and_then(|name| text(attributes, name)).map(str::to_owned);
        let mut criteria = Criteria { role, ..Criteria::default() };
        for (index, dimension) in self.dimensions.iter().enumerate() {
            let suffix = base32(dimension.number);
            let Some(value) = text(attributes, &format!("D{suffix}")) else { continue };
            match self.keys.find(&dimension.entity_type, value)? {
                Some(id) => criteria.dimensions.push((index, id, flag(attributes, &format!("L{suffix}")))),
                None => criteria.nobody = true,
            }
        }
        Ok(criteria)
    }

    fn grants(&mut self, element: &'static str, role: &str) -> Result<Vec<Grant>, TaskError> {
        let mut grants = Vec::new();
        for item in self.items(element) {
            grants.extend(self.grant(&item.attributes, role)?);
        }
        Ok(grants)
    }

    /// Only what is required is given by itself; what is forbidden is, whatever the type of the rule.
    fn grant(&mut self, attributes: &Attributes, role: &str) -> Result<Option<Grant>, TaskError> {
        let denied = flag(attributes, "IsDenied");
        if !denied && text(attributes, "Type").unwrap_or("Required") != "Required" {
            return Ok(None);
        }
        let criteria = self.criteria(attributes, Some(role))?;
        let given = text(attributes, "Role").unwrap_or_default().to_owned();
        Ok(Some(Grant { criteria, role: given, denied, priority: number(attributes, "Priority") }))
    }

    fn value(
        &mut self,
        element: &'static str,
        place: &str,
        entity_type: &str,
        kind: &str,
        attributes: &Attributes,
        prefix: &str,
    ) -> Result<Option<Valuation>, TaskError> {
        let (binding, expression) = (format!("{prefix}Binding"), format!("{prefix}Expression"));
        let (binding, expression) = (text(attributes, &binding), text(attributes, &expression));
        let formula = Formula { element, entity_type, kind, binding, expression };
        Ok(match compile_value(self.store, self.schema, formula)? {
            Ok(valuation) => Some(valuation),
            Err(reason) => {
                self.refused.push(format!("{place} ({reason})"));
                None
            }
        })
    }

    fn resource_type(&mut self, found: &'p ResourceType) -> Result<Option<Type<'p>>, TaskError> {
        let Some(entity) = self.schema.entity(&found.target) else { return Ok(None) };
        let attributes = &found.attributes;
        let rules = self.model.correlation_rules.iter().filter(|rule| rule.resource_type == found.id);
        let mut correlations: Vec<(String, i64)> =
            rules.map(|rule| (rule_name(rule), number(&rule.attributes, "SourceMatchedConfidenceLevel"))).collect();
        correlations.sort_by_key(|(_, confidence)| -confidence);
        let mapping = self.model.entity_type_mappings.iter().find(|mapping| mapping.entity_type == found.target);
        let mut made = Type {
            id: &found.id,
            source: &found.source,
            target: &found.target,
            entity,
            grants: Vec::new(),
            scalars: Vec::new(),
            navigations: Vec::new(),
            queries: Vec::new(),
            correlations,
            blocked: attributes.get("BlockProvisioning") != Some(&Value::Bool(false)),
            may_add: attributes.get("AllowAdd") != Some(&Value::Bool(false)),
            may_remove: attributes.get("AllowRemove") != Some(&Value::Bool(false)),
            discard: flag(attributes, "DiscardManualAssignments"),
            connector: mapping.map(|mapping| mapping.connector.as_str()),
        };
        for rule in &found.rules {
            let attributes = &rule.attributes;
            let property = text(attributes, "Property").unwrap_or_default().to_owned();
            let place = format!("{} {}.{property}", rule.element, found.id);
            if number(attributes, "TimeOffsetAfterReference") != 0 || number(attributes, "TimeOffsetBeforeReference") != 0 {
                self.refused.push(format!("{place} (a time offset)"));
                continue;
            }
            match rule.element.as_str() {
                "TypeRule" => made.grants.extend(self.grant(attributes, "SingleRole")?),
                "ScalarRule" => self.scalar(&mut made, attributes, &property, &place)?,
                "NavigationRule" => self.navigation(&mut made, attributes, property, &place)?,
                "QueryRule" => self.query(&mut made, attributes, property, &place)?,
                _ => self.refused.push(place),
            }
        }
        // A rule for the holders of a role is more special than one for everybody.
        made.scalars.sort_by_key(|rule| rule.role.is_some());
        made.queries.sort_by_key(|rule| -rule.confidence);
        Ok(Some(made))
    }

    fn scalar(&mut self, made: &mut Type<'p>, rule: &Attributes, property: &str, place: &str) -> Result<(), TaskError> {
        let Some((name, kind)) = self.schema.property(made.entity, property) else {
            self.refused.push(format!("{place} (the property does not exist)"));
            return Ok(());
        };
        let comparison = text(rule, "ComparisonType").unwrap_or("CaseSensitive");
        if !matches!(comparison, "CaseSensitive" | "IgnoreCase") {
            self.refused.push(format!("{place} (ComparisonType {comparison})"));
        }
        if let Some(valuation) = self.value("ScalarRule", place, made.source, kind, rule, "")? {
            made.scalars.push(Scalar {
                property: name.to_owned(),
                role: text(rule, "SingleRole").map(str::to_owned),
                valuation,
                mapped: rule.get("IsMapped") != Some(&Value::Bool(false)),
                ignore_case: comparison == "IgnoreCase",
            });
        }
        Ok(())
    }

    /// The entity type that a navigation property points to.
    fn pointed(&mut self, entity: EntityId, property: &str, place: &str) -> Option<String> {
        let found = self.schema.navigation(entity, property).map(|navigation| navigation.target);
        let found = found.and_then(|target| self.schema.entity_type(target)).map(|target| target.id.clone());
        if found.is_none() {
            self.refused.push(format!("{place} (no navigation property)"));
        }
        found
    }

    fn navigation(&mut self, made: &mut Type<'p>, rule: &Attributes, property: String, place: &str) -> Result<(), TaskError> {
        let Some(pointed) = self.pointed(made.entity, &property, place) else { return Ok(()) };
        let criteria = self.criteria(rule, Some("SingleRole"))?;
        let target = self.keys.find(&pointed, text(rule, "Resource").unwrap_or_default())?;
        made.navigations.push(Navigation { criteria, property, target, denied: flag(rule, "IsDenied") });
        Ok(())
    }

    fn query(&mut self, made: &mut Type<'p>, rule: &Attributes, property: String, place: &str) -> Result<(), TaskError> {
        let Some(pointed) = self.pointed(made.entity, &property, place) else { return Ok(()) };
        let source = self.value("QueryRule", &format!("{place}, source"), made.source, "String", rule, "Source")?;
        let target = self.value("QueryRule", &format!("{place}, target"), &pointed, "String", rule, "Target")?;
        if let (Some(source), Some(target)) = (source, target) {
            let confidence = number(rule, "TargetMatchedConfidenceLevel");
            made.queries.push(Query { property, source, target, pointed, confidence });
        }
        Ok(())
    }
}
