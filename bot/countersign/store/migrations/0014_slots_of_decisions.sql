-- Places in the line are counted for all who wait at once: one by one, a thousand of them held the lock for long.
CREATE OR REPLACE FUNCTION countersign.tell_waiting() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign.lock_slots();
    WITH running AS (
        SELECT person, count(*) AS threads FROM countersign.run_slots WHERE started_at IS NOT NULL GROUP BY person
    ), line AS (
        SELECT thread_id, person, channel, waiting_since, 'waiting:' || thread_id || ':' || fence AS key,
               row_number() OVER (ORDER BY NOT decision, turn, queued_at, thread_id) - 1 AS before
        FROM countersign.run_slots WHERE started_at IS NULL
    )
    INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, due_at)
    SELECT key, 'waiting', split_part(thread_id, '/', 1), channel, split_part(thread_id, '/', 3),
           json_build_object('before', before, 'running', coalesce(threads, 0)), now() - interval '1 second'
    FROM line LEFT JOIN running USING (person)
    WHERE waiting_since < now() - interval '1 second'
      AND NOT EXISTS (SELECT 1 FROM countersign.outbox o WHERE o.key = line.key)
    ON CONFLICT (key) DO NOTHING;
END;
$$;

DROP FUNCTION countersign.waiting_before(text);

-- As before; and a decision that may still be taken back resumes nothing.
CREATE OR REPLACE FUNCTION countersign.next_step(
    thread text, OUT person text, OUT decision boolean, OUT queued_at timestamptz, OUT fence bigint
) RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE
    threads countersign.threads%ROWTYPE;
    first countersign.inbox%ROWTYPE;
    is_open boolean;
    decided_at timestamptz;
BEGIN
    SELECT * INTO threads FROM countersign.threads t WHERE t.id = thread;
    SELECT * INTO first FROM countersign.inbox i
    WHERE i.thread_id = thread AND i.done_at IS NULL ORDER BY i.seq LIMIT 1;
    SELECT count(*) > 0, min(a.changed_at) FILTER (WHERE a.status = 'decided' AND a.undo_until IS NULL)
    INTO is_open, decided_at
    FROM countersign.approvals a WHERE a.thread_id = thread AND a.status IN ('pending', 'decided');
    fence := threads.fence + 1;
    IF decided_at IS NOT NULL AND threads.halted IS NULL THEN
        person := coalesce(threads.requester, thread);
        decision := true;
        queued_at := decided_at;
        RETURN NEXT;
    ELSIF first.kind IN ('retry', 'ask_again') THEN
        person := first.user_id;
        decision := true;
        queued_at := first.received_at;
        RETURN NEXT;
    ELSIF first.kind IN ('message', 'form') AND NOT is_open THEN
        person := first.user_id;
        decision := false;
        queued_at := first.received_at;
        RETURN NEXT;
    END IF;
END;
$$;
