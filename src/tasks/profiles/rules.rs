//! Profile rules made ready: where they start, what they ask, and how the values of dimensions are found.

use rusqlite::Connection;

use crate::expr::date::DateTime;
use crate::expr::eval::Data;
use crate::expr::schema::{EntityId, Schema};
use crate::expr::value::Resource;
use crate::plan::model::{Item, Model};
use crate::tasks::TaskError;
use crate::tasks::attribute::{flag, items, text};
use crate::tasks::context::{Context, Dimension, dimensions};
use crate::tasks::expressions::{Formula, PlanSchema, StoreData, Valuation, compile_value};
use crate::tasks::role_model::{Keys, Walk};

/// A frame in which rules are evaluated.
pub(super) struct Frame<'p> {
    /// The resource type or the entity type that it is about.
    pub(super) label: &'p str,
    pub(super) resource_type: Option<&'p str>,
    /// The entity type of the users.
    pub(super) source: &'p str,
    /// From the user to what the root expressions are over.
    root: Walk,
    /// From the user to what the sub expressions are over; none: the user's resource of that type, or the root.
    sub: Option<Walk>,
    to_root: bool,
    rules: Vec<Rule<'p>>,
}

struct Rule<'p> {
    profile: &'p str,
    denied: bool,
    root: Option<Valuation>,
    /// And whether it is over the root after all.
    sub: Option<(Valuation, bool)>,
    values: Vec<Value<'p>>,
}

/// How a dimension's value is found.
struct Value<'p> {
    dimension: &'p str,
    entity_type: &'p str,
    walk: Walk,
    /// The property that names the value; none where the resource at the end is the value.
    name: Option<(EntityId, String)>,
}

/// What a rule says of a user.
pub(super) struct Verdict<'p> {
    pub(super) profile: &'p str,
    pub(super) denied: bool,
    pub(super) context: Context,
}

struct Compiler<'c, 'p> {
    store: &'c Connection,
    schema: &'c PlanSchema<'p>,
    dimensions: Vec<Dimension<'p>>,
    refused: Vec<String>,
}

/// All frames; what has no embedded form is told at once.
pub(super) fn compile<'p>(store: &Connection, schema: &PlanSchema<'p>, model: &'p Model) -> Result<Vec<Frame<'p>>, TaskError> {
    let mut compiler = Compiler { store, schema, dimensions: dimensions(model), refused: Vec::new() };
    let mut frames = Vec::new();
    for item in items(model, "ProfileRuleContext") {
        frames.extend(compiler.frame(item)?);
    }
    if compiler.refused.is_empty() {
        return Ok(frames);
    }
    let message = format!("these profile rules have no embedded form: {}", compiler.refused.join("; "));
    Err(TaskError::new(message).help("`jobwright check --embedded` shows the places; no profile was changed"))
}

