"""Starts and decisions that wait for slots, and the notes that say so."""

from dataclasses import dataclass, field, replace
from typing import Any

from countersign.approvals.decision import DecisionKind
from countersign.flow.slots import Slot, SlotLimits
from countersign.store.threads.run_slots import RunSlots
from tests.store.threads.stored_threads import a_waiting_thread, decided
from tests.support.harness import Harness, a_thread, message


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
    await slots.slots.post_waiting_notes()
    await slots.slots.post_waiting_notes()
    return {
        row["key"].split(":")[1]: (row["body"]["before"], row["body"]["running"])
        for row in await notes(slots.harness)
    }
