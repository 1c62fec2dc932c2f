//! One item of a risk rule: an entitlement, and who has it.

use rusqlite::{Connection, params};

use crate::expr::schema::Schema;
use crate::plan::model::Item;
use crate::tasks::TaskError;
use crate::tasks::attribute::text;
use crate::tasks::expressions::PlanSchema;
use crate::tasks::identity::{Layout, association_number};
use crate::tasks::role_model::Keys;

/// What an owner must have.
pub(super) struct Entitlement {
    /// As a person reads it.
    pub(super) label: String,
    resource_type: String,
    property: String,
    held: Held,
}

/// How one sees that it is had.
enum Held {
    /// A link of an association, walked from its first end or not, to that resource or to any.
    Link { association: i64, first: bool, target: Option<i64> },
    /// A value; of a truth value, true.
    Value { shown: String, truth: bool },
    /// The resource that it names does not exist: nobody has it.
    Nobody,
}

/// Of the owners to look at, those with an assignment of the resource type.
const ASSIGNED: &str = "SELECT o.id FROM temp.risk_owner o CROSS JOIN assigned_type a
    ON a.owner = o.id AND a.resource_type = ?1 AND a.valid_to IS NULL";
/// What the rules want of the assignment is going to be.
const EXPECTED: &str = "a.origin IN ('calculated', 'manual') AND a.command <> 'Deleted'";

impl Entitlement {
    /// Compiles an item, or says why it cannot be.
    pub(super) fn compile(
        store: &Connection,
        schema: &PlanSchema<'_>,
        keys: &Keys<'_>,
        item: &Item,
    ) -> Result<Result<Self, String>, TaskError> {
        let id = text(&item.attributes, "ResourceType").unwrap_or_default();
        let Some(resource_type) = schema.model().resource_types.iter().find(|known| known.id == id) else {
            return Ok(Err(format!("there is no resource type {id}")));
        };
        let written = text(&item.attributes, "Property").unwrap_or_default();
        let resource = text(&item.attributes, "Resource");
        let missing = || Ok(Err(format!("{} has no property {written}", resource_type.target)));
        let Some(entity) = schema.entity(&resource_type.target) else { return missing() };
        let Some((property, kind)) = schema.property(entity, written) else { return missing() };
        let label = format!("{id}.{property}");
        let Some(navigation) = schema.navigation(entity, property) else {
            if resource.is_some() {
                return Ok(Err(format!("{property} is no navigation property, so it leads to no resource")));
            }
            let computed = format!("json_extract(t.computed, '$.\"{}\"')", property.replace(['\'', '"'], ""));
            let index = Layout::stored(store, &resource_type.target)?.and_then(|layout| layout.index(property));
            let shown = match index {
                Some(index) => format!("coalesce({computed}, json_extract(t.body, '$[{index}]'))"),
                None => computed,
            };
            let held = Held::Value { shown, truth: kind == "Bool" };
            return Ok(Ok(Self { label, resource_type: id.to_owned(), property: property.to_owned(), held }));
        };
        let association = association_number(store, navigation.association)?;
        let pointed = schema.entity_type(navigation.target).map(|target| target.id.as_str()).unwrap_or_default();
        let held = match resource.map(|name| keys.find(pointed, name)).transpose()? {
            Some(None) => Held::Nobody,
            target => Held::Link { association, first: navigation.first, target: target.flatten() },
        };
        let label = resource.map_or(label.clone(), |name| format!("{label} = {name}"));
        Ok(Ok(Self { label, resource_type: id.to_owned(), property: property.to_owned(), held }))
    }

    /// Whether the resource that it names does not exist.
    pub(super) fn names_nothing(&self) -> bool {
        matches!(self.held, Held::Nobody)
    }

    /// Of the owners to look at, those who have it: their resource shows it, or the rules want it there.
    pub(super) fn owners(&self, store: &Connection) -> Result<Vec<i64>, TaskError> {
        let sql = match &self.held {
            Held::Nobody => return Ok(Vec::new()),
            Held::Link { association, first, target } => {
                let (near, far) = if *first { ("from_id", "to_id") } else { ("to_id", "from_id") };
                let at = |column: &str| target.map_or(String::new(), |id| format!(" AND {column} = {id}"));
                format!(
                    "{ASSIGNED} CROSS JOIN link l ON l.association = {association} AND l.{near} = a.resource{}
                     WHERE ?2 IS ?2
                     UNION {ASSIGNED} CROSS JOIN assigned_link k ON k.assignment = a.id AND k.property = ?2{}
                     WHERE k.command = 'add' AND k.state <> 0 AND {EXPECTED} ORDER BY 1",
                    at(&format!("l.{far}")),
                    at("k.target")
                )
            }
            Held::Value { shown, truth } => {
                let has = |value: &str| {
                    if *truth { format!("lower({value}) IN ('true', '1')") } else { format!("{value} <> ''") }
                };
                format!(
                    "{ASSIGNED} CROSS JOIN resource t ON t.id = a.resource WHERE ?2 IS ?2 AND {}
                     UNION {ASSIGNED} CROSS JOIN assigned_value v ON v.assignment = a.id AND v.property = ?2
                     WHERE v.state <> 0 AND {EXPECTED} AND {} ORDER BY 1",
                    has(shown),
                    has("v.wanted")
                )
            }
        };
        let mut statement = store.prepare(&sql)?;
        let rows = statement.query_map(params![self.resource_type, self.property], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
