-- Every query of the store: its name, a description, and its SQL with %(named)s parameters.

-- accept_inbound --
-- One row per message and per delivery, and its job. Returns no row for a duplicate, and none for a reply in a thread
-- that is not ours. A message that may open a thread inserts the thread's row; a reply written before that message is
-- dropped even when Slack delivers it later. Remembers which approvals of the thread waited for people when the
-- message was written: those that are pending, and those that were decided or closed since.
WITH begun AS (
    INSERT INTO countersign.threads (id, since)
    SELECT %(thread_id)s::text, %(ts)s::numeric WHERE %(may_open)s::boolean
    ON CONFLICT (id) DO NOTHING
), accepted AS (
    INSERT INTO countersign.inbox (key, event_id, thread_id, kind, user_id, text, body, ts, traceparent,
                                   open_approvals)
    SELECT %(key)s, %(event_id)s, %(thread_id)s, %(kind)s, %(user_id)s, %(text)s, %(body)s, %(ts)s, %(traceparent)s, (
        SELECT array_agg(a.id) FROM countersign.approvals a
        WHERE a.thread_id = %(thread_id)s
          AND (a.status = 'pending' OR (
              a.changed_at >= to_timestamp(%(ts)s::double precision) AND EXISTS (
                  SELECT 1 FROM countersign.ledger l
                  WHERE l.approval_id = a.id AND l.event IN ('decided', 'timed_out', 'cancelled', 'withdrawn')
                    AND l.at >= to_timestamp(%(ts)s::double precision)))))
    WHERE %(may_open)s::boolean OR EXISTS (
        SELECT 1 FROM countersign.threads
        WHERE id = %(thread_id)s AND (since > %(ts)s::numeric) IS NOT TRUE)
    ON CONFLICT DO NOTHING
    RETURNING thread_id
)
SELECT countersign.enqueue(thread_id) FROM accepted;

-- enqueue --
-- Enqueues the thread's job, in the transaction that saves what the job is for.
SELECT countersign.enqueue(%(thread_id)s);

-- note_early_reply --
-- Stores the newest reply in a thread that is not ours yet: the mention that opens it may arrive later.
INSERT INTO countersign.early_replies (thread_id, written) VALUES (%(thread_id)s, %(ts)s::numeric)
ON CONFLICT (thread_id) DO UPDATE
SET written = greatest(early_replies.written, excluded.written), told_at = now();

-- later_early_reply --
-- Whether a reply written after this mention was delivered before it.
SELECT 1 FROM countersign.early_replies WHERE thread_id = %(thread_id)s AND written > %(ts)s::numeric;

-- thread_state --
-- The graph of a thread, and whether something waits for people there.
SELECT graph, EXISTS (
    SELECT 1 FROM countersign.approvals WHERE thread_id = %(thread_id)s AND status = 'pending') AS waits
FROM countersign.threads WHERE id = %(thread_id)s;

-- begin_attempt --
-- Counts one attempt, issues the next fencing token and returns the thread, if it has anything to do.
UPDATE countersign.threads SET attempts = attempts + 1, step_starts = step_starts + 1, fence = fence + 1
WHERE id = %(thread_id)s
  AND (EXISTS (
           SELECT 1 FROM countersign.inbox
           WHERE thread_id = %(thread_id)s AND done_at IS NULL AND held_at IS NULL)
       OR (halted IS NULL AND EXISTS (
           SELECT 1 FROM countersign.approvals
           WHERE thread_id = %(thread_id)s AND status = 'decided' AND undo_until IS NULL)))
RETURNING id, graph, last_posted_key, halted, attempts, step_starts, fence, early_keys, requester;

-- undo_attempt --
-- Takes back one attempt: the worker was stopped, its step did not fail. That the step was begun stays
-- counted. No effect with a stale fencing token.
UPDATE countersign.threads SET attempts = greatest(attempts - 1, 0)
WHERE id = %(thread_id)s AND fence = %(fence)s;

-- open_approvals --
-- The thread's pending and decided approvals, in the order in which they last changed.
SELECT {approvals} FROM countersign.approvals
WHERE thread_id = %(thread_id)s AND status IN ('pending', 'decided')
ORDER BY changed_at, id;

-- closed_approvals --
-- The approvals of a thread that were decided under rules and are closed, the latest first.
SELECT {approvals} FROM countersign.approvals
WHERE thread_id = %(thread_id)s AND status NOT IN ('pending', 'decided') AND rules IS NOT NULL
ORDER BY changed_at DESC, id LIMIT 50;

-- pending_inbound --
-- What came in for the thread and is not handled yet, oldest first.
SELECT {inbox} FROM countersign.inbox WHERE thread_id = %(thread_id)s AND done_at IS NULL ORDER BY seq;

-- assign_graph --
-- Stores which graph the thread belongs to, before that graph writes its first checkpoint. No row comes back with
-- a stale fencing token.
UPDATE countersign.threads SET graph = %(graph)s WHERE id = %(thread_id)s AND fence = %(fence)s RETURNING id;

-- save_thread --
-- Saves the thread after a step: resets its attempts; the graph it was assigned stays. Returns no row with a stale
-- fencing token: another worker began a step since. `more` says whether it still has something to do; what comes in
-- after this has a job of its own.
UPDATE countersign.threads
SET graph = coalesce(%(graph)s, graph), last_posted_key = %(last_posted_key)s, halted = %(halted)s,
    requester = %(requester)s, early_keys = %(early_keys)s,
    attempts = 0, step_starts = 0, touched_at = now()
WHERE id = %(thread_id)s AND fence = %(fence)s
RETURNING EXISTS (
        SELECT 1 FROM countersign.inbox
        WHERE thread_id = %(thread_id)s AND done_at IS NULL AND held_at IS NULL)
    OR (halted IS NULL AND EXISTS (
        SELECT 1 FROM countersign.approvals
        WHERE thread_id = %(thread_id)s AND status = 'decided' AND undo_until IS NULL)) AS more;

-- mark_done --
-- Marks inbound rows as handled by a step.
UPDATE countersign.inbox SET done_at = now() WHERE key = ANY(%(keys)s);

-- keep_for_later --
-- Keeps messages until nothing is pending in their thread. They were written before the pending question was seen.
UPDATE countersign.inbox SET held_at = now(), kept = true, open_approvals = NULL
WHERE key = ANY(%(keys)s) AND done_at IS NULL;

-- mark_asked_back --
-- Marks messages whose writers are asked what they mean.
UPDATE countersign.inbox SET asked_back_at = now() WHERE key = ANY(%(keys)s);

-- was_asked_back --
-- Whether somebody was asked before what a message about this approval means.
SELECT 1 FROM countersign.inbox
WHERE thread_id = %(thread_id)s AND user_id = %(user)s AND asked_back_at IS NOT NULL
  AND %(approval_id)s = ANY(open_approvals)
LIMIT 1;

-- release_kept --
-- Releases kept messages: nothing is pending any more, or another question that they may answer.
UPDATE countersign.inbox SET held_at = NULL
WHERE thread_id = %(thread_id)s AND held_at IS NOT NULL AND done_at IS NULL
  AND (%(asks)s OR NOT EXISTS (
      SELECT 1 FROM countersign.approvals
      WHERE thread_id = %(thread_id)s AND status IN ('pending', 'decided')));

-- stops --
-- What was asked to stop in these threads and is not handled yet.
SELECT {inbox} FROM countersign.inbox
WHERE done_at IS NULL AND kind IN ('stop', 'reset') AND thread_id = ANY(%(thread_ids)s)
ORDER BY seq;

-- thread_activity --
-- Whether a thread has something to do (a run, or what is queued behind it), and whether it waits for people.
SELECT EXISTS (
           SELECT 1 FROM countersign.inbox
           WHERE thread_id = %(thread_id)s AND done_at IS NULL AND held_at IS NULL AND kind <> 'revision')
       OR EXISTS (
           SELECT 1 FROM countersign.approvals a JOIN countersign.threads t ON t.id = a.thread_id
           WHERE a.thread_id = %(thread_id)s AND a.status = 'decided' AND a.undo_until IS NULL
             AND t.halted IS NULL) AS works,
       EXISTS (
           SELECT 1 FROM countersign.approvals
           WHERE thread_id = %(thread_id)s AND status = 'pending') AS waits;

-- working_threads --
-- The threads of a channel that have something to do.
SELECT DISTINCT thread_id FROM countersign.inbox
WHERE done_at IS NULL AND held_at IS NULL AND kind <> 'revision' AND thread_id LIKE %(place)s;

-- park --
-- Parks the inbound rows of a failed step: they are not handled until they are unparked.
UPDATE countersign.inbox SET done_at = now(), parked_at = now() WHERE key = ANY(%(keys)s);

-- forget_parked --
-- Marks the parked rows of a thread as never to be handled.
UPDATE countersign.inbox SET parked_at = NULL WHERE thread_id = %(thread_id)s AND parked_at IS NOT NULL;

-- newly_queued --
-- Messages that have waited for a moment for a run of their thread, marked as told. `is_first` is false where their
-- writer was told of another one that is still queued. A thread that waits for a slot, or that is to be stopped, says
-- so itself.
UPDATE countersign.inbox i SET queued_told_at = now()
FROM (
    SELECT m.seq, NOT EXISTS (
               SELECT 1 FROM countersign.inbox told
               WHERE told.thread_id = m.thread_id AND told.done_at IS NULL AND told.user_id = m.user_id
                 AND told.queued_told_at IS NOT NULL) AS is_first
    FROM countersign.inbox m
    WHERE m.done_at IS NULL AND m.held_at IS NULL AND m.queued_told_at IS NULL AND m.kind = 'message'
      AND m.received_at < now() - interval '1.5 seconds'
      AND (EXISTS (
               SELECT 1 FROM countersign.inbox earlier
               WHERE earlier.thread_id = m.thread_id AND earlier.done_at IS NULL AND earlier.seq < m.seq
                 AND earlier.held_at IS NULL AND earlier.kind IN ('message', 'form', 'retry', 'ask_again'))
           OR ((SELECT t.halted IS NULL FROM countersign.threads t WHERE t.id = m.thread_id) AND EXISTS (
               SELECT 1 FROM countersign.approvals a
               WHERE a.thread_id = m.thread_id AND a.status = 'decided' AND a.undo_until IS NULL)))
      AND NOT EXISTS (
          SELECT 1 FROM countersign.inbox ends
          WHERE ends.thread_id = m.thread_id AND ends.done_at IS NULL AND ends.kind IN ('stop', 'reset'))
      AND NOT EXISTS (
          SELECT 1 FROM countersign.run_slots s WHERE s.thread_id = m.thread_id AND s.started_at IS NULL)
    ORDER BY m.seq LIMIT 100
    FOR UPDATE OF m SKIP LOCKED
) queued
WHERE i.seq = queued.seq
RETURNING {i.inbox}, queued.is_first;

-- unpark --
-- Makes the parked rows of a thread pending again, for a retry.
UPDATE countersign.inbox SET done_at = NULL, parked_at = NULL WHERE thread_id = %(thread_id)s AND parked_at IS NOT NULL;

-- approval --
-- One approval by its id.
SELECT {approvals} FROM countersign.approvals
WHERE id = %(id)s AND (%(team)s::text IS NULL OR split_part(thread_id, '/', 1) = %(team)s);

