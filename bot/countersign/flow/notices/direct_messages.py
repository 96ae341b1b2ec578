"""Direct messages about an approval. Each is sent once, and updated when the approval is decided."""

from collections.abc import Iterable
from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.approvals.assignment.referral import Referral
from countersign.flow.messages.outgoing import Outgoing, OutgoingKind
from countersign.flow.thread import ThreadRef


class NoticeReason(StrEnum):
    ASKED = "asked"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    REFERRED = "referred"
    BROKE_GLASS = "broke_glass"
    REVIEW_DUE = "review_due"


def direct_messages(approval: Approval, users: Iterable[str], why: NoticeReason) -> tuple[Outgoing, ...]:
    """A message to each person, once per reason since the approval was last asked."""
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


def referral_message(approval: Approval, referral: Referral) -> Outgoing:
    """To the person asked, once per person who asks them."""
    asked = int(approval.clock_from.timestamp())
    return Outgoing(
        key=f"{NoticeReason.REFERRED}:{approval.id}:{asked}:{referral.by.id}:{referral.to.id}",
        kind=OutgoingKind.DIRECT,
        team=ThreadRef.parse(approval.thread_id).team,
        channel=referral.to.id,
        thread_ts=None,
        body={"why": NoticeReason.REFERRED.value, "by": referral.by.id, "note": referral.note},
        approval_id=approval.id,
    )
