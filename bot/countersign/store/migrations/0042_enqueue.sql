-- Enqueues a job of the task `advance` (countersign.jobs.queue) for a thread, in the transaction that stores its work.
CREATE FUNCTION countersign.enqueue(thread text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM procrastinate_defer_jobs_v1(ARRAY[ROW(
        'default', 'advance', 0, thread, NULL, jsonb_build_object('thread_id', thread), NULL
    )::procrastinate_job_to_defer_v1]);
END;
$$;
