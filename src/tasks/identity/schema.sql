CREATE TABLE IF NOT EXISTS identity_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
-- One row per task that wrote: the clock of the store. Rows elsewhere name a moment, never a time.
CREATE TABLE IF NOT EXISTS moment (seq INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, at INTEGER NOT NULL);
-- `properties`: JSON list of names, the layout of `body`; it only ever grows at its end.
CREATE TABLE IF NOT EXISTS entity_type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, properties TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS association (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
-- The resources as they are now. `body`: JSON list of synchronized values; `computed`: JSON object of computed ones;
-- `seq`: moment at which it was last flagged as modified, 0 for never.
CREATE TABLE IF NOT EXISTS resource (
  id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, computed TEXT,
  valid_from INTEGER NOT NULL, seq INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX IF NOT EXISTS resource_key ON resource (type, key);
CREATE INDEX IF NOT EXISTS resource_dirty ON resource (type, seq) WHERE seq > 0;
CREATE TABLE IF NOT EXISTS resource_past (
  id INTEGER NOT NULL, type INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, computed TEXT,
  valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS resource_past_key ON resource_past (type, key);
CREATE TABLE IF NOT EXISTS link (
  association INTEGER NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  PRIMARY KEY (association, from_id, to_id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS link_back ON link (association, to_id);
CREATE TABLE IF NOT EXISTS link_past (
  association INTEGER NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS link_past_ends ON link_past (association, from_id, to_id);
-- Rows that name a resource which does not exist (yet). `since`: the moment at which that was found, 0 where it is not
-- known.
CREATE TABLE IF NOT EXISTS orphan (
  association INTEGER NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (association, first, second)) WITHOUT ROWID;
-- Changes kept for the flag task. Commands: 1 insert, 2 update, 3 delete.
CREATE TABLE IF NOT EXISTS change (resource INTEGER NOT NULL, command INTEGER NOT NULL, moment INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS link_change (
  association INTEGER NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, command INTEGER NOT NULL,
  moment INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS watermark (
  consumer TEXT NOT NULL, type INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (consumer, type)) WITHOUT ROWID;
-- What the last export of a connection read, and what the last consumed batch was made of: an empty hash where that is not known.
CREATE TABLE IF NOT EXISTS export (
  connection TEXT PRIMARY KEY, hash TEXT NOT NULL, delta INTEGER NOT NULL, source TEXT NOT NULL, skipped INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS cookie (connection TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
-- What a search of a directory was last read as, how, and what stands for that state on the server. A snapshot whose names
-- changed may hold references that the server had not yet brought up to date: it is unsettled.
CREATE TABLE IF NOT EXISTS directory_snapshot (
  connection TEXT NOT NULL, search TEXT NOT NULL, server TEXT NOT NULL, how TEXT NOT NULL, cookie BLOB, file TEXT NOT NULL,
  content TEXT NOT NULL, names TEXT NOT NULL, unsettled INTEGER NOT NULL, PRIMARY KEY (connection, search)) WITHOUT ROWID;
-- `file`: the sorted file that was last consumed; behind a blank, if any, the file of what has changed since it was written.
CREATE TABLE IF NOT EXISTS reference (
  connector TEXT NOT NULL, mapping TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (connector, mapping)) WITHOUT ROWID;
-- Prepared work of a connector. States: queued, blocked, consumed, cancelled.
CREATE TABLE IF NOT EXISTS batch (
  ordinal INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, state TEXT NOT NULL, items TEXT NOT NULL,
  sources TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 0, report TEXT);
-- The change list of a blocked batch, to look at; its first rows where it is very long.
CREATE TABLE IF NOT EXISTS pending (
  batch INTEGER NOT NULL, item TEXT NOT NULL, command INTEGER NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT);
CREATE INDEX IF NOT EXISTS pending_batch ON pending (batch);
