"""Notes in the thread of an approval: what the clock did, and what came of it, to whoever asked for it."""

from dataclasses import replace

from countersign.approvals.approval import Approval
from countersign.approvals.lifecycle import Outcome, Status
from countersign.approvals.policy.clock.durations import format_duration
from countersign.approvals.policy.rule import OnExpiry, Rule
from countersign.approvals.policy.voting.membership import Memberships
from countersign.approvals.policy.voting.permission import VotingContext
from countersign.approvals.policy.voting.row_votes import RowVotes
from countersign.approvals.policy.voting.verdict import count_votes
from countersign.approvals.vote import Vote
from countersign.flow.messages.outgoing import Outgoing, note
from countersign.flow.review import Review
from countersign.flow.timers.expiry import nobody_answered

_REASON_LIMIT = 500  # characters
_RUN_CANCELLED = (
    "Run cancelled by {people}. The agent does nothing more. To start over, send a new message here."
)
_RUN_CANCELLED_BECAUSE = (
    "Run cancelled by {people}: {reason}\n"
    "The agent does nothing more. To start over, send a new message here."
)
_RUN_EXPIRED = (
    "{nobody_answered} The run was cancelled, and the agent does nothing more. "
    "To start over, send a new message here."
)
_IT_WAS = {
    Outcome.APPROVED: "Approved",
    Outcome.REJECTED: "Rejected",
    Outcome.EXPIRED: "Expired",
    Outcome.CANCELLED: "Cancelled",
}


def reminder(review: Review, rows: tuple[int, ...]) -> Outgoing:
    """Where the card is: in the thread, or below the card in another channel."""
    approval = review.approval
    text = f"Reminder: “{review.shown.title}” waits for a decision. Still needed: {_needed(approval, rows)}."
    row = note(review.thread, f"reminder:{approval.id}:{approval.version}", text)
    return _below_the_card(approval, row)


def escalation(review: Review, rule: Rule, rows: tuple[int, ...]) -> Outgoing:
    approval = review.approval
    waited = rule.timers.escalate_after
    who = " or ".join(dict.fromkeys(str(each.source) for each in rule.timers.escalate_to))
    text = (
        f"Escalated: nobody has decided “{review.shown.title}” within "
        f"{format_duration(waited) if waited else 'its time'}, so {who} may decide it too."
        f" Still needed: {_needed(approval, rows)}."
    )
    return note(review.thread, f"escalation:{approval.id}:{approval.version}", text)


def overdue(review: Review, rule: Rule, deadline_text: str, *, frozen: bool) -> Outgoing:
    """It is past its deadline and stays open."""
    why = "It stays open."
    if rule.timers.on_expiry is not OnExpiry.KEEP:
        why = (
            "It stays open: a freeze is on."
            if frozen
            else "It stays open, because this question can't be rejected."
        )
    approval = review.approval
    text = f"“{review.shown.title}”: {_uncapitalised(deadline_text)} {why}"
    return note(review.thread, f"overdue:{approval.id}:{approval.version}", text)


def outcome_note(review: Review) -> Outgoing | None:
    """What came of it and why, to the requester. None where they decided it, or nobody was asked.

    Without a requester, an expired approval is reported in the thread all the same. One that was cancelled
    is reported to the others, who need not decide it any more. A cancelled run is reported once it has ended.
    """
    approval = review.approval
    outcome = approval.outcome
    if (
        not approval.rules
        or outcome not in _IT_WAS
        or approval.status is not Status.DECIDED
        or approval.ends_run
    ):
        return None
    if outcome is Outcome.CANCELLED:
        text = f"Cancelled: “{review.shown.title}”. {approval.status_reason or ''}".rstrip()
        return note(review.thread, f"outcome:{approval.id}:{approval.version}", text)
    votes = [vote for vote in approval.votes if vote is not None and (vote.by_a_person or vote.expired)]
    if not votes or (outcome is not Outcome.EXPIRED and _only_by(approval.requester, votes)):
        return None
    if outcome is not Outcome.EXPIRED and approval.requester is None:
        return None
    text = f"{_IT_WAS[outcome]}: “{review.shown.title}”. {' '.join(dict.fromkeys(map(_why, votes)))}"
    mentions = (approval.requester,) if approval.requester else ()
    return note(review.thread, f"outcome:{approval.id}:{approval.version}", text, mentions=mentions)


def run_cancelled_note(review: Review) -> Outgoing:
    """That the run is over without an answer: by whom, why, and how to begin again."""
    approval = review.approval
    votes = _who_cancelled(approval)
    reason = " ".join(filter(None, (" ".join((vote.decision.message or "").split()) for vote in votes)))
    if any(vote.expired for vote in votes):
        text = _RUN_EXPIRED.format(nobody_answered=nobody_answered(votes[-1].at))
    elif reason:
        people = " and ".join(dict.fromkeys(vote.by.name for vote in votes))
        text = _RUN_CANCELLED_BECAUSE.format(people=people, reason=reason[:_REASON_LIMIT])
    else:
        people = " and ".join(dict.fromkeys(vote.by.name for vote in votes))
        text = _RUN_CANCELLED.format(people=people)
    told = approval.requester is not None and not _only_by(approval.requester, votes)
    mentions = (approval.requester,) if approval.requester and told else ()
    return note(review.thread, f"run-cancelled:{approval.id}", text, mentions=mentions)


def _who_cancelled(approval: Approval) -> list[Vote]:
    """All whose votes cancelled the run, or the requester alone."""
    deciding = next(vote for vote in approval.votes if vote is not None and vote.decision.ends_run)
    if deciding.cancelled or deciding.expired:
        return [deciding]
    cast = (vote for row in range(len(approval.votes)) for vote in approval.votes_on(row).votes)
    return [vote for vote in cast if vote.decision.ends_run] or [deciding]


def _why(vote: Vote) -> str:
    done = vote.decision.kind.done
    reason = " ".join((vote.decision.message or "").split())[:_REASON_LIMIT]
    if vote.expired:
        said = f" The agent is told: {reason}" if vote.decision.kind.value == "respond" and reason else ""
        return f"{nobody_answered(vote.at)} The rule {_BY_RULE[done]} it.{said}"
    by = f"{vote.by.name} for {vote.on_behalf_of.name}" if vote.on_behalf_of is not None else vote.by.name
    by = f"{by}'s grant" if vote.grant is not None else by
    return f"{done.capitalize()} by {by}{f': {reason}' if reason else '.'}"


_BY_RULE = {
    "approved": "approved",
    "rejected": "rejected",
    "answered": "answered",
    "edited and approved": "approved",
}


def _only_by(user: str | None, votes: list[Vote]) -> bool:
    return user is not None and all(vote.by.id == user for vote in votes)


def _needed(approval: Approval, rows: tuple[int, ...]) -> str:
    texts = []
    for row in rows:
        needed = approval.votes_on(row).needed
        if not needed:
            context = VotingContext(rule=approval.rule(row), memberships=Memberships())
            needed = count_votes(context, RowVotes()).needed
        texts.append(" and ".join(map(str, needed)))
    return "; ".join(dict.fromkeys(texts))


def _below_the_card(approval: Approval, row: Outgoing) -> Outgoing:
    if approval.posted_to is None or approval.card_ts is None:
        return row
    return replace(row, channel=approval.posted_to, thread_ts=approval.card_ts)


def _uncapitalised(text: str) -> str:
    return text[:1].lower() + text[1:]
