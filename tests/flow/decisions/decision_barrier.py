"""Two saves of an approval in the same moment."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from countersign.approvals.ledger import Change
from countersign.flow.messages.outgoing import Outgoing


class DecisionBarrier:
    """Lets saves of an approval go on only once so many wait: they have read the same row then."""

    def __init__(self, store: Any, waits_for: int) -> None:
        self._store = store
        self._barrier = asyncio.Barrier(waits_for)
        self.used = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def has_one(self) -> bool:
        return self._barrier.n_waiting == 1

    async def decide(self, change: Change, post: Sequence[Outgoing] = ()) -> None:
        if self.used < 2:
            self.used += 1
            await self._barrier.wait()
        await self._store.decide(change, post)


def barrier_before_decisions() -> tuple[list[Any], Callable[[str, Any], Any]]:
    """A list that is to hold the barrier, and what puts it before a harness's store."""
    gate: list[Any] = []

    def wrap(name: str, port: Any) -> Any:
        if name != "store":
            return port
        gate.append(DecisionBarrier(port, 2))
        return gate[0]

    return gate, wrap