impl<'p> Compiler<'_, 'p> {
    fn frame(&mut self, item: &'p Item) -> Result<Option<Frame<'p>>, TaskError> {
        let model = self.schema.model();
        let resource_type = text(&item.attributes, "ResourceType");
        let found = resource_type.map(|id| model.resource_types.iter().find(|found| found.id == id));
        let (label, source, target) = match (found, text(&item.attributes, "EntityType")) {
            (Some(Some(found)), _) => (found.id.as_str(), found.source.as_str(), found.target.as_str()),
            (None, Some(entity_type)) => (entity_type, entity_type, entity_type),
            _ => {
                self.refused.push("a ProfileRuleContext without a resource type or entity type that exists".to_owned());
                return Ok(None);
            }
        };
        let (Some(start), Some(owned)) = (self.schema.entity(source), self.schema.entity(target)) else { return Ok(None) };
        let (root, root_end) = match text(&item.attributes, "RootBinding") {
            None => (Walk::default(), start),
            Some(binding) => match Walk::along(self.store, self.schema, start, binding)? {
                Ok(found) => found,
                Err(reason) => return Ok(self.refuse(format!("{label}, RootBinding ({reason})"))),
            },
        };
        let (sub, sub_end) = match text(&item.attributes, "SubBinding") {
            None if resource_type.is_some() => (None, owned),
            None => (Some(root.clone()), root_end),
            Some(binding) => match Walk::along(self.store, self.schema, start, binding)? {
                Ok((walk, end)) => (Some(walk), end),
                Err(reason) => return Ok(self.refuse(format!("{label}, SubBinding ({reason})"))),
            },
        };
        let to_root = item.attributes.get("IsAppliedToRoot") != Some(&crate::plan::model::Value::Bool(false));
        let mut rules = Vec::new();
        for rule in item.children.iter().filter(|child| child.element == "ProfileRule") {
            rules.extend(self.rule(label, rule, root_end, sub_end, if to_root { root_end } else { sub_end })?);
        }
        Ok(Some(Frame { label, resource_type, source, root, sub, to_root, rules }))
    }

    fn refuse<T>(&mut self, what: String) -> Option<T> {
        self.refused.push(what);
        None
    }

    fn rule(
        &mut self,
        label: &str,
        rule: &'p Item,
        root: EntityId,
        sub: EntityId,
        limited: EntityId,
    ) -> Result<Option<Rule<'p>>, TaskError> {
        let profile = text(&rule.attributes, "Profile").unwrap_or_default();
        let place = format!("{label}, profile {profile}");
        let root_condition = match text(&rule.attributes, "RootExpression") {
            None => None,
            Some(expression) => match self.condition(expression, root)? {
                Ok(valuation) => Some(valuation),
                Err(reason) => return Ok(self.refuse(format!("{place}, RootExpression ({reason})"))),
            },
        };
        // The documentation says that it is over the resource, and shows one that is over the user.
        let sub_condition = match text(&rule.attributes, "SubExpression") {
            None => None,
            Some(expression) => match self.condition(expression, sub)? {
                Ok(valuation) => Some((valuation, false)),
                Err(reason) => match self.condition(expression, root)? {
                    Ok(valuation) => Some((valuation, true)),
                    Err(_) => return Ok(self.refuse(format!("{place}, SubExpression ({reason})"))),
                },
            },
        };
        let mut values = Vec::new();
        for index in 0..self.dimensions.len() {
            let name = format!("B{}", self.dimensions[index].suffix);
            let Some(binding) = text(&rule.attributes, &name) else { continue };
            match self.value(index, binding, limited)? {
                Ok(value) => values.push(value),
                Err(reason) => return Ok(self.refuse(format!("{place}, {name} ({reason})"))),
            }
        }
        Ok(Some(Rule { profile, denied: flag(&rule.attributes, "IsDenied"), root: root_condition, sub: sub_condition, values }))
    }

    fn condition(&self, expression: &str, entity: EntityId) -> Result<Result<Valuation, String>, TaskError> {
        let entity_type = self.schema.entity_name(entity);
        let formula = Formula {
            element: "ProfileRule",
            entity_type: &entity_type,
            kind: "Bool",
            binding: None,
            expression: Some(expression),
        };
        compile_value(self.store, self.schema, formula)
    }

    fn value(&self, index: usize, binding: &str, start: EntityId) -> Result<Result<Value<'p>, String>, TaskError> {
        let dimension = &self.dimensions[index];
        // What stands before the colon is the type that the path starts from, or, in one example, its first step.
        let path = match binding.split_once(':') {
            None => binding.to_owned(),
            Some((before, rest)) if self.schema.entity(before) == Some(start) => rest.to_owned(),
            Some((before, rest)) if self.schema.navigation(start, before).is_some() => format!("{before}.{rest}"),
            Some((before, _)) => {
                return Ok(Err(format!("it starts from {before}, the rule from {}", self.schema.entity_name(start))));
            }
        };
        let (steps, last) = path.rsplit_once('.').unwrap_or(("", &path));
        let (walk, end) = match steps {
            "" => (Walk::default(), start),
            steps => match Walk::along(self.store, self.schema, start, steps)? {
                Ok(found) => found,
                Err(reason) => return Ok(Err(reason)),
            },
        };
        let value = |walk, name| Value { dimension: dimension.id, entity_type: dimension.entity_type, walk, name };
        let is_value = |entity: EntityId| self.schema.entity(dimension.entity_type) == Some(entity);
        if last == "Id" && is_value(end) {
            return Ok(Ok(value(walk, None)));
        }
        if self.schema.navigation(end, last).is_some() {
            return Ok(match Walk::along(self.store, self.schema, start, &path)? {
                Ok((walk, end)) if is_value(end) => Ok(value(walk, None)),
                Ok(_) => Err(format!("it leads to no {}", dimension.entity_type)),
                Err(reason) => Err(reason),
            });
        }
        Ok(match self.schema.property(end, last) {
            Some((property, _)) => Ok(value(walk, Some((end, property.to_owned())))),
            None => Err(format!("{} has no property {last}", self.schema.entity_name(end))),
        })
    }
}

