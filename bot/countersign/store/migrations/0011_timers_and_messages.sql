-- What the clock does to an approval.
ALTER TABLE countersign.approvals
    ADD COLUMN asked_at timestamptz,          -- when it was asked again; null: when it opened
    ADD COLUMN fired json,                    -- timers that fired since then: [[row, kind], ...]
    ADD COLUMN undo_until timestamptz,        -- until then a decision is kept from the graph
    ADD COLUMN due_at timestamptz,            -- when its next timer fires
    ADD COLUMN posted_to text;                -- the channel that its card is in; null: the thread's
CREATE INDEX approvals_due ON countersign.approvals (due_at) WHERE due_at IS NOT NULL;

-- Messages about an approval beside its card: they are kept up to date until it is closed.
CREATE TABLE countersign.approval_messages (
    key text PRIMARY KEY,                     -- of its outbox row
    approval_id uuid NOT NULL REFERENCES countersign.approvals (id) ON DELETE CASCADE,
    kind text NOT NULL,
    channel text NOT NULL,                    -- a channel's id, or a person's: their direct messages
    ts text NOT NULL,
    body json,
    shows text NOT NULL,                      -- the stage of the approval that it shows
    outdated_at timestamptz                   -- since when the approval is at another
);
CREATE INDEX approval_messages_of_approval ON countersign.approval_messages (approval_id);
CREATE INDEX approval_messages_outdated ON countersign.approval_messages (outdated_at)
    WHERE outdated_at IS NOT NULL;
