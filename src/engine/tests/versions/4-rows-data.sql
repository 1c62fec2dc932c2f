INSERT INTO meta VALUES ('store', '0123456789abcdef0123456789abcdef');
INSERT INTO identity_meta VALUES ('version', 1);
INSERT INTO moment(seq, run, at) VALUES (1, 1, 1700000000500);
INSERT INTO entity_type VALUES (1, 'HR_Person', '["Employee","FirstName"]');
INSERT INTO resource(id, type, key, body, computed, valid_from, seq) VALUES
  (1, 1, 'E0001', '["E0001","Jorunn"]', NULL, 1, 0),
  (2, 1, 'E0002', '["E0002","Aksel"]', '{"DisplayName":"Aksel"}', 1, 0);
INSERT INTO task_outcome VALUES
  (1, 'A', 'completed', '{"inserted":2}', '2 rows', 1700000000500, NULL),
  (1, 'B', 'unchanged', '{}', NULL, 1700000000600, NULL),
  (2, 'A', 'completed', '{}', NULL, 1700000100500, NULL);