-- open_approval --
-- Inserts an approval with its first ledger row. Returns no row when the question has an open approval already.
WITH opened AS (
    INSERT INTO countersign.approvals
        (id, thread_id, interrupt_id, digest, digest_key, value, schema, node, answer_shape, look_alikes, checkpoint_id, graph_version, status,
         votes, version, opened_at, requester, rules, row_votes, asked_at, fired, undo_until, due_at, posted_to, state, graph,
         awaits, excused, deadline, opened_in)
    VALUES (%(id)s, %(thread_id)s, %(interrupt_id)s, %(digest)s, %(digest_key)s, %(value)s, %(schema)s, %(node)s, %(answer_shape)s, %(look_alikes)s,
            %(checkpoint_id)s, %(graph_version)s, %(status)s, %(votes)s, %(version)s, %(opened_at)s,
            %(requester)s, %(rules)s, %(row_votes)s, %(asked_at)s, %(fired)s, %(undo_until)s, %(due_at)s,
            %(posted_to)s, %(state)s, %(graph)s, %(awaits)s, %(excused)s, %(deadline)s, %(traceparent)s)
    ON CONFLICT DO NOTHING
    RETURNING id, thread_id, version
), noticed AS (
    INSERT INTO countersign.home_changes (team, keys)
    SELECT split_part(thread_id, '/', 1), %(awaits)s::text[] || %(concerned)s::text[] FROM opened
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
SELECT id, thread_id, version, %(event)s, %(actor_id)s, %(actor_name)s, %(detail)s::json, %(at)s, %(hash)s FROM opened
RETURNING id;

-- change_approval --
-- Compare-and-set on the version, with a ledger row. Returns no row when somebody else changed it first. A card
-- that shows the decision needs no update once the graph took it, so its rendered version moves along. Messages
-- about the approval that show another phase are outdated by it, and the Home tabs of people whom it waits for or
-- waited for are to be marked stale.
WITH before AS (
    SELECT awaits FROM countersign.approvals WHERE id = %(id)s
), changed AS (
    UPDATE countersign.approvals
    SET status = %(status)s, votes = %(votes)s, row_votes = %(row_votes)s, answer = %(answer)s, closes_as = %(closes_as)s,
        status_reason = %(status_reason)s, version = %(version)s, asked_at = %(asked_at)s, fired = %(fired)s,
        undo_until = %(undo_until)s, due_at = %(due_at)s, state = %(state)s, claim = %(claim)s,
        referrals = %(referrals)s, awaits = %(awaits)s, excused = %(excused)s, deadline = %(deadline)s,
        rendered_version = CASE WHEN %(status)s IN ('resumed', 'expired', 'cancelled') AND rendered_version = version
                           THEN %(version)s ELSE rendered_version END,
        decided_in = CASE WHEN %(status)s = 'decided' AND status <> 'decided'
                     THEN %(traceparent)s ELSE decided_in END,
        changed_at = now()
    WHERE id = %(id)s AND version = %(expected)s
    RETURNING id, thread_id, version
), outdated AS (
    UPDATE countersign.approval_messages SET outdated_at = now()
    WHERE approval_id IN (SELECT id FROM changed) AND shows <> %(phase)s
), noticed AS (
    INSERT INTO countersign.home_changes (team, keys)
    SELECT split_part(changed.thread_id, '/', 1),
           coalesce(before.awaits, '{}') || %(awaits)s::text[] || %(concerned)s::text[]
    FROM changed, before
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
SELECT id, thread_id, version, %(event)s, %(actor_id)s, %(actor_name)s, %(detail)s::json, %(at)s, %(hash)s FROM changed
RETURNING id;

-- last_decided --
-- The decided approvals of a thread that were asked at the same checkpoint as the one that changed last.
SELECT {a.approvals} FROM countersign.approvals a
WHERE a.thread_id = %(thread_id)s AND a.status IN ('decided', 'resumed', 'expired', 'cancelled')
  AND a.checkpoint_id IS NOT DISTINCT FROM (
      SELECT l.checkpoint_id FROM countersign.approvals l
      WHERE l.thread_id = %(thread_id)s AND l.status IN ('decided', 'resumed', 'expired', 'cancelled')
      ORDER BY l.changed_at DESC, l.id LIMIT 1)
ORDER BY a.opened_at, a.id;

-- due_approvals --
-- Approvals of which a timer is due, the longest overdue first.
SELECT id FROM countersign.approvals
WHERE due_at <= %(now)s AND (%(team)s::text IS NULL OR split_part(thread_id, '/', 1) = %(team)s)
ORDER BY due_at LIMIT %(limit)s;

-- reschedule --
-- Moves an approval's timer, unless the approval changed since it was read.
UPDATE countersign.approvals SET due_at = %(due_at)s WHERE id = %(id)s AND version = %(version)s;

-- postpone_timer --
-- Tries the timer of an approval again later: it failed.
UPDATE countersign.approvals SET due_at = %(due_at)s WHERE id = %(id)s AND due_at <= %(now)s;

-- pending_approvals --
-- A workspace's pending approvals, oldest first; `channels` NULL means all channels.
SELECT {approvals} FROM countersign.approvals
WHERE status = 'pending'
  AND split_part(thread_id, '/', 1) = %(team)s
  AND (%(channels)s::text[] IS NULL OR coalesce(posted_to, split_part(thread_id, '/', 2)) = ANY(%(channels)s))
ORDER BY opened_at
LIMIT %(limit)s;

-- waiting_for --
-- A page of what waits for a person: soonest to expire first, then oldest first; each with how many there are in all.
-- The channels in which something waits for a key are found one by one, and of each no more is read than the page and
-- the counting need: how much waits in all does not matter. What has several of the keys is counted once, as long as
-- there are not more than `counted` by some way.
WITH own AS (
    SELECT key, channel FROM countersign.awaiting_channels(%(team)s, %(keys)s) WHERE channel = ANY(%(channels)s)
), first AS (
    SELECT DISTINCT w.deadline, w.opened_at, w.approval_id FROM own CROSS JOIN LATERAL (
        SELECT w.deadline, w.opened_at, w.approval_id FROM countersign.awaiting w
        WHERE w.team = %(team)s AND w.key = own.key AND w.channel = own.channel
          AND (%(user)s = ANY(w.excused)) IS NOT TRUE
        ORDER BY w.deadline, w.opened_at, w.approval_id LIMIT %(limit)s::integer + %(offset)s::integer) w
), page AS (
    SELECT approval_id FROM first ORDER BY deadline, opened_at, approval_id
    LIMIT %(limit)s::integer OFFSET %(offset)s::integer
), counted AS MATERIALIZED (  -- once, and not for each row of the page
    SELECT CASE WHEN sum(keys) > 3 * %(counted)s::integer THEN %(counted)s::integer + 1
           ELSE least(count(*), %(counted)s::integer + 1) END AS found_in_all
    FROM (SELECT found.approval_id, count(*) AS keys FROM (
          SELECT w.approval_id FROM own CROSS JOIN LATERAL (
              SELECT w.approval_id FROM countersign.awaiting w
              WHERE w.team = %(team)s AND w.key = own.key AND w.channel = own.channel
                AND (%(user)s = ANY(w.excused)) IS NOT TRUE
              ORDER BY w.deadline, w.opened_at, w.approval_id LIMIT 3 * %(counted)s::integer + 1) w
          LIMIT 3 * %(counted)s::integer + 1) found
          GROUP BY found.approval_id) one
)
SELECT {a.approvals}, counted.found_in_all
FROM page JOIN countersign.approvals a ON a.id = page.approval_id CROSS JOIN counted
ORDER BY a.deadline NULLS LAST, a.opened_at, a.id;

-- waiting_elsewhere --
-- Channels that a person is not in, with cards that wait for them by name or by group, found one by one.
SELECT DISTINCT channel FROM countersign.awaiting_channels(%(team)s, %(keys)s)
WHERE channel <> ALL(%(channels)s) LIMIT %(limit)s;

-- asked_by --
-- What somebody asked for and nobody has decided, oldest first; each with how many there are in all, counted as far as
-- one more than `counted`.
SELECT {a.approvals}, (SELECT count(*) FROM (
                 SELECT 1 FROM countersign.approvals c
                 WHERE c.requester = %(user)s AND c.status = 'pending' AND split_part(c.thread_id, '/', 1) = %(team)s
                 LIMIT %(counted)s::integer + 1) counted) AS found_in_all
FROM countersign.approvals a
WHERE a.requester = %(user)s AND a.status = 'pending' AND split_part(a.thread_id, '/', 1) = %(team)s
ORDER BY a.opened_at, a.id
LIMIT %(limit)s;

-- decided_lately --
-- What somebody asked for or voted on, and what is decided or closed by now, the latest first.
SELECT {a.approvals} FROM countersign.approvals a
WHERE a.id IN (
    (SELECT l.approval_id FROM countersign.ledger l
     WHERE l.actor_id = %(user)s AND l.event IN ('decided', 'voted', 'cancelled', 'undone')
     ORDER BY l.id DESC LIMIT 500)
    UNION
    (SELECT o.id FROM countersign.approvals o
     WHERE o.requester = %(user)s AND o.status <> 'pending' ORDER BY o.changed_at DESC LIMIT 500))
  AND a.status <> 'pending' AND split_part(a.thread_id, '/', 1) = %(team)s
ORDER BY a.changed_at DESC, a.id
LIMIT %(limit)s OFFSET %(offset)s;

-- awaiting_unknown --
-- Pending approvals without inbox keys: an earlier version of the bot opened them.
SELECT {approvals} FROM countersign.approvals WHERE status = 'pending' AND awaits IS NULL ORDER BY opened_at LIMIT %(limit)s;

-- set_awaited --
-- Sets the inbox keys of such an approval, unless it changed since it was read.
UPDATE countersign.approvals SET awaits = %(awaits)s, excused = %(excused)s, deadline = %(deadline)s
WHERE id = %(id)s AND version = %(version)s AND awaits IS NULL;

-- open_home --
-- Marks a Home tab that somebody opened as due at once, on this page.
INSERT INTO countersign.homes (team, user_id, page, stale_at) VALUES (%(team)s, %(user)s, %(page)s, now())
ON CONFLICT (team, user_id) DO UPDATE
SET opened_at = now(), stale_at = now(), due_at = now(), page = excluded.page, shown = NULL;

-- touch_home --
-- Marks a Home tab as due at once after its owner changed something that it shows, if it was ever opened.
UPDATE countersign.homes SET opened_at = now(), stale_at = coalesce(stale_at, now()), due_at = now()
WHERE team = %(team)s AND user_id = %(user)s;

-- claim_home --
-- Leases one Home tab that is stale. What changes from now on makes it stale again.
UPDATE countersign.homes SET claimed_until = now() + %(claim)s * interval '1 second', stale_at = NULL
WHERE team = %(team)s AND user_id = %(user)s AND stale_at IS NOT NULL
  AND (claimed_until IS NULL OR claimed_until < now())
RETURNING user_id, page, shown;

-- claim_due_homes --
-- Leases Home tabs that are stale, or whose publisher crashed, the longest stale first; only those that may still be
-- looked at.
UPDATE countersign.homes h SET claimed_until = now() + %(claim)s * interval '1 second', stale_at = NULL
FROM (
    SELECT team, user_id FROM countersign.homes
    WHERE team = %(team)s AND (stale_at IS NOT NULL OR claimed_until < now())
      AND (claimed_until IS NULL OR claimed_until < now())
      AND due_at <= now() AND opened_at > now() - interval '12 hours'
    ORDER BY stale_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
) due
WHERE h.team = due.team AND h.user_id = due.user_id
RETURNING h.user_id, h.page, h.shown;

-- set_home_keys --
-- Sets the keys of the approvals that concern this person, before their inbox is read, so that no change is missed.
UPDATE countersign.homes SET keys = %(keys)s WHERE team = %(team)s AND user_id = %(user)s;

-- home_published --
-- Releases the lease. A tab that was opened long ago follows more slowly. Another page may have been asked for
-- meanwhile.
UPDATE countersign.homes
SET claimed_until = NULL, shown = %(shown)s, page = CASE WHEN page = %(read)s THEN %(page)s ELSE page END,
    due_at = now() + CASE WHEN opened_at > now() - interval '1 hour' THEN %(seconds)s ELSE 30 END * interval '1 second'
WHERE team = %(team)s AND user_id = %(user)s;

-- home_failed --
-- Releases the lease; it is retried after this many seconds.
UPDATE countersign.homes
SET claimed_until = NULL, stale_at = coalesce(stale_at, now()), due_at = now() + %(seconds)s * interval '1 second'
WHERE team = %(team)s AND user_id = %(user)s;

-- mark_stale_homes --
-- Consumes changes of approvals: the Home tabs of people whom they concern are stale. In one order, so that two
-- processes do not wait for each other in a circle.
WITH taken AS (
    DELETE FROM countersign.home_changes WHERE id IN (
        SELECT id FROM countersign.home_changes ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING team, keys
), touched AS (
    SELECT team, array_agg(DISTINCT key) AS keys FROM taken, unnest(keys) AS key GROUP BY team
), stale AS (
    SELECT h.team, h.user_id FROM countersign.homes h JOIN touched t ON t.team = h.team
    WHERE h.keys && t.keys AND h.stale_at IS NULL AND h.opened_at > now() - interval '12 hours'
    ORDER BY h.team, h.user_id FOR UPDATE OF h
)
UPDATE countersign.homes h SET stale_at = now() FROM stale s WHERE h.team = s.team AND h.user_id = s.user_id;

-- delete_expired_homes --
-- Home tabs that nobody has opened for a long time; opening one publishes it again.
DELETE FROM countersign.homes WHERE opened_at < now() - interval '30 days';

-- quiet_hours --
-- A person's quiet hours.
SELECT begins, ends, zone FROM countersign.quiet_hours WHERE team = %(team)s AND user_id = %(user)s;

-- set_quiet_hours --
-- Stores a person's quiet hours.
INSERT INTO countersign.quiet_hours (team, user_id, begins, ends, zone)
VALUES (%(team)s, %(user)s, %(begins)s, %(ends)s, %(zone)s)
ON CONFLICT (team, user_id) DO UPDATE SET begins = excluded.begins, ends = excluded.ends, zone = excluded.zone;

-- delete_quiet_hours --
-- Deletes a person's quiet hours.
DELETE FROM countersign.quiet_hours WHERE team = %(team)s AND user_id = %(user)s;

-- hold --
-- Keeps a direct message until its reader's quiet hours are over. Nothing was tried, so no attempt counts.
UPDATE countersign.outbox
SET due_at = %(until)s, held_at = now(), attempts = greatest(attempts - 1, 0), error = 'quiet hours'
WHERE key = %(key)s AND posted_at IS NULL AND given_up_at IS NULL;

-- release_held --
-- Makes held messages due again, after a change of their reader's quiet hours.
UPDATE countersign.outbox SET due_at = now()
WHERE team = %(team)s AND channel = %(user)s AND held_at IS NOT NULL AND posted_at IS NULL AND given_up_at IS NULL;

-- insert_grant --
-- A grant that somebody gives with an approval.
INSERT INTO countersign.grants
    (id, approval_id, thread_id, rule_name, rule_fingerprint, condition, graph, action, scope, holder, requester,
     granted_by, granted_by_name, granted_at, expires_at, max_uses)
VALUES (%(id)s, %(approval_id)s, %(thread_id)s, %(rule_name)s, %(rule_fingerprint)s, %(condition)s, %(graph)s,
        %(action)s, %(scope)s, %(holder)s, %(requester)s, %(granted_by)s, %(granted_by_name)s, %(granted_at)s,
        %(expires_at)s, %(max_uses)s)
RETURNING id;

-- use_grant --
-- Counts one use, by compare-and-set. Returns no row if it was used or revoked since it was read, is used up, or
-- has expired.
UPDATE countersign.grants SET uses = uses + 1, last_used_at = %(now)s
WHERE id = %(id)s AND uses = %(expected)s AND revoked_at IS NULL
  AND (max_uses IS NULL OR uses < max_uses) AND granted_at <= %(now)s AND %(now)s < expires_at
RETURNING id;

-- revoke_grant --
-- No row comes back if it was revoked already.
UPDATE countersign.grants SET revoked_at = %(now)s, revoked_by = %(by)s
WHERE id = %(id)s AND revoked_at IS NULL
RETURNING id;

-- active_grants --
-- Grants that act now on this action, the first to expire first.
SELECT {grants} FROM countersign.grants
WHERE holder = ANY(%(holders)s) AND action = %(action)s AND graph = %(graph)s AND revoked_at IS NULL
  AND (max_uses IS NULL OR uses < max_uses) AND granted_at <= %(now)s AND %(now)s < expires_at
ORDER BY expires_at, id;

-- active_grants_of_holder --
-- Grants that act now for one thread, whatever the action.
SELECT {grants} FROM countersign.grants
WHERE holder = %(holder)s AND revoked_at IS NULL
  AND (max_uses IS NULL OR uses < max_uses) AND granted_at <= %(now)s AND %(now)s < expires_at
ORDER BY expires_at, id;

-- graph_of_thread --
-- The graph that runs in a thread.
SELECT graph FROM countersign.threads WHERE id = %(thread_id)s;

-- grants_given_with --
-- Grants that were given with an approval and are not revoked.
SELECT {grants} FROM countersign.grants WHERE approval_id = %(approval_id)s AND revoked_at IS NULL ORDER BY id;

-- grants_of_person --
-- Grants that somebody gave, or that act for what they ask for, and that did not end before a moment; newest first.
SELECT {grants} FROM countersign.grants
WHERE (granted_by = %(user)s OR requester = %(user)s)
  AND split_part(thread_id, '/', 1) = %(team)s
  AND least(expires_at, revoked_at) > %(since)s
ORDER BY granted_at DESC, id;

-- delete_expired_grants --
-- Grants that ended long ago; what they were used for is in the ledger.
DELETE FROM countersign.grants WHERE least(expires_at, revoked_at) < now() - interval '2 days';

-- insert_outgoing --
-- One message to post; its key makes a second insert a no-op.
INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, approval_id)
VALUES (%(key)s, %(kind)s, %(team)s, %(channel)s, %(thread_ts)s, %(body)s, %(approval_id)s)
ON CONFLICT (key) DO NOTHING;

-- claim_thread --
-- Leases a thread's unposted messages, in order, unless one waits for a later moment, or is of a kind that only a
-- newer version knows. Two concurrent
-- claims wait for each other, and the second one finds each row's due_at moved: SKIP LOCKED would share the
-- thread out between them.
UPDATE countersign.outbox o
SET due_at = now() + %(claim)s * interval '1 second', attempts = attempts + 1
FROM (
    SELECT seq FROM countersign.outbox c
    WHERE channel = %(channel)s AND thread_ts = %(thread_ts)s AND posted_at IS NULL AND given_up_at IS NULL
      AND due_at <= now() AND (%(team)s::text IS NULL OR team = %(team)s)
      AND NOT EXISTS (
          SELECT 1 FROM countersign.outbox w
          WHERE w.channel = %(channel)s AND w.thread_ts = %(thread_ts)s AND w.team = c.team
            AND w.posted_at IS NULL AND w.given_up_at IS NULL
            AND (w.due_at > now() OR w.kind <> ALL(%(kinds)s)))
    ORDER BY seq FOR UPDATE
) claimed
WHERE o.seq = claimed.seq
RETURNING {o.outbox}, (SELECT row_to_json(s) FROM countersign.message_streams s WHERE s.key = o.key AND NOT s.discarded) AS stream;

-- claim_one --
-- Leases the one message that begins a thread.
UPDATE countersign.outbox
SET due_at = now() + %(claim)s * interval '1 second', attempts = attempts + 1
WHERE key = %(key)s AND posted_at IS NULL AND given_up_at IS NULL AND due_at <= now() AND kind = ANY(%(kinds)s)
RETURNING {outbox};

-- due_threads --
-- Threads (and single openings) with a message that is due and that nobody has claimed, oldest first; those that have
-- no more to post than the bot's own notes last, so that no number of them holds up a card.
SELECT channel, thread_ts, CASE WHEN thread_ts IS NULL THEN key END AS key, min(seq) AS first
FROM countersign.outbox
WHERE posted_at IS NULL AND given_up_at IS NULL AND (%(team)s::text IS NULL OR team = %(team)s)
GROUP BY 1, 2, 3
HAVING max(due_at) <= now() - interval '1 second' AND bool_and(kind = ANY(%(kinds)s))
ORDER BY bool_and(kind IN ('note', 'waiting', 'removal')), first
LIMIT %(limit)s;

-- mark_posted --
-- Records the post of one message, in which its stream ends; no row when it was recorded already.
WITH ended AS (
    DELETE FROM countersign.message_streams WHERE key = %(key)s AND NOT discarded
)
UPDATE countersign.outbox SET posted_at = now(), posted_ts = %(ts)s, error = NULL
WHERE key = %(key)s AND posted_at IS NULL
RETURNING key;

-- card_posted --
-- Records on the approval where its card is and which version it shows, and the post of its outbox row, if `key` is
-- one. The ledger gets `shown` for a version that no card at this place has shown. The approval is locked before the
-- outbox row, as where a button is pressed on a card whose post was not recorded: the other order would deadlock.
WITH before AS (
    SELECT id, card_ts, rendered_version FROM countersign.approvals WHERE id = %(approval_id)s FOR UPDATE
), posted AS (
    UPDATE countersign.approvals a
    SET card_ts = %(ts)s, rendered_version = greatest(a.rendered_version, %(rendered_version)s)
    FROM before WHERE a.id = before.id
), marked AS (
    UPDATE countersign.outbox o SET posted_at = now(), posted_ts = %(ts)s, error = NULL
    FROM (SELECT count(*) FROM before) AS locked
    WHERE o.key = %(key)s AND o.posted_at IS NULL
), ended AS (
    DELETE FROM countersign.message_streams WHERE key = %(key)s AND NOT discarded
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
SELECT id, %(thread_id)s, %(version)s::integer, %(event)s, NULL, NULL, %(detail)s::json, %(at)s::timestamptz, %(hash)s
FROM before
WHERE %(hash)s::text IS NOT NULL
  AND (rendered_version < %(rendered_version)s OR card_ts IS DISTINCT FROM %(ts)s);

-- card_seen --
-- A button was pressed on a card whose post was never recorded: the process that posted it crashed. Keeps a card_ts
-- that is there.
UPDATE countersign.approvals SET card_ts = %(ts)s WHERE id = %(approval_id)s AND card_ts IS NULL RETURNING {approvals};

-- card_row_posted --
-- The outbox row of such a card counts as posted. Pointers and direct messages about it have yet to be.
UPDATE countersign.outbox SET posted_at = now(), posted_ts = %(ts)s, error = NULL
WHERE approval_id = %(approval_id)s AND kind = 'card' AND posted_at IS NULL;

-- postpone --
-- Delays the message and, since a thread's messages keep their order, everything its thread has still to post.
UPDATE countersign.outbox
SET due_at = now() + %(seconds)s * interval '1 second', error = CASE WHEN key = %(key)s THEN %(error)s ELSE error END
WHERE posted_at IS NULL AND given_up_at IS NULL
  AND (key = %(key)s OR (team = %(team)s AND channel = %(channel)s AND thread_ts = %(thread_ts)s));

-- postpone_untried --
-- The same for a message that was not tried: the claim on it, and on what comes behind it in its thread, counts no
-- attempt, so that nobody has to look whether it was posted.
UPDATE countersign.outbox
SET due_at = now() + %(seconds)s * interval '1 second', error = CASE WHEN key = %(key)s THEN %(error)s ELSE error END,
    attempts = greatest(attempts - 1, 0)
WHERE posted_at IS NULL AND given_up_at IS NULL
  AND (key = %(key)s OR (team = %(team)s AND channel = %(channel)s AND thread_ts = %(thread_ts)s));

-- give_up --
-- Records that a message will never be posted, and why. What was streamed of it is to be removed.
WITH ended AS (
    UPDATE countersign.message_streams SET discarded = true WHERE key = %(key)s
)
UPDATE countersign.outbox SET given_up_at = now(), error = %(error)s WHERE key = %(key)s AND posted_at IS NULL;

-- message_posted --
-- Records a message about an approval that is not its card. It is outdated at once if the approval went on while it
-- was on its way. The ledger gets `shown` where an entry is given.
WITH posted AS (
    INSERT INTO countersign.approval_messages (key, approval_id, kind, channel, ts, body, shows, outdated_at)
    SELECT %(key)s, a.id, %(kind)s, %(channel)s, %(ts)s, %(body)s, %(shows)s,
           CASE WHEN (CASE a.status WHEN 'pending' THEN 'open' WHEN 'withdrawn' THEN 'withdrawn' ELSE 'decided' END)
                     <> %(shows)s THEN now() END
    FROM countersign.approvals a WHERE a.id = %(approval_id)s
    ON CONFLICT (key) DO NOTHING
    RETURNING approval_id
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
SELECT approval_id, %(thread_id)s, %(version)s::integer, %(event)s, NULL, NULL, %(detail)s::json,
       %(at)s::timestamptz, %(hash)s
FROM posted WHERE %(hash)s::text IS NOT NULL;

-- move_card_to_thread --
-- The card of a pending approval is in its thread from now on, and the pointer to it is outdated. No row if it is
-- there already.
WITH moved AS (
    UPDATE countersign.approvals SET posted_to = NULL, card_ts = NULL, rendered_version = 0
    WHERE id = %(approval_id)s AND posted_to IS NOT NULL AND status = 'pending'
    RETURNING id
), outdated AS (
    UPDATE countersign.approval_messages SET outdated_at = now()
    WHERE approval_id IN (SELECT id FROM moved) AND kind = 'pointer'
)
SELECT id FROM moved;

-- give_up_moved_card --
-- Nothing is posted any more in the channel that the card was moved from.
UPDATE countersign.outbox SET given_up_at = now(), error = 'moved to the thread'
WHERE approval_id = %(approval_id)s AND kind = 'card' AND posted_at IS NULL;

-- outdated_messages --
-- Messages about one approval that show another phase than it is at.
SELECT key, kind, channel, ts, body FROM countersign.approval_messages
WHERE approval_id = %(approval_id)s AND outdated_at IS NOT NULL
ORDER BY key;

-- approvals_with_outdated_messages --
-- Approvals of which a message has been outdated for longer than an update takes.
SELECT approval_id FROM countersign.approval_messages m
WHERE outdated_at < now() - interval '5 seconds'
  AND (%(team)s::text IS NULL OR EXISTS (
      SELECT 1 FROM countersign.approvals a
      WHERE a.id = m.approval_id AND split_part(a.thread_id, '/', 1) = %(team)s))
GROUP BY approval_id ORDER BY min(outdated_at) LIMIT %(limit)s;

-- message_updated --
-- Records which phase a message shows; it stays outdated if the approval went on meanwhile. The ledger gets `shown`
-- where an entry is given and the message showed another phase before.
WITH before AS (
    SELECT key, shows FROM countersign.approval_messages WHERE key = %(key)s FOR UPDATE
), updated AS (
    UPDATE countersign.approval_messages m
    SET shows = %(shows)s,
        outdated_at = CASE WHEN (CASE a.status WHEN 'pending' THEN 'open' WHEN 'withdrawn' THEN 'withdrawn'
                                               ELSE 'decided' END) <> %(shows)s THEN now() END
    FROM countersign.approvals a, before WHERE a.id = m.approval_id AND m.key = before.key
    RETURNING a.id AS approval_id, before.shows AS showed
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
SELECT approval_id, %(thread_id)s, %(version)s::integer, %(event)s, NULL, NULL, %(detail)s::json,
       %(at)s::timestamptz, %(hash)s
FROM updated WHERE %(hash)s::text IS NOT NULL AND showed <> %(shows)s;

-- stale_cards --
-- Approvals whose card shows an older version, for longer than an update takes.
SELECT id FROM countersign.approvals
WHERE card_ts IS NOT NULL AND rendered_version < version AND changed_at < now() - interval '5 seconds'
  AND (%(team)s::text IS NULL OR split_part(thread_id, '/', 1) = %(team)s)
ORDER BY changed_at
LIMIT %(limit)s;

-- card_rendered --
-- Records which version the card shows and returns the approval's current one. The ledger gets `shown` for a
-- version that the card has not shown, where an entry is given.
WITH before AS (
    SELECT id, version, rendered_version FROM countersign.approvals WHERE id = %(approval_id)s FOR UPDATE
), rendered AS (
    UPDATE countersign.approvals a SET rendered_version = greatest(a.rendered_version, %(version)s)
    FROM before WHERE a.id = before.id
), shown AS (
    INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
    SELECT id, %(thread_id)s, %(version)s, %(event)s, NULL, NULL, %(detail)s::json, %(at)s::timestamptz, %(hash)s
    FROM before WHERE %(hash)s::text IS NOT NULL AND rendered_version < %(version)s
)
SELECT version FROM before;

-- threads_without_job --
-- Threads with something to do and no queue job that would do it, except those that wait for a slot.
SELECT waiting.thread_id AS id FROM (
    SELECT thread_id FROM countersign.inbox
    WHERE done_at IS NULL AND held_at IS NULL AND received_at < now() - interval '10 seconds'
    UNION
    SELECT a.thread_id FROM countersign.approvals a JOIN countersign.threads t ON t.id = a.thread_id
    WHERE a.status = 'decided' AND a.undo_until IS NULL AND t.halted IS NULL AND a.changed_at < now() - interval '10 seconds'
) waiting
WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs j
                  WHERE j.lock = waiting.thread_id AND j.status IN ('todo', 'doing'))
  AND NOT EXISTS (SELECT 1 FROM countersign.run_slots s
                  WHERE s.thread_id = waiting.thread_id AND s.started_at IS NULL)
  AND (%(teams)s::text[] IS NULL OR split_part(waiting.thread_id, '/', 1) = ANY(%(teams)s))
LIMIT %(limit)s;

-- take_slot --
-- Gives the thread a slot for its next step, or lets it wait for one.
SELECT * FROM countersign.take_slot(
    %(thread_id)s, %(starts)s, %(decisions)s, %(per_person)s, %(per_channel)s, %(per_workspace)s);

-- post_waiting_notes --
-- Writes a note for every thread that has waited for a moment and has none.
SELECT countersign.tell_waiting();

-- leave_slot --
-- Frees the slot of a step that is over, and returns the waiting threads that got one.
SELECT countersign.leave_slot(
    %(thread_id)s, %(fence)s, %(starts)s, %(decisions)s, %(per_person)s, %(per_channel)s, %(per_workspace)s) AS admitted;

-- repair_slots --
-- Frees slots that a crash left behind, and returns the waiting threads that got one.
SELECT countersign.repair_slots(%(starts)s, %(decisions)s, %(per_person)s, %(per_channel)s, %(per_workspace)s) AS admitted;

-- retract_note --
-- Gives up a note that was not posted yet; one that may have been posted is removed from Slack.
WITH unposted AS (
    UPDATE countersign.outbox SET given_up_at = now()
    WHERE key = %(key)s AND posted_at IS NULL AND attempts = 0
    RETURNING key
)
INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body)
SELECT key || ':removal', 'removal', team, channel, thread_ts, json_build_object('key', key)
FROM countersign.outbox WHERE key = %(key)s AND key NOT IN (SELECT key FROM unposted) AND given_up_at IS NULL
ON CONFLICT (key) DO NOTHING;

-- begin_effect --
-- Inserts an idempotency key; no row when it is there already.
INSERT INTO countersign.effects (key) VALUES (%(key)s) ON CONFLICT (key) DO NOTHING RETURNING key;

-- effect_result --
-- Whether an effect was finished, and its result.
SELECT key, done_at, result FROM countersign.effects WHERE key = %(key)s;

-- finish_effect --
-- Stores the result of an effect.
UPDATE countersign.effects SET done_at = now(), result = %(result)s WHERE key = %(key)s;

-- delete_failed_effect --
-- Deletes the key of an effect that is known not to have happened, so that it may be tried again.
DELETE FROM countersign.effects WHERE key = %(key)s AND done_at IS NULL;

-- limit_statement_time --
-- For the rest of the transaction. PostgreSQL then ends a statement itself, even if the client is gone.
SELECT set_config('statement_timeout', %(milliseconds)s, true);

-- gauges --
-- The gauges of GET /metrics. A job that waits for its own thread is not counted: no further worker would help it.
WITH pending AS (
    SELECT graph, rule, sum(count) AS count
    FROM (SELECT graph, rule, count FROM countersign.pending_counts
          UNION ALL SELECT graph, rule, change FROM countersign.pending_changes) AS counted
    GROUP BY graph, rule HAVING sum(count) > 0
), undelivered AS (
    SELECT count(*) AS count, min(changed_at) AS oldest
    FROM countersign.approvals JOIN countersign.threads ON threads.id = thread_id
    WHERE status = 'decided' AND undo_until IS NULL AND halted IS NULL
), unposted AS (
    SELECT count(*) AS count, min(created_at) AS oldest
    FROM countersign.outbox WHERE posted_at IS NULL AND given_up_at IS NULL
), due AS (
    SELECT id, scheduled_at FROM procrastinate_jobs waiting
    WHERE status = 'todo' AND lock IS NOT NULL AND (scheduled_at IS NULL OR scheduled_at <= now())
      AND NOT EXISTS (SELECT FROM procrastinate_jobs running
                      WHERE running.status = 'doing' AND running.lock = waiting.lock)
), first_due AS (
    SELECT max(greatest(events.at, first.scheduled_at)) AS since
    FROM (SELECT id, scheduled_at FROM due ORDER BY id LIMIT 1) AS first
    LEFT JOIN procrastinate_events events ON events.job_id = first.id AND events.type = 'deferred'
), slots AS (
    SELECT count(*) AS count, min(queued_at) AS oldest FROM countersign.run_slots WHERE started_at IS NULL
)
SELECT (SELECT json_agg(json_build_object('graph', graph, 'rule', rule, 'count', count) ORDER BY count DESC)
        FROM pending) AS pending,
       extract(epoch FROM now() - (SELECT min(opened_at) FROM countersign.approvals
                                   WHERE status = 'pending'))::float8 AS oldest_pending,
       undelivered.count AS undelivered,
       extract(epoch FROM now() - undelivered.oldest)::float8 AS oldest_undelivered,
       unposted.count AS unposted,
       extract(epoch FROM now() - unposted.oldest)::float8 AS oldest_unposted,
       (SELECT count(*) FROM countersign.glass_breaks WHERE reviewed_at IS NULL) AS unreviewed,
       (SELECT count(*) FROM countersign.threads WHERE halted IS NOT NULL) AS halted,
       (SELECT count(*) FROM due) + slots.count AS queue_waiting,
       (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing' AND lock IS NOT NULL) AS queue_running,
       extract(epoch FROM now() - least(first_due.since, slots.oldest))::float8 AS queue_lag,
       (SELECT count(*) FROM (SELECT id FROM countersign.installations WHERE id IS DISTINCT FROM enterprise_id
                              UNION SELECT team FROM countersign.organisation_workspaces) AS served) AS installed_workspaces,
       (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '6 seconds') AS workers
FROM undelivered, unposted, first_due, slots;

-- merge_pending_changes --
-- Adds the changes of how many approvals wait to their counts. Two at once take different changes.
WITH merged AS (DELETE FROM countersign.pending_changes RETURNING graph, rule, change),
sums AS (SELECT graph, rule, sum(change) AS change FROM merged GROUP BY graph, rule)
INSERT INTO countersign.pending_counts AS counted (graph, rule, count)
SELECT graph, rule, change FROM sums WHERE change <> 0 ORDER BY graph, rule
ON CONFLICT (graph, rule) DO UPDATE SET count = counted.count + excluded.count;

-- delete_expired_inbox --
-- Slack retries an event for 24 hours at most, so its key is kept a little longer than that.
DELETE FROM countersign.inbox
WHERE done_at IS NOT NULL AND parked_at IS NULL AND received_at < now() - interval '26 hours';

-- delete_expired_early_replies --
-- A mention that arrives later than this has its thread read from Slack anyway.
DELETE FROM countersign.early_replies WHERE told_at < now() - interval '10 minutes';

-- delete_expired_outbox --
-- Messages that were posted or given up, once no retry can come.
DELETE FROM countersign.outbox
WHERE (posted_at IS NOT NULL OR given_up_at IS NOT NULL)
  AND coalesce(posted_at, given_up_at) < now() - interval '26 hours';

-- delete_expired_run_errors --
-- Reports of errors that their graph's author has had time to read.
DELETE FROM countersign.run_errors WHERE at < now() - interval '7 days';

-- delete_expired_effects --
-- Effects that no run can ask for any more.
DELETE FROM countersign.effects WHERE started_at < now() - %(seconds)s * interval '1 second';

-- halted_threads --
-- Threads whose last step failed or was parked.
SELECT id, graph, halted, touched_at FROM countersign.threads WHERE halted IS NOT NULL ORDER BY touched_at;

-- waiting_questions --
-- Every approval whose answer the graph has not taken, oldest first, with the name of its graph. All columns, because
-- it is read before the database is migrated, too.
SELECT approvals.*, threads.graph AS graph_name
FROM countersign.approvals JOIN countersign.threads ON threads.id = approvals.thread_id
WHERE approvals.status IN ('pending', 'decided')
ORDER BY approvals.opened_at;

-- past_approvals --
-- Every approval that was opened since a moment, oldest first, with the name of its graph.
SELECT approvals.id, thread_id, threads.graph AS graph_name, value, schema, answer_shape, approvals.requester, rules,
       opened_at
FROM countersign.approvals JOIN countersign.threads ON threads.id = approvals.thread_id
WHERE opened_at >= %(since)s
ORDER BY opened_at, approvals.id;

-- thread_approvals --
-- All approvals of one thread, for its inspector.
SELECT id, interrupt_id, digest, node, status, value, schema, answer_shape, votes, answer, status_reason, version, rendered_version, card_ts, opened_at, changed_at
FROM countersign.approvals WHERE thread_id = %(thread_id)s ORDER BY opened_at, id;

-- thread_ledger --
-- The ledger of one thread, for its inspector.
SELECT at, approval_id, version, event, actor_id, actor_name, detail
FROM countersign.ledger WHERE thread_id = %(thread_id)s ORDER BY id;

-- insert_run_error --
-- What a run raised, for the graph's author.
INSERT INTO countersign.run_errors
    (error_id, thread_id, graph, type, message, file, line, function, code, traceback)
VALUES (%(error_id)s, %(thread_id)s, %(graph)s, %(type)s, %(message)s, %(file)s, %(line)s, %(function)s,
    %(code)s, %(traceback)s)
ON CONFLICT (error_id) DO NOTHING;

-- run_errors --
-- What runs in one thread raised, the latest first, for its inspector.
SELECT error_id, at, graph, type, message, file, line, function, code, traceback
FROM countersign.run_errors WHERE thread_id = %(thread_id)s ORDER BY at DESC LIMIT 20;

-- thread_row --
-- One thread's row, for its inspector.
SELECT graph, halted, attempts, created_at, touched_at FROM countersign.threads WHERE id = %(thread_id)s;

-- health --
-- The cheapest statement that proves that the server answers.
SELECT 1;

-- try_thread_lock --
-- Takes the session lock of a thread, or returns false at once.
SELECT pg_try_advisory_lock(hashtextextended(%(thread_id)s, 0)) AS held;

-- release_thread_locks --
-- Releases every session lock of this connection.
SELECT pg_advisory_unlock_all();

-- configure_session --
-- TCP keepalives of the server's end, so that it notices a lost client. A statement and not an option of the
-- connection, because some connection poolers refuse those. And plans that serve any parameters from the first
-- execution on: PostgreSQL would plan each statement again for its first five executions in each session, which took a third of
-- its processor time, and no statement of ours has a better plan for one value than for another.
SELECT set_config('tcp_keepalives_idle', '10', false), set_config('tcp_keepalives_interval', '5', false),
       set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '20000', false),
       set_config('plan_cache_mode', 'force_generic_plan', false);

-- session --
-- The process of the server that runs this connection's statements.
SELECT pg_backend_pid() AS pid;

-- begin_transaction --
-- Sent with the statements that follow; psycopg's own transaction() waits for the server at both ends.
BEGIN;

-- commit_transaction --
-- Skipped by the server after an error; the pool rolls back then.
COMMIT;

-- append_ledger_entry --
-- Appends an event that does not change its approval: a refusal, a shown card.
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail, at, hash)
VALUES (%(approval_id)s, %(thread_id)s, %(version)s, %(event)s, %(actor_id)s, %(actor_name)s, %(detail)s::json,
        %(at)s, %(hash)s);

-- try_sealing --
-- Lets one process seal at a time; the lock ends with the transaction. With it: the oldest transaction that runs,
-- the number of the next one, and the newest entry.
SELECT pg_try_advisory_xact_lock(%(key)s) AS held,
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
       pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next,
       (SELECT coalesce(max(id), 0) FROM countersign.ledger) AS last_id;

-- chain_head --
-- The last position and its link; no row while nothing is sealed.
SELECT position, link, entry_id FROM countersign.ledger_chain ORDER BY position DESC LIMIT 1;

-- links_at --
-- The links at some positions.
SELECT position, link FROM countersign.ledger_chain WHERE position = ANY(%(positions)s);

-- entries_to_seal --
-- Committed entries without a position, by id. An entry counts as committed once no transaction that is as old
-- as its own is running, so that none can appear before it later; in a database that was restored from a dump,
-- whose transaction numbers are another server's, after an hour.
-- That `after` is said of the chain, too, keeps a merge join from reading it from its beginning.
SELECT l.id, l.hash FROM countersign.ledger l
WHERE l.id > %(after)s
  AND l.hash IS NOT NULL
  AND (l.appended_by < pg_snapshot_xmin(pg_current_snapshot()) OR l.at < now() - interval '1 hour')
  AND NOT EXISTS (SELECT 1 FROM countersign.ledger_chain c WHERE c.entry_id = l.id AND c.entry_id > %(after)s)
ORDER BY l.id
LIMIT %(limit)s;

-- first_unsealed_entry --
-- The first entry without a position that is to get one.
SELECT l.id FROM countersign.ledger l
WHERE l.id > %(after)s
  AND l.hash IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM countersign.ledger_chain c WHERE c.entry_id = l.id AND c.entry_id > %(after)s)
ORDER BY l.id
LIMIT 1;

-- settled_to --
-- The id up to which all entries are sealed and none can appear any more, as a sealer kept it; 0 before it did.
SELECT coalesce((SELECT settled_to FROM countersign.ledger_sealing), 0) AS settled_to;

-- keep_settled --
-- Keeps it for processes that start: they look at what is behind it.
INSERT INTO countersign.ledger_sealing AS kept (settled_to) VALUES (%(settled_to)s)
ON CONFLICT (one) DO UPDATE SET settled_to = greatest(kept.settled_to, excluded.settled_to);

-- seal_entries --
-- Gives entries their positions and links.
INSERT INTO countersign.ledger_chain (position, entry_id, link)
SELECT * FROM unnest(%(positions)s::bigint[], %(entry_ids)s::bigint[], %(links)s::text[]);

-- workspace_heads --
-- The head of each workspace's chain, and the ledger's position of its entry.
SELECT team, position, link, sealed_position FROM countersign.ledger_workspaces;

-- sealed_after --
-- The ledger's sealed entries after a position, with the workspace that each is of.
SELECT c.position, split_part(l.thread_id, '/', 1) AS team, l.hash
FROM (SELECT position, entry_id FROM countersign.ledger_chain
      WHERE position > %(position)s ORDER BY position LIMIT %(limit)s) c
LEFT JOIN LATERAL (SELECT thread_id, hash FROM countersign.ledger WHERE id = c.entry_id LIMIT 1) l ON true
ORDER BY c.position;

-- save_workspace_heads --
-- Moves the heads of workspaces' chains forward.
INSERT INTO countersign.ledger_workspaces (team, position, link, sealed_position)
SELECT team, position, link, sealed
FROM unnest(%(teams)s::text[], %(positions)s::bigint[], %(links)s::text[], %(sealed)s::bigint[])
     AS given (team, position, link, sealed)
ON CONFLICT (team) DO UPDATE
SET position = excluded.position, link = excluded.link, sealed_position = excluded.sealed_position;

-- sealed_entries --
-- The whole chain in order, with what is left of each entry.
SELECT c.position, c.link, c.entry_id, l.id, l.approval_id::text, l.thread_id, l.version, l.event, l.actor_id,
       l.actor_name, coalesce(l.detail::text, 'null') AS detail, l.at, l.hash, l.erased
FROM countersign.ledger_chain c
LEFT JOIN countersign.ledger l ON l.id = c.entry_id
ORDER BY c.position;

-- unsealed_entries --
-- What has no position yet, by id.
SELECT NULL::bigint AS position, NULL::text AS link, l.id AS entry_id, l.id, l.approval_id::text, l.thread_id,
       l.version, l.event, l.actor_id, l.actor_name, coalesce(l.detail::text, 'null') AS detail, l.at, l.hash, l.erased
FROM countersign.ledger l
WHERE NOT EXISTS (SELECT 1 FROM countersign.ledger_chain c WHERE c.entry_id = l.id)
ORDER BY l.id;

-- exported_entries --
-- Entries since a moment, in the order of the chain, unsealed ones last; of one approval if it is given.
SELECT c.position, c.link, l.id AS entry_id, l.id, l.approval_id::text, l.thread_id, l.version, l.event,
       l.actor_id, l.actor_name, coalesce(l.detail::text, 'null') AS detail, l.at, l.hash, l.erased
FROM countersign.ledger l
LEFT JOIN countersign.ledger_chain c ON c.entry_id = l.id
WHERE (%(since)s::timestamptz IS NULL OR l.at >= %(since)s)
  AND (%(approval_id)s::uuid IS NULL OR l.approval_id = %(approval_id)s)
ORDER BY c.position NULLS LAST, l.id;

-- workspace_entries --
-- All entries of one workspace, in the order of the ledger's chain, unsealed ones last.
SELECT c.position, c.link, l.id AS entry_id, l.id, l.approval_id::text, l.thread_id, l.version, l.event,
       l.actor_id, l.actor_name, coalesce(l.detail::text, 'null') AS detail, l.at, l.hash, l.erased
FROM countersign.ledger l
LEFT JOIN countersign.ledger_chain c ON c.entry_id = l.id
WHERE split_part(l.thread_id, '/', 1) = %(team)s
ORDER BY c.position NULLS LAST, l.id;

-- approvals_without_entry --
-- Approvals whose latest change has no entry in the ledger: it was taken out before it was sealed. What was only
-- observed of a version does not stand for the change that led to it.
SELECT a.id::text, a.version FROM countersign.approvals a
WHERE NOT EXISTS (
    SELECT 1 FROM countersign.ledger l
    WHERE l.approval_id = a.id AND l.version = a.version AND l.event <> ALL (%(observations)s))
ORDER BY a.id
LIMIT 1;

-- idle_threads --
-- A page of the threads that were untouched for so long, the oldest first, each with whether it is idle: nothing waits
-- and nothing is to be done in it. Those that wait are on the page too, so that the next one begins behind them.
WITH page AS MATERIALIZED (
    SELECT id, touched_at FROM countersign.threads
    WHERE touched_at < now() - %(seconds)s * interval '1 second'
      AND (touched_at, id) > (%(after_touched)s::timestamptz, %(after_id)s::text)
    ORDER BY touched_at, id
    LIMIT %(limit)s
)
SELECT page.id, page.touched_at,
       (SELECT true FROM countersign.idle_threads t WHERE t.id = page.id LIMIT 1) IS NOT NULL AS is_idle
FROM page ORDER BY page.touched_at, page.id;

-- threads_to_compact --
-- A page of the threads untouched for so long whose older checkpoints were not deleted since, likewise.
WITH page AS MATERIALIZED (
    SELECT id, touched_at FROM countersign.threads
    WHERE touched_at < now() - %(seconds)s * interval '1 second'
      AND (compacted_at IS NULL OR compacted_at < touched_at)
      AND (touched_at, id) > (%(after_touched)s::timestamptz, %(after_id)s::text)
    ORDER BY touched_at, id
    LIMIT %(limit)s
)
SELECT page.id, page.touched_at,
       (SELECT true FROM countersign.idle_threads t WHERE t.id = page.id LIMIT 1) IS NOT NULL AS is_idle
FROM page ORDER BY page.touched_at, page.id;

-- lock_thread_row --
-- Locks the thread's row: until the transaction ends, no message or approval of it is committed, since their
-- foreign keys need a share lock on it. Statements after this one see all that was committed before.
SELECT 1 FROM countersign.threads WHERE id = %(thread_id)s FOR UPDATE;

-- mark_compacted --
-- Records that a thread's older checkpoints were deleted.
UPDATE countersign.threads SET compacted_at = now() WHERE id = %(thread_id)s;

-- is_idle --
-- Whether a thread has been untouched for so long, with nothing pending.
SELECT 1 FROM countersign.idle_threads
WHERE id = %(thread_id)s AND touched_at < now() - %(seconds)s * interval '1 second';

-- delete_idle_thread --
-- Deletes all rows of a thread except its ledger; no row comes back, and nothing is deleted, if the thread is not
-- idle any more.
WITH idle AS (
    SELECT id FROM countersign.idle_threads
    WHERE id = %(thread_id)s AND touched_at < now() - %(seconds)s * interval '1 second'
), deleted_messages AS (
    DELETE FROM countersign.inbox WHERE thread_id IN (SELECT id FROM idle)
), deleted_grants AS (
    DELETE FROM countersign.grants WHERE scope = 'thread' AND holder IN (SELECT id FROM idle)
), deleted_posts AS (
    DELETE FROM countersign.outbox WHERE approval_id IN (
        SELECT a.id FROM countersign.approvals a JOIN idle ON a.thread_id = idle.id)
), deleted_approvals AS (
    DELETE FROM countersign.approvals WHERE thread_id IN (SELECT id FROM idle)
)
DELETE FROM countersign.threads WHERE id IN (SELECT id FROM idle) RETURNING id;

-- graph_posted_between --
-- Whether the graph said something in the thread between two messages; the bot's own notes do not count.
SELECT EXISTS (
    SELECT 1 FROM countersign.outbox
    WHERE team = %(team)s AND channel = %(channel)s AND thread_ts = %(thread_ts)s
      AND kind <> 'note' AND kind NOT IN ('waiting', 'removal')
      AND posted_at IS NOT NULL
      AND posted_ts::numeric > %(after)s::numeric AND posted_ts::numeric < %(before)s::numeric) AS found;

-- graph_said_before --
-- What the graph said in the thread before a card and after the last message of a person before it.
SELECT key, body FROM countersign.outbox
WHERE team = %(team)s AND channel = %(channel)s AND thread_ts = %(thread_ts)s AND kind <> 'note' AND kind <> 'card'
  AND posted_at IS NOT NULL AND posted_ts::numeric < %(card)s::numeric
  AND posted_ts::numeric > coalesce(
      (SELECT max(ts::numeric) FROM countersign.inbox
       WHERE thread_id = %(thread_id)s AND kind = 'message' AND ts::numeric < %(card)s::numeric), 0)
ORDER BY seq;

-- inbound_by_key --
-- The inbound message with this key.
SELECT {inbox} FROM countersign.inbox
WHERE key = %(key)s AND (%(team)s::text IS NULL OR split_part(thread_id, '/', 1) = %(team)s);

-- was_deleted --
-- Whether a message was deleted. Slack may deliver a deletion before the message itself, and without the thread that
-- it was in.
SELECT 1 FROM countersign.deleted_messages WHERE channel = %(channel)s AND ts = %(ts)s;

-- revisions --
-- The edits and deletions of the messages of a thread, oldest first.
SELECT {inbox} FROM countersign.inbox WHERE thread_id = %(thread_id)s AND kind = 'revision' ORDER BY seq;

-- votes_of_thread --
-- What was decided in a thread, one vote at a time: a reply that decided has its message's key in its entry.
SELECT approval_id, version, event, detail FROM countersign.ledger
WHERE thread_id = %(thread_id)s AND event IN ('decided', 'voted');

-- outgoing_exists --
-- Whether the outbox has a row with this key.
SELECT 1 FROM countersign.outbox WHERE key = %(key)s;

-- vector_tables_exist --
-- Whether the index of LangGraph's store was ever made here.
SELECT to_regclass('vector_migrations') IS NOT NULL AS there;

-- graphs_store_exists --
-- Whether LangGraph's store was ever set up here.
SELECT to_regclass('store') IS NOT NULL AS there;

-- graphs_store_has_items --
-- Whether graphs remember anything in LangGraph's store.
SELECT EXISTS (SELECT FROM store) AS there;

-- vector_version --
-- The last of LangGraph's migrations of the index that was applied.
SELECT max(v) AS version FROM vector_migrations;

-- current_schema --
-- The schema in which the tables of the queue and of LangGraph are.
SELECT current_schema() AS name;

-- own_tables --
-- Our tables, views and sequences, those of the queue and of LangGraph: the default schema may have others as well.
SELECT c.oid::regclass::text AS name, c.relkind::text AS kind
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'S') AND (n.nspname = 'countersign' OR (
    n.nspname = current_schema() AND (
        c.relname LIKE 'procrastinate%%' OR c.relname LIKE 'checkpoint%%' OR c.relname LIKE 'store%%'
        OR c.relname IN ('countersign_migrations', 'vector_migrations'))));

