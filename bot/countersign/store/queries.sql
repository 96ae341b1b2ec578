-- Every query that the store runs, each under its name, with %(named)s parameters.

-- remember --
-- One row per message and per delivery; no row comes back when it is known already or no thread of ours. A
-- message that may begin a thread makes its row; a reply that was written before that was not for us, even if
-- it is told later.
WITH begun AS (
    INSERT INTO countersign.threads (id, since)
    SELECT %(thread_id)s::text, %(written)s::numeric WHERE %(opens)s::boolean
    ON CONFLICT (id) DO NOTHING
)
INSERT INTO countersign.inbox (key, event_id, thread_id, kind, user_id, text, body)
SELECT %(key)s, %(event_id)s, %(thread_id)s, %(kind)s, %(user_id)s, %(text)s, %(body)s
WHERE %(opens)s::boolean OR EXISTS (
    SELECT 1 FROM countersign.threads
    WHERE id = %(thread_id)s AND (since > %(written)s::numeric) IS NOT TRUE)
ON CONFLICT DO NOTHING
RETURNING seq;

-- note_early_reply --
INSERT INTO countersign.early_replies (thread_id, written) VALUES (%(thread_id)s, %(written)s)
ON CONFLICT (thread_id) DO UPDATE
SET written = greatest(early_replies.written, excluded.written), told_at = now();

-- overtaken --
SELECT 1 FROM countersign.early_replies WHERE thread_id = %(thread_id)s AND written > %(written)s;

-- take_up --
-- The thread, if it has anything to do; counts one attempt.
UPDATE countersign.threads SET attempts = attempts + 1
WHERE id = %(thread_id)s
  AND (EXISTS (SELECT 1 FROM countersign.inbox WHERE thread_id = %(thread_id)s AND done_at IS NULL)
       OR (halted IS NULL AND EXISTS (
           SELECT 1 FROM countersign.approvals WHERE thread_id = %(thread_id)s AND status = 'decided')))
RETURNING id, graph, last_said, halted, attempts;

-- hand_back --
UPDATE countersign.threads SET attempts = greatest(attempts - 1, 0) WHERE id = %(thread_id)s;

-- open_approvals --
-- The pending and decided ones, in the order in which they last changed.
SELECT * FROM countersign.approvals
WHERE thread_id = %(thread_id)s AND status IN ('pending', 'decided')
ORDER BY changed_at, id;

-- outstanding --
SELECT * FROM countersign.inbox WHERE thread_id = %(thread_id)s AND done_at IS NULL ORDER BY seq;

-- assign_graph --
-- Which graph the thread belongs to, before that graph writes its first checkpoint.
UPDATE countersign.threads SET graph = %(graph)s WHERE id = %(thread_id)s;

-- settle_thread --
-- `more`: whether there is still something to do. What comes in after this has a job of its own.
UPDATE countersign.threads
SET graph = %(graph)s, last_said = %(last_said)s, halted = %(halted)s, attempts = 0, touched_at = now()
WHERE id = %(thread_id)s
RETURNING EXISTS (SELECT 1 FROM countersign.inbox WHERE thread_id = %(thread_id)s AND done_at IS NULL)
    OR (halted IS NULL AND EXISTS (
        SELECT 1 FROM countersign.approvals WHERE thread_id = %(thread_id)s AND status = 'decided')) AS more;

-- mark_done --
UPDATE countersign.inbox SET done_at = now() WHERE key = ANY(%(keys)s);

-- hold --
-- Not to be done again until it is released.
UPDATE countersign.inbox SET done_at = now(), held_at = now() WHERE key = ANY(%(keys)s);

-- release --
UPDATE countersign.inbox SET done_at = NULL, held_at = NULL WHERE thread_id = %(thread_id)s AND held_at IS NOT NULL;

-- approval --
SELECT * FROM countersign.approvals WHERE id = %(id)s;

-- open_approval --
-- With its first line in the ledger; no row comes back when the question has an open approval already.
WITH opened AS (
    INSERT INTO countersign.approvals
        (id, thread_id, interrupt_id, digest, value, schema, status, votes, version, opened_at)
    VALUES (%(id)s, %(thread_id)s, %(interrupt_id)s, %(digest)s, %(value)s, %(schema)s, %(status)s, %(votes)s,
            %(version)s, %(opened_at)s)
    ON CONFLICT DO NOTHING
    RETURNING id, thread_id, version
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail)
SELECT id, thread_id, version, %(event)s, %(actor_id)s, %(actor_name)s, %(detail)s FROM opened
RETURNING id;

