-- A clock that a benchmark moves, and an hour of approvals on it.
CREATE SCHEMA IF NOT EXISTS simulated;
CREATE TABLE simulated.clock (at timestamptz NOT NULL);
INSERT INTO simulated.clock VALUES (pg_catalog.now());
CREATE FUNCTION simulated.now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM simulated.clock';

-- One transaction for each step would be real; rows that change leave dead ones behind all the same.
CREATE FUNCTION simulated.hour(hour int, threads int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    t timestamptz := simulated.now();
    thread text;
    approval uuid;
    blob bytea := decode(repeat('5a', 2000), 'hex');
BEGIN
    FOR n IN 1 .. threads LOOP
        thread := 'T1/C' || n % 20 || '/' || extract(epoch FROM t)::bigint || '.' || lpad(n::text, 6, '0');
        approval := gen_random_uuid();
        INSERT INTO countersign.threads (id, graph, requester, created_at, touched_at)
            VALUES (thread, 'transfers', 'U' || n % 50, t, t);
        FOR i IN 1 .. 2 LOOP
            INSERT INTO countersign.inbox (key, event_id, thread_id, kind, user_id, text, received_at)
                VALUES (thread || i, 'Ev' || thread || i, thread, 'message', 'U1', repeat('word ', 20), t);
        END LOOP;
        FOR i IN 1 .. 7 LOOP
            INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, checkpoint, metadata)
                VALUES (thread, '', i::text, json_build_object('v', 4, 'channel_values', json_build_object('note', repeat('x', 900))), '{}');
            INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
                VALUES (thread, '', 'messages', i::text, 'msgpack', blob);
        END LOOP;
        FOR i IN 1 .. 12 LOOP
            INSERT INTO checkpoint_writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type,
                                           blob, task_path)
                VALUES (thread, '', (1 + i % 7)::text, i::text, i, 'messages', 'msgpack', blob, '');
        END LOOP;
        INSERT INTO countersign.approvals
            (id, thread_id, interrupt_id, digest, value, schema, status, votes, version, opened_at, changed_at,
             requester, awaits, excused)
            VALUES (approval, thread, 'i', 'd', json_build_object('args', repeat('x', 500)),
                    json_build_object('schema', repeat('y', 900)), 'pending', '[null]', 1, t, t, 'U' || n % 50,
                    ARRAY['in:C' || n % 20], '{}');
        INSERT INTO countersign.outbox (key, kind, team, channel, thread_ts, body, approval_id, created_at, due_at)
            VALUES (thread || 'card', 'card', 'T1', 'C' || n % 20, split_part(thread, '/', 3),
                    json_build_object('text', repeat('z', 600)), approval, t, t);
        UPDATE countersign.outbox SET due_at = t, attempts = 1 WHERE key = thread || 'card';
        UPDATE countersign.outbox SET posted_at = t, posted_ts = '1' WHERE key = thread || 'card';
        UPDATE countersign.approvals SET card_ts = '1', rendered_version = 1 WHERE id = approval;
        UPDATE countersign.inbox SET done_at = t WHERE thread_id = thread;
        UPDATE countersign.approvals
            SET status = 'decided', version = 2, awaits = '{}', changed_at = t WHERE id = approval;
        UPDATE countersign.approvals SET status = 'resumed', version = 3, changed_at = t WHERE id = approval;
        UPDATE countersign.threads SET attempts = 1, fence = fence + 1 WHERE id = thread;
        UPDATE countersign.threads SET attempts = 0, touched_at = t WHERE id = thread;
        FOR i IN 1 .. 4 LOOP
            INSERT INTO countersign.ledger (approval_id, thread_id, version, event, detail, at, hash)
                VALUES (approval, thread, i, 'opened', json_build_object('digest', repeat('d', 150)), t,
                        'sha256:' || repeat('0', 64));
        END LOOP;
        DELETE FROM countersign.home_changes;
    END LOOP;
END;
$$;
