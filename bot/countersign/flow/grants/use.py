"""Applies grants: approves rows of a new approval that a grant covers, without asking.

In doubt the row is left to people: if the giver could not approve it by a click now, during a freeze, after a
change of the rule, and where Slack does not say who somebody is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.grant_permission import is_offered, why_not_backed
from countersign.approvals.policy.grants import Grant, GrantUse, holders, use, why_not_covered
from countersign.approvals.policy.matching import ActionContext, Match
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.policy.voting import Voting
from countersign.flow.ports import ApproverDirectory, Clock, GrantStore
from countersign.flow.review import Review
from countersign.i18n import in_source_language

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class GovernedRow:
    """A row's action and the rule that it comes under now."""

    context: ActionContext
    match: Match


class UseGrants:
    def __init__(
        self,
        store: GrantStore | None,
        voting: Voting,
        directory: ApproverDirectory | None,
        clock: Clock,
    ) -> None:
        """Without a store or a directory, no grant counts."""
        self._store = store
        self._voting = voting
        self._directory = directory
        self._clock = clock

    async def __call__(self, review: Review, rows: Mapping[int, GovernedRow]) -> tuple[GrantUse, ...]:
        """A use for each of these rows that a grant covers; not counted yet.

        Several rows may use the same grant, as often as it has uses left.
        """
        uses: list[GrantUse] = []
        latest: dict[object, Grant] = {}  # grants as this approval has used them so far
        for row, governed in rows.items():
            found = await self._use(review, row, governed, latest)
            if found is not None:
                latest[found.after.id] = found.after
                uses.append(found)
        return tuple(uses)

    async def _use(
        self, review: Review, row: int, governed: GovernedRow, latest: Mapping[object, Grant]
    ) -> GrantUse | None:
        approval, thread_id = review.approval, review.approval.thread_id
        rule, now = governed.match.rule, self._clock()
        offered = is_offered(rule, RowVotes(), approval.requester)
        if self._store is None or not offered or DecisionKind.APPROVE not in review.request.rows[row].allowed:
            return None
        context = governed.context
        stored = await self._store.active_grants(
            context.graph, context.action, holders(context, thread_id), now
        )
        candidates = [latest.get(grant.id, grant) for grant in stored]
        covering = [
            grant
            for grant in candidates
            if why_not_covered(grant, governed.match, context, thread_id, now) is None
        ]
        if not covering:
            return None
        voting = await self._voting.row(approval, row)
        for grant in covering:
            why_not = await self._why_not_backed(review, voting.context, grant)
            if why_not is None:
                after = use(grant, governed.match, context, thread_id, now)
                return GrantUse(before=grant, after=after, row=row)
            log.info(
                "grant_not_used",
                grant=str(grant.id),
                approval_id=str(approval.id),
                reason=in_source_language(why_not),
            )
        return None

    async def _why_not_backed(self, review: Review, context: VotingContext, grant: Grant) -> object | None:
        if self._directory is None:
            return "there is no directory of people"
        try:
            giver = await self._directory.person(grant.granted_by.id, review.thread.channel)
        except (RateLimited, SlackRefused, SlackUnreachable) as error:
            return error.source
        return why_not_backed(context, giver)
