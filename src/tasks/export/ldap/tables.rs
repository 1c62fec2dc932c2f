//! Which searches and which columns the mappings of a connection need.

use sha2::{Digest, Sha256};

use crate::connectors::ldap::{Dn, Entry, Format, LdapOptions, LdapTable, Scope, parent};
use crate::plan::model::{Connection, Model};
use crate::tasks::TaskError;
use crate::tasks::identity::hex;
use crate::tasks::mappings::{Mappings, connection_of};
use crate::tasks::prepare::push_value;

use super::changes::Marks;

/// Attributes that servers compute from other entries, so that they change without a change of their entry.
const COMPUTED: [&str; 8] =
    ["directReports", "hasSubordinates", "isMemberOf", "managedObjects", "memberOf", "nsRole", "numSubordinates", "tokenGroups"];

/// A search, and the tables that are written of what it finds.
#[derive(Debug)]
pub(super) struct Source {
    /// Of the table, in lower case.
    pub(super) name: String,
    pub(super) base: String,
    pub(super) filter: String,
    pub(super) scope: Scope,
    pub(super) targets: Vec<Target>,
}

/// A table that is written.
#[derive(Debug)]
pub(super) struct Target {
    /// As the mappings name it.
    pub(super) table: String,
    pub(super) header: Vec<String>,
    columns: Vec<Column>,
    /// The attribute of which each value makes a row; none: an entry makes one.
    link: Option<String>,
    /// What stands for nobody in groups that must have a member: no row.
    nobody: Vec<Dn>,
}

#[derive(Debug)]
enum Column {
    Dn,
    Parent,
    Attribute(String, Format),
}

impl Column {
    fn attribute(&self) -> Option<&str> {
        match self {
            Self::Attribute(name, _) => Some(name),
            _ => None,
        }
    }

    fn text(&self, entry: &Entry) -> String {
        match self {
            Self::Dn => entry.dn.clone(),
            Self::Parent => parent(&entry.dn).to_owned(),
            Self::Attribute(name, format) => format.text(entry.values(name)),
        }
    }
}

impl Source {
    /// The attributes to ask for.
    pub(super) fn asked(&self, marks: &Marks) -> Vec<String> {
        let links = self.targets.iter().filter_map(|target| target.link.as_deref());
        let columns = self.targets.iter().flat_map(|target| target.columns.iter().filter_map(Column::attribute));
        let mut names: Vec<String> = links.chain(columns).chain([marks.id, marks.number]).map(str::to_owned).collect();
        names.sort_by_cached_key(|name| name.to_ascii_lowercase());
        names.dedup_by(|a, b| a.eq_ignore_ascii_case(b));
        names
    }

    /// Whether it reads what servers compute from other entries.
    pub(super) fn is_computed(&self) -> bool {
        let columns = self.targets.iter().flat_map(|target| target.columns.iter().filter_map(Column::attribute));
        let mut names = columns.chain(self.targets.iter().filter_map(|target| target.link.as_deref()));
        names.any(|name| COMPUTED.iter().any(|computed| computed.eq_ignore_ascii_case(name)))
    }

    /// Stands for what is searched and written, how entries are told apart, and whose numbers count.
    pub(super) fn how(&self, marks: &Marks) -> String {
        hex(&Sha256::digest(format!("{self:?} {} {} {}", marks.id, marks.number, marks.copy)))
    }
}

impl Target {
    /// The rows of an entry as CSV lines.
    pub(super) fn rows(&self, entry: &Entry) -> Vec<u8> {
        let mut lines = Vec::new();
        let Some(link) = &self.link else {
            for (index, column) in self.columns.iter().enumerate() {
                push_value(&mut lines, index, column.text(entry).as_bytes());
            }
            lines.push(b'\n');
            return lines;
        };
        for value in entry.values(link).iter().filter(|value| !self.is_nobody(value)) {
            for (index, column) in self.columns.iter().enumerate() {
                let text = match column {
                    Column::Attribute(name, format) if name == link => format.text(std::slice::from_ref(value)),
                    column => column.text(entry),
                };
                push_value(&mut lines, index, text.as_bytes());
            }
            lines.push(b'\n');
        }
        lines
    }

    fn is_nobody(&self, value: &[u8]) -> bool {
        !self.nobody.is_empty()
            && std::str::from_utf8(value)
                .is_ok_and(|value| Dn::parse(value).is_ok_and(|name| self.nobody.iter().any(|one| one.is(&name))))
    }
}

