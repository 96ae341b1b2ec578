"""Working the queue: a worker that is started again whenever it stops, until it is told to end."""

import asyncio

import structlog

from countersign.jobs.queue import Queue

HEARTBEAT = 1.0  # seconds between two signs of life
PRESUMED_DEAD = 6.0  # seconds without one
_POLL = 0.25  # seconds: a notification that arrives while a fetch is under way is forgotten by the library
_RESTART = 1.0  # seconds before a worker that ended is started again

log = structlog.get_logger()


class Worker:
    def __init__(self, queue: Queue, concurrency: int, grace: float) -> None:
        self._queue = queue
        self._concurrency = concurrency
        self._grace = grace  # seconds that running jobs have to end after `run` was cancelled

    async def run(self) -> None:
        """Work until cancelled; then let running jobs end within the grace, and hand back the rest."""
        while True:
            try:
                await self._queue.app.run_worker_async(
                    concurrency=self._concurrency,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=_POLL,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=PRESUMED_DEAD,
                    shutdown_graceful_timeout=self._grace,
                    delete_jobs="successful",
                )
                log.warning("worker_ended", again_in_s=_RESTART)
            except Exception as error:  # noqa: BLE001 -- whatever ended it, the queue must be worked
                log.warning("worker_ended", again_in_s=_RESTART, reason=str(error))
            await asyncio.sleep(_RESTART)
