-- The functions of the slots, with RUNS_PER_WORKSPACE: how many runs of one workspace start at once. Those without it stay
-- for processes of the version before, which know no such limit.
CREATE FUNCTION countersign.admit_waiting(
    starts integer, decisions integer, per_person integer, per_channel integer, per_workspace integer
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
                       AND split_part(r.thread_id, '/', 1) = split_part(w.thread_id, '/', 1)) AS of_workspace,
                   count(*) FILTER (WHERE NOT r.decision
                       AND split_part(r.thread_id, '/', 1) = split_part(w.thread_id, '/', 1)) AS starts_of_workspace
            FROM countersign.run_slots r WHERE r.started_at IS NOT NULL
        ) running
        WHERE w.started_at IS NULL AND CASE
            WHEN w.decision THEN of_person < for_decisions
            ELSE of_person < least(for_starts, per_person) AND of_channel < least(3 * for_starts, per_channel)
                 AND of_workspace < 3 * for_starts AND starts_of_workspace < per_workspace END
        ORDER BY w.decision DESC, of_workspace, w.turn, w.queued_at, w.thread_id
        LIMIT 1;
        EXIT WHEN admitted IS NULL;
        UPDATE countersign.run_slots SET started_at = clock_timestamp() WHERE thread_id = admitted;
        RETURN NEXT admitted;
    END LOOP;
END;
$$;

CREATE FUNCTION countersign.take_slot(
    thread text, starts integer, decisions integer, per_person integer, per_channel integer, per_workspace integer,
    OUT may_run boolean, OUT slot_fence bigint, OUT told boolean, OUT admitted text[]
) LANGUAGE plpgsql AS $$
DECLARE
    step record;
    needs_slot boolean;
    busy record;
    for_decisions bigint;
    for_starts bigint;
BEGIN
    SELECT * INTO step FROM countersign.next_step(thread); -- before the lock: nobody else takes this thread's step
    needs_slot := FOUND;
    PERFORM pg_advisory_xact_lock(7165925420); -- that of lock_slots(), whose body would be planned at each call
    IF NOT needs_slot THEN
        DELETE FROM countersign.run_slots WHERE thread_id = thread;
        may_run := true;
        told := false;
        admitted := ARRAY(SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel, per_workspace));
        RETURN;
    END IF;
    SELECT count(*) AS steps,
           count(*) FILTER (WHERE NOT r.decision) AS starts,
           coalesce(bool_or(r.started_at IS NULL OR r.thread_id = thread), false) AS in_line,
           count(*) FILTER (WHERE r.person = step.person AND r.decision = step.decision) AS of_person,
           count(*) FILTER (WHERE r.channel = split_part(thread, '/', 2) AND NOT r.decision) AS of_channel,
           count(*) FILTER (WHERE split_part(r.thread_id, '/', 1) = split_part(thread, '/', 1)
               AND NOT r.decision) AS of_workspace,
           max(r.turn) FILTER (WHERE r.decision = step.decision) AS last_turn,
           (SELECT greatest(1, count(*)) FROM procrastinate_workers
            WHERE last_heartbeat > now() - interval '6 seconds') AS workers
    INTO busy FROM countersign.run_slots r;
    for_decisions := busy.workers * (starts + decisions) - busy.steps;
    for_starts := least(busy.workers * starts - busy.starts, for_decisions);
    may_run := NOT busy.in_line AND CASE
        WHEN step.decision THEN busy.of_person < for_decisions
        ELSE busy.of_person < least(for_starts, per_person)
             AND busy.of_channel < least(3 * for_starts, per_channel)
             AND busy.of_workspace < least(3 * for_starts, per_workspace) END;
    IF may_run THEN
        INSERT INTO countersign.run_slots
            (thread_id, person, channel, decision, turn, queued_at, fence, waiting_since, started_at)
        VALUES (thread, step.person, split_part(thread, '/', 2), step.decision,
                greatest(1, 1 + busy.last_turn), step.queued_at, step.fence, now(), clock_timestamp());
        slot_fence := step.fence;
        admitted := '{}';
        told := EXISTS (SELECT 1 FROM countersign.outbox o WHERE o.key = 'waiting:' || thread || ':' || slot_fence);
        RETURN;
    END IF;
    INSERT INTO countersign.run_slots (thread_id, person, channel, decision, turn, queued_at, fence)
    VALUES (thread, step.person, split_part(thread, '/', 2), step.decision,
            countersign.next_turn(step.person, step.decision), step.queued_at, step.fence)
    ON CONFLICT (thread_id) DO UPDATE SET fence = excluded.fence,
        decision = CASE WHEN run_slots.started_at IS NULL THEN excluded.decision ELSE run_slots.decision END;
    admitted := ARRAY(SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel, per_workspace));
    admitted := array_remove(admitted, thread);
    UPDATE countersign.run_slots s SET waiting_since = coalesce(s.waiting_since, now())
    WHERE s.thread_id = thread
    RETURNING s.started_at IS NOT NULL, s.fence INTO may_run, slot_fence;
    told := EXISTS (SELECT 1 FROM countersign.outbox o WHERE o.key = 'waiting:' || thread || ':' || slot_fence);
END;
$$;

CREATE FUNCTION countersign.leave_slot(
    thread text, of_fence bigint, starts integer, decisions integer, per_person integer, per_channel integer, per_workspace integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7165925420);
    DELETE FROM countersign.run_slots WHERE thread_id = thread AND run_slots.fence = of_fence;
    IF EXISTS (SELECT FROM countersign.run_slots WHERE started_at IS NULL) THEN
        RETURN QUERY SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel, per_workspace);
    END IF;
END;
$$;

CREATE FUNCTION countersign.repair_slots(
    starts integer, decisions integer, per_person integer, per_channel integer, per_workspace integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign.lock_slots();
    DELETE FROM countersign.run_slots s
    WHERE CASE WHEN s.started_at IS NULL
        THEN NOT EXISTS (SELECT 1 FROM countersign.next_step(s.thread_id))
        ELSE s.started_at < clock_timestamp() - interval '10 seconds' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs j WHERE j.lock = s.thread_id AND j.status IN ('todo', 'doing')) END;
    RETURN QUERY SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel, per_workspace);
END;
$$;
