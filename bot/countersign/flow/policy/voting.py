"""The facts that counting a row's votes depends on: memberships, freezes, escalation. Looked up each time."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from countersign.approvals.approval import Approval
from countersign.approvals.decision import Decision
from countersign.approvals.person import Person
from countersign.approvals.policy.approver_set import ApproverSet, Source, SourceKind
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.clock.timers import Fired, TimerKind, is_escalated
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.membership import Memberships, Roster, Unreadable
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.shortages import Shortage
from countersign.flow.policy.active_delegations import ActiveDelegations
from countersign.flow.policy.current_policy import CurrentPolicy
from countersign.flow.policy.edits.edit_scope import EditScope
from countersign.flow.policy.seat_checks import SeatChecks
from countersign.flow.ports import ApproverDirectory, Clock, Delegations
from countersign.flow.review import Review
from countersign.i18n import lazy_text

_LOOKED_UP = {SourceKind.GROUP, SourceKind.CHANNEL, SourceKind.THREAD_CHANNEL}
_NO_DIRECTORY = Unreadable(reason=lazy_text("Slack can't be asked here"))


@dataclass(frozen=True, kw_only=True)
class VotingRow:
    """A row with its votes, as they count now."""

    context: VotingContext
    votes: RowVotes
    shortages: tuple[Shortage, ...] = ()  # of the rule's own sets, whoever may decide instead


class Voting:
    def __init__(
        self,
        policy: CurrentPolicy,
        directory: ApproverDirectory | None,
        clock: Clock,
        delegations: Delegations | None = None,
    ) -> None:
        """Without a directory nobody is a member of a group or channel, and nobody stands in for others."""
        self._policy = policy
        self._directory = directory
        self._clock = clock
        self._seat_checks = SeatChecks(directory)
        self._edit_scope = EditScope(policy, directory)
        self._active_delegations = ActiveDelegations(delegations, directory, clock)

    async def context(
        self, approval: Approval, row: int, voters: frozenset[str] = frozenset()
    ) -> VotingContext:
        """What matters for the row's votes now, with delegations to these voters. Raises as `row` does."""
        context, _ = await self._context(approval, row, voters)
        return context

    async def row(self, approval: Approval, row: int, voter: str | None = None) -> VotingRow:
        """With the delegations to those who voted, and to `voter`, who is about to.

        Raises RateLimited, SlackRefused or SlackUnreachable if an earlier voter, or somebody who
        delegated to one, cannot be looked up.
        """
        votes = approval.votes_on(row)
        context, shortages = await self._context(approval, row, _voters(votes, voter))
        return VotingRow(
            context=context,
            shortages=shortages,
            votes=await self._as_they_are_now(votes, approval.channel),
        )

    async def _context(
        self, approval: Approval, row: int, voters: frozenset[str]
    ) -> tuple[VotingContext, tuple[Shortage, ...]]:
        rule, votes = approval.rule(row), approval.votes_on(row)
        freeze = self.freeze(rule)
        fired = Fired(row=row, kind=TimerKind.ESCALATE) in approval.fired
        escalated = fired or is_escalated(rule, approval.clock_from, self._clock())
        known = Memberships(requester=approval.requester)
        context = VotingContext(
            rule=rule,
            memberships=await self._memberships(approval, rule.approvers, known),
            freeze=freeze,
            escalated=escalated,
        )
        context = await self._seat_checks.seen(approval, context)
        context, shortages = await self._seat_checks.shortages(context, votes.editor)
        unfillable = bool(shortages)
        others = (
            *(rule.timers.escalate_to if escalated or unfillable else ()),
            *(rule.break_glass if freeze is not None or unfillable else ()),
        )
        if others or unfillable:
            memberships = await self._memberships(approval, others, context.memberships)
            context = replace(context, memberships=memberships, unfillable=unfillable)
        if unfillable:
            context, left = await self._seat_checks.shortages(context, votes.editor)
            context = replace(context, stuck=bool(left))
        if not context.counts_as_themselves(voters):
            context = replace(context, delegations=await self._active_delegations.of(approval, rule, voters))
        return context, shortages

    async def check_edit(self, review: Review, row: int, decision: Decision) -> None:
        """Raise MayNotDecide for a decision whose arguments are another rule's."""
        await self._edit_scope.check(review, row, decision)

    def freeze(self, rule: Rule, at: datetime | None = None) -> Freeze | None:
        """The freeze that lasts now, or at another moment, under this rule."""
        if rule.freeze is None:
            return None
        calendar = self._policy.policy.calendars.get(rule.freeze)
        if calendar is None:
            return self._policy.freeze_unless_loaded(rule.freeze)
        return calendar.at(at or self._clock(), rule.hours.zone if rule.hours is not None else "UTC")

    async def _memberships(
        self, approval: Approval, sets: Iterable[ApproverSet], known: Memberships
    ) -> Memberships:
        sources = {each.source for each in sets} - known.rosters.keys()
        sources = {source for source in sources if source.kind in _LOOKED_UP}
        if not sources:
            return known
        if len(sources) == 1:  # the usual case, without a task of its own
            (only,) = sources
            return replace(known, rosters={**known.rosters, only: await self._roster(only, approval)})
        rosters = await asyncio.gather(*(self._roster(source, approval) for source in sources))
        return replace(known, rosters={**known.rosters, **dict(zip(sources, rosters, strict=True))})

    async def _roster(self, source: Source, approval: Approval) -> Roster:
        if self._directory is None:
            return _NO_DIRECTORY
        return await self._directory.roster(source, approval.thread_id.split("/")[1])

    async def _as_they_are_now(self, votes: RowVotes, channel: str) -> RowVotes:
        """Whoever voted earlier may have been deactivated, or removed from the channel, since."""
        if self._directory is None or not votes.votes:
            return votes
        people: list[Person] = await asyncio.gather(
            *(self._directory.person(vote.by.id, channel) for vote in votes.votes)
        )
        now = tuple(replace(vote, by=person) for vote, person in zip(votes.votes, people, strict=True))
        return replace(votes, votes=now)


def _voters(votes: RowVotes, voter: str | None) -> frozenset[str]:
    return frozenset((*(vote.by.id for vote in votes.votes), *((voter,) if voter else ())))
