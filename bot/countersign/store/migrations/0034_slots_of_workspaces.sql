-- As before; and of several workspaces none takes what another one needs: the one with the fewest threads under way comes
-- first, and none has more than three times as many as stay free. With one workspace nothing changes.
CREATE OR REPLACE FUNCTION countersign.admit_waiting(
    starts integer, decisions integer, per_person integer, per_channel integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    admitted text;
    several boolean;
BEGIN
    WHILE EXISTS (SELECT FROM countersign.run_slots WHERE started_at IS NULL) LOOP
        IF several IS NULL THEN
            several := (SELECT count(*) > 1 FROM (
                SELECT FROM countersign.installations WHERE id IS DISTINCT FROM enterprise_id
                UNION ALL SELECT FROM countersign.organisation_workspaces LIMIT 2) served);
        END IF;
        SELECT w.thread_id INTO admitted
        FROM countersign.run_slots w, countersign.free_slots(starts, decisions) free, LATERAL (
            SELECT count(*) FILTER (WHERE r.person = w.person AND r.decision = w.decision) AS of_person,
                   count(*) FILTER (WHERE r.channel = w.channel AND NOT r.decision) AS of_channel,
                   count(*) FILTER (WHERE several AND r.decision = w.decision
                       AND split_part(r.thread_id, '/', 1) = split_part(w.thread_id, '/', 1)) AS of_workspace
            FROM countersign.run_slots r WHERE r.started_at IS NOT NULL
        ) running
        WHERE w.started_at IS NULL AND CASE
            WHEN w.decision THEN of_person < for_decisions
            ELSE of_person < least(for_starts, per_person) AND of_channel < least(3 * for_starts, per_channel)
                 AND of_workspace < 3 * for_starts END
        ORDER BY w.decision DESC, of_workspace, w.turn, w.queued_at, w.thread_id
        LIMIT 1;
        EXIT WHEN admitted IS NULL;
        UPDATE countersign.run_slots SET started_at = clock_timestamp() WHERE thread_id = admitted;
        RETURN NEXT admitted;
    END LOOP;
END;
$$;

-- As in 0014; and who comes before is counted in the own workspace alone.
CREATE OR REPLACE FUNCTION countersign.tell_waiting() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign.lock_slots();
    WITH running AS (
        SELECT person, count(*) AS threads FROM countersign.run_slots WHERE started_at IS NOT NULL GROUP BY person
    ), line AS (
        SELECT thread_id, person, channel, waiting_since, 'waiting:' || thread_id || ':' || fence AS key,
               row_number() OVER (
                   PARTITION BY split_part(thread_id, '/', 1)
                   ORDER BY NOT decision, turn, queued_at, thread_id) - 1 AS before
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
