CREATE SCHEMA IF NOT EXISTS countersign;

-- One row per Slack thread that a graph runs in; the rest of its state is in LangGraph's checkpoints.
CREATE TABLE countersign.threads (
    id text PRIMARY KEY,                      -- <team>/<channel>/<thread_ts>
    graph text,                               -- null until its first message named one that exists
    last_posted_key text,                     -- key of the graph's last message that was posted
    halted text,                              -- Error ID of the failure that stopped it
    attempts integer NOT NULL DEFAULT 0,      -- times a worker took it up since it last came to rest
    step_starts integer NOT NULL DEFAULT 0,   -- like attempts, but one that was stopped counts, too
    fence bigint NOT NULL DEFAULT 0,          -- fencing token: counts all steps that were begun
    created_at timestamptz NOT NULL DEFAULT now(),
    touched_at timestamptz NOT NULL DEFAULT now(),
    compacted_at timestamptz                  -- when its older checkpoints were last dropped
);
CREATE INDEX threads_age ON countersign.threads (touched_at);
CREATE INDEX threads_halted ON countersign.threads (touched_at) WHERE halted IS NOT NULL;
CREATE INDEX threads_to_compact ON countersign.threads (touched_at)
    WHERE compacted_at IS NULL OR compacted_at < touched_at;

-- What came from Slack, written before it is acknowledged.
CREATE TABLE countersign.inbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,                 -- what it is: one message is one key, however often it is told
    event_id text UNIQUE,                     -- which delivery it was
    thread_id text NOT NULL REFERENCES countersign.threads (id),
    kind text NOT NULL,
    user_id text NOT NULL,
    text text NOT NULL,
    body json,
    ts text,                                  -- of the message, if it is one
    open_approvals uuid[],                    -- those of its thread that were open when the message was written
    received_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    parked_at timestamptz                     -- put down with its step, until somebody says to try again
);
CREATE INDEX inbox_parked ON countersign.inbox (thread_id) WHERE parked_at IS NOT NULL;
CREATE INDEX inbox_outstanding ON countersign.inbox (thread_id, seq) WHERE done_at IS NULL;
CREATE INDEX inbox_age ON countersign.inbox (received_at) WHERE done_at IS NOT NULL;

CREATE TABLE countersign.approvals (
    id uuid PRIMARY KEY,
    thread_id text NOT NULL REFERENCES countersign.threads (id),
    interrupt_id text NOT NULL,
    digest text NOT NULL,
    checkpoint_id text,                       -- LangGraph's, when the question was asked
    graph_version text,                       -- a digest of the graph's code, when the question was asked
    value json,
    schema json,
    node text,                                -- of the outermost graph, in which it was asked
    answer_shape json,                        -- of an answer, as the graph's code read it then
    status text NOT NULL CHECK (status IN (
        'pending', 'decided', 'resumed', 'expired', 'cancelled', 'withdrawn')),
    votes json NOT NULL,
    answer json,
    closes_as text NOT NULL DEFAULT 'resumed', -- its status once the graph took the answer
    status_reason text,
    version integer NOT NULL,
    rendered_version integer NOT NULL DEFAULT 0, -- the version that its card shows
    card_ts text,
    opened_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
-- One open approval per question, whoever tries to open another.
CREATE UNIQUE INDEX approvals_open ON countersign.approvals (thread_id, interrupt_id, digest)
    WHERE status IN ('pending', 'decided');
CREATE INDEX approvals_waiting ON countersign.approvals (opened_at) WHERE status = 'pending';
CREATE INDEX approvals_decided ON countersign.approvals (changed_at) WHERE status = 'decided';
CREATE INDEX approvals_stale_card ON countersign.approvals (changed_at)
    WHERE card_ts IS NOT NULL AND rendered_version < version;
CREATE INDEX approvals_of_thread ON countersign.approvals (thread_id);

-- Threads in which nothing waits and nothing is to be done.
CREATE VIEW countersign.idle_threads AS
SELECT t.id, t.touched_at, t.compacted_at FROM countersign.threads t
WHERE NOT EXISTS (SELECT 1 FROM countersign.approvals a
                  WHERE a.thread_id = t.id AND a.status IN ('pending', 'decided'))
  AND NOT EXISTS (SELECT 1 FROM countersign.inbox i WHERE i.thread_id = t.id AND i.done_at IS NULL);

-- Everything that ever happened to an approval. Rows are added, never changed.
CREATE TABLE countersign.ledger (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    approval_id uuid NOT NULL,
    thread_id text NOT NULL,
    version integer NOT NULL,
    event text NOT NULL,
    actor_id text,                            -- null where the bot itself acted
    actor_name text,
    detail json,                              -- canonical text: json keeps it as it was written
    at timestamptz NOT NULL DEFAULT now(),
    hash text,                                -- of all of the above; null only where somebody else wrote the row
    appended_by xid8 NOT NULL DEFAULT pg_current_xact_id()
);

CREATE INDEX ledger_of_thread ON countersign.ledger (thread_id, id);
CREATE INDEX ledger_of_approval ON countersign.ledger (approval_id, version);

-- The chain over the ledger: consecutive positions, each link covering the one before it.
CREATE TABLE countersign.ledger_chain (
    position bigint PRIMARY KEY,
    entry_id bigint NOT NULL UNIQUE,
    link text NOT NULL,
    sealed_at timestamptz NOT NULL DEFAULT now()
);

CREATE FUNCTION countersign.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only';
END;
$$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON countersign.ledger
    FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();
CREATE TRIGGER ledger_chain_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON countersign.ledger_chain
    FOR EACH STATEMENT EXECUTE FUNCTION countersign.refuse_change();

-- What is to be posted, written before it is.
CREATE TABLE countersign.outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL UNIQUE,
    kind text NOT NULL,
    team text NOT NULL,
    channel text NOT NULL,
    thread_ts text,                           -- null: it begins a thread
    body json,
    approval_id uuid REFERENCES countersign.approvals (id),
    attempts integer NOT NULL DEFAULT 0,
    due_at timestamptz NOT NULL DEFAULT now(),-- not tried before this moment; a claim moves it ahead
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    posted_at timestamptz,
    posted_ts text,
    given_up_at timestamptz
);
CREATE INDEX outbox_due ON countersign.outbox (due_at) WHERE posted_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_of_thread ON countersign.outbox (channel, thread_ts, seq)
    WHERE posted_at IS NULL AND given_up_at IS NULL;
CREATE INDEX outbox_of_approval ON countersign.outbox (approval_id) WHERE approval_id IS NOT NULL;
-- What the graph said in a thread since a card: asked when a word is to decide.
CREATE INDEX outbox_said ON countersign.outbox (channel, thread_ts) WHERE kind <> 'note' AND posted_at IS NOT NULL;
CREATE INDEX outbox_age ON countersign.outbox (posted_at) WHERE posted_at IS NOT NULL;

-- What tools did, so that a step that runs again does not do it again.
CREATE TABLE countersign.effects (
    key text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    result json
);
