-- What waits for a key, in the order of an inbox: a page of it costs the same however much waits. One row for each
-- pending approval and key, kept by triggers, so that whatever changes an approval changes it too.
CREATE TABLE countersign.awaiting (
    team text NOT NULL,
    key text NOT NULL,                        -- one of the approval's `awaits`
    channel text NOT NULL,                    -- in which its card is
    deadline timestamptz NOT NULL,            -- infinity: it does not expire
    opened_at timestamptz NOT NULL,
    approval_id uuid NOT NULL,
    excused text[],                           -- as in the approval
    PRIMARY KEY (team, key, channel, deadline, opened_at, approval_id)
);
INSERT INTO countersign.awaiting (team, key, channel, deadline, opened_at, approval_id, excused)
SELECT split_part(a.thread_id, '/', 1), k.key, coalesce(a.posted_to, split_part(a.thread_id, '/', 2)),
       coalesce(a.deadline, 'infinity'), a.opened_at, a.id, a.excused
FROM countersign.approvals a CROSS JOIN LATERAL (SELECT DISTINCT unnest(a.awaits)) k (key)
WHERE a.status = 'pending' AND k.key IS NOT NULL
ORDER BY 1, 2, 3, 4, 5;

CREATE FUNCTION countersign.keep_awaiting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.status = 'pending' THEN
        DELETE FROM countersign.awaiting
        WHERE team = split_part(OLD.thread_id, '/', 1) AND key = ANY(OLD.awaits)
          AND channel = coalesce(OLD.posted_to, split_part(OLD.thread_id, '/', 2))
          AND deadline = coalesce(OLD.deadline, 'infinity') AND opened_at = OLD.opened_at AND approval_id = OLD.id;
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.status = 'pending' THEN
        INSERT INTO countersign.awaiting (team, key, channel, deadline, opened_at, approval_id, excused)
        SELECT split_part(NEW.thread_id, '/', 1), k.key, coalesce(NEW.posted_to, split_part(NEW.thread_id, '/', 2)),
               coalesce(NEW.deadline, 'infinity'), NEW.opened_at, NEW.id, NEW.excused
        FROM unnest(NEW.awaits) k (key) WHERE k.key IS NOT NULL
        ON CONFLICT DO NOTHING;
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER awaiting_opened AFTER INSERT ON countersign.approvals
    FOR EACH ROW WHEN (NEW.status = 'pending') EXECUTE FUNCTION countersign.keep_awaiting();
CREATE TRIGGER awaiting_changed
    AFTER UPDATE OF status, awaits, excused, deadline, posted_to, thread_id, opened_at ON countersign.approvals
    FOR EACH ROW WHEN ((OLD.status = 'pending' OR NEW.status = 'pending') AND
                       (OLD.status, OLD.awaits, OLD.excused, OLD.deadline, OLD.posted_to, OLD.thread_id, OLD.opened_at)
                       IS DISTINCT FROM
                       (NEW.status, NEW.awaits, NEW.excused, NEW.deadline, NEW.posted_to, NEW.thread_id, NEW.opened_at))
    EXECUTE FUNCTION countersign.keep_awaiting();
CREATE TRIGGER awaiting_deleted AFTER DELETE ON countersign.approvals
    FOR EACH ROW WHEN (OLD.status = 'pending') EXECUTE FUNCTION countersign.keep_awaiting();
-- Nothing looks into it any more, and it cost each approval more than the table does.
DROP INDEX countersign.approvals_awaiting;

-- Counting what somebody asked for reads the index alone.
CREATE INDEX approvals_asked_by ON countersign.approvals (requester, opened_at, id) INCLUDE (thread_id)
    WHERE status = 'pending';
DROP INDEX countersign.approvals_asked;

-- Without it PostgreSQL takes a workspace for one row in two hundred, and sorts all that somebody asked for.
CREATE STATISTICS countersign.approvals_team ON (split_part(thread_id, '/', 1)) FROM countersign.approvals;

-- A walk through the threads by age goes on where it ended.
CREATE INDEX threads_by_age ON countersign.threads (touched_at, id);
DROP INDEX countersign.threads_age;
CREATE INDEX threads_to_compact_by_age ON countersign.threads (touched_at, id)
    WHERE compacted_at IS NULL OR compacted_at < touched_at;
DROP INDEX countersign.threads_to_compact;

-- What is deleted by age is found by age.
CREATE INDEX outbox_ended ON countersign.outbox ((coalesce(posted_at, given_up_at)))
    WHERE posted_at IS NOT NULL OR given_up_at IS NOT NULL;
DROP INDEX countersign.outbox_age;
CREATE INDEX effects_age ON countersign.effects (started_at);

-- Up to which entry of the ledger everything is sealed, so that a process that starts does not look at all of it.
CREATE TABLE countersign.ledger_sealing (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    settled_to bigint NOT NULL
);
