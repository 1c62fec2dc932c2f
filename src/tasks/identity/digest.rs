//! A digest of what the store holds, for comparing two stores.

use std::fmt::Write as _;

use rusqlite::{Connection, types::ValueRef};
use sha2::{Digest, Sha256};

/// Each query gives rows that depend on content alone: names and keys in place of numbers, order in place of moments.
const QUERIES: &[&str] = &[
    "SELECT t.name, t.properties, r.key, r.body, r.computed FROM resource r JOIN entity_type t ON t.id = r.type
     ORDER BY t.name, r.key",
    "SELECT t.name, p.key, p.body, p.computed FROM resource_past p JOIN entity_type t ON t.id = p.type
     ORDER BY t.name, p.key, p.valid_from, p.valid_to",
    "SELECT a.name, f.key, t.key FROM link l JOIN association a ON a.id = l.association
     JOIN resource f ON f.id = l.from_id JOIN resource t ON t.id = l.to_id ORDER BY a.name, f.key, t.key",
    "SELECT a.name, f.type, f.key, t.type, t.key FROM link_past l JOIN association a ON a.id = l.association
     JOIN (SELECT id, type, key FROM resource UNION SELECT id, type, key FROM resource_past) f ON f.id = l.from_id
     JOIN (SELECT id, type, key FROM resource UNION SELECT id, type, key FROM resource_past) t ON t.id = l.to_id
     ORDER BY a.name, f.key, t.key, l.valid_from, l.valid_to",
    "SELECT a.name, o.first, o.second FROM orphan o JOIN association a ON a.id = o.association ORDER BY 1, 2, 3",
    "SELECT r.type, r.key, c.command FROM change c
     JOIN (SELECT id, type, key FROM resource UNION SELECT id, type, key FROM resource_past) r ON r.id = c.resource
     ORDER BY 1, 2, c.moment, 3",
    "SELECT a.name, count(*), l.command FROM link_change l JOIN association a ON a.id = l.association
     GROUP BY 1, 3 ORDER BY 1, 3",
    "SELECT w.consumer, t.name, r.key FROM watermark w JOIN resource r ON r.type = w.type AND r.seq > w.seq
     JOIN entity_type t ON t.id = r.type ORDER BY 1, 2, 3",
    "SELECT connector, mapping, file FROM reference UNION ALL SELECT connection, hash, '' FROM cookie
     UNION ALL SELECT connector, state, items FROM batch WHERE state IN ('queued', 'blocked') ORDER BY 1, 2, 3",
    "SELECT context, name FROM context_name ORDER BY 1",
    "SELECT kind, recipient, key FROM notification ORDER BY 1, 2, 3",
    "SELECT t.name, r.key, c.resource_type, c.rule, c.confidence FROM classification c JOIN resource r ON r.id = c.resource
     JOIN entity_type t ON t.id = r.type ORDER BY 1, 2",
    "SELECT t.name, r.key, p.profile, p.context, p.because FROM assigned_profile p JOIN resource r ON r.id = p.resource
     JOIN entity_type t ON t.id = r.type ORDER BY 1, 2, 3, 4",
    "SELECT t.name, r.key, s.score, s.because FROM risk_score s JOIN resource r ON r.id = s.resource
     JOIN entity_type t ON t.id = r.type ORDER BY 1, 2",
];

/// SHA-256, in hexadecimal, of the logical content: resources and links with their history, orphans, kept changes,
/// flags, references and open batches, and what is kept of risks, classification, profiles and notifications. Numbers, moments and times have no part in it.
pub fn content_digest(connection: &Connection) -> rusqlite::Result<String> {
    let mut hash = Sha256::new();
    for query in QUERIES {
        let mut statement = connection.prepare(query)?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => hash.update([0]),
                    ValueRef::Integer(number) => hash.update(number.to_be_bytes()),
                    ValueRef::Real(number) => hash.update(number.to_be_bytes()),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                        hash.update((bytes.len() as u64).to_be_bytes());
                        hash.update(bytes);
                    }
                }
            }
        }
        hash.update(b"\xff");
    }
    Ok(hex(&hash.finalize()))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
