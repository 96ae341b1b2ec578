"""Undo: takes a decision back before the graph gets it; the approval is pending again."""

from dataclasses import replace
from uuid import UUID

from countersign.approvals.approval import Approval
from countersign.approvals.errors import NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person
from countersign.approvals.policy.clock.timers import UNDO_TOO_LATE
from countersign.approvals.policy.grants import revoke
from countersign.approvals.policy.voting.voting_result import count_votes
from countersign.approvals.votes.eligibility import check_may_decide
from countersign.flow.decisions.conflict_retry import save_change
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Clock, GrantStore, Store
from countersign.flow.review import Review
from countersign.i18n import lazy_text


class UndoDecision:
    def __init__(
        self,
        store: Store,
        voting: Voting,
        clock: Clock,
        grants: GrantStore | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Without `grants` there are none to revoke."""
        self._grants = grants
        self._store = store
        self._voting = voting
        self._clock = clock
        self._observer = observer or Observer()

    async def __call__(self, approval_id: UUID, channel: str, person: Person) -> Review:
        """The approval without the votes by which this person decided. The votes of others stay.

        Grants that were given with what is taken back are revoked.

        Raises NotPending once it is too late, NothingToWithdraw for a person without a vote in it,
        MayNotDecide for a person who may no longer decide, and Conflict.
        """
        check_may_decide(person)
        return await save_change(
            self._store,
            approval_id,
            channel,
            lambda review: self._change(review.approval, person),
            observer=self._observer,
            by=person.id,
        )

    async def _change(self, approval: Approval, person: Person) -> Change:
        until = approval.undo_until
        if until is not None and until <= self._clock():  # its timer is about to send the decision
            raise NotPending(lazy_text(UNDO_TOO_LATE))
        after = approval.undone(person.id)
        row_votes = list(after.row_votes)
        reopened = tuple(row for row in after.open_rows if approval.votes[row] is not None)
        for row in reopened:
            voting = await self._voting.row(after, row)
            result = count_votes(voting.context, voting.votes)
            row_votes[row] = result.noted_on(row_votes[row])
        after = replace(after, row_votes=tuple(row_votes))
        given = await self._grants.grants_given_with(approval.id) if self._grants is not None else ()
        return Change(
            after=after,
            event=Event.UNDONE,
            by=person,
            detail={"rows": list(reopened)},
            grants_revoked=tuple(
                revoke(grant, self._clock(), person.id) for grant in given if grant.granted_by.id == person.id
            ),
        )
