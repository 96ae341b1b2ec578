"""Whose inbox a pending approval belongs in, as keys that a database index compares with a person's.

The keys say who could fill a seat that is still open. They are stored with the approval. A key grants
nothing: who may decide is checked at every decision.
"""

from collections.abc import Iterable
from datetime import datetime

from countersign.approvals.lifecycle import Status
from countersign.approvals.policy.approver_set import Source, SourceKind
from countersign.approvals.policy.clock.timers import Fired, TimerKind, expires_at
from countersign.approvals.record import ApprovalRecord


def in_channel(channel: str) -> str:
    """The key of whoever is in the channel that an approval belongs to."""
    return f"in:{channel}"


def of_channel(channel: str) -> str:
    """The key of whoever is in a channel (`#ops`, or an id) that a rule names."""
    return f"of:{channel}"


def awaited(approval: ApprovalRecord) -> tuple[str, ...]:
    """User ids, groups as the rule names them, and channels; nothing once it is no longer pending.

    Where any member may decide, those in the channel are asked: nobody's inbox has the whole workspace's.
    """
    if approval.status is not Status.PENDING:
        return ()
    keys = {
        key
        for row in approval.open_rows
        for source in _sources(approval, row)
        for key in _keys(approval, source)
    }
    keys |= {referral.to.id for referral in approval.referrals}
    return tuple(sorted(keys))


def excused(approval: ApprovalRecord) -> tuple[str, ...]:
    """The ids of people who have voted on all that is open, or whom the rules shut out of it."""
    if approval.status is not Status.PENDING:
        return ()
    rows = [_excused_of(approval, row) for row in approval.open_rows]
    return tuple(sorted(frozenset.intersection(*rows))) if rows else ()


def deadline(approval: ApprovalRecord) -> datetime | None:
    """Until when the first of its open rows waits; None if none expires."""
    if approval.status is not Status.PENDING:
        return None
    moments = (expires_at(approval.rule(row), approval.clock_from) for row in approval.open_rows)
    return min((at for at in moments if at is not None), default=None)


def concerned(approval: ApprovalRecord) -> tuple[str, ...]:
    """The ids of the requester and of everybody who voted: it is in their inbox whatever it waits for."""
    voters = {vote.by.id for row in range(len(approval.votes)) for vote in approval.votes_on(row).votes}
    return tuple(sorted(filter(None, voters | {approval.requester or ""})))


def _sources(approval: ApprovalRecord, row: int) -> Iterable[Source]:
    """Of the seats that are open, once somebody has voted."""
    rule, votes = approval.rule(row), approval.votes_on(row)
    yield from (source for needed in votes.needed for source in needed.any_of)
    if not votes.needed:
        yield from (each.source for each in rule.approvers)
    if Fired(row=row, kind=TimerKind.ESCALATE) in approval.fired:
        yield from (each.source for each in rule.timers.escalate_to)


def _keys(approval: ApprovalRecord, source: Source) -> tuple[str, ...]:
    thread_channel = approval.thread_id.split("/")[1]
    match source.kind:
        case SourceKind.MEMBERS:
            return in_channel(approval.channel), in_channel(thread_channel)
        case SourceKind.THREAD_CHANNEL:
            return (in_channel(thread_channel),)
        case SourceKind.REQUESTER:
            return (approval.requester,) if approval.requester else ()
        case SourceKind.CHANNEL:
            return tuple(map(of_channel, source.names))
        case SourceKind.USERS | SourceKind.GROUP:
            return source.names


def _excused_of(approval: ApprovalRecord, row: int) -> frozenset[str]:
    votes = approval.votes_on(row)
    people = {vote.by.id for vote in votes.votes}
    if not approval.rule(row).requester_may_decide:
        people |= {each for each in (approval.requester, votes.editor) if each}
    return frozenset(people)
