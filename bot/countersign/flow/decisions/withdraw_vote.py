"""Withdraws a person's own vote while the row is open."""

from uuid import UUID

from countersign.approvals.errors import NotPending
from countersign.approvals.ledger import Change
from countersign.approvals.lifecycle import Event
from countersign.approvals.person import Person
from countersign.approvals.policy.voting.voting_result import count_votes
from countersign.flow.decisions.conflict_retry import save_change
from countersign.flow.observability.observer import Observer
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import Store
from countersign.flow.review import Review


class WithdrawVote:
    def __init__(self, store: Store, voting: Voting, observer: Observer | None = None) -> None:
        self._store = store
        self._voting = voting
        self._observer = observer or Observer()

    async def __call__(self, approval_id: UUID, row: int, channel: str, person: Person) -> Review:
        """The approval without this person's vote on the row.

        Raises NotPending, AlreadyDecided or NothingToWithdraw, and Conflict if others keep voting.
        """
        return await save_change(
            self._store,
            approval_id,
            channel,
            lambda review: self._change(review, row, person),
            observer=self._observer,
            by=person.id,
        )

    async def _change(self, review: Review, row: int, person: Person) -> Change:
        approval = review.approval
        if row >= len(approval.votes):
            raise NotPending
        approval.check_open(row, approval.digest_of(row))
        votes = approval.votes_on(row).withdraw(person.id)
        voting = await self._voting.row(approval, row)
        result = count_votes(voting.context, voting.votes.withdraw(person.id))
        after = approval.with_vote_withdrawn(row, result.noted_on(votes))
        return Change(after=after, event=Event.VOTE_WITHDRAWN, by=person, detail={"row": row})
