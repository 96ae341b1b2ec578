-- Who counts for whom while they are away. Rows are kept: the ledger names them.
CREATE TABLE countersign.delegations (
    id uuid PRIMARY KEY,
    team text NOT NULL,
    delegator text NOT NULL,                  -- a user id, as is delegate
    delegator_name text NOT NULL,
    delegate text NOT NULL,
    delegate_name text NOT NULL,
    group_id text,                            -- for the seats of this user group alone; null: for all
    group_handle text,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    ended_at timestamptz                      -- stopped, or recorded as over; null: it may last
);
CREATE INDEX delegations_open ON countersign.delegations (team, ends_at) WHERE ended_at IS NULL;
