"""A decision's way from a person to the approval: checked in full, then saved once.

The graph is resumed after that, by the worker: a crash in between loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.decision import Decision
from countersign.approvals.eligibility import check_may_decide
from countersign.approvals.errors import NotPending
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person
from countersign.approvals.vote import Vote
from countersign.flow.errors import Conflict
from countersign.flow.metrics import Metrics
from countersign.flow.ports import Clock, Store
from countersign.flow.review import Review
from countersign.interrupts import check_decision, resume_value


@dataclass(frozen=True, kw_only=True)
class DecisionRequest:
    """Which rows of which approval somebody decides, on the question that has this digest."""

    approval_id: UUID
    digest: str
    channel: str  # where the card is that was clicked
    decisions: Mapping[int, Decision]  # by row
    via: str  # "button", "form", "reply"


class Decide:
    def __init__(self, store: Store, clock: Clock, metrics: Metrics | None = None) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics or Metrics()

    async def find_open(
        self, approval_id: UUID, digest: str, row: int, channel: str, person: Person
    ) -> Review:
        """The approval, if this person may decide this row of it now.

        Raises NotPending, QuestionChanged, AlreadyDecided or MayNotDecide.
        """
        review = await self._find(approval_id, channel)
        check_may_decide(person)
        review.approval.check_open(row, digest)
        return review

    async def _find(self, approval_id: UUID, channel: str) -> Review:
        review = await self._store.approval(approval_id)
        if review is None or review.thread.channel != channel:
            raise NotPending(
                "This card belongs to no approval that is known here. It may have been cleaned up."
            )
        return review

    async def __call__(self, request: DecisionRequest, person: Person, found: Review | None = None) -> Review:
        """Save the decisions and give the approval as it is now.

        `found` is what `find_open` has just given; if it changed since, this raises Conflict.
        Raises what `find_open` raises, and InvalidDecision for an answer that the graph cannot take.
        """
        review = found or await self._find(request.approval_id, request.channel)
        change = self.change(review, request, person)
        try:
            await self._store.decide(change)
        except Conflict:
            await self._explain_conflict(request)
            raise
        self._metrics.decisions.labels(event=change.event.value).inc()
        return review.with_approval(change.after)

    def change(self, review: Review, request: DecisionRequest, person: Person) -> Change:
        """What these decisions make of the approval, checked in full. Raises as `__call__` does."""
        check_may_decide(person)
        approval = review.approval
        for row in request.decisions:
            approval.check_open(row, request.digest)
        for row, decision in request.decisions.items():
            check_decision(review.request, row, decision)
        votes = {
            row: Vote(decision=decision, by=person, at=self._clock())
            for row, decision in request.decisions.items()
        }
        after = approval.with_votes(votes)
        if after.status is Status.DECIDED:
            decisions = [vote.decision for vote in after.votes if vote is not None]
            answer = resume_value(review.request, decisions)
            after = after.answered_with(answer)
        return Change(
            after=after,
            event=Event.DECIDED if after.status is Status.DECIDED else Event.VOTED,
            by=person,
            detail={
                "via": request.via,
                "digest": request.digest,
                "rows": {str(row): _as_json(decision) for row, decision in request.decisions.items()},
            },
        )

    async def _explain_conflict(self, request: DecisionRequest) -> None:
        """Raise what whoever was first left for the others to know; nothing if the rows are still open."""
        now = await self._store.approval(request.approval_id)
        if now is None:
            raise NotPending
        for row in request.decisions:
            now.approval.check_open(row, request.digest)


def _as_json(decision: Decision) -> Json:
    fields: dict[str, Json] = {"kind": decision.kind, "message": decision.message, "value": decision.value}
    return fields | {"verbatim": True} if decision.verbatim else fields
