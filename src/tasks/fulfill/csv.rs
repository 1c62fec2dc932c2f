//! Orders executed in the CSV files that the connector's exports read. The product has no such fulfilment: this is ours.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::table::Table;
use super::{Order, Stop, Target};
use crate::config::Fulfilment;
use crate::connectors::csv::{CsvOptions, is_csv_package};
use crate::plan::model::{Connection, Model, Plan};
use crate::tasks::mappings::{self, LinkMapping, Mappings, Naming, ResourceMapping};
use crate::tasks::settings::{Settings, SettingsError};
use crate::tasks::{TaskContext, TaskError};

/// What a connection to files does with orders.
pub(super) enum Options {
    /// They are executed in the files that the exports read.
    Sources,
    /// They are put into a folder.
    Orders(Option<String>),
}

/// Whether orders of a package become files.
pub(super) fn is_file_package(package: &str) -> bool {
    let name = package.split('@').next().unwrap_or_default();
    ["Usercube.FulfillToFile", "Usercube.Manual"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

impl Options {
    /// Reads the settings of a connection; none are needed.
    pub(super) fn read(settings: &Settings, id: &str) -> Result<Self, TaskError> {
        let wrong = |error: SettingsError| TaskError::new(error.to_string());
        let own = settings.connection(id);
        let path = own.map(|own| own.text("OutputPath")).transpose().map_err(wrong)?.flatten().filter(|path| !path.is_empty());
        match (settings.fulfilment(id), own) {
            (Some(Fulfilment::Sources), Some(own)) if path.is_some() => {
                Err(wrong(own.wrong("OutputPath", "[fulfilment] says \"sources\", so nothing is put into a folder")))
            }
            (Some(Fulfilment::Sources), _) => Ok(Self::Sources),
            (_, _) => Ok(Self::Orders(path)),
        }
    }

    /// Looks for what is wrong with a connection before anything runs.
    pub(super) fn check(plan: &Plan, settings: &Settings, id: &str) -> Result<(), TaskError> {
        let Self::Sources = Self::read(settings, id)? else { return Ok(()) };
        let Some(connection) = plan.model.connections.iter().find(|connection| connection.id == id) else { return Ok(()) };
        let mappings = Mappings::of(&plan.model, &connection.connector)?;
        for table in mappings.columns().into_keys() {
            source(&plan.model, settings, &connection.connector, table)?;
        }
        Ok(())
    }
}

/// The CSV files of a connector.
pub(super) struct CsvTarget<'a> {
    model: &'a Model,
    mappings: Mappings,
    tables: BTreeMap<String, Table>,
}

/// What an order does to its row and its links, with all names resolved.
#[derive(Default)]
struct Work {
    values: BTreeMap<usize, String>,
    links: Vec<(LinkMapping, usize, LinkChange)>,
}

enum LinkChange {
    Add(String),
    Remove(String),
    Only(String),
}

impl<'a> CsvTarget<'a> {
    /// Reads the files that the connector's mappings name.
    pub(super) fn open(context: &TaskContext<'a>, connection: &Connection) -> Result<Self, TaskError> {
        let model = &context.plan.model;
        let mappings = Mappings::of(model, &connection.connector)?;
        let mut tables = BTreeMap::new();
        for (name, columns) in mappings.columns() {
            let (path, options) = source(model, context.settings, &connection.connector, name)?;
            let path = path.canonicalize().map_err(|error| TaskError::io("the CSV file cannot be found", &path, error))?;
            if !context.settings.allows(&path) {
                let message = format!("connection {} writes outside SourcesRootPaths", connection.id);
                return Err(TaskError::new(message).file(&path));
            }
            let table = Table::read(&path, &options)?;
            if let Some(missing) = columns.iter().find(|column| table.column(column).is_none()) {
                return Err(TaskError::new(format!("the mapped column {missing} is missing in the header")).file(&path));
            }
            tables.insert(name.to_owned(), table);
        }
        Ok(Self { model, mappings, tables })
    }

    fn table(&mut self, name: &str) -> Result<&mut Table, String> {
        self.tables.get_mut(name).ok_or_else(|| format!("the table {name} is not open"))
    }

    fn column(&self, table: &str, name: &str) -> Result<usize, String> {
        self.tables.get(table).and_then(|table| table.column(name)).ok_or_else(|| format!("{table} has no column {name}"))
    }

    /// The association that a navigation property is an end of, and which.
    fn link(&self, entity_type: &str, property: &str) -> Option<(&LinkMapping, usize)> {
        self.mappings.links.iter().find_map(|link| {
            let association = self.model.associations.iter().find(|association| association.id == link.association)?;
            let ends = [&association.first, &association.second];
            let own = ends.iter().position(|end| end.entity_type == entity_type && end.property == property)?;
            Some((link, own))
        })
    }

    fn work(&self, order: &Order, mapping: &ResourceMapping) -> Result<Work, String> {
        let mut work = Work::default();
        let text = |value: &Value| match value {
            Value::Null => Ok(String::new()),
            Value::String(text) => Ok(text.clone()),
            Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
            _ => Err("a value is neither a text nor a number".to_owned()),
        };
        for (name, value) in order.changes() {
            if let Some((_, column)) = mapping.columns.iter().find(|(property, _)| property == name) {
                work.values.insert(self.column(&mapping.table, column)?, text(value)?);
                continue;
            }
            if let Some((link, own)) = self.link(&mapping.entity_type, name) {
                work.links.push((link.clone(), own, LinkChange::Only(text(value)?)));
                continue;
            }
            let many = [("_remove", LinkChange::Remove as fn(String) -> LinkChange), ("_add", LinkChange::Add)];
            let found = many.into_iter().find_map(|(ending, change)| {
                let (link, own) = self.link(&mapping.entity_type, name.strip_suffix(ending)?)?;
                Some((link, own, change))
            });
            let (link, own, change) = found.ok_or_else(|| format!("{name} is not mapped onto a column"))?;
            for value in value.as_array().into_iter().flatten() {
                work.links.push((link.clone(), own, change(text(value)?)));
            }
        }
        Ok(work)
    }

    /// By which value of the row the link's table names the resource.
    fn own_column(&self, link: &LinkMapping, own: usize, mapping: &ResourceMapping) -> Result<usize, String> {
        let column = match &link.ends[own].naming {
            Naming::Key => mapping.key.first().map(|&key| &mapping.columns[key].1),
            Naming::Property(named) => mapping.columns.iter().find(|(property, _)| property == named).map(|(_, column)| column),
        };
        let column = column.ok_or_else(|| format!("association {} names no mapped property", link.association))?;
        self.column(&mapping.table, column)
    }

    /// Follows a resource whose row goes, or gets another name, in the tables of its links.
    fn follow(
        &mut self,
        mapping: &ResourceMapping,
        row: usize,
        values: Option<&BTreeMap<usize, String>>,
        earlier: Option<&Order>,
    ) -> Result<(), String> {
        let links: Vec<LinkMapping> = self.mappings.links.iter().filter(|link| link.table != mapping.table).cloned().collect();
        for link in links {
            for own in [0, 1] {
                if link.ends[own].entity_type != mapping.entity_type {
                    continue;
                }
                let at = self.own_column(&link, own, mapping)?;
                // Where a kill came between two files, the row has its new name and the links have the old one.
                let named = mapping.columns.iter().find(|(_, column)| self.column(&mapping.table, column) == Ok(at));
                let earlier = named.and_then(|(property, _)| earlier?.known(property)).map(str::to_owned);
                let before = match earlier {
                    Some(before) => before,
                    None => self.table(&mapping.table)?.value(row, at).to_owned(),
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
                        None => table.remove(found),
                    }
                }
            }
        }
        Ok(())
    }

    fn change_link(
        &mut self,
        mapping: &ResourceMapping,
        row: usize,
        link: &LinkMapping,
        own: usize,
        change: &LinkChange,
    ) -> Result<(), String> {
        let far = self.column(&link.table, &link.columns[1 - own])?;
        if link.table == mapping.table && link.ends[own].single {
            let table = self.table(&link.table)?;
            match change {
                LinkChange::Add(value) | LinkChange::Only(value) => table.set(row, far, value),
                LinkChange::Remove(value) if table.value(row, far) == value => table.set(row, far, ""),
                LinkChange::Remove(_) => {}
            }
            return Ok(());
        }
        let at = self.own_column(link, own, mapping)?;
        let name = self.table(&mapping.table)?.value(row, at).to_owned();
        let near = self.column(&link.table, &link.columns[own])?;
        let table = self.table(&link.table)?;
        let (wanted, dropped) = match change {
            LinkChange::Add(value) => (Some(value), Vec::new()),
            LinkChange::Remove(value) => (None, table.find(&[near, far], &[name.clone(), value.clone()])),
            LinkChange::Only(value) => {
                let mut dropped = table.find(&[near], std::slice::from_ref(&name));
                dropped.retain(|&found| table.value(found, far) != value);
                (Some(value).filter(|value| !value.is_empty()), dropped)
            }
        };
        for found in dropped {
            table.remove(found);
        }
        if let Some(value) = wanted
            && table.find(&[near, far], &[name.clone(), value.clone()]).is_empty()
        {
            table.add(&[(near, name), (far, value.clone())]);
        }
        Ok(())
    }
}

