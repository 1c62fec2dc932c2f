//! Expressions that give resources.

use crate::expr::Expression;
use crate::expr::check::{Checked, Context, check};
use crate::expr::csharp::tree::{Code, Statement, StatementKind};
use crate::expr::csharp::{Parsed, parse};
use crate::expr::date::DateTime;
use crate::expr::eval::evaluate;
use crate::expr::schema::EntityId;
use crate::expr::types::Type;
use crate::expr::value::{Resource, Value};
use crate::finding::with_article;

use super::data::StoreData;
use super::schema::PlanSchema;

/// C# that gives the resources of one entity type, or one of them.
pub(in crate::tasks) struct Records {
    code: Code,
    checked: Checked,
    /// The entity type that it starts from.
    start: EntityId,
    /// The entity type of what it gives.
    pub(in crate::tasks) end: EntityId,
}

impl Records {
    /// Compiles an expression over the resources of an entity type, or says why it has no embedded form.
    pub(in crate::tasks) fn compile(
        schema: &PlanSchema<'_>,
        element: &'static str,
        start: EntityId,
        text: &str,
    ) -> Result<Self, String> {
        let text = text.trim();
        let (parameter, code) = match Expression::parse(text).map_err(|error| error.message)? {
            Expression::CSharp { parameter, code } => (parameter, &text[code]),
            Expression::Function(_) | Expression::Literal(_) => return Err("it is no C#, and gives no resource".to_owned()),
        };
        let code = match parse(code) {
            Parsed::Code(code) => code,
            Parsed::Wrong(error) => return Err(error.message),
            Parsed::Beyond(what) => return Err(what.to_owned()),
        };
        let parameter = parameter.as_deref();
        let context = Context { schema, element, parameter, input: Type::Entity(start), expected: Type::Unknown, strict: false };
        let checked = check(&code, &context);
        if !checked.problems.is_empty() {
            let reasons: Vec<&str> = checked.problems.iter().map(|problem| problem.message.as_str()).collect();
            return Err(reasons.join(", "));
        }
        let mut ends = Vec::new();
        returned(&code.body, &checked, &mut ends);
        ends.sort_unstable();
        ends.dedup();
        match ends[..] {
            [end] => Ok(Self { code, checked, start, end }),
            [] => Err("what it gives is no resource of a known type".to_owned()),
            _ => Err("it gives resources of several types".to_owned()),
        }
    }

    /// What it gives for a resource, each once, in the order of their numbers.
    pub(in crate::tasks) fn of(&self, resource: i64, data: &StoreData<'_>, now: DateTime) -> Result<Vec<i64>, String> {
        let input = Value::Resource(Resource { entity: self.start, id: resource });
        let value = evaluate(&self.code, &self.checked, input, data, now).map_err(|error| error.message)?;
        let all = match &value {
            Value::List(all) => &all[..],
            Value::Null => &[],
            one => std::slice::from_ref(one),
        };
        let mut found = Vec::with_capacity(all.len());
        for one in all {
            match one {
                Value::Resource(resource) => found.push(resource.id),
                Value::Null => {}
                other => return Err(format!("{} where a resource is expected", with_article(other.kind()))),
            }
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

/// The entity types of what statements return.
fn returned(statements: &[Statement], checked: &Checked, ends: &mut Vec<EntityId>) {
    for statement in statements {
        match &statement.kind {
            StatementKind::Return(Some(node)) => match checked.types.get(node.id as usize) {
                Some(Type::Entity(end)) => ends.push(*end),
                Some(Type::List(inner)) => {
                    if let Type::Entity(end) = **inner {
                        ends.push(end);
                    }
                }
                _ => {}
            },
            StatementKind::If(_, then, otherwise) => {
                returned(then, checked, ends);
                returned(otherwise, checked, ends);
            }
            StatementKind::Block(inner) => returned(inner, checked, ends),
            _ => {}
        }
    }
}