/// What rules are evaluated with.
pub(super) struct Evaluation<'a> {
    pub(super) store: &'a Connection,
    pub(super) data: StoreData<'a>,
    pub(super) keys: Keys<'a>,
    pub(super) now: DateTime,
}

impl<'p> Frame<'p> {
    /// What the rules say of a user, who owns a resource of the frame's type or is of its entity type. Failures of
    /// expressions are given aside; the rule then says nothing.
    pub(super) fn judge(
        &self,
        with: &Evaluation<'_>,
        user: i64,
        owned: Option<i64>,
        failures: &mut Vec<String>,
    ) -> Result<Vec<Verdict<'p>>, TaskError> {
        let roots = self.root.from(with.store, user)?;
        let subs = match (&self.sub, owned) {
            (Some(walk), _) => walk.from(with.store, user)?,
            (None, owned) => owned.into_iter().collect(),
        };
        let mut verdicts = Vec::new();
        for rule in &self.rules {
            let mut holds = |condition: &Valuation, over: i64| match condition.finish(None, over, &with.data, with.now) {
                Ok(value) => value.as_deref() == Some("true"),
                Err(reason) => {
                    failures.push(format!("{}, profile {}: {reason}", self.label, rule.profile));
                    false
                }
            };
            for &root in &roots {
                if !rule.root.as_ref().is_none_or(|condition| holds(condition, root)) {
                    continue;
                }
                for &sub in &subs {
                    let passes = match &rule.sub {
                        None => true,
                        Some((condition, over_root)) => holds(condition, if *over_root { root } else { sub }),
                    };
                    if passes {
                        for context in rule.contexts(with, if self.to_root { root } else { sub })? {
                            verdicts.push(Verdict { profile: rule.profile, denied: rule.denied, context });
                        }
                    }
                }
            }
        }
        Ok(verdicts)
    }
}

impl Rule<'_> {
    /// The limits that the values of dimensions make: one for each combination, none where a dimension has no value. A
    /// limit that cannot be found must not become no limit.
    fn contexts(&self, with: &Evaluation<'_>, over: i64) -> Result<Vec<Context>, TaskError> {
        let mut contexts = vec![Context::default()];
        for value in &self.values {
            let keys = value.keys(with, over)?;
            let mut next = Vec::new();
            for context in contexts {
                for key in &keys {
                    let mut limited = context.clone();
                    limited.dimensions.insert(value.dimension.to_owned(), key.clone());
                    next.push(limited);
                }
            }
            contexts = next;
            contexts.truncate(MOST);
        }
        Ok(contexts)
    }
}

/// Combinations of values that are looked at for one user; of so many profiles only ten are given anyway.
const MOST: usize = 1000;

impl Value<'_> {
    fn keys(&self, with: &Evaluation<'_>, over: i64) -> Result<Vec<String>, TaskError> {
        let mut found = Vec::new();
        for id in self.walk.from(with.store, over)? {
            let id = match &self.name {
                None => Some(id),
                Some((entity, property)) => {
                    let value = with.data.read(Resource { entity: *entity, id }, property).ok();
                    let name = value.and_then(|value| value.store("String").ok().flatten());
                    name.map(|name| with.keys.find(self.entity_type, &name)).transpose()?.flatten()
                }
            };
            let Some(id) = id else { continue };
            let sql = "SELECT key FROM resource WHERE id = ?1";
            found.push(with.store.prepare_cached(sql)?.query_row([id], |row| row.get(0))?);
        }
        Ok(found)
    }
}
