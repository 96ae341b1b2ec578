"""The offer to the writer of a message: ephemeral buttons that say what to do with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from countersign.approvals.json import Json


class ReplyChoice(StrEnum):
    USE = "use"  # the message is the answer to the question
    KEEP = "keep"  # it is read once the question is decided
    REJECT = "reject"  # the message is the reason
    FEEDBACK = "feedback"  # the message is sent as feedback
    IGNORE = "ignore"  # it is not an answer


@dataclass(frozen=True, kw_only=True)
class ReplyOffer:
    """What may be done with the message that has this key, about the question that has this digest."""

    message: str
    approval_id: UUID
    digest: str
    choices: tuple[ReplyChoice, ...]  # in the order of their buttons


@dataclass(frozen=True, kw_only=True)
class ChosenReply:
    """What the writer chose."""

    message: str
    approval_id: UUID
    digest: str
    choice: ReplyChoice

    def body(self) -> dict[str, Json]:
        return {
            "message": self.message,
            "approval": str(self.approval_id),
            "digest": self.digest,
            "choice": self.choice.value,
        }

    @classmethod
    def from_body(cls, body: Any) -> "ChosenReply":
        """What `body` made. Raises KeyError and ValueError for anything else."""
        fields: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
        return cls(
            message=str(fields["message"]),
            approval_id=UUID(fields["approval"]),
            digest=str(fields["digest"]),
            choice=ReplyChoice(fields["choice"]),
        )
