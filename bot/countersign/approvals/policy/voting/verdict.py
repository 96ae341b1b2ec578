"""What the votes on a row come to under its rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from countersign.approvals.decision import Decision, DecisionKind
from countersign.approvals.policy.approver_set import Source
from countersign.approvals.policy.voting.needed import Needed
from countersign.approvals.policy.voting.permission import VotingContext, counts
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.seats import assign, open_to
from countersign.approvals.vote import Vote


class Outcome(StrEnum):
    OPEN = "open"
    APPROVED = "approved"  # as asked, with an edit, or with an answer: `Verdict.decision` says which
    REJECTED = "rejected"


@dataclass(frozen=True, kw_only=True)
class Seat:
    source: Source
    voter: str | None  # the id of who fills it


@dataclass(frozen=True, kw_only=True)
class Uncounted:
    vote: Vote
    reason: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    outcome: Outcome
    decision: Decision | None  # what the graph is told, once it is not open
    seats: tuple[Seat, ...]  # in the order of the rule's approver sets
    approvals: tuple[Vote, ...]  # those that count, oldest first
    rejections: tuple[Vote, ...]
    quorum: int
    needed: tuple[Needed, ...]  # empty once nothing is missing
    uncounted: tuple[Uncounted, ...]
    broke_glass: Vote | None = None  # the approval that decided it alone


def count_votes(context: VotingContext, row: RowVotes) -> Verdict:
    """The verdict on the votes of a row, with people's memberships as they are now.

    A rejection that ends it comes before approvals that would: if both do, it is rejected.
    """
    reasons = [counts(context, row, vote.by, vote.decision) for vote in row.votes]
    counted = [vote for vote, reason in zip(row.votes, reasons, strict=True) if reason is None]
    uncounted = tuple(
        Uncounted(vote=vote, reason=reason)
        for vote, reason in zip(row.votes, reasons, strict=True)
        if reason is not None
    )
    rejections = tuple(vote for vote in counted if vote.decision.kind is DecisionKind.REJECT)
    approvals = tuple(vote for vote in counted if _approves(context, row, vote))
    seats, needed = _seats(context, [vote.by.id for vote in approvals])
    broke_glass = next((vote for vote in approvals if _breaks_glass(context, vote)), None)
    outcome = Outcome.OPEN
    decision = None
    if len(rejections) >= context.rule.rejections:
        outcome, decision = Outcome.REJECTED, rejections[-1].decision
    elif broke_glass is not None or (not needed and approvals):
        outcome = Outcome.APPROVED
        decision = (row.proposal or approvals[-1]).decision
    return Verdict(
        outcome=outcome,
        decision=decision,
        seats=seats,
        approvals=approvals,
        rejections=rejections,
        quorum=context.rule.quorum,
        needed=needed if outcome is Outcome.OPEN else (),
        uncounted=uncounted,
        broke_glass=broke_glass if outcome is Outcome.APPROVED else None,
    )


def _approves(context: VotingContext, row: RowVotes, vote: Vote) -> bool:
    """An edit approves what it proposes, unless whoever edits may not decide."""
    if vote.decision.kind is DecisionKind.REJECT:
        return False
    edited = vote.decision.edits and vote.by.id == row.editor
    return context.rule.requester_may_decide or not edited


def _breaks_glass(context: VotingContext, vote: Vote) -> bool:
    return context.may_break_glass(vote.by.id) and bool((vote.decision.message or "").strip())


def _seats(context: VotingContext, voters: Sequence[str]) -> tuple[tuple[Seat, ...], tuple[Needed, ...]]:
    sources = [each.source for each in context.rule.approvers for _ in range(each.count)]

    def can_fill(number: int, voter: str) -> bool:
        return context.fills(sources[number], voter)

    assigned = assign(len(sources), voters, can_fill)
    seats = tuple(Seat(source=source, voter=voter) for source, voter in zip(sources, assigned, strict=True))
    missing: dict[tuple[Source, ...], int] = {}
    for number, voter in enumerate(assigned):
        if voter is None:
            fits = sorted(open_to(number, assigned, can_fill))
            any_of = tuple(dict.fromkeys(sources[fit] for fit in fits))
            missing[any_of] = missing.get(any_of, 0) + 1
    extra = context.rule.quorum - len(voters) - sum(missing.values())
    if extra > 0:
        anybody = tuple(dict.fromkeys(sources))
        missing[anybody] = missing.get(anybody, 0) + extra
    return seats, tuple(Needed(count=count, any_of=any_of) for any_of, count in missing.items())
