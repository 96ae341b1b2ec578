-- Decisions that somebody made alone, until an approver has reviewed them.
CREATE TABLE countersign.glass_breaks (
    id uuid PRIMARY KEY,
    approval_id uuid NOT NULL REFERENCES countersign.approvals (id) ON DELETE CASCADE,
    row integer NOT NULL,
    rule text NOT NULL,                       -- its name
    by_id text NOT NULL,
    by_name text NOT NULL,
    reason text NOT NULL,
    at timestamptz NOT NULL,
    reminded_at timestamptz,
    reviewed_at timestamptz,                  -- null: it waits
    reviewer_id text,
    reviewer_name text,
    note text
);
CREATE INDEX glass_breaks_unreviewed ON countersign.glass_breaks (at) WHERE reviewed_at IS NULL;
CREATE INDEX glass_breaks_of_approval ON countersign.glass_breaks (approval_id);

-- A thread stays as long as something in it is to be reviewed.
CREATE OR REPLACE VIEW countersign.idle_threads AS
SELECT t.id, t.touched_at, t.compacted_at FROM countersign.threads t
WHERE NOT EXISTS (SELECT 1 FROM countersign.approvals a
                  WHERE a.thread_id = t.id AND a.status IN ('pending', 'decided'))
  AND NOT EXISTS (SELECT 1 FROM countersign.inbox i WHERE i.thread_id = t.id AND i.done_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM countersign.glass_breaks g
                  JOIN countersign.approvals a ON a.id = g.approval_id
                  WHERE a.thread_id = t.id AND g.reviewed_at IS NULL);
