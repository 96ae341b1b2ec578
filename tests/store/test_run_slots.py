"""Slots go to people in turn: nobody has more than stay free, and no decision waits for a start."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from countersign.approvals.decision import DecisionKind
from countersign.flow.messages.inbound import InboundKind
from countersign.flow.slots import Slot, SlotLimits, slot_limits
from countersign.flow.thread import ThreadRef
from countersign.flow.work import StepResult
from countersign.store.threads.run_slots import RunSlots
from tests.store.test_threads import a_waiting_thread, decided, jobs_of
from tests.support.harness import Harness, a_thread, asked, message, open_harness


@pytest.fixture
async def harness(database_url: str) -> AsyncIterator[Harness]:
    async with open_harness(database_url, {}) as opened:
        yield opened


@dataclass
class SlotQueue:
    """Threads that ask for slots, in turn. `running` are those that have one."""

    harness: Harness
    slots: RunSlots
    running: dict[str, Slot] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    owner: dict[str, str] = field(default_factory=dict)

    async def starts(self, user: str, count: int = 1, *, channel: str = "C1", team: str = "T1") -> list[str]:
        """Threads that this person begins."""
        threads = [replace(a_thread(), team=team, channel=channel) for _ in range(count)]
        for thread in threads:
            assert await self.harness.threads.accept(message(thread, "hi", user=user))
            self.owner[thread.id] = user
            await self.enter(thread.id)
        return [thread.id for thread in threads]

    async def resumes(self, user: str, count: int = 1) -> list[str]:
        """Threads of this person in which somebody has just decided."""
        found = []
        for _ in range(count):
            thread, approval = await a_waiting_thread(self.harness)
            await self.harness.rows(
                "UPDATE countersign.threads SET requester = %s WHERE id = %s", user, thread.id
            )
            await self.harness.threads.decide(decided(approval, "UBOB", DecisionKind.APPROVE))
            self.owner[thread.id] = user
            await self.enter(thread.id)
            found.append(thread.id)
        return found

    async def enter(self, thread_id: str) -> None:
        slot = await self.slots.enter(thread_id)
        if slot is None:
            self.waiting.append(thread_id)
        else:
            self.running[thread_id] = slot

    async def ends(self, thread_id: str) -> list[str]:
        """The step of this thread is over; gives the threads that got its slot."""
        await self.harness.rows(
            "UPDATE countersign.inbox SET done_at = now() WHERE thread_id = %s", thread_id
        )
        await self.slots.leave(thread_id, self.running.pop(thread_id))
        started = await self.harness.rows(
            "SELECT thread_id FROM countersign.run_slots WHERE started_at IS NOT NULL"
            " AND thread_id = ANY(%s) ORDER BY started_at",
            self.waiting,
        )
        admitted = [row["thread_id"] for row in started]
        for each in admitted:
            self.waiting.remove(each)
            await self.enter(each)
        return admitted

    def of(self, user: str) -> int:
        """How many steps of this person are under way."""
        return sum(self.owner[thread_id] == user for thread_id in self.running)


def line(harness: Harness, limits: SlotLimits) -> SlotQueue:
    return SlotQueue(harness=harness, slots=RunSlots(harness.pool, limits))


async def notes(harness: Harness) -> list[dict[str, Any]]:
    return await harness.rows("SELECT * FROM countersign.outbox ORDER BY seq")


async def told(slots: SlotQueue) -> dict[str, tuple[int, int]]:
    """What each thread was told that has waited a while: how many come before, and how many run."""
    await slots.harness.rows("UPDATE countersign.run_slots SET waiting_since = now() - interval '1 minute'")
    await slots.slots.tell_waiting()
    await slots.slots.tell_waiting()
    return {
        row["key"].split(":")[1]: (row["body"]["before"], row["body"]["running"])
        for row in await notes(slots.harness)
    }


async def test_one_person_gets_half_and_two_get_a_third_each(harness: Harness) -> None:
    slots = line(harness, slot_limits(12))
    await slots.starts("UALICE", 20)
    assert slots.of("UALICE") == 6
    await slots.starts("UBOB", 20, channel="C2")
    await slots.starts("UCAROL", channel="C3")
    assert slots.of("UBOB") == 3, "as many as stay free"
    assert slots.of("UCAROL") == 1


async def test_a_channel_leaves_a_quarter_to_the_others(harness: Harness) -> None:
    slots = line(harness, slot_limits(16))
    for number in range(20):
        await slots.starts(f"U{number}", channel="C1")
    assert len(slots.running) == 12
    await slots.starts("UELSEWHERE", channel="C2")
    assert slots.of("UELSEWHERE") == 1


async def test_those_who_wait_are_taken_in_turn(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    alices = await slots.starts("UALICE", 10)
    bobs = await slots.starts("UBOB", 4, channel="C2")
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert sorted(order + alices[:2] + bobs[:1]) == sorted(alices + bobs), "each got one, once"
    last_of_bob = order.index(bobs[-1])
    assert sum(each in alices for each in order[:last_of_bob]) <= 4, "Alice's crowd is not taken first"


async def test_with_one_slot_they_are_taken_in_turn_as_well(harness: Harness) -> None:
    slots = line(harness, slot_limits(1))
    alices = await slots.starts("UALICE", 6)
    bobs = await slots.starts("UBOB", 2)
    (carols,) = await slots.starts("UCAROL")
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert order == [alices[1], bobs[0], carols, alices[2], bobs[1], *alices[3:]]


async def test_of_one_person_whoever_waits_longest_is_next(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    alices = await slots.starts("UALICE", 5)
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert order == alices[1:]


async def test_no_start_takes_the_slots_of_decisions(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    for number in range(10):
        await slots.starts(f"U{number}", 3, channel=f"C{number}")
    assert len(slots.running) == 4
    await slots.resumes("UALICE")
    assert slots.of("UALICE") == 1


async def test_decisions_come_before_starts_and_leave_room_too(harness: Harness) -> None:
    slots = line(harness, slot_limits(8))  # and 2 for decisions
    alices = await slots.resumes("UALICE", 12)
    assert slots.of("UALICE") == 5, "half of all"
    started = await slots.starts("UALICE", 6)
    await slots.starts("UBOB", channel="C2")
    await slots.resumes("UCAROL")
    assert (slots.of("UBOB"), slots.of("UCAROL")) == (1, 1)
    order = []
    while slots.running:
        order += await slots.ends(next(iter(slots.running)))
    assert [each for each in order if each in alices] == alices[5:], "each comes in its turn"
    first_start = next(at for at, each in enumerate(order) if each in started)
    assert first_start > 0
    assert order[0] in alices


async def test_a_limit_of_its_own_is_kept(harness: Harness) -> None:
    slots = line(harness, slot_limits(16, per_person=2, per_channel=3))
    await slots.starts("UALICE", 5)
    await slots.starts("UBOB", 5)
    await slots.starts("UCAROL", 5, channel="C2")
    assert (slots.of("UALICE"), slots.of("UBOB"), slots.of("UCAROL")) == (2, 1, 2)


async def test_a_limit_of_a_workspace_is_kept_and_holds_up_no_other(harness: Harness) -> None:
    slots = line(harness, slot_limits(16, per_workspace=3))
    for user in ("UALICE", "UBOB", "UCAROL"):
        await slots.starts(user, 2, channel=f"C{user}")
    assert len(slots.running) == 3
    await slots.starts("UEVE", 2, team="T2")
    assert slots.of("UEVE") == 2
    await slots.resumes("UALICE")
    assert len(slots.running) == 6, "a decision is no start"

    first = next(thread for thread in slots.running if slots.owner[thread] == "UBOB")
    (admitted,) = await slots.ends(first)
    assert admitted.startswith("T1/"), "the next of the same workspace"


async def test_a_wait_that_is_over_in_a_moment_is_not_posted(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    await slots.slots.tell_waiting()
    assert await slots.ends(first) == [second]
    assert await told(slots) == {}


async def test_the_note_counts_those_who_are_before_and_is_written_once(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    alices = await slots.starts("UALICE", 5)
    await slots.enter(alices[3])  # another message in the thread: nothing new
    assert await told(slots) == {alices[2]: (0, 2), alices[3]: (1, 2), alices[4]: (2, 2)}
    bobs = await slots.starts("UBOB", 4, channel="C2")
    # His second thread comes after her next two, his third after her last one as well.
    later = await told(slots)
    assert [later[each] for each in bobs[1:]] == [(2, 1), (4, 1), (5, 1)]
    assert [later[each] for each in alices[2:]] == [(0, 2), (1, 2), (2, 2)], "as they were told"


async def test_a_note_that_was_not_posted_yet_is_dropped_when_the_run_starts(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    assert await told(slots) == {second: (0, 1)}
    assert await slots.ends(first) == [second]
    (note,) = await notes(harness)
    assert note["given_up_at"] is not None


async def test_a_note_that_was_posted_is_removed_when_the_run_starts(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    await told(slots)
    ref = ThreadRef.parse(second)
    await harness.delivery.deliver_thread(ref.channel, ref.ts)
    await slots.ends(first)
    await slots.slots.enter(second)  # after a crash, say
    note, removal = await notes(harness)
    assert (note["kind"], removal["kind"]) == ("waiting", "removal")
    assert removal["body"] == {"key": note["key"]}
    assert (removal["channel"], removal["thread_ts"]) == (ref.channel, ref.ts)


async def test_a_thread_gets_its_job_with_its_slot(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    first, second = await slots.starts("UALICE", 2)
    await harness.rows("DELETE FROM procrastinate_jobs WHERE lock = %s", second)
    await harness.rows("UPDATE countersign.inbox SET received_at = now() - interval '1 hour'")
    assert await harness.threads.requeue_orphaned() == (), "it has to wait"
    await slots.ends(first)
    assert await jobs_of(harness, ThreadRef.parse(second)) == 1


async def test_many_at_once_get_no_more_than_there_are(harness: Harness) -> None:
    slots = line(harness, slot_limits(16))
    threads = [a_thread() for _ in range(30)]
    for thread in threads:
        await harness.threads.accept(message(thread, "hi"))
    await asyncio.gather(*(slots.enter(thread.id) for thread in threads))
    assert len(slots.running) == 8
    ids = list(slots.running)
    for thread_id in ids:
        await harness.rows("UPDATE countersign.inbox SET done_at = now() WHERE thread_id = %s", thread_id)
    await asyncio.gather(*(slots.slots.leave(each, slots.running[each]) for each in ids))
    count = "SELECT count(*) FROM countersign.run_slots WHERE started_at IS NOT NULL"
    assert await harness.rows(count) == [{"count": 8}]


async def test_a_stale_worker_does_not_free_its_successors_slot(harness: Harness) -> None:
    slots = line(harness, slot_limits(2))
    (thread_id,) = await slots.starts("UALICE")
    stale = slots.running[thread_id]
    assert await harness.threads.work(thread_id)  # it began, and died
    await slots.enter(thread_id)
    await slots.slots.leave(thread_id, stale)
    assert await slots.slots.enter((await slots.starts("UALICE"))[0]) is None


async def test_what_a_dead_worker_left_is_freed_and_what_waits_for_its_job_is_not(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    without, with_job, third = await slots.starts("UALICE", 3)
    await harness.rows("DELETE FROM procrastinate_jobs WHERE lock = ANY(%s)", [without])
    await slots.slots.repair()
    started = "SELECT thread_id FROM countersign.run_slots WHERE started_at IS NOT NULL ORDER BY queued_at"
    assert [row["thread_id"] for row in await harness.rows(started)] == [without, with_job], (
        "its job may come"
    )
    await harness.rows("UPDATE countersign.run_slots SET started_at = started_at - interval '1 minute'")
    await slots.slots.repair()
    assert [row["thread_id"] for row in await harness.rows(started)] == [with_job, third]


async def test_after_a_crash_of_the_server_the_sweeps_make_the_line_again(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    alices = await slots.starts("UALICE", 5)
    assert len(await told(slots)) == 3
    await harness.rows("TRUNCATE countersign.run_slots")  # what the server does with an unlogged table
    await harness.rows("DELETE FROM procrastinate_jobs")
    await harness.rows("UPDATE countersign.inbox SET received_at = received_at - interval '1 hour'")
    assert sorted(await harness.threads.requeue_orphaned()) == sorted(alices)
    slots.running, slots.waiting = {}, []
    for thread_id in reversed(alices):
        await slots.enter(thread_id)
    assert len(slots.running) == 2
    waiting = await told(slots)
    assert waiting.keys() == set(alices), "those that run now had been told"
    over = [row["key"] for row in await notes(harness) if row["given_up_at"]]
    assert sorted(over) == [f"waiting:{each}:1" for each in alices[3:]], (
        "nobody is told twice, or for too long"
    )


async def test_more_workers_have_more_slots_and_a_dead_one_has_none(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    await harness.rows(
        "INSERT INTO procrastinate_workers (last_heartbeat)"
        " VALUES (now()), (now()), (now() - interval '1 minute')"
    )
    await slots.starts("UALICE", 10)
    assert slots.of("UALICE") == 4


async def test_what_runs_no_graph_needs_no_slot(harness: Harness) -> None:
    slots = line(harness, slot_limits(1))
    await slots.starts("UALICE", channel="C2")
    thread, _ = await a_waiting_thread(harness)
    await harness.threads.accept(message(thread, "a remark", user="UALICE"))
    assert await slots.slots.enter(thread.id) == Slot(fence=None)
    revision = asked(thread, InboundKind.REVISION, {"message": "k"})
    await harness.threads.accept(revision)
    assert await slots.slots.enter(thread.id) == Slot(fence=None)


async def test_a_decision_that_may_still_be_taken_back_needs_none_yet(harness: Harness) -> None:
    slots = line(harness, slot_limits(4))
    thread, approval = await a_waiting_thread(harness)
    await harness.threads.decide(decided(approval, "UBOB", DecisionKind.APPROVE))
    await harness.rows("UPDATE countersign.approvals SET undo_until = now() + interval '1 minute'")
    assert await slots.slots.enter(thread.id) == Slot(fence=None)
    await harness.rows("UPDATE countersign.approvals SET undo_until = NULL")
    assert await slots.slots.enter(thread.id) == Slot(fence=2)


async def test_a_retry_counts_as_a_decision(harness: Harness) -> None:
    slots = line(harness, slot_limits(1))
    await slots.starts("UALICE", channel="C2")
    thread = a_thread()
    inbound = message(thread, "hi")
    await harness.threads.accept(inbound)
    work = await harness.threads.work(thread.id)
    assert work is not None
    halted = replace(work.thread, halted="e")
    await harness.threads.save_step(StepResult(thread=halted, parked=(inbound.key,)))
    await harness.threads.accept(asked(thread, InboundKind.RETRY))
    slot = await slots.slots.enter(thread.id)
    assert slot is not None
    assert slot.fence is not None


async def install(harness: Harness, *teams: str) -> None:
    for team in teams:
        await harness.rows(
            "INSERT INTO countersign.installations"
            " (id, name, url, bot_id, bot_user, scopes, token, installed_by)"
            " VALUES (%s, '', '', '', '', '', '', '')",
            team,
        )


async def begins_in(slots: SlotQueue, team: str, count: int) -> None:
    """So many people of a workspace begin a thread each, in a channel each."""
    for number in range(count):
        user = f"U{team}{number}"
        thread = ThreadRef(team=team, channel=f"C{number}", ts=a_thread().ts)
        assert await slots.harness.threads.accept(message(thread, "hi", user=user))
        slots.owner[thread.id] = user
        await slots.enter(thread.id)


def running_in(slots: SlotQueue, team: str) -> int:
    return sum(thread_id.startswith(f"{team}/") for thread_id in slots.running)


async def test_a_busy_workspace_leaves_slots_to_another_and_takes_turns_with_it(harness: Harness) -> None:
    await install(harness, "T1", "T2")
    slots = line(harness, slot_limits(12))
    await begins_in(slots, "T1", 30)
    assert running_in(slots, "T1") == 9

    await begins_in(slots, "T2", 30)
    assert running_in(slots, "T2") == 3
    for _ in range(3):
        ended = next(each for each in slots.running if each.startswith("T1/"))
        assert all(admitted.startswith("T2/") for admitted in await slots.ends(ended))
    assert (running_in(slots, "T1"), running_in(slots, "T2")) == (6, 5)  # and one stays free for a third


async def test_one_workspace_alone_takes_every_slot(harness: Harness) -> None:
    await install(harness, "T1")
    slots = line(harness, slot_limits(12))
    await begins_in(slots, "T1", 30)
    assert running_in(slots, "T1") == 12


async def test_who_comes_before_is_counted_in_the_own_workspace(harness: Harness) -> None:
    await install(harness, "T1", "T2")
    slots = line(harness, slot_limits(4))
    await begins_in(slots, "T1", 20)
    await begins_in(slots, "T2", 4)
    before = [place for thread_id, (place, _) in (await told(slots)).items() if thread_id.startswith("T2/")]
    assert sorted(before) == list(range(len(before)))
