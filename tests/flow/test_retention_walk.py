"""A round of retention does all that is due, and the next one goes on behind what waits for people."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from countersign.flow.errors import ThreadBusy
from countersign.flow.ports.database.retention import BEFORE_ALL, ThreadAge, ThreadPage
from countersign.flow.retention import Retention
from countersign.flow.thread import ThreadRef

Forgotten = Callable[[ThreadRef], Awaitable[None]]


class Threads:
    """Threads by age, of which every third is idle, and what was looked at and done."""

    def __init__(self, number: int) -> None:
        self.ages = [
            ThreadAge(touched_at=BEFORE_ALL.touched_at + timedelta(seconds=n + 1), thread_id=f"T1/C1/{n}")
            for n in range(number)
        ]
        self.seen: list[str] = []
        self.compacted: list[str] = []
        self.cut: list[str] = []  # whose checkpoints were compacted
        self.deleted: list[str] = []
        self.rested: set[float] = set()  # the seconds that were asked for
        self.expired: list[str] = []
        self.busy: set[str] = set()
        self.in_use: set[str] = set()
        self.now = 1000.0
        self.takes = 0.0  # seconds for a page

    async def threads_to_compact(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        self.rested.add(seconds)
        self.now += self.takes
        page = [age for age in self.ages if age.touched_at > after.touched_at][:limit]
        self.seen += [age.thread_id for age in page]
        return ThreadPage(idle=tuple(age.thread_id for age in page[::3]), end=page[-1] if page else None)

    async def idle_threads(self, seconds: float, after: ThreadAge, limit: int) -> ThreadPage:
        return await self.threads_to_compact(seconds, after, limit)

    async def delete_expired_events(self) -> None:
        self.expired.append("events")

    async def delete_expired_effects(self, seconds: float) -> None:
        self.expired.append("effects")
        self.rested.add(seconds)

    async def is_idle(self, thread_id: str, seconds: float) -> bool:
        self.rested.add(seconds)
        return True

    async def mark_compacted(self, thread_id: str) -> None:
        self.compacted.append(thread_id)

    @asynccontextmanager
    async def deleting(self, session: Any, thread_id: str, seconds: float) -> AsyncIterator[bool]:
        self.rested.add(seconds)
        yield thread_id not in self.in_use

    async def delete(self, thread_id: str, session: Any) -> None:
        self.deleted.append(thread_id)

    async def compact(self, thread_id: str, session: Any) -> None:
        assert session == f"session of {thread_id}"
        self.cut.append(thread_id)

    @asynccontextmanager
    async def hold(self, thread_id: str) -> AsyncIterator[str]:
        if thread_id in self.busy:
            raise ThreadBusy
        yield f"session of {thread_id}"


def retention_of(
    threads: Threads, days: float | None = None, forgotten: Forgotten | None = None
) -> Retention:
    ports: Any = threads
    return Retention(ports, ports, ports, days, forgotten, clock=lambda: threads.now)


async def test_a_round_compacts_all_that_is_due_and_the_next_one_sees_only_what_is_new() -> None:
    threads = Threads(1_700)
    retention = retention_of(threads)

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


async def test_without_days_nothing_is_deleted_and_what_rests_for_an_hour_is_compacted() -> None:
    threads = Threads(3)
    await retention_of(threads)()
    assert (threads.compacted, threads.deleted, threads.rested) == (["T1/C1/0"], [], {3600.0})
    assert (threads.cut, threads.expired) == (["T1/C1/0"], ["events"])


async def test_with_days_a_thread_is_deleted_that_was_not_touched_for_so_many() -> None:
    threads = Threads(3)
    await retention_of(threads, days=30)()
    assert (threads.deleted, threads.rested) == (["T1/C1/0"], {3600.0, 30 * 24 * 3600.0})
    assert threads.expired == ["events", "effects"]


async def test_whose_thread_is_deleted_is_told_and_only_then() -> None:
    threads, forgotten = Threads(9), list[str]()
    threads.busy, threads.in_use = {"T1/C1/0"}, {"T1/C1/3"}

    async def forget(thread: ThreadRef) -> None:
        forgotten.append(thread.id)

    await retention_of(threads, days=30, forgotten=forget)()

    assert (threads.deleted, forgotten) == (["T1/C1/6"], ["T1/C1/6"])
    assert threads.compacted == ["T1/C1/3", "T1/C1/6"], "a thread in use comes up again"


@pytest.mark.parametrize(("thread", "deleted"), [("T1/C1/0", True), ("T1/C1/3", False), ("T1/C1/6", False)])
async def test_whether_a_thread_could_be_deleted_is_said(thread: str, deleted: bool) -> None:
    threads = Threads(9)
    threads.in_use, threads.busy = {"T1/C1/3"}, {"T1/C1/6"}
    assert await retention_of(threads).delete(thread, 60) is deleted
    assert threads.deleted == ([thread] if deleted else [])


@pytest.mark.parametrize(("seconds", "pages"), [(120.0, 2), (119.9, 3), (240.0, 1)])
async def test_a_round_ends_after_four_minutes_and_the_next_one_goes_on(seconds: float, pages: int) -> None:
    threads = Threads(10_000)
    threads.takes = seconds
    retention = retention_of(threads)

    await retention()

    begun = len(threads.seen)
    assert begun == pages * 500
    await retention()
    assert threads.seen[begun] == f"T1/C1/{begun}"


async def test_once_a_day_all_threads_are_looked_at_anew() -> None:
    threads = Threads(3)
    retention = retention_of(threads)
    await retention()
    threads.now += 24 * 3600 - 1

    await retention()
    assert len(threads.seen) == 3
    threads.now += 1
    await retention()

    assert len(threads.seen) == 6
    await retention()
    assert len(threads.seen) == 6