/// The searches of a connection; tables that no mapping reads are not searched. `nobody` are the entries that stand for
/// nobody in groups.
pub(super) fn sources(
    model: &Model,
    connection: &Connection,
    options: &LdapOptions,
    nobody: &[Dn],
) -> Result<Vec<Source>, TaskError> {
    let mappings = Mappings::of(model, &connection.connector)?;
    let mut sources: Vec<Source> = Vec::new();
    for (table, names) in mappings.columns() {
        if connection_of(model, &connection.connector, table).is_none_or(|owner| owner.id != connection.id) {
            continue;
        }
        let (searched, link) = searched(connection, options, table, &names)?;
        let columns = names.iter().map(|name| column(model, connection, table, name, link.as_deref()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        let header = names.iter().map(|name| (*name).to_owned()).collect();
        let target = Target { table: table.to_owned(), header, columns, link, nobody: nobody.to_vec() };
        let name = searched.name.to_ascii_lowercase();
        if let Some(source) = sources.iter_mut().find(|source| source.name == name) {
            source.targets.push(target);
            continue;
        }
        let LdapTable { base, filter, scope, .. } = searched;
        let filter = filter.ok_or_else(|| {
            TaskError::new(format!("table {name} of connection {} has no Filter", connection.id))
                .help("say which entries are exported; (objectClass=*) is all of them")
        })?;
        sources.push(Source { name, base, filter, scope, targets: vec![target] });
    }
    Ok(sources)
}

/// The table of the settings that a mapped table is read by, and the attribute of its links.
fn searched(
    connection: &Connection,
    options: &LdapOptions,
    table: &str,
    columns: &[&str],
) -> Result<(LdapTable, Option<String>), TaskError> {
    let id = &connection.id;
    let wrong = |reason: String| TaskError::new(format!("table {table} is mapped, and {reason}"));
    let name = table.strip_prefix(id.as_str()).and_then(|rest| rest.strip_prefix('_'));
    let name = name.map(|name| name.strip_suffix(".csv").unwrap_or(name)).ok_or_else(|| {
        wrong(format!("connection {id} exports tables {id}_…"))
            .help(format!("map {id}_entries, or {id}_ with an attribute of links"))
    })?;
    if LdapTable::names_entries(name) {
        return Ok((options.entries().clone(), None));
    }
    if options.lists_tables {
        let known = options.table(name).ok_or_else(|| {
            let names: Vec<_> = options.tables.iter().map(|table| table.name.as_str()).collect();
            wrong(format!("the settings of connection {id} list no table {name}"))
                .help(format!("add it to Tables, which has {}", names.join(", ")))
        })?;
        // A table that is named after none of its columns is one of entries, with a search of its own.
        let link = columns.iter().any(|column| column.eq_ignore_ascii_case(&known.name));
        return Ok((known.clone(), link.then(|| known.name.clone())));
    }
    let mut links = columns.iter().filter(|column| !is_name(column));
    let (Some(link), None) = (links.next(), links.next()) else {
        return Err(wrong("its columns do not tell the attribute of its links".to_owned())
            .help("map two columns of it: dn, and the attribute that holds the links"));
    };
    let entries = options.entries();
    let filter = entries.filter.as_ref().map(|filter| format!("(&{filter}({link}=*))"));
    Ok((LdapTable { name: name.to_owned(), filter, ..entries.clone() }, Some((*link).to_owned())))
}

/// Whether a column is the name of the entry or of its parent.
fn is_name(column: &str) -> bool {
    column.eq_ignore_ascii_case("dn") || column.eq_ignore_ascii_case("parentdn")
}

fn column(model: &Model, connection: &Connection, table: &str, name: &str, link: Option<&str>) -> Result<Column, TaskError> {
    if name.eq_ignore_ascii_case("dn") {
        return Ok(Column::Dn);
    }
    if name.eq_ignore_ascii_case("parentdn") {
        return Ok(Column::Parent);
    }
    // The link attribute is compared by its name in the rows.
    let name = link.filter(|link| link.eq_ignore_ascii_case(name)).unwrap_or(name);
    let mappings = model
        .entity_type_mappings
        .iter()
        .filter(|mapping| mapping.connector == connection.connector && mapping.table.as_deref() == Some(table));
    let properties: Vec<_> = mappings.flat_map(|mapping| &mapping.properties).collect();
    let written = properties.iter().filter(|property| property.column == name).find_map(|property| property.format.as_deref());
    let format = Format::read(written, name).map_err(|message| TaskError::new(format!("column {name} of {table}: {message}")))?;
    let attribute = match &format {
        Format::Bit(of, _) => properties.iter().find(|property| property.property == *of).map_or(of, |property| &property.column),
        _ => return Ok(Column::Attribute(name.to_owned(), format)),
    };
    Ok(Column::Attribute(attribute.clone(), format))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_link_to_what_stands_for_nobody_makes_no_row() {
        let columns = vec![Column::Dn, Column::Attribute("member".to_owned(), Format::read(None, "member").unwrap())];
        let header = vec!["dn".to_owned(), "member".to_owned()];
        let nobody = vec![Dn::parse("cn=nobody,dc=x").unwrap()];
        let target = Target { table: "Dir_member".to_owned(), header, columns, link: Some("member".to_owned()), nobody };
        let members = ["CN=Nobody, dc=x", "cn=ana,dc=x", "no name"].map(|member| member.as_bytes().to_vec());
        let attributes = vec![("member".to_owned(), members.to_vec())];
        let rows = target.rows(&Entry { dn: "cn=crew,dc=x".to_owned(), attributes });
        assert_eq!(String::from_utf8(rows).unwrap(), "\"cn=crew,dc=x\",\"cn=ana,dc=x\"\n\"cn=crew,dc=x\",no name\n");
    }
}
