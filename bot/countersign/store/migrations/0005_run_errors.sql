-- What runs raised, for the graph's author. Written only where the inspection API is on; secrets are redacted.
CREATE TABLE countersign.run_errors (
    error_id text PRIMARY KEY,                -- the one that its thread was told
    thread_id text NOT NULL REFERENCES countersign.threads (id) ON DELETE CASCADE,
    graph text NOT NULL,
    type text NOT NULL,                       -- the exception's class
    message text NOT NULL,
    file text,                                -- innermost line of the graph's own code; null: there is none
    line integer,
    function text,
    code text,
    traceback text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX run_errors_of_thread ON countersign.run_errors (thread_id, at);
CREATE INDEX run_errors_age ON countersign.run_errors (at);