-- vector_dimensions --
-- How long the vectors of LangGraph's store are; pgvector keeps it as the column's type modifier.
SELECT atttypmod AS dimensions FROM pg_attribute
WHERE attrelid = to_regclass('store_vectors') AND attname = 'embedding';

-- start_text --
-- The text that a start form's message keeps, to prefill the form with.
SELECT key, body FROM countersign.outbox
WHERE channel = %(channel)s AND thread_ts = %(thread_ts)s AND posted_ts = %(ts)s AND kind = 'start_form'
  AND (%(team)s::text IS NULL OR team = %(team)s)
  AND kind <> 'note' AND posted_at IS NOT NULL;

-- note_deleted_message --
-- Remembers a deleted message before its card, or the reply that it was, is looked for.
INSERT INTO countersign.deleted_messages (channel, ts) VALUES (%(channel)s, %(ts)s) ON CONFLICT DO NOTHING;

-- delete_expired_deletions --
-- Slack delivers a message for 24 hours at most, and its deletion may come before it.
DELETE FROM countersign.deleted_messages WHERE deleted_at < now() - interval '26 hours';

-- message_was_deleted --
-- Whether Slack delivered the deletion of a message, perhaps before its post was recorded.
SELECT 1 FROM countersign.deleted_messages WHERE channel = %(channel)s AND ts = %(ts)s;

