-- As in 0006; and nothing more is looked at once nobody waits, which is nearly always.
CREATE OR REPLACE FUNCTION countersign.admit_waiting(
    starts integer, decisions integer, per_person integer, per_channel integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    admitted text;
BEGIN
    WHILE EXISTS (SELECT FROM countersign.run_slots WHERE started_at IS NULL) LOOP
        SELECT w.thread_id INTO admitted
        FROM countersign.run_slots w, countersign.free_slots(starts, decisions) free, LATERAL (
            SELECT count(*) FILTER (WHERE r.person = w.person AND r.decision = w.decision) AS of_person,
                   count(*) FILTER (WHERE r.channel = w.channel AND NOT r.decision) AS of_channel
            FROM countersign.run_slots r WHERE r.started_at IS NOT NULL
        ) running
        WHERE w.started_at IS NULL AND CASE
            WHEN w.decision THEN of_person < for_decisions
            ELSE of_person < least(for_starts, per_person) AND of_channel < least(3 * for_starts, per_channel) END
        ORDER BY w.decision DESC, w.turn, w.queued_at, w.thread_id
        LIMIT 1;
        EXIT WHEN admitted IS NULL;
        UPDATE countersign.run_slots SET started_at = clock_timestamp() WHERE thread_id = admitted;
        RETURN NEXT admitted;
    END LOOP;
END;
$$;
