"""Deduplication of messages before the database: Slack sends a mention in a channel as two events.

The second event is acknowledged once the first is committed, without a second query. The unique keys in the
database decide; this cache only saves the query for what this process stored itself.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol
from weakref import WeakValueDictionary

from countersign.flow.inbound import Inbound

CACHE_SIZE = 10_000  # message keys


class Store(Protocol):
    async def accept(self, inbound: Inbound) -> bool:
        """Whether it was stored: False for a duplicate, or for a thread that is not ours."""
        ...


class MessageDeduplicator:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stored: OrderedDict[str, None] = OrderedDict()

    async def accept(self, inbound: Inbound) -> bool:
        """Return once the message is stored or need not be: True if this call stored it.

        Raises what `Store.accept` raises.
        """
        lock = self._locks.setdefault(inbound.key, asyncio.Lock())
        async with lock:
            if inbound.key in self._stored or not await self._store.accept(inbound):
                return False
            self._stored[inbound.key] = None
            while len(self._stored) > CACHE_SIZE:
                self._stored.popitem(last=False)
            return True