-- take_card_away --
-- The message of a pending approval's card is gone. No row comes back for any other message. A card that was in
-- another channel is in its thread from now on.
UPDATE countersign.approvals SET card_ts = NULL, card_losses = card_losses + 1, posted_to = NULL
WHERE card_ts = %(ts)s AND status = 'pending'
  AND CASE WHEN posted_to IS NULL THEN thread_id LIKE %(place)s ELSE posted_to = %(channel)s END
  AND split_part(thread_id, '/', 1) = %(team)s
RETURNING id, thread_id, version, card_losses;

-- add_channel_id --
-- Stores that a channel got a new id. Idempotent: the first report counts.
INSERT INTO countersign.channel_ids (team, old_id, new_id, changed_ts)
VALUES (%(team)s, %(old)s, %(new)s, %(ts)s)
ON CONFLICT (team, old_id) DO NOTHING;

-- channel_ids --
-- All channels of a workspace that got another id.
SELECT old_id, new_id, changed_ts FROM countersign.channel_ids WHERE team = %(team)s;

-- active_delegations --
-- The delegations of a workspace that last at a moment, the oldest first.
SELECT {delegations} FROM countersign.delegations
WHERE team = %(team)s AND ended_at IS NULL AND ends_at > %(now)s
ORDER BY starts_at, id;

