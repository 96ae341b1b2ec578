-- Messages that are shown while they are written, from before Slack is asked for one until it is posted or removed.
CREATE TABLE countersign.message_streams (
    key text PRIMARY KEY,                     -- of the outbox row that takes the message over, or of a plan
    team text NOT NULL,
    channel text NOT NULL,
    thread_ts text NOT NULL,
    ts text,                                  -- null: Slack's answer was lost, or has not come yet
    native boolean NOT NULL,                  -- whether Slack's stream methods hold it
    discarded boolean NOT NULL DEFAULT false, -- nothing came of it: its message is to be removed
    begun_at timestamptz NOT NULL
);
CREATE INDEX message_streams_thread ON countersign.message_streams (channel, thread_ts);
CREATE INDEX message_streams_discarded ON countersign.message_streams (begun_at) WHERE discarded;
