"""Notifies people who write during a run that their message is queued, once per run."""

from collections.abc import Callable

from countersign.flow.ports import QueueStore
from countersign.flow.thread import ThreadRef
from countersign.flow.work import Notice
from countersign.i18n import N_, lazy_text

_QUEUED = N_("Queued. I'll read this when I'm done. To stop me, mention me and write `stop`.")


class QueuedNotices:
    """Called periodically by every worker; only one of them sends the notice for a message."""

    def __init__(self, store: QueueStore, notify: Callable[[ThreadRef, Notice], None]) -> None:
        self._store = store
        self._notify = notify

    async def __call__(self) -> None:
        for message in await self._store.newly_queued():
            self._notify(message.thread, Notice(user=message.user, text=lazy_text(_QUEUED)))