-- lock_delegations --
-- Until the transaction ends, no other delegation starts.
SELECT pg_advisory_xact_lock(%(key)s);

-- start_delegation --
-- Inserts a delegation.
INSERT INTO countersign.delegations
    (id, team, delegator, delegator_name, delegate, delegate_name, group_id, group_handle, starts_at, ends_at)
VALUES (%(id)s, %(team)s, %(delegator)s, %(delegator_name)s, %(delegate)s, %(delegate_name)s, %(group_id)s,
        %(group_handle)s, %(starts_at)s, %(ends_at)s);

-- stop_delegations --
-- Ends what a person delegated, and returns it.
UPDATE countersign.delegations SET ended_at = %(now)s
WHERE team = %(team)s AND delegator = %(delegator)s AND ended_at IS NULL AND ends_at > %(now)s
RETURNING {delegations};

-- end_lapsed_delegations --
-- Records the end of delegations whose time is over, and returns them.
UPDATE countersign.delegations SET ended_at = ends_at
WHERE ended_at IS NULL AND ends_at <= %(now)s
RETURNING {delegations};

-- insert_glass_break --
-- Inserts a use of break glass: somebody decided a row alone.
INSERT INTO countersign.glass_breaks (id, approval_id, row, rule, by_id, by_name, reason, at)
VALUES (%(id)s, %(approval_id)s, %(row)s, %(rule)s, %(by)s, %(name)s, %(reason)s, %(at)s);

