"""A decision's way from a person to the approval: checked in full, then saved once.

The graph hears of it after that, from the worker: a crash in between loses nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from countersign.approvals.approval import Approval, Status, Vote
from countersign.approvals.decision import Decision
from countersign.approvals.eligibility import check_may_decide
from countersign.approvals.errors import NotPending
from countersign.approvals.json import Json
from countersign.approvals.ledger import Change, Event
from countersign.approvals.person import Person
from countersign.flow.metrics import Metrics
from countersign.flow.ports import Clock, Conflict, Store
from countersign.flow.questions import request_of
from countersign.flow.thread import ThreadRef
from countersign.interrupts import check_decision, resume_value


@dataclass(frozen=True, kw_only=True)
class Ballot:
    """Which rows of which approval somebody decides, on the question that has this digest."""

    approval_id: UUID
    digest: str
    channel: str  # where the card stands that was clicked
    decisions: Mapping[int, Decision]  # by row
    via: str  # "button", "form", "reply"


class Decide:
    def __init__(self, store: Store, clock: Clock, metrics: Metrics | None = None) -> None:
        self._store = store
        self._clock = clock
        self._metrics = metrics or Metrics()

    async def look(self, approval_id: UUID, digest: str, row: int, channel: str, person: Person) -> Approval:
        """The approval, if this person may decide this row of it now.

        Raises NotPending, QuestionChanged, AlreadyDecided or MayNotDecide.
        """
        approval = await self._known(approval_id, channel)
        check_may_decide(person)
        approval.check_open(row, digest)
        return approval

    async def _known(self, approval_id: UUID, channel: str) -> Approval:
        approval = await self._store.approval(approval_id)
        if approval is None or ThreadRef.parse(approval.thread_id).channel != channel:
            raise NotPending(
                "This card belongs to no approval that is known here. It may have been cleaned up."
            )
        return approval

    async def __call__(self, ballot: Ballot, person: Person, looked: Approval | None = None) -> Approval:
        """Save the decisions of a ballot and give the approval as it is now.

        `looked` is what `look` has just given; if it changed since, this raises Conflict.
        Raises what `look` raises, and InvalidDecision where an answer is not one that the graph can take.
        """
        approval = looked or await self._known(ballot.approval_id, ballot.channel)
        change = self.change(approval, ballot, person)
        try:
            await self._store.decide(change)
        except Conflict:
            await self._explain_conflict(ballot)
            raise
        self._metrics.decisions.labels(event=change.event.value).inc()
        return change.after

    def change(self, approval: Approval, ballot: Ballot, person: Person) -> Change:
        """What these decisions make of the approval, checked in full. Raises as `__call__` does."""
        check_may_decide(person)
        for row in ballot.decisions:
            approval.check_open(row, ballot.digest)
        request = request_of(approval)
        for row, decision in ballot.decisions.items():
            check_decision(request, row, decision)
        votes = {
            row: Vote(decision=decision, by=person, at=self._clock())
            for row, decision in ballot.decisions.items()
        }
        after = approval.with_votes(votes)
        if after.status is Status.DECIDED:
            decisions = [vote.decision for vote in after.votes if vote is not None]
            answer = resume_value(request, approval.value, approval.schema, decisions)
            after = after.answered_with(answer)
        return Change(
            after=after,
            event=Event.DECIDED if after.status is Status.DECIDED else Event.VOTED,
            by=person,
            detail={
                "via": ballot.via,
                "digest": ballot.digest,
                "rows": {str(row): _told(decision) for row, decision in ballot.decisions.items()},
            },
        )

    async def _explain_conflict(self, ballot: Ballot) -> None:
        """Raise what whoever was first left for the others to be told; nothing if the rows are still open."""
        now = await self._store.approval(ballot.approval_id)
        if now is None:
            raise NotPending
        for row in ballot.decisions:
            now.check_open(row, ballot.digest)


def _told(decision: Decision) -> Json:
    return {"kind": decision.kind, "message": decision.message, "value": decision.value}
