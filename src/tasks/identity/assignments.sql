-- What the role model says and what became of it. Moments as everywhere; an open row has no `valid_to`.
--
-- Who writes: ComputeRoleModelTask everything here but what is named; `decide` the decisions, and what it lets go on or
-- orders again; GenerateProvisioningOrdersTask turns state 1 into 2 on
-- the assignment and on those of its values and links that are in the order; FulfillTask turns 2 into 8 or 3, sets
-- `message`, and `executed` of the order. Nobody else turns anything into 4.

-- Keys by which owners (side 0) and resources (side 1) of a correlation rule find each other. `rule`: a digest of the
-- rule, so that a changed rule has other keys.
CREATE TABLE IF NOT EXISTS correlation_key (
  rule TEXT NOT NULL, side INTEGER NOT NULL, resource INTEGER NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (rule, side, resource)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS correlation_key_value ON correlation_key (rule, side, key);
CREATE INDEX IF NOT EXISTS correlation_key_resource ON correlation_key (resource, side);

-- Resources that a rule of less than 100 takes for the owner's: for a person to confirm, never applied.
CREATE TABLE IF NOT EXISTS suggested_correlation (
  owner INTEGER NOT NULL, resource_type TEXT NOT NULL, resource INTEGER NOT NULL, confidence INTEGER NOT NULL,
  PRIMARY KEY (owner, resource_type, resource)) WITHOUT ROWID;

-- The moment at which a connector was last synchronized, with or without changes: what was executed before it and is not
-- shown after it did not happen.
CREATE TABLE IF NOT EXISTS synchronized (connector TEXT PRIMARY KEY, moment INTEGER NOT NULL) WITHOUT ROWID;

-- Roles of an owner. `kind`: CompositeRole or SingleRole. `origin`: calculated, manual, denied, requested (somebody asked
-- for it, and it waits for approval: until then it gives nothing).
-- `because`: the rules that gave it, a JSON list of numbers of `rule`.
CREATE TABLE IF NOT EXISTS assigned_role (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, kind TEXT NOT NULL, role TEXT NOT NULL,
  origin TEXT NOT NULL, because TEXT, valid_from INTEGER NOT NULL, valid_to INTEGER);
CREATE UNIQUE INDEX IF NOT EXISTS assigned_role_open ON assigned_role (owner, kind, role) WHERE valid_to IS NULL;

-- Resource types of an owner. `resource`: the one correlated, once there is one; it may be gone. `state`: provisioning
-- state by number (0 none, 1 pending, 2 transmitted, 3 errored, 4 verified, 5 awaiting approval, 6 inactive, 7 evaluation
-- error, 8 executed), of the assignment as a whole: with `command` Modified, that of its values and links, where 1 comes
-- before 5, 2, 3, 8, 7 and 4. `command`: what is to be done or was done last: Added, Modified, Deleted; empty where
-- nothing ever was. In state 1, Added means all wanted values and links of state 1, Modified those of state 1, Deleted the
-- resource alone. `origin`: calculated, found (correlated, and no rule gives it: state 0, no order), manual, denied,
-- pre-existing (found, and accepted by SavePreExistingAccessRightsTask). `because`: numbers of the rules that give it (of
-- `found`: of the correlation rule); `confidence`: by how certain a correlation rule it has its resource. `tries`: how often
-- it was executed without the next synchronization showing it; at 3 the state becomes 3.
CREATE TABLE IF NOT EXISTS assigned_type (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, resource_type TEXT NOT NULL, resource INTEGER,
  state INTEGER NOT NULL, command TEXT NOT NULL DEFAULT '', origin TEXT NOT NULL, confidence INTEGER, because TEXT,
  message TEXT, tries INTEGER NOT NULL DEFAULT 0, valid_from INTEGER NOT NULL, valid_to INTEGER);
CREATE UNIQUE INDEX IF NOT EXISTS assigned_type_open ON assigned_type (owner, resource_type) WHERE valid_to IS NULL;
CREATE INDEX IF NOT EXISTS assigned_type_state ON assigned_type (resource_type, state) WHERE valid_to IS NULL;
CREATE INDEX IF NOT EXISTS assigned_type_resource ON assigned_type (resource);
CREATE INDEX IF NOT EXISTS assigned_type_ended ON assigned_type (valid_to) WHERE valid_to IS NOT NULL;

-- Values that the rules want on the resource of an assignment, and what the resource shows; null for no value. `origin`:
-- calculated; non-conforming: changed by hand in the system, state 0, waits for a person; pre-existing: such a one, or one
-- that was there before the rules, accepted as it is. State 0 of a calculated one: a
-- property that is not mapped (`IsMapped="false"`) of a resource that was there already.
CREATE TABLE IF NOT EXISTS assigned_value (
  assignment INTEGER NOT NULL, property TEXT NOT NULL, wanted TEXT, shown TEXT, state INTEGER NOT NULL,
  origin TEXT NOT NULL, PRIMARY KEY (assignment, property)) WITHOUT ROWID;

-- Links from the resource of an assignment, by navigation property. `command`: add (a rule wants it) or remove (none wants
-- it any more). `origin`: calculated; non-conforming: state 0, no order: with add taken away by hand, with remove there
-- although no rule ever wanted it; pre-existing: such a one, accepted as it is.
CREATE TABLE IF NOT EXISTS assigned_link (
  assignment INTEGER NOT NULL, property TEXT NOT NULL, target INTEGER NOT NULL, command TEXT NOT NULL,
  state INTEGER NOT NULL, origin TEXT NOT NULL, PRIMARY KEY (assignment, property, target)) WITHOUT ROWID;

-- Orders, the outbox of provisioning. `id`: hash of assignment, moment and command: a second run of the same task makes
-- the same order. `state`: 2 transmitted, 3 errored, 8 executed. `executed`: the moment at which it was, drawn by the task
-- that executed it.
CREATE TABLE IF NOT EXISTS provisioning_order (
  id TEXT PRIMARY KEY, assignment INTEGER NOT NULL, resource_type TEXT NOT NULL, connection TEXT, command TEXT NOT NULL,
  file TEXT, body TEXT NOT NULL, state INTEGER NOT NULL, message TEXT, run INTEGER NOT NULL, moment INTEGER NOT NULL,
  executed INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS provisioning_order_state ON provisioning_order (state, resource_type);
CREATE INDEX IF NOT EXISTS provisioning_order_assignment ON provisioning_order (assignment);

-- Resources without owner, and the resource type that a classification rule gives them, or suggests: below 100. `rule`: its
-- expression.
CREATE TABLE IF NOT EXISTS classification (
  resource INTEGER PRIMARY KEY, resource_type TEXT NOT NULL, rule TEXT NOT NULL, confidence INTEGER NOT NULL);

-- Profiles that profile rules give to users. `context`: what it is limited to, JSON: {"dimensions": {dimension: key},
-- "items": {element: identifier}}, without what is empty. `because`: resource types or entity types of the frames that
-- gave it, JSON.
CREATE TABLE IF NOT EXISTS assigned_profile (
  resource INTEGER NOT NULL, profile TEXT NOT NULL, context TEXT NOT NULL, because TEXT NOT NULL,
  PRIMARY KEY (resource, profile, context)) WITHOUT ROWID;

-- What people call the contexts of profiles, by their text; see `assigned_profile`.
CREATE TABLE IF NOT EXISTS context_name (context TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;

-- Risk scores of owners who are at risk. `because`: the risks that hold, by identifier, each with its level and the
-- entitlements of the first of its rules that holds, JSON.
CREATE TABLE IF NOT EXISTS risk_score (resource INTEGER PRIMARY KEY, score INTEGER NOT NULL, because TEXT NOT NULL);

-- What was told to whom. `kind`: what it is about, with the entity type; `key`: one thing of it; `moment`: when it was told
-- last. A row is taken out when there is nothing to tell about the thing any more.
CREATE TABLE IF NOT EXISTS notification (
  kind TEXT NOT NULL, recipient TEXT NOT NULL, key TEXT NOT NULL, moment INTEGER NOT NULL,
  PRIMARY KEY (kind, recipient, key)) WITHOUT ROWID;

-- Rules as an assignment names them: what each says, in one line. Of those that fill a property of a resource type, which;
-- empty for all others.
CREATE TABLE IF NOT EXISTS rule (
  id INTEGER PRIMARY KEY, resource_type TEXT NOT NULL, property TEXT NOT NULL, text TEXT NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS rule_text ON rule (text, resource_type, property);

-- What people decided. `kind`: CompositeRole, SingleRole or ResourceType; `verdict`: given or denied; `starts`, `ends`,
-- `at` and `withdrawn` in milliseconds since 1970. One that was withdrawn stays as history.
CREATE TABLE IF NOT EXISTS decision (
  id INTEGER PRIMARY KEY AUTOINCREMENT, owner INTEGER NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
  verdict TEXT NOT NULL, starts INTEGER, ends INTEGER, who TEXT NOT NULL, reason TEXT NOT NULL, at INTEGER NOT NULL,
  withdrawn INTEGER);
CREATE UNIQUE INDEX IF NOT EXISTS decision_open ON decision (owner, kind, name) WHERE withdrawn IS NULL;

-- When owners are to be computed again though nothing of them changes: a date comes, or a person decided something. In
-- milliseconds since 1970.
CREATE TABLE IF NOT EXISTS due (owner INTEGER PRIMARY KEY, at INTEGER NOT NULL);

-- Why values or links of an assignment could not be computed.
CREATE TABLE IF NOT EXISTS evaluation_error (
  assignment INTEGER NOT NULL, property TEXT NOT NULL, message TEXT NOT NULL,
  PRIMARY KEY (assignment, property)) WITHOUT ROWID;
