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
