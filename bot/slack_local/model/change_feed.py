"""Waiting for something to become true in the workspace, without polling."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


class WaitTimeoutError(AssertionError):
    """What was waited for did not happen within its limit."""


class ChangeFeed:
    """Wakes those who wait on a topic; a waiter is only woken by its own topic, so many can wait."""

    def __init__(self) -> None:
        self._waiting: dict[Hashable, set[asyncio.Event]] = defaultdict(set)
        self._streamed_run: dict[object, Callable[[Sequence[Hashable]], None]] = {}

    def subscribe(self, callback: Callable[[Sequence[Hashable]], None]) -> Callable[[], None]:
        """Call `callback` with the topics of every change, at once, until the returned function is called."""
        watcher = object()
        self._streamed_run[watcher] = callback

        def stop() -> None:
            self._streamed_run.pop(watcher, None)

        return stop

    def notify(self, *topics: Hashable) -> None:
        """Something changed under each of `topics`."""
        for callback in tuple(self._streamed_run.values()):
            callback(topics)
        for topic in topics:
            for event in self._waiting.get(topic, ()):
                event.set()

    async def wait_for(
        self, topic: Hashable, look: Callable[[], T | None], *, limit: float, what: str | Callable[[], str]
    ) -> T:
        """The first true thing that `look` returns.

        `look` runs now and after every change under `topic`.
        Raises `WaitTimeoutError`, saying `what`, when `limit` seconds pass without it.
        """
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            async with asyncio.timeout(limit):
                while True:
                    event.clear()
                    found = look()
                    if found:
                        return found
                    await event.wait()
        except TimeoutError:
            description = what if isinstance(what, str) else what()
            raise WaitTimeoutError(f"waited {limit:g} s for {description}") from None
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]