-- delete_undone_glass_breaks --
-- Deletes the uses of an undone decision, which needs no review.
DELETE FROM countersign.glass_breaks
WHERE approval_id = %(approval_id)s AND row = ANY(%(rows)s) AND reviewed_at IS NULL;

-- unreviewed_glass_breaks --
-- What waits for a review in a workspace, the oldest first.
SELECT {g.glass_breaks} FROM countersign.glass_breaks g JOIN countersign.approvals a ON a.id = g.approval_id
WHERE g.reviewed_at IS NULL AND split_part(a.thread_id, '/', 1) = %(team)s
ORDER BY g.at, g.id
LIMIT %(limit)s;

-- unreviewed_glass_break --
-- One use of break glass that waits for a review.
SELECT {glass_breaks} FROM countersign.glass_breaks WHERE id = %(id)s AND reviewed_at IS NULL;

-- all_unreviewed_glass_breaks --
-- What waits for a review in every workspace, for the operator.
SELECT {g.glass_breaks}, a.thread_id FROM countersign.glass_breaks g JOIN countersign.approvals a ON a.id = g.approval_id
WHERE g.reviewed_at IS NULL
ORDER BY g.at, g.id;

-- review_glass_break --
-- Records a review. No row comes back if somebody was first.
UPDATE countersign.glass_breaks g
SET reviewed_at = %(at)s, reviewer_id = %(by)s, reviewer_name = %(name)s, note = %(note)s
FROM countersign.approvals a
WHERE g.id = %(id)s AND g.reviewed_at IS NULL AND a.id = g.approval_id
RETURNING a.version;

-- glass_breaks_to_remind --
-- What waits for a review, and of which nobody was told since a moment.
SELECT {g.glass_breaks} FROM countersign.glass_breaks g JOIN countersign.approvals a ON a.id = g.approval_id
WHERE g.reviewed_at IS NULL AND coalesce(g.reminded_at, g.at) <= %(before)s
  AND split_part(a.thread_id, '/', 1) = %(team)s
