"""What a message in Slack showed of an approval while people could act on it, as the ledger keeps it."""

from enum import StrEnum

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json
from countersign.approvals.lifecycle import Status


class ShownAs(StrEnum):
    CARD = "card"
    POINTER = "pointer"  # in the thread, to a card in another channel


def is_actionable(approval: Approval) -> bool:
    """Whether a message that shows this version has buttons that change the approval."""
    return approval.status is Status.PENDING or approval.is_undoable


def shown_detail(approval: Approval, shown_as: ShownAs, channel: str, ts: str) -> dict[str, Json]:
    """Digests and place. `rows` has what a button of a row would decide, where that is not the question."""
    proposals: dict[str, Json] = {
        str(row): approval.digest_of(row)
        for row in range(len(approval.votes))
        if approval.digest_of(row) != approval.shown_digest
    }
    detail: dict[str, Json] = {
        "as": shown_as.value,
        "digest": approval.shown_digest,
        "channel": channel,
        "message_ts": ts,
    }
    return detail | ({"rows": proposals} if proposals else {})
