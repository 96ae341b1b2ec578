"""Finds approver sets that nobody can fill: by accounts, and by who can see the card, as Slack says now."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.person import Standing
from countersign.approvals.policy.approver_set import MEMBERS
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.shortages import Shortage, check_seats
from countersign.flow.errors import RateLimited, SlackRefused, SlackUnreachable
from countersign.flow.ports import ApproverDirectory

_MAX_ACCOUNTS = 50  # looked up for one row; whoever comes after them counts as a full member


class SeatChecks:
    def __init__(self, directory: ApproverDirectory | None) -> None:
        """Without a directory everybody is a full member and sees every card."""
        self._directory = directory

    async def seen(self, approval: Approval, context: VotingContext) -> VotingContext:
        """The same, knowing who can see the card."""
        if self._directory is None or _one_member_decides(context.rule):
            return context
        viewers = await self._directory.viewers(approval.channel)
        return replace(context, memberships=replace(context.memberships, viewers=viewers))

    async def shortages(
        self, context: VotingContext, editor: str | None
    ) -> tuple[VotingContext, tuple[Shortage, ...]]:
        """What nobody can fill, and the context with the accounts that were looked up for it.

        Only those are looked up who would be needed: usually as many as there are seats.
        """
        while True:
            found = check_seats(context, editor)
            known = context.memberships.standings
            unknown = sorted(found.relied_on - known.keys())
            if found.shortages or not unknown or len(known) >= _MAX_ACCOUNTS or self._directory is None:
                return context, found.shortages
            known = {**known, **await self._standings(unknown)}
            context = replace(context, memberships=replace(context.memberships, standings=known))

    async def _standings(self, users: Sequence[str]) -> dict[str, Standing]:
        found = await asyncio.gather(*map(self._standing, users))
        return dict(zip(users, found, strict=True))

    async def _standing(self, user: str) -> Standing:
        """A full member's where Slack does not say: who votes is looked up again."""
        assert self._directory is not None, "asked only with a directory"
        try:
            return await self._directory.standing(user)
        except (RateLimited, SlackRefused, SlackUnreachable):
            return Standing.MEMBER


def _one_member_decides(rule: Rule) -> bool:
    """Whether any one who can see the card decides it, whoever asked for it."""
    all_members = all(each.source == MEMBERS for each in rule.approvers)
    return all_members and rule.quorum == 1 and rule.requester_may_decide
