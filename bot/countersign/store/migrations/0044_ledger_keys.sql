-- The keys that entries of the ledger were hashed with, by their ids: a process with another one, or with none, would
-- spoil what the ledger proves, and does not start.
CREATE TABLE countersign.ledger_keys (
    key_id text PRIMARY KEY,
    first_used_at timestamptz NOT NULL DEFAULT now()
);
