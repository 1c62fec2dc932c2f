//! Links in the CSV files: rows of a table of their own, or a column in the table of the resources at one of their ends.

use std::collections::BTreeMap;

use crate::tasks::mappings::{LinkMapping, Naming, ResourceMapping};

use super::Order;
use super::csv::{CsvTarget, LinkChange, Work};
use super::table::Table;

/// What a row of a link's table is.
#[derive(Clone, Copy, PartialEq)]
enum Row {
    /// The link.
    Link,
    /// The resource at an end, whose links stand in the other column.
    Resource(usize),
    /// A resource at no end.
    Other,
}

impl CsvTarget<'_> {
    /// The column of the resources' table by whose value the link's table names them.
    fn naming<'m>(link: &LinkMapping, own: usize, mapping: &'m ResourceMapping) -> Option<&'m str> {
        let column = match &link.ends[own].naming {
            Naming::Key => mapping.key.first().map(|&key| &mapping.columns[key].1),
            Naming::Property(named) => mapping.columns.iter().find(|(property, _)| property == named).map(|(_, column)| column),
        };
        column.map(String::as_str)
    }

    /// Where that column stands.
    pub(super) fn own_column(&self, link: &LinkMapping, own: usize, mapping: &ResourceMapping) -> Result<usize, String> {
        let column = Self::naming(link, own, mapping);
        let column = column.ok_or_else(|| format!("association {} names no mapped property", link.association))?;
        self.column(&mapping.table, column)
    }

    fn row_of(&self, link: &LinkMapping) -> Row {
        let mut resources = self.mappings.resources.iter().filter(|mapping| mapping.table == link.table).peekable();
        if resources.peek().is_none() {
            return Row::Link;
        }
        let is_end = |mapping: &ResourceMapping, end: usize| {
            link.ends[end].entity_type == mapping.entity_type
                && Self::naming(link, end, mapping) == Some(link.columns[end].as_str())
        };
        let end = resources.find_map(|mapping| [0, 1].into_iter().find(|&end| is_end(mapping, end)));
        end.map_or(Row::Other, Row::Resource)
    }

    /// Follows a resource that goes, or gets another name by `values`, wherever links name it. Without a `row` it has done so,
    /// and the order knows the name that it had.
    pub(super) fn follow(
        &mut self,
        mapping: &ResourceMapping,
        order: &Order,
        row: Option<usize>,
        values: Option<&BTreeMap<usize, String>>,
    ) -> Result<(), String> {
        for link in self.mappings.links.clone() {
            let rows = self.row_of(&link);
            for own in [0, 1] {
                // The row of the resource itself goes with it.
                if link.ends[own].entity_type != mapping.entity_type || rows == Row::Resource(own) {
                    continue;
                }
                let at = self.own_column(&link, own, mapping)?;
                let before = if let Some(row) = row {
                    self.table(&mapping.table)?.value(row, at).to_owned()
                } else {
                    let named = mapping.columns.iter().find(|(_, column)| self.column(&mapping.table, column) == Ok(at));
                    named.and_then(|(property, _)| order.known(property)).unwrap_or_default().to_owned()
                };
                let after = values.map(|values| values.get(&at).unwrap_or(&before));
                if before.is_empty() || after == Some(&before) {
                    continue;
                }
                let column = self.column(&link.table, &link.columns[own])?;
                let table = self.table(&link.table)?;
                for found in table.find(&[column], std::slice::from_ref(&before)) {
                    match after {
                        Some(after) => table.set(found, column, after),
                        None if rows == Row::Link => table.remove(found),
                        None => table.set(found, column, ""),
                    }
                }
            }
        }
        Ok(())
    }

    /// What keeps the links of an order from being made as things stand; another order may take it away. Without a `row` the
    /// resource is to be added.
    pub(super) fn obstacle(
        &mut self,
        mapping: &ResourceMapping,
        row: Option<usize>,
        work: &Work,
    ) -> Result<Option<String>, String> {
        for (link, own, change) in &work.links {
            let (LinkChange::Add(value) | LinkChange::Only(value)) = change else { continue };
            let (near, far) = (self.column(&link.table, &link.columns[*own])?, &link.columns[1 - own]);
            let far = self.column(&link.table, far)?;
            let (now, fitting) = match self.row_of(link) {
                Row::Link => continue,
                Row::Other => {
                    return Ok(Some(format!("the links of {} are read from a table of other resources", link.association)));
                }
                Row::Resource(end) if end == *own => {
                    if matches!(change, LinkChange::Only(_)) {
                        continue;
                    }
                    let another = work.links.iter().find_map(|(other, at, change)| match change {
                        LinkChange::Add(added) if other.association == link.association && at == own => {
                            Some(added).filter(|added| *added != value)
                        }
                        _ => None,
                    });
                    if let Some(another) = another {
                        let (table, association) = (&link.table, &link.association);
                        return Ok(Some(format!(
                            "{table} has one place for a link of {association}, not for {value} and {another}"
                        )));
                    }
                    let gone = work.links.iter().filter_map(|(other, _, change)| match change {
                        LinkChange::Remove(gone) if other.association == link.association => Some(gone.clone()),
                        _ => None,
                    });
                    let fitting: Vec<String> = gone.chain([value.clone()]).collect();
                    let table = self.table(&link.table)?;
                    (row.map(|row| table.value(row, far).to_owned()).unwrap_or_default(), fitting)
                }
                Row::Resource(_) if value.is_empty() => continue,
                Row::Resource(_) => {
                    let at = self.own_column(link, *own, mapping)?;
                    let table = self.table(&mapping.table)?;
                    let name = row.map(|row| table.value(row, at).to_owned());
                    let names = name.into_iter().chain(work.values.get(&at).cloned()).collect();
                    let table = self.table(&link.table)?;
                    let Some(found) = table.find(&[far], std::slice::from_ref(value)).first().copied() else {
                        return Ok(Some(format!("{} has no {value} to link", link.table)));
                    };
                    (table.value(found, near).to_owned(), names)
                }
            };
            if !now.is_empty() && !fitting.contains(&now) {
                let (table, association) = (&link.table, &link.association);
                return Ok(Some(format!("{table} has one place for a link of {association}, and {now} stands there")));
            }
        }
        Ok(None)
    }

    /// Makes or ends a link of the resource in a row of its table; `own` is its end of it.
    pub(super) fn change_link(
        &mut self,
        mapping: &ResourceMapping,
        row: usize,
        link: &LinkMapping,
        own: usize,
        change: &LinkChange,
    ) -> Result<(), String> {
        match self.row_of(link) {
            Row::Link => {
                let changed = self.changed(mapping, row, link, own, change)?;
                changed.row(self.table(&link.table)?);
                Ok(())
            }
            Row::Resource(end) if end == own => {
                let far = self.column(&link.table, &link.columns[1 - own])?;
                self.change_cell(link, row, far, change)
            }
            Row::Resource(_) => {
                let changed = self.changed(mapping, row, link, own, change)?;
                changed.others(self.table(&link.table)?);
                Ok(())
            }
            // Nothing is done in rows of others.
            Row::Other => Ok(()),
        }
    }

    /// A link in the row of the resource itself.
    fn change_cell(&mut self, link: &LinkMapping, row: usize, column: usize, change: &LinkChange) -> Result<(), String> {
        let table = self.table(&link.table)?;
        let now = table.value(row, column);
        match change {
            LinkChange::Add(value) | LinkChange::Only(value) => table.set(row, column, value),
            LinkChange::Remove(value) if now == value => table.set(row, column, ""),
            LinkChange::Remove(_) => {}
        }
        Ok(())
    }

    /// What a change of the links of the resource in a row is in the table of links.
    fn changed<'c>(
        &mut self,
        mapping: &ResourceMapping,
        row: usize,
        link: &LinkMapping,
        own: usize,
        change: &'c LinkChange,
    ) -> Result<Changed<'c>, String> {
        let at = self.own_column(link, own, mapping)?;
        let name = self.table(&mapping.table)?.value(row, at).to_owned();
        let near = self.column(&link.table, &link.columns[own])?;
        let far = self.column(&link.table, &link.columns[1 - own])?;
        let table = self.table(&link.table)?;
        let (ended, begins) = match change {
            LinkChange::Add(value) => (Vec::new(), Some(value)),
            LinkChange::Remove(value) => (table.find(&[near, far], &[name.clone(), value.clone()]), None),
            LinkChange::Only(value) => {
                let mut ended = table.find(&[near], std::slice::from_ref(&name));
                ended.retain(|&found| table.value(found, far) != value);
                (ended, Some(value))
            }
        };
        Ok(Changed { name, near, far, ended, begins: begins.filter(|value| !value.is_empty()) })
    }
}

/// A change in a table of links.
struct Changed<'c> {
    /// The resource, as the table names it.
    name: String,
    /// The column of such names.
    near: usize,
    /// The column of what stands at the other end.
    far: usize,
    /// The rows whose link to the resource ends.
    ended: Vec<usize>,
    /// What a link begins to, if to anything.
    begins: Option<&'c String>,
}

impl Changed<'_> {
    /// Where a link is a value in the row of the resource at the other end.
    fn others(self, table: &mut Table) {
        for found in self.ended {
            table.set(found, self.near, "");
        }
        if let Some(value) = self.begins
            && let Some(&found) = table.find(&[self.far], std::slice::from_ref(value)).first()
        {
            table.set(found, self.near, &self.name);
        }
    }

    /// Where a link is a row.
    fn row(self, table: &mut Table) {
        for found in self.ended {
            table.remove(found);
        }
        if let Some(value) = self.begins
            && table.find(&[self.near, self.far], &[self.name.clone(), value.clone()]).is_empty()
        {
            table.add(&[(self.near, self.name), (self.far, value.clone())]);
        }
    }
}
