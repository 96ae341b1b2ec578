-- The queue tells its workers of new jobs, but not of a job that may start because the one before it on the
-- same lock has ended: that one waited for the next poll. This tells them. Jobs that succeed are deleted, the
-- others change their status.
CREATE FUNCTION countersign.wake_next_of_lock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM procrastinate_jobs WHERE lock = OLD.lock AND status = 'todo') THEN
        PERFORM pg_notify('procrastinate_any_queue_v1', '{"type": "job_inserted", "job_id": 0}');
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER countersign_wake_after_change AFTER UPDATE OF status ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND NEW.status <> 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION countersign.wake_next_of_lock();
CREATE TRIGGER countersign_wake_after_delete AFTER DELETE ON procrastinate_jobs
    FOR EACH ROW WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION countersign.wake_next_of_lock();
CREATE INDEX countersign_jobs_waiting_on_lock ON procrastinate_jobs (lock) WHERE status = 'todo';
