"""What the use cases need of the database for messages that come while a run goes on."""

from typing import Protocol

from countersign.flow.messages.inbound import Inbound


class QueueStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def newly_queued(self) -> tuple[Inbound, ...]:
        """Messages that have waited for a run for a moment, each person's first in each thread. Each once."""
        ...


class StopStore(Protocol):
    """Raises DatabaseUnavailable."""

    async def stops_of(self, thread_ids: frozenset[str]) -> tuple[Inbound, ...]:
        """What was asked to stop in these threads and is not handled yet."""
        ...
