"""Deduplication of messages: Slack sends a mention in a channel as two events, and retries events.

The second event is acknowledged once the first is committed, without a second query. The unique keys in the
database decide; this cache only saves the query for what this process stored itself.
"""

import asyncio
from typing import Protocol
from weakref import WeakValueDictionary

from cachetools import FIFOCache

from countersign.flow.messages.inbound import Inbound

CACHE_SIZE = 10_000  # message keys


class Store(Protocol):
    async def accept(self, inbound: Inbound) -> bool:
        """Whether it was stored: False for a duplicate, or for a thread that is not ours."""
        ...


class RecentKeys:
    """The newest keys that were added, at most CACHE_SIZE of them."""

    def __init__(self) -> None:
        self._keys: FIFOCache[str, None] = FIFOCache(CACHE_SIZE)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def add(self, key: str) -> bool:
        """Whether the key is new."""
        if key in self._keys:
            return False
        self._keys[key] = None
        return True


class MessageDeduplicator:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stored = RecentKeys()

    async def accept(self, inbound: Inbound) -> bool:
        """Return once the message is stored or need not be: True if this call stored it.

        Raises what `Store.accept` raises.
        """
        lock = self._locks.setdefault(inbound.key, asyncio.Lock())
        async with lock:
            if inbound.key in self._stored or not await self._store.accept(inbound):
                return False
            return self._stored.add(inbound.key)
