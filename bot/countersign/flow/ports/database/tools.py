"""What graphs' tools need: effects that happen once, and approvals that still count."""

from typing import Protocol

from countersign.approvals.approval import Approval
from countersign.approvals.json import Json


class ApprovalValidity(Protocol):
    """Raises DatabaseUnavailable."""

    async def is_valid(self, thread_id: str, tool_call_id: str | None) -> bool:
        """Whether the approvals that were last decided together in this thread still count now."""
        ...


class DecidedApprovals(Protocol):
    """Raises DatabaseUnavailable."""

    async def last_decided(self, thread_id: str) -> tuple[Approval, ...]:
        """The approvals of the thread that were asked together with the one that changed last, if decided."""
        ...


class Effects(Protocol):
    """What tools did, by key. All raise DatabaseUnavailable."""

    async def begin(self, key: str) -> bool:
        """Whether this caller is the first to begin the effect."""
        ...

    async def finished(self, key: str) -> tuple[bool, Json]:
        """Whether the effect was finished, and its result."""
        ...

    async def finish(self, key: str, result: Json) -> None: ...

    async def forget(self, key: str) -> None: ...
