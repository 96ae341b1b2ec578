"""A round of retention does all that is due, and the next one goes on behind what waits for people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from countersign.flow.ports.database.retention import BEFORE_ALL, ThreadAge, ThreadPage
from countersign.flow.retention import Retention


class Threads:
    """Threads by age, of which every third is idle, and what was looked at and done."""

    def __init__(self, number: int) -> None:
        self.ages = [
            ThreadAge(touched_at=BEFORE_ALL.touched_at + timedelta(seconds=n + 1), thread_id=f"T1/C1/{n}")
            for n in range(number)
        ]
        self.seen: list[str] = []
        self.compacted: list[str] = []

    async def threads_to_compact(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        page = [age for age in self.ages if age.touched_at > after.touched_at][:limit]
        self.seen += [age.thread_id for age in page]
        return ThreadPage(idle=tuple(age.thread_id for age in page[::3]), end=page[-1] if page else None)

    async def delete_expired_events(self) -> None: ...

    async def is_idle(self, thread_id: str, seconds: float) -> bool:
        return True

    async def mark_compacted(self, thread_id: str) -> None:
        self.compacted.append(thread_id)

    async def compact(self, thread_id: str, session: Any) -> None: ...

    @asynccontextmanager
    async def hold(self, thread_id: str) -> AsyncIterator[None]:
        yield


async def test_a_round_compacts_all_that_is_due_and_the_next_one_sees_only_what_is_new() -> None:
    threads = Threads(1_700)
    ports: Any = threads
    retention = Retention(ports, ports, ports, None)

    await retention()

    assert threads.seen == [age.thread_id for age in threads.ages]
    assert len(threads.compacted) > 500
    threads.seen.clear()
    threads.ages.append(
        ThreadAge(touched_at=threads.ages[-1].touched_at + timedelta(seconds=1), thread_id="T1/C1/new")
    )

    await retention()

    assert threads.seen == ["T1/C1/new"]
    assert threads.compacted[-1] == "T1/C1/new"
