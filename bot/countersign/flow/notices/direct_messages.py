"""Direct messages about an approval. Each is sent once, and says so when the approval is decided."""

from collections.abc import Iterable
from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.flow.outgoing import Outgoing, OutgoingKind
from countersign.flow.thread import ThreadRef


class Why(StrEnum):
    ASKED = "asked"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    BROKE_GLASS = "broke_glass"
    REVIEW_DUE = "review_due"


def direct_messages(approval: Approval, users: Iterable[str], why: Why) -> tuple[Outgoing, ...]:
    """A message to each of them, for each reason once since the approval was last asked."""
    team = ThreadRef.parse(approval.thread_id).team
    asked = int(approval.clock_from.timestamp())
    return tuple(
        Outgoing(
            key=f"{why}:{approval.id}:{asked}:{user}",
            kind=OutgoingKind.DIRECT,
            team=team,
            channel=user,
            thread_ts=None,
            body={"why": why.value},
            approval_id=approval.id,
        )
        for user in users
    )
