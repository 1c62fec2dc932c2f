//! From the rules of the plan to rules that can be applied; all that has no embedded form is told at once.

use std::collections::BTreeSet;
use std::rc::Rc;

use rusqlite::Connection;
use rustc_hash::FxHashMap;

use crate::expr::function::of_text;
use crate::expr::schema::{EntityId, Schema};
use crate::plan::model::{Item, Model, ResourceType, Value};
use crate::tasks::TaskError;
use crate::tasks::attribute::{Attributes, base32, flag, items, number, text};
use crate::tasks::correlation::rule_name;
use crate::tasks::expressions::{Formula, PlanSchema, Valuation, compile_value};

use super::due::patience;
use super::index::Index;
use super::keys::Keys;
use super::policy;
use super::register::Register;
use super::rules::{Comparison, Correlation, Criteria, Dimension, Grant, Navigation, Query, Role, Roles, Rules, Scalar, Type};
use super::walk::{Walk, chain};
use super::window::{Offset, Reference};

/// Names of roles in the order of their numbers, and the numbers.
type Names = (Vec<(bool, String)>, FxHashMap<(bool, String), Role>);

/// How a rule moves its window.
fn offset(attributes: &Attributes) -> Offset {
    let reference = match text(attributes, "TimeOffsetReference") {
        Some("After") => Reference::After,
        Some("Around") => Reference::Around,
        Some("Before") => Reference::Before,
        // The minutes of a rule without a reference of its own have no meaning.
        _ => return Offset::default(),
    };
    let minutes = |name| number(attributes, name);
    Offset { reference, before: minutes("TimeOffsetBeforeReference"), after: minutes("TimeOffsetAfterReference") }
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        "CaseSensitive" => |a, b| a == b,
        "IgnoreCase" => |a, b| a == b || a.to_lowercase() == b.to_lowercase(),
        "IgnoreDiacritics" => |a, b| alike("RemoveDiacritics", a, b),
        "Simplified" => |a, b| alike("Simplify", a, b),
        _ => return None,
    })
}

fn alike(function: &str, a: &str, b: &str) -> bool {
    a == b || of_text(function).is_some_and(|function| function(a) == function(b))
}

pub(super) struct Compiler<'c, 'p> {
    pub(super) store: &'c Connection,
    pub(super) schema: &'c PlanSchema<'p>,
    pub(super) model: &'p Model,
    pub(super) dimensions: Vec<Dimension>,
    pub(super) refused: Vec<String>,
    /// Policies that are switched off.
    off: BTreeSet<&'p str>,
    keys: Keys<'c>,
    register: Register<'c>,
    names: Vec<(bool, String)>,
    numbers: FxHashMap<(bool, String), Role>,
}

impl<'c, 'p> Compiler<'c, 'p> {
    pub(super) fn new(store: &'c Connection, schema: &'c PlanSchema<'p>, model: &'p Model) -> Self {
        Self {
            store,
            schema,
            model,
            dimensions: Vec::new(),
            refused: Vec::new(),
            off: policy::off(model),
            keys: Keys::new(store, model),
            register: Register::new(store),
            names: Vec::new(),
            numbers: FxHashMap::default(),
        }
    }

