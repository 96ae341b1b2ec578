-- What GET /metrics counts by: the rule of an approval's first row. Null where no rule of the file matches.
ALTER TABLE countersign.approvals ADD COLUMN rule text
    GENERATED ALWAYS AS (nullif(rules -> 'rules' -> 0 ->> 'name', '(no rule)')) STORED;
CREATE INDEX approvals_pending_by_rule ON countersign.approvals (graph, rule, opened_at) WHERE status = 'pending';
