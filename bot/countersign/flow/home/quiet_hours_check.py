"""Holds direct messages back during the quiet hours of their reader."""

from collections.abc import Mapping

from countersign.approvals.lifecycle import Phase
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.notices.direct_messages import NoticeReason
from countersign.flow.ports import Clock, Outbox, QuietHoursStore
from countersign.flow.review import Review

_DIRECT = {OutgoingKind.DIRECT, OutgoingKind.PRIVATE_NOTE}
_ASKS = {
    NoticeReason.ASKED.value,
    NoticeReason.REMINDED.value,
    NoticeReason.ESCALATED.value,
    NoticeReason.REFERRED.value,
}


class QuietHoursCheck:
    def __init__(self, store: QuietHoursStore, outbox: Outbox, clock: Clock) -> None:
        self._store = store
        self._outbox = outbox
        self._clock = clock

    async def holds_back(self, row: Outgoing, review: Review | None) -> bool:
        """Whether this message, which was claimed, is not to be posted now: it is held, or given up."""
        if row.kind not in _DIRECT:
            return False
        hours = await self._store.quiet_hours(row.team, row.channel)
        until = hours.until(self._clock()) if hours is not None else None
        if until is not None:
            await self._store.hold(row, until)
            return True
        if row.held and review is not None and _asks(row) and review.approval.phase is not Phase.OPEN:
            await self._outbox.give_up(row, "decided in quiet hours")
            return True
        return False


def _asks(row: Outgoing) -> bool:
    """Whether the message asks for a decision, which nobody needs any more once there is one."""
    return isinstance(row.body, Mapping) and row.body.get("why") in _ASKS
