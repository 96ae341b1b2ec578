"""Serialises the updates of each card, and drops one that is older than the newest sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

from cachetools import LRUCache

CACHE_SIZE = 10_000  # cards whose newest version is remembered


class CardUpdateSerialiser:
    """Within one process. The sweep over stale cards repairs an older update from another process."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._newest: LRUCache[UUID, int] = LRUCache(CACHE_SIZE)

    @asynccontextmanager
    async def acquire(self, card: UUID, version: int) -> AsyncIterator[bool]:
        """Hold the card's lock. Yields whether no newer version than this one was sent."""
        lock = self._locks.setdefault(card, asyncio.Lock())
        async with lock:
            yield version >= self._newest.get(card, 0)
            self._newest[card] = max(version, self._newest.get(card, 0))