ORDER BY g.at, g.id
LIMIT %(limit)s;

-- remind_glass_break --
-- Records when the approvers were told again.
UPDATE countersign.glass_breaks SET reminded_at = %(at)s WHERE id = %(id)s;

-- examine_server --
-- The version of the server, its clock, and how many connections it and this role may have and have.
SELECT current_setting('server_version_num')::integer AS version_number,
       current_setting('server_version') AS version,
       extract(epoch FROM clock_timestamp())::double precision AS now,
       pg_is_in_recovery() AS standby,
       current_user AS role,
       has_database_privilege(current_database(), 'CREATE') AND has_schema_privilege('public', 'CREATE') AS may_create,
       current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
           - coalesce(current_setting('reserved_connections', true), '0')::integer AS max_connections,
       (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user) AS role_limit,
       (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()) AS database_limit,
       (SELECT count(*) FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
          AND (application_name LIKE 'countersign%%') IS NOT TRUE) AS others;

-- examine_rights --
-- The tables that this role may not read or not write to; the records of migrations are the owner's to write.
SELECT format('%%I.%%I', n.nspname, c.relname) AS name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND (n.nspname = 'countersign' OR n.nspname = 'public' AND (
          c.relname IN ('countersign_migrations', 'store', 'store_migrations')
          OR c.relname LIKE 'checkpoint%%' OR c.relname LIKE 'procrastinate%%'))
  AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
           AND (has_table_privilege(c.oid, 'INSERT') OR c.relname LIKE '%%migrations'))
ORDER BY 1;

-- begin_stream --
-- Records a stream before Slack is asked for its message. No row while the thread has older messages to post, which
-- would come after it.
INSERT INTO countersign.message_streams (key, team, channel, thread_ts, ts, native, begun_at)
SELECT %(key)s, %(team)s, %(channel)s, %(thread_ts)s, %(ts)s, %(native)s, %(begun_at)s
WHERE NOT EXISTS (
    SELECT 1 FROM countersign.outbox
    WHERE team = %(team)s AND channel = %(channel)s AND thread_ts = %(thread_ts)s
      AND posted_at IS NULL AND given_up_at IS NULL)
ON CONFLICT (key) DO NOTHING
RETURNING key;

-- update_stream --
-- Records where a stream's message is and how it is held; no row if it was discarded meanwhile.
UPDATE countersign.message_streams SET ts = %(ts)s, native = %(native)s WHERE key = %(key)s AND NOT discarded
RETURNING key;

-- streams_of_thread --
-- The streams of a thread that are open and that no message to be posted takes over.
SELECT {s.message_streams} FROM countersign.message_streams s
WHERE s.team = %(team)s AND s.channel = %(channel)s AND s.thread_ts = %(thread_ts)s AND NOT s.discarded
  AND NOT EXISTS (SELECT 1 FROM countersign.outbox o WHERE o.key = s.key);

-- discard_streams --
-- Records that nothing comes of these streams, whose messages are then removed.
UPDATE countersign.message_streams SET discarded = true WHERE key = ANY(%(keys)s) RETURNING {message_streams};

-- discarded_streams --
-- Discarded streams whose message still has to be removed, and that no process is removing.
SELECT {message_streams} FROM countersign.message_streams
WHERE discarded AND begun_at < now() - interval '30 seconds' AND (%(team)s::text IS NULL OR team = %(team)s)
ORDER BY begun_at LIMIT %(limit)s;

-- remove_stream --
-- Deletes a stream whose message stays as it is, or is gone.
DELETE FROM countersign.message_streams WHERE key = %(key)s;

-- save_feedback --
-- Stores a person's feedback on an answer, replacing their earlier one. Returns no row if the key is not an answer
-- of the bot in this channel. It may be in Slack before it is marked as posted.
INSERT INTO countersign.answer_feedback (message_key, thread_id, user_id, verdict)
SELECT key, team || '/' || channel || '/' || thread_ts, %(user)s, %(verdict)s FROM countersign.outbox
WHERE key = %(key)s AND channel = %(channel)s AND kind = 'agent_message'
  AND (%(team)s::text IS NULL OR team = %(team)s)
ON CONFLICT (message_key, user_id) DO UPDATE SET verdict = excluded.verdict, given_at = now()
RETURNING message_key;

-- encryption_keys_in_use --
-- The ids of the keys that encrypted values that still exist.
SELECT key_id FROM countersign.encryption_keys WHERE retired_at IS NULL ORDER BY first_used_at, key_id;

-- use_encryption_key --
-- Records that a key encrypts from now on.
INSERT INTO countersign.encryption_keys (key_id) VALUES (%(key_id)s)
ON CONFLICT (key_id) DO UPDATE SET retired_at = NULL WHERE encryption_keys.retired_at IS NOT NULL;

-- retire_encryption_keys --
-- Records that no other key encrypts any value.
UPDATE countersign.encryption_keys SET retired_at = now() WHERE key_id <> %(key_id)s AND retired_at IS NULL
RETURNING key_id;

-- ledger_keys --
-- The ids of the keys that entries of the ledger were hashed with.
SELECT key_id FROM countersign.ledger_keys ORDER BY first_used_at, key_id;

-- use_ledger_key --
-- Records that entries are hashed with a key from now on.
INSERT INTO countersign.ledger_keys (key_id) VALUES (%(key_id)s) ON CONFLICT (key_id) DO NOTHING;

-- workspaces_with_threads --
-- The workspaces that have stored threads or ledger entries.
SELECT split_part(id, '/', 1) AS team FROM countersign.threads
UNION SELECT split_part(thread_id, '/', 1) FROM countersign.ledger
ORDER BY team;

-- threads_of_person --
-- The threads that a person started or wrote in; of one workspace, or of all if it is null.
SELECT id FROM countersign.threads
WHERE (requester = %(user)s OR id IN (SELECT thread_id FROM countersign.inbox WHERE user_id = %(user)s AND kind = 'message'))
  AND (%(workspace)s::text IS NULL OR split_part(id, '/', 1) = %(workspace)s)
ORDER BY id;

-- threads_requested_by --
-- A person's own threads, each with whether something is pending or to be done there.
SELECT t.id, NOT EXISTS (SELECT 1 FROM countersign.idle_threads i WHERE i.id = t.id) AS busy
FROM countersign.threads t
WHERE (t.requester = %(user)s
       OR EXISTS (SELECT 1 FROM countersign.approvals a WHERE a.thread_id = t.id AND a.requester = %(user)s))
  AND (%(workspace)s::text IS NULL OR split_part(t.id, '/', 1) = %(workspace)s)
ORDER BY t.id;

-- messages_of_person --
-- The stored messages of a person.
SELECT {inbox} FROM countersign.inbox WHERE user_id = %(user)s AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s)
ORDER BY seq;

-- approvals_of_person --
-- The approvals that a person requested or acted on.
SELECT {approvals} FROM countersign.approvals
WHERE (requester = %(user)s OR id IN (SELECT approval_id FROM countersign.ledger WHERE actor_id = %(user)s))
  AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s)
ORDER BY opened_at, id;

-- delegations_of_person --
-- The delegations by a person and to them.
SELECT {delegations} FROM countersign.delegations
WHERE (delegator = %(user)s OR delegate = %(user)s) AND (%(workspace)s::text IS NULL OR team = %(workspace)s)
ORDER BY starts_at, id;

-- grants_about_person --
-- The grants that a person gave, or that act for their requests.
SELECT {grants} FROM countersign.grants
WHERE (granted_by = %(user)s OR requester = %(user)s) AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s)
ORDER BY granted_at, id;

-- feedback_of_person --
-- A person's feedback on answers.
SELECT message_key, thread_id, verdict, given_at FROM countersign.answer_feedback
WHERE user_id = %(user)s AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s)
ORDER BY given_at;

-- quiet_hours_of_person --
-- A person's quiet hours.
SELECT team, begins::text, ends::text, zone FROM countersign.quiet_hours
WHERE user_id = %(user)s AND (%(workspace)s::text IS NULL OR team = %(workspace)s);

-- delete_posts_of_thread --
-- Deletes the outbox rows of a thread, posted or not.
DELETE FROM countersign.outbox
WHERE team = split_part(%(thread_id)s, '/', 1) AND channel = split_part(%(thread_id)s, '/', 2)
  AND thread_ts = split_part(%(thread_id)s, '/', 3);

-- erase_messages --
-- Erases the text of a person's handled messages in threads of others. The rows stay, so that no delivery counts
-- twice.
UPDATE countersign.inbox SET text = '', body = NULL, parked_at = NULL, user_id = 'erased'
WHERE user_id = %(user)s AND done_at IS NOT NULL AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s);

-- erase_votes --
-- Removes a person's name and words from the votes of a closed approval.
UPDATE countersign.approvals
SET votes = %(votes)s, row_votes = %(row_votes)s, claim = %(claim)s, referrals = %(referrals)s
WHERE id = %(id)s AND version = %(version)s AND status NOT IN ('pending', 'decided');

-- erase_names_of_delegations --
-- Removes a person's name from delegations. The ids stay: the ledger names the delegations.
UPDATE countersign.delegations
SET delegator_name = CASE WHEN delegator = %(user)s THEN '(erased)' ELSE delegator_name END,
    delegate_name = CASE WHEN delegate = %(user)s THEN '(erased)' ELSE delegate_name END
WHERE (delegator = %(user)s OR delegate = %(user)s) AND (%(workspace)s::text IS NULL OR team = %(workspace)s);

-- erase_names_of_grants --
-- Removes a person's name from their grants, which stay active.
UPDATE countersign.grants SET granted_by_name = '(erased)'
WHERE granted_by = %(user)s AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s);

-- erase_reasons --
-- Erases the reasons of reviewed uses of break glass by a person.
UPDATE countersign.glass_breaks SET by_name = '(erased)', reason = '(erased)'
WHERE by_id = %(user)s AND reviewed_at IS NOT NULL
  AND (%(workspace)s::text IS NULL OR EXISTS (SELECT 1 FROM countersign.approvals a
                                               WHERE a.id = approval_id AND split_part(a.thread_id, '/', 1) = %(workspace)s));

-- erase_reviews --
-- Erases a person's reviews of break glass.
UPDATE countersign.glass_breaks SET reviewer_name = '(erased)', note = '(erased)'
WHERE reviewer_id = %(user)s
  AND (%(workspace)s::text IS NULL OR EXISTS (SELECT 1 FROM countersign.approvals a
                                               WHERE a.id = approval_id AND split_part(a.thread_id, '/', 1) = %(workspace)s));

-- delete_home --
-- Deletes a person's Home tab.
DELETE FROM countersign.homes WHERE user_id = %(user)s AND (%(workspace)s::text IS NULL OR team = %(workspace)s);

-- delete_quiet_hours_of --
-- Deletes a person's quiet hours.
DELETE FROM countersign.quiet_hours WHERE user_id = %(user)s AND (%(workspace)s::text IS NULL OR team = %(workspace)s);

-- delete_feedback_of --
-- Deletes a person's feedback on answers.
DELETE FROM countersign.answer_feedback
WHERE user_id = %(user)s AND (%(workspace)s::text IS NULL OR split_part(thread_id, '/', 1) = %(workspace)s);

-- rewrite_ledger_content --
-- Allows erasing contents of the ledger until the transaction ends; only for the owner of the tables.
SELECT set_config('countersign.rewrites_content', 'on', true);

-- erase_entries --
-- Erases the contents of these ledger entries, and the names in them.
UPDATE countersign.ledger SET detail = NULL, actor_name = NULL, erased = true
WHERE id = ANY(%(ids)s) AND NOT erased;

