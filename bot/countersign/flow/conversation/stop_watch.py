"""Stops the runs of this process that somebody asked to stop, whichever process received the message."""

from collections.abc import Callable
from time import monotonic

from countersign.flow.ports import Runs, StopStore
from countersign.flow.thread import ThreadRef
from countersign.flow.work import Notice
from countersign.i18n import N_, lazy_text

SAY_SO_AFTER = 2.0  # seconds; most steps end before
_STILL_STOPPING = N_("Stopping after the agent's current step.")


class StopWatch:
    """Called periodically. Queries the database only while a graph runs in this process."""

    def __init__(
        self,
        store: StopStore,
        runs: Runs,
        notify: Callable[[ThreadRef, Notice], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._runs = runs
        self._notify = notify
        self._clock = clock
        self._seen: dict[str, float] = {}  # when a stop was first seen, by its key
        self._told: set[str] = set()

    async def __call__(self) -> None:
        running = self._runs.running
        stops = await self._store.stops_of(running) if running else ()
        if stops:
            await self._runs.stop(frozenset(stop.thread.id for stop in stops))
        now = self._clock()
        self._seen = {stop.key: self._seen.get(stop.key, now) for stop in stops}
        self._told &= self._seen.keys()
        for stop in stops:
            if now - self._seen[stop.key] >= SAY_SO_AFTER and stop.key not in self._told:
                self._told.add(stop.key)
                self._notify(stop.thread, Notice(user=stop.user, text=lazy_text(_STILL_STOPPING)))
