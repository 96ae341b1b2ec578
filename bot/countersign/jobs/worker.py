"""The queue's worker, restarted whenever it ends until it is cancelled."""

import asyncio

import structlog

from countersign.jobs.queue import Queue

HEARTBEAT_INTERVAL = 1.0  # seconds
STALLED_AFTER = 6.0  # seconds without a heartbeat
_POLL_INTERVAL = 0.25  # seconds: the library drops a notification that arrives during a fetch
_RESTART_DELAY = 1.0  # seconds

log = structlog.get_logger()


class Worker:
    def __init__(self, queue: Queue, concurrency: int, grace: float) -> None:
        self._queue = queue
        self._concurrency = concurrency
        self._grace = grace  # seconds that running jobs may take to end after `run` was cancelled

    async def run(self) -> None:
        """Work until cancelled; then running jobs may end within the grace, and the rest is requeued."""
        while True:
            try:
                await self._queue.app.run_worker_async(
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_POLL_INTERVAL,
                    update_heartbeat_interval=HEARTBEAT_INTERVAL,
                    stalled_worker_timeout=STALLED_AFTER,
                    shutdown_graceful_timeout=self._grace,
                    delete_jobs="successful",
                )
                log.warning("worker_ended", again_in_s=_RESTART_DELAY)
            except Exception as error:  # noqa: BLE001 -- whatever ended it, the queue needs a worker
                log.warning("worker_ended", again_in_s=_RESTART_DELAY, reason=str(error))
            await asyncio.sleep(_RESTART_DELAY)
