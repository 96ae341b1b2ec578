"""Channels whose id changed: Slack knows the new one, and a thread keeps the one that it began with.

A private channel gets a new id when it is shared with another workspace (`channel_id_changed`). Calls with
the old id fail from then on, so ids are mapped on the way in and on the way out.
"""

import time
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation

from countersign.flow.ports.database.channel_ids import ChannelIdChange, ChannelIdStore

MAX_AGE = 1.0  # seconds until another process's change is seen


class ChannelIds:
    """The changes of one workspace, read again when older than a second."""

    def __init__(self, store: ChannelIdStore, team: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._team = team
        self._clock = clock
        self._read_at: float | None = None
        self._by_old: dict[str, ChannelIdChange] = {}
        self._by_new: dict[str, ChannelIdChange] = {}

    async def refresh(self) -> None:
        """Read the changes unless they are new enough. Raises DatabaseUnavailable."""
        if self._read_at is not None and self._clock() - self._read_at < MAX_AGE:
            return
        at = self._clock()
        changes = await self._store.all(self._team)
        self._by_old = {change.old: change for change in changes}
        self._by_new = {change.new: change for change in changes}
        self._read_at = at

    async def changed(self, old: str, new: str, ts: str) -> None:
        """Record a change that Slack reports. Idempotent."""
        await self._store.add(self._team, ChannelIdChange(old=old, new=new, ts=Decimal(ts)))
        self._read_at = None
        await self.refresh()

    def current(self, channel: str) -> str:
        """The id that Slack knows now for a channel that had this one."""
        for _ in range(len(self._by_old)):
            change = self._by_old.get(channel)
            if change is None:
                break
            channel = change.new
        return channel

    def at(self, channel: str, thread_ts: str) -> str:
        """The id that a thread's channel had when the thread began."""
        try:
            began = Decimal(thread_ts)
        except InvalidOperation:
            return channel
        for _ in range(len(self._by_new)):
            change = self._by_new.get(channel)
            if change is None or began >= change.ts:
                break
            channel = change.old
        return channel

    def with_former(self, channels: Sequence[str]) -> list[str]:
        """These channels' ids and all that they had before."""
        found = list(channels)
        for channel in found:
            change = self._by_new.get(channel)
            if change is not None and change.old not in found:
                found.append(change.old)
        return found