    /// Everything but the names of roles.
    pub(super) fn compile(&mut self) -> Result<Rules<'p>, TaskError> {
        self.dimensions()?;
        let contexts = self.contexts()?;
        let composite = self.grants("CompositeRoleRule", true, "ParentRole")?;
        let single = self.grants("SingleRoleRule", false, "CompositeRole")?;
        let (holders, bestowed) = self.roles()?;
        let mut types = Vec::new();
        let off = self.off.clone();
        for resource_type in self.model.resource_types.iter().filter(|found| !policy::is_of(&off, &found.attributes)) {
            types.extend(self.resource_type(resource_type)?);
        }
        self.register.forget_others()?;
        if !self.refused.is_empty() {
            let message = format!("these rules have no embedded form: {}", self.refused.join("; "));
            return Err(TaskError::new(message).help(
                "`jobwright check --embedded` shows the places; nothing was computed. Name a program for the task under [executors] to keep them",
            ));
        }
        let rules = Rules::new(std::mem::take(&mut self.dimensions), composite, single, types);
        Ok(Rules { contexts, holders, bestowed, ..rules })
    }

    pub(super) fn into_names(self) -> Names {
        (self.names, self.numbers)
    }

    pub(super) fn items(&self, element: &'static str) -> impl Iterator<Item = &'p Item> + use<'p> {
        items(self.model, element)
    }

    fn role(&mut self, composite: bool, id: &str) -> Role {
        let names = &mut self.names;
        *self.numbers.entry((composite, id.to_owned())).or_insert_with(|| {
            names.push((composite, id.to_owned()));
            names.len() as Role - 1
        })
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

    /// Of the declared roles: the entity types of their holders, and the dimension values that come with them.
    #[allow(clippy::type_complexity, reason = "two maps by role")]
    fn roles(&mut self) -> Result<(FxHashMap<Role, String>, FxHashMap<Role, Vec<(usize, super::rules::Chain)>>), TaskError> {
        let (mut holders, mut bestowed) = (FxHashMap::default(), FxHashMap::default());
        for (element, composite) in [("CompositeRole", true), ("SingleRole", false)] {
            for item in self.items(element) {
                let role = self.role(composite, item.id.as_deref().unwrap_or_default());
                holders.insert(role, text(&item.attributes, "EntityType").unwrap_or_default().to_owned());
                let mut values = Vec::new();
                for (dimension, value, _) in self.criteria(&item.attributes, None)?.dimensions {
                    values.push((dimension, Rc::from(chain(self.store, &self.dimensions[dimension], value)?)));
                }
                if !values.is_empty() && !composite {
                    bestowed.insert(role, values);
                }
            }
        }
        Ok((holders, bestowed))
    }

    /// The criteria of a rule, and the attribute by which it asks for a role.
    fn criteria(&mut self, attributes: &Attributes, role: Option<(bool, &str)>) -> Result<Criteria, TaskError> {
        let named = role.and_then(|(composite, name)| Some((composite, text(attributes, name)?)));
        let role = named.map(|(composite, id)| self.role(composite, id));
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

    fn grants(&mut self, element: &'static str, composite: bool, role: &str) -> Result<Roles, TaskError> {
        let mut grants = Vec::new();
        for item in self.items(element) {
            if policy::is_of(&self.off, &item.attributes) {
                continue;
            }
            let Some(mut grant) = self.grant(&item.attributes, (true, role))? else { continue };
            grant.role = self.role(composite, text(&item.attributes, "Role").unwrap_or_default());
            grant.rule = self.register.rule("", "", element, &item.attributes, &["Role"])?;
            grants.push(grant);
        }
        let index = Index::of(grants.iter().map(|grant| &grant.criteria).enumerate());
        Ok(Roles { grants, index })
    }

    /// Only what is required is given by itself; what is forbidden is, whatever the type of the rule.
    fn grant(&mut self, attributes: &Attributes, role: (bool, &str)) -> Result<Option<Grant>, TaskError> {
        let denied = flag(attributes, "IsDenied");
        if !denied && text(attributes, "Type").unwrap_or("Required") != "Required" {
            return Ok(None);
        }
        let (criteria, priority) = (self.criteria(attributes, Some(role))?, number(attributes, "Priority"));
        Ok(Some(Grant { criteria, role: 0, denied, priority, offset: offset(attributes), rule: 0 }))
    }

    pub(super) fn value(
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

    fn correlations(&mut self, resource_type: &str) -> Result<Vec<Correlation>, TaskError> {
        let mut correlations = Vec::new();
        for rule in self.model.correlation_rules.iter().filter(|rule| rule.resource_type == resource_type) {
            let confidence = number(&rule.attributes, "SourceMatchedConfidenceLevel");
            let number = self.register.rule("", "", "ResourceCorrelationRule", &rule.attributes, &[])?;
            correlations.push(Correlation { key: rule_name(rule), confidence, rule: number });
        }
        correlations.sort_by_key(|correlation| -correlation.confidence);
        Ok(correlations)
    }

    fn resource_type(&mut self, found: &'p ResourceType) -> Result<Option<Type<'p>>, TaskError> {
        let Some(entity) = self.schema.entity(&found.target) else { return Ok(None) };
        let attributes = &found.attributes;
        let correlations = self.correlations(&found.id)?;
        let mapping = self.model.entity_type_mappings.iter().find(|mapping| mapping.entity_type == found.target);
        let ahead = number(attributes, "FulfillHoursAheadOfTime").max(0).saturating_mul(60);
        let mut made = Type {
            id: &found.id,
            source: &found.source,
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
            depends_on: text(attributes, "DependsOn"),
            depends_on_property: text(attributes, "DependsOnOwnerProperty").map(|name| name.rsplit(':').next().unwrap_or(name)),
            patience: patience(found),
        };
        if let Some(property) = made.depends_on_property {
            let known = self.schema.entity(&found.source).and_then(|source| self.schema.property(source, property));
            if known.is_none() {
                self.refused.push(format!("ResourceType {}, DependsOnOwnerProperty (no property {property})", found.id));
            }
        }
        let off = self.off.clone();
        for rule in found.rules.iter().filter(|rule| !policy::is_of(&off, &rule.attributes)) {
            let attributes = &rule.attributes;
            let property = text(attributes, "Property").unwrap_or_default().to_owned();
            let place = format!("{} {}.{property}", rule.element, found.id);
            match rule.element.as_str() {
                "TypeRule" => {
                    let Some(mut grant) = self.grant(attributes, (false, "SingleRole"))? else { continue };
                    grant.rule = self.register.rule("", "", "TypeRule", attributes, &[])?;
                    if ahead > 0 && !grant.denied {
                        if grant.offset.reference == Reference::Default {
                            grant.offset.reference = Reference::Around;
                        }
                        grant.offset.before = grant.offset.before.saturating_sub(ahead);
                    }
                    made.grants.push(grant);
                    continue;
                }
                "BinaryRule" | "ScalarRule" => self.scalar(&mut made, &rule.element, attributes, &property, &place)?,
                "NavigationRule" => self.navigation(&mut made, attributes, &property, &place)?,
                "QueryRule" => self.query(&mut made, attributes, &property, &place)?,
                _ => self.refused.push(place),
            }
            self.register.rule(&found.id, &property, &rule.element, attributes, &["Property"])?;
        }
        // A rule for the holders of a role is more special than one for everybody.
        made.scalars.sort_by_key(|rule| (rule.offset.reference, rule.role.is_some()));
        made.queries.sort_by_key(|rule| (std::cmp::Reverse(rule.offset.reference), -rule.confidence));
        Ok(Some(made))
    }

    fn scalar(
        &mut self,
        made: &mut Type<'p>,
        element: &str,
        rule: &Attributes,
        property: &str,
        place: &str,
    ) -> Result<(), TaskError> {
        let Some((name, kind)) = self.schema.property(made.entity, property) else {
            self.refused.push(format!("{place} (the property does not exist)"));
            return Ok(());
        };
        let named = text(rule, "ComparisonType").unwrap_or("CaseSensitive");
        let Some(same) = comparison(named) else {
            self.refused.push(format!("{place} (ComparisonType {named})"));
            return Ok(());
        };
        let element = if element == "BinaryRule" { "BinaryRule" } else { "ScalarRule" };
        if let Some(valuation) = self.value(element, place, made.source, kind, rule, "")? {
            made.scalars.push(Scalar {
                property: name.to_owned(),
                role: text(rule, "SingleRole").map(|id| self.role(false, id)),
                valuation,
                mapped: rule.get("IsMapped") != Some(&Value::Bool(false)),
                same,
                offset: offset(rule),
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

    fn navigation(&mut self, made: &mut Type<'p>, rule: &Attributes, property: &str, place: &str) -> Result<(), TaskError> {
        let Some(pointed) = self.pointed(made.entity, property, place) else { return Ok(()) };
        let criteria = self.criteria(rule, Some((false, "SingleRole")))?;
        let target = self.keys.find(&pointed, text(rule, "Resource").unwrap_or_default())?;
        let (property, denied) = (property.to_owned(), flag(rule, "IsDenied"));
        made.navigations.push(Navigation { criteria, property, target, denied, offset: offset(rule) });
        Ok(())
    }

    fn query(&mut self, made: &mut Type<'p>, rule: &Attributes, property: &str, place: &str) -> Result<(), TaskError> {
        let Some(pointed) = self.pointed(made.entity, property, place) else { return Ok(()) };
        let source = self.value("QueryRule", &format!("{place}, source"), made.source, "String", rule, "Source")?;
        let target = self.value("QueryRule", &format!("{place}, target"), &pointed, "String", rule, "Target")?;
        if let (Some(source), Some(target)) = (source, target) {
            let confidence = number(rule, "TargetMatchedConfidenceLevel");
            let property = property.to_owned();
            made.queries.push(Query { property, source, target, pointed, confidence, offset: offset(rule) });
        }
        Ok(())
    }
}
