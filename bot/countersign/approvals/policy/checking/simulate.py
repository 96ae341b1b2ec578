"""`policy explain` with votes: who may decide, for whom each vote counts, and what is still needed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.errors import MayNotDecide
from countersign.approvals.person import Person, Standing
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.freeze_calendar import Freeze
from countersign.approvals.policy.rule import Rule
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.approvals.policy.voting.membership import Memberships, Roster, Unreadable
from countersign.approvals.policy.voting.permission import VotingContext, check_may_vote
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.shortages import find_shortages
from countersign.approvals.policy.voting.voting_result import VotingOutcome, VotingResult, count_votes
from countersign.approvals.votes.vote import Vote

_NOT_GIVEN = Unreadable(reason="no --member says who they are", permanent=True)
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
THREAD_CHANNEL_NAME = "channel"


@dataclass(frozen=True, kw_only=True)
class SimulatedDelegation:
    """`delegate` stands in for `away`: for all seats, or for those of one group."""

    away: str
    delegate: str
    group: str | None = None


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """What would be true in Slack: user ids, all of full members. Votes in the order in which they come."""

    votes: tuple[tuple[str, DecisionKind], ...] = ()
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by `@group`, `#channel`, `channel`
    delegations: tuple[SimulatedDelegation, ...] = ()
    escalated: bool = False
    freeze: Freeze | None = None  # that lasts then


def simulate(rule: Rule, requester: str | None, given: Simulation) -> tuple[str, ...]:
    """Lines for an operator: the sets that nobody can fill, each vote, and what they come to."""
    return tuple(_lines(rule, requester, given))


def _lines(rule: Rule, requester: str | None, given: Simulation) -> Iterator[str]:
    context = _context(rule, requester, given)
    for shortage in find_shortages(context):
        yield f"nobody can fill {shortage}"
    row = RowVotes()
    result = count_votes(context, row)
    for user, kind in given.votes:
        if result.outcome is not VotingOutcome.OPEN:
            yield f"{user} comes too late: it is decided"
            continue
        # A reason, which a rule may require, does not matter to who may decide.
        vote = Vote(decision=Decision(kind=kind, message="a reason"), by=_member(user), at=_ANY_TIME)
        try:
            check_may_vote(context, row, vote.by, vote.decision)
        except MayNotDecide as refusal:
            yield f"{user} can't decide, and reads: {refusal}"
            continue
        row = row.cast(vote)
        result = count_votes(context, row, cast_now=user)
    yield from _votes(result, row)
    yield _outcome(result)


def _votes(result: VotingResult, row: RowVotes) -> Iterator[str]:
    uncounted = {each.vote.by.id: each.reason for each in result.uncounted}
    for vote in row.votes:
        done = vote.decision.kind.done
        delegation = result.delegations.get(vote.by.id)
        if vote.by.id in uncounted:
            yield f"{vote.by.id} {done}, which does not count: {uncounted[vote.by.id]}"
        elif delegation is not None:
            yield f"{vote.by.id} {done} for {delegation.delegator.id}, who is away"
        else:
            yield f"{vote.by.id} {done}"


def _outcome(result: VotingResult) -> str:
    match result.outcome:
        case VotingOutcome.APPROVED:
            return "then it is approved"
        case VotingOutcome.REJECTED:
            return "then it is rejected"
        case VotingOutcome.OPEN:
            return f"then it waits; still needed: {' and '.join(map(str, result.needed))}"


def _context(rule: Rule, requester: str | None, given: Simulation) -> VotingContext:
    sets = (*rule.approvers, *rule.timers.escalate_to, *rule.break_glass)
    rosters = {each.source: _roster(each.source, given) for each in sets}
    context = VotingContext(
        rule=rule,
        memberships=Memberships(rosters=rosters, requester=requester),
        escalated=given.escalated,
        freeze=given.freeze,
        delegations=tuple(
            ActiveDelegation(
                delegate=each.delegate,
                delegator=_member(each.away),
                sources=_sources(rule, each.group) if each.group is not None else None,
            )
            for each in given.delegations
        ),
    )
    context = replace(context, unfillable=bool(find_shortages(context)))
    return replace(context, stuck=context.unfillable and bool(find_shortages(context)))


def _roster(source: Source, given: Simulation) -> Roster:
    name = THREAD_CHANNEL_NAME if source.kind is SourceKind.THREAD_CHANNEL else next(iter(source.names), "")
    return given.members.get(name, _NOT_GIVEN)


def _sources(rule: Rule, group: str) -> frozenset[Source]:
    sets = (*rule.approvers, *rule.timers.escalate_to)
    return frozenset(
        each.source for each in sets if each.source.kind is SourceKind.GROUP and each.source.names == (group,)
    )


def _member(user: str) -> Person:
    return Person(id=user, name=user, standing=Standing.MEMBER)
