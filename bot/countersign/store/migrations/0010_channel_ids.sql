-- Channels that got another id. A thread keeps the id that its channel had when the thread began.
CREATE TABLE countersign.channel_ids (
    team text NOT NULL,
    old_id text NOT NULL,
    new_id text NOT NULL,
    changed_ts numeric NOT NULL,              -- threads that began before it have the old id
    PRIMARY KEY (team, old_id)
);
