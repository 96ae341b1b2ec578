"""Shows Slack's status line in a thread while a step takes longer than a moment."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.ports import StatusDisplay
from countersign.flow.thread import ThreadRef
from countersign.i18n import N_, _

SHOW_AFTER = 3.0  # seconds; what is quicker costs no call
REFRESH_EVERY = 30.0  # seconds: Slack clears it after two minutes, and with every message of the bot
_TIMEOUT = 3.0  # seconds that one call may take: the work is done by then, and the next job waits
_STATUS = N_("is working on it…")

log = structlog.get_logger()


class ProgressIndicator:
    """Runs a thread as `run_thread` does, and shows a status there once that takes `show_after` seconds."""

    def __init__(
        self,
        run_thread: Callable[[str], Awaitable[None]],
        display: StatusDisplay,
        show_after: float = SHOW_AFTER,
    ) -> None:
        self._run_thread = run_thread
        self._display = display
        self._show_after = show_after

    async def __call__(self, thread_id: str) -> None:
        """Raises what `run_thread` raises; never anything because of the status."""
        shown = asyncio.Event()
        showing = asyncio.create_task(self._show(ThreadRef.parse(thread_id), shown))
        try:
            await self._run_thread(thread_id)
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing
            if shown.is_set():
                await self._set(ThreadRef.parse(thread_id), "")

    async def _show(self, thread: ThreadRef, shown: asyncio.Event) -> None:
        await asyncio.sleep(self._show_after)
        shown.set()
        while await self._set(thread, _(_STATUS)):  # noqa: ASYNC110 -- it does wait for time to pass
            await asyncio.sleep(REFRESH_EVERY)

    async def _set(self, thread: ThreadRef, status: str) -> bool:
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self._display.show_status(thread, status)
        except (CountersignError, TimeoutError) as error:  # a status is worth no more than one try
            log.info("status_not_shown", thread_id=thread.id, reason=str(error))
            return False
        return True
