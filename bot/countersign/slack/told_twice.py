"""A mention in a channel is told as two events, so half of what comes in is stored already.

The second is acknowledged once the first is committed, without asking the database again. Whatever this
process did not store itself still goes there: its unique keys decide, this only saves the way.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol
from weakref import WeakValueDictionary

from countersign.flow.inbound import Inbound

MOST = 10_000  # messages that are remembered


class Store(Protocol):
    async def accept(self, inbound: Inbound) -> bool:
        """Whether it was stored: False for what is known already, or is no business of ours."""
        ...


class ToldTwice:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stored: OrderedDict[str, None] = OrderedDict()

    async def accept(self, inbound: Inbound) -> bool:
        """Return when it is stored, or when there is nothing to store: whether this call stored it.

        Raises what storing it raises.
        """
        turn = self._turns.setdefault(inbound.key, asyncio.Lock())
        async with turn:
            if inbound.key in self._stored or not await self._store.accept(inbound):
                return False
            self._stored[inbound.key] = None
            while len(self._stored) > MOST:
                self._stored.popitem(last=False)
            return True
