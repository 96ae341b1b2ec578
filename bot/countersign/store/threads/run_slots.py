"""Slots for steps that run graphs, shared fairly between people and channels by all workers.

The rules are SQL functions (migrations 0006, 0008, 0034, 0040 and 0043), so that each change of slots is one
statement under one lock. A thread that waits has no job. It gets one when it gets a slot; if the process dies
in between, the sweep for threads without a job makes it.
"""

from collections.abc import Sequence
from typing import Any

from countersign.error_translation import translates_errors
from countersign.flow.slots import Slot, SlotLimits
from countersign.store.connections.pool import Pool, fetch, run, transaction
from countersign.store.queries import QUERIES


@translates_errors
class RunSlots:
    def __init__(self, pool: Pool, limits: SlotLimits) -> None:
        self._pool = pool
        self._limits = {
            "starts": limits.starts,
            "decisions": limits.decisions,
            "per_person": limits.per_person,
            "per_channel": limits.per_channel,
            "per_workspace": limits.per_workspace,
        }

    async def enter(self, thread_id: str) -> Slot | None:
        (row,) = await fetch(self._pool, "take_slot", {"thread_id": thread_id, **self._limits})
        await self._enqueue(row["admitted"])
        if not row["may_run"]:
            return None
        if row["told"]:
            await run(self._pool, "retract_note", {"key": f"waiting:{thread_id}:{row['slot_fence']}"})
        return Slot(fence=row["slot_fence"])

    async def leave(self, thread_id: str, slot: Slot) -> None:
        if slot.fence is not None:
            arguments: dict[str, Any] = {"thread_id": thread_id, "fence": slot.fence, **self._limits}
            await self._enqueue([row["admitted"] for row in await fetch(self._pool, "leave_slot", arguments)])

    async def post_waiting_notes(self) -> None:
        """Have the threads that wait say so, each once."""
        await run(self._pool, "post_waiting_notes", {})

    async def repair(self) -> None:
        """Free what crashes left behind, and give what is free to threads that wait."""
        await self._enqueue(
            [row["admitted"] for row in await fetch(self._pool, "repair_slots", self._limits)]
        )

    async def _enqueue(self, thread_ids: Sequence[str]) -> None:
        if thread_ids:
            async with transaction(self._pool) as connection:
                for thread_id in thread_ids:
                    await connection.execute(QUERIES["enqueue"], {"thread_id": thread_id})
