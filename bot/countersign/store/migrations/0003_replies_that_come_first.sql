-- The newest reply that was told in a Slack thread while that thread was none of ours: the mention that makes
-- it ours may still be on its way. No words are kept; they are read from Slack when that mention comes.
CREATE TABLE countersign.early_replies (
    thread_id text PRIMARY KEY,
    written numeric NOT NULL,                 -- its ts
    told_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX early_replies_age ON countersign.early_replies (told_at);
-- The ts of the message that made a thread ours; what was written in it before is not for us.
ALTER TABLE countersign.threads ADD COLUMN since numeric;
