//! Orders executed in the CSV files that the connector's exports read. The product has no such fulfilment: this is ours.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

use super::table::Table;
use super::{Order, Stop, Target};
use crate::config::Fulfilment;
use crate::connectors::csv::{CsvOptions, is_csv_package};
use crate::plan::model::{Connection, Model, Plan};
use crate::tasks::mappings::{self, LinkMapping, Mappings, ResourceMapping};
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
    pub(super) mappings: Mappings,
    tables: BTreeMap<String, Table>,
}

/// What an order does to its row and its links, with all names resolved.
#[derive(Default)]
pub(super) struct Work {
    pub(super) values: BTreeMap<usize, String>,
    pub(super) links: Vec<(LinkMapping, usize, LinkChange)>,
}

pub(super) enum LinkChange {
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

    pub(super) fn table(&mut self, name: &str) -> Result<&mut Table, String> {
        self.tables.get_mut(name).ok_or_else(|| format!("the table {name} is not open"))
    }

    pub(super) fn column(&self, table: &str, name: &str) -> Result<usize, String> {
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
        // What takes one link gives its place up before another one comes.
        work.links.sort_by_key(|(.., change)| !matches!(change, LinkChange::Remove(_)));
        Ok(work)
    }
}

impl CsvTarget<'_> {
    fn change(&mut self, order: &Order) -> Result<(), Stop> {
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
            return Err(Stop::Refused(format!("{} has the key {shown} more than once", mapping.table)));
        }
        let (there, before) = (there.first().copied(), before.first().copied());
        let row = match (order.command.as_str(), there, before) {
            ("Deleted", row, _) => {
                // Where a kill came between two files, the row is gone and the links are there.
                self.follow(&mapping, order, row, None)?;
                if let Some(row) = row {
                    self.table(&mapping.table)?.remove(row);
                }
                return Ok(());
            }
            ("Added", Some(row), _) => {
                let mut values = work.values.iter();
                if let Some((&column, _)) = values.find(|(column, value)| table.value(row, **column) != value.as_str()) {
                    let column = table.name(column);
                    return Err(Stop::Later(format!("{shown} is there already, with another value of {column}")));
                }
                Some(row)
            }
            ("Added", None, _) => None,
            (_, Some(there), Some(before)) if there != before => {
                return Err(Stop::Later(format!("{shown} is the key of another resource")));
            }
            (_, _, Some(row)) | (_, Some(row), None) => Some(row),
            (_, None, None) => return Err(Stop::Refused(format!("{} has no {shown} to change", mapping.table))),
        };
        if let Some(obstacle) = self.obstacle(&mapping, row, &work)? {
            return Err(Stop::Later(obstacle));
        }
        let row = if let Some(row) = row {
            if order.command != "Added" {
                self.follow(&mapping, order, before, Some(&work.values))?;
            }
            let table = self.table(&mapping.table)?;
            for (&column, value) in &work.values {
                table.set(row, column, value);
            }
            row
        } else {
            let mut values = work.values.clone();
            values.extend(key_columns.iter().copied().zip(new.iter().cloned()));
            self.table(&mapping.table)?.add(&values.into_iter().collect::<Vec<_>>())
        };
        for (link, own, change) in &work.links {
            self.change_link(&mapping, row, link, *own, change)?;
        }
        Ok(())
    }
}

impl Target for CsvTarget<'_> {
    fn execute(&mut self, order: &Order) -> Result<(), Stop> {
        self.change(order)
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
