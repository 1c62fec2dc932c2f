CREATE TABLE assigned_link (
  assignment INTEGER NOT NULL, property TEXT NOT NULL, target INTEGER NOT NULL, command TEXT NOT NULL,
  state INTEGER NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (assignment, property, target)) WITHOUT ROWID;
CREATE TABLE assigned_profile (
  resource INTEGER NOT NULL, profile TEXT NOT NULL, context TEXT NOT NULL, because TEXT NOT NULL,
  PRIMARY KEY (resource, profile, context)) WITHOUT ROWID;
CREATE TABLE assigned_role (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, kind TEXT NOT NULL, role TEXT NOT NULL,
  origin TEXT NOT NULL, because TEXT, valid_from INTEGER NOT NULL, valid_to INTEGER);
CREATE TABLE assigned_type (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, resource_type TEXT NOT NULL, resource INTEGER,
  state INTEGER NOT NULL, command TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL, confidence INTEGER, because TEXT,
  message TEXT, tries INTEGER NOT NULL DEFAULT 0, valid_from INTEGER NOT NULL, valid_to INTEGER);
CREATE TABLE assigned_value (
  assignment INTEGER NOT NULL, property TEXT NOT NULL, wanted TEXT, shown TEXT, state INTEGER NOT NULL,
  origin TEXT NOT NULL, PRIMARY KEY (assignment, property)) WITHOUT ROWID;
CREATE TABLE association (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE batch (
  ordinal INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, state TEXT NOT NULL, items TEXT NOT NULL,
  sources TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 0, report TEXT);
CREATE TABLE change (resource INTEGER NOT NULL, command INTEGER NOT NULL, moment INTEGER NOT NULL);
CREATE TABLE classification (
  resource INTEGER PRIMARY KEY, resource_type TEXT NOT NULL, rule TEXT NOT NULL, confidence INTEGER NOT NULL);
CREATE TABLE context_name (context TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cookie (connection TEXT PRIMARY KEY, hash TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE correlation_key (
  rule TEXT NOT NULL, side INTEGER NOT NULL, resource INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (rule, side, resource)) WITHOUT ROWID;
CREATE TABLE decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  verdict TEXT NOT NULL, starts INTEGER, ends INTEGER, who TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  withdrawn INTEGER);
CREATE TABLE directory_snapshot (
  connection TEXT NOT NULL, search TEXT NOT NULL, server TEXT NOT NULL, how TEXT NOT NULL, cookie BLOB, file TEXT NOT NULL,
  content TEXT NOT NULL, names TEXT NOT NULL, unsettled INTEGER NOT NULL, PRIMARY KEY (connection, search)) WITHOUT ROWID;
CREATE TABLE due (owner INTEGER PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE entity_type (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, properties TEXT NOT NULL);
CREATE TABLE evaluation_error (
  assignment INTEGER NOT NULL, property TEXT NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (assignment, property)) WITHOUT ROWID;
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
CREATE TABLE notification (
  kind TEXT NOT NULL, recipient TEXT NOT NULL, key TEXT NOT NULL, moment INTEGER NOT NULL,
  PRIMARY KEY (kind, recipient, key)) WITHOUT ROWID;
CREATE TABLE orphan (
  association INTEGER NOT NULL, first TEXT NOT NULL, second TEXT NOT NULL, since INTEGER NOT NULL,
  PRIMARY KEY (association, first, second)) WITHOUT ROWID;
CREATE TABLE pending (
  batch INTEGER NOT NULL, item TEXT NOT NULL, command INTEGER NOT NULL, key TEXT NOT NULL, before TEXT, after TEXT);
CREATE TABLE provisioning_order (
  id TEXT PRIMARY KEY, assignment INTEGER NOT NULL, resource_type TEXT NOT NULL, connection TEXT, command TEXT NOT NULL,
  file TEXT, body TEXT NOT NULL, state INTEGER NOT NULL, message TEXT, run INTEGER NOT NULL, moment INTEGER NOT NULL,
  executed INTEGER) WITHOUT ROWID;
CREATE TABLE reference (
  connector TEXT NOT NULL, mapping TEXT NOT NULL, file TEXT NOT NULL, PRIMARY KEY (connector, mapping)) WITHOUT ROWID;
CREATE TABLE resource (
  id INTEGER PRIMARY KEY AUTOINCREMENT, type INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, computed TEXT,
  valid_from INTEGER NOT NULL, seq INTEGER NOT NULL DEFAULT 0);
CREATE TABLE resource_past (
  id INTEGER NOT NULL, type INTEGER NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL, computed TEXT,
  valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL);
CREATE TABLE risk_score (resource INTEGER PRIMARY KEY, score INTEGER NOT NULL, because TEXT NOT NULL);
CREATE TABLE rule (
  id INTEGER PRIMARY KEY, resource_type TEXT NOT NULL, property TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE suggested_correlation (
  owner INTEGER NOT NULL, resource_type TEXT NOT NULL, resource INTEGER NOT NULL, confidence INTEGER NOT NULL,
  PRIMARY KEY (owner, resource_type, resource)) WITHOUT ROWID;
CREATE TABLE synchronized (connector TEXT PRIMARY KEY, moment INTEGER NOT NULL) WITHOUT ROWID;
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
CREATE UNIQUE INDEX assigned_role_open ON assigned_role (owner, kind, role) WHERE valid_to IS NULL;
CREATE INDEX assigned_type_ended ON assigned_type (valid_to) WHERE valid_to IS NOT NULL;
CREATE UNIQUE INDEX assigned_type_open ON assigned_type (owner, resource_type) WHERE valid_to IS NULL;
CREATE INDEX assigned_type_resource ON assigned_type (resource);
CREATE INDEX assigned_type_state ON assigned_type (resource_type, state) WHERE valid_to IS NULL;
CREATE INDEX correlation_key_resource ON correlation_key (resource, side);
CREATE INDEX correlation_key_value ON correlation_key (rule, side, key);
CREATE UNIQUE INDEX decision_open ON decision (owner, kind, name) WHERE withdrawn IS NULL;
CREATE INDEX link_back ON link (association, to_id);
CREATE INDEX link_past_ends ON link_past (association, from_id, to_id);
CREATE INDEX pending_batch ON pending (batch);
CREATE INDEX provisioning_order_assignment ON provisioning_order (assignment);
CREATE INDEX provisioning_order_state ON provisioning_order (state, resource_type);
CREATE INDEX resource_dirty ON resource (type, seq) WHERE seq > 0;
CREATE UNIQUE INDEX resource_key ON resource (type, key);
CREATE INDEX resource_past_key ON resource_past (type, key);
CREATE UNIQUE INDEX rule_text ON rule (text, resource_type, property);
