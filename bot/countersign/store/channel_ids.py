"""Stores which channels got a new id, and when."""

from countersign.error_translation import translates_errors
from countersign.flow.ports import ChannelIdChange
from countersign.store.connections.pool import Pool, fetch, run


@translates_errors
class ChannelIdStore:
    """Implements `ChannelIdStore` of countersign.flow.ports."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, team: str, change: ChannelIdChange) -> None:
        arguments = {"team": team, "old": change.old, "new": change.new, "ts": change.ts}
        await run(self._pool, "add_channel_id", arguments)

    async def all(self, team: str) -> tuple[ChannelIdChange, ...]:
        found = await fetch(self._pool, "channel_ids", {"team": team})
        return tuple(
            ChannelIdChange(old=row["old_id"], new=row["new_id"], ts=row["changed_ts"]) for row in found
        )
