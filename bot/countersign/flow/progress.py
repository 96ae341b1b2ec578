"""A sign of life: whoever waits in a thread for longer than a moment sees that the bot is still at it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import structlog

from countersign.approvals.errors import CountersignError
from countersign.flow.thread import ThreadRef

SLOW = 3.0  # seconds after which a sign is shown; what is quicker costs no call
AGAIN = 30.0  # seconds: Slack takes it away after two minutes, and with every message of ours
_PATIENCE = 3.0  # seconds that one call may take: the work is done by then, and the next job waits
_WORKING = "is working on it…"

log = structlog.get_logger()


class Signs(Protocol):
    """Raises RateLimited, SlackRefused, SlackUnreachable."""

    async def show_status(self, thread: ThreadRef, status: str) -> None:
        """Show in the thread what the bot is at; an empty status takes the sign away."""
        ...


class Progress:
    """Works as `advance` does, and shows a sign in the thread once that takes longer than `slow` seconds."""

    def __init__(self, advance: Callable[[str], Awaitable[None]], signs: Signs, slow: float = SLOW) -> None:
        self._advance = advance
        self._signs = signs
        self._slow = slow

    async def __call__(self, thread_id: str) -> None:
        """Raises what `advance` raises; never anything because of the sign."""
        shown = asyncio.Event()
        showing = asyncio.create_task(self._show(ThreadRef.parse(thread_id), shown))
        try:
            await self._advance(thread_id)
        finally:
            showing.cancel()
            with suppress(asyncio.CancelledError):
                await showing
            if shown.is_set():
                await self._set(ThreadRef.parse(thread_id), "")

    async def _show(self, thread: ThreadRef, shown: asyncio.Event) -> None:
        await asyncio.sleep(self._slow)
        shown.set()
        while await self._set(thread, _WORKING):  # noqa: ASYNC110 -- it does wait for time to pass
            await asyncio.sleep(AGAIN)

    async def _set(self, thread: ThreadRef, status: str) -> bool:
        try:
            async with asyncio.timeout(_PATIENCE):
                await self._signs.show_status(thread, status)
        except (CountersignError, TimeoutError) as error:  # a sign is worth no more than one try
            log.info("status_not_shown", thread_id=thread.id, reason=str(error))
            return False
        return True