-- change_approval --
-- Compare and set, with its line in the ledger: no row comes back when somebody else changed it first. A card
-- that shows the decision shows all there is to see of an approval that the graph took, so it need not be
-- drawn again.
WITH changed AS (
    UPDATE countersign.approvals
    SET status = %(status)s, votes = %(votes)s, answer = %(answer)s, note = %(note)s, version = %(version)s,
        drawn = CASE WHEN %(status)s = 'resumed' AND drawn = version THEN %(version)s ELSE drawn END,
        changed_at = now()
    WHERE id = %(id)s AND version = %(expected)s
    RETURNING id, thread_id, version
)
INSERT INTO countersign.ledger (approval_id, thread_id, version, event, actor_id, actor_name, detail)
SELECT id, thread_id, version, %(event)s, %(actor_id)s, %(actor_name)s, %(detail)s FROM changed
RETURNING id;

-- waiting --
SELECT * FROM countersign.approvals
WHERE status = 'pending'
  AND split_part(thread_id, '/', 1) = %(team)s
  AND (%(channels)s::text[] IS NULL OR split_part(thread_id, '/', 2) = ANY(%(channels)s))
ORDER BY opened_at
LIMIT %(limit)s;

-- put_out --
INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, approval_id)
VALUES (%(key)s, %(kind)s, %(team)s, %(channel)s, %(thread_ts)s, %(body)s, %(approval_id)s)
ON CONFLICT (key) DO NOTHING;

-- claim_thread --
-- What a thread still has to post, in order, unless something before it waits for a later moment. Two that
-- claim at once wait for each other, and the second finds each row's due_at moved: to skip what is locked
-- would share the thread out between them.
UPDATE countersign.outbox o
SET due_at = now() + %(claim)s * interval '1 second', attempts = attempts + 1
FROM (
    SELECT seq FROM countersign.outbox
    WHERE channel = %(channel)s AND thread_ts = %(thread_ts)s AND posted_at IS NULL AND given_up_at IS NULL
      AND due_at <= now()
      AND NOT EXISTS (
          SELECT 1 FROM countersign.outbox w
          WHERE w.channel = %(channel)s AND w.thread_ts = %(thread_ts)s
            AND w.posted_at IS NULL AND w.given_up_at IS NULL AND w.due_at > now())
    ORDER BY seq FOR UPDATE
) claimed
WHERE o.seq = claimed.seq
RETURNING o.*;

-- claim_one --
UPDATE countersign.outbox
SET due_at = now() + %(claim)s * interval '1 second', attempts = attempts + 1
WHERE key = %(key)s AND posted_at IS NULL AND given_up_at IS NULL AND due_at <= now()
RETURNING *;

-- due_lanes --
-- Threads (and single openings) with something to post whose moment has come, oldest first.
SELECT channel, thread_ts, CASE WHEN thread_ts IS NULL THEN key END AS key, min(seq) AS first
FROM countersign.outbox
WHERE posted_at IS NULL AND given_up_at IS NULL
GROUP BY 1, 2, 3
HAVING max(due_at) <= now() - interval '1 second'
ORDER BY first
LIMIT %(limit)s;

-- mark_posted --
UPDATE countersign.outbox SET posted_at = now(), posted_ts = %(ts)s, error = NULL
WHERE key = %(key)s AND posted_at IS NULL
RETURNING key;

-- card_posted --
UPDATE countersign.approvals SET card_ts = %(ts)s, drawn = greatest(drawn, %(drawn)s)
WHERE id = %(approval_id)s;

-- card_seen --
-- Somebody pressed a button on a card whose post was never recorded: the process that posted it died.
UPDATE countersign.approvals SET card_ts = %(ts)s WHERE id = %(approval_id)s AND card_ts IS NULL RETURNING id;

-- card_row_posted --
UPDATE countersign.outbox SET posted_at = now(), posted_ts = %(ts)s, error = NULL
WHERE approval_id = %(approval_id)s AND posted_at IS NULL;

-- postpone --
-- The row and, since a thread's messages keep their order, all that its thread has still to post.
UPDATE countersign.outbox
SET due_at = now() + %(seconds)s * interval '1 second', error = CASE WHEN key = %(key)s THEN %(error)s ELSE error END
WHERE posted_at IS NULL AND given_up_at IS NULL
  AND (key = %(key)s OR (channel = %(channel)s AND thread_ts = %(thread_ts)s));

-- give_up --
UPDATE countersign.outbox SET given_up_at = now(), error = %(error)s WHERE key = %(key)s AND posted_at IS NULL;

-- stale_cards --
SELECT id FROM countersign.approvals
WHERE card_ts IS NOT NULL AND drawn < version AND changed_at < now() - interval '5 seconds'
ORDER BY changed_at
LIMIT %(limit)s;

-- drawn --
UPDATE countersign.approvals SET drawn = greatest(drawn, %(version)s) WHERE id = %(approval_id)s
RETURNING version;

