"""The second telling of a message waits for the first to be stored, and makes up for one that failed."""

import asyncio

import pytest

from countersign.flow.messages.inbound import Inbound, InboundKind
from countersign.flow.thread import ThreadRef
from countersign.slack.transport.inbound.deduplication import MessageDeduplicator

THREAD = ThreadRef(team="T1", channel="C1", ts="1.0")
MESSAGE = Inbound(
    key="message:T1/C1/1.0", kind=InboundKind.MESSAGE, thread=THREAD, user="U1", text="hello", ts="1.0"
)


class Store:
    """Stores when it is let, and fails as often as it is told to."""

    def __init__(self, *, failures: int = 0) -> None:
        self.asked = 0
        self.let = asyncio.Event()
        self._failures = failures

    async def accept(self, inbound: Inbound) -> bool:
        self.asked += 1
        await self.let.wait()
        if self.asked <= self._failures:
            raise ConnectionError
        return True


async def test_the_second_telling_waits_until_the_first_is_stored_and_stores_nothing() -> None:
    store = Store()
    twice = MessageDeduplicator(store)
    tellings = [asyncio.create_task(twice.accept(MESSAGE)) for _ in range(2)]
    done, _ = await asyncio.wait(tellings, timeout=0.05)
    assert not done

    store.let.set()
    await asyncio.gather(*tellings)

    assert store.asked == 1


async def test_the_second_telling_stores_what_the_first_could_not() -> None:
    store = Store(failures=1)
    store.let.set()
    twice = MessageDeduplicator(store)

    with pytest.raises(ConnectionError):
        await twice.accept(MESSAGE)
    await twice.accept(MESSAGE)

    assert store.asked == 2
