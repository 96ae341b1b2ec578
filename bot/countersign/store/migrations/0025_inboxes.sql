-- Whom a pending approval waits for, so that a person's inbox is one look at an index.
ALTER TABLE countersign.approvals
    ADD COLUMN awaits text[],                 -- keys of people, groups and channels; null: not known yet
    ADD COLUMN excused text[],                -- user ids that have nothing left to decide in it
    ADD COLUMN deadline timestamptz;          -- until when it waits; null: it does not expire
CREATE INDEX approvals_awaiting ON countersign.approvals USING gin (awaits) WHERE status = 'pending';
CREATE INDEX approvals_awaiting_unknown ON countersign.approvals (opened_at)
    WHERE status = 'pending' AND awaits IS NULL;
CREATE INDEX approvals_asked ON countersign.approvals (requester, opened_at) WHERE status = 'pending';
CREATE INDEX approvals_answered ON countersign.approvals (requester, changed_at) WHERE status <> 'pending';
CREATE INDEX ledger_decisions ON countersign.ledger (actor_id, id)
    WHERE event IN ('decided', 'voted', 'cancelled', 'undone');

-- Home tabs that were opened, to be published again while they may still be looked at.
CREATE TABLE countersign.homes (
    team text NOT NULL,
    user_id text NOT NULL,
    keys text[] NOT NULL DEFAULT '{}',        -- of this person; approvals have theirs in `awaits`
    page integer NOT NULL DEFAULT 0,
    opened_at timestamptz NOT NULL DEFAULT now(),
    stale_at timestamptz,                     -- since when it may show something old
    due_at timestamptz NOT NULL DEFAULT now(),-- not published again before this moment
    claimed_until timestamptz,                -- until then a process publishes it
    shown text,                               -- a digest of what was published last
    PRIMARY KEY (team, user_id)
);
CREATE INDEX homes_opened ON countersign.homes (opened_at);

-- Changes of approvals whose Home tabs were not marked stale yet. A table of its own: two changes that marked the same
-- tabs themselves would wait for each other.
CREATE TABLE countersign.home_changes (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    team text NOT NULL,
    keys text[] NOT NULL
);

-- From when to when somebody wants no direct messages of the bot, by the clock of a zone.
CREATE TABLE countersign.quiet_hours (
    team text NOT NULL,
    user_id text NOT NULL,
    begins time NOT NULL,
    ends time NOT NULL,                       -- before `begins`: on the next day
    zone text NOT NULL,
    PRIMARY KEY (team, user_id)
);
-- A direct message that waits for the end of somebody's quiet hours.
ALTER TABLE countersign.outbox ADD COLUMN held_at timestamptz;