-- forgotten_threads --
-- Threads with something to do and no job that will do it.
SELECT waiting.thread_id AS id FROM (
    SELECT thread_id FROM countersign.inbox
    WHERE done_at IS NULL AND received_at < now() - interval '10 seconds'
    UNION
    SELECT a.thread_id FROM countersign.approvals a JOIN countersign.threads t ON t.id = a.thread_id
    WHERE a.status = 'decided' AND t.halted IS NULL AND a.changed_at < now() - interval '10 seconds'
) waiting
WHERE NOT EXISTS (SELECT 1 FROM procrastinate_jobs j
                  WHERE j.lock = waiting.thread_id AND j.status IN ('todo', 'doing'))
LIMIT %(limit)s;

-- begin_effect --
INSERT INTO countersign.effects (key) VALUES (%(key)s) ON CONFLICT (key) DO NOTHING RETURNING key;

-- effect --
SELECT done_at, result FROM countersign.effects WHERE key = %(key)s;

-- finish_effect --
UPDATE countersign.effects SET done_at = now(), result = %(result)s WHERE key = %(key)s;

-- forget_effect --
DELETE FROM countersign.effects WHERE key = %(key)s AND done_at IS NULL;

-- counts --
SELECT (SELECT count(*) FROM countersign.approvals WHERE status = 'pending') AS pending,
       (SELECT count(*) FROM countersign.outbox WHERE posted_at IS NULL AND given_up_at IS NULL) AS unposted;

-- forget_inbox --
-- Slack repeats an event for 24 hours at most.
DELETE FROM countersign.inbox
WHERE done_at IS NOT NULL AND held_at IS NULL AND received_at < now() - interval '26 hours';

-- forget_early_replies --
-- A mention that comes later than this has its thread read anyway.
DELETE FROM countersign.early_replies WHERE told_at < now() - interval '10 minutes';

-- forget_outbox --
DELETE FROM countersign.outbox
WHERE coalesce(posted_at, given_up_at) < now() - interval '26 hours';

-- at_rest --
-- Threads that nobody has touched for so long, in which nothing waits and nothing is to be done.
SELECT t.id FROM countersign.threads t
WHERE t.touched_at < now() - %(seconds)s * interval '1 second'
  AND NOT EXISTS (SELECT 1 FROM countersign.approvals a
                  WHERE a.thread_id = t.id AND a.status IN ('pending', 'decided'))
  AND NOT EXISTS (SELECT 1 FROM countersign.inbox i WHERE i.thread_id = t.id AND i.done_at IS NULL)
ORDER BY t.touched_at
LIMIT %(limit)s;

-- to_compact --
SELECT t.id FROM countersign.threads t
WHERE t.touched_at < now() - %(seconds)s * interval '1 second'
  AND (t.compacted_at IS NULL OR t.compacted_at < t.touched_at)
  AND NOT EXISTS (SELECT 1 FROM countersign.approvals a
                  WHERE a.thread_id = t.id AND a.status IN ('pending', 'decided'))
  AND NOT EXISTS (SELECT 1 FROM countersign.inbox i WHERE i.thread_id = t.id AND i.done_at IS NULL)
ORDER BY t.touched_at
LIMIT %(limit)s;

-- compacted --
UPDATE countersign.threads SET compacted_at = now() WHERE id = %(thread_id)s;

-- forget_posts_of_thread --
DELETE FROM countersign.outbox
WHERE approval_id IN (SELECT id FROM countersign.approvals WHERE thread_id = %(thread_id)s);

-- forget_inbox_of_thread --
DELETE FROM countersign.inbox WHERE thread_id = %(thread_id)s;

-- forget_approvals_of_thread --
DELETE FROM countersign.approvals WHERE thread_id = %(thread_id)s;

-- forget_thread --
DELETE FROM countersign.threads WHERE id = %(thread_id)s;

-- forget_effects --
-- A run that could ask for this effect again is long over.
DELETE FROM countersign.effects WHERE started_at < now() - %(seconds)s * interval '1 second';

-- halted --
SELECT id, graph, halted, touched_at FROM countersign.threads WHERE halted IS NOT NULL ORDER BY touched_at;

-- thread_approvals --
SELECT id, interrupt_id, digest, status, value, schema, votes, answer, note, version, drawn, card_ts, opened_at, changed_at
FROM countersign.approvals WHERE thread_id = %(thread_id)s ORDER BY opened_at, id;

-- thread_ledger --
SELECT at, approval_id, version, event, actor_id, actor_name, detail
FROM countersign.ledger WHERE thread_id = %(thread_id)s ORDER BY id;

-- thread_row --
SELECT graph, halted, attempts, created_at, touched_at FROM countersign.threads WHERE id = %(thread_id)s;
