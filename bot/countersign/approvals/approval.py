"""An approval: our record of one interrupt that waits for people.

pending --every row decided--> decided --the graph took the answer--> resumed
   |  ^                           |
   |  +------the graph refused----+
   +--the question is gone--> withdrawn <--given up, or the question is gone--+ (from decided)
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from countersign.approvals.errors import AlreadyDecided, NotPending, QuestionChanged
from countersign.approvals.json import Json
from countersign.approvals.vote import Vote


class Status(StrEnum):
    PENDING = "pending"  # waits for people
    DECIDED = "decided"  # people decided; the graph has not taken the answer yet
    RESUMED = "resumed"  # the graph took the answer
    WITHDRAWN = "withdrawn"  # the question is gone: nothing was decided, or nothing came of it


@dataclass(frozen=True, kw_only=True)
class Approval:
    id: UUID
    thread_id: str
    interrupt_id: str
    digest: str  # of the interrupt's value and schema: what people saw is what runs
    value: Json
    schema: Json
    status: Status
    votes: tuple[Vote | None, ...]  # one place per row of the review request
    opened_at: datetime
    answer: Json = None  # what the graph is resumed with, once decided
    status_reason: str | None = None  # why it was reopened or withdrawn
    version: int = 1  # grows with every change; saving compares it
    rendered_version: int = 0  # the version that the card in Slack shows; 0 while there is no card
    card_ts: str | None = None  # the card's message in the thread's channel

    @property
    def open_rows(self) -> tuple[int, ...]:
        return tuple(row for row, vote in enumerate(self.votes) if vote is None)

    def check_open(self, row: int, digest: str) -> None:
        """Raise unless this row still waits for an answer to the very question that has this digest.

        Raises NotPending, QuestionChanged or AlreadyDecided.
        """
        if self.status is not Status.PENDING:
            raise NotPending(self._how_it_ended())
        if self.digest != digest or not 0 <= row < len(self.votes):
            raise QuestionChanged
        if self.votes[row] is not None:
            raise AlreadyDecided

    def _how_it_ended(self) -> str:
        outcomes = sorted({f"{vote.decision.kind.done} by {vote.by.name}" for vote in self.votes if vote})
        if self.status is Status.WITHDRAWN or not outcomes:
            return f"This is no longer open. {self.status_reason or ''}".strip()
        return f"This was {' and '.join(outcomes)} already, so nothing was changed."

    def with_votes(self, votes: dict[int, Vote]) -> "Approval":
        """The approval with these rows decided; it is decided once none is left open."""
        merged = tuple(votes.get(row, vote) for row, vote in enumerate(self.votes))
        status = Status.PENDING if None in merged else Status.DECIDED
        return replace(self, votes=merged, status=status, status_reason=None, version=self.version + 1)

    def answered_with(self, answer: Json) -> "Approval":
        return replace(self, answer=answer)

    def resumed(self) -> "Approval":
        return replace(self, status=Status.RESUMED, version=self.version + 1)

    def reopened(self, reason: str) -> "Approval":
        """Pending again, because the graph would not take the answer."""
        blank = (None,) * len(self.votes)
        return replace(
            self,
            status=Status.PENDING,
            votes=blank,
            answer=None,
            status_reason=reason,
            version=self.version + 1,
        )

    def withdrawn(self, reason: str) -> "Approval":
        return replace(self, status=Status.WITHDRAWN, status_reason=reason, version=self.version + 1)


def open_approval(
    *,
    thread_id: str,
    interrupt_id: str,
    digest: str,
    value: Json,
    schema: Json,
    rows: int,
    at: datetime,
) -> Approval:
    """A new approval for a pending interrupt, with nobody's vote yet."""
    return Approval(
        id=uuid4(),
        thread_id=thread_id,
        interrupt_id=interrupt_id,
        digest=digest,
        value=value,
        schema=schema,
        status=Status.PENDING,
        votes=(None,) * rows,
        opened_at=at,
    )