impl CsvTarget<'_> {
    fn change(&mut self, order: &Order) -> Result<(), String> {
        let entity_type = order.entity_type();
        let mapping = self.mappings.resources.iter().find(|mapping| mapping.entity_type == entity_type).cloned();
        let mapping = mapping.ok_or_else(|| format!("entity type {entity_type} is not mapped onto a table"))?;
        // Everything that can be refused is refused before the first change.
        let work = self.work(order, &mapping)?;
        for (link, own, _) in &work.links {
            self.own_column(link, *own, &mapping)?;
        }
        let key_columns =
            mapping.key.iter().map(|&key| self.column(&mapping.table, &mapping.columns[key].1)).collect::<Result<Vec<_>, _>>()?;
        let old: Option<Vec<String>> =
            mapping.key.iter().map(|&key| order.known(&mapping.columns[key].0).map(str::to_owned)).collect();
        let new: Option<Vec<String>> = key_columns
            .iter()
            .enumerate()
            .map(|(place, column)| work.values.get(column).cloned().or_else(|| old.as_ref().map(|old| old[place].clone())))
            .collect();
        let new = new.filter(|key| key.iter().any(|value| !value.is_empty()));
        let new = new.ok_or_else(|| format!("the order has no value for the key of {entity_type}"))?;
        let shown = new.join(", ");
        let table = self.table(&mapping.table)?;
        let there = table.find(&key_columns, &new);
        let before = old.as_ref().map(|old| table.find(&key_columns, old)).unwrap_or_default();
        if there.len() > 1 || before.len() > 1 {
            return Err(format!("{} has the key {shown} more than once", mapping.table));
        }
        let row = match (order.command.as_str(), there.first(), before.first()) {
            ("Deleted", None, _) => return Ok(()),
            ("Deleted", Some(&row), _) => {
                self.follow(&mapping, row, None, None)?;
                self.table(&mapping.table)?.remove(row);
                return Ok(());
            }
            ("Added", Some(&row), _) => {
                if let Some((&column, _)) =
                    work.values.iter().find(|(column, value)| table.value(row, **column) != value.as_str())
                {
                    return Err(format!("{shown} is there already, with another value of {}", table.name(column)));
                }
                row
            }
            ("Added", None, _) => {
                let mut values = work.values.clone();
                values.extend(key_columns.iter().copied().zip(new.iter().cloned()));
                table.add(&values.into_iter().collect::<Vec<_>>());
                table.find(&key_columns, &new).first().copied().ok_or("the new row is not found")?
            }
            (_, Some(&there), Some(&before)) if there != before => return Err(format!("{shown} is the key of another resource")),
            (_, _, Some(&row)) | (_, Some(&row), None) => {
                self.follow(&mapping, row, Some(&work.values), before.is_empty().then_some(order))?;
                let table = self.table(&mapping.table)?;
                for (&column, value) in &work.values {
                    table.set(row, column, value);
                }
                row
            }
            (_, None, None) => return Err(format!("{} has no {shown} to change", mapping.table)),
        };
        for (link, own, change) in &work.links {
            self.change_link(&mapping, row, link, *own, change)?;
        }
        Ok(())
    }
}

