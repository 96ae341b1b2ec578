-- A message that came before a question and is no answer to it is kept until nothing waits any more.
ALTER TABLE countersign.inbox ADD COLUMN held_at timestamptz,
    ADD COLUMN kept boolean NOT NULL DEFAULT false, -- it was held before
    ADD COLUMN asked_back_at timestamptz,         -- when its writer was asked what it means
    ADD COLUMN queued_told_at timestamptz;        -- when its writer was told that the agent reads it next
CREATE INDEX inbox_held ON countersign.inbox (thread_id) WHERE held_at IS NOT NULL AND done_at IS NULL;
CREATE INDEX inbox_asked_back ON countersign.inbox (thread_id, user_id) WHERE asked_back_at IS NOT NULL;

-- As before; and a thread that is to be stopped needs no slot, unless a decision is on its way to its graph.
CREATE OR REPLACE FUNCTION countersign.next_step(
    thread text, OUT person text, OUT decision boolean, OUT queued_at timestamptz, OUT fence bigint
) RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE
    threads countersign.threads%ROWTYPE;
    first countersign.inbox%ROWTYPE;
    is_open boolean;
    is_stopped boolean;
    decided_at timestamptz;
BEGIN
    SELECT * INTO threads FROM countersign.threads t WHERE t.id = thread;
    SELECT * INTO first FROM countersign.inbox i
    WHERE i.thread_id = thread AND i.done_at IS NULL AND i.held_at IS NULL ORDER BY i.seq LIMIT 1;
    is_stopped := EXISTS (
        SELECT 1 FROM countersign.inbox i
        WHERE i.thread_id = thread AND i.done_at IS NULL AND i.kind IN ('stop', 'reset'));
    SELECT count(*) > 0, min(a.changed_at) FILTER (WHERE a.status = 'decided' AND a.undo_until IS NULL)
    INTO is_open, decided_at
    FROM countersign.approvals a WHERE a.thread_id = thread AND a.status IN ('pending', 'decided');
    fence := threads.fence + 1;
    IF decided_at IS NOT NULL AND threads.halted IS NULL THEN
        person := coalesce(threads.requester, thread);
        decision := true;
        queued_at := decided_at;
        RETURN NEXT;
    ELSIF is_stopped THEN
        RETURN;
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
