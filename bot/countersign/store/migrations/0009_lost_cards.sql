-- How often the message of an approval's card was deleted while it was pending.
ALTER TABLE countersign.approvals ADD COLUMN card_losses integer NOT NULL DEFAULT 0;
-- Messages of the bot's own that were deleted lately: one of them may be a card whose post is not recorded yet.
CREATE TABLE countersign.deleted_messages (
    channel text NOT NULL,
    ts text NOT NULL,
    deleted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (channel, ts)
);
CREATE INDEX approvals_card ON countersign.approvals (card_ts) WHERE status = 'pending';
