"""Counts the votes on a row under its rule: is it approved, rejected or still open?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.person import Person
from countersign.approvals.policy.approver_set import Source
from countersign.approvals.policy.voting.active_delegation import ActiveDelegation
from countersign.approvals.policy.voting.missing_approvals import MissingApprovals
from countersign.approvals.policy.voting.permission import VotingContext, counts
from countersign.approvals.policy.voting.representation import Representation, represent, represent_all
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.votes.vote import Vote
from countersign.i18n import AnyText, lazy_text

_COUNTED_ONCE = lazy_text("Somebody else's vote counts for the same person already.")


class VotingOutcome(StrEnum):
    OPEN = "open"
    APPROVED = "approved"  # as asked, with an edit, or with an answer: `VotingResult.decision` says which
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Seat:
    source: Source
    voter: str | None  # the id of who fills it


@dataclass(frozen=True, kw_only=True)
class UncountedVote:
    vote: Vote
    reason: AnyText


@dataclass(frozen=True, kw_only=True)
class VotingResult:
    outcome: VotingOutcome
    decision: Decision | None  # what the graph gets, once it is not open
    seats: tuple[Seat, ...]  # in the order of the rule's approver sets
    approvals: tuple[Vote, ...]  # those that count, oldest first
    rejections: tuple[Vote, ...]
    quorum: int
    needed: tuple[MissingApprovals, ...]  # empty once nothing is missing
    uncounted: tuple[UncountedVote, ...]
    broke_glass: Vote | None = None  # the approval that decided it alone
    delegations: Mapping[str, ActiveDelegation] = field(
        default_factory=dict
    )  # by voter who counts for somebody else

    def noted_on(self, row: RowVotes) -> RowVotes:
        """The row's votes with what counting them found: for whom each counts, and what is missing."""
        return replace(
            row.on_behalf_of(self.on_behalf_of),
            needed=self.needed,
            uncounted=frozenset(each.vote.by.id for each in self.uncounted),
        )

    @property
    def on_behalf_of(self) -> Mapping[str, Person]:
        """By voter: the person for whom their vote counts, where that is not themselves."""
        return {voter: each.delegator for voter, each in self.delegations.items()}


def count_votes(context: VotingContext, row: RowVotes, cast_now: str | None = None) -> VotingResult:
    """The result of the votes on a row, with people's memberships as they are now.

    A rejection that ends it comes before approvals that would: if both do, it is rejected. Only the vote of
    `cast_now` can break the glass: whoever voted earlier did not mean to decide alone. If it is a rejection,
    nothing is approved by it.
    """
    reasons = [counts(context, row, vote.by, vote.decision) for vote in row.votes]
    counted = [vote for vote, reason in zip(row.votes, reasons, strict=True) if reason is None]
    uncounted = tuple(
        UncountedVote(vote=vote, reason=reason)
        for vote, reason in zip(row.votes, reasons, strict=True)
        if reason is not None
    )
    rejecting = [vote for vote in counted if vote.decision.kind is DecisionKind.REJECT]
    against = represent_all([vote.by.id for vote in rejecting], _options(context, row, rejecting, ()))
    approving = [vote for vote in counted if row.is_approval(vote, context.rule)]
    options = _options(context, row, approving, against.values())
    seated = _seated(context, row, [vote.by.id for vote in approving], options)
    rejections = tuple(vote for vote in rejecting if vote.by.id in against)
    approvals = tuple(vote for vote in approving if vote.by.id in seated.counted)
    uncounted += tuple(
        UncountedVote(vote=vote, reason=_COUNTED_ONCE)
        for vote in (*rejecting, *approving)
        if vote not in rejections and vote not in approvals
    )
    needed = seated.needed
    broke_glass = next((vote for vote in approving if _breaks_glass(context, vote, cast_now)), None)
    outcome = VotingOutcome.OPEN
    decision = None
    if len(rejections) >= context.rule.rejections:
        outcome, decision = VotingOutcome.REJECTED, rejections[-1].decision
    elif not _rejects(row, cast_now) and (broke_glass is not None or (not needed and approvals)):
        outcome = VotingOutcome.APPROVED
        decision = (row.proposal or approvals[-1]).decision
    return VotingResult(
        outcome=outcome,
        decision=decision,
        seats=_seats(context, seated),
        approvals=approvals,
        rejections=rejections,
        quorum=context.rule.quorum,
        needed=needed if outcome is VotingOutcome.OPEN else (),
        uncounted=uncounted,
        broke_glass=broke_glass if outcome is VotingOutcome.APPROVED else None,
        delegations=_counted_delegations(context, {**against, **seated.counted}),
    )


def _breaks_glass(context: VotingContext, vote: Vote, cast_now: str | None) -> bool:
    return vote.by.id == cast_now and context.breaks_glass(vote.by.id)


def _rejects(row: RowVotes, cast_now: str | None) -> bool:
    newest = row.of(cast_now) if cast_now is not None else None
    return newest is not None and newest.decision.kind is DecisionKind.REJECT


def _options(
    context: VotingContext, row: RowVotes, votes: Sequence[Vote], taken: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """By voter, as whom they may count: themselves first, and nobody who is counted elsewhere."""
    options = {}
    for voter in (vote.by.id for vote in votes):
        own = (voter,) if context.is_approver(voter) or context.may_break_glass(voter) else ()
        others = (each.delegator.id for each in context.usable_delegations(row, voter))
        options[voter] = tuple(dict.fromkeys([*own, *(other for other in others if other not in taken)]))
    return options


def _seated(
    context: VotingContext, row: RowVotes, voters: Sequence[str], options: Mapping[str, Sequence[str]]
) -> Representation:
    def fills(source: Source, voter: str, person: str) -> bool:
        if person == voter:
            return context.fills(source, voter)
        return any(
            context.fills_for(source, each)
            for each in context.usable_delegations(row, voter)
            if each.delegator.id == person
        )

    return represent(_sources(context), context.rule.quorum, voters, options, fills)


def _sources(context: VotingContext) -> list[Source]:
    return [each.source for each in context.rule.approvers for _ in range(each.count)]


def _seats(context: VotingContext, seated: Representation) -> tuple[Seat, ...]:
    return tuple(
        Seat(source=source, voter=voter)
        for source, voter in zip(_sources(context), seated.seats, strict=True)
    )


def _counted_delegations(context: VotingContext, counted: Mapping[str, str]) -> dict[str, ActiveDelegation]:
    return {
        each.delegate: each
        for each in context.delegations
        if each.delegator.id == counted.get(each.delegate) != each.delegate
    }
