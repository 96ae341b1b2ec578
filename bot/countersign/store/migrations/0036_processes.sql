-- The processes that serve and work here, while they are alive: what an upgrade and a rotation of keys have to wait for.
CREATE TABLE countersign.processes (
    id uuid PRIMARY KEY,
    version text NOT NULL,
    host text NOT NULL,
    key_id text,                              -- of the key that it encrypts with; null: it stores in plain
    key_ids text[] NOT NULL DEFAULT '{}',     -- of all keys that it can decrypt with
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);
