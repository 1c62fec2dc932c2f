//! Conditions on resources in the product's query language: whether one fulfils a query that may join others to it.
//!
//! What a query selects, and in which order, makes no difference to that.

use crate::expr::eval::{Data, compare};
use crate::expr::query::{Condition, Operand, Path, Query};
use crate::expr::value::{Resource, Value};

/// Combinations of joined resources that are looked at for one resource.
const COMBINATIONS: usize = 10_000;

/// A query made ready.
#[derive(Debug, PartialEq)]
pub(super) struct Squery(Query);

impl Squery {
    /// Reads a query, or says what is wrong with it.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        Query::parse_joining(text).map(Self).map_err(|error| error.to_string())
    }

    /// Whether a resource fulfils it.
    pub(super) fn holds(&self, data: &dyn Data, resource: Resource) -> Result<bool, String> {
        let Some(condition) = &self.0.condition else { return Ok(true) };
        let mut named: Vec<(&str, Value)> = Vec::new();
        let mut looked = 0;
        self.any(data, resource, condition, &mut named, &mut looked)
    }

    fn any<'s>(
        &'s self,
        data: &dyn Data,
        resource: Resource,
        condition: &Condition,
        named: &mut Vec<(&'s str, Value)>,
        looked: &mut usize,
    ) -> Result<bool, String> {
        let Some((path, alias)) = self.0.joins.get(named.len()) else {
            *looked += 1;
            if *looked > COMBINATIONS {
                return Err(format!("a query that joins more than {COMBINATIONS} combinations"));
            }
            return judge(data, resource, condition, named);
        };
        let mut reached = values(data, resource, path, named)?;
        // What leads to nothing is joined as nothing: its properties are null.
        if reached.is_empty() {
            reached.push(Value::Null);
        }
        for value in reached {
            named.push((alias, value));
            let found = self.any(data, resource, condition, named, looked);
            named.pop();
            if found? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn judge(data: &dyn Data, resource: Resource, condition: &Condition, named: &[(&str, Value)]) -> Result<bool, String> {
    let each = |part: &Condition| judge(data, resource, part, named);
    match condition {
        Condition::All(parts) => parts.iter().try_fold(true, |held, part| Ok(held && each(part)?)),
        Condition::Any(parts) => parts.iter().try_fold(false, |held, part| Ok(held || each(part)?)),
        Condition::Compare(path, operator, operand) => {
            let found = values(data, resource, path, named)?;
            let others = match operand {
                Operand::Null => Vec::new(),
                Operand::Bool(flag) => vec![Value::Bool(*flag)],
                Operand::Int(number) => vec![Value::Int(*number)],
                Operand::Text(text) => vec![Value::text(text.as_str())],
                Operand::Path(path) => values(data, resource, path, named)?,
            };
            let absent = [Value::Null];
            let [found, others] = [&found, &others].map(|values| if values.is_empty() { &absent[..] } else { &values[..] });
            Ok(found.iter().any(|value| others.iter().any(|other| compare(value, *operator, other))))
        }
    }
}

/// What a path leads to, from a joined resource where it begins with its name.
fn values(data: &dyn Data, resource: Resource, path: &Path, named: &[(&str, Value)]) -> Result<Vec<Value>, String> {
    let path = path.0.as_slice();
    let joined = named.iter().find(|(alias, _)| path.len() > 1 && alias.eq_ignore_ascii_case(&path[0]));
    let (mut at, rest) = match joined {
        Some((_, value)) => (vec![value.clone()], &path[1..]),
        None => (vec![Value::Resource(resource)], path),
    };
    for segment in rest {
        let mut next = Vec::new();
        for value in at {
            let Value::Resource(resource) = value else { continue };
            match data.read(resource, segment)? {
                Value::Null => {}
                Value::List(all) => next.extend(all.iter().cloned()),
                other => next.push(other),
            }
        }
        at = next;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::expr::date::DateTime;
    use crate::expr::schema::EntityId;

    /// Resource 1 has records 2 and 3.
    struct Records;

    impl Data for Records {
        fn find(&self, _: EntityId, _: Option<(&str, &str)>) -> Result<Arc<[Resource]>, String> {
            Err("no condition asks for all resources".to_owned())
        }

        fn read(&self, resource: Resource, property: &str) -> Result<Value, String> {
            let record = |id| Value::Resource(Resource { entity: EntityId(1), id });
            Ok(match (resource.id, property) {
                (1, "Records") => Value::List(Arc::from([record(2), record(3)])),
                (1, "Boss") => Value::Null,
                (1, "Name") => Value::text("Ana"),
                (2, "Start") => Value::Date(DateTime::new(2026, 1, 1, 0).unwrap()),
                (3, "Start") => Value::Date(DateTime::new(2027, 1, 1, 0).unwrap()),
                (2, "Open") => Value::Bool(true),
                (3, "Open") => Value::Bool(false),
                (2 | 3, "Rank") => Value::Int(resource.id),
                _ => return Err(format!("there is no property `{property}`")),
            })
        }
    }

    fn holds(text: &str) -> Result<bool, String> {
        Squery::parse(text)?.holds(&Records, Resource { entity: EntityId(0), id: 1 })
    }

    #[test]
    fn conditions_hold_for_one_joined_resource_at_a_time() {
        for (text, wanted) in [
            ("join Records r where r.Start > \"2026-06-01T00:00:00Z\"", true),
            ("join Records r where r.Start > \"2026-06-01T00:00:00Z\" and r.Open = true", false),
            ("join Records r join Records s where r.Open = true and s.Rank >= 3", true),
            ("select Id, Name where Name = 'x' or Name = \"Ana\"", true),
            ("where Name = \"ana\"", false),
            ("where Name %= \"A\" order by Name", true),
            ("join Records r where r.Rank = Records.Rank and r.Start > \"2026-06-01\"", true),
            ("where Boss = null and (Name != \"Ana\" or Records.Rank < 3)", true),
            ("join Boss b where b.Name = \"x\"", false),
            ("", true),
        ] {
            let held = holds(text);
            assert_eq!(held, Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (text, wanted) in [
            ("where Name ~ \"A\"", "the query does not parse: `~` means nothing in a query"),
            ("where (Name = 1", "the query does not parse: it ends where `)` is expected"),
            ("where Name = ", "the query does not parse: it ends where a value is expected"),
            ("as of \"2026-01-01\" select Id", "a query with a question about the past has no embedded form"),
            ("where Nothing = 1", "there is no property `Nothing`"),
        ] {
            assert_eq!(holds(text), Err(wanted.to_owned()), "{text}");
        }
        assert!(Squery::parse(&format!("where {}", "(".repeat(100_000))).is_err());
    }
}
