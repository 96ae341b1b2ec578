-- "Approve and don't ask again": what may be approved without asking, until when, how often, and by whose leave.
CREATE TABLE countersign.grants (
    id uuid PRIMARY KEY,
    approval_id uuid NOT NULL,                -- that it was given with; it may outlast that row
    thread_id text NOT NULL,                  -- in which it was given
    rule_name text NOT NULL,
    rule_fingerprint text NOT NULL,           -- of the whole rule: a rule that changed is another rule
    condition text,                           -- the rule's `when`, for people to read
    graph text NOT NULL,
    action text NOT NULL,
    scope text NOT NULL CHECK (scope IN ('thread', 'requester')),
    holder text NOT NULL,                     -- a thread's id or a user's, as the scope says
    requester text,                           -- who asked for what it was given with
    granted_by text NOT NULL,
    granted_by_name text NOT NULL,
    granted_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    max_uses integer,                         -- null: any number
    uses integer NOT NULL DEFAULT 0,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    CHECK (uses <= max_uses)
);
CREATE INDEX grants_active ON countersign.grants (holder, action, expires_at) WHERE revoked_at IS NULL;
CREATE INDEX grants_of_giver ON countersign.grants (granted_by, expires_at);
CREATE INDEX grants_of_requester ON countersign.grants (requester, expires_at);
CREATE INDEX grants_of_approval ON countersign.grants (approval_id);
CREATE INDEX grants_age ON countersign.grants (expires_at);