-- save_installation --
-- Stores an installation, replacing an earlier one.
INSERT INTO countersign.installations
    (id, enterprise_id, name, url, app_id, bot_id, bot_user, scopes, token, refresh_token, expires_at, installed_by)
VALUES (%(id)s, %(enterprise_id)s, %(name)s, %(url)s, %(app_id)s, %(bot_id)s, %(bot_user)s, %(scopes)s, %(token)s,
        %(refresh_token)s, %(expires_at)s, %(installed_by)s)
ON CONFLICT (id) DO UPDATE SET
    enterprise_id = excluded.enterprise_id, name = excluded.name, url = excluded.url, app_id = excluded.app_id,
    bot_id = excluded.bot_id, bot_user = excluded.bot_user, scopes = excluded.scopes, token = excluded.token,
    refresh_token = excluded.refresh_token, expires_at = excluded.expires_at, installed_by = excluded.installed_by,
    installed_at = now();

-- installation_of_team --
-- The installation that serves a workspace: its own before its organisation's.
SELECT {installations} FROM countersign.installations
WHERE id = %(team)s
   OR id = (SELECT enterprise_id FROM countersign.organisation_workspaces WHERE team = %(team)s)
ORDER BY id <> %(team)s LIMIT 1;

-- lock_installation --
-- Locks an installation, so that one process at a time renews its token.
SELECT {installations} FROM countersign.installations WHERE id = %(id)s FOR UPDATE;

-- renew_installation --
-- Stores the next token of an installation.
UPDATE countersign.installations
SET token = %(token)s, refresh_token = %(refresh_token)s, expires_at = %(expires_at)s
WHERE id = %(id)s;

-- expiring_installations --
-- Installations whose token expires before a moment, soonest first.
SELECT id FROM countersign.installations
WHERE refresh_token IS NOT NULL AND expires_at < %(before)s ORDER BY expires_at;

-- workspaces_of_organisation --
-- The workspaces of an organisation that the app was added to.
SELECT team FROM countersign.organisation_workspaces WHERE enterprise_id = %(enterprise_id)s;

-- join_organisation --
-- Adds workspaces in which an organisation installed the app; no effect where it has no installation.
INSERT INTO countersign.organisation_workspaces (team, enterprise_id)
SELECT team, id FROM unnest(%(teams)s::text[]) team, countersign.installations WHERE id = %(enterprise_id)s
ON CONFLICT (team) DO UPDATE SET enterprise_id = excluded.enterprise_id;

-- leave_organisation --
-- Removes workspaces from which the app was removed; those that installed it themselves are still served.
WITH gone AS (
    DELETE FROM countersign.organisation_workspaces
    WHERE enterprise_id = %(enterprise_id)s AND team <> ALL (%(teams)s::text[])
    RETURNING team
)
SELECT team FROM gone
WHERE NOT EXISTS (SELECT 1 FROM countersign.installations own WHERE own.id = gone.team);

-- workspaces_of_approvals --
-- The workspaces of these approvals.
SELECT DISTINCT split_part(thread_id, '/', 1) AS team FROM countersign.approvals WHERE id = ANY (%(ids)s::uuid[]);

-- workspaces_of_threads --
-- The workspaces of those of these threads that exist.
SELECT split_part(id, '/', 1) AS team FROM countersign.threads WHERE id = ANY (%(ids)s::text[]);

-- served_teams --
-- All workspaces that are served by an installation.
SELECT id AS team FROM countersign.installations WHERE id IS DISTINCT FROM enterprise_id
UNION SELECT team FROM countersign.organisation_workspaces;

-- remove_installation --
-- Deletes an installation with its tokens, and returns the workspaces that it served.
WITH gone AS (
    DELETE FROM countersign.installations WHERE id = %(id)s RETURNING id, enterprise_id
)
SELECT id AS team FROM gone WHERE id IS DISTINCT FROM enterprise_id
UNION SELECT w.team FROM countersign.organisation_workspaces w JOIN gone ON gone.id = w.enterprise_id
      WHERE NOT EXISTS (SELECT 1 FROM countersign.installations own WHERE own.id = w.team);

-- issue_state --
-- Stores the digest of an OAuth state that was given to a browser.
INSERT INTO countersign.oauth_states (digest, expires_at)
VALUES (%(digest)s, now() + %(seconds)s * interval '1 second')
ON CONFLICT (digest) DO NOTHING;

-- trim_states --
-- Deletes expired OAuth states, and the oldest above a limit, because anybody may begin an installation.
DELETE FROM countersign.oauth_states WHERE expires_at < now() OR digest IN (
    SELECT digest FROM countersign.oauth_states ORDER BY expires_at DESC OFFSET %(limit)s);

-- consume_state --
-- Deletes an OAuth state and returns it if it has not expired, so it is valid once.
DELETE FROM countersign.oauth_states WHERE digest = %(digest)s AND expires_at > now() RETURNING digest;

-- record_removal --
-- Records that the app was removed from a workspace.
INSERT INTO countersign.removed_workspaces (team, reason) VALUES (%(team)s, %(reason)s)
ON CONFLICT (team) DO UPDATE SET removed_at = now(), checked_at = NULL;

-- forget_removal --
-- Deletes the record of a removal: the app is installed there again.
DELETE FROM countersign.removed_workspaces WHERE team = ANY(%(teams)s);

-- removed_workspaces --
-- Workspaces from which the app was removed and in which something may still be open. For a day they come up again
-- now and then, because a run may have continued.
SELECT team, reason FROM countersign.removed_workspaces
WHERE checked_at IS NULL
   OR (removed_at > now() - interval '1 day' AND checked_at < now() - interval '30 seconds')
ORDER BY removed_at LIMIT %(limit)s;

-- open_approvals_of_team --
-- A workspace's approvals that are not closed, decided or not.
SELECT {approvals} FROM countersign.approvals
WHERE status IN ('pending', 'decided') AND split_part(thread_id, '/', 1) = %(team)s
ORDER BY opened_at LIMIT %(limit)s;

-- end_workspace --
-- Ends all activity in a workspace: its messages are neither posted nor handled, and no Home tab is published.
WITH posts AS (
    UPDATE countersign.outbox SET given_up_at = now(), error = %(reason)s
    WHERE team = %(team)s AND posted_at IS NULL AND given_up_at IS NULL
), inbound AS (
    UPDATE countersign.inbox SET done_at = now()
    WHERE done_at IS NULL AND split_part(thread_id, '/', 1) = %(team)s
), streams AS (
    DELETE FROM countersign.message_streams WHERE team = %(team)s
), slots AS (
    DELETE FROM countersign.run_slots WHERE split_part(thread_id, '/', 1) = %(team)s AND started_at IS NULL
), homes AS (
    DELETE FROM countersign.homes WHERE team = %(team)s
)
UPDATE countersign.removed_workspaces SET checked_at = now() WHERE team = %(team)s;

-- teams_to_post --
-- Workspaces with messages to post.
SELECT DISTINCT team FROM countersign.outbox
WHERE posted_at IS NULL AND given_up_at IS NULL AND due_at <= now() - interval '1 second';

-- teams_to_redraw --
-- Workspaces with a card, or a message about an approval, that shows an earlier version.
SELECT DISTINCT split_part(thread_id, '/', 1) AS team FROM countersign.approvals
WHERE card_ts IS NOT NULL AND rendered_version < version AND changed_at < now() - interval '5 seconds'
UNION
SELECT DISTINCT split_part(a.thread_id, '/', 1)
FROM countersign.approval_messages m JOIN countersign.approvals a ON a.id = m.approval_id
WHERE m.outdated_at < now() - interval '5 seconds';

-- teams_to_publish --
-- Workspaces with a Home tab to be published.
SELECT DISTINCT team FROM countersign.homes
WHERE (stale_at IS NOT NULL OR claimed_until < now()) AND (claimed_until IS NULL OR claimed_until < now())
  AND due_at <= now() AND opened_at > now() - interval '12 hours';

-- teams_with_timers --
-- Workspaces with due timers.
SELECT DISTINCT split_part(thread_id, '/', 1) AS team FROM countersign.approvals WHERE due_at <= %(now)s;

-- teams_with_streams --
-- Workspaces with messages of discarded streams.
SELECT DISTINCT team FROM countersign.message_streams
WHERE discarded AND begun_at < now() - interval '30 seconds';

-- teams_with_reviews --
-- Workspaces with uses of `break_glass` that nobody has reviewed.
SELECT DISTINCT split_part(a.thread_id, '/', 1) AS team
FROM countersign.glass_breaks g JOIN countersign.approvals a ON a.id = g.approval_id
WHERE g.reviewed_at IS NULL;

-- halt_after_restore --
-- Halts every thread with something pending or to be done, because nobody knows whether it was done since the
-- backup. Messages that would start a run are parked, for *Try again*.
WITH busy AS (
    SELECT id FROM countersign.threads t
    WHERE t.halted IS NULL AND NOT EXISTS (SELECT 1 FROM countersign.idle_threads i WHERE i.id = t.id)
), parked AS (
    UPDATE countersign.inbox
    SET done_at = now(), parked_at = CASE WHEN kind = ANY(%(starts)s) THEN now() END
    WHERE done_at IS NULL AND held_at IS NULL AND thread_id IN (SELECT id FROM busy)
)
UPDATE countersign.threads SET halted = 'restored-' || substr(md5(id || clock_timestamp()), 1, 8)
WHERE id IN (SELECT id FROM busy)
RETURNING id, halted;

-- redraw_cards --
-- Marks the cards of pending approvals as outdated: Slack may show a decision that the restored database lacks.
UPDATE countersign.approvals SET rendered_version = 0 WHERE status = 'pending' AND card_ts IS NOT NULL RETURNING id;

-- look_before_posting --
-- Marks messages to post as attempted, so that they are searched for first: they may have been posted since the
-- backup.
UPDATE countersign.outbox SET attempts = greatest(attempts, 1) WHERE posted_at IS NULL AND given_up_at IS NULL;

-- unrevoked_grants --
-- Every grant that still approves something.
SELECT {grants} FROM countersign.grants WHERE revoked_at IS NULL AND expires_at > now() ORDER BY granted_at, id;

-- rewrite_contents --
-- Allows this session to rewrite contents under another key; a trigger refuses it to all others.
SET countersign.rewrites_content = 'on';

-- store_inline_value --
-- Stores a value from a checkpoint's own JSON where LangGraph keeps larger ones.
INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
VALUES (%(thread_id)s, %(checkpoint_ns)s, %(channel)s, %(version)s, %(type)s, %(blob)s)
ON CONFLICT DO NOTHING;

-- replace_checkpoint --
-- Replaces a checkpoint by compare-and-set: one that changed meanwhile is left unchanged.
UPDATE checkpoints SET checkpoint = %(after)s
WHERE thread_id = %(thread_id)s AND checkpoint_ns = %(checkpoint_ns)s AND checkpoint_id = %(checkpoint_id)s
  AND checkpoint = %(before)s;

-- report_process --
-- Records that a process is alive, deletes those that died a day ago, and returns which versions the tables need.
WITH reported AS (
    INSERT INTO countersign.processes (id, version, host, key_id, key_ids)
    VALUES (%(id)s, %(version)s, %(host)s, %(key_id)s, %(key_ids)s)
    ON CONFLICT (id) DO UPDATE SET seen_at = now()
), forgotten AS (
    DELETE FROM countersign.processes WHERE seen_at < now() - interval '1 day' AND id <> %(id)s
)
SELECT oldest_version FROM countersign_migrations WHERE oldest_version IS NOT NULL;

-- process_ended --
-- Deletes the record of a process that stopped normally.
DELETE FROM countersign.processes WHERE id = %(id)s;

-- live_processes --
-- The processes that were alive within the last minute.
SELECT version, host, key_id, key_ids FROM countersign.processes
WHERE seen_at > now() - interval '60 s' ORDER BY started_at, id;

-- database_time --
-- The current time, also within a transaction.
SELECT clock_timestamp() AS now;
