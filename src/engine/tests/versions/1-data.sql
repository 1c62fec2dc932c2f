CREATE TABLE association (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE batch (
  ordinal INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, state TEXT NOT NULL, items TEXT NOT NULL,
  sources TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 0, report TEXT);
CREATE TABLE change (resource INTEGER NOT NULL, command INTEGER NOT NULL, moment INTEGER NOT NULL);
CREATE TABLE cookie (connection TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE entity_type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, properties TEXT NOT NULL);
CREATE TABLE export (
  connection TEXT PRIMARY KEY, hash TEXT NOT NULL, delta INTEGER NOT NULL, source TEXT NOT NULL, skipped INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE identity_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE link (
  association INTEGER NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  PRIMARY KEY (association, from_id, to_id)) WITHOUT ROWID;
CREATE TABLE link_change (
  association INTEGER NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, command INTEGER NOT NULL,
  moment INTEGER NOT NULL);
CREATE TABLE link_past (
  association INTEGER NOT NULL, from_id INTEGER NOT NULL, to_id INTEGER NOT NULL, valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL);
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE moment (seq INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE orphan (
  association INTEGER NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL,
  PRIMARY KEY (association, first, second)) WITHOUT ROWID;
CREATE TABLE pending (
  batch INTEGER NOT NULL, item TEXT NOT NULL, command INTEGER NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT);
CREATE TABLE reference (
  connector TEXT NOT NULL, mapping TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (connector, mapping)) WITHOUT ROWID;
CREATE TABLE resource (
  id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, computed TEXT,
  valid_from INTEGER NOT NULL, seq INTEGER NOT NULL DEFAULT 0);
CREATE TABLE resource_past (
  id INTEGER NOT NULL, type INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, computed TEXT,
  valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL);
CREATE TABLE task_outcome(
        run INTEGER NOT NULL,
        task TEXT NOT NULL,
        state TEXT NOT NULL,
        counters TEXT NOT NULL,
        message TEXT,
        ended INTEGER NOT NULL,
        list TEXT,  -- of a blocked task: the change list that waits for approval
        PRIMARY KEY (run, task)
    ) STRICT, WITHOUT ROWID;
CREATE TABLE watermark (
  consumer TEXT NOT NULL, type INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (consumer, type)) WITHOUT ROWID;
CREATE INDEX link_back ON link (association, to_id);
CREATE INDEX link_past_ends ON link_past (association, from_id, to_id);
CREATE INDEX pending_batch ON pending (batch);
CREATE INDEX resource_dirty ON resource (type, seq) WHERE seq > 0;
CREATE UNIQUE INDEX resource_key ON resource (type, key);
CREATE INDEX resource_past_key ON resource_past (type, key);
