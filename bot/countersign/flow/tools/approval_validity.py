"""Whether an approval still counts when its action is about to run, as a graph's tools ask it."""

from countersign.approvals.approval import Approval
from countersign.flow.ports import Clock, DecidedApprovals


class ApprovalValidity:
    """Implements `ApprovalValidity` of countersign.flow.ports."""

    def __init__(self, approvals: DecidedApprovals, clock: Clock) -> None:
        self._approvals = approvals
        self._clock = clock

    async def is_valid(self, thread_id: str, tool_call_id: str | None) -> bool:
        decided = await self._approvals.last_decided(thread_id)
        of_call = [approval for approval in decided if _tool_call_id(approval) == tool_call_id is not None]
        now = self._clock()
        return not any(approval.too_old_rows(now) for approval in of_call or decided)


def _tool_call_id(approval: Approval) -> object:
    return approval.value.get("tool_call_id") if isinstance(approval.value, dict) else None
