-- A thread that waits is told so by a sweep, once it has waited a moment: most waits are over before anybody looks.
ALTER TABLE countersign.run_slots ADD COLUMN waiting_since timestamptz, DROP COLUMN waited;

DROP FUNCTION countersign.take_slot(text, integer, integer, integer, integer);

-- A thread is about to take a step: `may_run` says whether it has a slot or needs none; if not, it waits from now on.
-- `told`: it said before that it waits. `admitted` are other threads that got a slot, which have no job yet.
CREATE FUNCTION countersign.take_slot(
    thread text, starts integer, decisions integer, per_person integer, per_channel integer,
    OUT may_run boolean, OUT slot_fence bigint, OUT told boolean, OUT admitted text[]
) LANGUAGE plpgsql AS $$
DECLARE
    step record;
BEGIN
    PERFORM countersign.lock_slots();
    SELECT * INTO step FROM countersign.next_step(thread);
    IF NOT FOUND THEN
        DELETE FROM countersign.run_slots WHERE thread_id = thread;
        may_run := true;
        told := false;
        admitted := ARRAY(SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel));
        RETURN;
    END IF;
    INSERT INTO countersign.run_slots (thread_id, person, channel, decision, turn, queued_at, fence)
    VALUES (thread, step.person, split_part(thread, '/', 2), step.decision,
            countersign.next_turn(step.person, step.decision), step.queued_at, step.fence)
    ON CONFLICT (thread_id) DO UPDATE SET fence = excluded.fence,
        decision = CASE WHEN run_slots.started_at IS NULL THEN excluded.decision ELSE run_slots.decision END;
    admitted := ARRAY(SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel));
    admitted := array_remove(admitted, thread);
    UPDATE countersign.run_slots s SET waiting_since = coalesce(s.waiting_since, now())
    WHERE s.thread_id = thread
    RETURNING s.started_at IS NOT NULL, s.fence INTO may_run, slot_fence;
    told := EXISTS (SELECT 1 FROM countersign.outbox o WHERE o.key = 'waiting:' || thread || ':' || slot_fence);
END;
$$;

-- Has every thread that has waited for a second say so, once for each step: how many come before it, and how many of the
-- same person's run. Under the lock, so that no thread starts before its note is there to be retracted.
CREATE FUNCTION countersign.tell_waiting() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign.lock_slots();
    INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, due_at)
    SELECT 'waiting:' || w.thread_id || ':' || w.fence, 'waiting', split_part(w.thread_id, '/', 1), w.channel,
           split_part(w.thread_id, '/', 3),
           json_build_object('before', countersign.waiting_before(w.thread_id), 'running', (
               SELECT count(*) FROM countersign.run_slots r
               WHERE r.started_at IS NOT NULL AND r.person = w.person)),
           now() - interval '1 second'
    FROM countersign.run_slots w
    WHERE w.started_at IS NULL AND w.waiting_since < now() - interval '1 second'
      AND NOT EXISTS (SELECT 1 FROM countersign.outbox o WHERE o.key = 'waiting:' || w.thread_id || ':' || w.fence)
    ON CONFLICT (key) DO NOTHING;
END;
$$;
