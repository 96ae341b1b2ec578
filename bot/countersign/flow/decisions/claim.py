"""Claiming: an approver says "I'm looking". Others can still decide."""

from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.errors import CountersignError
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person
from countersign.flow.decisions.conflict_retry import save_change
from countersign.flow.decisions.decider_check import DeciderCommand, check_named_people_decide
from countersign.flow.review import Review


class NotClaimable(CountersignError):
    """Any member can decide this, so there is nothing to claim."""


class ClaimApproval(DeciderCommand):
    async def __call__(self, approval_id: UUID, channel: str, person: Person) -> Review:
        """Claim the approval for this person, or release their claim.

        Raises NotPending, NotClaimable, MayNotDecide for a person who may not decide any of it, and Conflict.
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
        check_named_people_decide(approval, NotClaimable())
        held = approval.claim
        if held is not None and held.by.id == person.id:
            return Change(after=approval.released(), event=Event.RELEASED, by=person)
        await self._check(approval, person, NotClaimable())
        after = approval.claimed(person, self._clock())
        return Change(after=after, event=Event.CLAIMED, by=person)
