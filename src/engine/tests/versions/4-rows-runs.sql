INSERT INTO meta VALUES ('store', '0123456789abcdef0123456789abcdef');
INSERT INTO plan VALUES ('sha256:Daily', '{"version":1,"generator":"jobwright 0.1.0","dialect":"saas","digest":"sha256:Daily","jobs":[{"id":"Daily","display_names":{},"agent":null,"mode":"complete","schedule":null,"user_start_denied":false,"connector_job":false,"log_level":"Information","tasks":[{"id":"A","element":"FakeTask","display_names":{},"side":"server","position":0,"level":0,"attributes":{},"entity_types":[],"resource_types":[],"depends_on":[],"parents":"all","on_failure":"stop"},{"id":"B","element":"FakeTask","display_names":{},"side":"server","position":1,"level":1,"attributes":{},"entity_types":[],"resource_types":[],"depends_on":[],"parents":"all","on_failure":"stop"}]}],"model":{"agents":[],"connectors":[],"connections":[],"entity_types":[],"associations":[],"entity_type_mappings":[],"association_mappings":[],"property_expressions":[],"resource_types":[],"correlation_rules":[],"classification_rules":[]},"origins":{"sources":"","files":[],"items":{}}}', 1700000000000);
INSERT INTO run(id, job, plan, selection, context, state, attempt, started, ended, milliseconds, cancel) VALUES
  (1, 'Daily', 'sha256:Daily', '{}', '{}', 'completed', 1, 1700000000000, 1700000000700, 700, 0),
  (2, 'Daily', 'sha256:Daily', '{}', '{}', 'running', 1, 1700000100000, NULL, NULL, 0);
INSERT INTO task_run(run, position, task, element, level, state, attempt, counters, started, ended, milliseconds) VALUES
  (1, 0, 'A', 'FakeTask', 0, 'completed', 1, '{"inserted":2}', 1700000000000, 1700000000500, 500),
  (1, 1, 'B', 'FakeTask', 1, 'unchanged', 1, '{}', 1700000000500, 1700000000600, 100),
  (2, 0, 'A', 'FakeTask', 0, 'running', 1, '{}', 1700000100000, NULL, NULL),
  (2, 1, 'B', 'FakeTask', 1, 'granted', 0, '{}', NULL, NULL, NULL);
INSERT INTO event VALUES (2, 1, '{"run":2,"number":1,"at":"2023-11-14T22:15:00.000Z","event":"job-started","job":"Daily","plan":"sha256:Daily","attempt":1,"tasks":2}');
INSERT INTO lock VALUES ('job:daily', 2, 1, 'a boot long ago/1', 1700000100000);
INSERT INTO approval VALUES (1, 'A', 'HR-1', 'j.doe', 1700000000400, 'the first load');