impl Target for CsvTarget<'_> {
    fn execute(&mut self, order: &Order) -> Result<(), Stop> {
        self.change(order).map_err(Stop::Refused)
    }

    fn finish(&mut self) -> Result<(), TaskError> {
        // Links first: a row that is still there leads a repeated order to links that are there already, or gone.
        let resources: Vec<&str> = self.mappings.resources.iter().map(|mapping| mapping.table.as_str()).collect();
        for is_resource in [false, true] {
            let tables = self.tables.iter_mut().filter(|(name, _)| resources.contains(&name.as_str()) == is_resource);
            tables.map(|(_, table)| table).try_for_each(Table::save)?;
        }
        Ok(())
    }
}

/// The file that a table is exported from, checked to be one that can be written back.
fn source(model: &Model, settings: &Settings, connector: &str, table: &str) -> Result<(PathBuf, CsvOptions), TaskError> {
    let connection = mappings::connection_of(model, connector, table).filter(|connection| is_csv_package(&connection.package));
    let connection =
        connection.ok_or_else(|| TaskError::new(format!("no CSV connection of {connector} exports the table {table}")))?;
    let own = settings.connection(&connection.id);
    let own = own.ok_or_else(|| TaskError::new(format!("connection {} has no settings under Connections", connection.id)))?;
    let wrong = |error: SettingsError| TaskError::new(error.to_string());
    let options = CsvOptions::read(own).map_err(wrong)?;
    let refuse = |setting: &str, why: &str| Err(wrong(own.wrong(setting, why)));
    if options.is_pattern {
        return refuse("IsFileNameRegex", "orders cannot be executed in a file that is found by a pattern");
    }
    if !options.trims.is_empty() {
        return refuse("ValuesToTrim", "orders cannot be executed in a file whose values are trimmed");
    }
    if options.encoding.is_some_and(|encoding| encoding != encoding_rs::UTF_8) {
        return refuse("Encoding", "orders can be executed in UTF-8 files only");
    }
    match &options.path {
        Some(path) => Ok((settings.resolve(path), options)),
        None => refuse("Path", "orders need the file of the whole extract"),
    }
}
