"""Whose votes made a decision, who proposed what was decided, and the reasons that people gave."""

from dataclasses import dataclass

from countersign.approvals.decision import DecisionKind
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.record import ApprovalRecord
from countersign.approvals.votes.vote import Vote


@dataclass(frozen=True, kw_only=True)
class GivenReason:
    vote: Vote
    text: str
    against: bool  # whether it was for the other outcome


@dataclass(frozen=True, kw_only=True)
class DecidedBy:
    """`author` is whose edit, change or answer it is; None where whoever gave it decided it alone.

    Voters who gave the same answer as the author are left out.
    """

    voters: tuple[Vote, ...]
    author: Vote | None = None


def counted_votes(approval: ApprovalRecord, row: int, decided: Vote) -> tuple[Vote, ...]:
    """All votes that counted for what was decided; that of whoever broke the glass decided it alone."""
    if not _by_votes(decided) or decided.broke_glass:
        return (decided,)
    cast = approval.votes_on(row)
    rejected = decided.decision.kind is DecisionKind.REJECT
    found = (each for each in cast.votes if (each.decision.kind is DecisionKind.REJECT) is rejected)
    return tuple(each for each in found if _counts(approval, row, cast, each)) or (decided,)


def decided_by(approval: ApprovalRecord, row: int, decided: Vote) -> DecidedBy:
    voters = counted_votes(approval, row, decided)
    kind, proposal = decided.decision.kind, approval.votes_on(row).proposal
    agreed = tuple(each for each in voters if each.decision.kind is not DecisionKind.RESPOND)
    if proposal is None or kind is DecisionKind.REJECT or not _by_votes(decided):
        return DecidedBy(voters=voters)
    if kind is DecisionKind.RESPOND:
        return DecidedBy(voters=agreed, author=proposal) if agreed else DecidedBy(voters=voters)
    alone = {each.by.id for each in voters} == {proposal.by.id}
    return DecidedBy(voters=voters, author=None if alone else proposal)


def given_reasons(approval: ApprovalRecord, row: int, decided: Vote) -> tuple[GivenReason, ...]:
    """Every reason that was given for a vote that counted, for an edit, and for the other outcome.

    An answer is its own reason. Of what expired they are those of the votes that were too few.
    """
    if decided.cancelled and decided.decision.ends_run and _reason(decided):
        return (GivenReason(vote=decided, text=_reason(decided), against=False),)
    if decided.cancelled or decided.grant is not None:
        return ()
    cast = approval.votes_on(row)
    counted = {each.by.id for each in counted_votes(approval, row, decided)}
    rejected = decided.decision.kind is DecisionKind.REJECT
    proposal = (cast.proposal,) if cast.proposal is not None else ()
    given: dict[str, GivenReason] = {}
    for each in (*votes_before_expiry(approval, row), *proposal):
        text = _reason(each)
        against = each.by.id not in counted and (each.decision.kind is DecisionKind.REJECT) is not rejected
        if text and each.by.id not in cast.uncounted:
            given.setdefault(each.by.id, GivenReason(vote=each, text=text, against=against))
    return tuple(sorted(given.values(), key=lambda each: each.against))


def votes_before_expiry(approval: ApprovalRecord, row: int) -> tuple[Vote, ...]:
    """Those that were too few when the row's time was over."""
    return tuple(each for each in approval.votes_on(row).votes if not each.expired)


def _by_votes(decided: Vote) -> bool:
    return not decided.expired and not decided.cancelled and decided.grant is None


def _reason(vote: Vote) -> str:
    return "" if vote.decision.kind is DecisionKind.RESPOND else (vote.decision.message or "").strip()


def _counts(approval: ApprovalRecord, row: int, cast: RowVotes, vote: Vote) -> bool:
    return vote.by.id not in cast.uncounted and (
        vote.decision.kind is DecisionKind.REJECT or cast.is_approval(vote, approval.rule(row))
    )
