"""Caches answers of Slack until they expire or Slack reports a change."""

from collections.abc import Awaitable, Callable, Hashable
from typing import Any, TypeVar

from cachetools import LRUCache

T = TypeVar("T")


class LookupCache:
    """At most `size` answers; the least recently used are evicted. `clock` counts seconds."""

    def __init__(self, size: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._answers: LRUCache[Hashable, tuple[float, Any]] = LRUCache(size)
        self._generation = 0  # counts invalidations

    def forget(self) -> None:
        """Ask again from now on: a change was reported."""
        self._generation += 1
        self._answers.clear()

    async def get(self, key: Hashable, look_up: Callable[[], Awaitable[T]], *, max_age: float) -> T:
        """The answer of at most `max_age` seconds ago, or a new one. What `look_up` raises is not kept."""
        cached = self._answers.get(key)
        if cached is not None and self._clock() - cached[0] < max_age:
            kept: T = cached[1]
            return kept
        asked_at, generation = self._clock(), self._generation
        answer = await look_up()
        if generation == self._generation:  # else it may be older than the change that was reported
            self._answers[key] = (asked_at, answer)
        return answer
