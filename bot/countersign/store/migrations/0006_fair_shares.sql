-- Fair shares: which threads run a step, and which ones wait for a slot. All of it follows from the inbox, the
-- approvals and the queue, so the table is unlogged: after a crash of the server the sweeps fill it again.
CREATE UNLOGGED TABLE countersign.run_slots (
    thread_id text PRIMARY KEY,
    person text NOT NULL,                     -- whose share it counts for: the user id
    channel text NOT NULL,
    decision boolean NOT NULL,                -- it resumes a run; false: it starts one
    turn bigint NOT NULL,                     -- its place in the round robin between people
    queued_at timestamptz NOT NULL,           -- when the message came in, or the decision was made
    started_at timestamptz,                   -- null while it waits
    waited boolean NOT NULL DEFAULT false,
    fence bigint NOT NULL                     -- fencing token of the step that it is for
);

-- One process at a time changes slots. The lock ends with the statement, so a client that hangs cannot hold it.
CREATE FUNCTION countersign.lock_slots() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(7165925420);
$$;

-- The slots of all live workers: for any step, and for those that start a run. Decisions have some that no start takes.
CREATE FUNCTION countersign.free_slots(
    starts integer, decisions integer, OUT for_decisions bigint, OUT for_starts bigint
) LANGUAGE sql STABLE AS $$
    WITH workers AS (
        SELECT greatest(1, count(*)) AS live FROM procrastinate_workers
        WHERE last_heartbeat > now() - interval '6 seconds'
    ), used AS (
        SELECT count(*) AS steps, count(*) FILTER (WHERE NOT decision) AS starts
        FROM countersign.run_slots WHERE started_at IS NOT NULL
    )
    SELECT live * (starts_each + decisions_each) - used.steps,
           least(live * starts_each - used.starts, live * (starts_each + decisions_each) - used.steps)
    FROM workers, used, (SELECT starts, decisions) AS each (starts_each, decisions_each);
$$;

-- What the thread's next step counts as; no row where it needs no slot, because no graph runs in it.
CREATE FUNCTION countersign.next_step(
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
    SELECT count(*) > 0, min(a.changed_at) FILTER (WHERE a.status = 'decided') INTO is_open, decided_at
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

-- The turn of a thread that joins the line: after the person's own last one, and otherwise with whatever is next.
-- Somebody who comes with one thread so waits for one of each who came before, not for all of them.
CREATE FUNCTION countersign.next_turn(of_person text, is_decision boolean) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT greatest(
        1,
        1 + max(turn) FILTER (WHERE person = of_person),
        1 + least(max(turn) FILTER (WHERE started_at IS NOT NULL), min(turn) FILTER (WHERE started_at IS NULL)))
    FROM countersign.run_slots WHERE decision = is_decision;
$$;

-- Gives free slots to threads that wait, in their turn, decisions first, and returns those threads. A person gets a slot
-- while more are free than they have, and so does a channel, up to three times as many: whoever comes next finds one.
CREATE FUNCTION countersign.admit_waiting(
    starts integer, decisions integer, per_person integer, per_channel integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    admitted text;
BEGIN
    LOOP
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

-- How many of the threads that wait get a slot before this one does.
CREATE FUNCTION countersign.waiting_before(thread text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT count(*) FROM countersign.run_slots w, countersign.run_slots own
    WHERE own.thread_id = thread AND w.started_at IS NULL
      AND (NOT w.decision, w.turn, w.queued_at, w.thread_id)
        < (NOT own.decision, own.turn, own.queued_at, own.thread_id);
$$;

-- A thread is about to take a step: `may_run` says whether it has a slot or needs none; if not, it waits from now on.
-- `waited`: it did before. `admitted` are other threads that got a slot, which have no job yet.
CREATE FUNCTION countersign.take_slot(
    thread text, starts integer, decisions integer, per_person integer, per_channel integer,
    OUT may_run boolean, OUT slot_fence bigint, OUT waited boolean, OUT before bigint, OUT running bigint,
    OUT admitted text[]
) LANGUAGE plpgsql AS $$
DECLARE
    step record;
BEGIN
    PERFORM countersign.lock_slots();
    SELECT * INTO step FROM countersign.next_step(thread);
    IF NOT FOUND THEN
        DELETE FROM countersign.run_slots WHERE thread_id = thread;
        may_run := true;
        waited := false;
        admitted := ARRAY(SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel));
        RETURN;
    END IF;
    INSERT INTO countersign.run_slots (thread_id, person, channel, decision, turn, queued_at, fence)
    VALUES (thread, step.person, split_part(thread, '/', 2), step.decision,
            countersign.next_turn(step.person, step.decision), step.queued_at, step.fence)
    ON CONFLICT (thread_id) DO UPDATE SET fence = excluded.fence,
        decision = CASE WHEN run_slots.started_at IS NULL THEN excluded.decision ELSE run_slots.decision END;
    admitted := ARRAY(SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel));
    SELECT s.started_at IS NOT NULL, s.fence, s.waited INTO may_run, slot_fence, waited
    FROM countersign.run_slots s WHERE s.thread_id = thread;
    admitted := array_remove(admitted, thread);
    IF NOT may_run THEN
        UPDATE countersign.run_slots s SET waited = true WHERE s.thread_id = thread;
        before := countersign.waiting_before(thread);
        running := (SELECT count(*) FROM countersign.run_slots r
                    WHERE r.started_at IS NOT NULL AND r.person = step.person);
    END IF;
END;
$$;

-- Frees the slot of a step that is over, unless a later step has it. Returns the threads that got a slot.
CREATE FUNCTION countersign.leave_slot(
    thread text, of_fence bigint, starts integer, decisions integer, per_person integer, per_channel integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign.lock_slots();
    DELETE FROM countersign.run_slots WHERE thread_id = thread AND run_slots.fence = of_fence;
    RETURN QUERY SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel);
END;
$$;

-- Frees the slots that a crash left behind: those of threads without a job, and without anything to do. A slot that
-- was given a moment ago may have its job in a transaction that is not over.
CREATE FUNCTION countersign.repair_slots(
    starts integer, decisions integer, per_person integer, per_channel integer
) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM countersign.lock_slots();
    DELETE FROM countersign.run_slots s
    WHERE CASE WHEN s.started_at IS NULL
        THEN NOT EXISTS (SELECT 1 FROM countersign.next_step(s.thread_id))
        ELSE s.started_at < clock_timestamp() - interval '10 seconds' AND NOT EXISTS (
            SELECT 1 FROM procrastinate_jobs j WHERE j.lock = s.thread_id AND j.status IN ('todo', 'doing')) END;
    RETURN QUERY SELECT countersign.admit_waiting(starts, decisions, per_person, per_channel);
END;
$$;
