"""Gives a grant, with an approval by one person that is enough on its own."""

from datetime import datetime
from uuid import uuid4

from countersign.approvals.errors import NotPending
from countersign.approvals.person import Person
from countersign.approvals.policy.grant_permission import check_may_grant
from countersign.approvals.policy.grants import Grant, NoGrantOffered, open_grant
from countersign.approvals.policy.matching import ActionContext, Channel, Match, Requester
from countersign.flow.policy.voting import VotingRow
from countersign.flow.ports import GrantStore
from countersign.flow.review import Review


class GiveGrant:
    def __init__(self, store: GrantStore) -> None:
        self._store = store

    async def __call__(
        self, review: Review, row: int, voting: VotingRow, person: Person, at: datetime
    ) -> Grant:
        """The grant that this person gives with the approval of a row; not stored yet.

        `voting` is the row before that vote. Raises NoGrantOffered and MayNotDecide.
        """
        approval = review.approval
        if not 0 <= row < len(approval.votes):
            raise NotPending
        check_may_grant(voting.context, voting.votes, person)
        graph = await self._store.graph_of(approval.thread_id)
        if graph is None:
            raise NoGrantOffered
        requester = approval.requester
        context = ActionContext(
            graph=graph,
            action=review.request.rows[row].action or review.request.dialect,
            args={},
            channel=Channel(id=review.thread.channel),
            requester=Requester(id=requester) if requester is not None else None,
        )
        return open_grant(
            grant_id=uuid4(),
            approval_id=approval.id,
            match=Match(rule=approval.rule(row)),
            context=context,
            thread_id=approval.thread_id,
            granted_by=person,
            now=at,
        )
