"""Claiming: somebody who may decide says "I'm looking". It keeps nobody from deciding."""

from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.decision import DecisionKind
from countersign.approvals.errors import CountersignError, MayNotDecide
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event, Status
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.permission import check_may_open
from countersign.flow.decisions.concurrent_change import save_change
from countersign.flow.decisions.evidence.refusal_log import RefusalLog
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock, Ledger, Store
from countersign.flow.review import Review


class NotClaimable(CountersignError):
    """Any member can decide this, so nobody has to take it in hand."""


class ClaimApproval:
    def __init__(
        self,
        store: Store,
        voting: Voting,
        clock: Clock,
        ledger: Ledger | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Without `ledger`, refusals are not kept."""
        self._store = store
        self._voting = voting
        self._clock = clock
        self._refusals = RefusalLog(ledger)
        self._observer = observer or Observer()

    async def __call__(self, approval_id: UUID, channel: str, person: Person) -> Review:
        """The approval in this person's hands; released where it was in them already.

        Raises NotPending, NotClaimable, MayNotDecide for whoever may decide none of it, and Conflict.
        """
        return await save_change(
            self._store,
            approval_id,
            channel,
            lambda review: self._change(review.approval, person),
            observer=self._observer,
            by=person.id,
        )

    async def _change(self, approval: Approval, person: Person) -> Change:
        if approval.status is not Status.PENDING:
            row = next(iter(approval.open_rows), 0)
            approval.check_open(row, approval.digest_of(row))
        if not approval.rule_names:
            raise NotClaimable
        held = approval.claim
        if held is not None and held.by.id == person.id:
            return Change(after=approval.released(), event=Event.RELEASED, by=person)
        async with self._refusals.kept(approval, approval.open_rows[0], person, None):
            await check_may_decide_some(self._voting, approval, person)
        after = approval.claimed(person, self._clock())
        return Change(after=after, event=Event.CLAIMED, by=person)


async def check_may_decide_some(voting: Voting, approval: Approval, person: Person) -> None:
    """Raise MayNotDecide unless there is an open row that this person may decide in some way."""
    refused: MayNotDecide | None = None
    for row in approval.open_rows:
        now = await voting.row(approval, row, person.id)
        for kind in (each for each in DecisionKind if each in approval.rule(row).decisions):
            try:
                return check_may_open(now.context, now.votes, person, kind)
            except MayNotDecide as refusal:
                refused = refused or refusal
    raise refused or MayNotDecide
