"""Whoever writes while a run goes on is told that their message is queued."""

from dataclasses import replace

from countersign.flow.conversation.queued_notices import QueuedNotices
from countersign.flow.messages.inbound import Inbound
from countersign.flow.thread import ThreadRef
from countersign.flow.work import Notice
from tests.flow.rows import REF, a_message

QUEUED = "Queued. I'll read this when I'm done. To stop me, mention me and write `stop`."


class Store:
    def __init__(self, *queued: Inbound) -> None:
        self._queued = queued

    async def newly_queued(self) -> tuple[Inbound, ...]:
        return self._queued


async def test_each_writer_of_a_newly_queued_message_is_told_where_it_is() -> None:
    told: list[tuple[ThreadRef, str, str]] = []

    def notify(thread: ThreadRef, notice: Notice) -> None:
        told.append((thread, notice.user, str(notice.text)))

    elsewhere = replace(REF, ts="200.000001")
    other = replace(a_message(2), thread=elsewhere, user="UALICE")
    await QueuedNotices(Store(a_message(1), other), notify)()
    assert told == [(REF, "UBOB", QUEUED), (elsewhere, "UALICE", QUEUED)]
