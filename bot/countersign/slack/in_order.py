"""Drawings of one card in the order of its versions: of two that overtake each other, the newer one stays."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID
from weakref import WeakValueDictionary

MOST = 10_000  # cards whose version is remembered


class InOrder:
    """Within this process. Another one's older drawing is made good by the sweep over stale cards."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._newest: OrderedDict[UUID, int] = OrderedDict()

    @asynccontextmanager
    async def turn(self, card: UUID, version: int) -> AsyncIterator[bool]:
        """Wait for this card's turn; whether the version is still worth drawing."""
        lock = self._locks.setdefault(card, asyncio.Lock())
        async with lock:
            yield version >= self._newest.get(card, 0)
            self._newest[card] = max(version, self._newest.pop(card, 0))
            while len(self._newest) > MOST:
                self._newest.popitem(last=False)
